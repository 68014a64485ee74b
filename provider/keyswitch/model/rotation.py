"""A rotation's inputs, and those of its two keys that follow from them. Property names are public for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from keyswitch.messages import catalogue
from keyswitch.model import validators
from keyswitch.model.cross_validation import contradictions
from keyswitch.model.durations import Duration
from keyswitch.model.inputs import (
    ACCESS_KEY_ID,
    ACCOUNT,
    ACTIVE_UNTIL,
    BY_NAME,
    IN_ACCOUNT,
    IN_CAMEL_CASE,
    IN_PROGRAMS,
    OVERRIDE,
    REASON,
    SAFEGUARDS,
    STATUS,
    USER_NAME,
    WARN_BEFORE,
    Input,
    Spelling,
    by_property,
)
from keyswitch.model.parsing import UNKNOWN, parse_inputs
from keyswitch.model.state import Declaration
from keyswitch.model.status import Status, WhenUnmet
from keyswitch.model.validation import Problem, problems_of

CURRENT: Final = "current"
PREVIOUS: Final = "previous"
OVERLAP: Final = "overlap"
UNUSED_FOR: Final = "unused_for"
SOAK: Final = "soak"
STAGE: Final = "stage"
"""Of the outputs."""
_ALLOW_REACTIVATION: Final = "allow_reactivation"
_REFUSE_QUARANTINED: Final = "refuse_quarantined"

OF_A_ROTATION: Final = (
    replace(BY_NAME[USER_NAME], says="the IAM user whose keys they are.", required=True),
    Input(CURRENT, "the id of the key to be used.", validators.access_key_id, required=True),
    Input(
        PREVIOUS,
        "the id of the key that it replaces; omitted or empty, there is nothing to rotate.",
        validators.access_key_id,
    ),
    Input(
        OVERLAP,
        "how long both stay Active, counted from the creation of the current key; a duration such as ``7d``, ``36h`` "
        "or ``1h30m``.",
        validators.duration,
        Duration.read,
        default="7d",
    ),
    Input(
        UNUSED_FOR,
        "how long ago the previous key must have been used last; without it, keyswitch deactivates that key once the "
        "current key was the last one used, even if both are still in use.",
        validators.duration,
        Duration.read,
    ),
    Input(
        SOAK,
        "how long the previous key stays Inactive before ``stage`` says that it may be deleted, counted from its "
        "deactivation; a duration.",
        validators.duration,
        Duration.read,
        default="14d",
    ),
    replace(
        BY_NAME[ACTIVE_UNTIL],
        says="until when the current key is declared Active: a date such as ``2027-03-31``, the whole of which counts, "
        "in UTC, or a moment with its offset. The first run after that deactivates the current key. Give a later one "
        "with each new current key.",
    ),
    BY_NAME[WARN_BEFORE],
    replace(BY_NAME[REASON], says="why, recorded with both keys."),
    Input(
        _ALLOW_REACTIVATION,
        "the current key may be one that is Inactive, as when a rotation is taken back.",
        validators.boolean,
        bool,
    ),
    Input(
        _REFUSE_QUARANTINED,
        "the current key is activated only if the user has no ``AWSCompromisedKeyQuarantine*`` policy.",
        validators.boolean,
        bool,
    ),
    replace(
        BY_NAME[OVERRIDE],
        says="why the previous key is deactivated at once, despite overlap and first use.",
    ),
    replace(
        BY_NAME[ACCOUNT], says="the account that both keys are in, if it is not the stack's own."
    ),
)
"""The inputs of a rotation, as programs write them."""
DEFAULTS: Final = {each.name: each.default for each in OF_A_ROTATION if each.default}
_SPELLING: Final[Spelling] = {**IN_PROGRAMS, **{each.name: each.name for each in OF_A_ROTATION}}
ROTATIONS_IN_CAMEL_CASE: Final[Spelling] = {
    **IN_CAMEL_CASE,
    **{each.name: each.in_camel_case for each in OF_A_ROTATION},
}
_OF_BOTH: Final = (USER_NAME, REASON, ACCOUNT)

Bag = Mapping[str, Any]


@dataclass(frozen=True)
class DeclaredRotation:
    """A rotation that nothing is wrong with, read before any resource is declared.

    :ivar inputs: by property name, those of the account too, as a program gives them.
    :ivar current: what the key to be used is declared as.
    :ivar previous: what the key that it replaces is declared as; ``None`` if there is none.
    """

    name: str
    inputs: Bag
    current: Declaration
    previous: Declaration | None

    @property
    def keys(self) -> tuple[Declaration, ...]:
        """Both keys, or the one there is."""
        return (self.current,) if self.previous is None else (self.current, self.previous)


@dataclass(frozen=True)
class ParsedRotation:
    """A rotation, or why there is none; neither where something that it needs is not known yet."""

    rotation: DeclaredRotation | None
    problems: tuple[Problem, ...] = ()


def parse_rotation(bag: Bag, name: str, shown: str, now: datetime) -> ParsedRotation:
    """Reads the inputs of a rotation as the register spells them, finding every problem at once.

    :param bag: input to value; :data:`~keyswitch.model.parsing.UNKNOWN` for a value that is encrypted.
    :param name: the logical name.
    :param shown: what messages call the rotation.
    :param now: an aware moment, by which an ``activeUntil`` is over or not.
    """
    spelling = ROTATIONS_IN_CAMEL_CASE
    given = by_property(bag, OF_A_ROTATION, spelling)
    if has_no_previous(given):
        given.pop(PREVIOUS, None)
    known = {each: value for each, value in given.items() if value is not UNKNOWN}
    problems = problems_of(given, known, spelling, OF_A_ROTATION)
    if PREVIOUS not in given and OVERRIDE in given:
        problems.append(Problem(OVERRIDE, catalogue.OverrideOfNoKey(name=shown)))
    if PREVIOUS in known and known[PREVIOUS] == known.get(CURRENT):
        problems.append(Problem(PREVIOUS, catalogue.OwnSuccessor(successor=CURRENT)))
    if problems or CURRENT not in known or given.get(PREVIOUS) is UNKNOWN:
        return ParsedRotation(None, tuple(problems))
    account = known.get(ACCOUNT)
    if isinstance(account, Mapping):
        known[ACCOUNT] = by_property(account, IN_ACCOUNT, spelling)
    current = parse_inputs(inputs_of_current(known)).declaration
    previous = None
    if PREVIOUS in known:
        previous = parse_inputs(inputs_of_previous(known)).declaration
    if current is None:
        return ParsedRotation(None)
    unknown = frozenset(given) - frozenset(known)
    found = tuple(contradictions(current, spelling, now, unknown))
    if previous is not None:
        previous = previous.as_of(now)
    return ParsedRotation(DeclaredRotation(name, known, current.as_of(now), previous), found)


def name_of(which: str, rotation: str) -> str:
    """The logical name of a key of a rotation, which is public for ever.

    :param which: ``current`` or ``previous``.
    """
    return f"{rotation}-{which}"


def inputs_of_current(given: Bag) -> dict[str, Any]:
    """What the key to be used is declared as.

    :param given: inputs of a rotation by property name; only whether a value is there is looked at, so that values
        may be ones that are known later.
    """
    # An incident of the previous key is not held up by what is wrong with the current one.
    unmet = WhenUnmet.REFUSE if given.get(OVERRIDE) is None else WhenUnmet.HOLD
    safeguards = _said(given, _ALLOW_REACTIVATION, _REFUSE_QUARANTINED)
    return {
        ACCESS_KEY_ID: given[CURRENT],
        STATUS: str(Status.ACTIVE),
        **_said(given, *_OF_BOTH, ACTIVE_UNTIL, WARN_BEFORE),
        SAFEGUARDS: {**safeguards, "unmet": str(unmet)},
    }


def inputs_of_previous(given: Bag) -> dict[str, Any]:
    """What the key that is rotated out is declared as: it waits in as many runs as that takes."""
    overlap = given.get(OVERLAP)
    return {
        ACCESS_KEY_ID: given[PREVIOUS],
        STATUS: str(Status.INACTIVE),
        **_said(given, *_OF_BOTH, OVERRIDE),
        SAFEGUARDS: {
            **_said(given, UNUSED_FOR),
            "successor": given[CURRENT],
            "overlap": DEFAULTS[OVERLAP] if overlap is None else overlap,
            "unmet": str(WhenUnmet.HOLD),
        },
    }


def has_no_previous(given: Bag) -> bool:
    """Whether the inputs say that there is no previous key; what is not known yet may be one."""
    previous = given.get(PREVIOUS)
    return previous is None or (isinstance(previous, str) and previous == "")


def problems_of_rotation(given: Bag, resource_name: str) -> list[Problem]:
    """What is wrong with the inputs of a rotation that neither of its keys would report.

    :param given: by property name; :data:`~keyswitch.model.parsing.UNKNOWN` for what is not known yet.
    :param resource_name: the logical name.
    """
    spans = {
        name: given[name]
        for name in (OVERLAP, SOAK)
        if given.get(name) is not None and given[name] is not UNKNOWN
    }
    found = problems_of(given, spans, _SPELLING, OF_A_ROTATION)
    if has_no_previous(given) and given.get(OVERRIDE) is not None:
        found.append(Problem(OVERRIDE, catalogue.OverrideOfNoKey(name=resource_name)))
    return found


def _said(given: Bag, *names: str) -> dict[str, Any]:
    """Those that are given; a boolean that is false says nothing."""
    values = {name: given.get(name) for name in names}
    return {
        name: value for name, value in values.items() if value is not None and value is not False
    }
