"""``keyswitch audit --organization``: one audit of every account, each compared with what is declared of it."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cli.conftest import Keyswitch
from keyswitch.model.durations import iso
from support.engine import ROOT
from support.http import RecordingServer, serving
from support.pages import shown
from support.strict_iam import ACCOUNT
from support.strict_organization import ROLE, StrictOrganization, strict_organization_app
from unit.test_stack_files import exported, resource

SHOP, DATA, OLD = "222222222222", "333333333333", "444444444444"
ALL = ("audit", "--organization", "--role", ROLE)
SCHEMA = json.loads((ROOT / "docs/reference/schemas/audit.schema.json").read_text())
AGED = datetime.now(timezone.utc) - timedelta(days=200)


@pytest.fixture
def organization() -> StrictOrganization:
    made = StrictOrganization()
    workloads = made.add_unit("Workloads")
    made.add_account(SHOP, "shop", workloads)
    made.add_account(DATA, "data", workloads)
    made.add_account(OLD, "old", workloads, "SUSPENDED")
    return made


@pytest.fixture
def server(organization: StrictOrganization) -> Iterator[RecordingServer]:
    with serving(strict_organization_app(organization)) as server:
        yield server


@pytest.fixture
def keys(organization: StrictOrganization) -> dict[str, str]:
    """A key of 200 days in each account that is active, by its account."""
    found = {}
    for account in organization.accounts.values():
        if account.state == "ACTIVE":
            key = account.iam.add_key("bob", made=AGED)
            account.iam.used[key] = iso(datetime.now(timezone.utc) - timedelta(hours=1))
            found[account.account_id] = key
    return found


def read(run: Any) -> dict[str, Any]:
    bag: dict[str, Any] = json.loads(run.stdout)
    Draft202012Validator(SCHEMA).validate(bag)
    return bag


def found(bag: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((each["account_id"], each["code"]) for each in bag["findings"])


def test_every_account_is_judged_and_a_suspended_one_is_told(
    keyswitch: Keyswitch, organization: StrictOrganization, keys: dict[str, str]
) -> None:
    organization.accounts[SHOP].iam.root_keys = True

    bag = read(keyswitch(*ALL, "--json", code=7))

    assert found(bag) == [
        (ACCOUNT, "KS804"),
        (SHOP, "KS804"),
        (SHOP, "KS809"),
        (DATA, "KS804"),
    ]
    assert [
        (each["account_id"], each["ou_path"], each["open_findings"]) for each in bag["accounts"]
    ] == [
        (ACCOUNT, "/", 1),
        (SHOP, "/Workloads", 2),
        (DATA, "/Workloads", 1),
    ]
    assert bag["notes"] == [
        f"Account {OLD} (old) was not looked at: AWS says that the account is SUSPENDED."
    ]


def test_an_account_that_cannot_be_entered_is_a_finding(
    keyswitch: Keyswitch, organization: StrictOrganization, keys: dict[str, str]
) -> None:
    organization.accounts[SHOP].roles = {}

    bag = read(keyswitch(*ALL, "--control", "account-read", "--json", code=7))

    (finding,) = bag["findings"]
    assert (finding["account_id"], finding["code"], finding["severity"]) == (SHOP, "KS813", "high")
    assert f"account {SHOP} (shop) are not known: KS313 account {SHOP}" in finding["cause"]
    assert "AWS refused to assume the role" in finding["cause"]
    words = " ".join(keyswitch(*ALL, code=7).stdout.split())
    assert f"account {SHOP}" in words


def test_an_account_that_cannot_be_entered_is_the_same_finding_in_each_audit(
    keyswitch: Keyswitch, organization: StrictOrganization, keys: dict[str, str]
) -> None:
    organization.accounts[SHOP].roles = {}
    asked = (*ALL, "--control", "account-read", "--format", "ocsf")

    first, again = (json.loads(keyswitch(*asked, code=7).stdout) for _ in range(2))

    assert first[0]["message"] != again[0]["message"], "each holds the id of a request of its own"
    assert first[0]["finding_info"]["uid"] == again[0]["finding_info"]["uid"]


def test_an_account_that_cannot_be_entered_can_be_excepted(
    keyswitch: Keyswitch, organization: StrictOrganization, keys: dict[str, str], tmp_path: Path
) -> None:
    organization.accounts[SHOP].roles = {}
    (tmp_path / "exceptions.yaml").write_text(
        f"- account: '{SHOP}'\n  control: account-read\n  reason: it is closed in May\n"
        "  approvedBy: jane@example.com\n  until: 2099-05-31\n"
    )

    bag = read(keyswitch(*ALL, "--control", "KS813", "--exceptions", "exceptions.yaml", "--json"))

    assert [each["verdict"] for each in bag["findings"]] == ["excepted"]


def test_the_table_counts_each_organizational_unit(
    keyswitch: Keyswitch, keys: dict[str, str]
) -> None:
    told = keyswitch(*ALL, code=7).stdout

    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert "/ 1 1 1" in lines
    assert "/Workloads 2 2 2" in lines
    assert all(len(line) <= 80 for line in told.splitlines())
    assert f"account {SHOP}" in lines
    assert "3 accounts: 3 keys, 3 findings about 3 keys." in " ".join(told.split())


def test_the_keys_of_each_account_are_compared_with_the_entries_of_that_account(
    keyswitch: Keyswitch, organization: StrictOrganization, keys: dict[str, str], tmp_path: Path
) -> None:
    """Of an account with a profile alone, the register does not tell the id."""
    by_profile = organization.accounts[DATA].iam.add_key("eve")
    config = tmp_path / "Pulumi.prod.yaml"
    config.write_text(
        "config:\n"
        "  keyswitch:accounts:\n"
        f"    shop: {{roleArn: 'arn:aws:iam::{SHOP}:role/keys'}}\n"
        f"    data: {{roleArn: 'arn:aws:iam::{DATA}:role/keys'}}\n"
        "    elsewhere: {profile: elsewhere}\n"
        "    sold: {roleArn: 'arn:aws:iam::999999999999:role/keys'}\n"
        "  keyswitch:keys:\n"
        f"    {keys[ACCOUNT]}: {{status: Active}}\n"
        f"    {keys[SHOP]}: {{status: Inactive, account: shop}}\n"
        f"    AKIAGONE000000000000: {{status: Active, account: shop}}\n"
        "    AKIASOLD000000000000: {status: Active, account: sold}\n"
        f"    {by_profile}: {{status: Active, account: elsewhere}}\n"
        f"    AKIAANYWHERE00000000: {{status: Active, account: elsewhere}}\n"
    )

    bag = read(
        keyswitch(
            *ALL,
            "--stack-config",
            str(config),
            "--max-age",
            "1y",
            "--unused-for",
            "99y",
            "--json",
            code=7,
        )
    )

    assert found(bag) == [(SHOP, "KS802"), (SHOP, "KS803"), (DATA, "KS801")]
    assert bag["against"] == "the register in Pulumi.prod.yaml"
    assert bag["notes"][1:] == [
        "1 declared key of account 999999999999 was not looked for: the account is not in this organization."
    ]


def test_the_keys_of_each_account_are_compared_with_what_the_state_has_of_that_account(
    keyswitch: Keyswitch, keys: dict[str, str], tmp_path: Path
) -> None:
    active = {"status": "Active", "desired_status": "Active"}
    (tmp_path / "state.json").write_text(
        exported(
            resource(keys[ACCOUNT], ACCOUNT, **active),
            resource(keys[SHOP], SHOP),
            # Of the account of this one the state says nothing: it is of the account that has the key.
            resource(keys[DATA], "", **active),
        )
    )

    bag = read(keyswitch(*ALL, "--state", "state.json", "--max-age", "1y", "--json", code=7))

    assert found(bag) == [(SHOP, "KS803")]


def test_an_exception_may_be_of_one_account(
    keyswitch: Keyswitch, keys: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "exceptions.yaml").write_text(
        f"- {{user: bob, account: '{SHOP}', control: rotated, reason: x, approvedBy: jane, until: 2099-01-01}}\n"
    )

    bag = read(keyswitch(*ALL, "--exceptions", "exceptions.yaml", "--json", code=7))

    assert {each["account_id"]: each["verdict"] for each in bag["findings"]} == {
        ACCOUNT: "open",
        SHOP: "excepted",
        DATA: "open",
    }


def test_an_exception_without_a_finding_is_told_only_where_every_account_was_read(
    keyswitch: Keyswitch, organization: StrictOrganization, keys: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "exceptions.yaml").write_text(
        "- {user: eve, control: rotated, reason: x, approvedBy: jane, until: 2099-01-01}\n"
    )
    run = (*ALL, "--exceptions", "exceptions.yaml", "--json")

    assert ("", "KS811") in found(read(keyswitch(*run, code=7)))
    selected = (*run, "--account-filter", "!data")
    assert ("", "KS811") not in found(read(keyswitch(*selected, code=7)))
    organization.accounts[SHOP].roles = {}
    assert ("", "KS811") not in found(read(keyswitch(*run, "--fresh", code=7)))


def test_a_declared_keys_user_is_looked_at_in_its_account_whatever_the_report_shows(
    keyswitch: Keyswitch, organization: StrictOrganization, tmp_path: Path
) -> None:
    shop = organization.accounts[SHOP].iam
    for account in organization.accounts.values():
        account.iam.report_made = iso(datetime.now(timezone.utc))
    key = shop.add_key("dave")
    for each in shop.users["dave"]:
        shop.set_status(each, type(shop.status(each)).INACTIVE)
    config = tmp_path / "Pulumi.prod.yaml"
    config.write_text(
        "config:\n"
        f"  keyswitch:accounts: {{shop: {{roleArn: 'arn:aws:iam::{SHOP}:role/keys'}}}}\n"
        f"  keyswitch:keys: {{{key}: {{userName: dave, status: Inactive, account: shop}}}}\n"
    )

    by_report = (*ALL, "--credential-report", "--json")
    organization.accounts[DATA].roles = {}
    assert read(keyswitch(*by_report, code=7))["keys"] == []
    organization.accounts[DATA].roles = {ROLE: ""}

    gone_on_with = keyswitch(*by_report, "--stack-config", str(config))

    assert "Going on from an earlier walk: 1 of 3 accounts" in gone_on_with.stderr
    assert [each["access_key_id"] for each in read(gone_on_with)["keys"]] == [key]


def test_the_evidence_pack_has_the_rows_of_every_account(
    keyswitch: Keyswitch, organization: StrictOrganization, keys: dict[str, str]
) -> None:
    organization.accounts[DATA].roles = {}

    told = keyswitch(*ALL, "--format", "csv", code=7)

    rows = list(csv.DictReader(io.StringIO(told.stdout)))
    assert {(row["account"], row["key"]) for row in rows} == {
        (ACCOUNT, keys[ACCOUNT]),
        (SHOP, keys[SHOP]),
        (DATA, ""),
    }
    (unread,) = [row for row in rows if row["control"] == "account-read"]
    assert unread["finding"].startswith("KS813 the access keys of account")


def test_one_account_and_the_organization_are_not_audited_together(
    keyswitch: Keyswitch, tmp_path: Path
) -> None:
    config = tmp_path / "Pulumi.prod.yaml"
    config.write_text(
        f"config:\n  keyswitch:accounts: {{shop: {{roleArn: 'arn:aws:iam::{SHOP}:role/keys'}}}}\n"
    )

    told = keyswitch(*ALL, "--stack-config", str(config), "--account", "shop", code=2)

    assert "Use --account or --organization, not both." in told.stderr


def test_the_commands_of_the_page_run_as_they_are(
    keyswitch: Keyswitch,
    organization: StrictOrganization,
    keys: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (block,) = shown(ROOT / "docs/how-to/organization.md", "tests/cli/test_audit_organization.py")
    (workloads,) = organization.units
    organization.accounts[DATA].name = "sandbox-data"
    pulumi = tmp_path / "bin" / "pulumi"
    pulumi.parent.mkdir()
    pulumi.write_text(f"#!/bin/sh\ncat <<'END'\n{exported()}\nEND\n")
    pulumi.chmod(0o755)
    monkeypatch.setenv("PATH", str(pulumi.parent), prepend=os.pathsep)
    listed, narrowed, audited = (
        shlex.split(line.replace("ou-ab12-11111111", workloads).replace("keyswitch-audit", ROLE))[
            1:
        ]
        for line in block.text.splitlines()
    )

    assert all(key in keyswitch(*listed).stdout for key in keys.values())
    (only,) = json.loads(keyswitch(*narrowed).stdout)["keys"]
    assert only["access_key_id"] == keys[SHOP]
    keyswitch(*audited, code=7)
    assert all(key in Path("keys.html").read_text() for key in keys.values())
