"""Finds what no single input is wrong about, but two of them together."""

from __future__ import annotations

from collections.abc import Iterator

from keyswitch.messages import catalogue
from keyswitch.model.inputs import OVERRIDE, SAFEGUARDS, Spelling
from keyswitch.model.state import Declaration
from keyswitch.model.status import Status
from keyswitch.model.validation import Problem


def contradictions(declaration: Declaration, spelling: Spelling) -> Iterator[Problem]:
    """Every contradiction in what a program declares of one key.

    Asked of a program's own words only: after a refresh the inputs in state hold the live status
    next to what was declared for another.
    """
    safeguards = declaration.safeguards
    override = spelling[OVERRIDE]
    overlap, successor = (
        f"{spelling[SAFEGUARDS]}.{spelling[name]}" for name in ("overlap", "successor")
    )
    if declaration.override is not None and declaration.status is Status.ACTIVE:
        yield Problem(OVERRIDE, catalogue.OverrideOfActive(override=override))
    if safeguards.successor == declaration.access_key_id:
        yield Problem(SAFEGUARDS, catalogue.OwnSuccessor(successor=successor))
    if safeguards.overlap is not None and safeguards.successor is None:
        yield Problem(
            SAFEGUARDS, catalogue.OverlapWithoutSuccessor(overlap=overlap, successor=successor)
        )
