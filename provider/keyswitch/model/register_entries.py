"""The entries of a register, read one after the other: keys, and rotations."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from keyswitch.messages import catalogue
from keyswitch.messages.redact import looks_secret, may_be_repeated
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.cross_validation import contradictions
from keyswitch.model.inputs import ACCESS_KEY_ID, ACCOUNT, IN_CAMEL_CASE, OF_A_KEY, Spelling
from keyswitch.model.overlay import overlaid
from keyswitch.model.parsing import UNKNOWN, parse_inputs
from keyswitch.model.register_accounts import unknown_account, with_account
from keyswitch.model.register_names import CONFIG_KEY, ROTATIONS_KEY
from keyswitch.model.register_problems import RegisterProblem, told
from keyswitch.model.rotation import (
    CURRENT,
    OF_A_ROTATION,
    PREVIOUS,
    ROTATIONS_IN_CAMEL_CASE,
    DeclaredRotation,
    parse_rotation,
)
from keyswitch.model.state import Declaration
from keyswitch.model.validators import access_key_id as id_problem

_KEY_ID: Final = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,35}")
_LONGEST_ID: Final = 128
_ID: Final = "the entry's id"
IN_ENTRIES: Final[Spelling] = {**IN_CAMEL_CASE, ACCESS_KEY_ID: _ID}
OF_DEFAULTS: Final = tuple(each for each in OF_A_KEY if each.shared)
"""The inputs that the defaults may give."""
SHARED_WITH_ROTATIONS: Final = tuple(
    each.in_camel_case
    for each in OF_A_ROTATION
    if any(shared.name == each.name for shared in OF_DEFAULTS)
)
"""What of the defaults holds for rotations: what is an input of theirs."""

Bag = Mapping[str, Any]


@dataclass
class Entries:
    """What is read so far, and what is wrong with that.

    :ivar defaults: what holds for entries that do not say otherwise.
    :ivar accounts: by name; ``None`` where they are not a map, so that none can be looked up.
    :ivar is_whole: whether nothing is wrong with what entries build on. Otherwise what contradicts itself in an entry
        may be the fault of what is missing, and is not told.
    """

    defaults: Bag
    accounts: Bag | None
    now: datetime
    encrypted: Collection[str]
    is_whole: bool
    declarations: list[Declaration] = field(default_factory=list)
    rotations: list[DeclaredRotation] = field(default_factory=list)
    problems: list[RegisterProblem] = field(default_factory=list)
    _by_name: dict[str, DeclaredAccount] = field(default_factory=dict)
    _places: dict[str, list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)

    def read_keys(self, entries: Bag) -> None:
        """Reads ``keyswitch:keys``."""
        for position, (access_key_id, entry) in enumerate(entries.items(), start=1):
            is_repeatable = _is_repeatable(access_key_id, is_secret=CONFIG_KEY in self.encrypted)
            name = access_key_id if is_repeatable else f"number {position}"
            place, subject = (CONFIG_KEY, access_key_id), f"entry {name}"
            self._note_place(access_key_id, f"keyswitch:{CONFIG_KEY}", place)
            if isinstance(entry, Mapping):
                bag = overlaid(self.defaults, entry, IN_ENTRIES)
                whole = self._with_account(bag, place, subject)
                self._read_key({**whole, _ID: access_key_id}, place, subject)
            elif entry is not UNKNOWN:
                message = catalogue.BadRegister(problem=f"{subject} is not a map")
                self.problems.append(RegisterProblem.of(message, place))

    def read_rotations(self, rotations: Bag) -> None:
        """Reads ``keyswitch:rotations``."""
        shared = {
            name: self.defaults[name] for name in SHARED_WITH_ROTATIONS if name in self.defaults
        }
        for position, (name, entry) in enumerate(rotations.items(), start=1):
            shown = name if may_be_repeated(name) else f"number {position}"
            place, subject = (ROTATIONS_KEY, name), f"rotation {shown}"
            problem = _problem_of_rotation(name, entry, subject)
            if problem:
                message = catalogue.BadRotations(problem=problem)
                self.problems.append(RegisterProblem.of(message, place))
            elif isinstance(entry, Mapping):
                for role in (CURRENT, PREVIOUS):
                    if entry.get(CURRENT) != entry.get(PREVIOUS) or role == CURRENT:
                        self._note_place(entry.get(role), subject, (*place, role))
                bag = overlaid(shared, entry, ROTATIONS_IN_CAMEL_CASE)
                whole = self._with_account(bag, place, subject)
                self._read_rotation(whole, name, shown)

    def declared_twice(self) -> Iterator[RegisterProblem]:
        """A problem (KS166) for each rotation that declares a key which is declared already."""
        for key, found in self._places.items():
            if len(found) > 1:
                words = " and ".join(name for name, _ in found)
                shown = key if may_be_repeated(key, _LONGEST_ID) else "(not shown)"
                message = catalogue.TwiceInRegister(places=words)
                yield RegisterProblem.of(message, found[-1][1], f"access key {shown}")

    def _note_place(self, access_key_id: object, name: str, place: tuple[str, ...]) -> None:
        """Remembers where a key is declared; what is no id has a problem of its own."""
        if id_problem(access_key_id, "") is None:
            self._places.setdefault(str(access_key_id), []).append((name, place))

    def _read_key(self, whole: Bag, place: tuple[str, ...], subject: str) -> None:
        parsed = parse_inputs(whole, spelling=IN_ENTRIES)
        found = list(parsed.problems)
        declared = parsed.declaration
        if declared is not None:
            self.declarations.append(declared.as_of(self.now))
            if self.is_whole:
                found.extend(contradictions(declared, IN_ENTRIES, self.now, parsed.unknown))
            self._note_account(declared.account, place, subject)
        self._tell(told(found, subject, place, IN_ENTRIES, is_secret=bool(self.encrypted)))

    def _read_rotation(self, whole: Bag, name: str, shown: str) -> None:
        place, subject = (ROTATIONS_KEY, name), f"rotation {shown}"
        parsed = parse_rotation(whole, name, shown, self.now)
        if parsed.rotation is not None:
            self.rotations.append(parsed.rotation)
            self._note_account(parsed.rotation.current.account, place, subject)
        spelling = ROTATIONS_IN_CAMEL_CASE
        is_secret = bool(self.encrypted)
        self._tell(told(parsed.problems, subject, place, spelling, is_secret=is_secret))

    def _with_account(self, bag: Bag, place: tuple[str, ...], subject: str) -> Bag:
        """The bag with its account in full; without it, and with a problem, if there is none of that name."""
        spelt = IN_CAMEL_CASE[ACCOUNT]
        whole = with_account(bag, self.accounts) if self.accounts is not None else None
        if whole is not None:
            return whole
        if self.accounts is not None:
            message = unknown_account(bag, self.accounts, self.encrypted)
            self._tell([RegisterProblem.of(message, (*place, spelt), subject)])
        return {name: value for name, value in bag.items() if name != spelt}

    def _note_account(
        self, account: DeclaredAccount | None, place: tuple[str, ...], subject: str
    ) -> None:
        if account is not None and self._by_name.setdefault(account.name, account) != account:
            message = catalogue.TwoAccountsOfOneName()
            at = (*place, IN_CAMEL_CASE[ACCOUNT])
            self._tell([RegisterProblem.of(message, at, subject)])

    def _tell(self, found: Collection[RegisterProblem]) -> None:
        self.problems.extend(found)


def _problem_of_rotation(name: str, entry: object, subject: str) -> str:
    """What is wrong with a rotation as a whole; empty for nothing."""
    if not name.strip():
        return f"{subject} has no name"
    if looks_secret(name):
        return f"the name of {subject} looks like a secret"
    is_map = entry is UNKNOWN or isinstance(entry, Mapping)
    return "" if is_map else f"{subject} is not a map"


def _is_repeatable(access_key_id: str, *, is_secret: bool) -> bool:
    is_id = not is_secret or _KEY_ID.fullmatch(access_key_id) is not None
    return is_id and may_be_repeated(access_key_id)
