"""What one key says laid over what holds for many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyswitch.model.inputs import ACTIVE_UNTIL, IN_PROGRAMS, SAFEGUARDS, WARN_BEFORE, Spelling


def overlaid(
    shared: Mapping[str, Any], own: Mapping[str, Any], spelling: Spelling = IN_PROGRAMS
) -> dict[str, Any]:
    """What one key says laid over what holds for many, the safeguards one by one.

    A name without a value says nothing, and takes nothing away. Shared safeguards that are not a map stay as they
    are, for nothing can be laid over them. How long before its end to warn is nothing that a key without an end takes over.
    """
    name = spelling[SAFEGUARDS]
    whole = {**shared, **_said(own)}
    if own.get(spelling[ACTIVE_UNTIL]) is None and own.get(spelling[WARN_BEFORE]) is None:
        whole.pop(spelling[WARN_BEFORE], None)
    below, above = shared.get(name), own.get(name)
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        whole[name] = {**below, **_said(above)}
    elif below is not None and not isinstance(below, Mapping):
        whole[name] = below
    return whole


def _said(bag: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in bag.items() if value is not None}
