"""Whatever the parsers and the config's reader are given, they read it or tell of it, and repeat no secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyswitch.messages.format import KeyswitchError
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.fleet import FLEET_INPUTS, parse_fleet
from keyswitch.model.fleet_state import FLEET_COMPUTED, parse_fleet_outputs
from keyswitch.model.inputs import INPUTS
from keyswitch.model.parsing import UNKNOWN, parse_inputs, parse_outputs
from keyswitch.model.register import read_register
from support.fuzz import for_a_while
from support.world import TODAY
from unit.test_aws_settings import PULUMI_AWS

KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMIqK7MDENGzbPxRfiCYEXAMPLEKEY"
WORDS = ("Active", "Inactive", "Deleted", "bob", "report", "restore", "7d", "true", "5", "10%", KEY)
NAMES = (
    *(KEY, "status", "user_name", "userName", "on_drift", "on_destroy", "name", "profile"),
    *("roleArn", "duration", "tokenFile", "iam", "sts", "safeguards", "unused_for", "account"),
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([*WORDS, SECRET])
)


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*NAMES, SECRET]), inner, max_size=4)
        ),
        max_leaves=10,
    )


ANYTHING = nested(LEAVES)
KNOWN_OR_NOT = nested(LEAVES | st.just(UNKNOWN))


def bags(names: tuple[str, ...], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(names) | st.text(max_size=8), values, max_size=8)


def refusal_of(call: Callable[[], object]) -> KeyswitchError | None:
    try:
        call()
    except KeyswitchError as error:
        return error
    return None


def repeats_no_secret(*texts: object) -> bool:
    return SECRET not in " ".join(map(str, texts))


@for_a_while
@settings(max_examples=75, deadline=None)
@given(bags((*INPUTS, SECRET), KNOWN_OR_NOT))
def test_a_keys_inputs(bag: dict[str, object]) -> None:
    parsed = parse_inputs(bag)

    if parsed.declaration is None:
        assert parsed.problems or parsed.unknown
    assert all(str(problem).startswith("KS1") for problem in parsed.problems)
    assert repeats_no_secret(*parsed.problems)


@for_a_while
@settings(max_examples=75, deadline=None)
@given(bags(FLEET_INPUTS, KNOWN_OR_NOT))
def test_a_fleets_inputs(bag: dict[str, object]) -> None:
    parsed = parse_fleet(bag)

    if parsed.declaration is None:
        assert parsed.error or parsed.unknown
    else:
        assert not parsed.error
        assert repeats_no_secret(*parsed.declaration.unreadable.values())
    assert repeats_no_secret(*(parsed.error.lines if parsed.error else ()))


@for_a_while
@settings(max_examples=75, deadline=None)
@pytest.mark.parametrize("parse", [parse_outputs, parse_fleet_outputs])
@given(bag=bags((*INPUTS, *FLEET_INPUTS, *FLEET_COMPUTED, "adopted_status", "pending"), ANYTHING))
def test_what_a_state_holds(parse: Any, bag: dict[str, object]) -> None:
    refusal = refusal_of(lambda: parse(bag))

    assert refusal is None or refusal.code == "KS501"
    assert repeats_no_secret(refusal)


@for_a_while
@settings(max_examples=75, deadline=None)
@given(
    st.text() | ANYTHING.map(json.dumps) | st.dictionaries(st.text(), ANYTHING).map(json.dumps),
    st.none() | ANYTHING.map(json.dumps),
    st.none() | ANYTHING.map(json.dumps),
)
def test_a_register(keys: str, defaults: str | None, accounts: str | None) -> None:
    register = read_register(keys, defaults, accounts, now=TODAY)

    assert all(problem.startswith("KS1") for problem in register.problems)
    assert repeats_no_secret(*register.problems, register.summary if register.problems else "")


@for_a_while
@settings(max_examples=125, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*PULUMI_AWS, "assumeRole"]),
        st.text(max_size=20) | st.sampled_from([*WORDS, SECRET]) | ANYTHING.map(json.dumps),
        max_size=6,
    )
)
def test_a_stacks_config(config: dict[str, str]) -> None:
    refusal = refusal_of(lambda: AwsSettings.read(config.get))

    assert refusal is None or refusal.code.startswith("KS1")
    assert repeats_no_secret(refusal)
