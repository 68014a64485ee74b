"""``active_until`` and ``warn_before``: how they are read, judged and kept, in each form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from keyswitch.messages.format import KeyswitchError
from keyswitch.model.camel_case import renamed
from keyswitch.model.codecs import FLEET, SINGLE_KEY
from keyswitch.model.durations import Duration, iso, until
from keyswitch.model.fleet_state import fleet_outputs, parse_fleet_outputs
from keyswitch.model.inputs import camel
from keyswitch.model.parsing import UNKNOWN, handed_on, parse_inputs, parse_outputs
from keyswitch.model.register import read_register
from keyswitch.model.rotation import inputs_of_current, inputs_of_previous
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.state import Declaration
from keyswitch.model.status import ObservedStatus, OnDestroy, Status
from keyswitch.model.until import Until
from keyswitch.model.urn import NATIVE_FLEET_TYPE, NATIVE_KEY_TYPE
from keyswitch.plugin.native.forms import FORMS
from keyswitch.program.register_program import due_next
from support.strict_iam import FakeClient
from support.world import TODAY, Calendar, World

KEY, OTHER = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"
YESTERDAY, TOMORROW = (str((TODAY + timedelta(days=days)).date()) for days in (-1, 1))


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2027-03-31", "2027-04-01T00:00:00Z"),
        ("2028-02-28", "2028-02-29T00:00:00Z"),
        ("2027-12-31", "2028-01-01T00:00:00Z"),
        ("2027-03-31T18:00:00+02:00", "2027-03-31T16:00:00Z"),
        ("2027-03-31T18:00-05:30", "2027-03-31T23:30:00Z"),
        ("2027-03-31T00:00:00Z", "2027-03-31T00:00:00Z"),
        ("2027-03-31T00:00:00.000Z", "2027-03-31T00:00:00Z"),
        ("2027-03-31T18:00:00.123456789-00:00", "2027-03-31T18:00:00Z"),
        ("9999-12-31", "9999-12-31T23:59:59Z"),
        ("9999-12-31T23:59-12:00", "9999-12-31T23:59:00Z"),
        ("0001-01-01T00:00+14:00", "0001-01-01T00:00:00Z"),
    ],
)
def test_a_date_counts_to_its_end_and_a_moment_is_one(text: str, end: str) -> None:
    read = Until.read(text)

    assert (iso(read.end), str(read)) == (end, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31.3.2027",
        "2027-3-31",
        "2027-02-30",
        "2027-13-01",
        "0000-01-01",
        "\uff12\uff10\uff12\uff17-03-31",
        " 2027-03-31",
        "2027-03-31\n",
        "2027-03-31T18:00:00",
        "2027-03-31T25:00:00Z",
        "2027-02-29",
        "2100-02-29",
        "2027-03-31T24:00:00Z",
        "2027-03-31T23:59:60Z",
        "2027-03-31T18:00:00+99:00",
        "2027-03-31T18:00:00+02:60",
        "2027-03-31T18:00:00+0200",
        "2027-03-31T18:00.5Z0",
        "2027-03-31 18:00:00Z",
        "2027-W13-3",
        "1806451200",
        "tomorrow",
        "14d",
    ],
)
def test_anything_else_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"neither a date|no such date"):
        Until.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-31 00:00:00 +0000 UTC",
        "2027-03-31 18:00:00 +0200 +0200",
        "2027-03-31 18:00:00.123456789 +0200 CEST",
    ],
)
def test_what_pulumi_makes_of_a_date_without_quotes_is_told_as_that(text: str) -> None:
    with pytest.raises(ValueError, match="a date without quotes"):
        Until.read(text)


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (timedelta(days=9, hours=3), "in 9 days"),
        (timedelta(hours=5), "in 5 hours"),
        (timedelta(seconds=30), "in 30 seconds"),
        (timedelta(), "now"),
        (timedelta(days=-3), "now"),
    ],
)
def test_how_long_it_is_to_the_end(left: timedelta, says: str) -> None:
    assert until(TODAY + left, TODAY) == says


def single(inputs: Mapping[str, Any]) -> str:
    parsed = SINGLE_KEY.parse({"access_key_id": KEY, "status": "Active", **inputs}, {}, TODAY)
    return str(parsed.error or "")


def in_fleet(inputs: Mapping[str, Any]) -> str:
    entry = {"status": "Active", **inputs}
    bag = {"statuses": {KEY: entry.pop("status")}, "keys": {KEY: entry}}
    declared = FLEET.parse(bag, {}, TODAY).required()
    return " ".join(map(str, declared.unreadable.values()))


def in_native_fleet(inputs: Mapping[str, Any]) -> str:
    entry = renamed({"status": "Active", **inputs}, camel)
    bag = FORMS[NATIVE_FLEET_TYPE].to_bag({"keys": {KEY: entry}})
    declared = FLEET.parse(bag, {}, TODAY).required()
    return " ".join(map(str, declared.unreadable.values()))


def native(inputs: Mapping[str, Any]) -> str:
    given = renamed({"access_key_id": KEY, "status": "Active", **inputs}, camel)
    return str(SINGLE_KEY.parse(FORMS[NATIVE_KEY_TYPE].to_bag(given), {}, TODAY).error or "")


def in_register(inputs: Mapping[str, Any]) -> str:
    entry = renamed({"status": "Active", **inputs}, camel)
    return " ".join(read_register(json.dumps({KEY: entry}), now=TODAY).problems)


def in_rotation(inputs: Mapping[str, Any]) -> str:
    given = {"user_name": "bob", "current": KEY, "previous": OTHER, **inputs}
    assert "active_until" not in inputs_of_previous(given)
    return single(inputs_of_current(given))


def test_an_incident_of_the_previous_key_is_apart_from_the_end_of_the_current_one() -> None:
    given = {"override": "INC-1", "active_until": TOMORROW, "warn_before": "3d"}

    assert in_rotation(given) == ""


OF_A_KEY: tuple[Callable[[Mapping[str, Any]], str], ...] = (
    single,
    in_fleet,
    native,
    in_native_fleet,
    in_register,
)
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"active_until": "31.3.2027"}, "KS136"),
    ({"active_until": 20270331}, "KS109"),
    ({"active_until": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}, "KS106"),
    ({"active_until": TOMORROW, "warn_before": "soon"}, "KS117"),
    ({"warn_before": "3d"}, "KS138"),
]
RIGHT: list[dict[str, Any]] = [
    {"active_until": TOMORROW},
    {"active_until": YESTERDAY},
    {"active_until": "2027-03-31T18:00:00+02:00", "warn_before": "36h"},
]
OF_STATUS: list[tuple[dict[str, Any], str]] = [
    ({"status": "Inactive", "active_until": TOMORROW}, "KS137"),
    ({"active_until": TOMORROW, "override": "INC-1"}, "KS139"),
    ({"active_until": YESTERDAY, "override": "INC-1"}, "KS139"),
    ({"status": "Inactive", "active_until": YESTERDAY, "override": "INC-1"}, "KS139"),
    ({"status": "Inactive", "active_until": YESTERDAY}, ""),
]


@pytest.mark.parametrize("told", [*OF_A_KEY, in_rotation])
@pytest.mark.parametrize(("inputs", "code"), [*WRONG, *((each, "") for each in RIGHT)])
def test_each_form_says_the_same_of_an_end(
    told: Callable[[Mapping[str, Any]], str], inputs: dict[str, Any], code: str
) -> None:
    assert told(inputs)[:5] == code


@pytest.mark.parametrize("told", OF_A_KEY)
@pytest.mark.parametrize(("inputs", "code"), OF_STATUS)
def test_each_form_says_the_same_of_an_end_beside_inactive_or_an_override(
    told: Callable[[Mapping[str, Any]], str], inputs: dict[str, Any], code: str
) -> None:
    assert told(inputs)[:5] == code


def test_nothing_is_held_against_an_end_that_is_not_known_yet() -> None:
    bag = {
        "access_key_id": KEY,
        "status": "Active",
        "active_until": UNKNOWN,
        "warn_before": "3d",
    }

    parsed = SINGLE_KEY.parse(bag, {}, TODAY)

    assert parsed.error is None
    assert parsed.required().unknown == {KEY: ("active_until",)}


PLAIN: dict[str, Any] = {"status": "Inactive"}
OVERRIDDEN: dict[str, Any] = {"status": "Inactive", "override": "INC-1"}
WARNED: dict[str, Any] = {"status": "Active", "active_until": TOMORROW, "warn_before": "3d"}


@pytest.mark.parametrize(
    ("recorded", "declared", "unknown"),
    [
        (PLAIN, {"active_until": TOMORROW}, "status"),
        (OVERRIDDEN, {"status": "Active", "active_until": TOMORROW}, "override"),
        (OVERRIDDEN, {"status": "Active"}, "override"),
        ({"status": "Active"}, {"override": "INC-1"}, "status"),
        (WARNED, {"status": "Active"}, "warn_before"),
    ],
)
def test_what_is_recorded_contradicts_nothing_in_the_place_of_what_is_not_known_yet(
    recorded: dict[str, Any], declared: dict[str, Any], unknown: str
) -> None:
    """The update knows it, and may find nothing wrong."""
    world = World()
    key = world.iam.add_key("bob")
    world.iam.add_key("bob")
    before = parse_inputs({"access_key_id": key, "user_name": "bob", **recorded}).declaration
    assert before is not None
    record = adopted(world, before)
    entry = {"user_name": "bob", **declared, unknown: UNKNOWN}
    fleet = {"statuses": {key: entry.get("status")}, "keys": {key: entry}}
    fleet["keys"][key] = {name: each for name, each in entry.items() if name != "status"}

    by_itself = SINGLE_KEY.parse({"access_key_id": key, **entry}, {key: record}, TODAY)
    in_a_fleet = FLEET.parse(fleet, {key: record}, TODAY)

    assert by_itself.required().unknown.get(key, ()) in ((unknown,), ())
    assert in_a_fleet.required().unreadable == {}


def test_a_secret_that_is_no_date_is_not_repeated() -> None:
    message = single({"active_until": "hunter2"})
    assert '"hunter2"' in message

    error = SINGLE_KEY.parse(
        {"access_key_id": KEY, "status": "Active", "active_until": "hunter2"}, {}, TODAY
    ).error
    hidden = getattr(error, "without_values_of")({"active_until"})  # noqa: B009 - of one class of error

    assert "hunter2" not in str(hidden)
    assert "KS136" in str(hidden)


def test_how_long_to_warn_may_stand_in_the_defaults_of_keys_with_an_end() -> None:
    entries = {
        KEY: {"status": "Active", "activeUntil": TOMORROW},
        OTHER: {"status": "Inactive"},
    }
    register = read_register(json.dumps(entries), '{"warnBefore": "3d"}', now=TODAY)
    bag = {
        "statuses": {KEY: "Active", OTHER: "Inactive"},
        "keys": {KEY: {"active_until": TOMORROW}, OTHER: {}},
        "defaults": {"warn_before": "3d"},
    }
    fleet = FLEET.parse(bag, {}, TODAY).required()

    assert register.problems == ()
    assert fleet.unreadable == {}
    for declared in (register.declarations, fleet.keys):
        spans = {each.access_key_id: each.warn_before for each in declared}
        assert spans == {KEY: Duration.read("3d"), OTHER: None}


def test_an_end_has_no_place_in_defaults() -> None:
    (problem,) = read_register("{}", f'{{"activeUntil": "{TOMORROW}"}}', now=TODAY).problems
    assert problem.startswith("KS101 ")
    bag = {"statuses": {}, "keys": {}, "defaults": {"active_until": TOMORROW}}
    error = FLEET.parse(bag, {}, TODAY).error
    assert "KS131" in str(error)


@pytest.mark.parametrize(
    ("status", "active_until", "becomes"),
    [
        ("Active", YESTERDAY, "Inactive"),
        ("Active", iso(TODAY), "Inactive"),
        ("Active", iso(TODAY + timedelta(seconds=1)), "Active"),
        ("Active", str(TODAY.date()), "Active"),
        ("Inactive", YESTERDAY, "Inactive"),
        ("active", YESTERDAY, "active"),
        (UNKNOWN, YESTERDAY, UNKNOWN),
        ("Active", UNKNOWN, "Active"),
        ("Active", "31.3.2027", "Active"),
        ("Active", None, "Active"),
        (None, YESTERDAY, None),
    ],
)
def test_check_declares_a_key_inactive_whose_end_has_come_and_leaves_what_it_cannot_read(
    status: object, active_until: object, becomes: object
) -> None:
    given = {"access_key_id": KEY, "status": status, "active_until": active_until}
    fleet = {
        "statuses": {KEY: status, OTHER: "Active"},
        "keys": {KEY: {"active_until": active_until}, OTHER: {}, "x": "y"},
    }
    on_wire = {"accessKeyId": KEY, "status": status, "activeUntil": active_until}
    fleet_on_wire = {
        "keys": {
            KEY: {"status": status, "activeUntil": active_until},
            OTHER: {"status": "Active"},
            "x": "y",
        },
        "maxChanges": 3,
    }

    assert SINGLE_KEY.with_ends(given, TODAY) == {**given, "status": becomes}
    ended = FLEET.with_ends(fleet, TODAY)
    assert ended == {**fleet, "statuses": {KEY: becomes, OTHER: "Active"}}
    assert FORMS[NATIVE_KEY_TYPE].with_ends(on_wire, TODAY) == {**on_wire, "status": becomes}
    keys = fleet_on_wire["keys"]
    assert isinstance(keys, dict)
    assert FORMS[NATIVE_FLEET_TYPE].with_ends(fleet_on_wire, TODAY) == {
        **fleet_on_wire,
        "keys": {**keys, KEY: {**keys[KEY], "status": becomes}},
    }


def test_what_is_due_next_follows_from_the_declarations_alone() -> None:
    entries = {
        "AKIAIOSFODNN7EXAMPL4": {"activeUntil": "2027-04-01", "userName": "eve"},
        "AKIAIOSFODNN7EXAMPL3": {"activeUntil": "2027-03-31"},
        "AKIAIOSFODNN7EXAMPL2": {"activeUntil": "2027-04-01T00:00:00Z", "userName": "bob"},
        "AKIAIOSFODNN7EXAMPL1": {},
        "AKIAIOSFODNN7EXAMPL0": {"activeUntil": "2020-01-01", "userName": "bob"},
    }
    config = {key: {"status": "Active", **entry} for key, entry in entries.items()}
    register = read_register(json.dumps(config), now=TODAY)

    assert [
        (row["key"][-1], row["user"], row["activeUntil"]) for row in due_next(register.declarations)
    ] == [
        ("0", "bob", "2020-01-01"),
        ("2", "bob", "2027-04-01T00:00:00Z"),
        ("3", "", "2027-03-31"),
        ("4", "eve", "2027-04-01"),
    ]
    assert due_next([]) == []


def test_a_register_declares_a_key_inactive_whose_end_has_come() -> None:
    """So that an audit does not take the key for one that is not as declared."""
    dates = {KEY: YESTERDAY, OTHER: TOMORROW}
    config = {key: {"status": "Active", "activeUntil": date} for key, date in dates.items()}

    declared = read_register(json.dumps(config), now=TODAY).declarations

    assert [each.status for each in declared] == [Status.INACTIVE, Status.ACTIVE]


@pytest.mark.parametrize("bag", [{}, {"keys": UNKNOWN}, {"keys": "x", "statuses": 7}])
def test_inputs_in_any_shape_pass_check(bag: dict[str, Any]) -> None:
    for codec in (SINGLE_KEY, FLEET):
        assert codec.with_ends(bag, TODAY) == bag
    for form in FORMS.values():
        assert form.with_ends(bag, TODAY) == bag


ENDING = Declaration(KEY, Status.ACTIVE, "bob", active_until=Until.read(TOMORROW), warn_before=None)


def adopted(world: World, declared: Declaration) -> Any:
    return world.phase().apply(declared, None)


def test_the_state_has_the_end_by_its_public_names_and_only_where_it_is_given() -> None:
    world = World()
    key = world.iam.add_key("bob")
    declared = replace(ENDING, access_key_id=key, warn_before=Duration.read("3d"))

    record = adopted(world, declared)
    outputs = record.to_outputs()
    plain = adopted(world, Declaration(key, Status.ACTIVE, "bob")).to_outputs()

    assert (outputs["active_until"], outputs["warn_before"]) == (TOMORROW, "3d")
    assert parse_outputs(outputs) == record
    assert outputs.keys() - plain.keys() == {"active_until", "warn_before"}
    bag = {"statuses": {key: "Active"}, "keys": {key: {"active_until": TOMORROW}}}
    of_fleet = fleet_outputs(bag, {key: record})
    assert of_fleet["records"][key]["active_until"] == TOMORROW
    assert of_fleet["records"][key]["warn_before"] == "3d"
    assert parse_fleet_outputs(of_fleet) == {key: record}


def warned(
    declared: Declaration, status: ObservedStatus, left: timedelta
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes of the warnings and the notes of a plan that long before the end."""
    assert declared.active_until is not None
    world = World(clock=Calendar(declared.active_until.end - left))
    key = world.iam.add_key("bob")
    world.iam.set_status(key, status)
    plan = world.phase().plan(replace(declared, access_key_id=key), None)
    refusal = plan.refusal()
    warnings = plan.warnings() if refusal is None else refusal.lines
    return tuple(each[:5] for each in warnings), tuple(each[:5] for each in plan.notes())


@pytest.mark.parametrize(
    ("warn_before", "left", "warns"),
    [
        (None, timedelta(days=14, seconds=1), False),
        (None, timedelta(days=14), True),
        (None, timedelta(seconds=1), True),
        ("3d", timedelta(days=4), False),
        ("3d", timedelta(days=3), True),
        ("52w", timedelta(days=300), True),
    ],
)
def test_runs_warn_from_warn_before_on(
    warn_before: str | None, left: timedelta, *, warns: bool
) -> None:
    span = Duration.read(warn_before) if warn_before else None
    declared = replace(ENDING, warn_before=span)

    assert warned(declared, ObservedStatus.ACTIVE, left)[0] == (("KS226",) if warns else ())


def test_nothing_is_said_of_the_end_of_a_key_that_stays_inactive() -> None:
    """Somebody else has deactivated it, which is refused to be undone."""
    told, _ = warned(ENDING, ObservedStatus.INACTIVE, timedelta(days=3))

    assert told == ("KS606",)


def test_a_key_past_its_end_is_told_of_before_the_change_and_after_it_not_any_more() -> None:
    over = replace(ENDING, status=Status.INACTIVE)

    assert warned(over, ObservedStatus.ACTIVE, timedelta()) == (("KS613",), ("KS227", "KS218"))
    assert warned(over, ObservedStatus.INACTIVE, timedelta()) == ((), ("KS217",))


def test_an_end_deactivates_no_key_that_pulumi_authenticates_with() -> None:
    world = World()
    key = world.iam.add_key("bob")
    over = replace(ENDING, access_key_id=key, status=Status.INACTIVE)

    with pytest.raises(KeyswitchError, match=r"^KS601 .* KS227 was declared Active until"):
        world.phase(signer=key).apply(over, None)

    assert FakeClient(world.iam).iam.status(key) is ObservedStatus.ACTIVE


@dataclass
class Contract:
    """One key that is declared Active until a day, and what is recorded of it."""

    world: World
    key: str
    record: Any = None

    def up(self, ends_in: int, **more: Any) -> None:
        until = Until.read(str((TODAY + timedelta(days=ends_in)).date()))
        declared = Declaration(self.key, Status.ACTIVE, "bob", active_until=until, **more)
        as_it_holds = declared.as_of(self.world.clock.now())
        self.record = self.world.phase().apply(as_it_holds, self.record)

    def let_pass(self, days: int) -> None:
        self.world.clock.today += timedelta(days=days)


@pytest.fixture
def contract() -> Contract:
    world = World()
    key = world.iam.add_key("bob")
    world.iam.add_key("bob")
    return Contract(world, key)


ALLOWED = {"safeguards": DeclaredSafeguards(allow_reactivation=True)}


def test_a_later_date_activates_no_key_that_somebody_else_had_deactivated_before_its_end(
    contract: Contract,
) -> None:
    """As the same date would not have, a day before the end."""
    contract.up(1)
    contract.world.iam.set_status(contract.key, ObservedStatus.INACTIVE)
    with pytest.raises(KeyswitchError, match=r"^KS606 "):
        contract.up(30)
    contract.let_pass(days=2)
    contract.up(1)

    with pytest.raises(KeyswitchError, match=r"^KS606 "):
        contract.up(30)

    assert contract.world.writes == []
    contract.up(30, **ALLOWED)
    assert contract.record.status is ObservedStatus.ACTIVE


def test_nor_does_a_later_date_in_the_run_that_declares_the_key_under_another_name(
    contract: Contract,
) -> None:
    contract.up(1, on_destroy=OnDestroy.RESTORE)
    contract.world.iam.set_status(contract.key, ObservedStatus.INACTIVE)
    contract.let_pass(days=2)
    contract.up(1, on_destroy=OnDestroy.RESTORE)
    contract.record = parse_outputs(handed_on(contract.record))

    with pytest.raises(KeyswitchError, match=r"^KS606 "):
        contract.up(30, on_destroy=OnDestroy.RESTORE)


def test_a_later_date_activates_a_key_whose_drift_after_the_end_was_corrected(
    contract: Contract,
) -> None:
    contract.up(1)
    contract.let_pass(days=2)
    contract.up(1)
    contract.world.iam.set_status(contract.key, ObservedStatus.ACTIVE)
    contract.up(1)

    contract.up(30)

    assert contract.record.status is ObservedStatus.ACTIVE


@pytest.mark.parametrize("more", [{}, ALLOWED])
@pytest.mark.parametrize("run_since", [True, False])
def test_a_restore_activates_no_key_past_its_end(
    contract: Contract, more: dict[str, Any], *, run_since: bool
) -> None:
    """Whoever removes an entry that is over does not mean to activate its key."""
    contract.up(1, on_destroy=OnDestroy.RESTORE, **more)
    contract.let_pass(days=2)
    if run_since:
        contract.up(1, on_destroy=OnDestroy.RESTORE, **more)
    else:
        contract.world.iam.set_status(contract.key, ObservedStatus.INACTIVE)

    end = contract.world.phase().plan_deletion(contract.record)
    assert "stays Inactive" in end.note()
    told = contract.world.phase().destroy(contract.record)

    assert told == end.warning
    assert str(told).startswith(f"KS228 ending the declaration of access key {contract.key}")
    assert contract.world.writes == []


def test_a_restore_goes_back_where_the_end_is_still_to_come(contract: Contract) -> None:
    contract.world.iam.set_status(contract.key, ObservedStatus.INACTIVE)
    contract.up(9, on_destroy=OnDestroy.RESTORE, **ALLOWED)

    assert contract.world.phase().destroy(contract.record) is None

    assert contract.world.writes == [f"update {contract.key} bob Inactive"]


@pytest.mark.parametrize("token", [NATIVE_KEY_TYPE, NATIVE_FLEET_TYPE])
def test_each_provider_reads_an_end_that_the_other_has_carried_out(
    contract: Contract, token: str
) -> None:
    contract.up(1, warn_before=Duration.read("3d"))
    contract.let_pass(days=2)
    contract.up(1, warn_before=Duration.read("3d"))
    record, form = contract.record, FORMS[token]
    entry = {"user_name": "bob", "active_until": TOMORROW, "warn_before": "3d"}
    inputs: dict[str, Any] = {"access_key_id": contract.key, "status": "Inactive", **entry}
    if form.codec is FLEET:
        inputs = {"statuses": {contract.key: "Inactive"}, "keys": {contract.key: entry}}
    outputs = form.codec.outputs(inputs, {contract.key: record})

    there, kept = form.stored(form.inputs_to_wire(inputs), form.to_wire(outputs))

    assert form.codec.records(kept) == {contract.key: record}
    assert form.codec.records(form.stored(inputs, outputs)[1]) == {contract.key: record}
    assert there == inputs
    now = contract.world.clock.now()
    as_written = {**form.inputs_to_wire(inputs)}
    assert form.with_ends(as_written, now) == as_written
