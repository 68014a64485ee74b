"""The ready-made program: the keys in the stack's register, as resources of their own or as fleets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import pulumi
from pulumi.runtime.config import is_config_secret

from keyswitch.messages import catalogue
from keyswitch.messages.format import line
from keyswitch.model.inputs import ACCESS_KEY_ID, ACCOUNT, REASON
from keyswitch.model.register import (
    ACCOUNTS_KEY,
    CONFIG_KEY,
    DEFAULTS_KEY,
    FLEET_KEY,
    MAX_CHANGES_KEY,
    Register,
    read_register,
)
from keyswitch.model.state import Declaration
from keyswitch.program.access_key_fleet import AccessKeyFleet
from keyswitch.program.access_key_status import AccessKeyStatus
from keyswitch.reconcile.clock import Clock

MANY_KEYS: Final = 100
"""From so many keys on a note says what resources of their own cost."""
_FORMS: Final = {"true": True, "false": False}


def declare_register() -> None:
    """Declares every entry of ``keyswitch:keys``, and exports the tables ``keys`` and ``dueNext``.

    Each key is a resource under its id, however many there are. With ``keyswitch:fleet`` ``true`` those of each
    account are one :class:`~keyswitch.AccessKeyFleet`, of which one run may switch as many keys as
    ``keyswitch:maxChanges`` says. To change the form switches nothing that is as declared.

    The table has a row for each key: key, user, status, pending, reason. Where an entry has an ``activeUntil``, there
    is a second table, ``dueNext``, of those entries as they are written: key, user, activeUntil, the earliest first.
    Where anything of ``keyswitch:keys`` is
    encrypted in the stack's config, each reason and each override is a Pulumi secret; where anything of these or of
    ``keyswitch:accounts`` or ``keyswitch:defaults`` is, each account's external id is one. Every problem of the
    register is shown, each naming its entry, before anything is declared.

    :raises pulumi.RunError: the register has problems (KS116), or its form cannot be (KS133).
    """
    config = pulumi.Config("keyswitch")
    names = (CONFIG_KEY, DEFAULTS_KEY, ACCOUNTS_KEY)
    register = read_register(
        *map(config.get, names),
        now=Clock().now(),
        encrypted=[name for name in names if is_config_secret(f"keyswitch:{name}")],
    )
    for problem in register.problems:
        pulumi.log.error(problem)
    if register.problems:
        raise pulumi.RunError(register.summary)
    max_changes = config.get(MAX_CHANGES_KEY)
    if _is_fleet(config.get(FLEET_KEY), max_changes):
        table = _as_fleets(register, max_changes)
    else:
        table = _by_themselves(register)
    pulumi.export("keys", table)
    due = due_next(register.declarations)
    if due:
        pulumi.export("dueNext", due)


def due_next(declarations: Iterable[Declaration]) -> list[dict[str, str]]:
    """A row for each key that is declared Active until a date, the earliest first.

    Of nothing but the declarations: what follows from the time of day would differ from run to run.
    """
    ends = [
        (each.active_until.end, each.access_key_id, each.active_until, each.user_name)
        for each in declarations
        if each.active_until is not None
    ]
    return [
        {"key": key, "user": user_name or "", "activeUntil": str(until)}
        for _, key, until, user_name in sorted(ends, key=lambda end: end[:2])
    ]


def _is_fleet(form: str | None, max_changes: str | None) -> bool:
    wanted = _FORMS.get(form.lower()) if form else False
    if wanted is None:
        raise pulumi.RunError(
            line(catalogue.BadRegisterForm(problem="keyswitch:fleet is neither true nor false"))
        )
    if max_changes and not wanted:
        problem = "keyswitch:maxChanges is set, and keyswitch:fleet is not true"
        raise pulumi.RunError(line(catalogue.BadRegisterForm(problem=problem)))
    return wanted


def _by_themselves(register: Register) -> Any:
    count = len(register.declarations)
    if count >= MANY_KEYS:
        pulumi.log.info(line(catalogue.ManyKeys(count=count)))
    table = []
    for declared in register.declarations:
        inputs = _inputs(declared, register.secret)
        key = AccessKeyStatus(declared.access_key_id, **inputs)
        table.append(_row(inputs, key.user_name, key.status, key.pending))
    return table


def _as_fleets(register: Register, max_changes: str | None) -> Any:
    accounts: dict[Any, dict[str, dict[str, Any]]] = {}
    for declared in register.declarations:
        inputs = _inputs(declared, register.secret)
        accounts.setdefault(declared.account, {})[declared.access_key_id] = inputs
    seen = []
    for account, keys in accounts.items():
        fleet = AccessKeyFleet(
            f"keys-{account.name}" if account else "keys",
            keys={key: _entry(inputs) for key, inputs in keys.items()},
            account=next(iter(keys.values())).get(ACCOUNT),
            max_changes=max_changes,
        )
        seen.append(pulumi.Output.all(fleet.statuses, fleet.pending, fleet.records))
    # Secrets go into the rows last: an output that is made of a table with one is a secret whole.
    return pulumi.Output.all(*seen).apply(
        lambda found: [
            row
            for keys, of_fleet in zip(accounts.values(), found, strict=True)
            for row in _table(keys, *of_fleet)
        ]
    )


def _inputs(declared: Declaration, secret: Collection[str]) -> dict[str, Any]:
    """The inputs of one key, in which the properties of these names are Pulumi secrets."""
    return _keeping(declared.to_inputs(), secret)


def _keeping(bag: Mapping[str, Any], secret: Collection[str]) -> dict[str, Any]:
    return {
        name: pulumi.Output.secret(value)
        if name in secret
        else _keeping(value, secret)
        if isinstance(value, Mapping)
        else value
        for name, value in bag.items()
    }


def _entry(inputs: Mapping[str, Any]) -> Any:
    return {name: inputs[name] for name in inputs if name not in (ACCESS_KEY_ID, ACCOUNT)}


def _table(
    keys: Mapping[str, Mapping[str, Any]],
    statuses: Mapping[str, str],
    pending: Mapping[str, str] | None,
    records: Mapping[str, Any] | None,
) -> list[dict[str, Any]]:
    return [
        _row(
            inputs,
            ((records or {}).get(key) or {}).get("user_name", ""),
            statuses.get(key, ""),
            (pending or {}).get(key, ""),
        )
        for key, inputs in keys.items()
    ]


def _row(inputs: Mapping[str, Any], user_name: Any, status: Any, pending: Any) -> dict[str, Any]:
    return {
        "key": inputs[ACCESS_KEY_ID],
        "user": user_name,
        "status": status,
        "pending": pending,
        "reason": inputs.get(REASON, ""),
    }
