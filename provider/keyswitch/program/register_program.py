"""The ready-made program: the keys in the stack's register, as resources of their own or as fleets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi.runtime.config import is_config_secret

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, line
from keyswitch.model.inputs import ACCESS_KEY_ID, ACCOUNT, REASON
from keyswitch.model.register import Register, form_of, read_register
from keyswitch.model.register_names import DECLARING, FLEET_KEY, MAX_CHANGES_KEY
from keyswitch.model.rotation import DeclaredRotation
from keyswitch.model.state import Declaration
from keyswitch.program.access_key_fleet import AccessKeyFleet
from keyswitch.program.access_key_rotation import AccessKeyRotation
from keyswitch.program.access_key_status import AccessKeyStatus
from keyswitch.reconcile.clock import Clock

MANY_KEYS: Final = 100
"""From so many keys on a note says what resources of their own cost."""


def declare_register() -> None:
    """Declares every entry of ``keyswitch:keys`` and ``keyswitch:rotations``, and exports tables of them.

    Each key is a resource under its id, however many there are. With ``keyswitch:fleet`` ``true`` those of each
    account are one :class:`~keyswitch.AccessKeyFleet`, of which one run may switch as many keys as
    ``keyswitch:maxChanges`` says. To change the form switches nothing that is as declared. Each rotation is an
    :class:`~keyswitch.AccessKeyRotation` under its name, in either form, and not among the keys that
    ``keyswitch:maxChanges`` counts.

    The table ``keys`` has a row for each key: key, user, status, pending, reason. Where an entry has an
    ``activeUntil``, there is a table ``dueNext`` of those entries as they are written: key, user, activeUntil, the
    earliest first. Where there are rotations, there is a table ``rotations``: rotation, current, previous, stage.

    Where anything of ``keyswitch:keys`` is encrypted in the stack's config, each reason and each override of a key is
    a Pulumi secret, and in the same way those of rotations; where anything of these or of ``keyswitch:accounts`` or
    ``keyswitch:defaults`` is, each account's external id is one. Every problem of the register is shown, each naming
    its entry, before anything is declared.

    :raises pulumi.RunError: the register has problems (KS116), or its form cannot be (KS133).
    """
    config = pulumi.Config("keyswitch")
    register = read_register(
        *map(config.get, DECLARING),
        now=Clock().now(),
        encrypted=[name for name in DECLARING if is_config_secret(f"keyswitch:{name}")],
    )
    for problem in register.problems:
        pulumi.log.error(problem)
    if register.problems:
        raise pulumi.RunError(register.summary)
    max_changes = config.get(MAX_CHANGES_KEY)
    try:
        is_fleet = form_of(config.get(FLEET_KEY), max_changes)
    except KeyswitchError as error:
        raise pulumi.RunError(str(error)) from None
    declare = _as_fleets if is_fleet else _by_themselves
    table = declare(register, max_changes)
    rotations = [_Rotation.declare(each, register) for each in register.rotations]
    rows = [row for each in rotations for row in each.rows]
    # Secrets go into the rows last: an output that is made of a table with one is a secret whole.
    whole = [*table, *rows] if isinstance(table, list) else table.apply(lambda keys: [*keys, *rows])
    pulumi.export("keys", whole)
    if rotations:
        pulumi.export("rotations", [each.summary for each in rotations])
    due = due_next(register.every_key)
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


@dataclass(frozen=True)
class _Rotation:
    """A rotation that is declared, for the tables."""

    declared: DeclaredRotation
    inputs: Mapping[str, Any]
    resource: AccessKeyRotation

    @classmethod
    def declare(cls, declared: DeclaredRotation, register: Register) -> _Rotation:
        inputs = _keeping(declared.inputs, register.secret_in_rotations)
        return cls(declared, inputs, AccessKeyRotation(declared.name, **inputs))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A row for each of its keys."""
        resources = filter(None, (self.resource.current, self.resource.previous))
        return [
            _row(
                {**self.inputs, ACCESS_KEY_ID: key.access_key_id},
                each.user_name,
                each.status,
                each.pending,
            )
            for key, each in zip(self.declared.keys, resources, strict=True)
        ]

    @property
    def summary(self) -> dict[str, Any]:
        """Its row among the rotations."""
        current, previous = self.declared.current, self.declared.previous
        return {
            "rotation": self.declared.name,
            "current": current.access_key_id,
            "previous": previous.access_key_id if previous else "",
            "stage": self.resource.stage,
        }


def _by_themselves(register: Register, _max_changes: str | None) -> Any:
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
