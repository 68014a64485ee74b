"""How each resource spells its keys in bags of properties: one key as its own, many in maps by their ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from keyswitch.model.batch_declaration import BatchDeclaration, ParsedBatch
from keyswitch.model.fleet import KEYS, MAPS_BY_KEY, STATUSES, ids_of, map_of, parse_fleet
from keyswitch.model.fleet_state import (
    fleet_outputs,
    parse_fleet_outputs,
    refreshed_fleet,
    taken_over_by_fleet,
)
from keyswitch.model.inputs import (
    ACCESS_KEY_ID,
    ACTIVE_UNTIL,
    DECIDING,
    MOVED_FROM,
    OVERRIDE,
    STATUS,
)
from keyswitch.model.parsing import (
    declaration_error,
    parse_inputs,
    parse_outputs,
    parse_program,
    taken_over,
)
from keyswitch.model.state import Record
from keyswitch.model.status import Status
from keyswitch.model.until import Until
from keyswitch.model.validators import active_until

Bag = Mapping[str, Any]
Records = Mapping[str, Record]
"""What is recorded, by access key id."""
_INACTIVE: Final = str(Status.INACTIVE)


class Codec(Protocol):
    """Reads and writes the bags of one resource.

    :ivar from_the_program: the inputs that ``ignore_changes`` may not name.
    :ivar maps_by_key: the inputs that are maps from an access key id to something.
    :ivar holds_overrides: the input that the engine keeps secret where the words of an override are.
    """

    from_the_program: tuple[str, ...]
    maps_by_key: tuple[str, ...]
    holds_overrides: str

    def id_of(self, inputs: Bag) -> str:
        """The resource's id in the state; empty while it is not known."""

    def subject_of(self, id_: str) -> str:
        """What a message about the resource as a whole calls it."""

    def declared_ids(self, inputs: Bag) -> Collection[str]:
        """The ids of the keys that inputs name, as far as they can be read."""

    def replaces(self, olds: Bag, news: Bag) -> list[str]:
        """The inputs whose change makes another resource of this one."""

    def with_ends(self, inputs: Bag, now: datetime) -> dict[str, Any]:
        """Inputs in which each key that was declared Active until ``now`` or earlier is declared Inactive.

        Check hands these to the engine, so that a step and its preview show the change of the status, no state
        holds another status than the one that holds, and what one run decides stays decided to its end.

        :param inputs: in any shape: what cannot be read, or is not known yet, stays as it is.
        :param now: an aware moment.
        """

    def parse(self, inputs: Bag, records: Records, now: datetime | None) -> ParsedBatch:
        """Reads inputs, finding every problem at once.

        :param records: stand in for unknown inputs that nothing is judged by.
        :param now: for a program's own words, in which contradictions count, an aware moment; ``None`` for
            those of a state: there a refresh has put statuses next to what was declared for others.
        """

    def records(self, outputs: Bag) -> dict[str, Record]:
        """Reads what the engine kept.

        :raises KeyswitchError: KS501, if something that was written is not there.
        """

    def moved(self, olds: Bag, news: Bag) -> object:
        """The part of the input :data:`~keyswitch.model.inputs.MOVED_FROM` that is new, ``None`` if none is."""

    def taken_over(self, inputs: Bag, records: Records) -> dict[str, Record]:
        """What was recorded under another name of keys that ``records`` does not have."""

    def outputs(self, inputs: Bag, records: Records) -> dict[str, Any]:
        """A fresh bag of what the engine keeps."""

    def refreshed(self, outputs: Bag, records: Records) -> tuple[dict[str, Any], dict[str, Any]]:
        """The outputs and the inputs after a refresh."""


class SingleKeyCodec(Codec):
    """One key: its properties are the resource's own."""

    from_the_program = (ACCESS_KEY_ID, STATUS)
    maps_by_key = ()
    holds_overrides = OVERRIDE

    def id_of(self, inputs: Bag) -> str:
        access_key_id = inputs.get(ACCESS_KEY_ID)
        return access_key_id if isinstance(access_key_id, str) else ""

    def subject_of(self, id_: str) -> str:
        return f"key {id_}"

    def declared_ids(self, inputs: Bag) -> Collection[str]:
        access_key_id = inputs.get(ACCESS_KEY_ID)
        return [access_key_id] if isinstance(access_key_id, str) else []

    def replaces(self, olds: Bag, news: Bag) -> list[str]:
        same = news.get(ACCESS_KEY_ID) == olds.get(ACCESS_KEY_ID)
        return [] if same else [ACCESS_KEY_ID]

    def with_ends(self, inputs: Bag, now: datetime) -> dict[str, Any]:
        return {**inputs, STATUS: _INACTIVE} if _has_ended(inputs, now) else dict(inputs)

    def parse(self, inputs: Bag, records: Records, now: datetime | None) -> ParsedBatch:
        record = next(iter(records.values()), None)
        previous = record.declared if record is not None else None
        parsed = (
            parse_inputs(inputs, previous) if now is None else parse_program(inputs, record, now)
        )
        if parsed.problems:
            return ParsedBatch(None, declaration_error(parsed.problems, inputs))
        key, unknown = parsed.declaration, tuple(sorted(parsed.unknown & DECIDING))
        if ACCESS_KEY_ID in unknown:
            return ParsedBatch(None, None, unknown)
        if key is not None and not unknown:
            return ParsedBatch(BatchDeclaration((key,)))
        access_key_id = self.id_of(inputs)
        changed = key is not None and previous is not None and key != previous
        return ParsedBatch(
            BatchDeclaration(
                (),
                unknown={access_key_id: unknown},
                changed=frozenset({access_key_id} if changed else ()),
            )
        )

    def records(self, outputs: Bag) -> dict[str, Record]:
        record = parse_outputs(outputs)
        return {record.declaration.access_key_id: record}

    def moved(self, olds: Bag, news: Bag) -> object:
        moved = news.get(MOVED_FROM)
        return moved if isinstance(moved, Mapping) and not olds else None

    def taken_over(self, inputs: Bag, records: Records) -> dict[str, Record]:
        moved = None if records else taken_over(inputs)
        return {moved.declaration.access_key_id: moved} if moved is not None else {}

    def outputs(self, inputs: Bag, records: Records) -> dict[str, Any]:
        return next((record.to_outputs() for record in records.values()), {})

    def refreshed(self, outputs: Bag, records: Records) -> tuple[dict[str, Any], dict[str, Any]]:
        (record,) = records.values()
        return record.to_outputs(), record.to_inputs()


class FleetCodec(Codec):
    """Many keys: the properties of each stand in maps by their ids."""

    from_the_program = (KEYS, STATUSES)
    maps_by_key = MAPS_BY_KEY
    holds_overrides = KEYS

    def id_of(self, inputs: Bag) -> str:
        return "fleet"

    def subject_of(self, id_: str) -> str:
        return "the fleet"

    def declared_ids(self, inputs: Bag) -> Collection[str]:
        return ids_of(inputs)

    def replaces(self, olds: Bag, news: Bag) -> list[str]:
        return []

    def with_ends(self, inputs: Bag, now: datetime) -> dict[str, Any]:
        entries, statuses = map_of(inputs, KEYS), map_of(inputs, STATUSES)
        over = {
            key: _INACTIVE
            for key, entry in entries.items()
            if isinstance(entry, Mapping) and _has_ended({**entry, STATUS: statuses.get(key)}, now)
        }
        return {**inputs, STATUSES: {**statuses, **over}} if over else dict(inputs)

    def parse(self, inputs: Bag, records: Records, now: datetime | None) -> ParsedBatch:
        return parse_fleet(inputs, records, now=now)

    def records(self, outputs: Bag) -> dict[str, Record]:
        return parse_fleet_outputs(outputs)

    def moved(self, olds: Bag, news: Bag) -> object:
        handed, recorded = map_of(news, MOVED_FROM), map_of(olds, KEYS)
        return {key: handed[key] for key in handed if key not in recorded} or None

    def taken_over(self, inputs: Bag, records: Records) -> dict[str, Record]:
        return taken_over_by_fleet(inputs, records)

    def outputs(self, inputs: Bag, records: Records) -> dict[str, Any]:
        return fleet_outputs(inputs, records)

    def refreshed(self, outputs: Bag, records: Records) -> tuple[dict[str, Any], dict[str, Any]]:
        return refreshed_fleet(outputs, records)


def _has_ended(key: Bag, now: datetime) -> bool:
    """Whether Active is declared, and by its end another status holds."""
    until = key.get(ACTIVE_UNTIL)
    if key.get(STATUS) != Status.ACTIVE or active_until(until, ACTIVE_UNTIL) is not None:
        return False
    return Until.read(str(until)).status_at(now, Status.ACTIVE) is not Status.ACTIVE


SINGLE_KEY: Final = SingleKeyCodec()
FLEET: Final = FleetCodec()
