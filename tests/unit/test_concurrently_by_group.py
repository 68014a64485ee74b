"""Items of several groups, asked about within one bound."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from keyswitch.iam.concurrently_by_group import ask_all_groups


@dataclass
class Asked:
    """Counts the calls under way, in all and of each group, and the groups that are open."""

    now: int = 0
    most: int = 0
    most_of_one: int = 0
    most_open: int = 0
    open: set[str] = field(default_factory=set)
    of_one: dict[str, int] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, group: str) -> None:
        with self.lock:
            self.open.add(group)
            self.now += 1
            self.of_one[group] = self.of_one.get(group, 0) + 1
            self.most = max(self.most, self.now)
            self.most_of_one = max(self.most_of_one, self.of_one[group])
            self.most_open = max(self.most_open, len(self.open))

    def end(self, group: str) -> None:
        with self.lock:
            self.now -= 1
            self.of_one[group] -= 1


def opener(
    asked: Asked, items: Callable[[str], int], ask: Callable[[str, int], int] = lambda _, n: n
) -> Callable[[str], tuple[Sequence[int], Callable[[int], int]]]:
    def open_group(group: str) -> tuple[Sequence[int], Callable[[int], int]]:
        def ask_item(item: int) -> int:
            asked.begin(group)
            try:
                asked.log.append(f"{group} {item}")
                return ask(group, item)
            finally:
                asked.end(group)

        asked.begin(group)
        asked.end(group)
        return range(items(group)), ask_item

    return open_group


GROUPS = [f"group-{number:02d}" for number in range(30)]


def test_every_item_of_every_group_is_passed_on_before_the_end_of_its_group() -> None:
    asked = Asked()
    told: list[tuple[str, int]] = []
    ended: list[str] = []

    def tell(group: str, item: int, answer: int) -> None:
        assert group not in ended
        assert answer == item
        told.append((group, item))

    def end(group: str, failure: Exception | None) -> None:
        assert failure is None
        ended.append(group)
        asked.open.discard(group)

    ask_all_groups(GROUPS, opener(asked, lambda group: int(group[-2:]) % 4), tell, end)

    assert sorted(ended) == GROUPS
    assert sorted(told) == [
        (group, item) for group in GROUPS for item in range(int(group[-2:]) % 4)
    ]


def test_all_groups_together_keep_to_one_bound_and_each_to_its_own() -> None:
    asked = Asked()
    met = threading.Barrier(6, timeout=10)
    meeting = iter(range(6))

    def ask(_group: str, item: int) -> int:
        if next(meeting, None) is not None:
            met.wait()
        return item

    ask_all_groups(
        GROUPS,
        opener(asked, lambda _: 5, ask),
        lambda *_: None,
        lambda *_: None,
        at_a_time=6,
        at_a_time_of_one=3,
    )

    assert asked.most == 6
    assert asked.most_of_one <= 3
    assert len(asked.log) == 5 * len(GROUPS)


def test_an_open_group_goes_before_the_next_so_that_few_are_open() -> None:
    asked = Asked()
    ask_all_groups(
        GROUPS,
        opener(asked, lambda _: 3),
        lambda *_: None,
        lambda *_: None,
        at_a_time=1,
    )

    assert asked.log == [f"{group} {item}" for group in GROUPS for item in range(3)]


def test_a_failure_ends_its_own_group_only() -> None:
    asked = Asked()
    failures: dict[str, Exception | None] = {}
    told: list[str] = []

    def ask(group: str, item: int) -> int:
        if (group, item) == ("group-03", 1):
            raise ValueError("third")
        return item

    def open_group(group: str) -> tuple[Sequence[int], Callable[[int], int]]:
        if group == "group-05":
            raise OSError("fifth")
        return opener(asked, lambda _: 20, ask)(group)

    ask_all_groups(
        GROUPS,
        open_group,
        lambda group, *_: told.append(group),
        failures.__setitem__,
        at_a_time=4,
        at_a_time_of_one=2,
    )

    assert {group: str(error) for group, error in failures.items() if error} == {
        "group-03": "third",
        "group-05": "fifth",
    }
    assert told.count("group-03") <= 3
    assert all(told.count(g) == 20 for g in GROUPS if g not in ("group-03", "group-05"))


@pytest.mark.parametrize("where", ["tell", "end"])
def test_what_the_callers_own_thread_raises_ends_it_and_nothing_further_is_begun(
    where: str,
) -> None:
    asked = Asked()
    over = threading.Event()

    def ask(group: str, item: int) -> int:
        if group != GROUPS[0]:
            over.wait()
        return item

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def nothing(*_: object) -> None:
        return

    with pytest.raises(KeyboardInterrupt):
        ask_all_groups(
            GROUPS,
            opener(asked, lambda _: 1, ask),
            interrupt if where == "tell" else nothing,
            interrupt if where == "end" else nothing,
            at_a_time=4,
        )
    over.set()

    assert len(asked.log) <= 1 + 4


def test_an_interrupt_waits_for_no_call() -> None:
    never = threading.Event()

    def ask(group: str, item: int) -> int:
        if group == "group-01":
            never.wait()
        return item

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask_all_groups(GROUPS[:2], opener(Asked(), lambda _: 1, ask), interrupt, lambda *_: None)
    never.set()


def test_without_groups_nothing_is_asked() -> None:
    ask_all_groups([], opener(Asked(), lambda _: 1), lambda *_: None, lambda *_: None)
