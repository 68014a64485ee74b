"""A fleet over the strict fake: parsing, what one run may change, order, failures, and few looks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from keyswitch.iam.concurrently import AT_A_TIME
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.batch_declaration import BatchDeclaration
from keyswitch.model.change_limit import MaxChanges
from keyswitch.model.fleet import parse_fleet
from keyswitch.model.fleet_state import fleet_outputs, parse_fleet_outputs, refreshed_fleet
from keyswitch.model.parsing import UNKNOWN
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import ObservedStatus, OnDestroy, Status
from keyswitch.program.access_key_fleet import _split_known
from keyswitch.program.inputs import sendable
from keyswitch.reconcile.batch import Batch
from keyswitch.reconcile.batch_plan import BatchOutcome, named
from keyswitch.reconcile.clock import Patience
from keyswitch.reconcile.reconciler import Reconciler
from keyswitch.reconcile.schedule import ROOT_USER, task_of
from support.strict_iam import CountingGateway, FakeClient, StrictIam
from support.world import TODAY

ACTIVE, INACTIVE = Status.ACTIVE, Status.INACTIVE
KEY, OTHER = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"
SECRET = "wJalrXUtnFEMIqK7MDENGzbPxRfiCYEXAMPLEKEY"


@pytest.fixture
def iam() -> StrictIam:
    return StrictIam()


@pytest.fixture
def client(iam: StrictIam) -> FakeClient:
    return FakeClient(iam)


def fleet_of(client: FakeClient) -> Batch:
    """As in a process of its own: nothing seen yet."""
    reconciler = Reconciler(client, patience=Patience(0, 0, 0))
    return Batch(lambda _account: reconciler)


def bag(statuses: Mapping[str, object], **more: object) -> dict[str, object]:
    return {"statuses": statuses, "keys": {key: {} for key in statuses}, **more}


def declared(*keys: Declaration, max_changes: str | None = None) -> BatchDeclaration:
    limit = MaxChanges.read(max_changes) if max_changes is not None else None
    return BatchDeclaration(keys, limit)


def writes(client: FakeClient) -> list[str]:
    return [line for line in client.log if line.startswith("update")]


def nobody(_warning: str) -> None:
    raise AssertionError(_warning)


def applied(
    client: FakeClient, fleet: BatchDeclaration, records: Mapping[str, Record] | None = None
) -> BatchOutcome:
    one = fleet_of(client)
    return one.apply(one.plan(fleet, records or {}), records or {}, nobody)


def many(iam: StrictIam, count: int) -> list[Declaration]:
    users = [f"user-{number:03d}" for number in range(count)]
    return [Declaration(iam.add_key(user), INACTIVE, user) for user in users]


def test_a_key_has_the_fleets_inputs_under_its_own() -> None:
    parsed = parse_fleet(
        bag(
            {KEY: "Inactive", OTHER: "Active"},
            keys={
                KEY: {
                    "user_name": "bob",
                    "reason": "OPS-1",
                    "on_destroy": "restore",
                    "safeguards": {"keep_one_active": False},
                }
            },
            defaults={"on_destroy": "deactivate"},
            safeguards={"keep_one_active": True, "allow_own_key": True},
            account={"name": "shop", "profile": "shop"},
            max_changes=3.0,
        )
    )

    assert parsed.error is None
    assert parsed.declaration is not None
    other, key = parsed.declaration.keys
    assert (key.user_name, key.reason, key.on_destroy) == ("bob", "OPS-1", OnDestroy.RESTORE)
    assert key.safeguards == DeclaredSafeguards(keep_one_active=False, allow_own_key=True)
    assert (other.status, other.on_destroy) == (ACTIVE, OnDestroy.DEACTIVATE)
    assert key.account == other.account is not None
    assert str(parsed.declaration.max_changes) == "3"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"statuses": []}, "KS130 the fleet: its keys are not a map"),
        ({"keys": {KEY: "Inactive"}}, f"KS130 declaring access key {KEY}: its keys are not a map"),
        ({"statuses": {KEY: "off"}}, f"KS103 declaring access key {KEY}: the status"),
        (
            {"statuses": {}, "keys": {KEY: {}}},
            f"KS102 declaring access key {KEY}: the required property status",
        ),
        (
            {"keys": {KEY: {"account": {"name": "x"}}}},
            f"KS101 declaring access key {KEY}: there is no property account",
        ),
        (
            {"keys": {KEY: {"acces": 1}}},
            f"KS101 declaring access key {KEY}: there is no property acces",
        ),
        ({"defaults": {"reason": "x"}}, "KS131 "),
        ({"defaults": {"on_drift": "maybe"}}, "KS108 the fleet: "),
        ({"safeguards": {"unused_for": "soon"}}, "KS117 the fleet: "),
        ({"account": {}}, "KS102 the fleet: "),
        ({"max_changes": "many"}, "KS132 "),
        ({"max_changes": True}, "KS132 "),
        ({"keys": ""}, "KS130 the fleet: its keys are not a map"),
        ({"keys": None}, "KS130 the fleet: its keys are not a map"),
        (
            {"statuses": {SECRET: "Active"}, "keys": {}},
            "KS106 declaring key number 1, sorted by id: ",
        ),
    ],
)
def test_a_problem_is_told_of_its_key_or_of_the_fleet(
    given: dict[str, object], problem: str
) -> None:
    parsed = parse_fleet(bag({KEY: "Inactive"}) | given)

    unreadable = parsed.declaration.unreadable if parsed.declaration is not None else {}
    problems = parsed.error.lines if parsed.error is not None else []
    messages = [*problems, *map(str, unreadable.values())]
    assert parsed.declaration is None or not parsed.declaration.keys
    assert [told[: len(problem)] for told in messages] == [problem]
    assert SECRET not in " ".join(messages)


def test_a_key_that_is_declared_wrongly_keeps_no_other(iam: StrictIam, client: FakeClient) -> None:
    leaked, typo = iam.add_key("bob"), iam.add_key("eve")
    keys = {leaked: {"user_name": "bob", "override": "INC-1"}, typo: {"user_name": "eve"}}
    parsed = parse_fleet({"statuses": {leaked: "Inactive", typo: "inactive"}, "keys": keys})
    assert parsed.declaration is not None

    outcome = applied(client, parsed.declaration)

    assert iam.status(leaked) is ObservedStatus.INACTIVE
    assert set(outcome.records) == {leaked}
    assert str(outcome.failures[typo]).startswith(f"KS103 declaring access key {typo}: the status")


@pytest.mark.parametrize("leaked", [0, 1])
def test_an_override_is_carried_out_before_what_is_guarded_whatever_the_ids(
    iam: StrictIam, client: FakeClient, leaked: int
) -> None:
    keys = [iam.add_key("bob"), iam.add_key("bob")]
    entries: dict[str, dict[str, object]] = {
        key: {"user_name": "bob", "safeguards": {"keep_one_active": True}} for key in keys
    }
    entries[keys[leaked]] = {"user_name": "bob", "override": "INC-1"}
    parsed = parse_fleet(bag(dict.fromkeys(keys, "Inactive"), keys=entries)).declaration
    assert parsed is not None

    outcome = applied(client, parsed)

    assert set(outcome.failures) == {keys[1 - leaked]}
    assert writes(client) == [f"update {keys[leaked]} bob Inactive"]


@pytest.mark.parametrize(
    ("entry", "changed"),
    [({"reason": "OPS-2"}, {KEY}), ({"reason": "OPS-1"}, set()), ({}, {KEY})],
)
def test_of_a_key_with_an_unknown_input_what_else_has_changed_is_known(
    entry: dict[str, object], changed: set[str]
) -> None:
    status = ObservedStatus.ACTIVE
    was = Declaration(KEY, ACTIVE, "bob", reason="OPS-1")
    record = Record(was, "bob", status, "1" * 12, "", "", status)
    unknown = {"user_name": UNKNOWN, **entry}

    parsed = parse_fleet(bag({KEY: "Active"}, keys={KEY: unknown}), {KEY: record})

    assert parsed.declaration is not None
    assert parsed.declaration.unknown == {KEY: ("user_name",)}
    assert parsed.declaration.changed == changed


def test_what_is_not_known_yet_is_so_by_itself() -> None:
    parsed = parse_fleet(bag({KEY: UNKNOWN, OTHER: "Active"}))
    assert parsed.declaration is not None
    assert parsed.declaration.unknown == {KEY: ("status",)}
    assert [key.access_key_id for key in parsed.declaration.keys] == [OTHER]

    assert parse_fleet(bag({KEY: "Active"}, account=UNKNOWN)).unknown == ("account",)


@pytest.mark.parametrize(
    ("limit", "changes", "of", "allowed"),
    [
        ("3", 3, 10, True),
        ("3", 4, 10, False),
        ("0", 0, 10, True),
        ("0", 1, 10, False),
        ("10%", 1, 10, True),
        ("10%", 1, 9, True),
        ("10%", 2, 19, False),
        ("10%", 1, 2, True),
        ("33.3%", 333, 1000, True),
        ("33.3%", 334, 1000, False),
        ("100%", 10, 10, True),
        ("64.1%", 641, 1000, True),
        ("64.1%", 642, 1000, False),
        ("0%", 0, 10, True),
        ("0%", 1, 10, False),
    ],
)
def test_a_limit_is_a_number_or_a_share(
    limit: str,
    changes: int,
    of: int,
    allowed: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert (changes <= MaxChanges.read(limit).of_keys(of)) is allowed


def test_a_wider_change_is_refused_before_anything_is_switched(
    iam: StrictIam, client: FakeClient
) -> None:
    keys = many(iam, 5)

    with pytest.raises(KeyswitchError) as raised:
        applied(client, declared(*keys, max_changes="4"))

    assert type(raised.value.message) is catalogue.TooManyChanges
    assert writes(client) == []
    assert applied(client, declared(*keys, max_changes="100%")).failures == {}


def test_an_override_goes_past_the_limit_and_nothing_else_with_it(
    iam: StrictIam, client: FakeClient
) -> None:
    kept = many(iam, 1)[0]
    records = applied(client, declared(kept)).records
    leaked, *others = (replace(key, on_destroy=OnDestroy.DEACTIVATE) for key in many(iam, 5))
    leaked = replace(leaked, override="INC-1")
    iam.set_status(kept.access_key_id, ObservedStatus.ACTIVE)
    client.log.clear()

    outcome = applied(client, declared(kept, leaked, *others, max_changes="4"), records)

    assert writes(client) == [f"update {leaked.access_key_id} user-000 Inactive"]
    assert outcome.records.keys() == {kept.access_key_id, leaked.access_key_id}
    assert outcome.records[kept.access_key_id] == records[kept.access_key_id]
    assert str(outcome.failure([])).startswith("KS621 5 keys would change (")
    assert f"Only {leaked.access_key_id} passed, by override" in str(outcome.failure([]))
    assert applied(client, declared(leaked, *others, max_changes="4")).failure([]) is None


def test_an_override_that_fails_beside_too_wide_a_change_is_told_too(
    iam: StrictIam,
) -> None:
    leaked, other = many(iam, 2)
    leaked = replace(leaked, override="INC-1")

    outcome = applied(broken(iam, "user-000", THROTTLED), declared(leaked, other, max_changes="0"))

    assert outcome.records == {}
    told = str(outcome.failure([]))
    assert told.startswith("KS621 ")
    assert f"KS306 deactivating access key {leaked.access_key_id}" in told


def test_an_account_that_is_not_told_keeps_from_adopting_and_from_nothing_else(
    iam: StrictIam,
) -> None:
    class WithoutSts(FakeClient):
        def account_id(self) -> str:
            raise THROTTLED

    leaked = many(iam, 1)[0]
    records = applied(FakeClient(iam), declared(replace(leaked, status=ACTIVE))).records
    new = Declaration(iam.add_key("bob"), ACTIVE)
    client = WithoutSts(iam)

    outcome = applied(client, declared(new, leaked), records)

    assert writes(client) == [f"update {leaked.access_key_id} user-000 Inactive"]
    assert outcome.records.keys() == {leaked.access_key_id}
    assert outcome.failures.keys() == {new.access_key_id}
    assert str(outcome.failures[new.access_key_id]).startswith(
        f"KS306 adopting access key {new.access_key_id} of user bob: "
    )


def test_of_two_keys_that_go_off_the_one_that_is_let_go_goes_last_as_it_was_judged(
    iam: StrictIam, client: FakeClient
) -> None:
    old = Declaration(iam.add_key("bob"), ACTIVE, on_destroy=OnDestroy.DEACTIVATE)
    records = applied(client, declared(old)).records
    new = Declaration(
        iam.add_key("bob"), INACTIVE, safeguards=DeclaredSafeguards(keep_one_active=True)
    )
    judged = fleet_of(client).plan(declared(new), records)

    outcome = applied(client, declared(new), records)

    assert judged.switched == [new.access_key_id, old.access_key_id]
    assert outcome.failures == {}
    assert writes(client) == [
        f"update {new.access_key_id} bob Inactive",
        f"update {old.access_key_id} bob Inactive",
    ]


def test_what_is_raised_before_a_key_ends_the_whole_before_another_is_begun(
    iam: StrictIam, client: FakeClient
) -> None:
    keys = declared(*many(iam, 9))
    reconciler = Reconciler(client, patience=Patience(0, 0, 0))
    left = iter(range(3))

    def engine_is_there() -> None:
        if next(left, None) is None:
            raise ConnectionRefusedError

    fleet = Batch(lambda _account: reconciler, at_a_time=1, before_each=engine_is_there)

    with pytest.raises(ConnectionRefusedError):
        fleet.apply(fleet.plan(keys, {}), {}, nobody)

    assert len(writes(client)) == 3


def test_keys_that_are_as_declared_are_looked_at_once_and_others_once_more_on_either_side(
    iam: StrictIam, client: FakeClient
) -> None:
    as_declared, switched = many(iam, 10), many(iam, 0)
    switched = [Declaration(iam.add_key(f"other-{n}"), INACTIVE, f"other-{n}") for n in range(2)]
    for key in as_declared:
        iam.set_status(key.access_key_id, ObservedStatus.INACTIVE)

    outcome = applied(client, declared(*as_declared, *switched))

    assert len(outcome.records) == 12
    looks = [line for line in client.log if line.startswith("list")]
    assert len(looks) == 12 + 2 * 2
    assert sum(line.startswith("update") for line in client.log) == 2
    assert client.log.count("account") == 1


def test_one_that_fails_keeps_no_other_and_its_record_is_what_it_was(iam: StrictIam) -> None:
    keys = many(iam, 6)
    active = [Declaration(key.access_key_id, ACTIVE, key.user_name) for key in keys]
    records = applied(FakeClient(iam), declared(*active)).records

    outcome = applied(broken(iam, "user-002", THROTTLED), declared(*keys), records)

    bad = keys[2].access_key_id
    assert set(outcome.failures) == {bad}
    assert outcome.records[bad] == records[bad]
    assert {str(r.status) for key, r in outcome.records.items() if key != bad} == {"Inactive"}
    told = str(outcome.failure(records))
    assert told.startswith(f"KS622 1 of 6 keys failed: {bad}. See the error for each key above.")
    assert f"KS306 deactivating access key {bad} of user user-002" in told


def broken(iam: StrictIam, user: str, error: Exception) -> FakeClient:
    """IAM that answers every switch of one user's keys with the error."""

    class Broken(FakeClient):
        def update_access_key(
            self, access_key_id: str, user_name: str | None, status: Status
        ) -> None:
            if user_name == user:
                raise error
            super().update_access_key(access_key_id, user_name, status)

    return Broken(iam)


THROTTLED = KeyswitchError(catalogue.Throttled(operation="x", attempts="8 times"))


def test_an_error_that_nobody_foresaw_is_the_failure_of_its_key_alone(iam: StrictIam) -> None:
    keys = many(iam, 4)

    outcome = applied(broken(iam, "user-001", ZeroDivisionError("a secret")), declared(*keys))

    bad = keys[1].access_key_id
    assert set(outcome.failures) == {bad}
    assert set(outcome.records) == {key.access_key_id for key in keys} - {bad}
    assert str(outcome.failures[bad]).startswith(
        f"KS408 working on access key {bad}: internal error (ZeroDivisionError)"
    )


def test_users_are_looked_at_several_at_a_time_and_never_more(iam: StrictIam) -> None:
    keys = many(iam, 40)
    client = CountingGateway(iam, ("user-000", "user-001"))

    fleet_of(client).plan(declared(*keys), {})

    assert 2 <= client.most <= AT_A_TIME


def test_of_one_user_the_key_that_goes_on_is_switched_before_the_one_that_goes_off(
    iam: StrictIam, client: FakeClient
) -> None:
    old, new = iam.add_key("bob"), iam.add_key("bob", ObservedStatus.INACTIVE)
    safe = DeclaredSafeguards(keep_one_active=True, allow_reactivation=True)
    keys = (
        Declaration(old, INACTIVE, "bob", safeguards=safe),
        Declaration(new, ACTIVE, "bob", safeguards=safe),
    )

    outcome = applied(client, declared(*keys))

    assert outcome.failures == {}
    assert writes(client) == [f"update {new} bob Active", f"update {old} bob Inactive"]


def test_the_root_users_keys_are_one_users() -> None:
    tasks = [
        task_of(Declaration(key, INACTIVE), ROOT_USER, lambda _key: None) for key in (KEY, OTHER)
    ]
    unknown = [task_of(Declaration(key, INACTIVE), None, lambda _key: None) for key in (KEY, OTHER)]

    assert tasks[0].user == tasks[1].user
    assert unknown[0].user != unknown[1].user


@pytest.mark.parametrize("named", [(), ("old",), ("new",)])
def test_that_is_so_for_keys_whose_user_is_looked_up_too(
    iam: StrictIam, client: FakeClient, named: tuple[str, ...]
) -> None:
    old, new = iam.add_key("bob"), iam.add_key("bob", ObservedStatus.INACTIVE)
    safe = DeclaredSafeguards(keep_one_active=True, allow_reactivation=True)
    keys = (
        Declaration(old, INACTIVE, "bob" if "old" in named else None, safeguards=safe),
        Declaration(new, ACTIVE, "bob" if "new" in named else None, safeguards=safe),
    )

    outcome = applied(client, declared(*keys))

    assert outcome.failures == {}
    assert len(writes(client)) == 2


def test_a_key_that_is_taken_out_is_let_go_unless_the_program_declares_it_elsewhere(
    iam: StrictIam, client: FakeClient
) -> None:
    gone, moved = (
        Declaration(iam.add_key(user), ACTIVE, user, on_destroy=OnDestroy.DEACTIVATE)
        for user in ("bob", "eve")
    )
    records = applied(client, declared(gone, moved)).records
    fleet = fleet_of(client)

    judged = fleet.plan(declared(), records, {moved.access_key_id})
    outcome = fleet.apply(judged, records, nobody)

    assert [note.split()[0] for note in judged.notes()] == ["KS220"]
    assert judged.needs_step
    assert (outcome.records, outcome.failures) == ({}, {})
    assert iam.status(gone.access_key_id) is ObservedStatus.INACTIVE
    assert iam.status(moved.access_key_id) is ObservedStatus.ACTIVE


def let_go(
    iam: StrictIam, on_destroy: OnDestroy, adopted: ObservedStatus, **more: Any
) -> dict[str, Record]:
    """The record of one key of bob's that the program no longer declares."""
    status = Status(str(adopted))
    key = Declaration(iam.add_key("bob", adopted), status, "bob", on_destroy=on_destroy, **more)
    return applied(FakeClient(iam), declared(key)).records


@pytest.mark.parametrize(
    ("on_destroy", "adopted", "live", "told", "switches"),
    [
        (OnDestroy.DEACTIVATE, "Active", "Active", "will be deactivated", True),
        (OnDestroy.DEACTIVATE, "Inactive", "Active", "will be deactivated", True),
        (OnDestroy.DEACTIVATE, "Active", "Inactive", "stays Inactive", False),
        (OnDestroy.RESTORE, "Active", "Active", "stays Active", False),
        (OnDestroy.RESTORE, "Active", "Inactive", "stays Inactive", False),
        (OnDestroy.RESTORE, "Active", "Deleted", "stays Deleted", False),
        (OnDestroy.LEAVE, "Active", "Active", "will be left as it is", False),
    ],
)
def test_what_becomes_of_a_key_that_is_let_go_is_judged_by_a_look_at_it(
    iam: StrictIam,
    on_destroy: OnDestroy,
    adopted: str,
    live: str,
    told: str,
    switches: bool,  # noqa: FBT001 - a row of the table
) -> None:
    records = let_go(iam, on_destroy, ObservedStatus(adopted))
    (key,) = records
    if live == "Deleted":
        iam.delete_key(key)
    else:
        iam.set_status(key, ObservedStatus(live))
    client = FakeClient(iam)
    fleet = fleet_of(client)

    judged = fleet.plan(declared(max_changes="0"), records)

    (note,) = judged.notes()
    assert f"on_destroy={on_destroy}: {told}." in note
    assert (judged.too_wide is not None) is switches
    if not switches:
        told_of_it: list[str] = []
        fleet.apply(judged, records, told_of_it.append)
        assert told_of_it == list(judged.warnings_of_ends())
    assert writes(client) == []


def test_a_key_that_may_not_be_let_go_is_refused_beside_another_that_goes_off_too(
    iam: StrictIam, client: FakeClient
) -> None:
    safe = DeclaredSafeguards(keep_one_active=True)
    records = let_go(iam, OnDestroy.DEACTIVATE, ObservedStatus.ACTIVE, safeguards=safe)
    (gone,) = records
    other = Declaration(iam.add_key("bob"), INACTIVE, "bob", safeguards=safe)
    fleet = fleet_of(client)

    judged = fleet.plan(declared(other), records)
    outcome = fleet.apply(judged, records, nobody)

    assert [str(error)[:5] for error in judged.refusals.values()] == ["KS620"]
    assert outcome.records[gone] == records[gone]
    assert set(outcome.failures) == {gone}
    assert writes(client) == [f"update {other.access_key_id} bob Inactive"]


def test_a_key_that_another_resource_takes_in_the_meantime_is_not_let_go(
    iam: StrictIam, client: FakeClient
) -> None:
    records = let_go(iam, OnDestroy.DEACTIVATE, ObservedStatus.ACTIVE)
    fleet = fleet_of(client)
    judged = fleet.plan(declared(), records)

    outcome = fleet.apply(judged, records, nobody, kept=set(records))

    assert (outcome.records, writes(client)) == ({}, [])


def test_a_key_that_needed_no_switch_when_all_were_counted_gets_none_when_it_is_let_go(
    iam: StrictIam, client: FakeClient
) -> None:
    records = let_go(iam, OnDestroy.DEACTIVATE, ObservedStatus.ACTIVE)
    (gone,) = records
    iam.set_status(gone, ObservedStatus.INACTIVE)
    fleet = fleet_of(client)
    judged = fleet.plan(declared(max_changes="0"), records)
    iam.set_status(gone, ObservedStatus.ACTIVE)

    outcome = fleet.apply(judged, records, nobody)

    assert (outcome.records, outcome.failures, writes(client)) == ({}, {}, [])


def test_a_destroyed_fleet_keeps_to_its_limit_and_names_what_it_could_not_let_go(
    iam: StrictIam,
) -> None:
    keys = [replace(key, status=ACTIVE, on_destroy=OnDestroy.DEACTIVATE) for key in many(iam, 3)]
    records = applied(FakeClient(iam), declared(*keys)).records
    client = broken(iam, "user-001", THROTTLED)

    with pytest.raises(KeyswitchError) as refused:
        fleet_of(client).destroy(records, MaxChanges.read("2"), nobody)
    assert type(refused.value.message) is catalogue.TooManyChanges
    assert writes(client) == []

    with pytest.raises(KeyswitchError) as failed:
        fleet_of(client).destroy(records, MaxChanges.read("100%"), nobody)
    assert type(failed.value.message) is catalogue.FleetNotDestroyed
    assert str(failed.value.without_related()).startswith(
        f"KS623 1 of 3 keys could not be handled as their on_destroy says: {keys[1].access_key_id}."
    )
    assert len(writes(client)) == 2


def test_the_share_is_of_all_keys_also_of_those_that_moved_away(
    iam: StrictIam, client: FakeClient
) -> None:
    keys = [replace(key, status=ACTIVE, on_destroy=OnDestroy.DEACTIVATE) for key in many(iam, 10)]
    records = applied(client, declared(*keys)).records
    moved = {key.access_key_id for key in keys[1:]}

    judged = fleet_of(client).plan(declared(max_changes="10%"), records, moved)
    fleet_of(client).destroy(records, MaxChanges.read("10%"), nobody, moved)

    assert judged.too_wide is None
    assert len(writes(client)) == 1


def test_keys_of_a_renamed_user_are_judged_in_one_order_whether_declared_or_let_go(
    iam: StrictIam,
) -> None:
    safe = DeclaredSafeguards(keep_one_active=True)
    records = let_go(iam, OnDestroy.DEACTIVATE, ObservedStatus.ACTIVE, safeguards=safe)
    (gone,) = records
    off = Declaration(iam.add_key("bob"), INACTIVE, safeguards=safe)
    iam.rename("bob", "robert")
    fleet = fleet_of(FakeClient(iam))

    judged = fleet.plan(declared(off), records)

    assert set(judged.refusals) == {gone}
    assert judged.endings[gone].user_name == "robert"


def test_keys_are_let_go_in_the_account_that_they_were_adopted_in(iam: StrictIam) -> None:
    old, new = (DeclaredAccount(name=name, profile=name) for name in ("old", "new"))
    elsewhere = StrictIam()
    elsewhere.add_key("somebody")
    clients = {old: FakeClient(iam), new: FakeClient(elsewhere)}
    reconcilers = {
        account: Reconciler(client, patience=Patience(0, 0, 0))
        for account, client in clients.items()
    }
    fleet = Batch(lambda account: reconcilers[account])  # type: ignore[index]
    records = let_go(iam, OnDestroy.DEACTIVATE, ObservedStatus.ACTIVE, account=old)
    key = Declaration(elsewhere.add_key("eve"), ACTIVE, "eve", account=new)

    outcome = fleet.apply(fleet.plan(declared(key), records), records, nobody)

    assert outcome.failures == {}
    assert set(outcome.records) == {key.access_key_id}
    assert iam.status(*records) is ObservedStatus.INACTIVE


def test_a_key_that_fails_is_kept_with_all_that_it_was_declared_with(
    iam: StrictIam, client: FakeClient
) -> None:
    given: dict[str, Any] = bag(
        {iam.add_key("bob"): "Active"},
        defaults={"on_destroy": "deactivate"},
        safeguards={"keep_one_active": True},
        account={"name": "own", "profile": "own"},
    )
    parsed = parse_fleet(given).declaration
    assert parsed is not None
    records = applied(client, parsed).records
    assert parse_fleet_outputs(fleet_outputs(given, records)) == records
    outs = fleet_outputs(bag({}, account={"name": "other"}), records)
    assert parse_fleet_outputs(outs) == records
    assert parse_fleet_outputs(fleet_outputs(bag({}), records)) == records


def test_a_secret_place_is_not_copied_to_where_it_would_be_plain(
    iam: StrictIam, client: FakeClient
) -> None:
    key = iam.add_key("bob")
    entry = {"user_name": "bob", "reason": "hidden reason", "override": "hidden override"}
    account = {"name": "shop", "role_arn": "arn:aws:iam::1:role/x", "external_id": "hidden-id"}
    given = bag({key: "Inactive"}, keys={key: entry}, account=account)
    parsed = parse_fleet(given).declaration
    assert parsed is not None
    records = applied(client, parsed).records
    outs = fleet_outputs(given, records)

    assert "hidden" not in str({**outs, "keys": {}, "account": {}})
    # Nothing in these inputs is a secret, so that nothing in the outputs would be.
    for now in (bag({}), bag({key: "Active"}, account={"name": "shop"})):
        kept = fleet_outputs(now, records)
        assert "hidden" not in str(kept)
        (record,) = parse_fleet_outputs(kept).values()
        assert record.declaration.override is not None


def test_a_refresh_of_what_a_program_may_not_write_is_no_contradiction(
    iam: StrictIam, client: FakeClient
) -> None:
    key, missing = iam.add_key("bob"), "AKIANOTTHERE00000000"
    given = bag(
        {key: "Inactive", missing: "Inactive"}, keys={key: {"override": "INC-1"}, missing: {}}
    )
    parsed = parse_fleet(given, now=TODAY).declaration
    assert parsed is not None
    records = applied(client, parsed).records
    iam.set_status(key, ObservedStatus.ACTIVE)
    outs = fleet_outputs(given, records)

    for _ in range(2):
        records = fleet_of(client).read(parse_fleet_outputs(outs), nobody)
        outs, inputs = refreshed_fleet(outs, records)
        assert inputs["statuses"] == {key: "Active"}
        assert parse_fleet(inputs).declaration is not None
    written = parse_fleet(inputs, now=TODAY).declaration
    assert written is not None
    assert str(written.unreadable[key]).startswith(f"KS120 declaring access key {key}: ")


@pytest.mark.parametrize(
    ("entry", "unknown"),
    [
        ({"user_name": UNKNOWN}, ("user_name",)),
        ({"safeguards": UNKNOWN, "on_drift": UNKNOWN}, ("on_drift", "safeguards")),
        ({"reason": UNKNOWN}, ()),
        ({"on_destroy": UNKNOWN}, ()),
    ],
)
def test_an_input_that_nothing_is_judged_by_may_be_unknown(
    iam: StrictIam, client: FakeClient, entry: dict[str, object], unknown: tuple[str, ...]
) -> None:
    key = iam.add_key("bob")
    known = {"user_name": "bob", "reason": "OPS-1", "on_destroy": "restore"}
    parsed = parse_fleet(bag({key: "Active"}, keys={key: known})).declaration
    assert parsed is not None
    records = applied(client, parsed).records

    again = parse_fleet(bag({key: "Active"}, keys={key: {**known, **entry}}), records).declaration

    assert again is not None
    assert again.unknown == ({key: unknown} if unknown else {})
    assert again.keys == (() if unknown else parsed.keys)


def test_an_entry_may_be_awaitable() -> None:
    async def entry() -> dict[str, str]:
        return {"status": "Active", "user_name": "bob"}

    async def split() -> tuple[Any, Any]:
        whole = _split_known(sendable("keys", {KEY: entry()}))
        return await whole["statuses"][KEY].future(), await whole["keys"][KEY].future()

    with closing(asyncio.new_event_loop()) as loop:
        assert loop.run_until_complete(split()) == ("Active", {"user_name": "bob"})


def test_what_is_recorded_is_read_back_as_it_was(iam: StrictIam, client: FakeClient) -> None:
    keys = {iam.add_key("bob"): "bob", iam.add_key("eve"): None}
    given: dict[str, Any] = {
        "statuses": dict.fromkeys(keys, "Inactive"),
        "keys": {key: {"user_name": user} if user else {} for key, user in keys.items()},
        "defaults": {"on_destroy": "restore"},
        "safeguards": {"unused_for": "90y", "unmet": "hold"},
        "account": {"name": "own", "allowed_account_ids": ["123456789012"]},
    }
    parsed = parse_fleet(given)
    assert parsed.declaration is not None
    fleet = fleet_of(client)
    held = fleet.apply(fleet.plan(parsed.declaration, {}), {}, lambda _: None).records
    assert all(record.pending for record in held.values())

    assert parse_fleet_outputs(fleet_outputs(given, held)) == held
    off = {key: record.seen_as(ObservedStatus.INACTIVE, "") for key, record in held.items()}
    assert parse_fleet_outputs(fleet_outputs(given, off)) == off


def test_a_refresh_writes_the_names_and_statuses_of_now(iam: StrictIam, client: FakeClient) -> None:
    key = iam.add_key("bob", ObservedStatus.INACTIVE)
    given: dict[str, Any] = bag({key: "Inactive"}, keys={key: {"user_name": "bob"}})
    parsed = parse_fleet(given)
    assert parsed.declaration is not None
    records = applied(client, parsed.declaration).records
    iam.rename("bob", "robert")
    iam.set_status(key, ObservedStatus.ACTIVE)

    refreshed = fleet_of(client).read(records, nobody)

    _, inputs = refreshed_fleet(given, refreshed)
    assert inputs["statuses"] == {key: "Active"}
    assert inputs["keys"] == {key: {"user_name": "robert"}}


def test_a_refresh_warns_once_of_each_key_that_it_finds_deleted(
    iam: StrictIam, client: FakeClient
) -> None:
    keys = [iam.add_key(user, ObservedStatus.INACTIVE) for user in ("ann", "bob", "eve")]
    parsed = parse_fleet(bag(dict.fromkeys(keys, "Inactive")))
    assert parsed.declaration is not None
    records = applied(client, parsed.declaration).records
    iam.delete_key(keys[0])
    iam.delete_key(keys[2])
    told: list[str] = []

    refreshed = fleet_of(client).read(records, told.append)

    assert [line[: len("KS224 access key ") + 20] for line in told] == [
        f"KS224 access key {key}" for key in sorted((keys[0], keys[2]))
    ]
    fleet_of(client).read(refreshed, told.append)
    assert len(told) == 2


def test_a_message_names_twenty_keys_and_counts_the_rest() -> None:
    keys = [f"AKIA{number:016d}" for number in range(23)]

    assert named(keys).endswith(f"{keys[19]} and 3 more")
    assert named(keys[:2]) == f"{keys[0]}, {keys[1]}"
