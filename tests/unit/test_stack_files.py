"""A stack's config, added to without touching what is there, and its exported state, read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from keyswitch.cli.stack_config import StackConfig
from keyswitch.cli.yaml_edit import data_of
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.pending import Pending
from keyswitch.model.status import Status
from keyswitch.model.urn import FLEET_TYPE, ROTATION_TYPE
from keyswitch.report.expected_keys import ExpectedKey, with_recorded
from support.engine import ROOT, TYPE
from support.stack_exports import read_export

KEY, OTHER, THIRD = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "AKIA2OGYBAH6STEXAMPL"
ENTRY = {"userName": "bob", "status": "Active"}
WRITTEN = """\
# Who may switch what: see the runbook.
encryptionsalt: v1:abcdef0123456789:v1:0123456789abcdef
config:
  aws:region: eu-west-1 # IAM needs none
  aws:allowedAccountIds:
    - "012345678901"
  acme:token:
    secure: v1:c2VjcmV0:abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvw

  keyswitch:keys:
    # bob's old key
    AKIAIOSFODNN7EXAMPLE:
      userName: 'bob'
      status: Inactive # OPS-123
      safeguards: {unusedFor: 7d}
  acme:later: "yes"
"""
ADDED = """\
    AKIAI44QH8DHBEXAMPLE:
      userName: bob
      status: Active
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Pulumi.prod.yaml"


def test_entries_are_added_and_nothing_else_changes(path: Path) -> None:
    path.write_text(WRITTEN)

    added = StackConfig(path).add({KEY: {"userName": "x", "status": "Active"}, OTHER: ENTRY})

    assert added == [OTHER]
    before, after = WRITTEN.splitlines(), path.read_text().splitlines()
    new = ADDED.splitlines()
    start = before.index('  acme:later: "yes"')
    assert after == [*before[:start], *new, *before[start:]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "config: {}\n",
        "config: {} # none yet\n",
        "config:\n",
        "encryptionsalt: x\n",
        "# nothing but a comment\n",
        "config:\n  keyswitch:keys: {}\n",
        "config:\n  keyswitch:keys:\n",
        'config:\n  acme:j: True\n  "keyswitch:keys": ~ # to come\n  acme:o: 0x1F\n',
    ],
)
def test_a_register_is_begun_where_there_is_none(path: Path, text: str) -> None:
    if text:
        path.write_text(text)

    StackConfig(path).add({OTHER: ENTRY})

    whole = path.read_text()
    kept = text.replace("{}", "").replace(" ~", "").split()
    assert [word for word in whole.split() if word in kept] == kept
    assert ADDED in whole
    assert declared_in(StackConfig(path).expected(None)) == {OTHER: ("bob", Status.ACTIVE)}


@pytest.mark.parametrize(
    "other",
    [
        "  acme:a: ~\n  acme:j: True\n  acme:m: +5\n",
        '  acme:q: "a\\u00e9"\n  acme:multi: one\n    two\n',
        "  acme:l:\n  - a\n  - b\n  keyswitch:defaults:\n      safeguards:\n          unusedFor: 7d\n",
        "  aws:region: x      # a\n  aws:profile: yy    # b\n\n\n",
        "  acme:block: |\n    # no comment\n\n      deeper\n",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_no_other_line_changes_however_it_is_written(path: Path, other: str, newline: str) -> None:
    register = f"  keyswitch:keys:\n    {KEY}:\n      status: Inactive # OPS\n      # retired\n"
    for before, after in (("", other), (other, ""), (other, "# the end\n")):
        text = f"config:\n{before}{register}{after}".replace("\n", newline)
        path.write_bytes(text.encode())

        StackConfig(path).add({OTHER: ENTRY})

        at = f"      # retired{newline}"
        expected = text.replace(at, at + ADDED.replace("\n", newline))
        assert path.read_bytes().decode() == expected


@pytest.mark.parametrize(
    "text",
    [
        f"config:\n  keyswitch:keys:\n    {KEY}:\n# old\n      status: Inactive\n",
        f"config:\n  keyswitch:keys:\n    {KEY}: &bob\n      status: Inactive\n    {THIRD}: *bob\n",
        f"config:\n  keyswitch:keys:\n    {KEY}:\n      status: Inactive\n  2026-01-01: a date\n",
        f"a: &base\n  acme:a: 1\nconfig:\n  <<: *base\n  keyswitch:keys:\n    {KEY}:\n      status: Inactive\n",
        f"---\nconfig:\n  keyswitch:keys:\n    {KEY}:\n      status: Inactive\n...\n",
    ],
)
def test_whatever_the_yaml_has_what_is_added_is_all_that_changes(path: Path, text: str) -> None:
    path.write_text(text)
    before = data_of(text)

    StackConfig(path).add({OTHER: ENTRY})

    before["config"]["keyswitch:keys"][OTHER] = ENTRY
    assert data_of(path.read_text()) == before
    assert text.count("#") == path.read_text().count("#")


@pytest.mark.parametrize(
    "text",
    [
        f"base: &base\n  {KEY}: {{status: Inactive}}\nconfig:\n  keyswitch:keys: *base\n",
        f"config:\n  keyswitch:keys: {{{KEY}: {{status: Inactive}}}} # one\n",
        f"config: {{acme:a: 1, # a\n  keyswitch:keys: {{{KEY}: {{status: Inactive}}}}}}\n",
        f"config:\n  keyswitch:keys: !!map\n    {KEY}:\n      status: Inactive\n",
        "config:\n  keyswitch:keys:\n    secure: v1:abc:def\n",
        f'config:\n  keyswitch:keys: \'{{"{KEY}": {{"status": "Inactive"}}}}\'\n',
    ],
)
def test_a_file_with_no_place_for_entries_is_left_as_it_is(path: Path, text: str) -> None:
    path.write_text(text)

    with pytest.raises(KeyswitchError) as raised:
        StackConfig(path).add({OTHER: ENTRY})

    assert raised.value.code == "KS712"
    assert "Write the register as a map with lines of its own" in str(raised.value)
    assert path.read_text() == text


def test_what_was_written_to_the_file_meanwhile_stays(path: Path) -> None:
    path.write_text(WRITTEN)
    config = StackConfig(path)
    config.check_that_it_takes_entries(None)
    meanwhile = WRITTEN + "  acme:meanwhile: 1\n"
    path.write_text(meanwhile)

    config.add({OTHER: ENTRY})

    assert path.read_text() == meanwhile.replace(
        '  acme:later: "yes"', f'{ADDED}  acme:later: "yes"'
    )


def test_a_register_of_the_project_is_not_hidden_by_one_of_the_stack(path: Path) -> None:
    (path.parent / "Pulumi.yaml").write_text(
        f"name: p\nconfig:\n  keyswitch:keys: {{value: {{{KEY}: {{status: Inactive}}}}}}\n"
    )

    with pytest.raises(KeyswitchError) as raised:
        StackConfig(path).check_that_it_takes_entries(None)

    assert raised.value.code == "KS712"
    assert "one in this file would take its place" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("encryptionsalt: v1\n...\n# bye\n", "encryptionsalt: v1\nconfig:\n{}...\n# bye\n"),
        ("config:\n  a:b: 1\r\n  c:d: 2\n", "config:\n  a:b: 1\r\n  c:d: 2\n{}"),
        ("config:\n  a:b: 1", "config:\n  a:b: 1\n{}"),
    ],
)
def test_no_line_ending_but_a_missing_one_changes(path: Path, text: str, after: str) -> None:
    path.write_bytes(text.encode())

    StackConfig(path).add({OTHER: ENTRY})

    added = f"  keyswitch:keys:\n{ADDED}"
    assert path.read_bytes().decode() == after.format(added)


def test_a_register_is_begun_after_what_the_config_has(path: Path) -> None:
    text = "config:\n  acme:l:\n  - a\n  acme:j: True\n# the end\n"
    path.write_text(text)

    StackConfig(path).add({OTHER: ENTRY})

    added = f"  keyswitch:keys:\n{ADDED}"
    assert path.read_text() == text.replace("# the end", f"{added}# the end")


def test_a_file_that_is_indented_otherwise_stays_so(path: Path) -> None:
    text = f"config:\n    a:\n        b: c\n    keyswitch:keys:\n        {KEY}:\n            status: Active\n"
    path.write_text(text)

    StackConfig(path).add({OTHER: ENTRY})

    added = f"        {OTHER}:\n            userName: bob\n            status: Active\n"
    assert path.read_text() == text + added


def test_a_link_stays_a_link(path: Path) -> None:
    real = path.with_name("real.yaml")
    real.write_text(WRITTEN)
    path.symlink_to(real)

    StackConfig(path).add({OTHER: ENTRY})

    assert path.is_symlink()
    assert OTHER in real.read_text()


def test_the_example_register_keeps_its_comments(path: Path) -> None:
    example = (ROOT / "Pulumi.example.yaml").read_text()
    path.write_text(example)

    StackConfig(path).add({THIRD: ENTRY})

    assert path.read_text() == example + ADDED.replace(OTHER, THIRD)


def test_nothing_to_add_is_nothing_written(path: Path) -> None:
    path.write_text(WRITTEN)
    before = path.stat().st_ino

    assert StackConfig(path).add({KEY: ENTRY}) == []
    assert (path.stat().st_ino, path.read_text()) == (before, WRITTEN)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a\n", "not a map"),
        ("config: []\n", "config is not a map"),
        ("config: {a\n", "(line 2)"),
        ("config:\n  a: 1\n  a: 2\n", 'found duplicate key "a" (line 3)'),
        ("config: *nowhere\n", "found undefined alias 'nowhere' (line 1)"),
        ("config: !thing x\n", "could not determine a constructor for the tag '!thing' (line 1)"),
    ],
)
def test_what_is_no_stacks_config_is_refused(path: Path, text: str, problem: str) -> None:
    path.write_text(text)

    with pytest.raises(KeyswitchError) as raised:
        StackConfig(path)

    assert raised.value.code == "KS702"
    assert problem in str(raised.value)
    assert path.read_text() == text


def test_settings_are_handed_over_as_pulumi_does_and_encrypted_ones_refused(path: Path) -> None:
    path.write_text(WRITTEN)
    config = StackConfig(path)

    assert config.setting("aws:region") == "eu-west-1"
    assert json.loads(str(config.setting("aws:allowedAccountIds"))) == ["012345678901"]
    assert config.setting("aws:profile") is None
    with pytest.raises(KeyswitchError) as raised:
        config.setting("acme:token")
    assert raised.value.code == "KS706"


def test_what_is_encrypted_below_a_setting_is_not_taken_for_a_value(path: Path) -> None:
    path.write_text(
        "config:\n  aws:assumeRoles:\n    - roleArn: arn\n      externalId: {secure: v1:abc}\n"
        "  aws:date: 2026-01-01\n  aws:dates: [2026-01-01]\n"
        "  aws:moments: [2026-01-01T18:00:00+02:00, 2026-01-01T18:00:00Z, 2026-01-01T18:00:00]\n"
    )
    config = StackConfig(path)

    with pytest.raises(KeyswitchError) as raised:
        config.setting("aws:assumeRoles")
    assert raised.value.code == "KS706"
    assert config.setting("aws:date") == "2026-01-01 00:00:00 +0000 UTC"
    assert config.setting("aws:dates") == '["2026-01-01 00:00:00 +0000 UTC"]'
    assert json.loads(str(config.setting("aws:moments"))) == [
        "2026-01-01 18:00:00 +0200 +0200",
        "2026-01-01 18:00:00 +0000 UTC",
        "2026-01-01T18:00:00",
    ]


def test_of_an_encrypted_register_only_what_readers_are_told_may_be_missing(path: Path) -> None:
    secret = "{secure: v1:abc:def}"
    entry = (
        f"    {KEY}: {{userName: bob, status: Inactive, reason: {secret}, override: {secret}}}\n"
    )
    path.write_text(f"config:\n  keyswitch:keys:\n{entry}")
    assert set(StackConfig(path).expected(None)) == {KEY}

    path.write_text(path.read_text().replace("status: Inactive", f"status: {secret}"))
    with pytest.raises(KeyswitchError) as raised:
        StackConfig(path).expected(None)
    assert raised.value.code == "KS713"


def test_a_name_that_yaml_takes_for_a_date_is_a_name(path: Path) -> None:
    path.write_text("config:\n  keyswitch:keys:\n    2001-01-01: {status: Active}\n")

    with pytest.raises(KeyswitchError) as raised:
        StackConfig(path).expected(None)

    assert "KS104 entry 2001-01-01:" in str(raised.value)


def test_the_project_of_a_folder_of_stacks_is_the_one_above_it(path: Path) -> None:
    (path.parent / "Pulumi.yaml").write_text("name: p\nconfig: {aws:region: eu-west-1}\n")
    stacks = path.parent / "stacks"
    stacks.mkdir()

    assert StackConfig(stacks / path.name).setting("aws:region") == "eu-west-1"


def test_what_the_project_sets_counts_where_the_stack_does_not_say_otherwise(path: Path) -> None:
    (path.parent / "Pulumi.yaml").write_text(
        "name: keyswitch\nruntime: python\nconfig:\n"
        "  aws:region: {value: us-east-1}\n  aws:profile: audit\n"
        "  aws:maxRetries: {type: integer}\n"
        f"  keys: {{type: object, default: {{{KEY}: {{status: Inactive}}}}}}\n"
    )
    path.write_text("config:\n  aws:region: eu-west-1\n")
    config = StackConfig(path)

    assert config.setting("aws:region") == "eu-west-1"
    assert config.setting("aws:profile") == "audit"
    assert config.setting("aws:maxRetries") is None
    assert set(config.expected(None)) == {KEY}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", ()),
        ("environment: aws/prod\n", ("aws/prod",)),
        ("environment: [aws/prod, keys]\n", ("aws/prod", "keys")),
        ("environment: {imports: [keys]}\n", ("keys",)),
    ],
)
def test_the_environments_that_a_stack_imports_are_named(
    path: Path, text: str, named: tuple[str, ...]
) -> None:
    path.write_text(text)

    assert StackConfig(path).environments == named


def test_the_declared_keys_of_a_register_are_those_of_the_account_that_is_asked(path: Path) -> None:
    path.write_text(
        "config:\n  keyswitch:keys:\n"
        f"    {KEY}: {{userName: bob, status: Inactive}}\n"
        f"    {OTHER}: {{status: Active, account: shop}}\n"
        "  keyswitch:accounts: {shop: {profile: shop}, lab: {profile: lab}}\n"
    )
    with_default = path.with_name("Pulumi.other.yaml")
    with_default.write_text(path.read_text() + "  keyswitch:defaults: {account: lab}\n")

    config, other = StackConfig(path), StackConfig(with_default)

    assert declared_in(config.expected(None)) == {KEY: ("bob", Status.INACTIVE)}
    assert declared_in(config.expected("shop")) == {OTHER: ("", Status.ACTIVE)}
    assert config.expected(None)[KEY].declared_by == "the register in Pulumi.prod.yaml"
    assert (set(other.expected(None)), set(other.expected("lab"))) == (set(), {KEY})


SECRET = "wJalrXUtnFEMIqK7MDENGzbPxRfiCYEXAMPLEKEY"


def test_a_register_with_problems_is_no_register_to_audit_against(path: Path) -> None:
    path.write_text(
        f"config:\n  keyswitch:keys:\n    {KEY}: {{status: off}}\n    {SECRET}: {{status: Active}}\n"
    )

    with pytest.raises(KeyswitchError) as raised:
        StackConfig(path).expected(None)

    assert raised.value.code == "KS116"
    assert f"KS103 entry {KEY}:" in str(raised.value) or f"entry {KEY}:" in str(raised.value)
    assert "entry number 2" in str(raised.value)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("register", "account", "code"),
    [
        ("keyswitch:keys: [a]", None, "KS712"),
        ("keyswitch:defaults: nonsense", None, "KS116"),
        ("keyswitch:defaults: {account: lab}", None, "KS710"),
        ("keyswitch:defaults: {account: lab}", "shop", None),
        ("keyswitch:defaults: {onDrift: report}", None, None),
        ("acme:a: b", "nowhere", "KS128"),
    ],
)
def test_a_file_whose_entries_would_stand_for_another_account_takes_none(
    path: Path, register: str, account: str | None, code: str | None
) -> None:
    accounts = "keyswitch:accounts: {shop: {profile: shop}, lab: {profile: lab}}"
    path.write_text(f"config:\n  {register}\n  {accounts}\n")
    raised = None

    try:
        StackConfig(path).check_that_it_takes_entries(account)
    except KeyswitchError as error:
        raised = error

    assert (raised.code if raised else None) == code


@pytest.mark.parametrize(
    "accounts", ["nonsense", "{shop: nonsense}", "{shop: {roleArn: x}}", "[a]"]
)
def test_accounts_that_cannot_be_read_are_told_of(path: Path, accounts: str) -> None:
    path.write_text(f"config:\n  keyswitch:accounts: {accounts}\n")

    with pytest.raises(KeyswitchError) as raised:
        StackConfig(path).account("shop")

    assert raised.value.code in ("KS116", "KS128", "KS129")


def exported(*resources: object) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": list(resources)}})


def declared_in(expected: Mapping[str, ExpectedKey]) -> dict[str, tuple[str, Status]]:
    """Key id to user name and status."""
    return {key: (each.user_name, each.status) for key, each in expected.items()}


def resource(key: str, account: str = "1" * 12, **outputs: object) -> dict[str, object]:
    """One of a state; the engine writes a secret as a map."""
    recorded = {
        "access_key_id": key,
        "status": "Inactive",
        "desired_status": "Inactive",
        "adopted_status": "Active",
        "create_date": "2026-01-01T09:00:00Z",
        "changed_at": "",
        "account_id": account,
        "user_name": "bob",
        "user_name_resolved": False,
        **outputs,
    }
    inputs = {"access_key_id": key, "status": "Active"}
    urn = f"urn:pulumi:s::p::{TYPE}::{key}"
    return {"urn": urn, "id": key, "inputs": inputs, "outputs": recorded}


def test_a_state_says_when_the_last_update_ended_and_what_has_ended_since() -> None:
    ended = resource(
        KEY,
        status="Active",
        desired_status="Active",
        active_until="2026-11-01",
    )
    whole = json.loads(exported(ended))
    whole["deployment"]["manifest"] = {"time": "2026-10-31T14:21:44.59149848Z"}

    (found,) = read_export(json.dumps(whole), "1" * 12).values()

    assert found.updated_at == "2026-10-31T14:21:44Z"
    assert (found.status, found.carried_out) == (Status.INACTIVE, Status.ACTIVE)


def test_what_is_in_progress_is_told_by_a_state() -> None:
    rotation = f"urn:pulumi:s::p::{ROTATION_TYPE}::bob"
    stage = "overlap until 2026-12-02T00:00:00Z: both keys are Active"
    held = resource(
        KEY,
        status="Active",
        desired_status="Active",
        reason="yearly",
        pending="Inactive, held since 2026-11-25T09:00:00Z, waits for overlap",
    )
    component = {"urn": rotation, "outputs": {"stage": stage}}

    (found,) = read_export(exported(component, {**held, "parent": rotation}), "1" * 12).values()

    assert found == ExpectedKey(
        KEY,
        "bob",
        Status.INACTIVE,
        declared_by=f"resource {KEY}",
        reason="yearly",
        carried_out=Status.ACTIVE,
        pending=Pending(Status.INACTIVE, "2026-11-25T09:00:00Z", ("overlap",)),
        rotation_stage=stage,
    )


CIPHER = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "ciphertext": "v1:",
}


def test_the_declared_keys_of_a_state_are_those_of_the_account() -> None:
    other_type = {"urn": "urn:pulumi:s::p::acme:index:Thing::x", "inputs": {}}

    found = read_export(exported(resource(KEY), resource(OTHER, "2" * 12), other_type), "1" * 12)

    assert declared_in(found) == {KEY: ("bob", Status.INACTIVE)}
    assert read_export(exported(), "1" * 12) == {}
    assert read_export(json.dumps({"deployment": {}}), "1" * 12) == {}


@pytest.mark.parametrize(
    ("outputs", "status", "user"),
    [
        ({"status": "Active"}, Status.INACTIVE, "bob"),
        (
            {
                "desired_status": "Active",
                "pending": "Inactive, held since 2026-01-01T09:00:00Z, waits for unused_for",
            },
            Status.INACTIVE,
            "bob",
        ),
        ({"access_key_id": CIPHER, "status": CIPHER, "reason": CIPHER}, Status.INACTIVE, "bob"),
        ({"user_name": CIPHER}, Status.INACTIVE, ""),
    ],
)
def test_what_a_state_declares_is_what_was_declared_last_whatever_a_refresh_made_of_the_inputs(
    outputs: dict[str, object], status: Status, user: str
) -> None:
    found = read_export(exported(resource(KEY, **outputs)), "1" * 12)

    assert declared_in(found) == {KEY: (user, status)}


def test_the_keys_of_a_fleet_are_among_those_of_a_state() -> None:
    recorded = {
        "user_name": "bob",
        "desired_status": "Inactive",
        "adopted_status": "Active",
        "account_id": "1" * 12,
    }
    outputs = {
        "statuses": {KEY: "Active", OTHER: "Inactive"},
        "keys": {KEY: {"user_name": "bob", "reason": CIPHER}},
        "records": {KEY: recorded, OTHER: {**recorded, "user_name_resolved": True}},
        "pending": {OTHER: "Active, held since 2026-01-01T09:00:00Z, waits for refuse_quarantined"},
        "account_id": "1" * 12,
    }
    urn = f"urn:pulumi:s::p::{FLEET_TYPE}::all"
    fleet = {"urn": urn, "id": "fleet", "inputs": {}, "outputs": outputs}

    assert declared_in(read_export(exported(fleet), "1" * 12)) == {
        KEY: ("bob", Status.INACTIVE),
        OTHER: ("bob", Status.ACTIVE),
    }
    assert read_export(exported(fleet), "2" * 12) == {}
    for hidden in ({KEY: CIPHER, OTHER: "Inactive"}, CIPHER):
        secret = {**fleet, "outputs": {**outputs, "statuses": hidden}}
        assert read_export(exported(secret), "1" * 12)[KEY].status is Status.INACTIVE
    broken = {**fleet, "outputs": {**outputs, "statuses": {KEY: "<html>"}}}
    with pytest.raises(KeyswitchError) as raised:
        read_export(exported(broken), "1" * 12)
    assert urn in str(raised.value)


def test_what_is_left_to_be_deleted_and_keys_of_the_root_user_are_not_expected() -> None:
    deleted = {**resource(KEY), "delete": True}
    root = resource(OTHER, user_name="", user_name_resolved=True)

    assert read_export(exported(deleted, root), "1" * 12) == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("no", "not JSON"),
        ("[]", "no deployment in it"),
        ('{"deployment": {"resources": 1}}', "its resources are not a list"),
        (
            exported(resource(KEY, desired_status=None)),
            f"status of urn:pulumi:s::p::{TYPE}::{KEY} cannot be read",
        ),
        (
            exported(resource(KEY, pending="Inactive, held since spring, waits for overlap")),
            f"pending of urn:pulumi:s::p::{TYPE}::{KEY} cannot be read",
        ),
        (
            exported(resource(KEY, pending="Inactive, held since 2026-01-01, waits for overlap")),
            f"pending of urn:pulumi:s::p::{TYPE}::{KEY} cannot be read",
        ),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_export_is_refused(text: str, problem: str) -> None:
    with pytest.raises(KeyswitchError) as raised:
        read_export(text, "1" * 12)

    assert raised.value.code == "KS705"
    assert problem in str(raised.value)


ROTATING = (
    f"config:\n  keyswitch:rotations:\n    bob: {{userName: bob, current: {KEY}, previous: {OTHER}, account: shop}}\n"
    "  keyswitch:accounts: {shop: {profile: shop}}\n"
)


def test_the_keys_of_a_rotation_are_declared_and_the_previous_one_may_still_be_active(
    path: Path,
) -> None:
    path.write_text(ROTATING)

    found = StackConfig(path).expected("shop")

    assert declared_in(found) == {KEY: ("bob", Status.ACTIVE), OTHER: ("bob", Status.INACTIVE)}
    assert {each.declared_by for each in found.values()} == {
        "rotation bob in the register in Pulumi.prod.yaml"
    }
    assert [found[key].is_waiting for key in (KEY, OTHER)] == [False, True]
    carried_out = replace(found[OTHER], status=Status.INACTIVE, carried_out=Status.INACTIVE)
    both = with_recorded(found, {OTHER: carried_out})
    assert not both[OTHER].is_waiting
    assert StackConfig(path).expected(None) == {}


def test_a_key_of_a_rotation_is_not_added_to_the_keys(path: Path) -> None:
    path.write_text(ROTATING)

    assert StackConfig(path).add({KEY: ENTRY, OTHER: ENTRY, THIRD: ENTRY}) == [THIRD]


def test_of_a_rotation_too_only_what_readers_are_told_may_be_encrypted(path: Path) -> None:
    path.write_text(ROTATING.replace("account: shop}", "reason: {secure: v1:abc}, account: shop}"))
    assert set(StackConfig(path).expected("shop")) == {KEY, OTHER}

    path.write_text(ROTATING.replace("userName: bob", "userName: {secure: v1:abc}"))
    with pytest.raises(KeyswitchError) as raised:
        StackConfig(path).expected("shop")
    assert raised.value.code == "KS713"
