"""What the engine is about to do with one resource, as it tells a hook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pulumi

from keyswitch.model.batch_declaration import ParsedBatch
from keyswitch.model.camel_case import outputs_as_dynamic
from keyswitch.model.codecs import FLEET, SINGLE_KEY, Codec
from keyswitch.model.state import Record
from keyswitch.model.urn import FLEET_TYPE
from keyswitch.plugin.property_bags import plain, revealed

_HIDDEN: Final = "(a secret)"
"""Stands for the words of an override that the program keeps a secret."""


@dataclass(frozen=True)
class Step:
    """A create or an update.

    :param parsed: what the program declares.
    :param records: what is recorded of each key, without the words of overrides that are secrets.
    :param moved: those among them that were recorded under another name.
    :param hidden_override: stands for the words of overrides; ``None`` where they may be repeated.
    """

    parsed: ParsedBatch
    records: Mapping[str, Record]
    moved: Mapping[str, Record]
    hidden_override: str | None


def is_of_fleet(args: pulumi.ResourceHookArgs) -> bool:
    """Whether the resource is a fleet; else it is a single key."""
    return args.type == FLEET_TYPE


async def step_of(args: pulumi.ResourceHookArgs, now: datetime) -> Step:
    """Reads a hook's arguments.

    :param now: an aware moment.

    :raises KeyswitchError: KS501, what is recorded cannot be read.
    """
    codec: Codec = FLEET if is_of_fleet(args) else SINGLE_KEY
    olds = outputs_as_dynamic(await revealed(args.old_outputs)) if args.old_outputs else {}
    recorded = codec.records(olds) if olds else {}
    if _is_secret(args.old_outputs, codec.holds_overrides):
        recorded = {key: each.with_override_hidden(_HIDDEN) for key, each in recorded.items()}
    inputs = plain(await revealed(args.new_inputs), codec.maps_by_key)
    moved = codec.taken_over(inputs, recorded)
    records = {**recorded, **moved}
    secret = _is_secret(args.new_inputs, codec.holds_overrides)
    return Step(codec.parse(inputs, records, now), records, moved, _HIDDEN if secret else None)


def _is_secret(bag: Mapping[str, Any] | None, name: str) -> bool:
    """Whether a property came as an output, as secrets do; a map that holds one comes so as a whole."""
    return isinstance((bag or {}).get(name), pulumi.Output)
