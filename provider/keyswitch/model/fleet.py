"""What a program declares of a fleet, read from its bag of properties.

An engine that shows a difference shows it line by line, so the statuses stand in a map of their
own. Property names are public for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, counted, line
from keyswitch.messages.redact import may_be_repeated
from keyswitch.model import validators
from keyswitch.model.batch_declaration import BatchDeclaration, ParsedBatch
from keyswitch.model.change_limit import MAX_CHANGES, MaxChanges
from keyswitch.model.cross_validation import contradictions
from keyswitch.model.inputs import (
    ACCESS_KEY_ID,
    ACCOUNT,
    BY_NAME,
    DECIDING,
    IN_PROGRAMS,
    OF_A_KEY,
    SAFEGUARDS,
    STATUS,
    Input,
    Spelling,
)
from keyswitch.model.overlay import overlaid
from keyswitch.model.parsing import UNKNOWN, DeclarationError, parse_inputs
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import Status

KEYS: Final = "keys"
STATUSES: Final = "statuses"
DEFAULTS: Final = "defaults"
OF_A_FLEETS_KEY: Final = tuple(
    each for each in OF_A_KEY if each.name not in (ACCESS_KEY_ID, ACCOUNT)
)
OF_DEFAULTS: Final = tuple(each for each in OF_A_KEY if each.shared and not each.parts)
OF_A_FLEET: Final = (
    Input(
        KEYS,
        "access key id to the inputs of the key, those of ``AccessKeyStatus`` but for the account: "
        '``{"AKIA...": {"status": "Inactive", "user_name": "bob"}}``.',
        None,
        required=True,
        parts=OF_A_FLEETS_KEY,
    ),
    Input(
        DEFAULTS,
        "``warn_before``, ``on_destroy`` and ``on_drift`` of keys that have none of their own.",
        None,
        parts=OF_DEFAULTS,
    ),
    replace(
        BY_NAME[SAFEGUARDS], says="safeguards of every key. A key's own go first, each by itself."
    ),
    replace(
        BY_NAME[ACCOUNT], says="the account that all keys are in, if it is not the stack's own."
    ),
    Input(
        MAX_CHANGES,
        'how many keys one run may change, a number or a share of all (``"10%"``). Overrides do not count. '
        "Of a wider change only the overrides are made, and a wider end of the fleet is refused as a whole.",
        validators.max_changes,
    ),
)
"""The inputs of a fleet, as programs write them."""
FLEET_INPUTS: Final = (STATUSES, *(each.name for each in OF_A_FLEET))
"""The same in the bags of properties, where the statuses stand by themselves."""
MAPS_BY_KEY: Final = (STATUSES, KEYS)
_IN_KEYS: Final[Spelling] = {
    **IN_PROGRAMS,
    ACCESS_KEY_ID: "the key's id",
    ACCOUNT: "the fleet's account",
}
_IN_DEFAULTS: Final = tuple(each.name for each in OF_DEFAULTS)
_LONGEST_ID: Final = 128
"""IAM's, in characters."""
NO_RECORDS: Final[Mapping[str, Record]] = {}
_OF_SOME_KEY: Final = {ACCESS_KEY_ID: "A" * 20, STATUS: str(Status.INACTIVE)}


@dataclass
class _Key:
    """One key as read: its declaration, its problems, and what of it is not known yet."""

    access_key_id: str
    declaration: Declaration | None = None
    error: KeyswitchError | None = None
    unknown: tuple[str, ...] = ()
    changed: bool = False


def parse_fleet(
    bag: Mapping[str, object],
    records: Mapping[str, Record] = NO_RECORDS,
    *,
    now: datetime | None = None,
) -> ParsedBatch:
    """Reads a program's inputs, finding every problem at once.

    :param bag: property to value; :data:`~keyswitch.model.parsing.UNKNOWN` for an input, or one of a
        key's inputs, that is not known yet.
    :param records: what is recorded, by key id: stands in for unknown inputs that nothing is judged by.
    :param now: for a program's own words, in which contradictions count, an aware moment; ``None`` for
        those of a state: there a refresh has put statuses next to what was declared for others.
    """
    unknown = tuple(name for name in FLEET_INPUTS if bag.get(name) is UNKNOWN)
    if unknown:
        return ParsedBatch(None, None, unknown)
    problems = tuple(_problems_of_whole(bag))
    if problems:
        return ParsedBatch(None, FleetError(problems))
    found = list(_keys(bag, records, now))
    readable = sorted((key for key in found if key.error is None), key=_overrides_first)
    return ParsedBatch(
        BatchDeclaration(
            tuple(key.declaration for key in readable if key.declaration is not None),
            MaxChanges.of(bag),
            {key.access_key_id: key.unknown for key in readable if key.declaration is None},
            frozenset(key.access_key_id for key in readable if key.changed),
            {key.access_key_id: key.error for key in found if key.error is not None},
        )
    )


def _overrides_first(key: _Key) -> bool:
    """What overrides ask for is judged and carried out before what is guarded, or might depend on it."""
    return key.declaration is None or key.declaration.override is None


class FleetError(KeyswitchError):
    """Everything that is wrong with a fleet's own inputs (KS157).

    :param problems: a whole message for each.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        count = counted(len(problems), "problem")
        super().__init__(catalogue.BadFleet(count=count), also=problems)
        self.lines = list(problems)


def _problems_of_whole(bag: Mapping[str, object]) -> Iterator[str]:
    if not all(isinstance(bag.get(name), Mapping) for name in (STATUSES, KEYS)):
        yield line(catalogue.NotAMapOfKeys(), "the fleet")
    defaults = bag.get(DEFAULTS, {})
    if not isinstance(defaults, Mapping) or set(defaults) - set(_IN_DEFAULTS):
        yield line(catalogue.BadFleetDefaults())
    else:
        shared = {SAFEGUARDS: bag.get(SAFEGUARDS), ACCOUNT: bag.get(ACCOUNT)}
        for problem in parse_inputs({**defaults, **shared, **_OF_SOME_KEY}).problems:
            yield problem.with_subject("the fleet")
    limit = bag.get(MAX_CHANGES)
    if limit is not None and (message := validators.max_changes(limit, MAX_CHANGES)):
        yield line(message)


def _keys(
    bag: Mapping[str, object], records: Mapping[str, Record], now: datetime | None
) -> Iterator[_Key]:
    statuses, entries = map_of(bag, STATUSES), map_of(bag, KEYS)
    for number, access_key_id in enumerate(sorted(ids_of(bag)), start=1):
        found = _Key(access_key_id)
        entry = entries.get(access_key_id, {})
        subject = f"declaring {subject_of(access_key_id, number)}"
        if entry is UNKNOWN:
            found.unknown = ("its inputs",)
        elif not isinstance(entry, Mapping):
            found.error = KeyswitchError(catalogue.NotAMapOfKeys(), subject)
        else:
            record = records.get(access_key_id)
            whole = _whole(bag, access_key_id, entry, statuses.get(access_key_id))
            parsed = parse_inputs(whole, record.declared if record else None, _IN_KEYS)
            problems = list(parsed.problems)
            if parsed.declaration is not None and now is not None:
                problems.extend(contradictions(parsed.declaration, _IN_KEYS, now, parsed.unknown))
            found.error = DeclarationError(problems, subject) if problems else None
            found.unknown = tuple(sorted(parsed.unknown & DECIDING))
            if not found.unknown:
                found.declaration = parsed.declaration
            elif record is not None and parsed.declaration is not None:
                found.changed = parsed.declaration != record.declared
        yield found


def subject_of(access_key_id: str, number: int) -> str:
    """What a message calls a key: its id, or where that may be a secret its place among the ids."""
    if may_be_repeated(access_key_id, _LONGEST_ID):
        return f"access key {access_key_id}"
    return f"key number {number}, sorted by id"


def _whole(
    bag: Mapping[str, object], access_key_id: str, entry: Mapping[str, object], status: object
) -> dict[str, object]:
    """One key's inputs: its own over the fleet's, each safeguard by itself."""
    shared = {**map_of(bag, DEFAULTS), SAFEGUARDS: bag.get(SAFEGUARDS)}
    whole = overlaid(shared, entry)
    whole[_IN_KEYS[ACCOUNT]] = bag.get(ACCOUNT)
    whole[_IN_KEYS[ACCESS_KEY_ID]] = access_key_id
    whole[STATUS] = status
    return whole


def ids_of(bag: Mapping[str, object]) -> set[str]:
    """The ids of the keys that a fleet's inputs name."""
    return {*map_of(bag, STATUSES), *map_of(bag, KEYS)}


def map_of(bag: Mapping[str, object], name: str) -> Mapping[str, Any]:
    """The map under a name, an empty one where there is none."""
    value = bag.get(name)
    return value if isinstance(value, Mapping) else {}
