"""The sums of a key's events, and the sentences about them: pure, and whatever the events hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from keyswitch.iam.client import AccessKey, LastUsed
from keyswitch.iam.cloudtrail import EventPage, UsageEvent
from keyswitch.model.status import ObservedStatus
from keyswitch.report.digest import Digest
from keyswitch.report.digest_usage import with_usage
from keyswitch.report.key_usage import KeyUsage, Tally, program_of
from keyswitch.report.key_usage_json import to_json
from keyswitch.report.key_usage_table import WIDTH, to_table
from keyswitch.report.key_usage_text import in_short
from keyswitch.report.known_key import KnownKey
from keyswitch.report.rows import Outcome, Row
from support.engine import ROOT

KEY = "AKIAIOSFODNN7EXAMPLE"
ACCOUNT = "123456789012"
NOW = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)
SINCE = NOW - timedelta(days=90)
UNKNOWN = KnownKey(KEY, problem="nobody asked")
SCHEMA = json.loads((ROOT / "docs" / "reference" / "schemas" / "who.schema.json").read_text())
HOSTILE = [
    "\x1b[31mred",
    "::error::x",
    "##[error]x",
    "\u202ex",
    "a\nb\r\tc",
    "`|<script>",
    "[bold]x[/]",
]
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def event(
    at: str = "2026-11-27T10:00:00Z",
    action: str = "s3 ListBuckets",
    address: str = "203.0.113.7",
    agent: str = "aws-cli/2.15",
    error: str = "",
) -> UsageEvent:
    service, _, name = action.partition(" ")
    return UsageEvent(at, f"{service}.amazonaws.com", name, address, agent, error, "bob")


def nothing(_events: int, _oldest: str) -> None:
    pass


def usage(
    *events: UsageEvent, most: int = 5000, regions: Iterable[str] = ("us-east-1",)
) -> KeyUsage:
    """Every region has these events, on one page."""
    tally = Tally(KEY, tuple(regions), most)
    for region in regions:
        tally.read(region, [EventPage(events, is_last=True)], nothing)
    return tally.usage(SINCE, NOW)


def test_events_are_summed_by_service_action_address_agent_and_day() -> None:
    told = usage(
        event("2026-11-27T10:00:00Z"),
        event("2026-11-27T11:00:00Z", error="AccessDenied"),
        event("2026-11-26T10:00:00Z"),
        event(action="sts GetCallerIdentity"),
        event(address="198.51.100.9"),
        event(agent="Boto3/1.34"),
    )

    assert len(told.uses) == 5
    first = told.uses[0]
    assert (first.events, first.day, first.failed) == (2, "2026-11-27", 1)
    assert (first.last, first.errors) == ("2026-11-27T11:00:00Z", (("AccessDenied", 1),))
    assert (told.events, told.failed) == (6, 1)


def test_a_caller_is_an_address_with_a_program_however_its_calls_differ() -> None:
    told = usage(
        event(agent="[aws-cli/2.15 md/arch#x86_64 m/E,Z cfg/retry-mode#standard md/command#s3.ls]"),
        event(agent="aws-cli/2.15 md/arch#x86_64 m/b cfg/retry-mode#adaptive md/command#s3.cp"),
        event("2026-11-20T10:00:00Z", agent="Boto3/1.34"),
    )

    callers = [(each.program, each.events) for each in told.callers]
    assert callers == [("aws-cli/2.15 md/arch#x86_64", 2), ("Boto3/1.34", 1)]
    assert told.callers[0].last == "2026-11-27T10:00:00Z"
    assert told.callers[1].days == ("2026-11-20",)


@pytest.mark.parametrize(
    ("agent", "program"),
    [("m/E", "m/E"), ("", ""), ("a [b]", "a [b"), ("x  y", "x y")],
)
def test_of_a_user_agent_something_always_stays(agent: str, program: str) -> None:
    assert program_of(agent) == program


def test_more_events_than_were_to_be_read_are_said_to_be_more() -> None:
    tally = Tally(KEY, ("eu-west-1", "us-east-1"), 3)
    page = EventPage((event("2026-11-27T10:00:00Z"), event("2026-11-26T10:00:00Z")), is_last=False)
    read: list[str] = []

    def pages() -> Iterable[EventPage]:
        for number in range(9):
            read.append(str(number))
            yield page

    tally.read("eu-west-1", pages(), nothing)
    tally.read("us-east-1", [EventPage((event(),), is_last=True)], nothing)
    told = tally.usage(SINCE, NOW)

    assert read == ["0", "1"]
    assert [each.events for each in told.regions] == [3, 1]
    assert [each.region for each in told.cut_short] == ["eu-west-1"]
    assert "the latest 3 were read, back to 2026-11-26T10:00:00Z. To read more, raise" in words(
        told
    )
    assert "of the latest 3 events of eu-west-1" in in_short(told, "")


def test_exactly_as_many_events_as_were_to_be_read_are_all() -> None:
    assert usage(event(), event(), most=2).cut_short == ()
    assert len(usage(event(), event(), most=1).cut_short) == 1


def test_a_region_that_fails_in_the_middle_keeps_what_was_read() -> None:
    tally = Tally(KEY, ("us-east-1",), 100)
    tally.read("us-east-1", [EventPage((event(),), is_last=False)], nothing)
    tally.fail("us-east-1", "KS306 AWS throttled.")

    told = tally.usage(SINCE, NOW)

    assert told.events == 1
    assert "us-east-1 could be read in part only: KS306 AWS throttled." in words(told)


def test_the_line_of_a_digest_has_room_for_two_long_callers_and_the_last_event() -> None:
    callers = [event(agent=f"{letter * 900}", address=":".join(["2001"] * 8)) for letter in "abc"]
    told = in_short(usage(*callers), ACCOUNT)

    row = Row("n", KEY, "bob", "Active", "Inactive", Outcome.DEACTIVATED, "", "", "")
    (line,) = with_usage(
        Digest("s", failed=False, rows=(row,), unchanged=0, others={}, errors=()), lambda _: told
    ).rows

    assert line.used_by == told
    assert told.endswith(" and 1 more, last 2026-11-27T10:00:00Z")


def test_emptiness_says_what_it_proves_and_what_not() -> None:
    told = words(usage(regions=("eu-west-1", "us-east-1")))

    assert "0 events in account 123456789012 since 2026-08-30T12:00:00Z, in eu-west-1 and" in told
    assert "signed no management call in these regions in this time. It does not prove" in told
    assert "data events" in told


def test_emptiness_of_what_was_not_read_to_the_end_proves_nothing() -> None:
    failed = Tally(KEY, ("us-east-1",), 100)
    failed.fail("us-east-1", "KS740 no.")
    interrupted = Tally(KEY, ("us-east-1",), 100)

    for told in (
        failed.usage(SINCE, NOW),
        interrupted.usage(SINCE, NOW, is_interrupted=True),
    ):
        assert "The lack of events proves nothing" in words(told)
        assert "signed no management call" not in words(told)
    assert in_short(failed.usage(SINCE, NOW), "") == "us-east-1 could not be asked: KS740 no."


@pytest.mark.parametrize(
    ("region", "date", "says"),
    [
        ("ap-south-1", "2026-11-27T10:00:00Z", "add --region ap-south-1."),
        ("us-east-1", "2026-11-27T10:00:00Z", "that was a data event, or is too recent."),
        ("ap-south-1", "2026-01-01T10:00:00Z", None),
        ("N/A", None, None),
    ],
)
def test_a_last_use_that_no_event_is_about_is_named(
    region: str, date: str | None, says: str | None
) -> None:
    key = AccessKey(KEY, "bob", ObservedStatus.ACTIVE, "2024-01-31T09:30:00Z")
    known = KnownKey(KEY, key, LastUsed("bob", date, "s3", region))

    told = words(usage(), known)

    assert "Access key AKIAIOSFODNN7EXAMPLE of user bob is Active and " in told
    assert (says in told) if says else ("IAM reports" not in told)


def test_an_id_of_another_account_is_a_reason_for_emptiness() -> None:
    tally = Tally("AKIAQMR6ZDIKEMGV2SRQ", ("us-east-1",), 100)
    tally.read("us-east-1", [EventPage((), is_last=True)], nothing)
    known = KnownKey("AKIAQMR6ZDIKEMGV2SRQ", problem="it is not allowed")

    told = tally.usage(SINCE, NOW)

    assert "only the key's own account has its events" in words(told, known)
    (of_id,) = re.findall(r"looks like one of account (\d{12})", words(told, known))
    assert in_short(told, ACCOUNT) == (
        f"CloudTrail has no management event since 2026-08-30 in us-east-1 of account {ACCOUNT}; the id looks like one "
        f"of account {of_id}: run keyswitch who AKIAQMR6ZDIKEMGV2SRQ with credentials of that account"
    )
    assert "looks like" not in in_short(told, of_id)


def test_many_callers_are_shown_in_part_and_are_all_in_the_json() -> None:
    told = usage(*[event(address=f"198.51.100.{number}") for number in range(30)])

    assert "... and 10 more callers; --json has all." in words(told)
    assert len(json.loads(to_json(told, UNKNOWN, ACCOUNT))["callers"]) == 30
    assert "and 28 more, last 2026-11-27T10:00:00Z" in in_short(told, "")


@pytest.mark.parametrize("hostile", [*HOSTILE, "漢" * 300, "a" * 5000, SECRET, "é" * 90])
def test_nothing_in_an_event_steers_a_terminal_or_makes_a_line_longer_than_80(hostile: str) -> None:
    told = usage(
        event(agent=hostile),
        event(address=hostile),
        event(error=hostile),
        event(action=hostile),
        replace(event(), user_name=hostile),
    )

    table = to_table(told, UNKNOWN, ACCOUNT, NOW)

    assert max(map(len, table.splitlines())) <= WIDTH
    assert all(line.isprintable() for line in table.splitlines())
    for form in (table, to_json(told, UNKNOWN, ACCOUNT), in_short(told, ACCOUNT)):
        assert SECRET not in form
    assert "\n" not in in_short(told, ACCOUNT)


@given(st.lists(st.text(max_size=300), min_size=1, max_size=5), st.integers(40, 200))
def test_whatever_the_user_agents_no_line_is_longer_than_the_width(
    agents: list[str], width: int
) -> None:
    told = usage(*[event(agent=agent) for agent in agents])

    table = to_table(told, UNKNOWN, ACCOUNT, NOW, width)

    assert max(map(len, table.splitlines())) <= max(width, WIDTH)


def test_the_json_is_as_its_schema_says() -> None:
    key = AccessKey(KEY, "bob", ObservedStatus.ACTIVE, "2024-01-31T09:30:00Z")
    used = LastUsed("bob", "2026-11-27T10:00:00Z", "s3", "us-east-1")
    validator = Draft202012Validator(SCHEMA)
    Draft202012Validator.check_schema(SCHEMA)
    failed = Tally(KEY, ("us-east-1",), 100)
    failed.fail("us-east-1", "KS740 no.")
    for bag in (
        to_json(usage(event(), event(error="AccessDenied")), KnownKey(KEY, key, used), ACCOUNT),
        to_json(usage(), UNKNOWN, ""),
        to_json(failed.usage(SINCE, NOW), KnownKey(KEY, used=used, problem="x"), ACCOUNT),
    ):
        validator.validate(json.loads(bag))
        assert set(json.loads(bag)) == set(SCHEMA["properties"])


def words(told: KeyUsage, known: KnownKey = UNKNOWN) -> str:
    return " ".join(to_table(told, known, ACCOUNT, NOW).split())
