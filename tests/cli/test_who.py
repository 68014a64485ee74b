"""``keyswitch who``, and the same in a digest: against a strict fake of CloudTrail next to that of IAM."""

from __future__ import annotations

import io
import json
import re
import signal
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console
from werkzeug.wrappers import Response

from cli.conftest import Keyswitch
from digest.test_digest import RECORDED
from keyswitch.cli import key_lookup
from keyswitch.iam import boto_cloudtrail
from keyswitch.model.status import ObservedStatus
from keyswitch.report.digest import digest
from keyswitch.report.digest_usage import MOST_KEYS, with_usage
from keyswitch.report.preview_json import read_preview
from support.engine import ROOT
from support.http import Call, RecordingServer, serving
from support.pages import differs, shown
from support.strict_app import strict_app
from support.strict_cloudtrail import IN_PARAMETERS, StrictCloudTrail, cloudtrail_app
from support.strict_iam import StrictIam

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
NOW = datetime.now(timezone.utc)
SCHEMA = json.loads((ROOT / "docs" / "reference" / "schemas" / "who.schema.json").read_text())
DECLARED = ("AKIAEXAMPLE000000001", "AKIAEXAMPLE000000002")
"""The keys that the recorded preview ``declared`` deactivates."""


@pytest.fixture
def trail() -> StrictCloudTrail:
    return StrictCloudTrail()


@pytest.fixture
def server(strict_iam: StrictIam, trail: StrictCloudTrail) -> Iterator[RecordingServer]:
    with serving(cloudtrail_app(trail, strict_app(strict_iam))) as server:
        yield server


@pytest.fixture
def key(strict_iam: StrictIam) -> str:
    key = strict_iam.add_key("bob")
    strict_iam.used[key] = f"{NOW - timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"
    return key


_DAY = r"(?<=days: )\d{4}-\d\d-\d\d$"


def words(text: str) -> str:
    return " ".join(text.split())


def asked(server: RecordingServer) -> list[str]:
    return sorted(call.region for call in server.calls if call.action == "LookupEvents")


def test_it_names_the_programs_that_use_a_key_and_what_iam_says_of_it(
    keyswitch: Keyswitch, trail: StrictCloudTrail, key: str
) -> None:
    for _ in range(3):
        trail.add(key, agent="deploy.py Boto3/1.34", address="203.0.113.7")
    trail.add(key, error="AccessDenied", name="CreateBucket", agent="Terraform/1.9")

    told = keyswitch("who", key)

    said = words(told.stdout)
    assert said.startswith(
        f"Access key {key} of user bob is Active and was last used 3 hours ago by s3 in eu-west-1 ("
    )
    assert "4 events by 2 callers in account 123456789012 since " in said
    assert ", in us-east-1. Calls that failed or were refused: 1." in said
    assert "203.0.113.7 events: 3 last: " in said
    assert "program: deploy.py Boto3/1.34 actions: s3 ListBuckets 3" in said
    assert "program: Terraform/1.9 actions: s3 CreateBucket 1" in said
    assert "IAM reports the last use in eu-west-1, which was not asked" in said
    assert "CloudTrail's event history does not show: - data events" in said
    assert max(map(len, told.stdout.splitlines())) <= 80
    assert IN_PARAMETERS not in told.output


def test_by_default_the_region_of_the_settings_and_that_of_iam_are_asked(
    keyswitch: Keyswitch, server: RecordingServer, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    told = keyswitch("who", key)

    assert asked(server) == ["eu-west-1", "us-east-1"]
    assert "in eu-west-1 and us-east-1." in words(told.stdout)


def test_the_regions_that_are_named_are_asked_and_no_others(
    keyswitch: Keyswitch, server: RecordingServer, trail: StrictCloudTrail, key: str
) -> None:
    trail.add(key, "eu-west-1", agent="here")
    trail.add(key, "us-east-1", agent="there")

    regions = ("--region", "eu-west-1", "--region", "sa-east-1", "--region", "eu-west-1")
    told = keyswitch("who", key, *regions)

    assert asked(server) == ["eu-west-1", "sa-east-1"]
    assert "program: here" in words(told.stdout)
    assert "there" not in words(told.stdout).split()


def test_a_region_that_cannot_be_asked_loses_no_other_and_ends_it_with_1(
    keyswitch: Keyswitch, trail: StrictCloudTrail, key: str
) -> None:
    trail.add(key)
    trail.denied.add("eu-west-1")
    trail.disabled.add("me-south-1")
    regions = ("--region", "eu-west-1", "--region", "me-south-1", "--region", "us-east-1")

    told = keyswitch("who", key, *regions, code=1)

    said = words(told.stdout)
    assert "1 event by 1 caller" in said
    assert "eu-west-1 could not be asked: KS740 arn:aws:iam::123456789012:user/ci may not" in said
    assert "Allow cloudtrail:LookupEvents on the resource *" in said
    assert "me-south-1 could not be asked: KS742 AWS does not accept the credentials" in said
    assert told.stderr.startswith("error: KS743 ")
    assert "in eu-west-1 and me-south-1" in told.stderr

    bag = json.loads(keyswitch("who", key, *regions, "--json", code=1).stdout)
    assert [each["is_complete"] for each in bag["regions"]] == [False, False, True]
    assert bag["regions"][0]["problem"].startswith("KS740 ")


def test_without_events_it_says_what_that_proves(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    told = keyswitch("who", strict_iam.add_key("bob", ObservedStatus.INACTIVE))

    said = words(told.stdout)
    assert "of user bob is Inactive and has never been used (created " in said
    assert "0 events in account 123456789012" in said
    assert "signed no management call in these regions in this time. It does not prove" in said
    said = words(keyswitch("who", next(iter(strict_iam.users["bob"])), "--since", "15m").stdout)
    assert "The lack of events proves nothing, as CloudTrail can take 15 minutes. Raise" in said


def test_without_permissions_in_iam_it_says_what_is_not_known_of_the_key(
    keyswitch: Keyswitch, strict_iam: StrictIam, trail: StrictCloudTrail, key: str
) -> None:
    trail.add(key)
    strict_iam.denied.add("ListAccessKeys")
    said = words(keyswitch("who", key).stdout)
    assert "its status is unknown, because iam:ListAccessKeys is not allowed: no identity" in said

    strict_iam.denied.add("GetAccessKeyLastUsed")
    said = words(keyswitch("who", key).stdout)
    assert "its status and last use are unknown, because iam:GetAccessKeyLastUsed is not" in said
    assert "1 event by 1 caller" in said
    bag = json.loads(keyswitch("who", key, "--json").stdout)
    assert (bag["user_name"], bag["status"], bag["last_used"]) == ("bob", None, None)


def test_since_and_max_events_bound_what_is_read(
    keyswitch: Keyswitch,
    trail: StrictCloudTrail,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(boto_cloudtrail, "SECONDS_BETWEEN_REQUESTS", 0)
    for number in range(120):
        trail.add(key, at=NOW - timedelta(hours=12 * number + 1))

    assert "120 events by" in keyswitch("who", key).stdout
    assert "14 events by" in keyswitch("who", key, "--since", "7d").stdout
    said = words(keyswitch("who", key, "--max-events", "60").stdout)
    assert "60 events by" in said
    assert "us-east-1 has more events: the latest 60 were read, back to " in said
    assert "start" not in {name.casefold() for _, each in trail.questions[:1] for name in each}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("bob",), "'bob' is not an access key id"),
        ((SECRET,), "this is not an access key id"),
        (("AKIAIOSFODNN7EXAMPLE", "--region", "evil.example/x"), "not an AWS region such as"),
        (("AKIAIOSFODNN7EXAMPLE", "--since", "91d"), "goes back 90 days"),
        (("AKIAIOSFODNN7EXAMPLE", "--since", "soon"), "'soon' is not a duration"),
        (("AKIAIOSFODNN7EXAMPLE", "--max-events", "0"), "1<=x<=100000"),
        ((), "Missing argument"),
        (("AKIAIOSFODNN7EXAMPLE", "--since", SECRET), "'[redacted]' is not a duration"),
        (("AKIAIOSFODNN7EXAMPLE", "--max-events", SECRET), "'[redacted]' is not a valid"),
        (("AKIAIOSFODNN7EXAMPLE", SECRET), "unexpected extra argument ([redacted])"),
        (("AKIAIOSFODNN7EXAMPLE", "\x1b[31m"), "unexpected extra argument (\\x1b[31m)"),
    ],
)
def test_what_cannot_be_asked_is_wrong_usage_and_asks_nothing(
    keyswitch: Keyswitch, server: RecordingServer, arguments: tuple[str, ...], says: str
) -> None:
    told = keyswitch("who", *arguments, code=2)

    assert says in words(told.stderr)
    assert "wJalr" not in told.output
    assert server.calls == []


def test_the_json_has_every_sum_and_is_as_its_schema_says(
    keyswitch: Keyswitch, trail: StrictCloudTrail, key: str
) -> None:
    trail.add(key, agent="\x1b[31m::error::x", error="AccessDenied")
    trail.add(key, name="GetBucketAcl")

    told = keyswitch("who", key, "--json").stdout

    bag = json.loads(told)
    Draft202012Validator(SCHEMA).validate(bag)
    assert set(bag) == set(SCHEMA["properties"])
    assert bag["version"] == 1
    assert bag["user_name"] == "bob"
    assert (bag["events"], bag["errors"]) == (2, 1)
    assert sorted(use["event_name"] for use in bag["uses"]) == ["GetBucketAcl", "ListBuckets"]
    assert "\x1b" not in told
    assert IN_PARAMETERS not in told


def test_an_interrupt_shows_what_was_read_and_says_so(
    keyswitch: Keyswitch,
    server: RecordingServer,
    trail: StrictCloudTrail,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(boto_cloudtrail, "SECONDS_BETWEEN_REQUESTS", 0)
    for number in range(70):
        trail.add(key, at=NOW - timedelta(hours=number + 1))
    is_over = threading.Event()
    main = threading.main_thread().ident
    assert main is not None

    def interrupted_at_second_page(call: Call) -> Response | None:
        if "NextToken" in call.parameters:
            signal.pthread_kill(main, signal.SIGINT)
            is_over.wait(30)
        return None

    server.rules.append(interrupted_at_second_page)
    try:
        told = keyswitch("who", key, code=1)
    finally:
        is_over.set()

    assert "50 events by 1 caller" in told.stdout
    assert "The lookup was interrupted" in words(told.stdout)
    assert told.stderr.startswith("error: KS744 ")


def test_on_a_terminal_each_region_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=80, highlight=False)
    monkeypatch.setattr(key_lookup, "console", lambda **_: terminal)
    monkeypatch.setattr(key_lookup, "can_redraw", lambda: True)

    with key_lookup.lookup_progress(["eu-west-1", "us-east-1"]) as told:
        told("eu-west-1", 1250, "2026-11-20T10:00:00Z")

    assert "eu-west-1 1,250 events, back to 2026-11-20" in re.sub(
        r"\x1b\[[0-9;]*m", "", screen.getvalue()
    )
    assert "us-east-1 asking CloudTrail" in screen.getvalue()


def test_without_credentials_it_says_so_and_nothing_else(
    keyswitch: Keyswitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")

    told = keyswitch("who", "AKIAIOSFODNN7EXAMPLE", code=1)

    assert told.stdout == ""
    assert told.stderr.startswith("error: KS308 ")


@pytest.mark.parametrize("form", ["markdown", "text", "json"])
def test_a_digest_names_who_uses_the_keys_that_will_be_deactivated(
    keyswitch: Keyswitch, trail: StrictCloudTrail, form: str
) -> None:
    first, second = DECLARED
    for agent, times in (("deploy.py", 3), ("`evil` | <b>@all", 2), ("cron.sh", 1)):
        for _ in range(times):
            trail.add(first, agent=agent)

    told = keyswitch("digest", "--who", "--format", form, stdin=RECORDED["declared"]).stdout

    said = words(told)
    evil = "`evil`" if form == "json" else "'evil'"
    assert (
        f"used by deploy.py from 203.0.113.7 (3 events), {evil} | <b>@all from 203.0.113.7 "
        "(2 events) and 1 more, last "
    ) in said
    assert "CloudTrail has no management event since " in said
    assert " in us-east-1 of account 123456789012" in said
    if form == "markdown":
        assert f"`{first}`: `used by deploy.py from" in told
        assert f"`{second}`: `CloudTrail has no" in told
        assert told.rstrip().endswith("-->")
    if form == "json":
        assert all(row["used_by"] for row in json.loads(told)["keys"])


def test_the_page_shows_what_the_command_prints(
    keyswitch: Keyswitch, strict_iam: StrictIam, trail: StrictCloudTrail, key: str
) -> None:
    (block,) = shown(ROOT / "docs" / "how-to" / "rotate.md", "tests/cli/test_who.py")
    for region, times, more in (
        ("us-east-1", 40, {"agent": "aws-cli/2.15.30 md/arch#x86_64 md/command#s3.ls"}),
        (
            "eu-west-1",
            2,
            {
                "agent": "Boto3/1.34 app/nightly-report",
                "address": "198.51.100.9",
                "source": "sts.amazonaws.com",
                "name": "AssumeRole",
                "error": "AccessDenied",
            },
        ),
    ):
        for _ in range(times):
            trail.add(key, region, at=NOW - timedelta(hours=3), **more)
    name, *arguments = block.text.replace("AKIAIOSFODNN7EXAMPLE", key).split()

    told = keyswitch(*arguments).stdout

    assert name == "keyswitch"
    wanted = tuple(re.sub(_DAY, "DAY", line) for line in block.lines)
    assert differs(wanted, re.sub(_DAY, "DAY", told, flags=re.MULTILINE)) == ""


def test_a_digest_asks_nothing_of_aws_unless_it_is_to_say_who(
    keyswitch: Keyswitch, server: RecordingServer
) -> None:
    told = keyswitch("digest", "--json", stdin=RECORDED["declared"]).stdout

    assert server.calls == []
    assert [row["used_by"] for row in json.loads(told)["keys"]] == [None, None]
    wrong = keyswitch("digest", "--profile", "audit", code=2, stdin=RECORDED["declared"])
    assert "with --who" in words(wrong.stderr)


def test_a_digest_asks_about_keys_that_will_be_inactive_only(
    keyswitch: Keyswitch, server: RecordingServer
) -> None:
    for preview in ("switched_on", "no_change", "drift_reported", "recorded"):
        keyswitch("digest", "--who", stdin=RECORDED[preview])

    assert server.calls == []


def test_a_digest_names_who_uses_a_key_whose_deactivation_is_held_or_refused(
    keyswitch: Keyswitch, trail: StrictCloudTrail
) -> None:
    trail.add(DECLARED[0], agent="deploy.py")

    for preview in ("hold", "refused"):
        told = keyswitch("digest", "--who", stdin=RECORDED[preview]).stdout
        assert f"`{DECLARED[0]}`: `used by deploy.py from" in told


def test_a_lookup_that_fails_is_a_line_of_the_digest_and_no_failure(
    keyswitch: Keyswitch, trail: StrictCloudTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail.denied.add("us-east-1")
    told = keyswitch("digest", "--who", stdin=RECORDED["declared"]).stdout
    assert told.count("us-east-1 could not be asked: KS740 ") == 2
    assert told.startswith("**Keyswitch: 2 keys to deactivate.**")

    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    told = keyswitch("digest", "--who", stdin=RECORDED["declared"]).stdout
    assert told.count("who uses the key is unknown: KS308 ") == 2
    assert told.startswith("**Keyswitch: 2 keys to deactivate.**")


def test_a_digest_asks_about_so_many_keys_and_names_the_command_for_the_others() -> None:
    preview = json.loads(RECORDED["declared"])
    (step,) = [each for each in preview["steps"] if each["urn"].endswith("::alice")]
    others = []
    for number in range(MOST_KEYS + 2):
        text = json.dumps(step).replace("::alice", f"::alice{number}")
        others.append(json.loads(text.replace(DECLARED[0], f"AKIAEXAMPLE1{number:08d}")))
    preview["steps"] += others
    told: list[str] = []

    def ask(access_key_id: str) -> str:
        told.append(access_key_id)
        return "used by nobody"

    rows = with_usage(digest(read_preview(json.dumps(preview))), ask).rows

    assert len(told) == MOST_KEYS
    left = [row for row in rows if row.used_by.startswith("not looked up")]
    assert left
    assert all(row.used_by.endswith(f"keyswitch who {row.access_key_id}") for row in left)


def test_what_a_preview_calls_a_key_is_asked_about_only_if_it_can_be_an_id() -> None:
    preview = RECORDED["declared"].replace(DECLARED[0], "AKIA; rm -rf")
    told: list[str] = []

    with_usage(digest(read_preview(preview)), lambda key: told.append(key) or "")

    assert told == [DECLARED[1]]
