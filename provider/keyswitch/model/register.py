"""The register of keys in stack config.

``keyswitch:keys`` is a map from access key id to entry, ``keyswitch:rotations`` one from a name to the inputs of a
rotation. ``keyswitch:defaults`` holds what every entry has that does not say otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import KeyswitchError, counted
from keyswitch.messages.redact import redact
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.inputs import (
    ACCESS_KEY_ID,
    ACCOUNT,
    EXTERNAL_ID,
    OF_A_KEY,
    OVERRIDE,
    REASON,
    STATUS,
    Spelling,
)
from keyswitch.model.parsing import parse_inputs
from keyswitch.model.register_accounts import known_accounts, unknown_account, with_account
from keyswitch.model.register_entries import IN_ENTRIES, Entries
from keyswitch.model.register_names import (
    ACCOUNTS_KEY,
    CONFIG_KEY,
    DEFAULTS_KEY,
    ROTATIONS_KEY,
)
from keyswitch.model.register_problems import RegisterProblem, told
from keyswitch.model.rotation import DeclaredRotation
from keyswitch.model.state import Declaration
from keyswitch.model.status import Status
from keyswitch.model.validators import max_changes as limit_problem

_OF_SOME_KEY: Final = {ACCESS_KEY_ID: "A" * 20, STATUS: str(Status.INACTIVE)}
"""What every declaration needs, where only the rest of one is to be read."""
_IN_DEFAULTS: Final[Spelling] = {
    **IN_ENTRIES,
    **{each.name: f"the entry's {each.name}" for each in OF_A_KEY if not each.shared},
}
_FORMS: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class Register:
    """The declared keys in the order of the config, as they hold now, and everything that is wrong.

    :ivar declarations: of the entries.
    :ivar secret: the properties that are to be kept secret in every declaration, those of its account by their own
        names.
    :ivar secret_in_rotations: the same of the inputs of rotations.
    """

    declarations: tuple[Declaration, ...]
    found: tuple[RegisterProblem, ...]
    rotations: tuple[DeclaredRotation, ...] = ()
    secret: frozenset[str] = frozenset()
    secret_in_rotations: frozenset[str] = frozenset()

    @property
    def every_key(self) -> tuple[Declaration, ...]:
        """The keys of the entries and those of the rotations."""
        return (*self.declarations, *(key for each in self.rotations for key in each.keys))

    @property
    def problems(self) -> tuple[str, ...]:
        """A whole message for each problem, which names its entry."""
        return tuple(each.text for each in self.found)

    @property
    def summary(self) -> str:
        """What to fail with, once every problem has been told."""
        return str(self.refusal().without_related())

    def refusal(self) -> KeyswitchError:
        """The same as an error (KS116) that tells every problem too."""
        count = counted(len(self.found), "problem")
        return KeyswitchError(catalogue.BadEntries(count=count), also=self.problems)


def read_register(
    config: str | None,
    defaults: str | None = None,
    accounts: str | None = None,
    rotations: str | None = None,
    *,
    now: datetime,
    encrypted: Collection[str] = (),
) -> Register:
    """Reads the values of ``keyswitch:keys``, ``keyswitch:defaults``, ``keyswitch:accounts``, ``keyswitch:rotations``.

    :param config: JSON, as Pulumi hands structured config over; ``None`` if the stack has none.
    :param defaults: the same, a map that may hold ``safeguards``, ``onDrift``, ``onDestroy``, ``warnBefore`` and
        ``account``. An entry's own value goes first, each safeguard by itself. For a rotation hold those that are
        among its inputs.
    :param accounts: the same, a map from a name, which entries give as ``account``, to its fields.
    :param rotations: the same, a map from a name to the inputs of a rotation.
    :param now: an aware moment, by which an ``activeUntil`` is over or not.
    :param encrypted: those of the four of which anything is encrypted. Pulumi does not tell a program what: every
        reason and override of encrypted ``keys``, or ``rotations``, is taken for a secret, and every external id
        where any of the four is encrypted. Problems repeat no value then.
    """
    values = (value_of(each) for each in (config, defaults, accounts, rotations))
    return register_of(*values, now=now, encrypted=encrypted)


def value_of(text: str | None) -> object:
    """What a value of the stack's config holds: of a structured one its parts, of any other its text."""
    try:
        return json.loads(text) if text is not None else None
    except (ValueError, RecursionError):
        return text


def register_of(
    keys: object,
    defaults: object,
    accounts: object,
    rotations: object,
    *,
    now: datetime,
    encrypted: Collection[str] = (),
) -> Register:
    """The same as :func:`read_register` of values whose parts are read already.

    :param keys: in the place of any value, :data:`~keyswitch.model.parsing.UNKNOWN` is one that is not judged; in the
        other three too.
    """
    entries, shared, named, turned = map(_map, (keys, defaults, accounts, rotations))
    whole: list[RegisterProblem] = [
        RegisterProblem.of(message, (name,))
        for name, value, message in (
            (CONFIG_KEY, entries, catalogue.BadRegister(problem="not a map")),
            (DEFAULTS_KEY, shared, catalogue.BadDefaults()),
            (ACCOUNTS_KEY, named, catalogue.BadAccounts()),
            (ROTATIONS_KEY, turned, catalogue.BadRotations(problem="not a map")),
        )
        if value is None
    ]
    if named is not None:
        whole.extend(_problems_of_defaults(shared or {}, named, encrypted))
    reading = Entries({} if whole else shared or {}, named, now, encrypted, is_whole=not whole)
    reading.read_keys(entries or {})
    reading.read_rotations(turned or {})
    also = {EXTERNAL_ID} if encrypted else set()
    secret, in_rotations = (
        frozenset({REASON, OVERRIDE, *also} if name in encrypted else also)
        for name in (CONFIG_KEY, ROTATIONS_KEY)
    )
    found = (*whole, *reading.problems, *reading.declared_twice())
    if whole:
        return Register((), found, (), secret, in_rotations)
    return Register(
        tuple(reading.declarations), found, tuple(reading.rotations), secret, in_rotations
    )


def form_of(fleet: str | None, max_changes: str | None) -> bool:
    """Whether the keys of each account are to be one fleet.

    :param fleet: the value of ``keyswitch:fleet``.
    :param max_changes: that of ``keyswitch:maxChanges``.
    :raises KeyswitchError: KS133, what they say cannot be.
    """
    wanted = _FORMS.get(fleet.lower()) if fleet else False
    problem = None
    if wanted is None:
        problem = "keyswitch:fleet is neither true nor false"
    elif max_changes and not wanted:
        problem = "keyswitch:maxChanges is set, and keyswitch:fleet is not true"
    if wanted is None or problem:
        raise KeyswitchError(catalogue.BadRegisterForm(problem=problem))
    return wanted


def limit_message(max_changes: str | None) -> Message | None:
    """What is wrong with the value of ``keyswitch:maxChanges`` (KS132)."""
    return limit_problem(max_changes, "max_changes") if max_changes else None


def named_account(name: str, accounts: str | None) -> DeclaredAccount:
    """One account of ``keyswitch:accounts``.

    :param accounts: as in :func:`read_register`.
    :raises KeyswitchError: there is none of that name (KS128), or it cannot be read.
    """
    named = _map(value_of(accounts))
    if named is None:
        raise KeyswitchError(catalogue.BadAccounts())
    stand_ins = {IN_ENTRIES[each]: value for each, value in _OF_SOME_KEY.items()}
    whole = with_account({IN_ENTRIES[ACCOUNT]: name, **stand_ins}, named)
    if whole is None:
        raise KeyswitchError(catalogue.UnknownAccount(account=name, known=known_accounts(named)))
    parsed = parse_inputs(whole, spelling=IN_ENTRIES)
    if parsed.declaration is None or parsed.declaration.account is None:
        subject, place = f"account {redact(name)}", (ACCOUNTS_KEY, name)
        found = told(parsed.problems, subject, place, IN_ENTRIES, is_secret=False)
        raise Register((), found).refusal()
    return parsed.declaration.account


def _map(value: object) -> Mapping[str, Any] | None:
    """The map in a value, an empty one for none, ``None`` for anything else."""
    if value is None:
        return {}
    return value if isinstance(value, Mapping) else None


def _problems_of_defaults(
    shared: Mapping[str, Any], named: Mapping[str, Any], encrypted: Collection[str]
) -> Iterator[RegisterProblem]:
    place, subject = (DEFAULTS_KEY,), "keyswitch:defaults"
    whole = with_account(shared, named)
    if whole is None:
        message = unknown_account(shared, named, encrypted)
        yield RegisterProblem.of(message, (*place, IN_ENTRIES[ACCOUNT]), subject)
        whole = {name: value for name, value in shared.items() if name != IN_ENTRIES[ACCOUNT]}
    stand_ins = {_IN_DEFAULTS[name]: value for name, value in _OF_SOME_KEY.items()}
    parsed = parse_inputs({**whole, **stand_ins}, spelling=_IN_DEFAULTS)
    yield from told(parsed.problems, subject, place, _IN_DEFAULTS, is_secret=bool(encrypted))
