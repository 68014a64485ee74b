"""The rules themselves, over properties alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

NATIVE = "keyswitch:index:"
KEYS = (f"{NATIVE}AccessKeyStatus", "pulumi-python:dynamic/keyswitch:AccessKeyStatus")
FLEETS = (f"{NATIVE}AccessKeyFleet", "pulumi-python:dynamic/keyswitch:AccessKeyFleet")
OLDEST = timedelta(days=90)


def keys_in(resource_type: str, properties: Mapping[str, object]) -> list[dict[str, object]]:
    """The properties of each key of a resource, whichever form it is declared in.

    A rotation's keys are resources of their own.
    """
    if resource_type.startswith(NATIVE):
        properties = _in_snake_case(properties)
    if resource_type in KEYS:
        return [dict(properties)]
    if resource_type not in FLEETS:
        return []
    keys, statuses, pending, records = (
        _map_in(properties, name) for name in ("keys", "statuses", "pending", "records")
    )
    return [
        {
            **_map_in(records, key),
            "status": statuses.get(key),
            **_map_in(keys, key),
            "access_key_id": key,
            "pending": pending.get(key),
        }
        for key in sorted({*keys, *statuses})
    ]


def _in_snake_case(properties: Mapping[str, object]) -> dict[str, object]:
    """In every language but Python's own resources, names are in camel case; an id stays as it is."""
    return {
        re.sub("(?<=[a-z])[A-Z]", lambda found: f"_{found[0].lower()}", name): (
            _in_snake_case(value) if isinstance(value, Mapping) else value
        )
        for name, value in properties.items()
    }


def _map_in(properties: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = properties.get(name)
    return value if isinstance(value, Mapping) else {}


def without_reason(properties: Mapping[str, object]) -> str | None:
    """An Active key is an exception that somebody has to be able to explain."""
    if properties.get("status") == "Active" and not properties.get("reason"):
        return f"access key {properties.get('access_key_id')} is declared Active without a reason"
    return None


def too_old(properties: Mapping[str, object], now: datetime) -> str | None:
    """``create_date`` is known once the key is adopted; a first preview says nothing.

    A key whose switch to Inactive is held is on its way.
    """
    made = properties.get("create_date")
    is_held = str(properties.get("pending") or "").startswith("Inactive")
    if properties.get("status") != "Active" or is_held:
        return None
    if not isinstance(made, str) or not made:
        return None
    age = now - datetime.fromisoformat(made.replace("Z", "+00:00"))
    if age <= OLDEST:
        return None
    key = properties.get("access_key_id")
    return (
        f"access key {key} is {age.days} days old and Active; rotate it, then declare it Inactive"
    )
