"""The safeguards that a program declares for a key's switches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keyswitch.model.durations import Duration
from keyswitch.model.status import WhenUnmet


@dataclass(frozen=True)
class DeclaredSafeguards:
    """The safeguards as declared; ``None`` stands for what the program omits.

    :param unused_for: how long ago the key must have been used last.
    :param successor: the id of the user's key that must have been used since.
    :param overlap: how long ago that key must have been made.
    :param keep_one_active: whether another key of the user must stay Active.
    :param allow_own_key: whether a key that Pulumi authenticates with may be deactivated.
    :param allow_reactivation: whether a key that somebody else deactivated may be reactivated.
    :param refuse_quarantined: whether a user that AWS has quarantined keeps its keys off.
    :param unmet: what becomes of a switch that is not allowed; ``refuse`` if omitted.
    """

    unused_for: Duration | None = None
    successor: str | None = None
    overlap: Duration | None = None
    keep_one_active: bool | None = None
    allow_own_key: bool | None = None
    allow_reactivation: bool | None = None
    refuse_quarantined: bool | None = None
    unmet: WhenUnmet | None = None


NO_SAFEGUARDS: Final = DeclaredSafeguards()
"""What is declared where nothing is: the own key and reactivation are guarded all the same."""
