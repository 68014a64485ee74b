"""The JSON Schema of the exceptions of an audit, in a stack's config or in a file of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from keyswitch.model.until import WRITTEN
from keyswitch.report.controls import CONTROLS
from keyswitch.report.exceptions import FIELDS, NOT_EXCEPTED, OF_ACCOUNTS, SUBJECTS

_TEXT: Final[dict[str, Any]] = {"type": "string", "minLength": 1}


def exception_schema() -> dict[str, Any]:
    """The schema of one exception."""
    kinds: dict[str, dict[str, Any]] = {
        "account": {"type": "string", "pattern": "^[0-9]{12}$"},
        "control": {"enum": _named(name for name in CONTROLS if name not in NOT_EXCEPTED)},
        "until": {"type": "string", "pattern": f"^(?:{WRITTEN})$"},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["control", "reason", "approvedBy", "until"],
        "if": {"properties": {"control": {"enum": _named(OF_ACCOUNTS)}}, "required": ["control"]},
        "then": {
            "required": ["account"],
            "not": {"anyOf": [{"required": [name]} for name in SUBJECTS]},
        },
        "else": {"oneOf": [{"required": [name]} for name in SUBJECTS]},
        "properties": {
            name: {**kinds.get(name, _TEXT), "description": says} for name, says in FIELDS.items()
        },
    }


def exceptions_schema_text() -> str:
    """The schema of the whole list, as a file."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The exceptions of keyswitch audit",
        "description": "keyswitch:exceptions in a stack's config, or the file of --exceptions.",
        "type": "array",
        "items": exception_schema(),
    }
    return json.dumps(schema, indent=2) + "\n"


def _named(controls: Iterable[str]) -> list[str]:
    """The names of controls, then their codes: either is one."""
    names = list(controls)
    return [*names, *(CONTROLS[name].finds.code for name in names)]
