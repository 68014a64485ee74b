"""The one place where bags of properties become typed values, and typed values bags again.

Inputs are parsed to a :class:`Declaration` or to every problem found, by name; the state that the
engine keeps is parsed to a :class:`Record`. Property names are public for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from keyswitch import catalogue
from keyswitch.errors import KeyswitchError
from keyswitch.problems import (
    ACCESS_KEY_ID,
    IN_PROGRAMS,
    ON_DESTROY,
    REASON,
    REQUIRED,
    STATUS,
    USER_NAME,
    Problem,
    Spelling,
    problems_of,
)
from keyswitch.status import ObservedStatus, OnDestroy, Status

DESIRED_STATUS: Final = "desired_status"
ACCOUNT_ID: Final = "account_id"
CREATE_DATE: Final = "create_date"
CHANGED_AT: Final = "changed_at"
ADOPTED_STATUS: Final = "adopted_status"
COMPUTED: Final = (DESIRED_STATUS, ACCOUNT_ID, CREATE_DATE, CHANGED_AT, ADOPTED_STATUS)

USER_NAME_RESOLVED: Final = "user_name_resolved"
"""Whether user_name in the outputs was looked up, not declared: a refresh is given the outputs only
and has to tell the two apart."""


JUDGED_BY: Final = frozenset({ACCESS_KEY_ID, STATUS, USER_NAME})
"""The inputs without which a key cannot be judged."""


class Unknown(Enum):
    """Stands for an input whose value is not known in a preview."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True)
class Declaration:
    """What a program declares of one key; ``None`` stands for what it omits."""

    access_key_id: str
    status: Status
    user_name: str | None = None
    reason: str | None = None
    on_destroy: OnDestroy | None = None

    def to_inputs(self, status: Status | ObservedStatus | None = None) -> dict[str, str]:
        """A fresh bag that parses to this declaration, or to one of another ``status``."""
        given = {
            ACCESS_KEY_ID: self.access_key_id,
            STATUS: status or self.status,
            USER_NAME: self.user_name,
            REASON: self.reason,
            ON_DESTROY: self.on_destroy,
        }
        return {name: str(value) for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class Record:
    """What the engine keeps of one key between runs.

    ``user_name`` is the owner as resolved (``None`` for the root user), ``account_id`` empty where
    it was not asked for, ``changed_at`` empty until this program switches the key for the first
    time, ``adopted_status`` the status in which the key was found at adoption. Times are ISO 8601.
    """

    declaration: Declaration
    user_name: str | None
    status: ObservedStatus
    account_id: str
    create_date: str
    changed_at: str
    adopted_status: ObservedStatus

    def to_outputs(self) -> dict[str, Any]:
        """A fresh bag: the dynamic provider host writes a key of its own into what it is given."""
        return {
            **self.declaration.to_inputs(self.status),
            USER_NAME: self.user_name or "",
            DESIRED_STATUS: str(self.declaration.status),
            ACCOUNT_ID: self.account_id,
            CREATE_DATE: self.create_date,
            CHANGED_AT: self.changed_at,
            ADOPTED_STATUS: str(self.adopted_status),
            USER_NAME_RESOLVED: self.declaration.user_name is None,
        }


@dataclass(frozen=True)
class Parsed:
    """A declaration, or why there is none; ``unknown`` names the inputs not known yet.

    An unknown input is skipped: the declaration has the previous value in its place.
    """

    declaration: Declaration | None
    problems: tuple[Problem, ...] = ()
    unknown: frozenset[str] = frozenset()


def parse_inputs(
    bag: Mapping[str, object],
    previous: Declaration | None = None,
    spelling: Spelling = IN_PROGRAMS,
) -> Parsed:
    """Reads a program's inputs, finding every problem at once.

    :param bag: property to value, as ``spelling`` spells it; ``None`` counts as omitted,
        :data:`UNKNOWN` is skipped.
    :param previous: the recorded declaration, whose values stand in for unknown ones. Where there
        is none and a required input is unknown, there is no declaration.
    :param spelling: how this front spells the properties, also in its messages.
    """
    given = {_property(name, spelling): value for name, value in bag.items() if value is not None}
    known = {name: value for name, value in given.items() if value is not UNKNOWN}
    unknown = frozenset(given) - frozenset(known)
    problems = problems_of(given, known, spelling)
    if problems:
        return Parsed(None, tuple(problems), unknown)
    stand_ins = previous.to_inputs() if previous is not None else {}
    words = {name: stand_ins[name] for name in unknown if name in stand_ins}
    words.update({name: str(value) for name, value in known.items()})
    if any(name not in words for name in REQUIRED):
        return Parsed(None, (), unknown)
    return Parsed(_declaration(words), (), unknown)


def parse_outputs(bag: Mapping[str, object]) -> Record:
    """Reads what the engine kept.

    :raises KeyswitchError: KS501, if something that was written is not there.
    """
    resolved = bag.get(USER_NAME_RESOLVED)
    if not isinstance(resolved, bool):
        raise KeyswitchError(catalogue.UNREADABLE_STATE, property=USER_NAME_RESOLVED)
    declared = {name: bag.get(name) for name in (ACCESS_KEY_ID, USER_NAME, REASON, ON_DESTROY)}
    if resolved:
        del declared[USER_NAME]
    parsed = parse_inputs({**declared, STATUS: bag.get(DESIRED_STATUS)})
    if parsed.declaration is None:
        unusable = parsed.problems[0].property
        raise KeyswitchError(catalogue.UNREADABLE_STATE, property=unusable)
    return Record(
        declaration=parsed.declaration,
        user_name=_recorded_text(bag, USER_NAME) or None,
        status=_recorded_status(bag, STATUS),
        account_id=_recorded_text(bag, ACCOUNT_ID),
        create_date=_recorded_text(bag, CREATE_DATE),
        changed_at=_recorded_text(bag, CHANGED_AT),
        adopted_status=_recorded_status(bag, ADOPTED_STATUS),
    )


def _property(name: str, spelling: Spelling) -> str:
    """The property that is spelt ``name``; what is none keeps a name that no property has."""
    for known, spelt in spelling.items():
        if name == spelt:
            return known
    return f"{name} " if name in spelling else name


def _declaration(words: Mapping[str, str]) -> Declaration:
    on_destroy = words.get(ON_DESTROY)
    return Declaration(
        access_key_id=words[ACCESS_KEY_ID],
        status=Status(words[STATUS]),
        user_name=words.get(USER_NAME),
        reason=words.get(REASON),
        on_destroy=OnDestroy(on_destroy) if on_destroy is not None else None,
    )


def _recorded_text(bag: Mapping[str, object], name: str) -> str:
    value = bag.get(name)
    if not isinstance(value, str):
        raise KeyswitchError(catalogue.UNREADABLE_STATE, property=name)
    return value


def _recorded_status(bag: Mapping[str, object], name: str) -> ObservedStatus:
    try:
        return ObservedStatus(_recorded_text(bag, name))
    except ValueError:
        raise KeyswitchError(catalogue.UNREADABLE_STATE, property=name) from None
