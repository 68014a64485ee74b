"""``keyswitch due``: the keys that end soon, by owner."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from cli.conftest import Keyswitch
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.durations import iso
from keyswitch.model.engine_values import OF_A_SECRET, SIGNATURE
from keyswitch.model.fleet_state import fleet_outputs
from keyswitch.model.pending import Pending
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.model.until import Until
from keyswitch.model.urn import FLEET_TYPE, KEY_TYPE
from support.engine import ROOT
from support.http import RecordingServer, refuse
from support.pages import differs, shown
from support.strict_iam import StrictIam

SCHEMA = ROOT / "docs" / "reference" / "schemas" / "due.schema.json"


def in_days(days: int) -> str:
    return str(datetime.now(timezone.utc).date() + timedelta(days=days))


def register(entries: dict[str, dict[str, Any]], **more: Any) -> None:
    keys = {key: {"status": "Active", **entry} for key, entry in entries.items()}
    config = {"keyswitch:keys": keys, **{f"keyswitch:{name}": each for name, each in more.items()}}
    Path("Pulumi.prod.yaml").write_text(json.dumps({"config": config}))


def asked(keyswitch: Keyswitch, *args: str) -> dict[str, Any]:
    """The JSON of the command, which is as its schema says."""
    printed: dict[str, Any] = json.loads(
        keyswitch("due", "--stack-config", "Pulumi.prod.yaml", "--json", *args).stdout
    )
    validate(printed)
    return printed


def validate(printed: object) -> None:
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(printed)


def test_keys_that_end_soon_are_listed_by_owner_the_earliest_first(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer
) -> None:
    users = ("bob", "carol", "dave", "eve", "frank")
    bob, carol, dave, eve, frank = (strict_iam.add_key(user) for user in users)
    strict_iam.tags = {
        "bob": {"Owner": "team-shop"},
        "carol": {"owner": "team-shop"},
        "dave": {"owner": "alice"},
    }
    register(
        {
            bob: {"userName": "bob", "activeUntil": in_days(9), "reason": "deploys the shop"},
            carol: {"userName": "carol", "activeUntil": in_days(2)},
            dave: {"userName": "dave", "activeUntil": in_days(13)},
            eve: {"userName": "eve", "activeUntil": in_days(1)},
            frank: {"userName": "frank", "activeUntil": in_days(14)},
        }
    )

    shown = keyswitch("due", "--stack-config", "Pulumi.prod.yaml").stdout
    words = " ".join(shown.split())

    assert words.index("alice") < words.index(dave) < words.index("team-shop")
    assert words.index("team-shop") < words.index(carol) < words.index(bob) < words.index(eve)
    assert f"{bob} bob {in_days(9)} in 9 days deploys the shop" in words
    assert "owner unknown: the user has no tag owner" in words
    assert "4 keys due within 14d, by the register in Pulumi.prod.yaml." in words
    assert frank not in words
    assert server.counts() == {"ListAccessKeys": 4, "ListUserTags": 4}

    assert [key["access_key_id"] for key in asked(keyswitch, "--within", "52w")["keys"]] == [
        *(dave, carol, bob, eve, frank)
    ]


def test_the_tag_of_an_owner_can_be_another(keyswitch: Keyswitch, strict_iam: StrictIam) -> None:
    key = strict_iam.add_key("bob")
    strict_iam.tags["bob"] = {"contact": "bob@example.com", "owner": "x"}
    register({key: {"userName": "bob", "activeUntil": in_days(1)}})

    printed = asked(keyswitch, "--owner-tag", "Contact")

    assert printed["owner_tag"] == "Contact"
    assert printed["keys"][0]["owner"] == "bob@example.com"


def test_a_key_that_is_inactive_or_gone_is_not_due_and_one_that_is_over_and_active_is(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    active, off = strict_iam.add_key("bob"), strict_iam.add_key("bob", ObservedStatus.INACTIVE)
    entry = {"userName": "bob", "activeUntil": in_days(-3)}
    register({active: entry, off: entry, "AKIANOTTHERE00000000": {**entry, "userName": "gone"}})

    (key,) = asked(keyswitch)["keys"]

    assert (key["access_key_id"], key["is_over"], key["status"]) == (active, True, "Active")
    shown = keyswitch("due", "--stack-config", "Pulumi.prod.yaml").stdout
    assert "1 key due within 14d, 1 of them over and still Active" in " ".join(shown.split())


def test_what_may_not_be_looked_at_is_said_and_leaves_no_key_out(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer
) -> None:
    key, nameless = strict_iam.add_key("bob"), strict_iam.add_key("eve")
    register(
        {key: {"userName": "bob", "activeUntil": in_days(1)}, nameless: {"activeUntil": in_days(2)}}
    )
    server.rules.append(refuse("ListUserTags", 403, "AccessDenied", "User ci is not authorized"))

    first, second = asked(keyswitch)["keys"]
    assert first["owner_unknown"] == "iam:ListUserTags is not allowed"
    assert (second["user_name"], first["status"]) == ("eve", "Active")
    shown = keyswitch("due", "--stack-config", "Pulumi.prod.yaml").stdout
    assert "owner unknown: iam:ListUserTags is not allowed\n" in shown

    server.rules.append(refuse("ListAccessKeys", 403, "AccessDenied", "User ci is not authorized"))
    server.rules.append(refuse("GetAccessKeyLastUsed", 403, "AccessDenied", "User ci is not"))
    keys = {each["access_key_id"]: each for each in asked(keyswitch)["keys"]}
    register({key: {"userName": "bob", "activeUntil": in_days(-1)}})
    shown = keyswitch("due", "--stack-config", "Pulumi.prod.yaml").stdout
    assert "1 key due within 14d, 1 of them over and of a status that is not known" in shown
    assert keys[key]["status"] is None
    assert keys[nameless]["user_name"] is None
    assert keys[nameless]["owner_unknown"] == (
        "the user is not known: iam:GetAccessKeyLastUsed is not allowed"
    )


def test_nothing_due_is_exit_code_0_and_no_call(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer
) -> None:
    register({strict_iam.add_key("bob"): {"userName": "bob", "activeUntil": in_days(90)}})

    shown = keyswitch("due", "--stack-config", "Pulumi.prod.yaml").stdout

    assert shown == "0 keys due within 14d, by the register in Pulumi.prod.yaml.\n"
    assert server.calls == []
    assert asked(keyswitch)["keys"] == []
    markdown = keyswitch("due", "--stack-config", "Pulumi.prod.yaml", "--format", "markdown").stdout
    assert markdown.startswith("**Keyswitch: 0 keys due within 14d.**\n")
    assert "|" not in markdown
    assert markdown.endswith("\n<!-- keyswitch due the-register-in-Pulumi.prod.yaml -->\n")
    marked = (
        "due",
        "--stack-config",
        "Pulumi.prod.yaml",
        "--format",
        "markdown",
        "--marker",
        "prod",
    )
    assert keyswitch(*marked).stdout.endswith("\n<!-- keyswitch due prod -->\n")


def record(key: str, days: int, **more: Any) -> Record:
    declaration = Declaration(
        key, Status.ACTIVE, "bob", active_until=Until.read(in_days(days)), **more
    )
    now = iso(datetime.now(timezone.utc))
    seen = ObservedStatus.ACTIVE
    return Record(declaration, "bob", seen, "123456789012", now, "", seen, now)


def state_of(*records: Record, fleet: Record | None = None) -> str:
    urn = "urn:pulumi:prod::keys::{}::{}"
    resources = [
        {
            "urn": urn.format(KEY_TYPE, f"key-{number}"),
            "id": each.declaration.access_key_id,
            "outputs": each.to_outputs(),
        }
        for number, each in enumerate(records)
    ]
    if fleet is not None:
        key = fleet.declaration.access_key_id
        bag = {"keys": {key: {"user_name": "bob"}}, "statuses": {key: "Active"}}
        outputs = fleet_outputs(bag, {key: fleet})
        resources.append({"urn": urn.format(FLEET_TYPE, "all"), "id": "fleet", "outputs": outputs})
    return json.dumps({"version": 3, "deployment": {"resources": resources}})


def test_a_state_names_keys_by_themselves_in_fleets_and_held_ones(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    one, held = strict_iam.add_key("bob"), strict_iam.add_key("bob")
    two = strict_iam.add_key("eve")
    pending = Pending(Status.INACTIVE, "2026-03-01T09:00:00Z", ("unused_for",))
    over = Record(**{**vars(record(held, -2)), "pending": pending})

    shown = keyswitch(
        "due", "--state", "-", "--json", stdin=state_of(record(one, 3), over, fleet=record(two, 1))
    )

    printed = json.loads(shown.stdout)
    validate(printed)
    assert printed["source"] == "a stack's state"
    assert {key["access_key_id"]: key["is_over"] for key in printed["keys"]} == {
        one: False,
        held: True,
        two: False,
    }
    # The third is recorded of another user than has it now.
    assert {key["user_name"] for key in printed["keys"]} == {"bob", "eve"}


def test_a_key_whose_user_was_renamed_is_due_all_the_same(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    key, gone = strict_iam.add_key("robert"), "AKIANOTTHERE00000000"
    strict_iam.tags["robert"] = {"owner": "alice"}
    register({each: {"userName": "bob", "activeUntil": in_days(1)} for each in (key, gone)})

    (seen,) = asked(keyswitch)["keys"]

    assert (seen["access_key_id"], seen["user_name"], seen["owner"]) == (key, "robert", "alice")


@pytest.mark.parametrize("of_fleet", [False, True])
def test_an_end_that_a_state_keeps_secret_is_not_left_out_in_silence(
    keyswitch: Keyswitch,
    strict_iam: StrictIam,
    *,
    of_fleet: bool,
) -> None:
    told, untold = strict_iam.add_key("bob"), record(strict_iam.add_key("bob"), 1)
    state = json.loads(
        state_of(*([] if of_fleet else [untold]), fleet=untold if of_fleet else None)
    )
    (hidden,) = state["deployment"]["resources"]
    hidden["outputs"]["records" if of_fleet else "active_until"] = {SIGNATURE: OF_A_SECRET}
    other = json.loads(state_of(record(told, 2)))["deployment"]["resources"]
    state["deployment"]["resources"] += other

    shown = keyswitch("due", "--state", "-", "--json", stdin=json.dumps(state))

    assert [key["access_key_id"] for key in json.loads(shown.stdout)["keys"]] == [told]
    name = "all" if of_fleet else "key-0"
    assert shown.stderr.startswith("warning: KS745 a stack's state keeps secret")
    assert f"keys of {name} are" in shown.stderr


def test_keys_of_another_account_are_asked_about_there_and_can_be_asked_for_alone(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer
) -> None:
    own, shop = strict_iam.add_key("bob"), strict_iam.add_key("bob")
    entry = {"userName": "bob", "activeUntil": in_days(1)}
    register({own: entry, shop: {**entry, "account": "shop"}}, accounts={"shop": {}})

    assert {key["account"] for key in asked(keyswitch)["keys"]} == {None, "shop"}
    (alone,) = asked(keyswitch, "--account", "shop")["keys"]
    assert alone["access_key_id"] == shop

    of_shop = record(shop, 1, account=DeclaredAccount("shop", role_arn="arn:aws:iam::1:role/x"))
    shown = keyswitch("due", "--state", "-", "--json", stdin=state_of(of_shop))
    (key,) = json.loads(shown.stdout)["keys"]
    assert (key["account"], key["status"]) == ("shop", None)
    assert "sts:AssumeRole" in key["owner_unknown"], "no role can be assumed here"


def test_an_owner_in_hostile_words_takes_effect_nowhere(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    key = strict_iam.add_key("bob")
    strict_iam.tags["bob"] = {"owner": "<img src=x>|`##[command] ::error::"}
    register({key: {"userName": "bob", "activeUntil": in_days(1), "reason": "x | y `z`"}})

    shown = {
        form: keyswitch("due", "--stack-config", "Pulumi.prod.yaml", "--format", form).stdout
        for form in ("table", "markdown", "json")
    }

    assert all("##[" not in text for text in shown.values())
    assert json.loads(shown["json"])["keys"][0]["owner"] == "<img src=x>|`##[command] ::error::"
    (row,) = [line for line in shown["markdown"].splitlines() if key in line]
    assert row.startswith("| `<img src=x>\\|'#")
    assert row.count("` | `") == 5


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((), "Name the register with --stack-config, or a state with --stack or --state."),
        (("--stack", "prod", "--state", "-"), "Use --state or --stack, not both."),
        (("--state", "-", "--within", "soon"), "is not a duration such as 90d"),
        (("--state", "-", "--within", "-3d"), "is not a duration such as 90d"),
    ],
)
def test_wrong_usage_is_exit_code_2(keyswitch: Keyswitch, args: tuple[str, ...], says: str) -> None:
    assert says in " ".join(keyswitch("due", *args, code=2).output.split())


def test_a_register_with_problems_and_a_state_that_is_none_are_failures(
    keyswitch: Keyswitch,
) -> None:
    register({"AKIAIOSFODNN7EXAMPLE": {"activeUntil": "31.3.2027"}})
    assert "KS136 " in keyswitch("due", "--stack-config", "Pulumi.prod.yaml", code=1).output

    Path("Pulumi.prod.yaml").write_text(
        "config:\n  keyswitch:keys:\n    AKIAIOSFODNN7EXAMPLE:\n      status: Active\n"
        "      activeUntil: 2027-03-31\n"
    )
    told = keyswitch("due", "--stack-config", "Pulumi.prod.yaml", code=1).output
    assert "a date without quotes, which Pulumi passes on in another form" in told

    written = Path("Pulumi.prod.yaml").read_text()
    Path("Pulumi.prod.yaml").write_text(written.replace("03-31", "02-30"))
    told = keyswitch("due", "--stack-config", "Pulumi.prod.yaml", code=1).output
    assert "perhaps a date or a time without quotes that does not exist" in " ".join(told.split())

    assert "KS705 " in keyswitch("due", "--state", "-", code=1, stdin="{}").output


def test_the_page_shows_what_the_command_prints(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    (block,) = shown(ROOT / "docs" / "how-to" / "expire.md", "tests/cli/test_due.py")
    key = strict_iam.add_key("bob")
    strict_iam.tags = {"bob": {"owner": "team-shop"}}
    register({key: {"userName": "bob", "activeUntil": in_days(9), "reason": "deploys the shop"}})

    name, *arguments = block.text.split()

    assert name == "keyswitch"
    lines = tuple(line.replace("2027-03-31", in_days(9)) for line in block.lines)
    assert differs(lines, keyswitch(*arguments).stdout) == ""


def test_discover_shows_until_when_a_register_declares_keys_active(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    ends, other = strict_iam.add_key("bob"), strict_iam.add_key("bob")
    register({ends: {"userName": "bob", "activeUntil": "2027-03-31"}})
    with_config = ("discover", "--stack-config", "Pulumi.prod.yaml")

    assert "active until" not in keyswitch("discover").stdout
    shown = keyswitch(*with_config).stdout
    assert "active until" in shown
    assert sum("2027-03-31" in line for line in shown.splitlines()) == 1
    rows = json.loads(keyswitch(*with_config, "--json").stdout)["keys"]
    assert {row["access_key_id"]: row["active_until"] for row in rows} == {
        ends: "2027-03-31",
        other: None,
    }


def test_an_audit_takes_a_key_past_its_end_for_one_that_is_declared_inactive(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    key = strict_iam.add_key("bob", ObservedStatus.INACTIVE)
    register({key: {"userName": "bob", "activeUntil": in_days(-1)}})
    audit = ("audit", "--stack-config", "Pulumi.prod.yaml")
    assert "KS803" not in keyswitch(*audit).stdout

    strict_iam.set_status(key, ObservedStatus.ACTIVE)
    assert "KS803" in keyswitch(*audit, "--fresh", code=7).stdout


def test_discover_goes_on_without_a_register_that_cannot_be_read(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    key = strict_iam.add_key("bob")
    Path("Pulumi.prod.yaml").write_text("config: {keyswitch:keys: {secure: abc}}\n")

    shown = keyswitch("discover", "--stack-config", "Pulumi.prod.yaml")

    assert key in shown.stdout
    assert "warning: KS713 " in shown.stderr


def test_the_current_key_of_a_rotation_in_the_register_is_due(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    old, new = strict_iam.add_key("bob"), strict_iam.add_key("bob")
    ends = {"userName": "bob", "current": new, "previous": old, "activeUntil": in_days(3)}
    register({}, rotations={"bob": ends})

    (key,) = asked(keyswitch)["keys"]

    assert (key["access_key_id"], key["active_until"]) == (new, in_days(3))
