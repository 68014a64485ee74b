"""The register: config in, declarations and problems out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyswitch.declaration import Declaration
from keyswitch.register import read_register
from keyswitch.status import OnDestroy, Status

KEY = "AKIAIOSFODNN7EXAMPLE"


def test_an_entry_is_a_declaration() -> None:
    entry = {"userName": "bob", "status": "Inactive", "reason": "OPS-1", "onDestroy": "restore"}

    register = read_register({KEY: entry})

    assert register.problems == ()
    assert register.declarations == (
        Declaration(KEY, Status.INACTIVE, "bob", "OPS-1", OnDestroy.RESTORE),
    )


def test_good_entries_beside_bad_ones_are_still_read() -> None:
    register = read_register({KEY: {"status": "Active"}, "bad": {"status": "off"}})

    assert [declaration.access_key_id for declaration in register.declarations] == [KEY]
    assert len(register.problems) == 2
    assert all(problem.startswith("bad: KS10") for problem in register.problems)


@pytest.mark.parametrize("name", ["access_key_id", "user_name", "username"])
def test_a_property_in_another_spelling_is_told(name: str) -> None:
    problems = read_register({KEY: {"status": "Active", name: "bob"}}).problems

    assert len(problems) == 1
    assert "KS101" in problems[0]
    assert "userName" in problems[0]


def test_no_register_is_an_empty_one_and_anything_but_a_map_is_told() -> None:
    assert read_register(None).problems == ()
    assert "it is no map" in read_register(["x"]).problems[0]


@given(
    st.dictionaries(
        st.text(max_size=20),
        st.none() | st.text() | st.dictionaries(st.text(max_size=10), st.text() | st.integers()),
        max_size=4,
    )
)
def test_any_register_is_read_or_explained(config: dict[str, object]) -> None:
    register = read_register(config)

    assert len(register.declarations) + len(register.problems) >= len(config)
