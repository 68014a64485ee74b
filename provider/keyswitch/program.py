"""The ready-made program: the keys in the stack's register, as resources of their own or as fleets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pulumi

from keyswitch import catalogue
from keyswitch.declaration import Declaration
from keyswitch.errors import message
from keyswitch.fleet_resource import AccessKeyFleet
from keyswitch.properties import ACCESS_KEY_ID, ACCOUNT
from keyswitch.register import ACCOUNTS_KEY, CONFIG_KEY, DEFAULTS_KEY, read_register
from keyswitch.resource import AccessKeyStatus

FLEET_KEY: Final = "fleet"
MAX_CHANGES_KEY: Final = "maxChanges"
MANY_KEYS: Final = 100
"""From so many keys on a note says what resources of their own cost."""
_FORMS: Final = {"true": True, "false": False}


def declare_register() -> None:
    """Declares every entry of ``keyswitch:keys``, and exports the table ``keys``.

    Each key is a resource under its id, however many there are. With ``keyswitch:fleet`` ``true`` those of each
    account are one :class:`~keyswitch.AccessKeyFleet`, of which one run may switch as many keys as
    ``keyswitch:maxChanges`` says. To change the form switches nothing that is as declared.

    The table has a row for each key: key, user, status, pending, reason. Every problem of the
    register is told, each naming its entry, before anything is declared.

    :raises pulumi.RunError: the register has problems (KS116), or its form cannot be (KS133).
    """
    config = pulumi.Config("keyswitch")
    register = read_register(
        config.get(CONFIG_KEY), config.get(DEFAULTS_KEY), config.get(ACCOUNTS_KEY)
    )
    for problem in register.problems:
        pulumi.log.error(problem)
    if register.problems:
        raise pulumi.RunError(register.summary)
    max_changes = config.get(MAX_CHANGES_KEY)
    if _is_fleet(config.get(FLEET_KEY), max_changes):
        table = _as_fleets(register.declarations, max_changes)
    else:
        table = _by_themselves(register.declarations)
    pulumi.export("keys", table)


def _is_fleet(form: str | None, max_changes: str | None) -> bool:
    wanted = _FORMS.get(form.lower()) if form else False
    if wanted is None:
        raise pulumi.RunError(
            message(catalogue.BAD_FORM, problem="keyswitch:fleet is neither true nor false")
        )
    if max_changes and not wanted:
        problem = "keyswitch:maxChanges is set, and keyswitch:fleet is not true"
        raise pulumi.RunError(message(catalogue.BAD_FORM, problem=problem))
    return wanted


def _by_themselves(declarations: Sequence[Declaration]) -> Any:
    if len(declarations) >= MANY_KEYS:
        pulumi.log.info(message(catalogue.MANY_KEYS, count=len(declarations)))
    table = []
    for declared in declarations:
        key = AccessKeyStatus(declared.access_key_id, **declared.to_inputs())
        table.append(_row(declared, key.user_name, key.status, key.pending))
    return table


def _as_fleets(declarations: Iterable[Declaration], max_changes: str | None) -> Any:
    accounts: dict[Any, dict[str, Declaration]] = {}
    for declared in declarations:
        accounts.setdefault(declared.account, {})[declared.access_key_id] = declared
    tables = []
    for account, keys in accounts.items():
        fleet = AccessKeyFleet(
            f"keys-{account.name}" if account else "keys",
            keys={key: _entry(declared) for key, declared in keys.items()},
            account=next(iter(keys.values())).to_inputs().get(ACCOUNT),
            max_changes=max_changes,
        )
        tables.append(_table_of(fleet, keys))
    return pulumi.Output.all(*tables).apply(lambda tables: [row for each in tables for row in each])


def _entry(declared: Declaration) -> dict[str, Any]:
    inputs = declared.to_inputs()
    return {name: inputs[name] for name in inputs if name not in (ACCESS_KEY_ID, ACCOUNT)}


def _table_of(fleet: AccessKeyFleet, keys: Mapping[str, Declaration]) -> pulumi.Output[Any]:
    seen = pulumi.Output.all(fleet.statuses, fleet.pending, fleet.records)
    return seen.apply(lambda found: _table(keys, *found))


def _table(
    keys: Mapping[str, Declaration],
    statuses: Mapping[str, str],
    pending: Mapping[str, str] | None,
    records: Mapping[str, Any] | None,
) -> list[dict[str, Any]]:
    return [
        _row(
            declared,
            ((records or {}).get(key) or {}).get("user_name", ""),
            statuses.get(key, ""),
            (pending or {}).get(key, ""),
        )
        for key, declared in keys.items()
    ]


def _row(declared: Declaration, user_name: Any, status: Any, pending: Any) -> dict[str, Any]:
    return {
        "key": declared.access_key_id,
        "user": user_name,
        "status": status,
        "pending": pending,
        "reason": declared.reason or "",
    }
