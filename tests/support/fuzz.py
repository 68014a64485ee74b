"""A time budget for what is drawn at random: ``KEYSWITCH_FUZZ_SECONDS`` for each test, by default one round."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from typing import ParamSpec

SECONDS = float(os.environ.get("KEYSWITCH_FUZZ_SECONDS", "0"))
P = ParamSpec("P")


def for_a_while(test: Callable[P, None]) -> Callable[P, None]:
    """Draws anew, each round from a seed of its own, until the budget is spent."""

    @functools.wraps(test)
    def rounds(*args: P.args, **kwargs: P.kwargs) -> None:
        until = time.monotonic() + SECONDS
        test(*args, **kwargs)
        while time.monotonic() < until:
            test(*args, **kwargs)

    return rounds
