"""The register of keys in stack config.

``keyswitch:keys`` is a map from access key id to entry, ``keyswitch:defaults`` holds what every
entry has that does not say otherwise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, counted, line
from keyswitch.messages.redact import may_be_repeated, redact
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.cross_validation import contradictions
from keyswitch.model.inputs import (
    ACCESS_KEY_ID,
    ACCOUNT,
    ACCOUNT_NAME,
    EXTERNAL_ID,
    IN_CAMEL_CASE,
    OF_A_KEY,
    OVERRIDE,
    REASON,
    STATUS,
    Spelling,
)
from keyswitch.model.overlay import overlaid
from keyswitch.model.parsing import parse_inputs
from keyswitch.model.state import Declaration
from keyswitch.model.status import Status
from keyswitch.model.validation import Problem

CONFIG_KEY: Final = "keys"
DEFAULTS_KEY: Final = "defaults"
ACCOUNTS_KEY: Final = "accounts"
FLEET_KEY: Final = "fleet"
MAX_CHANGES_KEY: Final = "maxChanges"
EXCEPTIONS_KEY: Final = "exceptions"
"""Read by the audit alone."""
OF_A_REGISTER: Final = (
    CONFIG_KEY,
    DEFAULTS_KEY,
    ACCOUNTS_KEY,
    FLEET_KEY,
    MAX_CHANGES_KEY,
    EXCEPTIONS_KEY,
)
"""The names in the stack's config, below ``keyswitch:``."""

_KEY_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,35}")

_ID: Final = "the entry's id"
_IN_REGISTER: Final[Spelling] = {**IN_CAMEL_CASE, ACCESS_KEY_ID: _ID}
_OF_SOME_KEY: Final = {ACCESS_KEY_ID: "A" * 20, STATUS: str(Status.INACTIVE)}
"""What every declaration needs, where only the rest of one is to be read."""
_IN_DEFAULTS: Final[Spelling] = {
    **_IN_REGISTER,
    **{each.name: f"the entry's {each.name}" for each in OF_A_KEY if not each.shared},
}


@dataclass(frozen=True)
class Register:
    """The declared keys in the order of the config, as they hold now, and every problem, each naming its entry."""

    declarations: tuple[Declaration, ...]
    problems: tuple[str, ...]
    secret: frozenset[str] = frozenset()
    """The properties that are to be kept secret in every declaration, those of its account by their own names."""

    @property
    def summary(self) -> str:
        """What to fail with, once every problem has been told."""
        return str(self.refusal().without_related())

    def refusal(self) -> KeyswitchError:
        """The same as an error (KS116) that tells every problem too."""
        count = counted(len(self.problems), "problem")
        return KeyswitchError(catalogue.BadEntries(count=count), also=self.problems)


def read_register(
    config: str | None,
    defaults: str | None = None,
    accounts: str | None = None,
    *,
    now: datetime,
    encrypted: Collection[str] = (),
) -> Register:
    """Reads the values of ``keyswitch:keys``, ``keyswitch:defaults`` and ``keyswitch:accounts``.

    :param config: JSON, as Pulumi hands structured config over; ``None`` if the stack has none.
    :param defaults: the same, a map that may hold ``safeguards``, ``onDrift``, ``onDestroy`` and ``warnBefore``.
        An entry's own value goes first, each safeguard by itself.
    :param accounts: the same, a map from a name, which entries give as ``account``, to its fields.
    :param now: an aware moment, by which an ``activeUntil`` is over or not.
    :param encrypted: those of ``keys``, ``defaults`` and ``accounts`` of which anything is encrypted. Pulumi does
        not tell a program what: every reason and override of encrypted ``keys`` is taken for a secret, and every
        external id where any of the three is encrypted. Problems repeat no value then.
    """
    entries, shared, named = _map(config), _map(defaults), _map(accounts)
    if entries is None:
        return Register((), (line(catalogue.BadRegister(problem="not a map")),))
    if named is None:
        return Register((), (line(catalogue.BadAccounts()),))
    wrong = _problems_of_defaults(shared, named, encrypted)
    if shared is None or wrong:
        return Register((), wrong)
    declarations: list[Declaration] = []
    problems: list[str] = []
    by_name: dict[str, DeclaredAccount] = {}
    for position, (access_key_id, entry) in enumerate(entries.items(), start=1):
        repeatable = _is_repeatable(access_key_id, is_secret=CONFIG_KEY in encrypted)
        name = access_key_id if repeatable else f"number {position}"
        if not isinstance(entry, dict):
            problem = f"entry {name} is not a map"
            problems.append(line(catalogue.BadRegister(problem=problem)))
            continue
        whole = _with_account(overlaid(shared, entry, _IN_REGISTER), named)
        if whole is None:
            bag = overlaid(shared, entry, _IN_REGISTER)
            problems.append(_unknown_account(f"entry {name}", bag, named, encrypted))
            continue
        parsed = parse_inputs({**whole, _ID: access_key_id}, spelling=_IN_REGISTER)
        found = list(parsed.problems)
        if parsed.declaration is not None:
            declarations.append(parsed.declaration.as_of(now))
            found.extend(contradictions(parsed.declaration, _IN_REGISTER, now))
            account = parsed.declaration.account
            if account is not None and by_name.setdefault(account.name, account) != account:
                problems.append(line(catalogue.TwoAccountsOfOneName(), f"entry {name}"))
        problems.extend(_told(f"entry {name}", found, encrypted))
    return Register(tuple(declarations), tuple(problems), _secret_properties(encrypted))


def _secret_properties(encrypted: Collection[str]) -> frozenset[str]:
    """What may hold words about people, or a credential; the rest is what a reviewer has to read."""
    words = {REASON, OVERRIDE} if CONFIG_KEY in encrypted else set()
    return frozenset({*words, EXTERNAL_ID} if encrypted else ())


def _told(subject: str, found: Iterable[Problem], encrypted: Collection[str]) -> tuple[str, ...]:
    problems = (problem.without_value() if encrypted else problem for problem in found)
    return tuple(problem.with_subject(subject) for problem in problems)


def named_account(name: str, accounts: str | None) -> DeclaredAccount:
    """One account of ``keyswitch:accounts``.

    :param accounts: as in :func:`read_register`.
    :raises KeyswitchError: there is none of that name (KS128), or it cannot be read.
    """
    named = _map(accounts)
    if named is None:
        raise KeyswitchError(catalogue.BadAccounts())
    stand_ins = {_IN_REGISTER[each]: value for each, value in _OF_SOME_KEY.items()}
    whole = _with_account({_IN_REGISTER[ACCOUNT]: name, **stand_ins}, named)
    if whole is None:
        raise KeyswitchError(catalogue.UnknownAccount(account=name, known=_known(named)))
    parsed = parse_inputs(whole, spelling=_IN_REGISTER)
    if parsed.declaration is None or parsed.declaration.account is None:
        told = tuple(problem.with_subject(f"account {redact(name)}") for problem in parsed.problems)
        raise Register((), told).refusal()
    return parsed.declaration.account


def _with_account(bag: dict[str, Any] | None, named: dict[str, Any]) -> dict[str, Any] | None:
    """The bag with the account that it names in full, ``None`` if there is none of that name."""
    name = (bag or {}).get(_IN_REGISTER[ACCOUNT])
    if bag is None or not isinstance(name, str):
        return bag
    account = named.get(name)
    if not isinstance(account, dict):
        return None
    return {**bag, _IN_REGISTER[ACCOUNT]: {ACCOUNT_NAME: name, **account}}


def _map(config: str | None) -> dict[str, Any] | None:
    """The map in a structured config value, an empty one for none, ``None`` for anything else."""
    try:
        value = json.loads(config) if config is not None else {}
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _unknown_account(
    subject: str, bag: dict[str, Any], named: dict[str, Any], encrypted: Collection[str]
) -> str:
    """What is encrypted is not named: neither the account asked for nor those that there are."""
    account = "(encrypted)" if encrypted else bag[_IN_REGISTER[ACCOUNT]]
    known = f"{len(named)} accounts" if ACCOUNTS_KEY in encrypted else _known(named)
    return line(catalogue.UnknownAccount(account=account, known=known), subject)


def _known(named: dict[str, Any]) -> str:
    return redact(", ".join(named)) or "none"


def _problems_of_defaults(
    shared: dict[str, Any] | None, named: dict[str, Any], encrypted: Collection[str]
) -> tuple[str, ...]:
    if shared is None:
        return (line(catalogue.BadDefaults()),)
    whole = _with_account(shared, named)
    if whole is None:
        return (_unknown_account("keyswitch:defaults", shared, named, encrypted),)
    stand_ins = {_IN_DEFAULTS[name]: value for name, value in _OF_SOME_KEY.items()}
    parsed = parse_inputs({**whole, **stand_ins}, spelling=_IN_DEFAULTS)
    return _told("keyswitch:defaults", parsed.problems, encrypted)


def _is_repeatable(access_key_id: str, *, is_secret: bool) -> bool:
    is_id = not is_secret or _KEY_ID.fullmatch(access_key_id) is not None
    return is_id and may_be_repeated(access_key_id)
