"""The JSON Schema of a stack's config file with a register, for editors, made from the tables of inputs.

What a single value may be is in it. What only several values together can be wrong about, the parser alone knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Final

from keyswitch.cli.config_values import SECURE
from keyswitch.cli.exceptions_schema import exception_schema
from keyswitch.cli.provider_settings import settings_of_provider
from keyswitch.model.camel_case import in_camel_case
from keyswitch.model.inputs import (
    ACCESS_KEY_ID,
    ACCOUNT,
    IN_ACCOUNT,
    IN_SAFEGUARDS,
    OF_A_KEY,
    SAFEGUARDS,
    Input,
)
from keyswitch.model.register_entries import OF_DEFAULTS
from keyswitch.model.register_names import (
    ACCOUNTS_KEY,
    CONFIG_KEY,
    DEFAULTS_KEY,
    EXCEPTIONS_KEY,
    FLEET_KEY,
    MAX_CHANGES_KEY,
    OF_A_REGISTER,
    ROTATIONS_KEY,
    SETTINGS,
)
from keyswitch.model.rotation import OF_A_ROTATION
from keyswitch.model.validators import PATTERNS, access_key_id, account_ids, max_changes

SCHEMA_FILE: Final = "keyswitch.schema.json"
"""Next to a stack's file, which names it in its first line."""
MODELINE: Final = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
"""By this comment editors find the schema: https://github.com/redhat-developer/yaml-language-server."""

Schema = dict[str, Any]
_NOTHING: Final[Schema] = {"type": "null"}
_ENCRYPTED: Final[Schema] = {"$ref": "#/$defs/encrypted"}
_FILLED: Final = r"\S"
_JSON_MAP: Final[Schema] = {
    "description": "The same as JSON, as pulumi config set writes it.",
    "type": "string",
    "pattern": r"^\s*\{",
}
_BOOLEAN_TEXT: Final = "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])?$"


def register_schema() -> Schema:
    """The schema of the whole file. Other namespaces, and settings of the native provider, may hold anything."""
    known = "|".join((*OF_A_REGISTER, *settings_of_provider()))
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Pulumi.STACK.yaml with a register of keyswitch",
        "description": "keyswitch:keys and the other settings of the register in a stack's config.",
        "type": ["object", "null"],
        "properties": {
            "config": {
                "type": ["object", "null"],
                "properties": {
                    f"keyswitch:{name}": {"description": SETTINGS[name], **value}
                    for name, value in _settings().items()
                },
                "patternProperties": {f"^keyswitch:(?!({known})$)": False},
            }
        },
        "$defs": {
            "encrypted": {
                "description": "As pulumi config set --secret writes a value.",
                "type": "object",
                "properties": {SECURE: {"type": "string"}},
                "required": [SECURE],
                "additionalProperties": False,
            },
            "safeguards": _map_of(IN_SAFEGUARDS),
            "account": _map_of(IN_ACCOUNT),
            "namedAccount": {**_map_of(IN_ACCOUNT), "required": []},
            "key": _map_of(each for each in OF_A_KEY if each.name != ACCESS_KEY_ID),
            "rotation": _map_of(OF_A_ROTATION),
            "exception": exception_schema(),
        },
    }


def schema_text() -> str:
    """The file, as it should be."""
    return json.dumps(register_schema(), indent=2) + "\n"


def _settings() -> dict[str, Schema]:
    keys = _by_name("key") | {"propertyNames": {"pattern": _whole(PATTERNS[access_key_id])}}
    by_filled_name = {"propertyNames": {"pattern": _FILLED}}
    listed = {"type": "array", "items": {"$ref": "#/$defs/exception"}}
    return {
        CONFIG_KEY: _any(keys, _JSON_MAP, _NOTHING, _ENCRYPTED),
        DEFAULTS_KEY: _any(_map_of(OF_DEFAULTS), _JSON_MAP, _NOTHING, _ENCRYPTED),
        ACCOUNTS_KEY: _any(_by_name("namedAccount"), _JSON_MAP, _NOTHING, _ENCRYPTED),
        ROTATIONS_KEY: _any(_by_name("rotation") | by_filled_name, _JSON_MAP, _NOTHING, _ENCRYPTED),
        FLEET_KEY: _any({"type": "boolean"}, _text(_BOOLEAN_TEXT), _NOTHING, _ENCRYPTED),
        MAX_CHANGES_KEY: _any(
            {"type": "integer", "minimum": 0, "maximum": 999_999_999},
            _text(f"^$|{_whole(PATTERNS[max_changes])}"),
            _NOTHING,
            _ENCRYPTED,
        ),
        EXCEPTIONS_KEY: _any(listed, _NOTHING),
    }


def _by_name(definition: str) -> Schema:
    value = _any({"$ref": f"#/$defs/{definition}"}, _ENCRYPTED)
    return {"type": "object", "additionalProperties": value}


def _map_of(inputs: Iterable[Input]) -> Schema:
    listed = list(inputs)
    return {
        "type": "object",
        "properties": {each.in_camel_case: _input(each) for each in listed},
        "required": [each.in_camel_case for each in listed if each.required],
        "additionalProperties": False,
    }


def _input(one: Input) -> Schema:
    """A value that is omitted may be written as null, one that is required may not."""
    nothing = () if one.required else (_NOTHING,)
    default = {"default": one.default} if one.default else {}
    kinds = _any(*_kinds(one), *nothing, _ENCRYPTED)
    return {"description": in_camel_case(one.in_markdown), **default, **kinds}


def _kinds(one: Input) -> tuple[Schema, ...]:
    if one.name == SAFEGUARDS:
        return ({"$ref": "#/$defs/safeguards"},)
    if one.name == ACCOUNT:
        return ({"type": "string"}, {"$ref": "#/$defs/account"})
    if one.check is account_ids:
        by_digits = _any(
            _text("^[0-9]{12}$"), {"type": "number", "minimum": 0, "maximum": 10**12}, _ENCRYPTED
        )
        return ({"type": "array", "minItems": 1, "items": by_digits},)
    if one.read is bool:
        return ({"type": "boolean"},)
    if isinstance(one.read, type) and issubclass(one.read, Enum):
        return ({"enum": [str(each) for each in one.read]},)
    pattern = PATTERNS.get(one.check) if one.check is not None else None
    return (_text(_whole(pattern)) if pattern else {"type": "string"},)


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def _whole(pattern: str) -> str:
    """The pattern of the whole text, which an editor would search for anywhere in it."""
    return f"^(?:{pattern})$"


def _any(*kinds: Mapping[str, Any]) -> Schema:
    return {"anyOf": [dict(each) for each in kinds]}
