"""Bags in, typed values out, and back again; and what is said of a bad value."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.messages.redact import looks_secret, redact
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.cross_validation import contradictions
from keyswitch.model.durations import Duration
from keyswitch.model.inputs import IN_PROGRAMS, IN_SAFEGUARDS, INPUTS
from keyswitch.model.parsing import UNKNOWN, parse_inputs, parse_outputs
from keyswitch.model.pending import Pending
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import ObservedStatus, OnDestroy, OnDrift, Status, WhenUnmet
from support.world import TODAY

KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
GOOD = {"access_key_id": KEY, "status": "Inactive"}

WORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
key_ids = st.text(WORD, min_size=16, max_size=128).filter(
    lambda text: not text.startswith("ASIA") and not looks_secret(text)
)
user_names = st.text(WORD + "+=,.@-", min_size=1, max_size=128).filter(
    lambda text: not looks_secret(text)
)
reasons = st.text(max_size=200).filter(lambda text: not looks_secret(text))
durations = st.sampled_from(["7d", "36h", "1h30m", "0.5w"]).map(Duration.read)
switches = st.none() | st.booleans()
safeguards = st.builds(
    DeclaredSafeguards,
    unused_for=st.none() | durations,
    successor=st.none() | key_ids,
    overlap=st.none() | durations,
    keep_one_active=switches,
    allow_own_key=switches,
    allow_reactivation=switches,
    refuse_quarantined=switches,
    unmet=st.none() | st.sampled_from(WhenUnmet),
)
words = reasons.filter(lambda text: bool(text.strip()))
declarations = st.builds(
    Declaration,
    access_key_id=key_ids,
    status=st.sampled_from(Status),
    user_name=st.none() | user_names,
    reason=st.none() | reasons,
    on_destroy=st.none() | st.sampled_from(OnDestroy),
    on_drift=st.none() | st.sampled_from(OnDrift),
    safeguards=safeguards,
    override=st.none() | words,
    account=st.none()
    | st.builds(
        DeclaredAccount,
        name=words,
        role_arn=st.none() | st.just("arn:aws:iam::111111111111:role/keys"),
        external_id=st.none() | st.text("ab1+=,.@:/_-", min_size=2, max_size=20),
        session_name=st.none() | st.just("night"),
        duration=st.none() | st.sampled_from(["15m", "1h30m"]),
        region=st.none() | words,
        profile=st.none() | words,
        allowed_account_ids=st.none() | st.just(("111111111111", "222222222222")),
    ),
)
moments = st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds") + "Z")


def guarded(**safeguards: object) -> dict[str, object]:
    return {**GOOD, "safeguards": safeguards}


def in_account(**account: object) -> dict[str, object]:
    return {**GOOD, "account": {"name": "prod", **account}}


@given(declarations)
def test_a_declaration_survives_the_way_through_a_bag(declaration: Declaration) -> None:
    assert parse_inputs(declaration.to_inputs()).declaration == declaration


SAFEGUARD_NAMES = [each.name for each in IN_SAFEGUARDS]


@given(
    declarations,
    user_names,
    st.sampled_from(ObservedStatus),
    st.sampled_from(["", "123456789012"]),
    moments,
    moments | st.just(""),
    st.sampled_from(ObservedStatus),
    st.none()
    | st.builds(
        Pending,
        st.sampled_from(Status),
        moments,
        st.lists(st.sampled_from(SAFEGUARD_NAMES), min_size=1, unique=True).map(tuple),
    ),
)
def test_a_record_survives_the_way_through_the_state(
    declaration: Declaration,
    owner: str,
    status: ObservedStatus,
    account: str,
    created: str,
    changed: str,
    adopted: ObservedStatus,
    pending: Pending | None,
) -> None:
    user_name = declaration.user_name or owner
    record = Record(
        declaration, user_name, status, account, created, changed, adopted, created, pending
    )

    assert parse_outputs(record.to_outputs()) == record
    assert None not in record.to_outputs().values()


def test_a_record_of_the_root_user_has_an_empty_user_name_in_state() -> None:
    record = Record(
        Declaration(KEY, Status.ACTIVE),
        None,
        ObservedStatus.ACTIVE,
        "",
        "",
        "",
        ObservedStatus.ACTIVE,
    )

    assert record.to_outputs()["user_name"] == ""
    assert parse_outputs(record.to_outputs()).user_name is None


@pytest.mark.parametrize(
    ("bag", "code", "says"),
    [
        ({"status": "Active"}, "KS102", "required property access_key_id is missing"),
        ({"access_key_id": KEY}, "KS102", "required property status is missing"),
        ({**GOOD, "acess_key_id": KEY}, "KS101", "Did you mean access_key_id?"),
        ({**GOOD, "zzz": "1"}, "KS101", "Use one of: access_key_id, status, user_name"),
        ({**GOOD, "status": "inactive"}, "KS103", 'did you mean "Inactive"?'),
        ({**GOOD, "status": "ACTIVE"}, "KS103", 'did you mean "Active"?'),
        ({**GOOD, "status": "Inactve"}, "KS103", 'did you mean "Inactive"?'),
        ({**GOOD, "status": "disabled"}, "KS103", 'did you mean "Inactive"?'),
        ({**GOOD, "status": "on"}, "KS103", 'did you mean "Active"?'),
        ({**GOOD, "status": "Expired"}, "KS103", 'the status "Expired" is neither'),
        ({**GOOD, "status": "frobnicate"}, "KS103", "with a capital first letter."),
        ({**GOOD, "status": False}, "KS109", 'the boolean false (did you mean "Inactive"?)'),
        ({**GOOD, "status": 1.0}, "KS109", "status is a number"),
        ({**GOOD, "reason": ["x"]}, "KS109", "reason is a list"),
        ({**GOOD, "user_name": {"x": "y"}}, "KS109", "user_name is a map"),
        ({**GOOD, "access_key_id": "AKIA"}, "KS104", "has 4 characters"),
        ({**GOOD, "access_key_id": "A" * 129}, "KS104", "has 129 characters"),
        ({**GOOD, "access_key_id": "AKIA-IOSFODNN7EXAMPLE"}, "KS104", "other than letters"),
        ({**GOOD, "access_key_id": "ASIAIOSFODNN7EXAMPLE"}, "KS105", "temporary key of AWS STS"),
        ({**GOOD, "user_name": "path/bob"}, "KS107", "contains '/'"),
        ({**GOOD, "user_name": ""}, "KS107", "has 0 characters"),
        ({**GOOD, "user_name": "b" * 129}, "KS107", "has 129 characters"),
        ({**GOOD, "on_destroy": "Leave"}, "KS108", 'did you mean "leave"?'),
        ({**GOOD, "on_destroy": "delete"}, "KS108", '"leave" or "deactivate" or "restore"'),
        ({**GOOD, "on_drift": "ignore"}, "KS108", '"enforce" or "report"'),
        ({**GOOD, "override": " "}, "KS121", "override is empty"),
        ({**GOOD, "override": True}, "KS109", "override is the boolean true, not"),
        ({**GOOD, "safeguards": "7d"}, "KS119", "safeguards is a string, not a map"),
        ({**GOOD, "safeguards": [1]}, "KS119", "Write a map with any of: unused_for, "),
        (guarded(unused_fr="7d"), "KS101", "there is no property safeguards.unused_fr"),
        (guarded(unused_fr="7d"), "KS101", "Did you mean unused_for? Use one of: unused_for, succ"),
        (guarded(unused_for="7"), "KS117", 'safeguards.unused_for is not a duration: "7": not a'),
        (guarded(unused_for="7 days"), "KS117", "not a number with a unit"),
        (guarded(unused_for="7d, 3h"), "KS117", "not a number with a unit"),
        (guarded(unused_for="7q"), "KS117", "not a number with a unit"),
        (guarded(unused_for="1mm"), "KS117", "not a number with a unit"),
        (guarded(unused_for="9000y"), "KS117", "longer than a hundred years"),
        (guarded(unused_for="0d"), "KS117", "must be greater than zero"),
        (guarded(unused_for="-7d"), "KS117", "not a number with a unit"),
        (guarded(unused_for=7.0), "KS109", "safeguards.unused_for is a number"),
        (guarded(overlap="x"), "KS117", "safeguards.overlap is not a duration"),
        (guarded(successor="AKIA"), "KS104", "safeguards.successor is not an access key id"),
        (guarded(keep_one_active="yes"), "KS118", "is a string, not a boolean"),
        (guarded(allow_own_key=1.0), "KS118", "is a number, not a boolean"),
        (guarded(unmet="wait"), "KS108", 'Write "refuse" or "hold"'),
        (guarded(unmet="Hold"), "KS108", 'did you mean "hold"?'),
        ({**GOOD, "account": "prod"}, "KS119", "account is a string, not a map"),
        ({**GOOD, "account": {}}, "KS102", "the required property account.name is missing"),
        (in_account(rolearn="x"), "KS101", "Did you mean role_arn?"),
        (in_account(role_arn="keys"), "KS127", "account.role_arn cannot be read: not the ARN"),
        (in_account(session_name="x"), "KS127", "account.session_name cannot be read: must have"),
        (in_account(duration="1d"), "KS127", "account.duration cannot be read: it is none such as"),
        (in_account(duration="13h"), "KS127", "must be between 15m and 12h"),
        (in_account(allowed_account_ids="1"), "KS127", "not a list of account ids"),
        (in_account(allowed_account_ids=["1"]), "KS127", "twelve digits each"),
        (in_account(allowed_account_ids=[12345678901.0]), "KS127", "quotes if the first is a 0"),
        (in_account(allowed_account_ids=[True]), "KS127", "twelve digits each"),
        (in_account(region=3.0), "KS109", "account.region is a number"),
        (
            in_account(external_id="x"),
            "KS127",
            "account.external_id cannot be read: must have 2 to",
        ),
        (in_account(profile=""), "KS127", "account.profile cannot be read: is empty"),
    ],
)
def test_a_bad_input_is_told_by_code_cause_and_remedy(
    bag: dict[str, object], code: str, says: str
) -> None:
    (problem,) = parse_inputs(bag).problems

    assert str(problem).startswith(f"{code} ")
    assert says in str(problem)


def test_an_account_id_that_yaml_made_a_number_is_read_as_its_digits() -> None:
    parsed = parse_inputs(in_account(allowed_account_ids=[222222222222.0, "012345678901"]))

    assert parsed.declaration is not None
    assert parsed.declaration.account is not None
    assert parsed.declaration.account.allowed_account_ids == ("222222222222", "012345678901")


def test_every_problem_is_found_at_once() -> None:
    bag = {"access_key_id": "x", "status": "off", "user_name": "a b", "on_destroy": 3, "other": "y"}

    codes = [problem.message.code for problem in parse_inputs(bag).problems]

    assert sorted(codes) == ["KS101", "KS103", "KS104", "KS107", "KS109"]


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        SECRET.replace("/", "x"),
        f"key {SECRET}, keep",
        f"AKIAIOSFODNN7EXAMPLE/{SECRET}",
        f"AKIAIOSFODNN7EXAMPLE:{SECRET}",
        f"secret/{SECRET}",
        f"{SECRET}/",
        f"x{SECRET}",
        "IQoJb3JpZ2luX2Vj" + "aB3dE5fG7hJ9kL" * 8,
    ],
)
def test_a_secret_in_any_field_is_refused_without_a_word_of_it(name: str, value: str) -> None:
    problems = parse_inputs({**GOOD, name: value}).problems

    assert "KS106" in {problem.message.code for problem in problems}
    for problem in problems:
        assert "wJalr" not in str(problem)
        assert "aB3dE5" not in str(problem)


@pytest.mark.parametrize("name", SAFEGUARD_NAMES)
def test_a_secret_among_the_safeguards_is_refused_without_a_word_of_it(name: str) -> None:
    (problem,) = parse_inputs(guarded(**{name: SECRET})).problems

    assert type(problem.message) is catalogue.SecretPasted
    assert SECRET not in str(problem)


@pytest.mark.parametrize(
    ("bag", "code", "says"),
    [
        ({**GOOD, "status": "Active", "override": "INC-4711"}, "KS120", "the status is Active"),
        (guarded(successor=KEY), "KS123", "safeguards.successor is the key's own id"),
        (guarded(overlap="7d"), "KS124", "Add safeguards.successor"),
    ],
)
def test_safeguards_that_contradict_each_other_are_told(
    bag: dict[str, object], code: str, says: str
) -> None:
    declaration = parse_inputs(bag).declaration
    assert declaration is not None

    (problem,) = contradictions(declaration, IN_PROGRAMS, TODAY)

    assert str(problem).startswith(f"{code} ")
    assert says in str(problem)


def test_an_omitted_safeguard_and_one_said_to_be_off_are_told_apart() -> None:
    said = parse_inputs({**GOOD, "safeguards": {"keep_one_active": False}}).declaration
    omitted = parse_inputs(GOOD).declaration

    assert said != omitted


@pytest.mark.parametrize(
    ("record", "status"),
    [
        ({}, "Active"),
        ({"status": ObservedStatus.EXPIRED}, "Inactive"),
        ({"pending": Pending(Status.INACTIVE, "2026", ("unused_for",))}, "Inactive"),
        ({"on_drift": OnDrift.REPORT}, "Inactive"),
        ({"on_drift": OnDrift.REPORT, "override": "INC-1"}, "Active"),
    ],
)
def test_after_a_refresh_the_inputs_show_the_live_status_where_a_program_would_change_it(
    record: dict[str, object], status: str
) -> None:
    policy = {name: record.pop(name) for name in ("on_drift", "override") if name in record}
    declaration = Declaration(KEY, Status.INACTIVE, "bob", **policy)  # type: ignore[arg-type]
    adopted = ObservedStatus.ACTIVE
    refreshed = Record(declaration, "bob", adopted, "1", "", "", adopted)

    assert replace(refreshed, **record).to_inputs()["status"] == status  # type: ignore[arg-type]


def test_a_state_of_the_first_release_has_nothing_pending() -> None:
    status = ObservedStatus.ACTIVE
    record = Record(Declaration(KEY, Status.ACTIVE), "bob", status, "1", "", "", status)
    outputs = record.to_outputs()
    del outputs["pending"], outputs["status_since"]

    assert parse_outputs(outputs) == record


def test_a_pending_switch_edited_by_hand_is_an_error() -> None:
    status = ObservedStatus.ACTIVE
    record = Record(Declaration(KEY, Status.ACTIVE), "bob", status, "1", "", "", status)

    with pytest.raises(KeyswitchError, match="no usable pending"):
        parse_outputs({**record.to_outputs(), "pending": "soon"})


def test_a_secret_as_the_name_of_a_property_is_not_repeated() -> None:
    (problem,) = parse_inputs({**GOOD, SECRET: "x"}).problems

    assert SECRET not in str(problem)
    assert SECRET not in problem.property


@pytest.mark.parametrize(
    "text",
    [
        "rotated in commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "see https://github.com/example/infrastructure/pull/1234 and OPS-123",
        "AKIAIOSFODNN7EXAMPLE",
        "a" * 40,
        "https://example.com/Acme/platform/wiki/KeyRotation2024Procedure",
        "arn:aws:iam::123456789012:user/division/team/bob",
    ],
)
def test_what_only_resembles_a_secret_may_be_said(text: str) -> None:
    assert not looks_secret(text)
    assert redact(text) == text


def test_a_secret_in_somebody_elses_words_is_taken_out() -> None:
    assert redact(f"cannot sign with {SECRET}!") == "cannot sign with [redacted]!"


def test_an_unknown_input_stands_as_it_was_before() -> None:
    before = Declaration(KEY, Status.ACTIVE, "bob", "deploys")

    parsed = parse_inputs({**GOOD, "user_name": UNKNOWN, "reason": UNKNOWN}, previous=before)

    assert parsed.declaration == Declaration(KEY, Status.INACTIVE, "bob", "deploys")
    assert parsed.unknown == {"user_name", "reason"}


def test_without_a_before_an_unknown_status_gives_no_declaration_and_no_problem() -> None:
    parsed = parse_inputs({**GOOD, "status": UNKNOWN})

    assert parsed.declaration is None
    assert parsed.problems == ()


@pytest.mark.parametrize(
    "missing",
    ["user_name_resolved", "desired_status", "status", "account_id", "adopted_status", "user_name"],
)
def test_a_state_edited_by_hand_is_an_error_that_names_what_is_missing(missing: str) -> None:
    status = ObservedStatus.ACTIVE
    record = Record(Declaration(KEY, Status.ACTIVE, "bob"), "bob", status, "1", "", "", status)
    outputs = record.to_outputs()
    del outputs[missing]

    with pytest.raises(KeyswitchError) as raised:
        parse_outputs(outputs)

    assert type(raised.value.message) is catalogue.UnreadableState


def test_a_state_with_an_adopted_status_nobody_knows_is_an_error() -> None:
    status = ObservedStatus.ACTIVE
    record = Record(Declaration(KEY, Status.ACTIVE), "bob", status, "1", "", "", status)

    with pytest.raises(KeyswitchError, match="no usable adopted_status"):
        parse_outputs({**record.to_outputs(), "adopted_status": "Sleeping"})
