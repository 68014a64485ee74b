"""A message that was made is read back, whatever stands around it."""

from __future__ import annotations

import pytest

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import ALL, Message
from keyswitch.messages.format import Attempt, AwsAnswer, KeyswitchError, line
from keyswitch.messages.parse import read
from unit.test_errors import fields

KEY = "AKIAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.code)
@pytest.mark.parametrize("answer", [None, AwsAnswer("AccessDenied", "4bab-3003")])
def test_every_entry_is_read_back_with_its_subject_and_its_fields(
    entry: type[Message], answer: AwsAnswer | None
) -> None:
    values: dict[str, object] = {**fields(entry)}
    if "seconds" in values:
        values["seconds"] = 30
    attempt = Attempt("deactivating", KEY, "bob@example.org", "from Active to Inactive")

    reading = read(f"warning: {line(entry.of(values), attempt, answer)}\n")

    assert reading is not None
    assert (reading.code, reading.entry) == (entry.code, entry)
    assert (reading.access_key_id, reading.user_name) == (KEY, "bob@example.org")
    assert reading.cause == " ".join(entry.of(values).cause.split())
    for name, value in reading.fields.items():
        assert value == str(values[name])
    assert reading.is_whole


def test_of_several_refusals_of_one_key_the_first_is_read() -> None:
    one, other = ALL[0], ALL[1]
    also = line(other.of(fields(other)))
    text = str(KeyswitchError(one.of(fields(one)), Attempt("adopting", KEY), also=[also]))

    reading = read(text)

    assert reading is not None
    assert reading.cause == one.of(fields(one)).cause
    assert reading.user_name == ""


def test_a_message_of_another_version_still_tells_its_code_and_key() -> None:
    reading = read(f"KS210 access key {KEY} of user bob: in words that are yet to be found.")

    assert reading is not None
    assert (reading.code, reading.access_key_id, reading.user_name) == ("KS210", KEY, "bob")
    assert reading.cause == "in words that are yet to be found."
    assert reading.fields == {}
    assert not reading.is_whole
    unknown = read("KS999 something new.")
    assert unknown is not None
    assert (unknown.code, unknown.entry) == ("KS999", None)


@pytest.mark.parametrize("text", ["", "error: no", "KS1234 is no code", "XKS210 neither"])
def test_what_is_no_message_of_keyswitch_is_not_read(text: str) -> None:
    assert read(text) is None


def test_a_message_is_whole_only_if_nothing_is_before_it_and_its_remedy_ends_it() -> None:
    values = fields(catalogue.Held)
    whole = line(catalogue.Held.of(values), Attempt("", KEY, "bob"))

    def is_whole(text: str) -> bool:
        reading = read(text)
        return reading is not None and reading.is_whole

    assert is_whole(f"warning: {whole}\n")
    assert is_whole(f"{whole} {line(ALL[0].of(fields(ALL[0])))}")
    for text in (
        f"see {whole}",
        f"{whole} And more.",
        whole[:-1],
        whole.removesuffix(" will make the change."),
    ):
        assert not is_whole(text)
    worded = read(f"resource 'bob': property status has a problem: {whole}")
    assert worded is not None
    assert (worded.is_worded, worded.is_whole) == (True, False)


@pytest.mark.parametrize(
    "subject",
    [
        f"entry {KEY}",
        f"key {KEY}",
        "key number 3, sorted by id",
        "account shop",
        "keyswitch:defaults",
        "the fleet",
        "the fleet:",
    ],
)
@pytest.mark.parametrize("entry", [catalogue.BadStatus, catalogue.UnknownAccount])
def test_a_message_about_a_part_of_the_register_or_of_a_fleet_is_whole(
    subject: str, entry: type[Message]
) -> None:
    reading = read(f"error: {line(entry.of(fields(entry)), subject)}")

    assert reading is not None
    assert (reading.is_whole, reading.access_key_id) == (True, "")
    assert reading.cause == " ".join(entry.of(fields(entry)).cause.split())
    lie = read(f"{entry.code} trust me: {line(entry.of(fields(entry)))[6:]}")
    assert lie is not None
    assert not lie.is_whole
