"""The register: config in, declarations and problems out."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyswitch.declaration import Declaration
from keyswitch.register import read_register
from keyswitch.status import OnDestroy, Status

KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def test_an_entry_is_a_declaration() -> None:
    entry = {"userName": "bob", "status": "Inactive", "reason": "OPS-1", "onDestroy": "restore"}

    register = read_register(json.dumps({KEY: entry}))

    assert register.problems == ()
    assert register.declarations == (
        Declaration(KEY, Status.INACTIVE, "bob", "OPS-1", OnDestroy.RESTORE),
    )


def test_good_entries_beside_bad_ones_are_still_read() -> None:
    register = read_register(json.dumps({KEY: {"status": "Active"}, "bad": {"status": "off"}}))

    assert [declaration.access_key_id for declaration in register.declarations] == [KEY]
    assert len(register.problems) == 2
    assert all(re.match("KS10[34] entry bad: ", problem) for problem in register.problems)


@pytest.mark.parametrize("name", ["access_key_id", "user_name", "username"])
def test_a_property_in_another_spelling_is_told(name: str) -> None:
    problems = read_register(json.dumps({KEY: {"status": "Active", name: "bob"}})).problems

    assert len(problems) == 1
    assert "KS101" in problems[0]
    assert "userName" in problems[0]


def test_no_register_is_an_empty_one_and_anything_but_a_map_is_told() -> None:
    assert read_register(None).problems == ()
    assert "it is no map" in read_register('["x"]').problems[0]


@pytest.mark.parametrize("config", [SECRET, f'"{SECRET}"', f'{{"{SECRET}": ""}}'])
def test_a_secret_where_the_register_should_be_is_not_repeated(config: str) -> None:
    register = read_register(config)

    assert "KS111" in register.problems[0]
    assert SECRET not in " ".join([*register.problems, register.summary])


@pytest.mark.parametrize("name", [SECRET, f"AKIAIOSFODNN7EXAMPLE/{SECRET}", "x" * 129, "a b"])
def test_an_id_that_may_be_something_else_is_named_by_its_place(name: str) -> None:
    problems = read_register(json.dumps({name: {"status": "Active"}})).problems

    assert "entry number 1" in problems[0]
    assert not any(name in problem for problem in problems)


@given(
    st.dictionaries(
        st.text(max_size=20),
        st.none() | st.text() | st.dictionaries(st.text(max_size=10), st.text() | st.integers()),
        max_size=4,
    )
)
def test_any_map_is_read_or_explained(config: dict[str, object]) -> None:
    register = read_register(json.dumps(config))

    assert len(register.declarations) + len(register.problems) >= len(config)


@given(st.text())
def test_any_text_is_read_or_explained(config: str) -> None:
    register = read_register(config)

    assert not register.problems or register.problems[0].startswith("KS111")
