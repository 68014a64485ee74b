"""Rotations of the register: config in, the declarations of both keys and problems out."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from keyswitch.model import register as of_register
from keyswitch.model.camel_case import renamed
from keyswitch.model.inputs import camel
from keyswitch.model.parsing import UNKNOWN
from keyswitch.model.register import Register, register_of
from keyswitch.model.rotation import inputs_of_current, inputs_of_previous
from keyswitch.model.status import Status, WhenUnmet
from support.world import TODAY

read_register = partial(of_register.read_register, now=TODAY)
NEW, OLD, OTHER = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "AKIA2OGYBAH6STEXAMPL"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
BOB = {"userName": "bob", "current": NEW, "previous": OLD}
ROLE = "arn:aws:iam::111111111111:role/keys"


def rotations(keys: object = None, defaults: object = None, **named: object) -> Register:
    accounts = json.dumps({"prod": {"roleArn": ROLE}})
    texts = (None if each is None else json.dumps(each) for each in (keys, defaults))
    config, shared = texts
    return read_register(config, shared, accounts, json.dumps(named))


def test_a_rotation_declares_what_the_same_inputs_declare_in_a_program() -> None:
    inputs = {
        "user_name": "bob",
        "current": NEW,
        "previous": OLD,
        "overlap": "36h",
        "unused_for": "1d",
        "active_until": "2999-12-31",
        "warn_before": "7d",
        "reason": "OPS-1",
        "allow_reactivation": True,
        "override": "INC-1",
        "account": {"name": "shop", "profile": "shop"},
    }

    (found,) = rotations(bob=renamed(inputs, camel)).rotations

    assert found.inputs == inputs
    assert found.previous is not None
    assert found.current.to_inputs() == inputs_of_current(inputs)
    assert found.previous.to_inputs() == inputs_of_previous(inputs)


def test_a_rotation_names_an_account_and_has_of_the_defaults_what_is_an_input_of_its_own() -> None:
    defaults = {
        "account": "prod",
        "warnBefore": "30d",
        "onDestroy": "deactivate",
        "safeguards": {"unusedFor": "90d", "unmet": "refuse"},
    }
    ends = {**BOB, "activeUntil": "2999-12-31"}

    register = rotations(None, defaults, plain=BOB, ends={**ends, "current": OTHER, "previous": ""})

    assert register.problems == ()
    plain, ending = register.rotations
    assert {each.account.role_arn for each in plain.keys if each.account} == {ROLE}
    assert plain.previous is not None
    assert (plain.previous.on_destroy, plain.previous.safeguards.unused_for) == (None, None)
    assert plain.previous.safeguards.unmet is WhenUnmet.HOLD
    assert plain.current.warn_before is None
    assert str(ending.current.warn_before) == "30d"
    assert ending.previous is None


def test_a_rotation_whose_end_is_over_declares_its_current_key_inactive() -> None:
    (ended,) = rotations(bob={**BOB, "activeUntil": "2001-01-01"}).rotations

    assert ended.current.status is Status.INACTIVE


@pytest.mark.parametrize(
    ("rotation", "told"),
    [
        (
            "x",
            "KS165 the stack config keyswitch:rotations cannot be read: rotation bob is not a map",
        ),
        ({"current": NEW}, "KS102 rotation bob: the required property userName is missing"),
        ({"userName": "bob"}, "KS102 rotation bob: the required property current is missing"),
        ({**BOB, "unused_for": "1d"}, "Did you mean unusedFor?"),
        ({**BOB, "status": "Active"}, "KS101 rotation bob: there is no property status here"),
        ({**BOB, "current": "short"}, "KS104 rotation bob: current is not an access key id"),
        ({**BOB, "previous": f"ASIA{NEW[4:]}"}, "KS105 rotation bob: previous is ASIA"),
        ({**BOB, "previous": NEW}, "KS123 rotation bob: current is the key's own id"),
        ({**BOB, "overlap": "7"}, 'KS117 rotation bob: overlap is not a duration: "7"'),
        ({**BOB, "soak": 14}, "KS109 rotation bob: soak is a number"),
        ({**BOB, "activeUntil": "31.3.2027"}, "KS136 rotation bob: activeUntil is not a date"),
        (
            {**BOB, "warnBefore": "7d"},
            "KS138 rotation bob: warnBefore counts back from activeUntil",
        ),
        ({**BOB, "previous": "", "override": "INC-1"}, "KS125 override applies"),
        ({**BOB, "override": " "}, "KS121 rotation bob: override is empty"),
        ({**BOB, "reason": SECRET}, "KS106 rotation bob: reason looks like a secret"),
        ({**BOB, "account": "dev"}, "KS128 rotation bob: its account dev is not one of those"),
        (
            {**BOB, "account": {"profile": "x"}},
            "KS102 rotation bob: the required property account.name",
        ),
    ],
)
def test_what_is_wrong_with_a_rotation_is_told_in_the_words_of_its_other_forms(
    rotation: object, told: str
) -> None:
    (problem,) = rotations(bob=rotation).problems

    if told.startswith("KS125"):
        told = "KS125 rotation bob: override applies to the previous key of the rotation bob"
    assert told in problem
    assert SECRET not in problem


def test_every_problem_is_told_at_once_and_a_good_rotation_beside_a_bad_one_is_read() -> None:
    register = rotations({OTHER: {"status": "off"}}, bob={"overlap": "7"}, eve=BOB)

    assert [problem[:5] for problem in register.problems] == ["KS103", "KS102", "KS102", "KS117"]
    assert [each.name for each in register.rotations] == ["eve"]


def test_rotations_that_are_no_map_are_told() -> None:
    (problem,) = read_register(None, rotations="[]").problems

    assert problem.startswith(
        "KS165 the stack config keyswitch:rotations cannot be read: not a map"
    )


@pytest.mark.parametrize("name", [SECRET, "", " "])
def test_a_name_that_no_resource_may_have_is_refused_by_its_place(name: str) -> None:
    (problem,) = rotations(**{name: BOB}).problems

    assert problem.startswith("KS165 ")
    assert "rotation number 1" in problem
    assert SECRET not in problem


@pytest.mark.parametrize(
    ("keys", "named", "key", "places"),
    [
        ({NEW: {"status": "Active"}}, {"bob": BOB}, NEW, "keyswitch:keys and rotation bob"),
        ({OLD: {"status": "Active"}}, {"bob": BOB}, OLD, "keyswitch:keys and rotation bob"),
        (
            None,
            {"bob": BOB, "eve": {"userName": "bob", "current": OLD}},
            OLD,
            "rotation bob and rotation eve",
        ),
    ],
)
def test_a_key_that_is_declared_twice_is_refused_by_name(
    keys: object, named: dict[str, Any], key: str, places: str
) -> None:
    (problem,) = rotations(keys, **named).problems

    assert problem.startswith(
        f"KS166 access key {key}: the register declares the key more than once"
    )
    assert places in problem


def test_what_is_encrypted_in_rotations_is_kept_secret_there_and_no_value_is_repeated() -> None:
    text = json.dumps({"bob": {**BOB, "reason": "fired", "overlap": "hunter2"}})

    register = read_register(None, rotations=text, encrypted=["rotations"])

    assert register.secret_in_rotations == {"reason", "override", "external_id"}
    assert register.secret == {"external_id"}
    (problem,) = register.problems
    assert problem.startswith(
        "KS117 rotation bob: overlap is not a duration: the value is a secret"
    )


@pytest.mark.parametrize(
    "name", ["userName", "current", "previous", "overlap", "override", "account"]
)
def test_a_value_that_is_not_known_is_not_judged(name: str) -> None:
    bag = {**BOB, "override": "INC-1", "account": "prod", name: UNKNOWN}

    register = register_of(
        {OTHER: {"status": UNKNOWN}}, None, {"prod": {"roleArn": ROLE}}, {"bob": bag}, now=TODAY
    )

    assert register.problems == ()
