"""One call for each of many items, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from multiprocessing.pool import ThreadPool
from typing import Final, TypeVar

AT_A_TIME: Final = 8
"""Users of an account that are looked at in parallel. Botocore tries a throttled call again after a pause,
and all of them slow down together to the rate that AWS allows."""
T = TypeVar("T")
R = TypeVar("R")


def ask_all(
    items: Iterable[T],
    ask: Callable[[T], R],
    tell: Callable[[T, R], None],
    at_a_time: int = AT_A_TIME,
) -> None:
    """Asks about every item, and passes each answer on as soon as it is there, in no order.

    After a failure no further item is begun; of those under way, the answers are passed on. An interrupt
    ends it at once: the threads are daemons, and nobody waits for the calls that they are in.

    :param ask: called from several threads.
    :param tell: called by the caller's thread only.
    :raises Exception: the first that ``ask`` raised.
    """
    failures: list[Exception] = []

    def ask_unless_failed(item: T) -> tuple[T, R] | None:
        if failures:
            return None
        try:
            return item, ask(item)
        except Exception as error:  # noqa: BLE001 - raised again below
            failures.append(error)
            return None

    with ThreadPool(at_a_time) as pool:
        for answered in pool.imap_unordered(ask_unless_failed, items):
            if answered is not None:
                tell(*answered)
    if failures:
        raise failures[0]
