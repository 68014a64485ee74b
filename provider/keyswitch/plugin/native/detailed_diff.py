"""Which inputs differ, by their paths, as the engine shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from keyswitch.plugin.native import protos

if TYPE_CHECKING:
    from pulumi.runtime.proto import provider_pb2 as pb


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


def diff_response(
    changed: Mapping[str, Change], *, changes: bool, replaces: list[str] | None = None
) -> pb.DiffResponse:
    """The answer to Diff.

    :param changed: the paths of the inputs that differ.
    :param changes: whether the engine has to plan a step.
    :param replaces: the inputs whose change makes another resource of this one.
    """
    pb2, replaced = protos.provider_pb2, replaces or []
    return pb2.DiffResponse(
        changes=pb2.DiffResponse.DIFF_SOME if changes else pb2.DiffResponse.DIFF_NONE,
        replaces=replaced,
        diffs=sorted({re.split(r"[.\[]", path)[0] for path in changed}),
        hasDetailedDiff=True,
        detailedDiff={
            path: pb2.PropertyDiff(
                kind=pb2.PropertyDiff.Kind.Value(
                    f"{change.value}_REPLACE" if path in replaced else change.value
                ),
                inputDiff=True,
            )
            for path, change in changed.items()
        },
    )
