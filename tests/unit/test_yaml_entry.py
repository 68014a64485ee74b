"""One entry of a YAML file changed as text: what is not the edit stays, and what cannot be edited is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyswitch.cli.yaml_edit import data_of
from keyswitch.cli.yaml_entry import line_of, with_values

PATH = ("config", "keyswitch:keys", "AKIA1")
NEW = {"status": "Inactive", "override": "INC-1: leaked"}
ENDS = ("activeUntil", "warnBefore")
HEAD = "# head\nconfig:\n  keyswitch:keys: # ours\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "    AKIA1:\n      userName: 'bob'\n      status: Active # why\n      # end\n    AKIA2: {a: 1}\n",
            (
                "    AKIA1:\n      userName: 'bob'\n      status: Inactive # why\n"
                "      override: 'INC-1: leaked'\n      # end\n    AKIA2: {a: 1}\n"
            ),
        ),
        (
            "    AKIA1: {userName: bob, status: Active, activeUntil: '2027-01-01'} # why\n",
            '    AKIA1: {userName: bob, status: "Inactive", override: "INC-1: leaked"} # why\n',
        ),
        (
            "    AKIA1:\n      activeUntil: 2027-01-01\n      warnBefore: 3d\n      status: Active",
            "    AKIA1:\n      status: Inactive\n      override: 'INC-1: leaked'\n",
        ),
        (
            "    AKIA1:\n      status:\n        secure: v1\n      # why\n      override: old\n",
            "    AKIA1:\n      status: Inactive\n      # why\n      override: 'INC-1: leaked'\n",
        ),
        (
            "    AKIA1:\n      userName: bob\n\n    # about the other\n    AKIA2: {a: 1}\n",
            (
                "    AKIA1:\n      userName: bob\n      status: Inactive\n      override: 'INC-1: leaked'\n\n"
                "    # about the other\n    AKIA2: {a: 1}\n"
            ),
        ),
        (
            "    'AKIA1':\n        status: |\n          Active\n        safeguards:\n          unusedFor: 7d\n",
            (
                "    'AKIA1':\n        status: Inactive\n        override: 'INC-1: leaked'\n        safeguards:\n"
                "          unusedFor: 7d\n"
            ),
        ),
    ],
)
def test_an_entry_is_edited_and_every_other_line_stays(before: str, after: str) -> None:
    assert with_values(HEAD + before, PATH, NEW, ENDS) == HEAD + after
    assert line_of(HEAD + before, PATH) == 4


def test_the_line_endings_of_the_file_stay() -> None:
    text = (HEAD + "    AKIA1:\n      status: Active\n").replace("\n", "\r\n")

    made = with_values(text, PATH, NEW, ENDS)

    assert made is not None
    assert made.count("\n") == made.count("\r\n") == 6


def test_a_file_in_json_is_edited_too() -> None:
    text = '{"config": {"keyswitch:keys": {"AKIA1": {"status": "Active"}}}}'

    made = with_values(text, PATH, NEW, ENDS)

    assert made == (
        '{"config": {"keyswitch:keys": {"AKIA1": {"status": "Inactive", "override": "INC-1: leaked"}}}}'
    )


@pytest.mark.parametrize(
    "entry",
    [
        "    AKIA1: &one\n      status: Active\n    AKIA2: *one\n",
        "    AKIA2: &one\n      status: Active\n    AKIA1: *one\n",
        "    AKIA1:\n",
        "    AKIA1: Active\n",
        "    AKIA1: {\n      status: Active, # why\n      userName: bob}\n",
        "    AKIA1: {status: Active}\n    AKIA1: {status: Active}\n",
        "    AKIA2:\n      status: Active\n",
        "    AKIA1: [status\n",
    ],
)
def test_what_cannot_be_edited_without_harm_is_left_alone(entry: str) -> None:
    assert with_values(HEAD + entry, PATH, NEW, ENDS) is None


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=40), st.booleans())
def test_any_value_comes_back_as_it_went_in(value: str, in_braces: bool) -> None:  # noqa: FBT001 - drawn
    entry = "    AKIA1: {status: Active}\n" if in_braces else "    AKIA1:\n      status: Active\n"

    made = with_values(HEAD + entry, PATH, {"status": "Inactive", "override": value}, ())

    if made is not None:
        assert data_of(made)["config"]["keyswitch:keys"]["AKIA1"]["override"] == value
    else:
        assert not value.isprintable() or not value.isascii()
