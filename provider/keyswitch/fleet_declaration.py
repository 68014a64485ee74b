"""A fleet's bags of properties, read into typed values and written again.

Most of a fleet's keys are alike, and an engine that shows a difference shows it line by line. So
the statuses stand in a map of their own, and of what is recorded of a key no more than it needs.
Property names are public for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from keyswitch import catalogue
from keyswitch.contradictions import contradictions
from keyswitch.declaration import (
    ACCOUNT_ID,
    ADOPTED_STATUS,
    CHANGED_AT,
    CREATE_DATE,
    DESIRED_STATUS,
    PENDING,
    STATUS_SINCE,
    UNKNOWN,
    USER_NAME_RESOLVED,
    Declaration,
    Record,
    parse_inputs,
    parse_outputs,
)
from keyswitch.errors import KeyswitchError, message
from keyswitch.properties import (
    ACCESS_KEY_ID,
    ACCOUNT,
    IN_PROGRAMS,
    ON_DESTROY,
    ON_DRIFT,
    SAFEGUARDS,
    STATUS,
    USER_NAME,
    Spelling,
)
from keyswitch.secrets import looks_secret
from keyswitch.status import Status

KEYS: Final = "keys"
STATUSES: Final = "statuses"
DEFAULTS: Final = "defaults"
MAX_CHANGES: Final = "max_changes"
RECORDS: Final = "records"
FLEET_INPUTS: Final = (STATUSES, KEYS, DEFAULTS, SAFEGUARDS, ACCOUNT, MAX_CHANGES)
MAPS_BY_KEY: Final = (STATUSES, KEYS)
FLEET_COMPUTED: Final = (RECORDS, PENDING, ACCOUNT_ID)
_IN_KEYS: Final[Spelling] = {
    **IN_PROGRAMS,
    ACCESS_KEY_ID: "the key's id",
    ACCOUNT: "the fleet's account",
}
_IN_DEFAULTS: Final = (ON_DESTROY, ON_DRIFT)
_RECORDED: Final = (CREATE_DATE, CHANGED_AT, ADOPTED_STATUS, STATUS_SINCE, DESIRED_STATUS)
_SHOWABLE_ID: Final = re.compile(r"[A-Za-z0-9_]{1,128}")
_OF_SOME_KEY: Final = {ACCESS_KEY_ID: "A" * 20, STATUS: str(Status.INACTIVE)}


@dataclass(frozen=True)
class MaxChanges:
    """How many keys one run may switch: a number, or a share of all that are declared."""

    number: float
    is_percent: bool

    @classmethod
    def read(cls, value: object) -> MaxChanges:
        """Reads ``5`` or ``"5"``, ``"10%"``.

        :raises ValueError: it is neither.
        """
        text = f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
        found = re.fullmatch(r"(\d{1,9}|\d{1,3}(?:\.\d{1,3})?%)", text)
        if found is None or isinstance(value, bool):
            raise ValueError('it is neither a number such as 5 nor a share such as "10%"')
        return cls(float(text.rstrip("%")), text.endswith("%"))

    def allows(self, changes: int, declared: int) -> bool:
        """Whether so many of so many keys may be switched."""
        return changes * (100 if self.is_percent else 1) <= self.number * (
            declared if self.is_percent else 1
        )

    def __str__(self) -> str:
        return f"{self.number:g}{'%' if self.is_percent else ''}"


@dataclass(frozen=True)
class FleetDeclaration:
    """What a program declares of a fleet.

    :param keys: each key with defaults, safeguards and account laid under its own.
    :param unknown: ids of those of which something will be known only in the update.
    """

    keys: tuple[Declaration, ...]
    max_changes: MaxChanges | None = None
    unknown: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[str]:
        """Every key that is declared."""
        return self.unknown.union(key.access_key_id for key in self.keys)


@dataclass(frozen=True)
class ParsedFleet:
    """A declaration, or why there is none: problems, each a whole message, or inputs not known yet."""

    declaration: FleetDeclaration | None
    problems: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def parse_fleet(bag: Mapping[str, object]) -> ParsedFleet:
    """Reads a program's inputs, finding every problem at once.

    :param bag: property to value; :data:`~keyswitch.declaration.UNKNOWN` for an input, a key's
        status or a key's other inputs that are not known yet.
    """
    unknown = tuple(name for name in FLEET_INPUTS if bag.get(name) is UNKNOWN)
    if unknown:
        return ParsedFleet(None, (), unknown)
    problems = tuple(_problems_of_whole(bag))
    if problems:
        return ParsedFleet(None, problems)
    found = list(_keys(bag))
    told = tuple(problem for _, _, problems in found for problem in problems)
    if told:
        return ParsedFleet(None, told)
    max_changes = bag.get(MAX_CHANGES)
    return ParsedFleet(
        FleetDeclaration(
            tuple(declaration for _, declaration, _ in found if declaration is not None),
            MaxChanges.read(max_changes) if max_changes is not None else None,
            frozenset(access_key_id for access_key_id, declaration, _ in found if not declaration),
        )
    )


def _problems_of_whole(bag: Mapping[str, object]) -> Iterator[str]:
    if not all(isinstance(bag.get(name, {}), Mapping) for name in (STATUSES, KEYS)):
        yield message(catalogue.NOT_A_MAP_OF_KEYS, "the fleet")
    defaults = bag.get(DEFAULTS, {})
    if not isinstance(defaults, Mapping) or set(defaults) - set(_IN_DEFAULTS):
        yield message(catalogue.BAD_FLEET_DEFAULTS)
    else:
        shared = {SAFEGUARDS: bag.get(SAFEGUARDS), ACCOUNT: bag.get(ACCOUNT)}
        for problem in parse_inputs({**defaults, **shared, **_OF_SOME_KEY}).problems:
            yield problem.told_of("the fleet")
    if bag.get(MAX_CHANGES) is not None:
        try:
            MaxChanges.read(bag[MAX_CHANGES])
        except ValueError as error:
            yield message(catalogue.BAD_MAX_CHANGES, problem=error)


def _keys(bag: Mapping[str, object]) -> Iterator[tuple[str, Declaration | None, list[str]]]:
    """Each key with its declaration, ``None`` where it is not known yet, and its problems."""
    statuses, entries = _map(bag, STATUSES), _map(bag, KEYS)
    for number, access_key_id in enumerate(sorted({*statuses, *entries}), start=1):
        status, entry = statuses.get(access_key_id), entries.get(access_key_id, {})
        if UNKNOWN in (status, entry):
            yield access_key_id, None, []
            continue
        repeatable = _SHOWABLE_ID.fullmatch(access_key_id) and not looks_secret(access_key_id)
        subject = f"key {access_key_id}" if repeatable else f"key number {number}"
        if not isinstance(entry, Mapping):
            yield access_key_id, None, [message(catalogue.NOT_A_MAP_OF_KEYS, subject)]
            continue
        parsed = parse_inputs(_whole(bag, access_key_id, entry, status), spelling=_IN_KEYS)
        problems = list(parsed.problems)
        if parsed.declaration is not None:
            problems.extend(contradictions(parsed.declaration, _IN_KEYS))
        told = [problem.told_of(subject) for problem in problems]
        yield access_key_id, parsed.declaration, told


def _whole(
    bag: Mapping[str, object], access_key_id: str, entry: Mapping[str, object], status: object
) -> dict[str, object]:
    """One key's inputs: its own over the fleet's, each safeguard by itself."""
    own = {name: value for name, value in entry.items() if value is not None}
    whole = {**_map(bag, DEFAULTS), **own}
    shared, safeguards = bag.get(SAFEGUARDS), own.get(SAFEGUARDS, {})
    if shared is not None and isinstance(safeguards, Mapping):
        said = {name: value for name, value in safeguards.items() if value is not None}
        whole[SAFEGUARDS] = {**_map(bag, SAFEGUARDS), **said}
    whole[_IN_KEYS[ACCOUNT]] = bag.get(ACCOUNT)
    whole[_IN_KEYS[ACCESS_KEY_ID]] = access_key_id
    whole[STATUS] = status
    return whole


def fleet_outputs(bag: Mapping[str, object], records: Mapping[str, Record]) -> dict[str, Any]:
    """A fresh bag of what the engine keeps.

    :param bag: the inputs that were carried out.
    """
    accounts = {record.account_id for record in records.values()} - {""}
    return {
        **{name: bag[name] for name in FLEET_INPUTS if bag.get(name) is not None},
        STATUSES: {key: str(record.status) for key, record in records.items()},
        RECORDS: {key: _recorded(record) for key, record in records.items()},
        PENDING: {key: str(record.pending) for key, record in records.items() if record.pending},
        ACCOUNT_ID: min(accounts, default=""),
    }


def _recorded(record: Record) -> dict[str, Any]:
    """What cannot be told from the inputs; empty text and ``False`` are left out."""
    whole = record.to_outputs()
    names = (USER_NAME, *_RECORDED, USER_NAME_RESOLVED)
    return {name: whole[name] for name in names if whole[name]}


def parse_fleet_outputs(bag: Mapping[str, object]) -> dict[str, Record]:
    """Reads what the engine kept, by key id.

    :raises KeyswitchError: KS501, if something that was written is not there.
    """
    statuses, entries, pending = (_map(bag, name) for name in (STATUSES, KEYS, PENDING))
    records = {}
    for access_key_id, recorded in _map(bag, RECORDS).items():
        entry = entries.get(access_key_id) or {}
        if not isinstance(recorded, Mapping) or not isinstance(entry, Mapping):
            raise KeyswitchError(catalogue.UNREADABLE_STATE, property=f"{RECORDS}.{access_key_id}")
        whole = _whole(bag, access_key_id, entry, statuses.get(access_key_id))
        del whole[_IN_KEYS[ACCOUNT]], whole[_IN_KEYS[ACCESS_KEY_ID]]
        records[access_key_id] = parse_outputs(
            {
                **whole,
                **dict.fromkeys((USER_NAME, *_RECORDED), ""),
                USER_NAME_RESOLVED: False,
                **recorded,
                ACCESS_KEY_ID: access_key_id,
                ACCOUNT: bag.get(ACCOUNT),
                ACCOUNT_ID: bag.get(ACCOUNT_ID) or "",
                PENDING: pending.get(access_key_id, ""),
            }
        )
    return records


def refreshed_inputs(bag: Mapping[str, object], records: Mapping[str, Record]) -> dict[str, Any]:
    """The inputs after a refresh: statuses as found where a program would change them, names as now."""
    entries = {}
    for access_key_id, entry in _map(bag, KEYS).items():
        record = records.get(access_key_id)
        declared = record.declaration.user_name if record is not None else None
        named = {USER_NAME: declared} if declared is not None else {}
        entries[access_key_id] = {**entry, **named}
    found = {name: bag[name] for name in FLEET_INPUTS if bag.get(name) is not None}
    statuses = {key: record.to_inputs()[STATUS] for key, record in records.items()}
    return {**found, KEYS: entries, STATUSES: statuses}


def _map(bag: Mapping[str, object], name: str) -> Mapping[str, Any]:
    value = bag.get(name)
    return value if isinstance(value, Mapping) else {}
