"""Each command prints JSON for machines, with a version and by a published schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from cli.conftest import Keyswitch
from digest.test_digest import RECORDED
from keyswitch.cli import main
from keyswitch.report.controls import EVERY_MESSAGE
from support.engine import ROOT
from support.strict_iam import StrictIam

SCHEMAS = ROOT / "docs" / "reference" / "schemas"
PRINTS_A_SCRIPT = {"completion"}
"""What a command prints is for a shell, which reads no JSON."""
OF_A_FILE = {"exceptions.schema.json", "register.schema.json"}
"""What a command reads."""
SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
HOSTILE = "##vso[task.setvariable]x::error::\x1b[31m\u202e@here`</script>"
HOSTILE_USER = re.sub(r"[\x1b<>/]", "", HOSTILE)
"""Without what the fake's XML cannot hold."""


def commands(group: click.Group = main, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name}-")
        else:
            yield f"{path}{name}", command


COMMANDS = dict(commands())
WITH_JSON = sorted(set(COMMANDS) - PRINTS_A_SCRIPT)
OUTPUTS = sorted(path for path in SCHEMAS.glob("*.schema.json") if path.name not in OF_A_FILE)


def valid(name: str, printed: str) -> dict[str, Any]:
    """What was printed, which is as the schema of that name says, and nothing that a runner obeys."""
    assert not re.search(r"##(\[|vso\[)", printed)
    assert printed.isascii()
    bag: dict[str, Any] = json.loads(printed)
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(bag)
    return bag


@pytest.mark.parametrize("name", WITH_JSON)
def test_every_command_prints_json_by_the_same_two_options(name: str) -> None:
    options = {opt: each for each in COMMANDS[name].params for opt in each.opts}

    assert isinstance(options["--format"].type, click.Choice)
    assert "json" in options["--format"].type.choices
    assert isinstance(options["--json"], click.Option)
    assert options["--json"].is_flag


@pytest.mark.parametrize("name", WITH_JSON)
def test_every_command_has_a_schema_of_its_name(name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())

    assert schema["title"] == f"keyswitch {name.replace('-', ' ')} --format json"


@pytest.mark.parametrize("path", OUTPUTS, ids=lambda path: path.stem)
def test_every_schema_is_strict_names_its_version_and_spells_fields_alike(path: Any) -> None:
    schema = json.loads(path.read_text())
    Draft202012Validator.check_schema(schema)

    assert schema["properties"]["version"]["const"] == 1
    assert "version" in schema["required"]
    assert schema["title"].startswith(f"keyswitch {path.name.split('.')[0].partition('-')[0]} ")
    for each in objects(schema):
        assert all(SNAKE_CASE.fullmatch(name) for name in each["properties"])
        assert set(each.get("required", ())) <= set(each["properties"]) or "allOf" in each
    assert schema["additionalProperties"] is False


def objects(schema: object) -> Iterator[dict[str, Any]]:
    """Every part of a schema that names properties."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield schema
        for each in schema.values():
            yield from objects(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from objects(each)


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_every_recorded_preview_gives_a_digest_by_its_schema(
    keyswitch: Keyswitch, name: str
) -> None:
    valid("digest", keyswitch("digest", "--json", stdin=RECORDED[name]).stdout)


def test_a_digest_of_hostile_words_is_by_its_schema(keyswitch: Keyswitch) -> None:
    hostile = re.sub(
        r'"message": "', lambda each: each[0] + json.dumps(HOSTILE)[1:-1], RECORDED["refused"]
    )
    assert hostile != RECORDED["refused"]

    bag = valid("digest", keyswitch("digest", "--json", stdin=hostile).stdout)

    assert bag["failed"] is True


def test_every_code_is_explained_by_the_schema(keyswitch: Keyswitch) -> None:
    bag = valid("explain", keyswitch("explain", "--all", "--format", "json").stdout)

    assert [each["code"] for each in bag["messages"]] == [each.code for each in EVERY_MESSAGE]


def test_the_keys_of_an_account_are_listed_by_the_schema(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    key = strict_iam.add_key("bob+=,.@-_")
    other = strict_iam.add_key(HOSTILE_USER)

    bag = valid("discover", keyswitch("discover", "--json").stdout)

    assert {(each["access_key_id"], each["user_name"]) for each in bag["keys"]} == {
        (key, "bob+=,.@-_"),
        (other, HOSTILE_USER),
    }
    assert (bag["account_id"], bag["users"], bag["is_complete"]) == ("123456789012", 2, True)


def test_an_account_without_users_is_listed_by_the_schema(keyswitch: Keyswitch) -> None:
    assert valid("discover", keyswitch("discover", "--json").stdout)["keys"] == []


def test_an_audit_of_a_user_with_a_hostile_name_is_by_its_schema(
    keyswitch: Keyswitch, strict_iam: StrictIam
) -> None:
    strict_iam.add_key(HOSTILE_USER)

    bag = valid("audit", keyswitch("audit", "--json", code=7).stdout)

    assert {each["user_name"] for each in bag["keys"]} == {HOSTILE_USER}
