"""The answer in an incident as JSON. docs/reference/schemas/incident.schema.json has its schema."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from keyswitch.iam.client import AccessKey
from keyswitch.report.incident import DeclaredEntry, DeclaringResource, Incident
from keyswitch.report.incident_answer import headline, sections
from keyswitch.report.incident_commands import Command
from keyswitch.report.json_text import json_text

VERSION: Final = 1
"""Of the form: it grows when a field goes or changes its meaning, not when one is added."""


@dataclass(frozen=True)
class Watched:
    """How a watch ended.

    :param status: as last read; empty where it was never read, ``deleted`` for a key that is gone.
    :param reads: how many in a row showed it, the last among them.
    :param seconds: that the watch took.
    :param problem: why it ended otherwise than with the key Inactive; empty if it did not.
    """

    status: str
    reads: int
    seconds: int
    problem: str = ""


def to_json(
    incident: Incident, now: datetime, *, is_written: bool = False, watched: Watched | None = None
) -> str:
    """For a machine.

    :param now: when AWS was asked, an aware moment.
    :param is_written: whether the edit of the register was made.
    :param watched: how the watch ended, ``None`` for none.
    """
    leaked = incident.leaked
    used = leaked.used
    parts = [part for section in sections(incident, now) for part in section.parts]
    bag = {
        "version": VERSION,
        "access_key_id": leaked.access_key_id,
        "summary": headline(leaked),
        "standing": leaked.standing.value,
        "account_id": leaked.account_id or None,
        "caller_account_id": (leaked.caller.account_id if leaked.caller else "") or None,
        "user_name": leaked.user_name or None,
        "status": str(leaked.status) if leaked.status is not None else None,
        "create_date": (leaked.key.create_date if leaked.key is not None else "") or None,
        "last_used": None
        if used is None
        else {"date": used.date, "service_name": used.service_name, "region": used.region},
        "other_keys": None if leaked.key is None else [_key(each) for each in leaked.others],
        "quarantine_policies": None if leaked.policies is None else list(leaked.policies),
        "signs_this_command": leaked.signs,
        "register": None
        if incident.entry is None
        else _entry(incident.entry, is_written=is_written),
        "resources": None
        if incident.resources is None
        else [_resource(each) for each in incident.resources],
        "commands": [
            {"purpose": each.purpose, "command": each.line}
            for each in parts
            if isinstance(each, Command)
        ],
        "unknown": list(incident.everything_unknown),
        "watch": None if watched is None else _watched(watched),
    }
    return json_text(bag)


def _key(key: AccessKey) -> dict[str, Any]:
    return {
        "access_key_id": key.access_key_id,
        "status": str(key.status),
        "create_date": key.create_date or None,
    }


def _entry(entry: DeclaredEntry, *, is_written: bool) -> dict[str, Any]:
    return {
        "file": entry.path,
        "line": entry.line,
        "rotation": entry.rotation or None,
        "status": entry.status or None,
        "has_override": entry.override,
        "diff": list(entry.diff),
        "is_written": is_written,
        "problem": entry.problem or None,
        "other_problems": list(entry.blockers),
    }


def _resource(resource: DeclaringResource) -> dict[str, Any]:
    return {
        "urn": resource.urn.text,
        "name": resource.urn.name,
        "rotation": resource.rotation or None,
    }


def _watched(watched: Watched) -> dict[str, Any]:
    return {
        "status": watched.status or None,
        "reads": watched.reads,
        "seconds": watched.seconds,
        "is_inactive": not watched.problem,
        "problem": watched.problem or None,
    }
