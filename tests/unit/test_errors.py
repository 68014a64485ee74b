"""The catalogue: each entry makes a message, and the page in the docs is made from it."""

from __future__ import annotations

import re
import string

import pytest

from errors_page import errors_page
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import Attempt, AwsAnswer, KeyswitchError, line
from keyswitch.report.controls import EVERY_MESSAGE
from support.engine import ROOT


def fields(entry: type[Message]) -> dict[str, str]:
    names = {
        name.partition(":")[0]
        for template in (entry.text, entry.remedy)
        for _, name, _, _ in string.Formatter().parse(template)
        if name
    }
    return {name: f"<{name}>" for name in names}


def test_codes_are_unique_and_in_families() -> None:
    codes = [entry.code for entry in EVERY_MESSAGE]

    assert len(set(codes)) == len(codes) > 40
    assert all(re.fullmatch(r"KS[1-8]\d\d", code) for code in codes)


@pytest.mark.parametrize("entry", EVERY_MESSAGE, ids=lambda entry: entry.code)
def test_every_entry_says_cause_and_remedy_in_whole_sentences(entry: type[Message]) -> None:
    values: dict[str, object] = {**fields(entry)}
    if "seconds" in values:
        values["seconds"] = 30

    text = line(entry.of(values), Attempt("deactivating", "AKIA", "bob", "to Inactive"))

    assert text.startswith(f"{entry.code} deactivating access key AKIA of user bob to Inactive: ")
    assert text.endswith(".")
    assert ".." not in text.replace("...", "")
    assert "  " not in text


def test_a_message_whose_template_names_no_field_of_its_own_cannot_be_imported() -> None:
    with pytest.raises(TypeError, match=r"Odd: \['typo'\]"):

        class Odd(Message):
            code = "KS999"
            title = "Odd"
            text = "{name} has a {typo}"
            remedy = "Nothing."

            name: object


def test_a_message_tells_attempt_key_user_cause_aws_answer_and_remedy_in_one_line() -> None:
    error = KeyswitchError(
        catalogue.LimitExceeded(message="too\nmany"),
        Attempt("deactivating", "AKIAIOSFODNN7EXAMPLE", "bob", "to Inactive"),
        AwsAnswer("LimitExceeded", "4c6b"),
    )

    assert str(error) == (
        "KS303 deactivating access key AKIAIOSFODNN7EXAMPLE of user bob to Inactive: AWS answered "
        "LimitExceeded: too many (LimitExceeded, request id 4c6b). Run again later: "
        "this account makes too many changes at the moment. No status was changed."
    )
    assert error.code == "KS303"


def test_an_error_from_below_is_told_of_the_attempt_that_it_served() -> None:
    error = KeyswitchError(catalogue.Unreachable(endpoint="https://iam", message="refused"))

    told = error.with_context(Attempt("looking at", "AKIA", None))

    assert str(told).startswith("KS401 looking at access key AKIA: https://iam cannot be reached")


def test_the_page_in_the_docs_is_the_catalogue() -> None:
    assert (ROOT / "docs" / "errors.md").read_text() == errors_page(), "run `make docs`"
