"""The two resources: how the properties of each are spelled on the wire, and which codec reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from keyswitch.model.camel_case import as_dynamic, renamed, statuses_apart
from keyswitch.model.codecs import FLEET, SINGLE_KEY, Codec
from keyswitch.model.fleet import KEYS, OF_A_FLEET, STATUSES, map_of
from keyswitch.model.inputs import MOVED_FROM, OF_A_KEY, STATUS, Input, by_property, camel
from keyswitch.model.parsing import UNKNOWN
from keyswitch.model.state import USER_NAME_RESOLVED
from keyswitch.model.urn import NATIVE_FLEET_TYPE, NATIVE_KEY_TYPE
from keyswitch.plugin.host import without_provider
from keyswitch.plugin.unknown_parts import with_unknown

Bag = Mapping[str, Any]


@dataclass(frozen=True)
class Form:
    """One type of resource.

    :ivar token: its type; public for ever.
    :ivar inputs: the tables of what programs write.
    """

    token: str
    codec: Codec
    inputs: tuple[Input, ...]

    def to_bag(self, given: Bag) -> dict[str, object]:
        """Inputs from the wire, as the codec reads them."""
        bag = statuses_apart(by_name(given, self.inputs))
        return with_unknown(bag, lambda value: value is UNKNOWN, self.codec.maps_by_key)

    def with_ends(self, given: Bag, now: datetime) -> dict[str, Any]:
        """Inputs from the wire, as :meth:`~keyswitch.model.codecs.Codec.with_ends` has them."""
        bag = self.to_bag(given)
        ended = self.codec.with_ends(bag, now)
        if not self.codec.maps_by_key:
            return {**given, STATUS: ended[STATUS]} if ended != bag else dict(given)
        statuses = map_of(ended, STATUSES)
        over = {key for key, status in map_of(bag, STATUSES).items() if status != statuses[key]}
        entries = {
            key: {**entry, STATUS: statuses[key]} if key in over else entry
            for key, entry in map_of(given, KEYS).items()
        }
        return {**given, KEYS: entries} if over else dict(given)

    def stored(self, inputs: Bag, outputs: Bag) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a state has, as the codec writes it; what the dynamic provider wrote too."""
        given, kept = as_dynamic(without_provider(inputs), without_provider(outputs))
        given.pop(MOVED_FROM, None)
        return given, kept

    def to_wire(self, bag: Bag) -> dict[str, Any]:
        """Properties as the codec writes them, for the wire."""
        return renamed({n: value for n, value in bag.items() if n != USER_NAME_RESOLVED}, camel)

    def inputs_to_wire(self, bag: Bag) -> dict[str, Any]:
        """Inputs as the codec writes them: the statuses stand with the keys again."""
        given = dict(bag)
        statuses = given.pop(STATUSES, None)
        if isinstance(statuses, Mapping):
            entries = given.get(KEYS) or {}
            given[KEYS] = {
                key: {STATUS: status, **entries.get(key, {})} for key, status in statuses.items()
            }
        return self.to_wire(given)


def by_name(bag: Bag, inputs: Iterable[Input]) -> dict[str, Any]:
    """By the names that they have inside, also in the maps among them; a stranger keeps its name."""
    listed = list(inputs)
    spelling = {each.name: each.in_camel_case for each in listed}
    named = by_property(bag, listed, spelling)
    for each in listed:
        value = named.get(each.name)
        if not each.parts or not isinstance(value, Mapping):
            continue
        named[each.name] = (
            {
                key: by_name(entry, each.parts) if isinstance(entry, Mapping) else entry
                for key, entry in value.items()
            }
            if each.name == KEYS
            else by_name(value, each.parts)
        )
    return named


FORMS: Final = {
    NATIVE_KEY_TYPE: Form(NATIVE_KEY_TYPE, SINGLE_KEY, OF_A_KEY),
    NATIVE_FLEET_TYPE: Form(NATIVE_FLEET_TYPE, FLEET, OF_A_FLEET),
}
