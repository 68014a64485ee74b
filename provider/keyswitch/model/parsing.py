"""The one place where bags of properties become typed values.

Inputs are parsed to a :class:`~keyswitch.model.state.Declaration` or to every problem found, by
name; the state that the engine keeps is parsed to a :class:`~keyswitch.model.state.Record`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, Final

from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError, line
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.cross_validation import contradictions
from keyswitch.model.inputs import (
    ACCESS_KEY_ID,
    ACCOUNT,
    ACTIVE_UNTIL,
    IN_PROGRAMS,
    INPUTS,
    MOVED_FROM,
    OF_A_KEY,
    OVERRIDE,
    STATUS,
    USER_NAME,
    Spelling,
    by_property,
    typed,
)
from keyswitch.model.pending import Pending
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
    Declaration,
    Record,
)
from keyswitch.model.status import DeactivatedBy, ObservedStatus, Status
from keyswitch.model.validation import Problem, problems_of
from keyswitch.model.validators import access_key_id


class Unknown(Enum):
    """Stands for an input whose value is not known in a preview."""

    UNKNOWN = "unknown"


_HANDED_ON: Final = (
    ACCESS_KEY_ID,
    STATUS,
    USER_NAME,
    USER_NAME_RESOLVED,
    DESIRED_STATUS,
    ACTIVE_UNTIL,
    ACCOUNT_ID,
    CREATE_DATE,
    CHANGED_AT,
    ADOPTED_STATUS,
    STATUS_SINCE,
    PENDING,
)
UNKNOWN: Final = Unknown.UNKNOWN


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
    own = {name: value for name, value in bag.items() if name != MOVED_FROM}
    given = by_property(own, OF_A_KEY, spelling)
    known = {name: value for name, value in given.items() if value is not UNKNOWN}
    unknown = frozenset(given) - frozenset(known)
    problems = problems_of(given, known, spelling)
    if problems:
        return Parsed(None, tuple(problems), unknown)
    stand_ins = previous.to_inputs() if previous is not None else {}
    stood_in = {name: stand_ins[name] for name in unknown if name in stand_ins}
    whole = {**stood_in, **known}
    if any(each.required and each.name not in whole for each in OF_A_KEY):
        return Parsed(None, (), unknown)
    for each in OF_A_KEY:
        value = known.get(each.name)
        if each.parts and isinstance(value, Mapping):
            whole[each.name] = by_property(value, each.parts, spelling)
    return Parsed(Declaration(**typed(whole)), (), unknown)


def parse_program(bag: Mapping[str, object], record: Record | None, now: datetime) -> Parsed:
    """Reads a program's own words, in which contradictions count too.

    A state is another thing: there a refresh has put the live status next to what was declared for
    another.

    :param bag: see :func:`parse_inputs`.
    :param record: what is recorded of the key, ``None`` if it is to be adopted.
    :param now: an aware moment.
    """
    parsed = parse_inputs(bag, previous=record.declared if record else None)
    if parsed.declaration is None:
        return parsed
    found = tuple(contradictions(parsed.declaration, IN_PROGRAMS, now, parsed.unknown))
    return replace(parsed, problems=found)


class DeclarationError(KeyswitchError):
    """Everything that is wrong with what a program declares of one key."""

    def __init__(self, problems: Sequence[Problem], attempt: Attempt | str | None) -> None:
        first, *others = problems
        super().__init__(first.message, attempt, None, also=others)
        self.lines = [line(each.message, attempt) for each in problems]
        self._problems, self._attempt = problems, attempt

    def without_values_of(self, properties: Collection[str]) -> DeclarationError:
        """The same, without the values of properties that the program keeps secret."""
        problems = [
            each.without_value() if each.property in properties else each for each in self._problems
        ]
        return DeclarationError(problems, self._attempt)


def declaration_error(problems: Sequence[Problem], bag: Mapping[str, object]) -> DeclarationError:
    """Everything that is wrong with a declaration as one error.

    :param problems: at least one.
    :param bag: what was declared; the key is named where its id is one.
    """
    declared = bag.get(ACCESS_KEY_ID)
    is_one = access_key_id(declared, ACCESS_KEY_ID) is None
    return DeclarationError(problems, Attempt("declaring", str(declared)) if is_one else None)


def account_of(value: object) -> DeclaredAccount | None:
    """The account in an input, ``None`` for the stack's own and for what cannot be read."""
    of_some_key = {ACCESS_KEY_ID: "A" * 20, STATUS: str(Status.INACTIVE), ACCOUNT: value}
    parsed = parse_inputs(of_some_key)
    return parsed.declaration.account if parsed.declaration is not None else None


def parse_outputs(bag: Mapping[str, object]) -> Record:
    """Reads what the engine kept.

    :raises KeyswitchError: KS501, if something that was written is not there.
    """
    resolved = bag.get(USER_NAME_RESOLVED)
    if not isinstance(resolved, bool):
        raise KeyswitchError(catalogue.UnreadableState(property=USER_NAME_RESOLVED))
    declared = {name: bag.get(name) for name in INPUTS}
    if resolved:
        del declared[USER_NAME]
    parsed = parse_inputs({**declared, STATUS: bag.get(DESIRED_STATUS)})
    if parsed.declaration is None:
        unusable = parsed.problems[0].property
        raise KeyswitchError(catalogue.UnreadableState(property=unusable))
    return Record(
        declaration=parsed.declaration,
        user_name=_recorded_text(bag, USER_NAME) or None,
        status=_recorded_status(bag, STATUS),
        account_id=_recorded_text(bag, ACCOUNT_ID),
        create_date=_recorded_text(bag, CREATE_DATE),
        changed_at=_recorded_text(bag, CHANGED_AT),
        adopted_status=_adopted_status(bag),
        status_since=_recorded_text({STATUS_SINCE: "", **bag}, STATUS_SINCE),
        pending=_recorded_pending({PENDING: "", **bag}),
        deactivated_by=_recorded_deactivated_by(bag),
    )


def handed_on(record: Record) -> dict[str, Any]:
    """A bag of what a key keeps when it moves to another name: all but its program's own words.

    The end is kept, as by it the status is known for one that nobody declared in so many words.
    """
    whole = record.to_outputs()
    names = (*_HANDED_ON, DEACTIVATED_BY)
    kept: dict[str, Any] = {name: whole[name] for name in names if name in whole}
    if record.declaration.override is not None:
        kept[OVERRIDE] = NOT_KEPT
    return kept


def taken_over(bag: Mapping[str, object]) -> Record | None:
    """The record in an input :data:`~keyswitch.model.inputs.MOVED_FROM`; ``None`` where there is none."""
    handed = bag.get(MOVED_FROM)
    return parse_outputs(handed) if isinstance(handed, Mapping) else None


def _recorded_text(bag: Mapping[str, object], name: str) -> str:
    value = bag.get(name)
    if not isinstance(value, str):
        raise KeyswitchError(catalogue.UnreadableState(property=name))
    return value


def _recorded_status(bag: Mapping[str, object], name: str) -> ObservedStatus:
    try:
        return ObservedStatus(_recorded_text(bag, name))
    except ValueError:
        raise KeyswitchError(catalogue.UnreadableState(property=name)) from None


def _adopted_status(bag: Mapping[str, object]) -> ObservedStatus:
    """No key is adopted in a status that is not known."""
    status = _recorded_status(bag, ADOPTED_STATUS)
    if not status.is_known:
        raise KeyswitchError(catalogue.UnreadableState(property=ADOPTED_STATUS))
    return status


def _recorded_deactivated_by(bag: Mapping[str, object]) -> DeactivatedBy | None:
    """``None`` for a state from before this was recorded."""
    if bag.get(DEACTIVATED_BY) is None:
        return None
    try:
        return DeactivatedBy(_recorded_text(bag, DEACTIVATED_BY))
    except ValueError:
        raise KeyswitchError(catalogue.UnreadableState(property=DEACTIVATED_BY)) from None


def _recorded_pending(bag: Mapping[str, object]) -> Pending | None:
    try:
        return Pending.read(_recorded_text(bag, PENDING))
    except ValueError:
        raise KeyswitchError(catalogue.UnreadableState(property=PENDING)) from None
