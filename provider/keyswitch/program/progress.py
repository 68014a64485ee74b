"""How far a program's resources have come: for whoever has to go last, or to fail once all are through."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from keyswitch.plugin.process_state import QUIET_SECONDS

_LOOK_AGAIN_SECONDS: Final = 0.05
_LONGEST_STEP_SECONDS: Final = 60.0
"""How long a step is waited for whose end nobody tells, as of one that failed."""


class Progress:
    """Counts on the program's own thread.

    :ivar under_way: how many resources are declared and not through yet.
    """

    def __init__(self) -> None:
        self.under_way = 0
        self._judging = 0
        self._in_plugin: dict[str, float] = {}
        self._waiting = 0
        self._waiting_last = 0
        self._progressed = 0.0

    def begun(self) -> None:
        """One more resource is declared."""
        self.under_way += 1
        self._progressed = time.monotonic()

    def through(self, urn: str) -> None:
        """One of them is through."""
        self.under_way -= 1
        self._in_plugin.pop(urn, None)
        self._progressed = time.monotonic()

    @contextmanager
    def judging(self, urn: str) -> Iterator[None]:
        """Counts a step while its hook judges it; what the hook lets through is in the plugin's hands then."""
        self._judging += 1
        try:
            yield
            self._in_plugin[urn] = time.monotonic()
        finally:
            self._judging -= 1
            self._progressed = time.monotonic()

    async def others_first(self, *, last: bool) -> None:
        """Returns once every other resource is through, or none gets on any more.

        For the step of a key that signs the calls of the others, within :meth:`judging`. A resource that depends
        on such a key, or waits here itself, is not waited for.

        :param last: whether the key signs its own switch too: it waits for the other keys that sign as well.
        """
        self._waiting += 1
        self._waiting_last += last
        try:
            while self._is_before(last=last):  # noqa: ASYNC110 - time that passes ends it too
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        finally:
            self._waiting -= 1
            self._waiting_last -= last

    def _is_before(self, *, last: bool) -> bool:
        waiting = self._waiting_last if last else self._waiting
        return self.under_way > waiting and (self._waiting > waiting or self._may_get_on)

    @property
    def _may_get_on(self) -> bool:
        now = time.monotonic()
        begun = self._in_plugin.values()
        if any(now - since < _LONGEST_STEP_SECONDS for since in begun):
            return True
        return self._judging > self._waiting or now - self._progressed < QUIET_SECONDS
