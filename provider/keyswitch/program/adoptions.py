"""What a preview says of the single keys that are adopted as they are: one line, if there are many."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi.resource import DependencyResource

from keyswitch.messages import catalogue
from keyswitch.messages.format import line
from keyswitch.reconcile.batch_plan import ADOPTED_ONE_BY_ONE


class Adoptions:
    """Keeps the notes until all of a program's resources are through."""

    def __init__(self) -> None:
        self._notes: dict[str, Sequence[str]] = {}

    def note(self, urn: str, notes: Sequence[str]) -> None:
        """Keeps what there is to say of a key that is adopted without a change."""
        self._notes[urn] = notes

    def tell(self) -> None:
        """Shows each note on its row, or one line for all of them (KS225)."""
        kept, self._notes = self._notes, {}
        if len(kept) > ADOPTED_ONE_BY_ONE:
            pulumi.log.info(line(catalogue.AdoptedTogether(count=len(kept)), "the stack"))
            return
        for urn, notes in kept.items():
            for note in notes:
                pulumi.log.info(note, resource=DependencyResource(urn))
