"""``keyswitch check``: everything that is wrong with a stack's file, where it stands, in the words of the preview."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from cli.conftest import Keyswitch
from keyswitch.cli.config_values import as_pulumi_has_it
from keyswitch.cli.register_schema import schema_text
from keyswitch.cli.yaml_edit import data_of
from keyswitch.model.register import read_register
from keyswitch.model.register_names import DECLARING
from keyswitch.reconcile.clock import Clock
from support.engine import ROOT
from support.pages import shown

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEY, OTHER, THIRD = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "AKIA2OGYBAH6STEXAMPL"
REGISTER = f"""\
config:
  aws:region: eu-west-1
  keyswitch:accounts:
    prod: {{roleArn: nonsense}}
  keyswitch:defaults:
    warnBefore: 7d
  keyswitch:keys:
    {KEY}:
      status: off
      userName: a b
      reason: {SECRET}
    {OTHER}: {{status: Active, account: prod, activeUntil: 2027-03-31}}
    short:
      status: Active
      safeguards:
        unused_for: 7d
  keyswitch:rotations:
    shop:
      userName: shop
      current: {OTHER}
      previous: {THIRD}
      overlap: 7
  keyswitch:exceptions:
    - {{user: ci-*, control: rotated, reason: x, approvedBy: y, until: 2027-01-01}}
    - {{user: ci-*, control: rotatd, reason: x, approvedBy: y, until: "2027-01-01"}}
"""


@pytest.fixture
def stack(keyswitch: Keyswitch, tmp_path: Path) -> Path:
    """The file of a stack in the folder of the command."""
    return tmp_path / "Pulumi.prod.yaml"


def places(output: str) -> list[tuple[str, str]]:
    """Line and column of each problem, and its code."""
    lines = [line for line in output.splitlines() if line.startswith("Pulumi.") and ": KS" in line]
    parts = (line.split(" ", 2) for line in lines)
    return [(at.removeprefix("Pulumi.prod.yaml").strip(":"), code) for at, code, _ in parts]


def test_every_problem_is_told_at_once_with_its_line_and_column(
    keyswitch: Keyswitch, stack: Path
) -> None:
    stack.write_text(REGISTER)

    output = keyswitch("check", code=1).output

    assert places(output) == [
        ("4:12", "KS127"),
        ("9:7", "KS103"),
        ("10:7", "KS107"),
        ("11:7", "KS106"),
        ("12:59", "KS136"),
        ("13:5", "KS104"),
        ("16:9", "KS101"),
        ("20:7", "KS166"),
        ("22:7", "KS109"),
        ("25:7", "KS733"),
    ]
    assert "1 file checked, 10 problems.\nerror: KS716 " in output
    assert SECRET not in output


def test_the_words_are_those_of_the_preview(keyswitch: Keyswitch, stack: Path) -> None:
    stack.write_text(REGISTER)
    config = data_of(REGISTER)["config"]
    texts = [as_pulumi_has_it(config[f"keyswitch:{name}"]) for name in DECLARING]
    previewed = read_register(*map(str, texts), now=Clock().now()).problems

    output = keyswitch("check", "Pulumi.prod.yaml", code=1).output

    assert len(previewed) > len("a few")
    assert [problem for problem in previewed if problem not in output] == []


def test_json_has_the_same_as_its_schema_says(keyswitch: Keyswitch, stack: Path) -> None:
    stack.write_text(REGISTER)
    fine = stack.with_name("Pulumi.test.yaml")
    fine.write_text("environment: [keys]\nconfig:\n  keyswitch:keys: {secure: v1:abc}\n")

    printed = json.loads(keyswitch("check", "--json", code=1).stdout)

    schema = json.loads((ROOT / "docs/reference/schemas/check.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(printed)
    checked, test = printed["files"]
    assert (checked["path"], len(checked["problems"])) == ("Pulumi.prod.yaml", 10)
    first: dict[str, Any] = checked["problems"][0]
    assert (first["line"], first["column"], first["code"]) == (4, 12, "KS127")
    assert first["message"].startswith(f"KS127 entry {OTHER}: account.roleArn cannot be read")
    assert test == {
        "path": "Pulumi.test.yaml",
        "problems": [],
        "not_checked": ["keyswitch:keys", "environment"],
    }


@pytest.mark.parametrize(
    ("text", "at", "told"),
    [
        ("config:\n  a: [1\n  b: 2\n", "3:4", "KS702 Pulumi.prod.yaml cannot be read"),
        ("- a\n", "1:1", "not a map"),
        ("a: 1\n---\nb: 2\n", "2:1", "a single document in the stream, but found another"),
        ("config:\n  keyswitch:keys:\n    A: {status: Active}\n", "3:5", "has 1 character."),
        ("config:\n  a: x\x1b[31m\n", "2:7", "the character U+001B, which YAML does not allow"),
        ("config:\n  a: 1\n  b: {c: 2026-02-31}\n", "3:10", "a date or a time without quotes"),
        (
            f"config:\n  keyswitch:keys: '{'[' * 20_000}'\n",
            "2:3",
            "KS111 the stack config keyswitch:keys",
        ),
        (
            f"config:\n  keyswitch:keys:\n    {KEY}:\n      status: Active\n      safeguards:\n        {SECRET}: 1\n",
            "5:7",
            "no property safeguards.(not shown)",
        ),
        ("a: 1\nconfig: []\n", "2:1", "config is not a map"),
        ("config:\n  a: 1\n  a: 2\n", "3:3", 'found duplicate key "a"'),
        (
            f"config:\n  a: 1\n  ? {SECRET}\n  : 1\n  ? {SECRET}\n  : 1\n",
            "5:5",
            "found duplicate key",
        ),
        ("config:\n  keyswitch:kees: {}\n", "2:3", "Did you mean keyswitch:keys?"),
        ("config:\n  keyswitch:profle: x\n", "2:3", "Did you mean keyswitch:profile?"),
        (f"config:\n  keyswitch:{SECRET[:20]}{SECRET[20:]}: x\n", "2:3", "keyswitch:(not shown)"),
        ("config:\n  keyswitch:keys: [a]\n", "2:3", "KS111"),
        ("config:\n  keyswitch:defaults: x\n", "2:3", "KS122"),
        ("config:\n  keyswitch:rotations: [a]\n", "2:3", "KS165"),
        (
            "config:\n  keyswitch:defaults:\n    onDrift: ignore\n",
            "3:5",
            "KS108 keyswitch:defaults",
        ),
        ("config:\n  keyswitch:fleet: always\n", "2:3", "KS133"),
        ("config:\n  a: 1\n  keyswitch:maxChanges: 5\n", "3:3", "KS133"),
        ("config:\n  keyswitch:fleet: true\n  keyswitch:maxChanges: lots\n", "3:3", "KS132"),
        ("config:\n  keyswitch:exceptions: {}\n", "2:3", "KS733"),
        (
            f'config:\n  keyswitch:keys: \'{{"{KEY}": {{"status": "off"}}}}\'\n',
            "2:3",
            f"KS103 entry {KEY}",
        ),
        (
            f"config:\n  keyswitch:defaults: {{account: dev}}\n  keyswitch:keys: {{{KEY}: {{status: Active}}}}\n",
            "2:24",
            "KS128 keyswitch:defaults",
        ),
        (
            f"config:\n  keyswitch:keys:\n    {KEY}: &it\n      status: off\n    {OTHER}: *it\n",
            "4:7",
            f"KS103 entry {OTHER}",
        ),
    ],
)
def test_a_problem_stands_where_its_file_has_it(
    keyswitch: Keyswitch, stack: Path, text: str, at: str, told: str
) -> None:
    stack.write_text(text)

    output = keyswitch("check", code=1).output

    lines = [line for line in output.splitlines() if told in line]
    assert [line.split(" ")[0] for line in lines] == [f"Pulumi.prod.yaml:{at}:"]
    assert SECRET not in output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)),
            "its aliases stand for more than 200,000 values",
        ),
        ("config: &a\n  b: *a\n", "a value contains itself"),
        ("config: " + "[" * 1500, "nested more than 100 levels deep"),
        (f"config:\n  a: {'{a: ' * 300}1{'}' * 300}\n", "nested more than 100 levels deep"),
        (f"config:\n  keyswitch:maxChanges: 0x{'f' * 9000}\n", "more than 1,000 digits (line 2)"),
        ("config:\n  keyswitch:keys: !!int x\n", "a value of it cannot be read"),
    ],
)
def test_a_file_that_stands_for_more_than_can_be_dealt_with_is_refused(
    keyswitch: Keyswitch, stack: Path, text: str, told: str
) -> None:
    stack.write_text(text)

    assert told in keyswitch("check", code=1).output
    assert told in keyswitch("due", "--stack-config", stack.name, code=1).output


def test_what_the_project_says_is_checked_where_it_stands(
    keyswitch: Keyswitch, stack: Path
) -> None:
    stack.write_text(f"config:\n  keyswitch:keys: {{{KEY}: {{status: Active, account: prod}}}}\n")
    project = stack.with_name("Pulumi.yaml")
    project.write_text(
        "name: p\nconfig:\n  keyswitch:accounts:\n    value:\n      prod: {roleArn: x}\n"
    )

    output = keyswitch("check", code=1).output

    assert f"{project}:5:14: KS127 entry {KEY}: account.roleArn" in output


def test_what_is_encrypted_is_said_and_not_judged(keyswitch: Keyswitch, stack: Path) -> None:
    stack.write_text(
        "config:\n  keyswitch:accounts:\n    prod: {externalId: {secure: v1:x}, profile: p}\n"
        "    lab: {secure: v1:x}\n  keyswitch:keys:\n"
        f"    {KEY}: {{status: {{secure: v1:x}}, account: prod, safeguards: {{overlap: {{secure: v1:x}}}}}}\n"
        f"    {OTHER}: {{status: Active, account: lab, reason: {{secure: v1:x}}}}\n"
        f"    {THIRD}: {{secure: v1:x}}\n"
        "  keyswitch:rotations: {secure: v1:x}\n  keyswitch:fleet: {secure: v1:x}\n"
        "  keyswitch:exceptions: {secure: v1:x}\n"
    )

    output = keyswitch("check").output

    assert "not all is checked: keyswitch:keys is encrypted, at least in part; " in output
    assert output.endswith("1 file checked, no problem.\n")
    stack.write_text(
        f"config:\n  keyswitch:accounts: {{secure: v1:x}}\n  keyswitch:keys: {{{KEY}: {{status: off, account: a}}}}\n"
    )
    assert places(keyswitch("check", code=1).output) == [("3:43", "KS103")]


def test_accounts_of_an_environment_are_not_missed(keyswitch: Keyswitch, stack: Path) -> None:
    entry = f"  keyswitch:keys: {{{KEY}: {{status: Active, account: shop}}}}\n"
    stack.write_text(f"environment: [keys]\nconfig:\n{entry}")

    assert "the file imports an ESC environment" in keyswitch("check").output


def test_a_folder_without_stacks_is_wrong_usage(keyswitch: Keyswitch) -> None:
    assert "There is no Pulumi.STACK.yaml in this folder" in keyswitch("check", code=2).output


def test_the_commands_of_the_page_print_the_schema_and_check_the_example(
    keyswitch: Keyswitch, stack: Path
) -> None:
    shutil.copy(ROOT / "Pulumi.example.yaml", stack)
    printed = []
    for block in shown(ROOT / "docs/reference/register.md", "tests/cli/test_check.py"):
        _, *arguments = shlex.split(block.text.partition(" >")[0])
        printed.append(keyswitch(*arguments).stdout)

    assert printed == [schema_text(), "1 file checked, no problem.\n"]


def test_the_hook_checks_the_files_of_stacks_and_no_others(keyswitch: Keyswitch) -> None:
    (hook,) = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())

    assert hook["entry"].split() == ["keyswitch", "check"]
    assert "Usage" in keyswitch("check", "--help").output
    names = ("Pulumi.prod.yaml", "stacks/Pulumi.a.b.yml", "Pulumi.yaml", "XPulumi.prod.yaml")
    assert [name for name in names if re.search(hook["files"], name)] == [*names[:2]]
