"""The two resources: how the properties of each are spelled on the wire, and which codec reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.struct_pb2 import Struct

from keyswitch.model.camel_case import camel, renamed, snake
from keyswitch.model.codecs import FLEET, SINGLE_KEY, Codec
from keyswitch.model.fleet import KEYS, OF_A_FLEET, STATUSES
from keyswitch.model.inputs import MOVED_FROM, OF_A_KEY, STATUS, USER_NAME, Input, by_property
from keyswitch.model.parsing import UNKNOWN
from keyswitch.model.state import USER_NAME_RESOLVED
from keyswitch.model.urn import NATIVE_FLEET_TYPE, NATIVE_KEY_TYPE
from keyswitch.plugin.host import without_provider
from keyswitch.plugin.native.wire import read

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

    def to_bag(self, given: Bag) -> dict[str, Any]:
        """Inputs from the wire, as the codec reads them; a map of which a part is unknown is unknown whole."""
        bag = _by_name(given, self.inputs)
        return self._split(bag) if KEYS in bag else {n: _whole(value) for n, value in bag.items()}

    def state(self, outputs: Struct, inputs: Struct) -> dict[str, Any]:
        """The outputs in a state, as the codec reads them; those that the dynamic provider wrote too."""
        resolved = self.stored_inputs(inputs).get(USER_NAME) is None
        bag = renamed(without_provider(read(outputs).values), snake)
        return {USER_NAME_RESOLVED: resolved, **bag}

    def stored_inputs(self, inputs: Struct) -> dict[str, Any]:
        """The inputs in a state, as the codec writes them."""
        bag = renamed(without_provider(read(inputs).values), snake)
        bag.pop(MOVED_FROM, None)
        return bag

    def is_dynamic(self, outputs: Struct) -> bool:
        """Whether the dynamic provider wrote them, so that one update has to bring them into this spelling."""
        values = read(outputs).values
        return without_provider(values) != values

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

    def _split(self, bag: dict[str, Any]) -> dict[str, Any]:
        """The statuses by themselves, as a state has them."""
        keys = bag[KEYS]
        if not isinstance(keys, Mapping):
            return {**bag, STATUSES: {} if keys is not UNKNOWN else UNKNOWN}
        (of_key,) = (each.parts for each in self.inputs if each.name == KEYS)
        entries, statuses = {}, {}
        for key, entry in keys.items():
            if not isinstance(entry, Mapping):
                entries[key], statuses[key] = entry, UNKNOWN if entry is UNKNOWN else None
                continue
            named = _by_name(entry, of_key)
            statuses[key] = named.pop(STATUS, None)
            entries[key] = {name: _whole(value) for name, value in named.items()}
        rest = {name: _whole(value) for name, value in bag.items() if name != KEYS}
        return {**rest, KEYS: entries, STATUSES: statuses}


def _by_name(bag: Bag, inputs: Iterable[Input]) -> dict[str, Any]:
    """By the names that they have inside, also in the maps among them; a stranger keeps its name."""
    listed = list(inputs)
    spelling = {each.name: each.in_camel_case for each in listed}
    named = by_property(bag, listed, spelling)
    for each in listed:
        value = named.get(each.name)
        if each.parts and each.name != KEYS and isinstance(value, Mapping):
            named[each.name] = _by_name(value, each.parts)
    return named


def _whole(value: Any) -> Any:
    return UNKNOWN if _holds_unknown(value) else value


def _holds_unknown(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_unknown, value.values()))
    return any(map(_holds_unknown, value)) if isinstance(value, list) else value is UNKNOWN


FORMS: Final = {
    NATIVE_KEY_TYPE: Form(NATIVE_KEY_TYPE, SINGLE_KEY, OF_A_KEY),
    NATIVE_FLEET_TYPE: Form(NATIVE_FLEET_TYPE, FLEET, OF_A_FLEET),
}
