"""What the engine keeps of a fleet, written from records and read again.

Of each key what it was carried out with is kept with it, and not only with the fleet: a key
that fails, or whose declaration ends after the program has changed the fleet's own inputs, is still what it was.
What may be a secret (a reason, an override, an account's external id) stays where the program wrote
it, for there it is one in the state too. Property names are public for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.fleet import (
    DEFAULTS,
    FLEET_INPUTS,
    KEYS,
    STATUSES,
    map_of,
    subject_of,
)
from keyswitch.model.inputs import (
    ACCESS_KEY_ID,
    ACCOUNT,
    ACTIVE_UNTIL,
    EXTERNAL_ID,
    MOVED_FROM,
    ON_DESTROY,
    ON_DRIFT,
    OVERRIDE,
    REASON,
    SAFEGUARDS,
    STATUS,
    USER_NAME,
    WARN_BEFORE,
)
from keyswitch.model.parsing import account_of, parse_outputs
from keyswitch.model.state import (
    ACCOUNT_ID,
    ADOPTED_STATUS,
    CHANGED_AT,
    CREATE_DATE,
    DEACTIVATED_BY,
    DESIRED_STATUS,
    NOT_KEPT,
    PENDING,
    STATUS_SINCE,
    USER_NAME_RESOLVED,
    Record,
)
from keyswitch.model.status import OnDestroy

RECORDS: Final = "records"
FLEET_COMPUTED: Final = (RECORDS, PENDING, ACCOUNT_ID)
_TEXTS: Final = (
    USER_NAME,
    ACCOUNT_ID,
    CREATE_DATE,
    CHANGED_AT,
    ADOPTED_STATUS,
    STATUS_SINCE,
    DESIRED_STATUS,
)
_RECORDED: Final = (
    *_TEXTS,
    DEACTIVATED_BY,
    USER_NAME_RESOLVED,
    ACTIVE_UNTIL,
    WARN_BEFORE,
    ON_DESTROY,
    ON_DRIFT,
    SAFEGUARDS,
)
_IN_ENTRY: Final = (REASON, OVERRIDE)


def fleet_outputs(bag: Mapping[str, object], records: Mapping[str, Record]) -> dict[str, Any]:
    """A fresh bag of what the engine keeps.

    The engine takes those outputs for secrets whose inputs are secrets now. So of a record that the
    inputs do not describe, for its key failed, no text is kept that they do not have.

    :param bag: the inputs that were to be carried out.
    """
    entries, account = map_of(bag, KEYS), account_of(bag.get(ACCOUNT))
    declared = [record for key, record in records.items() if key in map_of(bag, STATUSES)]
    account_ids = {record.account_id for record in declared or records.values()} - {""}
    return {
        **{name: bag[name] for name in FLEET_INPUTS if bag.get(name) is not None},
        KEYS: {key: _entry(record, entries.get(key) or {}) for key, record in records.items()},
        STATUSES: {key: str(record.status) for key, record in records.items()},
        RECORDS: {key: _recorded(record, account) for key, record in records.items()},
        PENDING: {key: str(record.pending) for key, record in records.items() if record.pending},
        ACCOUNT_ID: min(account_ids, default=""),
    }


def _entry(record: Record, entry: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in entry.items() if name not in _IN_ENTRY}
    reason, override = record.declaration.reason, record.declaration.override
    if reason is not None and reason == entry.get(REASON):
        kept[REASON] = reason
    if override is not None:
        kept[OVERRIDE] = override if override == entry.get(OVERRIDE) else NOT_KEPT
    return kept


def _recorded(record: Record, account: DeclaredAccount | None) -> dict[str, Any]:
    """Empty text and ``False`` are left out, and the account if it is the fleet's."""
    whole = record.to_outputs()
    recorded = {name: whole[name] for name in _RECORDED if whole.get(name)}
    if record.declaration.account != account:
        own = {**whole.get(ACCOUNT, {})}
        own.pop(EXTERNAL_ID, None)
        recorded[ACCOUNT] = own
    return recorded


def parse_fleet_outputs(bag: Mapping[str, object]) -> dict[str, Record]:
    """Reads what the engine kept, by key id.

    :raises KeyswitchError: KS501, if something that was written is not there.
    """
    statuses, entries, pending = (map_of(bag, name) for name in (STATUSES, KEYS, PENDING))
    account = bag.get(ACCOUNT)
    records = {}
    for number, (access_key_id, recorded) in enumerate(sorted(map_of(bag, RECORDS).items()), 1):
        entry = entries.get(access_key_id) or {}
        if not isinstance(recorded, Mapping) or not isinstance(entry, Mapping):
            subject = subject_of(access_key_id, number)
            raise KeyswitchError(catalogue.UnreadableState(property=f"{RECORDS} of {subject}"))
        records[access_key_id] = parse_outputs(
            {
                **{name: entry.get(name) for name in _IN_ENTRY},
                **dict.fromkeys(_TEXTS, ""),
                USER_NAME_RESOLVED: False,
                **recorded,
                ACCOUNT: recorded.get(ACCOUNT, account) or None,
                ACCESS_KEY_ID: access_key_id,
                STATUS: statuses.get(access_key_id),
                PENDING: pending.get(access_key_id, ""),
            }
        )
    return records


def taken_over_by_fleet(
    bag: Mapping[str, object], records: Mapping[str, Record]
) -> dict[str, Record]:
    """What was recorded under another name of keys that the fleet has not recorded yet, by key id.

    Only of those that it declares with ``on_destroy="restore"``.
    """
    defaults = map_of(bag, DEFAULTS).get(ON_DESTROY)
    handed = map_of(bag, MOVED_FROM)
    return {
        key: parse_outputs(handed[key])
        for key, entry in map_of(bag, KEYS).items()
        if key in handed
        and key not in records
        and isinstance(entry, Mapping)
        and entry.get(ON_DESTROY, defaults) == OnDestroy.RESTORE
    }


def refreshed_fleet(
    bag: Mapping[str, object], records: Mapping[str, Record]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The outputs and the inputs after a refresh."""
    inputs = _refreshed_inputs(bag, records)
    outputs = fleet_outputs({**bag, KEYS: inputs[KEYS]}, records)
    return {**outputs, ACCOUNT_ID: bag.get(ACCOUNT_ID, "")}, inputs


def _refreshed_inputs(bag: Mapping[str, object], records: Mapping[str, Record]) -> dict[str, Any]:
    """The statuses as found where a program would change them, the names as now."""
    entries = {}
    for access_key_id, entry in map_of(bag, KEYS).items():
        record = records.get(access_key_id)
        declared = record.declaration.user_name if record is not None else None
        named = {USER_NAME: declared} if declared is not None else {}
        entries[access_key_id] = {**entry, **named}
    found = {name: bag[name] for name in FLEET_INPUTS if bag.get(name) is not None}
    statuses = {key: record.to_inputs()[STATUS] for key, record in records.items()}
    return {**found, KEYS: entries, STATUSES: statuses}
