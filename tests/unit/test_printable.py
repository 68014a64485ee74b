"""No message steers a terminal, a page or a pipeline, whatever somebody else wrote into it."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError, line
from keyswitch.messages.printable import printable

HOSTILE = {
    "\x1b[31mred": r"\x1b[31mred",
    "\x1b]8;;https://evil\x07click": r"\x1b]8;;https://evil\x07click",
    "\x9b2J": r"\x9b2J",
    "user\u202egnp": r"user\u202egnp",
    "zero\u200bwidth": r"zero\u200bwidth",
    "tag\U000e0041": r"tag\U000e0041",
    "::add-mask::x": r"\x3a:add-mask::x",
    "so ::set-output name=a::b": r"so \x3a:set-output name=a::b",
    "glued::warning::b": r"glued\x3a:warning::b",
    "##[error]no": r"#\x23[error]no",
    "##vso[task.setvariable]": r"#\x23vso[task.setvariable]",
}
FIT = [
    "arn:aws:iam::123456789012:user/bob",
    "urn:pulumi:prod::shop::pulumi-python:dynamic/keyswitch:AccessKeyStatus::bob",
    "Jürgen, 漢字 and 🙂",
    "## a heading [with brackets]",
    "std::vector",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_hidden_or_a_command_is_shown_as_an_escape(text: str) -> None:
    assert printable(text) == HOSTILE[text]


@pytest.mark.parametrize("text", FIT)
def test_what_is_fit_to_print_is_left_as_it_is(text: str) -> None:
    assert printable(text) == text


@given(st.text())
def test_nothing_hidden_is_left_of_any_text_and_it_can_be_written(text: str) -> None:
    shown = printable(text)

    assert not set(shown) - {" "} or all(each.isprintable() or each.isspace() for each in shown)
    shown.encode()
    assert printable(shown) == shown


PIECES = st.sampled_from(
    ["::add-mask::x", "::", "##[group]", "##vso[a]", "\n", "\r", "\x1b[2K", "\u2028", "words", " "]
)


@given(st.lists(PIECES).map("".join), st.integers(10, 80))
def test_no_line_of_a_message_begins_a_command_however_it_is_wrapped(text: str, width: int) -> None:
    told = line(catalogue.Overridden(override=text, safeguards=text), Attempt("", "AKIA", text))

    for each in (told, *textwrap.wrap(told, width, break_long_words=False)):
        assert not each.lstrip().startswith("::")
        assert "##[" not in each
        assert "##vso[" not in each
        assert each.isprintable()


def test_the_cause_alone_is_as_fit_to_print_as_the_whole_message() -> None:
    error = KeyswitchError(catalogue.Held(observed="\x1b", change="a", since="b", reasons="::c"))

    assert error.cause.isprintable()
    assert r"\x1b" in error.cause
