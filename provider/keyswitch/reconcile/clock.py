"""Time, as the reconciler needs it: to say when, and to wait."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timezone


@dataclass(frozen=True)
class Patience:
    """How long a switch may take to be seen, in seconds: IAM's reads follow its writes late.

    The pause between looks doubles from ``first_pause`` to ``longest_pause``.
    """

    limit: float = 30.0
    first_pause: float = 0.25
    longest_pause: float = 4.0


class Clock:
    """The time of day, and pauses."""

    def now(self) -> datetime:
        """The time of day in UTC."""
        return datetime.now(timezone.utc)

    def monotonic(self) -> float:
        """Seconds, never going back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Pauses this thread."""
        time.sleep(seconds)
