"""Who uses a key, as tables of 80 columns: the callers, what they did, and on which days."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final

from keyswitch.messages.format import counted
from keyswitch.messages.printable import printable
from keyswitch.report.key_usage import Caller, KeyUsage, Use, action_of
from keyswitch.report.key_usage_text import (
    CANNOT_SEE,
    in_ascii,
    program_in_full,
    remarks,
    source_in_short,
    summary,
)
from keyswitch.report.known_key import KnownKey
from keyswitch.report.text_table import Listing, as_text

WIDTH: Final = 80
"""Of what is not printed on a terminal, in characters."""
_MOST_CALLERS: Final = 20
_MOST_ACTIONS: Final = 20
_MOST_ACTIONS_OF_CALLER: Final = 5
_MOST_DAYS: Final = 14
_LONGEST_ACTION: Final = 50


def to_table(
    usage: KeyUsage, known: KnownKey, account_id: str, now: datetime, width: int = WIDTH
) -> str:
    """As plain text.

    :param account_id: that was asked, empty where it is not known.
    :param now: an aware moment.
    :param width: in characters. Where a table would be wider than that, each caller has a paragraph.
    """
    parts = ["\n".join(_wrapped([known.in_words(now), summary(usage, account_id)], width))]
    for listing, rest in _listings(usage):
        parts.append(
            "\n".join([as_text(listing.print_on, width).strip("\n"), *_wrapped([rest], width)])
        )
    parts.append("\n".join(_wrapped(list(remarks(usage, known, account_id)), width)))
    unseen = [f"- {each}" for each in CANNOT_SEE]
    parts.append("\n".join(["CloudTrail's event history does not show:", *_wrapped(unseen, width)]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _wrapped(sentences: list[str], width: int) -> Iterator[str]:
    for sentence in sentences:
        yield from textwrap.wrap(printable(sentence), width, break_on_hyphens=False)


def _listings(usage: KeyUsage) -> Iterator[tuple[Listing, str]]:
    """The tables, each with a sentence about what it leaves out."""
    callers = usage.callers
    if not callers:
        return
    rows = [_row(each) for each in callers[:_MOST_CALLERS]]
    titles = ("from", "events", "last", "days", "program", "actions")
    yield Listing(titles, rows, names=3), _rest(len(callers) - len(rows), "caller")
    if len(callers) > 1:
        sums = _sums(usage.uses, lambda use: _action(action_of(use)))
        actions = sorted(sums.items(), key=lambda each: (-each[1], each[0]))
        errors = _errors_by_action(usage.uses)
        shown = [
            (action, f"{number:,}", _errors(errors.get(action, Counter())))
            for action, number in actions[:_MOST_ACTIONS]
        ]
        rest = _rest(len(actions) - len(shown), "action")
        yield Listing(("action", "events", "errors"), shown, names=2), rest
    sums = _sums(usage.uses, lambda use: use.day)
    days = sorted(sums.items(), reverse=True)
    shown_days = [(day, f"{number:,}") for day, number in days[:_MOST_DAYS]]
    yield Listing(("day", "events"), shown_days, names=2), _rest(len(days) - len(shown_days), "day")


def _row(caller: Caller) -> tuple[str, ...]:
    failed = f" ({caller.failed:,} failed)" if caller.failed else ""
    actions = [f"{_action(name)} {number:,}" for name, number in caller.actions]
    more = len(actions) - _MOST_ACTIONS_OF_CALLER
    shown = actions[:_MOST_ACTIONS_OF_CALLER] + ([f"{more} more"] if more > 0 else [])
    return (
        source_in_short(caller),
        f"{caller.events:,}{failed}",
        caller.last,
        _days(caller.days),
        program_in_full(caller),
        ", ".join(shown),
    )


def _days(days: tuple[str, ...]) -> str:
    if len(days) == 1:
        return days[0]
    return f"{len(days)}, from {days[0]} to {days[-1]}"


def _sums(uses: tuple[Use, ...], of: Callable[[Use], str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for use in uses:
        counts[of(use)] += use.events
    return counts


def _errors_by_action(uses: tuple[Use, ...]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for use in uses:
        if use.errors:
            counts.setdefault(_action(action_of(use)), Counter()).update(dict(use.errors))
    return counts


def _errors(counts: Counter[str]) -> str:
    return ", ".join(f"{in_ascii(code, _LONGEST_ACTION)} {n:,}" for code, n in counts.most_common())


@lru_cache(maxsize=10_000)
def _action(name: str) -> str:
    return in_ascii(name, _LONGEST_ACTION)


def _rest(number: int, word: str) -> str:
    return f"... and {counted(number, f'more {word}')}; --json has all." if number > 0 else ""
