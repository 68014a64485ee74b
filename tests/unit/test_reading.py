"""A message that was made is read back, whatever stands around it."""

from __future__ import annotations

import pytest

from keyswitch.catalogue import ALL, Entry
from keyswitch.errors import Attempt, AwsAnswer, KeyswitchError, message
from keyswitch.reading import read
from unit.test_errors import fields

KEY = "AKIAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.code)
@pytest.mark.parametrize("answer", [None, AwsAnswer("AccessDenied", "4bab-3003")])
def test_every_entry_is_read_back_with_its_subject_and_its_fields(
    entry: Entry, answer: AwsAnswer | None
) -> None:
    values: dict[str, object] = {**fields(entry)}
    if "seconds" in values:
        values["seconds"] = 30
    attempt = Attempt("switching", KEY, "bob@example.org", "from Active to Inactive")

    reading = read(f"warning: {message(entry, attempt, answer, **values)}\n")

    assert reading is not None
    assert (reading.code, reading.entry) == (entry.code, entry)
    assert (reading.access_key_id, reading.user_name) == (KEY, "bob@example.org")
    assert reading.cause == " ".join(entry.cause.format(**values).split())
    for name, value in reading.fields.items():
        assert value == str(values[name])


def test_of_several_refusals_of_one_key_the_first_is_read() -> None:
    one, other = ALL[0], ALL[1]
    also = message(other, None, None, **fields(other))
    text = str(KeyswitchError(one, Attempt("adopting", KEY), None, also=[also], **fields(one)))

    reading = read(text)

    assert reading is not None
    assert reading.cause == one.cause.format(**fields(one))
    assert reading.user_name == ""


def test_a_message_of_another_version_still_tells_its_code_and_key() -> None:
    reading = read(f"KS210 access key {KEY} of user bob: in words that are yet to be found.")

    assert reading is not None
    assert (reading.code, reading.access_key_id, reading.user_name) == ("KS210", KEY, "bob")
    assert reading.cause == "in words that are yet to be found."
    assert reading.fields == {}
    unknown = read("KS999 something new.")
    assert unknown is not None
    assert (unknown.code, unknown.entry) == ("KS999", None)


@pytest.mark.parametrize("text", ["", "error: no", "KS1234 is no code", "XKS210 neither"])
def test_what_is_no_message_of_keyswitch_is_not_read(text: str) -> None:
    assert read(text) is None
