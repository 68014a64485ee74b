"""``keyswitch incident``: against the strict fake, with permissions missing, and with what it prints run in a shell."""

from __future__ import annotations

import importlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from werkzeug.wrappers import Response

from cli.conftest import Keyswitch
from keyswitch.cli.incident_watch import READS
from keyswitch.iam.client import Caller
from keyswitch.model.status import ObservedStatus
from keyswitch.model.urn import KEY_TYPE, ROTATION_TYPE
from keyswitch.reconcile.clock import Clock
from keyswitch.report.incident_commands import Commands, SignedBy
from keyswitch.report.leaked_key import LeakedKey
from support.aws_cli import put_into
from support.engine import ROOT, engine_env
from support.http import Call, RecordingServer, aws_error, serving
from support.moto_iam import Outsider, moto_app
from support.pages import differs, shown
from support.strict_iam import ACCOUNT, StrictIam

NOW = datetime.now(timezone.utc)
SCHEMA = json.loads((ROOT / "docs" / "reference" / "schemas" / "incident.schema.json").read_text())
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
ELSEWHERE = "210987654321"
FOREIGN = "AKIAFOREIGN000000000"
INACTIVE = ObservedStatus.INACTIVE
HOSTILE = (
    "\x1b[31mred",
    "\u202egnp",
    "a\n::error::b",
    "##vso[task.x]",
    "x::set-env name=a::b",
    SECRET,
)
FOUR = ("GetAccessKeyInfo", "GetAccessKeyLastUsed", "ListAccessKeys", "ListAttachedUserPolicies")
"""The operations that the answer needs, each of which may be missing."""


@pytest.fixture
def key(strict_iam: StrictIam) -> str:
    key = strict_iam.add_key("bob")
    strict_iam.used[key] = f"{NOW - timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"
    return key


@pytest.fixture
def register(tmp_path: Path, key: str) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: keys\nruntime: python\n")
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(
        "# ask the platform team\nconfig:\n  keyswitch:keys:\n    AKIAI44QH8DHBEXAMPLE:\n      status: Active\n"
        f"    {key}: # deploys\n      userName: bob\n      status: Active # OPS-1\n"
        "      activeUntil: '2099-12-31'\n"
    )
    return path


def words(text: str) -> str:
    return " ".join(text.split())


def commands(text: str) -> list[str]:
    """The lines to copy."""
    return re.findall(r"(?m)^  ((?:aws|pulumi|export|keyswitch) .*)$", text)


def of_prose(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("  ")]


def test_the_first_five_lines_say_whose_key_it_is_whether_it_is_active_and_what_to_run(
    keyswitch: Keyswitch, server: RecordingServer, key: str
) -> None:
    told = keyswitch("incident", key).stdout

    first = told.splitlines()[:5]
    assert first[0] == f"Access key {key} of user bob in account {ACCOUNT} is Active."
    assert (
        f"  aws iam update-access-key --user-name bob --access-key-id {key} --status Inactive"
        in first
    )
    assert max(map(len, of_prose(told))) <= 80
    assert "UpdateAccessKey" not in server.counts()


def test_it_says_what_iam_knows_of_the_key_and_of_its_user(
    keyswitch: Keyswitch, strict_iam: StrictIam, key: str
) -> None:
    other = strict_iam.add_key("bob", INACTIVE)

    said = words(keyswitch("incident", key).stdout)

    assert "The key was last used 3 hours ago by s3 in eu-west-1 (" in said
    assert "The key was created " in said
    assert f"The user's other keys: {other} is Inactive." in said
    assert "AWS has not quarantined the user" in said
    assert f"keyswitch who {key}" in said
    assert "outlive the deactivation, by up to 36 hours" in said
    assert "name the register with --stack-config" in said


@pytest.mark.parametrize("versions", [[""], ["V2"], ["V3"], ["V3", "V2"]])
def test_it_says_what_a_quarantine_means_and_ends_it_last(
    keyswitch: Keyswitch, strict_iam: StrictIam, key: str, versions: list[str]
) -> None:
    """Each version denies iam:UpdateAccessKey to the user."""
    policies = [f"AWSCompromisedKeyQuarantine{version}" for version in versions]
    strict_iam.policies["bob"] = ["ReadOnlyAccess", *policies]

    told = keyswitch("incident", key).stdout

    said = words(told)
    assert f"The user has {' and '.join(sorted(policies))}, which AWS attaches after" in said
    assert "iam:UpdateAccessKey among them, and does not deactivate the key" in said
    last = commands(told)[-len(policies) :]
    for policy, line in zip(sorted(policies), last, strict=True):
        assert line.endswith(
            f"detach-user-policy --user-name bob --policy-arn arn:aws:iam::aws:policy/{policy}"
        )
    assert "ReadOnlyAccess" not in told


@pytest.mark.parametrize("status", ["Inactive", "Expired"])
def test_of_a_key_that_is_not_active_nothing_is_left_to_deactivate(
    keyswitch: Keyswitch, strict_iam: StrictIam, key: str, status: str
) -> None:
    strict_iam.set_status(key, ObservedStatus(status))

    told = keyswitch("incident", key).stdout

    assert told.startswith(f"Access key {key} of user bob in account {ACCOUNT} is {status}.\n")
    assert "Nothing is left to deactivate." in told
    assert not any("update-access-key" in line for line in commands(told))
    assert any("put-user-policy" in line for line in commands(told))


def test_of_a_status_that_nobody_knows_the_key_is_to_be_deactivated(
    keyswitch: Keyswitch, strict_iam: StrictIam, key: str
) -> None:
    strict_iam.set_status(key, ObservedStatus("Suspended"))

    told = keyswitch("incident", key).stdout

    assert f"{ACCOUNT} is Suspended." in words(told)
    assert "update-access-key" in commands(told)[0]


@pytest.mark.parametrize(
    "missing", [*[(each,) for each in FOUR], FOUR, (*FOUR, "GetCallerIdentity")]
)
def test_a_missing_permission_costs_one_sentence_and_not_the_answer(
    keyswitch: Keyswitch, strict_iam: StrictIam, key: str, missing: tuple[str, ...]
) -> None:
    strict_iam.denied |= set(missing)
    is_known = not {"GetAccessKeyLastUsed", "ListAccessKeys"} & set(missing)

    bag = json.loads(keyswitch("incident", key, "--json", code=0 if is_known else 1).stdout)
    told = keyswitch("incident", key, code=0 if is_known else 1).stdout

    needs_owner = {"ListAccessKeys", "ListAttachedUserPolicies"}
    asked = set(missing) - (needs_owner if "GetAccessKeyLastUsed" in missing else set())
    denied = [re.findall(r"(?:iam|sts):(\w+) is not allowed", each) for each in bag["unknown"]]
    assert sorted(denied) == sorted([each] for each in asked)
    assert (bag["status"] == "Active") == is_known
    line = commands(told)[0]
    assert line.startswith("aws iam update-access-key --user-name ")
    assert line.endswith(f"--access-key-id {key} --status Inactive")
    if not is_known:
        assert "Treat the key as Active." in words(told)


def test_without_a_permission_to_find_the_owner_a_declaration_or_the_caller_names_the_owner(
    keyswitch: Keyswitch, strict_iam: StrictIam, key: str, register: Path
) -> None:
    strict_iam.denied.add("GetAccessKeyLastUsed")

    by_register = keyswitch("incident", key, "--stack-config", register.name).stdout
    by_caller = keyswitch("incident", key, "--user", "bob").stdout
    wrong = keyswitch("incident", key, "--user", "eve", code=1).stdout

    for told in (by_register, by_caller):
        assert told.startswith(f"Access key {key} of user bob in account {ACCOUNT} is Active.")
    assert "user eve does not exist in this account, or has no such key" in words(wrong)
    assert '--user-name "$(aws iam get-access-key-last-used' in commands(wrong)[0]


def test_without_credentials_the_commands_are_printed_all_the_same(
    keyswitch: Keyswitch, key: str, register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")

    told = keyswitch("incident", key, "--stack-config", register.name, code=1)

    lines = commands(told.stdout)
    assert lines[0] == (
        f"aws iam update-access-key --user-name bob --access-key-id {key} --status Inactive"
    )
    assert any(line.startswith("pulumi up ") for line in lines)
    assert words(told.stdout).count("KS308") == 1
    assert told.stderr.startswith(f"error: KS770 IAM did not say the status of access key {key}.")


def test_settings_that_cannot_be_read_do_not_stop_it_either(
    keyswitch: Keyswitch, key: str, register: Path
) -> None:
    encrypted = "config:\n  aws:secretKey:\n    secure: v1:abc"
    register.write_text(register.read_text().replace("config:", encrypted))

    told = keyswitch("incident", key, "--stack-config", register.name, code=1)

    assert f"{register.name}:8 declares this key Active." in told.stdout
    assert "KS706" in words(told.stdout)
    assert commands(told.stdout)[0].startswith("aws iam update-access-key --user-name bob")


def test_keys_in_the_config_are_not_repeated_and_the_answer_says_so(
    keyswitch: Keyswitch, key: str, register: Path
) -> None:
    keys = f"config:\n  aws:accessKey: AKIASIGNER0000000000\n  aws:secretKey: {SECRET}"
    register.write_text(register.read_text().replace("config:", keys))

    told = keyswitch("incident", key, "--stack-config", register.name)

    assert "The stack's config holds the credentials that sign" in words(told.stdout)
    assert SECRET not in told.output


def test_while_aws_cannot_be_reached_the_commands_are_printed_too(
    keyswitch: Keyswitch, key: str, register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    register.write_text(register.read_text().replace("config:", "config:\n  aws:maxRetries: 1"))

    told = keyswitch("incident", key, "--stack-config", register.name, code=1)

    assert words(told.stdout).count("KS401") == 1
    assert commands(told.stdout)[0].startswith("aws iam update-access-key --user-name bob")


def test_of_a_key_of_another_account_it_says_whose_and_what_to_do_then(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, register: Path
) -> None:
    strict_iam.foreign[FOREIGN] = ELSEWHERE
    register.write_text(
        f"{register.read_text()}  keyswitch:accounts:\n    shop:\n      roleArn: arn:aws:iam::{ELSEWHERE}:role/keys\n"
    )

    told = keyswitch("incident", FOREIGN, code=1)
    of_register = keyswitch("incident", FOREIGN, "--stack-config", register.name, code=1)

    said = words(told.stdout)
    assert said.startswith(f"Access key {FOREIGN} belongs to account {ELSEWHERE}, and these ")
    assert f"Run this now with credentials of account {ELSEWHERE}:" in said
    assert "report the key to AWS Trust & Safety" in said
    assert "KS770" in told.stderr
    with_region = keyswitch("incident", FOREIGN, "--region", "eu-west-1", code=1).stdout
    assert "--region" not in with_region, "the options are for the credentials of this account"
    assert commands(of_register.stdout)[0] == (
        f"keyswitch incident {FOREIGN} --stack-config {register.name} --account shop"
    )
    assert "cannot be edited here: the key belongs to account" in words(of_register.stdout)
    assert set(server.counts()) == {"GetCallerIdentity", "GetAccessKeyInfo"}


def test_of_a_key_of_the_root_user_it_says_who_can_deactivate_the_key(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    root = "AKIAROOT000000000000"
    strict_iam.root_ids.add(root)

    told = keyswitch("incident", root, code=1)

    said = words(told.stdout)
    assert f"Access key {root} belongs to the root user of account {ACCOUNT}" in said
    assert "Run this now with the root user's credentials" in said
    assert commands(told.stdout)[0] == (
        f"aws iam update-access-key --access-key-id {root} --status Inactive"
    )
    assert "sign in to the console as the root user" in said
    assert "Only a service control policy" in said


def test_a_temporary_key_has_another_remedy(keyswitch: Keyswitch, server: RecordingServer) -> None:
    told = keyswitch("incident", "ASIAIOSFODNN7EXAMPLE").stdout

    assert words(told).startswith(
        f"ASIAIOSFODNN7EXAMPLE is a temporary key of a session in account {ACCOUNT}. No status ends a session."
    )
    assert "aws iam put-role-policy --role-name ROLE --policy-name AWSRevokeOlderSessions" in told
    assert "update-access-key" not in told
    assert "GetAccessKeyLastUsed" not in server.counts()


def test_a_key_that_its_user_no_longer_has_is_deleted_and_its_declaration_to_be_removed(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, key: str, register: Path
) -> None:
    def gone_meanwhile(call: Call) -> None:
        if call.action == "GetAccessKeyLastUsed":
            strict_iam.delete_key(key)

    server.after.append(gone_meanwhile)
    before = register.read_text()

    told = keyswitch("incident", key, "--write", register.name, "--reason", "INC-1", "--yes").stdout

    assert "is deleted: AWS accepts no request that this key signs." in words(told)
    assert "Remove the declaration of a deleted key" in told
    assert register.read_text() == before


def test_a_key_that_aws_does_not_know_can_be_deleted_mistyped_or_of_another_partition(
    keyswitch: Keyswitch,
) -> None:
    said = words(keyswitch("incident", "AKIANOTTHERE00000000", code=1).stdout)

    assert "is deleted, or of another partition of AWS, or its id is mistyped" in said
    assert "or the key no longer exists in this account" in said
    assert "Treat the key as Active." in said


def test_whoever_signs_with_the_leaked_key_is_warned(
    keyswitch: Keyswitch, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)

    assert "This key signs the calls of this command." in keyswitch("incident", key).stdout


def test_the_commands_sign_as_this_command_was_asked_to(
    keyswitch: Keyswitch, tmp_path: Path, key: str, register: Path
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "no-credentials").write_text(
        "[odd one]\naws_access_key_id = AKIAODD0000000000000\naws_secret_access_key = made-up\n"
    )
    options = ("--profile", "odd one", "--region", "eu-west-1")

    plain = commands(keyswitch("incident", key, *options).stdout)
    role = f"arn:aws:iam::{ACCOUNT}:role/a b"
    as_role = keyswitch(
        "incident", key, *options, "--role-arn", role, "--user", "bob", code=1
    ).stdout

    aws = [line for line in plain if line.startswith("aws ")]
    assert all(line.endswith(" --profile 'odd one' --region eu-west-1") for line in aws)
    assert f"keyswitch who {key} --profile 'odd one'" in plain
    become, deactivate, *_ = commands(as_role)
    assert f"aws sts assume-role --role-arn '{role}' " in become
    assert " --profile 'odd one' --region eu-west-1 || echo refused " in become
    assert deactivate.endswith(f"--access-key-id {key} --status Inactive --region eu-west-1")
    assert as_role.splitlines()[4].startswith("  aws iam update-access-key")


def test_the_commands_run_in_a_shell_as_they_are_printed(
    keyswitch: Keyswitch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_into(tmp_path)
    with serving(moto_app()) as server:
        outsider = Outsider(server)
        bob = outsider.new_user()
        key = outsider.new_key(bob)
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        role = f"arn:aws:iam::{ACCOUNT}:role/incident"
        told = keyswitch("incident", key, "--role-arn", role).stdout
        lines = [line for line in commands(told) if not line.startswith(("keyswitch", "pulumi"))]
        lines = [line for line in lines if " put-role-policy " not in line]
        env = {**engine_env(tmp_path / "home", server.url), "PATH": f"{tmp_path}:/usr/bin:/bin"}
        script = "\n".join(["set -e", *lines[:-1]])
        done = subprocess.run(
            ["bash", "-c", script], env=env, capture_output=True, text=True, check=False
        )
        policies = [call for call in server.calls if call.action == "PutUserPolicy"]

        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == ["Inactive"]
        assert outsider.status(bob, key) == "Inactive"
    signers = {call.action: call.signer for call in server.calls}
    assert signers["UpdateAccessKey"].startswith("ASIA")
    document = json.loads(policies[0].parameters["PolicyDocument"])
    (since,) = document["Statement"]["Condition"]["DateLessThan"].values()
    assert abs(datetime.fromisoformat(since.replace("Z", "+00:00")) - NOW) < timedelta(hours=1)


def test_a_shell_that_may_not_become_the_role_signs_with_nothing_that_aws_accepts(
    keyswitch: Keyswitch, tmp_path: Path, server: RecordingServer, key: str
) -> None:
    put_into(tmp_path)
    role = f"arn:aws:iam::{ELSEWHERE}:role/incident"
    told = keyswitch("incident", key, "--role-arn", role, "--user", "bob", code=1).stdout
    env = {**engine_env(tmp_path / "home", server.url), "PATH": f"{tmp_path}:/usr/bin:/bin"}
    server.reset()

    subprocess.run(["bash", "-c", "\n".join(commands(told)[:2])], env=env, check=False)

    assert [call.action for call in server.calls] == ["AssumeRole", "UpdateAccessKey"]
    assert server.calls[1].signer == "refused"


def test_a_register_is_named_with_the_line_and_the_edit_that_an_incident_needs(
    keyswitch: Keyswitch, key: str, register: Path
) -> None:
    before = register.read_text()

    told = keyswitch("incident", key, "--stack-config", register.name).stdout

    assert f"{register.name}:6 declares this key Active." in told
    assert "\n  -      activeUntil: '2099-12-31'\n" in told
    assert "\n  +      status: Inactive # OPS-1\n  +      override: leaked\n" in told
    assert f"  pulumi config rm --path keyswitch:keys.{key}.activeUntil --stack prod\n" in told
    assert (
        "  pulumi up --yes --skip-preview --refresh=false --continue-on-error --stack prod --target "
        f"'**::{key}' --target '**:AccessKeyFleet::**'\n"
    ) in told
    assert register.read_text() == before


def test_the_edit_is_written_once_it_was_confirmed(
    keyswitch: Keyswitch, key: str, register: Path
) -> None:
    before = register.read_text()
    write = ("incident", key, "--write", register.name, "--reason", "INC-4711 leaked")

    no = keyswitch(*write, stdin="n\n")
    assert "Pulumi.prod.yaml is unchanged." in no.output
    nobody = subprocess.run(
        [sys.executable, "-m", "keyswitch", *write],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert nobody.returncode == 1
    assert "error: KS773 the edit of Pulumi.prod.yaml was not confirmed" in nobody.stderr
    assert register.read_text() == before
    yes = keyswitch(*write, stdin="y\n")

    assert yes.output.index("+      override") < yes.output.index("Write this edit to")
    assert "Pulumi.prod.yaml is written." in yes.output
    assert register.read_text() == before.replace(
        "status: Active # OPS-1\n      activeUntil: '2099-12-31'\n",
        "status: Inactive # OPS-1\n      override: INC-4711 leaked\n",
    )
    assert "The entry is as it should be." in keyswitch(*write).stdout


def test_a_key_that_no_entry_declares_is_added_with_its_user(
    keyswitch: Keyswitch, strict_iam: StrictIam, register: Path
) -> None:
    before, other = register.read_text(), strict_iam.add_key("eve")

    told = keyswitch(
        "incident", other, "--write", register.name, "--reason", "INC-1", "--yes"
    ).stdout

    assert "The register in Pulumi.prod.yaml does not declare this key." in told
    assert register.read_text() == (
        f"{before}    {other}:\n      userName: eve\n      status: Inactive\n      override: INC-1\n"
    )


def test_an_override_that_is_encrypted_is_not_replaced_unless_a_reason_is_given(
    keyswitch: Keyswitch, key: str, register: Path
) -> None:
    entry = "{status: Inactive, override: {secure: v1:abc}}"
    register.write_text(f"config:\n  keyswitch:keys:\n    {key}: {entry}\n")

    assert (
        "The entry is as it should be."
        in keyswitch("incident", key, "--stack-config", register.name).stdout
    )
    told = keyswitch("incident", key, "--stack-config", register.name, "--reason", "INC-1").stdout
    assert 'override: "INC-1"' in told


@pytest.mark.parametrize("name", ["shop", 'acme.com "eu"'])
def test_a_rotation_of_which_it_is_the_previous_key_gets_an_override(
    keyswitch: Keyswitch, strict_iam: StrictIam, key: str, register: Path, name: str
) -> None:
    new = strict_iam.add_key("bob")
    rotation = f"userName: bob\n      current: {new}\n      previous: {key} # OPS-1\n"
    end = "      activeUntil: '2099-12-31'\n"
    before = f"config:\n  keyswitch:rotations:\n    {name!r}:\n      {rotation}{end}"
    register.write_text(before)
    write = ("incident", key, "--write", register.name, "--reason", "INC-1", "--yes")

    told = keyswitch(*write)

    assert f"{register.name}:3 declares this key as the previous one of rotation {name}." in words(
        told.stdout
    )
    path = shlex.quote(f"keyswitch:rotations[{json.dumps(name)}].override")
    assert f"  pulumi config set --path {path} INC-1 --stack prod\n" in told.stdout
    assert told.stdout.count("pulumi config") == 1
    both = (shlex.quote(f"**::{name}-{which}") for which in ("current", "previous"))
    assert " --stack prod --target {} --target {}\n".format(*both) in told.stdout
    assert register.read_text() == before + "      override: INC-1\n"
    bag = json.loads(keyswitch(*write, "--json").stdout)
    Draft202012Validator(SCHEMA).validate(bag)
    assert bag["register"]["rotation"] == name
    assert bag["register"]["has_override"]
    assert bag["register"]["diff"] == []


def test_an_entry_of_another_account_names_the_account_and_the_commands_become_its_role(
    keyswitch: Keyswitch, strict_iam: StrictIam, register: Path
) -> None:
    role = f"arn:aws:iam::{ELSEWHERE}:role/keys"
    accounts = (
        f"  keyswitch:accounts:\n    shop:\n      roleArn: {role}\n      externalId: our/id\n"
    )
    register.write_text(register.read_text() + accounts)
    other = strict_iam.add_key("eve")
    options = ("--account", "shop", "--user", "eve", "--reason", "INC-1", "--yes")

    told = keyswitch("incident", other, "--write", register.name, *options, code=1).stdout

    entry = f"    {other}:\n      userName: eve\n      account: shop\n      status: Inactive\n      override: INC-1\n"
    assert entry in register.read_text()
    become, deactivate, *_ = commands(told)
    assert f"--role-arn {role} " in become
    assert "--external-id our/id" in become
    assert (
        deactivate
        == f"aws iam update-access-key --user-name eve --access-key-id {other} --status Inactive"
    )
    assert f"keyswitch who {other} --stack-config Pulumi.prod.yaml --account shop" in told


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("config:\n  keyswitch:keys:\n    secure: v1:abc\n", "cannot be edited here: encrypted"),
        ("config: {keyswitch:keys: {AKIAI44QH8DHBEXAMPLE: {status: Active}}}\n", "in braces"),
        ("config:\n  keyswitch:defaults:\n    account: shop\n", "puts entries without an account"),
        ("config:\n  keyswitch:keys:\n    KEY: Active\n", "is not a map"),
        (
            "config:\n  keyswitch:rotations:\n    shop: {userName: bob, current: KEY}\n",
            "rotation shop declares the key as its current one, so create a new key",
        ),
        (
            "config:\n  keyswitch:rotations:\n    shop: {previous: KEY # old\n    }\n",
            "the entry is an alias of another, is not a map, or has a comment in braces",
        ),
    ],
)
def test_a_register_that_cannot_be_edited_stays_and_the_answer_says_why(
    keyswitch: Keyswitch, key: str, register: Path, text: str, says: str
) -> None:
    register.write_text(text.replace("KEY", key))

    told = keyswitch(
        "incident", key, "--write", register.name, "--reason", "INC-1", "--yes", code=1
    )

    assert says in words(told.stdout)
    assert told.stderr.startswith("error: KS775 the register in Pulumi.prod.yaml was not edited")
    assert register.read_text() == text.replace("KEY", key)
    assert commands(told.stdout)[0].startswith("aws iam update-access-key")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("config:\n  a: 1\n<<<<<<< ours\n", "KS702"),
        ("config:\n  keyswitch:keys:\n    KEY: {}\n    KEY: {}\n", "found duplicate key"),
        ("config:\n  a: 2026-02-31\n", "a date or a time without quotes"),
    ],
)
@pytest.mark.parametrize("option", ["--stack-config", "--write"])
def test_a_register_that_cannot_be_read_costs_a_sentence_and_not_the_answer(
    keyswitch: Keyswitch, key: str, register: Path, option: str, text: str, says: str
) -> None:
    register.write_text(text.replace("KEY", key))
    options = (option, register.name, "--reason", "INC-1", "--yes")

    told = keyswitch("incident", key, *options, "--json", code=1)

    bag = json.loads(told.stdout)
    Draft202012Validator(SCHEMA).validate(bag)
    assert bag["status"] == "Active"
    assert "aws iam update-access-key" in keyswitch("incident", key, *options, code=1).stdout
    for repeated in (" ".join(bag["unknown"]), told.stderr):
        assert says in repeated
    assert register.read_text() == text.replace("KEY", key)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "  keyswitch:keys:\n    KEY:\n      status: {secure: v1:abc}\n",
            "a status that is not known",
        ),
        ("  keyswitch:defaults: x\n", "does not declare this key"),
        ("  keyswitch:defaults: [1]\n", "does not declare this key"),
        (
            "  keyswitch:rotations: {shop: {userName: 5, current: KEY}}\n",
            "a rotation with a problem declares the key: correct the rotation first",
        ),
        (f"  aws:profile: {SECRET}\n", "--profile '[redacted]'"),
    ],
)
def test_what_is_odd_in_a_register_ends_no_answer_and_repeats_no_secret(
    keyswitch: Keyswitch, key: str, register: Path, text: str, says: str
) -> None:
    register.write_text("config:\n" + text.replace("KEY", key))

    told = keyswitch("incident", key, "--stack-config", register.name, code=int(SECRET in text))

    assert says in words(told.stdout)
    assert SECRET not in told.output


def test_a_diff_repeats_no_secret_that_a_line_break_stands_in(
    keyswitch: Keyswitch, key: str, register: Path
) -> None:
    secret = "q7Zx2Lp9Vb4Rt8Nw1Ks6Hd3Jf5Gm0Yc7Ua2Te9Bo"
    folded = (
        f"      userName: bob\n      reason: >-\n        {secret[:20]}\n        {secret[20:]}\n"
    )
    register.write_text(register.read_text().replace("      userName: bob\n", folded))

    told = keyswitch("incident", key, "--stack-config", register.name)

    assert "+      override: leaked" in told.stdout
    assert secret[:20] not in told.output
    assert secret[20:] not in told.output


def test_a_diff_repeats_no_secret_and_no_hidden_character_of_the_file(
    keyswitch: Keyswitch, key: str, register: Path
) -> None:
    next_to_it = f"      userName: bob\n      reason: '{SECRET} \u202e'\n"
    register.write_text(register.read_text().replace("      userName: bob\n", next_to_it))

    told = keyswitch("incident", key, "--stack-config", register.name)

    assert "+      override: leaked" in told.stdout
    assert "KS106" in words(told.stdout)
    assert SECRET not in told.output
    assert "\u202e" not in told.output


def test_what_else_is_wrong_with_a_register_is_named_and_does_not_hinder_the_edit(
    keyswitch: Keyswitch, key: str, register: Path
) -> None:
    typo = register.read_text().replace("userName: bob", "userName: bob\n      typo: 1")
    register.write_text(f"{typo}    AKIAOTHER00000000000:\n      status: Off\n")

    told = keyswitch("incident", key, "--write", register.name, "--reason", "INC-1", "--yes").stdout

    said = words(told)
    assert "has 2 other problems, which every run stops at. Correct that too: KS103 entry" in said
    assert f"KS101 entry {key}" in said
    assert "override: INC-1" in register.read_text()


def test_a_file_that_somebody_changes_meanwhile_is_left_as_they_wrote_it(
    keyswitch: Keyswitch,
    server: RecordingServer,
    key: str,
    register: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = importlib.import_module("keyswitch.cli.incident")
    theirs = f"{register.read_text()}# theirs\n"

    def confirm(*_given: object, **_options: object) -> bool:
        register.write_text(theirs)
        return True

    monkeypatch.setattr(module.click, "confirm", confirm)
    told = keyswitch("incident", key, "--write", register.name, "--reason", "INC-1", code=1)

    assert told.stderr.startswith("error: KS774 somebody changed Pulumi.prod.yaml")
    assert register.read_text() == theirs


def state_of(key: str, name: str = "bob-old", rotation: str = "") -> str:
    parent = f"urn:pulumi:prod::keys::{ROTATION_TYPE}::{rotation}" if rotation else ""
    kind = f"{ROTATION_TYPE}${KEY_TYPE}" if rotation else KEY_TYPE
    outputs = {
        "access_key_id": key,
        "user_name": "bob",
        "user_name_resolved": False,
        **dict.fromkeys(("status", "desired_status", "adopted_status"), "Active"),
        "create_date": "2026-01-01T09:00:00Z",
        "changed_at": "",
        "account_id": ACCOUNT,
    }
    resource = {
        "urn": f"urn:pulumi:prod::keys::{kind}::{name}",
        "type": KEY_TYPE,
        "id": key,
        "parent": parent,
        "outputs": outputs,
    }
    return json.dumps({"version": 3, "deployment": {"resources": [resource]}})


def test_a_state_names_the_resource_which_alone_the_update_is_of(
    keyswitch: Keyswitch, key: str
) -> None:
    told = keyswitch(
        "incident", key, "--state", "-", "--reason", "INC-1", stdin=state_of(key)
    ).stdout
    of_rotation = keyswitch(
        "incident", key, "--state", "-", stdin=state_of(key, "old", "bob")
    ).stdout
    current = keyswitch(
        "incident", key, "--state", "-", stdin=state_of(key, "bob-current", "bob")
    ).stdout
    hostile = keyswitch("incident", key, "--state", "-", stdin=state_of(key, "x::error::y")).stdout
    other = keyswitch(
        "incident", key, "--state", "-", stdin=state_of("AKIAOTHER00000000000")
    ).stdout
    none = keyswitch("incident", key, "--state", "-", stdin="").stdout

    assert (
        'Resource bob-old declares this key: set status="Inactive" and override="INC-1".'
        in words(told)
    )
    target = shlex.quote(f"urn:pulumi:prod::keys::{KEY_TYPE}::bob-old")
    assert f"--continue-on-error --target {target}\n" in told
    assert 'Rotation bob declares this key: set override="leaked" on the rotation.' in words(
        of_rotation
    )
    assert "Rotation bob declares this key as its current one. Create a new key" in words(current)
    assert f"--target '**::{key}'" in hostile
    assert "No resource in that state declares this key." in other
    assert "KS705" in words(none)


@dataclass
class Later(Clock):
    """A clock that only waiting moves; something happens after some waits."""

    happens: Callable[[int], None] = lambda _waits: None
    waits: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return sum(self.waits)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.happens(len(self.waits))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Later:
    clock = Later()
    monkeypatch.setattr(importlib.import_module("keyswitch.cli.incident"), "CLOCK", clock)
    return clock


def test_a_watch_ends_once_several_reads_show_the_key_inactive(
    keyswitch: Keyswitch, strict_iam: StrictIam, key: str, clock: Later
) -> None:
    flips = {2: INACTIVE, 3: ObservedStatus.ACTIVE, 5: INACTIVE}
    clock.happens = lambda waits: (
        strict_iam.set_status(key, flips[waits]) if waits in flips else None
    )

    told = keyswitch("incident", key, "--watch")

    assert len(clock.waits) == 5 + READS - 1
    assert f"IAM shows the key Inactive, in {READS} reads in a row." in words(told.stdout)
    assert told.stderr.split("\n")[:2] == [
        "IAM shows the key Active.",
        "IAM shows the key Inactive.",
    ]


def test_a_watch_of_a_key_that_stays_active_ends_with_1_at_its_timeout(
    keyswitch: Keyswitch, key: str, clock: Later
) -> None:
    told = keyswitch("incident", key, "--watch", "--timeout", "2m", code=1)

    assert sum(clock.waits) == 120
    assert "error: KS771 IAM did not show access key" in told.stderr
    assert "Inactive within 2m: the key is Active." in told.stderr
    assert told.stderr.count("seconds: the key is Active.") == 4


def test_a_watch_outlasts_a_read_that_fails_but_not_a_permission_that_is_gone(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, key: str, clock: Later
) -> None:
    def fails(call: Call) -> Response | None:
        is_read = call.action == "ListAccessKeys" and len(clock.waits) == 1
        return aws_error(400, "MalformedInput", "not now") if is_read else None

    server.rules.append(fails)
    clock.happens = lambda waits: strict_iam.set_status(key, INACTIVE) if waits == 3 else None
    assert keyswitch("incident", key, "--watch").exit_code == 0

    clock.waits.clear()
    strict_iam.set_status(key, ObservedStatus.ACTIVE)
    clock.happens = lambda _waits: strict_iam.denied.add("ListAccessKeys")
    told = keyswitch("incident", key, "--watch", code=1)
    assert "error: KS772 IAM cannot be asked for the status of access key" in told.stderr


def test_a_key_that_is_deleted_during_a_watch_ends_it(
    keyswitch: Keyswitch, strict_iam: StrictIam, key: str, clock: Later
) -> None:
    clock.happens = lambda waits: strict_iam.delete_key(key) if waits == 1 else None

    bag = json.loads(keyswitch("incident", key, "--watch", "--json").stdout)

    Draft202012Validator(SCHEMA).validate(bag)
    assert bag["watch"]["status"] == "deleted"
    assert bag["watch"]["is_inactive"]


def test_a_watch_of_a_user_whom_aws_did_not_name_takes_no_missing_key_for_a_deleted_one(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer, key: str, clock: Later
) -> None:
    strict_iam.add_key("eve")
    strict_iam.denied.add("GetAccessKeyLastUsed")
    server.rules.append(
        lambda call: (
            aws_error(400, "MalformedInput", "not now")
            if call.action == "ListAccessKeys" and server.counts()["ListAccessKeys"] == 1
            else None
        )
    )

    told = keyswitch("incident", key, "--user", "eve", "--watch", "--json", code=1)

    assert "KS772" in told.stderr
    assert "user eve does not exist in this account, or has no such key" in told.stderr
    assert not json.loads(told.stdout)["watch"]["is_inactive"]


def test_an_interrupted_watch_leaves_the_answer_as_json(
    keyswitch: Keyswitch, key: str, clock: Later
) -> None:
    def interrupt(_waits: int) -> None:
        raise KeyboardInterrupt

    clock.happens = interrupt

    bag = json.loads(keyswitch("incident", key, "--watch", "--json", code=1).stdout)

    Draft202012Validator(SCHEMA).validate(bag)
    assert bag["status"] == "Active"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((SECRET,), "this is not an access key id"),
        ((SECRET.replace("/", ""),), "this is not an access key id"),
        (("bob",), "'bob' is not an access key id"),
        (("AKIAIOSFODNN7EXAMPLE", "--write", "Pulumi.prod.yaml"), "--write needs --reason"),
        (("AKIAIOSFODNN7EXAMPLE", "--reason", SECRET), "has the shape of a secret"),
        (("AKIAIOSFODNN7EXAMPLE", "--reason", " "), "is not a reason of one line"),
        (("AKIAIOSFODNN7EXAMPLE", "--reason", "a\nb"), "is not a reason of one line"),
        (("AKIAIOSFODNN7EXAMPLE", "--user", SECRET), "is not the name of an IAM user"),
        (("ASIAIOSFODNN7EXAMPLE", "--watch"), "a temporary key has no status"),
        (("AKIAIOSFODNN7EXAMPLE", "--timeout", "soon"), "'soon' is not a duration"),
    ],
)
def test_wrong_usage_asks_nothing_and_repeats_no_secret(
    keyswitch: Keyswitch, server: RecordingServer, arguments: tuple[str, ...], says: str
) -> None:
    told = keyswitch("incident", *arguments, code=2)

    assert says in words(told.stderr)
    assert SECRET[:8] not in told.output
    assert server.calls == []


def test_the_page_runs_from_the_answer_over_the_edit_to_the_watch(
    keyswitch: Keyswitch, strict_iam: StrictIam, key: str, register: Path, clock: Later
) -> None:
    blocks = shown(ROOT / "docs" / "how-to" / "incident.md", "tests/cli/test_incident.py")
    lines = [shlex.split(each.text.replace("AKIAIOSFODNN7EXAMPLE", key)) for each in blocks]
    (_, *answer), (_, *edit), (_, *watch) = lines
    clock.happens = lambda waits: strict_iam.set_status(key, INACTIVE) if waits == 1 else None

    assert {line[0] for line in lines} == {"keyswitch"}
    assert differs(blocks[0].lines, keyswitch(*answer).stdout) == ""
    keyswitch(*edit, stdin="y\n")
    assert "override: INC-4711 leaked" in register.read_text()
    assert f"in {READS} reads in a row" in words(keyswitch(*watch).stdout)


def test_the_policy_of_a_quarantine_is_named_in_the_partition_of_the_caller() -> None:
    caller = Caller(ACCOUNT, f"arn:aws-us-gov:iam::{ACCOUNT}:user/ci", "")
    leaked = LeakedKey("AKIAIOSFODNN7EXAMPLE", caller=caller, user_name="bob")
    of_bob = Commands(leaked.access_key_id, "bob", SignedBy())

    assert (
        " --policy-arn arn:aws-us-gov:iam::aws:policy/" in of_bob.detach("X", leaked.partition).line
    )
    assert LeakedKey.unasked("AKIAIOSFODNN7EXAMPLE", "").partition == "aws"


def bags(keyswitch: Keyswitch, strict_iam: StrictIam, key: str, register: Path) -> dict[str, Any]:
    strict_iam.foreign[FOREIGN] = ELSEWHERE
    strict_iam.policies["bob"] = ["AWSCompromisedKeyQuarantineV3"]
    of_key = ("incident", key, "--json")
    told = {
        "all": keyswitch(
            *of_key, "--stack-config", register.name, "--state", "-", stdin=state_of(key)
        ),
        "written": keyswitch(*of_key, "--write", register.name, "--reason", "INC-1", "--yes"),
        "session": keyswitch("incident", "ASIAIOSFODNN7EXAMPLE", "--json"),
        "foreign": keyswitch("incident", FOREIGN, "--json", code=1),
        "hostile": keyswitch(*of_key, "--state", "-", stdin=state_of(key, "\x1b[31m\n::error::x")),
    }
    return {name: json.loads(result.stdout) for name, result in told.items()}


def test_the_json_has_every_command_and_is_as_its_schema_says(
    keyswitch: Keyswitch, strict_iam: StrictIam, key: str, register: Path
) -> None:
    found = bags(keyswitch, strict_iam, key, register)

    for bag in found.values():
        Draft202012Validator(SCHEMA).validate(bag)
        assert set(bag) == set(SCHEMA["properties"])
        assert all("\n" not in each["command"] for each in bag["commands"])
    whole = found["all"]
    assert whole["commands"][0]["purpose"] == "deactivate"
    assert (whole["status"], whole["user_name"]) == ("Active", "bob")
    assert (whole["register"]["line"], whole["register"]["is_written"]) == (6, False)
    assert found["written"]["register"]["is_written"]
    assert found["foreign"]["standing"] == "another_account"
    assert found["session"]["standing"] == "session"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_of_a_state_or_of_aws_steers_no_terminal(
    keyswitch: Keyswitch, server: RecordingServer, key: str, hostile: str
) -> None:
    def answers(call: Call) -> Response | None:
        if call.action == "ListAttachedUserPolicies":
            return aws_error(403, "AccessDenied", f"because no {hostile} allows the")
        return None

    server.rules.append(answers)

    told = keyswitch("incident", key, "--state", "-", stdin=state_of(key, f"bob{hostile}")).stdout

    assert told.replace("\n", "").isprintable()
    assert not re.search(r"(?m)^\s*(::|##)", told)
    assert SECRET not in told
