"""Values of which a part is not known yet, whatever stands for that on the wire."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from keyswitch.model.parsing import UNKNOWN

IsUnknown = Callable[[object], bool]


def with_unknown(
    bag: Mapping[str, Any], is_unknown: IsUnknown, by_key: Collection[str] = ()
) -> dict[str, object]:
    """The bag with :data:`~keyswitch.model.parsing.UNKNOWN` for what is not known yet.

    A map of which a part is unknown is unknown as a whole.

    :param by_key: the maps whose values are bags of their own, or single values.
    """

    def known(value: object) -> object:
        return UNKNOWN if _holds(value, is_unknown) else value

    return {
        name: {
            key: with_unknown(each, is_unknown) if isinstance(each, Mapping) else known(each)
            for key, each in value.items()
        }
        if name in by_key and isinstance(value, Mapping)
        else known(value)
        for name, value in bag.items()
    }


def _holds(value: object, is_unknown: IsUnknown) -> bool:
    if isinstance(value, Mapping):
        return any(_holds(part, is_unknown) for part in value.values())
    if isinstance(value, list | tuple):
        return any(_holds(part, is_unknown) for part in value)
    return is_unknown(value)
