"""Bags in, typed values out, and back again; and what is said of a bad value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyswitch import catalogue
from keyswitch.declaration import (
    UNKNOWN,
    Declaration,
    Record,
    parse_inputs,
    parse_outputs,
)
from keyswitch.errors import KeyswitchError
from keyswitch.problems import INPUTS
from keyswitch.secrets import looks_secret, redact
from keyswitch.status import ObservedStatus, OnDestroy, Status

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
declarations = st.builds(
    Declaration,
    access_key_id=key_ids,
    status=st.sampled_from(Status),
    user_name=st.none() | user_names,
    reason=st.none() | reasons,
    on_destroy=st.none() | st.sampled_from(OnDestroy),
)
moments = st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds") + "Z")


@given(declarations)
def test_a_declaration_survives_the_way_through_a_bag(declaration: Declaration) -> None:
    assert parse_inputs(declaration.to_inputs()).declaration == declaration


@given(
    declarations,
    user_names,
    st.sampled_from(ObservedStatus),
    st.sampled_from(["", "123456789012"]),
    moments,
    moments | st.just(""),
    st.sampled_from(ObservedStatus),
)
def test_a_record_survives_the_way_through_the_state(
    declaration: Declaration,
    owner: str,
    status: ObservedStatus,
    account: str,
    created: str,
    changed: str,
    adopted: ObservedStatus,
) -> None:
    user_name = declaration.user_name or owner
    record = Record(declaration, user_name, status, account, created, changed, adopted)

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


@given(
    st.dictionaries(
        st.sampled_from(INPUTS) | st.text(max_size=8),
        st.none()
        | st.booleans()
        | st.floats()
        | st.text()
        | st.lists(st.text())
        | st.just(UNKNOWN),
        max_size=8,
    )
)
def test_any_bag_is_parsed_or_explained_and_never_breaks_the_parser(bag: dict[str, object]) -> None:
    parsed = parse_inputs(bag)

    if parsed.declaration is None:
        assert parsed.problems or parsed.unknown
    for problem in parsed.problems:
        assert str(problem).startswith("KS1")


@pytest.mark.parametrize(
    ("bag", "code", "says"),
    [
        ({"status": "Active"}, "KS102", "required property access_key_id is missing"),
        ({"access_key_id": KEY}, "KS102", "required property status is missing"),
        ({**GOOD, "acess_key_id": KEY}, "KS101", "Did you mean access_key_id?"),
        ({**GOOD, "zzz": "1"}, "KS101", "Known: access_key_id, status, user_name"),
        ({**GOOD, "status": "inactive"}, "KS103", 'did you mean "Inactive"?'),
        ({**GOOD, "status": "ACTIVE"}, "KS103", 'did you mean "Active"?'),
        ({**GOOD, "status": "Inactve"}, "KS103", 'did you mean "Inactive"?'),
        ({**GOOD, "status": "disabled"}, "KS103", 'did you mean "Inactive"?'),
        ({**GOOD, "status": "on"}, "KS103", 'did you mean "Active"?'),
        ({**GOOD, "status": "Expired"}, "KS103", '"Expired" cannot be declared'),
        ({**GOOD, "status": "frobnicate"}, "KS103", "spelt exactly so."),
        ({**GOOD, "status": False}, "KS109", 'the boolean false (did you mean "Inactive"?)'),
        ({**GOOD, "status": 1.0}, "KS109", "status is a number"),
        ({**GOOD, "reason": ["x"]}, "KS109", "reason is a list"),
        ({**GOOD, "user_name": {"x": "y"}}, "KS109", "user_name is a map"),
        ({**GOOD, "access_key_id": "AKIA"}, "KS104", "it has 4 characters"),
        ({**GOOD, "access_key_id": "A" * 129}, "KS104", "it has 129 characters"),
        ({**GOOD, "access_key_id": "AKIA-IOSFODNN7EXAMPLE"}, "KS104", "other than letters"),
        ({**GOOD, "access_key_id": "ASIAIOSFODNN7EXAMPLE"}, "KS105", "temporary key of AWS STS"),
        ({**GOOD, "user_name": "path/bob"}, "KS107", "it contains '/'"),
        ({**GOOD, "user_name": ""}, "KS107", "it has 0 characters"),
        ({**GOOD, "user_name": "b" * 129}, "KS107", "it has 129 characters"),
        ({**GOOD, "on_destroy": "Leave"}, "KS108", 'did you mean "leave"?'),
        ({**GOOD, "on_destroy": "delete"}, "KS108", '"leave" (the default)'),
    ],
)
def test_a_bad_input_is_told_by_code_cause_and_remedy(
    bag: dict[str, object], code: str, says: str
) -> None:
    (problem,) = parse_inputs(bag).problems

    assert str(problem).startswith(f"{code} ")
    assert says in str(problem)


def test_every_problem_is_found_at_once() -> None:
    bag = {"access_key_id": "x", "status": "off", "user_name": "a b", "on_destroy": 3, "other": "y"}

    codes = [problem.entry.code for problem in parse_inputs(bag).problems]

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

    assert "KS106" in {problem.entry.code for problem in problems}
    for problem in problems:
        assert not problem.repeatable
        assert "wJalr" not in str(problem)
        assert "aB3dE5" not in str(problem)


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

    assert raised.value.entry is catalogue.UNREADABLE_STATE


def test_a_state_with_a_status_nobody_knows_is_an_error() -> None:
    status = ObservedStatus.ACTIVE
    record = Record(Declaration(KEY, Status.ACTIVE), "bob", status, "1", "", "", status)

    with pytest.raises(KeyswitchError, match="no usable adopted_status"):
        parse_outputs({**record.to_outputs(), "adopted_status": "Sleeping"})
