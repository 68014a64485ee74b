"""Property bags as the SDK hands them over, made plain for the core."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pulumi
from pulumi.runtime import known_types

from keyswitch.plugin.host import without_provider
from keyswitch.plugin.unknown_parts import with_unknown


def plain(bag: Mapping[str, Any], by_key: Collection[str] = ()) -> dict[str, object]:
    """A bag without the host's own property; see :func:`~keyswitch.plugin.unknown_parts.with_unknown`."""
    return with_unknown(without_provider(bag), known_types.is_unknown, by_key)


async def revealed(bag: Mapping[str, Any] | None) -> dict[str, Any]:
    """A hook's bag with its secrets, which are outputs there, known or not; yet to be made plain."""
    return {
        name: await pulumi.Output.from_input(value).future(with_unknowns=True)
        for name, value in (bag or {}).items()
    }
