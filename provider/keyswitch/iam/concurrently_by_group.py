"""One call for each of many items that belong to groups: within one bound for all of them together.

A group is opened first (an account is entered, its users are listed), which takes a call too. Groups that are open go
before groups that are not, so that few are open at a time and each is given up as soon as it is done with.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Final, Generic, TypeVar

from keyswitch.iam.concurrently import AT_A_TIME

AT_A_TIME_IN_ALL: Final = 2 * AT_A_TIME
"""Calls at a time in all groups together. AWS limits the calls of each account by itself."""

G = TypeVar("G")
I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")
Opened = tuple[Sequence[I], Callable[[I], R]]
"""The items of a group, and how each is asked about, from several threads."""


def ask_all_groups(
    groups: Sequence[G],
    open_group: Callable[[G], Opened[I, R]],
    tell: Callable[[G, I, R], None],
    end: Callable[[G, Exception | None], None],
    *,
    at_a_time: int = AT_A_TIME_IN_ALL,
    at_a_time_of_one: int = AT_A_TIME,
) -> None:
    """Opens every group, asks about every item, and passes each answer on as soon as it is there, in no order.

    A failure ends its own group only: no further item of it is begun, and of those under way the answers are passed
    on. An interrupt, or what ``tell`` and ``end`` raise, ends it at once: the threads are daemons, and nobody waits for
    the calls that they are in.

    :param open_group: called from several threads.
    :param tell: called by the caller's thread only, with an item's answer.
    :param end: called by the caller's thread only, once for each group after all of its answers; with what opening it
        or asking about one of its items raised first, or ``None``.
    :param at_a_time: the most calls at a time, to open groups and to ask about items.
    :param at_a_time_of_one: the most items of one group at a time.
    """
    work = _Work(groups, open_group, at_a_time_of_one)
    for _ in range(min(at_a_time, max(len(groups) * at_a_time_of_one, 1))):
        threading.Thread(target=work.run, daemon=True).start()
    try:
        left = len(groups)
        while left:
            event = work.events.get()
            if isinstance(event, _Answer):
                tell(event.group, event.item, event.answer)
            else:
                left -= 1
                end(event.group, event.failure)
    finally:
        work.stop()


class _Answer(Generic[G, I, R]):
    def __init__(self, group: G, item: I, answer: R) -> None:
        self.group = group
        self.item = item
        self.answer = answer


class _Group(Generic[G, I, R]):
    """A group that is being opened or asked about, with how many calls are under way for it."""

    def __init__(self, group: G) -> None:
        self.group = group
        self.calls = 1
        self.left: deque[I] = deque()
        self.ask: Callable[[I], R] | None = None
        self.failure: Exception | None = None


class _Work(Generic[G, I, R]):
    """What the threads share."""

    def __init__(
        self, groups: Sequence[G], open_group: Callable[[G], Opened[I, R]], at_a_time_of_one: int
    ) -> None:
        self.events: SimpleQueue[_Answer[G, I, R] | _Group[G, I, R]] = SimpleQueue()
        self._to_come = deque(groups)
        self._open_group = open_group
        self._of_one = at_a_time_of_one
        self._begun: list[_Group[G, I, R]] = []
        self._changed = threading.Condition()

    def run(self) -> None:
        """What each thread does until there is nothing left."""
        while (found := self._next()) is not None:
            group, items = found
            try:
                self._do(group, items)
            except Exception as error:  # noqa: BLE001 - passed on with the end of the group
                with self._changed:
                    group.failure = group.failure or error
                    group.left.clear()
            self._done(group)

    def stop(self) -> None:
        """Has no further call begun."""
        with self._changed:
            self._to_come.clear()
            for group in self._begun:
                group.left.clear()
            self._changed.notify_all()

    def _next(self) -> tuple[_Group[G, I, R], tuple[I, ...]] | None:
        """A group with the item to be asked about, or with none if it is to be opened; ``None`` at the end."""
        with self._changed:
            while self._begun or self._to_come:
                for group in self._begun:
                    if group.left and group.calls < self._of_one:
                        group.calls += 1
                        return group, (group.left.popleft(),)
                if self._to_come:
                    begun: _Group[G, I, R] = _Group(self._to_come.popleft())
                    self._begun.append(begun)
                    return begun, ()
                self._changed.wait()
            return None

    def _do(self, group: _Group[G, I, R], items: tuple[I, ...]) -> None:
        if not items:
            found, ask = self._open_group(group.group)
            with self._changed:
                group.ask = ask
                group.left.extend(found)
            return
        for item in items:
            if group.ask is not None:
                self.events.put(_Answer(group.group, item, group.ask(item)))

    def _done(self, group: _Group[G, I, R]) -> None:
        with self._changed:
            group.calls -= 1
            if not group.calls and not group.left:
                self._begun.remove(group)
                group.ask = None
                self.events.put(group)
            self._changed.notify_all()
