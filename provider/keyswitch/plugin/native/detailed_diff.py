"""Which inputs differ, by their paths, as the engine shows them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any


class Change(Enum):
    """What happens to an input; the engine's own words."""

    ADD = "ADD"
    DELETE = "DELETE"
    UPDATE = "UPDATE"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Change]:
    """The paths of all single values that differ, in maps below maps too: ``keys.AKIA....status``.

    :param after: what is not known yet counts as different.
    """
    found: dict[str, Change] = {}
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            inner = differences(old, new)
            found.update({f"{_quoted(name)}{_joined(path)}": inner[path] for path in inner})
        elif old is None and new is not None:
            found[_quoted(name)] = Change.ADD
        elif new is None and old is not None:
            found[_quoted(name)] = Change.DELETE
        elif old != new:
            found[_quoted(name)] = Change.UPDATE
    return found


def _quoted(name: str) -> str:
    return name if name.replace("_", "").isalnum() else f'["{name}"]'


def _joined(path: str) -> str:
    return path if path.startswith("[") else f".{path}"
