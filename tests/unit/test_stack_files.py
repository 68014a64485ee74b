"""A stack's config, added to without touching what is there, and its exported state, read."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from keyswitch.audit import ExpectedKey
from keyswitch.errors import KeyswitchError
from keyswitch.stack_config import StackConfig, write_whole
from keyswitch.stack_export import read_export
from keyswitch.status import Status
from support.engine import ROOT, TYPE

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
    ["", "config: {}\n", "config:\n", "encryptionsalt: x\n", "config:\n  keyswitch:keys: {}\n"],
)
def test_a_register_is_begun_where_there_is_none(path: Path, text: str) -> None:
    if text:
        path.write_text(text)

    StackConfig(path).add({OTHER: ENTRY})

    whole = path.read_text()
    assert f"  keyswitch:keys:\n{ADDED}" in whole
    assert ("encryptionsalt: x\n" in whole) is ("encryptionsalt" in text)
    assert StackConfig(path).register == {OTHER: ENTRY}


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


def test_a_file_keeps_its_permissions_and_is_written_whole_or_not_at_all(path: Path) -> None:
    path.write_text("before")
    path.chmod(0o600)
    write_whole(path, "after")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("after", 0o600)
    assert list(path.parent.iterdir()) == [path]

    with pytest.raises(KeyswitchError) as raised:
        write_whole(path / "below", "after")
    assert raised.value.code == "KS707"
    assert path.read_text() == "after"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a\n", "it is no map"),
        ("config: []\n", "its config is no map"),
        ("config: {keyswitch:keys: [a]}\n", "keyswitch:keys is no map"),
        ("config: {a\n", "while parsing"),
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


def test_the_declared_keys_of_a_register_are_those_of_the_account_that_is_asked(path: Path) -> None:
    path.write_text(
        "config:\n  keyswitch:keys:\n"
        f"    {KEY}: {{userName: bob, status: Inactive}}\n"
        f"    {OTHER}: {{status: Active, account: shop}}\n"
        f"    {THIRD}: {{status: off}}\n"
    )
    config = StackConfig(path)

    assert config.expected(None) == {KEY: ExpectedKey(KEY, "bob", Status.INACTIVE)}
    assert config.expected("shop") == {OTHER: ExpectedKey(OTHER, "", Status.ACTIVE)}


def exported(*resources: object) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": list(resources)}})


def resource(key: str, account: str = "1" * 12, **fields: object) -> dict[str, object]:
    inputs = {"access_key_id": key, "status": "Inactive", **fields}
    outputs = {**inputs, "account_id": account, "user_name": "bob"}
    return {"urn": f"urn:pulumi:s::p::{TYPE}::{key}", "inputs": inputs, "outputs": outputs}


def test_the_declared_keys_of_a_state_are_those_of_the_account() -> None:
    other_type = {"urn": "urn:pulumi:s::p::acme:index:Thing::x", "inputs": {}}

    found = read_export(exported(resource(KEY), resource(OTHER, "2" * 12), other_type), "1" * 12)

    assert found == {KEY: ExpectedKey(KEY, "bob", Status.INACTIVE)}
    assert read_export(exported(), "1" * 12) == {}
    assert read_export(json.dumps({"deployment": {}}), "1" * 12) == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty"),
        ("no", "it is no JSON"),
        ("[]", "it has no deployment"),
        ('{"deployment": {"resources": 1}}', "its resources are no list"),
        (exported(resource(KEY, status=None)), "no usable access_key_id or status"),
        ("[" * 100_000, "it is no JSON"),
    ],
)
def test_what_is_no_export_is_refused(text: str, problem: str) -> None:
    with pytest.raises(KeyswitchError) as raised:
        read_export(text, "1" * 12)

    assert raised.value.code == "KS705"
    assert problem in str(raised.value)
