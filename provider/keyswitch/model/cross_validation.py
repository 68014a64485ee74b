"""Finds what no single input is wrong about, but two of them together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from keyswitch.messages import catalogue
from keyswitch.model.inputs import (
    ACCESS_KEY_ID,
    ACTIVE_UNTIL,
    OVERRIDE,
    SAFEGUARDS,
    STATUS,
    WARN_BEFORE,
    Spelling,
)
from keyswitch.model.state import Declaration
from keyswitch.model.status import Status
from keyswitch.model.validation import Problem


def contradictions(
    declaration: Declaration,
    spelling: Spelling,
    now: datetime,
    unknown: Collection[str] = (),
) -> Iterator[Problem]:
    """Every contradiction in what a program declares of one key.

    Asked of a program's own words only: after a refresh the inputs in state hold the live status
    next to what was declared for another.

    :param now: an aware moment. Of a key that was declared Active until before then, Check has set the status to
        Inactive.
    :param unknown: the inputs not known yet, in whose place the declaration has others or none: with one of them
        nothing contradicts another.
    """
    judged = (
        *_of_the_end(declaration, spelling, now),
        *_of_the_override(declaration, spelling),
        *_of_the_safeguards(declaration, spelling),
    )
    for problem, inputs in judged:
        if inputs.isdisjoint(unknown):
            yield problem


_Judged = Iterator[tuple[Problem, frozenset[str]]]
"""A problem, and the inputs that contradict each other in it."""


def _of_the_end(declaration: Declaration, spelling: Spelling, now: datetime) -> _Judged:
    until, spelt = declaration.active_until, spelling[ACTIVE_UNTIL]
    if until is None:
        if declaration.warn_before is not None:
            nothing = catalogue.WarnBeforeNothing(
                warn_before=spelling[WARN_BEFORE], active_until=spelt
            )
            yield Problem(WARN_BEFORE, nothing), frozenset({WARN_BEFORE, ACTIVE_UNTIL})
    elif declaration.override is not None:
        both = catalogue.OverrideWithActiveUntil(override=spelling[OVERRIDE], active_until=spelt)
        yield Problem(ACTIVE_UNTIL, both), frozenset({OVERRIDE, ACTIVE_UNTIL})
    elif declaration.status is Status.INACTIVE and not until.is_over(now):
        inactive = catalogue.ActiveUntilOfInactive(active_until=spelt)
        yield Problem(ACTIVE_UNTIL, inactive), frozenset({STATUS, ACTIVE_UNTIL})


def _of_the_override(declaration: Declaration, spelling: Spelling) -> _Judged:
    overridden = declaration.override is not None and declaration.active_until is None
    if overridden and declaration.status is Status.ACTIVE:
        active = catalogue.OverrideOfActive(override=spelling[OVERRIDE])
        yield Problem(OVERRIDE, active), frozenset({STATUS, OVERRIDE})


def _of_the_safeguards(declaration: Declaration, spelling: Spelling) -> _Judged:
    safeguards = declaration.safeguards
    overlap, successor = (
        f"{spelling[SAFEGUARDS]}.{spelling[name]}" for name in ("overlap", "successor")
    )
    if safeguards.successor == declaration.access_key_id:
        own = catalogue.OwnSuccessor(successor=successor)
        yield Problem(SAFEGUARDS, own), frozenset({ACCESS_KEY_ID, SAFEGUARDS})
    if safeguards.overlap is not None and safeguards.successor is None:
        of_nothing = catalogue.OverlapWithoutSuccessor(overlap=overlap, successor=successor)
        yield Problem(SAFEGUARDS, of_nothing), frozenset({SAFEGUARDS})
