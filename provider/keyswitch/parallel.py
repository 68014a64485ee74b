"""One question about many things, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Final, Generic, TypeVar

AT_A_TIME: Final = 8
"""Users of an account that are looked at in parallel. Botocore tries a throttled call again after a pause,
and all of them slow down together to the rate that AWS allows."""
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class _Answer(Generic[T, R]):
    item: T
    value: R


def ask_all(
    items: Iterable[T],
    ask: Callable[[T], R],
    tell: Callable[[T, R], None],
    at_a_time: int = AT_A_TIME,
) -> None:
    """Asks about every item, and tells each answer as soon as it is there, in no order.

    After a failure no further item is begun; of those under way, the answers are told. An interrupt
    ends it at once: what was answered is told, and calls that are under way are left alone.

    :param items: taken one by one, as threads get free.
    :param ask: called from several threads.
    :param tell: called by the caller's thread only.
    :raises Exception: the first that ``ask`` raised.
    """
    asked = _Asked(iter(items), ask)
    for _ in range(at_a_time):
        # Daemons: the process does not wait for a call that nobody waits for any more.
        Thread(target=asked.work, daemon=True).start()
    try:
        for _ in range(at_a_time):
            for answer in asked.until_a_thread_ends():
                tell(answer.item, answer.value)
    except KeyboardInterrupt:
        for answer in asked.at_hand():
            tell(answer.item, answer.value)
        raise
    finally:
        asked.ended.set()
    if asked.failure is not None:
        raise asked.failure


class _Asked(Generic[T, R]):
    """What the threads share."""

    def __init__(self, items: Iterator[T], ask: Callable[[T], R]) -> None:
        self._items = items
        self._ask = ask
        self._taking = Lock()
        self._answers: SimpleQueue[_Answer[T, R] | None] = SimpleQueue()
        self.ended = Event()
        self.failure: Exception | None = None

    def work(self) -> None:
        """Until there is nothing left, or something failed."""
        try:
            while not self.ended.is_set():
                with self._taking:
                    try:
                        item = next(self._items)
                    except StopIteration:
                        break
                self._answers.put(_Answer(item, self._ask(item)))
        except Exception as error:  # noqa: BLE001 - raised again by the thread that asked
            self.failure = self.failure or error
            self.ended.set()
        finally:
            self._answers.put(None)

    def until_a_thread_ends(self) -> Iterator[_Answer[T, R]]:
        """The answers that come until one of the threads is through."""
        while (answer := self._answers.get()) is not None:
            yield answer

    def at_hand(self) -> Iterator[_Answer[T, R]]:
        """The answers that are there already."""
        while not self._answers.empty():
            if (answer := self._answers.get()) is not None:
                yield answer
