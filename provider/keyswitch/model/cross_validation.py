"""Finds what no single input is wrong about, but two of them together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from keyswitch.messages import catalogue
from keyswitch.model.inputs import (
    ACTIVE_UNTIL,
    OVERRIDE,
    SAFEGUARDS,
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
    :param unknown: the inputs not known yet, in whose place the declaration has others or none.
    """
    safeguards = declaration.safeguards
    override = spelling[OVERRIDE]
    overlap, successor = (
        f"{spelling[SAFEGUARDS]}.{spelling[name]}" for name in ("overlap", "successor")
    )
    yield from _of_the_end(declaration, spelling, now, unknown)
    overridden = declaration.override is not None and declaration.active_until is None
    if overridden and declaration.status is Status.ACTIVE:
        yield Problem(OVERRIDE, catalogue.OverrideOfActive(override=override))
    if safeguards.successor == declaration.access_key_id:
        yield Problem(SAFEGUARDS, catalogue.OwnSuccessor(successor=successor))
    if safeguards.overlap is not None and safeguards.successor is None:
        yield Problem(
            SAFEGUARDS, catalogue.OverlapWithoutSuccessor(overlap=overlap, successor=successor)
        )


def _of_the_end(
    declaration: Declaration, spelling: Spelling, now: datetime, unknown: Collection[str]
) -> Iterator[Problem]:
    if ACTIVE_UNTIL in unknown:
        return
    until, spelt = declaration.active_until, spelling[ACTIVE_UNTIL]
    if until is None:
        if declaration.warn_before is not None:
            nothing = catalogue.WarnBeforeNothing(
                warn_before=spelling[WARN_BEFORE], active_until=spelt
            )
            yield Problem(WARN_BEFORE, nothing)
    elif declaration.override is not None:
        both = catalogue.OverrideWithActiveUntil(override=spelling[OVERRIDE], active_until=spelt)
        yield Problem(ACTIVE_UNTIL, both)
    elif declaration.status is Status.INACTIVE and not until.is_over(now):
        yield Problem(ACTIVE_UNTIL, catalogue.ActiveUntilOfInactive(active_until=spelt))
