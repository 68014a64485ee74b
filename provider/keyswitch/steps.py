"""How far a program's resources have come: for whoever has to go last, or to fail once all are through."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from keyswitch.phase import QUIET_SECONDS

_LOOK_AGAIN_SECONDS: Final = 0.05


class Steps:
    """Counts on the program's own thread.

    :ivar under_way: how many resources are declared and not through yet.
    """

    def __init__(self) -> None:
        self.under_way = 0
        self._judging = 0
        self._waiting = 0
        self._progressed = 0.0

    def begun(self) -> None:
        """One more resource is declared."""
        self.under_way += 1
        self._progressed = time.monotonic()

    def through(self) -> None:
        """One of them is through."""
        self.under_way -= 1
        self._progressed = time.monotonic()

    @contextmanager
    def judging(self) -> Iterator[None]:
        """Counts a step while its hook judges it."""
        self._judging += 1
        try:
            yield
        finally:
            self._judging -= 1
            self._progressed = time.monotonic()

    async def others_first(self) -> None:
        """Returns once every other resource is through, or none gets on any more.

        For the step of a key that signs the calls of the others, within :meth:`judging`. A resource that depends
        on such a key, or waits here itself, is not waited for.
        """
        self._waiting += 1
        while self.under_way > self._waiting and self._may_get_on:  # noqa: ASYNC110 - so does time
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        self._waiting -= 1

    @property
    def _may_get_on(self) -> bool:
        quiet = time.monotonic() - self._progressed
        return self._judging > self._waiting or quiet < QUIET_SECONDS
