"""Property bags as the SDK hands them over, made plain for the core."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pulumi
from pulumi.runtime import known_types

from keyswitch.model.parsing import UNKNOWN
from keyswitch.plugin.host import without_provider


def plain(bag: Mapping[str, Any], by_key: Collection[str] = ()) -> dict[str, object]:
    """The bag with :data:`~keyswitch.model.parsing.UNKNOWN` for what is not known yet.

    A map of which a part is unknown is unknown as a whole.

    :param by_key: the maps whose values are bags of their own, or single values.
    """
    return {
        name: {
            key: plain(each) if isinstance(each, Mapping) else _known(each)
            for key, each in value.items()
        }
        if name in by_key and isinstance(value, Mapping)
        else _known(value)
        for name, value in without_provider(bag).items()
    }


async def revealed(bag: Mapping[str, Any] | None) -> dict[str, Any]:
    """A hook's bag with its secrets, which are outputs there, known or not; yet to be made plain."""
    return {
        name: await pulumi.Output.from_input(value).future(with_unknowns=True)
        for name, value in (bag or {}).items()
    }


def _known(value: object) -> object:
    return UNKNOWN if _is_unknown(value) else value


def _is_unknown(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_is_unknown(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(_is_unknown(part) for part in value)
    return known_types.is_unknown(value)
