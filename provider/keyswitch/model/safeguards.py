"""The safeguards that a program declares for a key's switches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keyswitch.model.durations import Duration
from keyswitch.model.status import WhenUnmet


@dataclass(frozen=True)
class DeclaredSafeguards:
    """The safeguards as declared, see :data:`~keyswitch.model.inputs.IN_SAFEGUARDS`; ``None`` stands for what the program omits."""

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
