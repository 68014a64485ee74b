"""Blocking work for the program's event loop, out of the way of the SDK's own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Runs blocking ``work`` in a daemon thread of its own.

    The event loop's default executor is full of the SDK's blocked calls, which wait for this very
    hook: work handed to it would never start (from 32 keys on).
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def finish(result: T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 - carried over to the waiting hook whole
            error = raised
        try:
            loop.call_soon_threadsafe(finish, result, error)
        except RuntimeError:
            # The program has ended, and its loop with it: nobody waits for this answer.
            return

    threading.Thread(target=run, daemon=True, name="keyswitch-hook").start()
    return await done
