"""Who uses an access key: CloudTrail's events about it, summed by what leads to the program that has it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from threading import Lock
from typing import Final, NamedTuple

from keyswitch.iam.cloudtrail import EventPage, UsageEvent
from keyswitch.messages.format import shortened
from keyswitch.messages.redact import redact
from keyswitch.model.durations import iso

_LONGEST: Final = 1024
"""Of a text, in characters, as long as CloudTrail keeps a user agent."""
_CHANGES_WITH_CALL: Final = re.compile(r"(?:m/|md/command#|command/|cfg/|ft/)\S*")
"""Words that the AWS SDKs and the CLI add for one call: its features, its retries, the command."""
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, order=True)
class Use:
    """What one caller did on one day, and how often.

    :param day: ``2026-11-24``, in UTC.
    :param source_ip_address: :data:`UNKNOWN` where the event has none, and so ``user_agent``, which has no secrets.
    :param errors: how many of the events have which error code; the others succeeded.
    :param last: when the latest of them was, ISO 8601.
    """

    region: str
    event_source: str
    event_name: str
    source_ip_address: str
    user_agent: str
    day: str
    events: int
    last: str
    errors: tuple[tuple[str, int], ...] = ()

    @property
    def failed(self) -> int:
        """How many of its events have an error code."""
        return sum(number for _, number in self.errors)


@dataclass(frozen=True)
class RegionUsage:
    """How far one region was read.

    :param is_complete: whether there are no more events in it.
    :param oldest: when the earliest event was that was read, ISO 8601; empty for none.
    :param problem: why it could not be read, or no further, a whole message; empty if it could.
    """

    region: str
    events: int
    is_complete: bool
    oldest: str
    problem: str


class _Summed:
    """Sums over its uses."""

    uses: tuple[Use, ...]

    @property
    def events(self) -> int:
        """How many."""
        return sum(use.events for use in self.uses)

    @property
    def failed(self) -> int:
        """How many of them have an error code."""
        return sum(use.failed for use in self.uses)


@dataclass(frozen=True)
class Caller(_Summed):
    """A program at a place: all uses from one address with one user agent, as far as that does not change with the call."""

    source_ip_address: str
    program: str
    uses: tuple[Use, ...]

    @property
    def last(self) -> str:
        """When the latest was, ISO 8601."""
        return max(use.last for use in self.uses)

    @property
    def days(self) -> tuple[str, ...]:
        """The days with events, in order."""
        return tuple(sorted({use.day for use in self.uses}))

    @property
    def actions(self) -> tuple[tuple[str, int], ...]:
        """``s3 ListBuckets`` and how often, the most frequent first."""
        counts: Counter[str] = Counter()
        for use in self.uses:
            counts[action_of(use)] += use.events
        return tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


@dataclass(frozen=True)
class KeyUsage(_Summed):
    """All that was read.

    :param since: from when on CloudTrail was asked, ISO 8601.
    :param until: when it was.
    :param most: how many events of each region were to be read.
    :param is_interrupted: whether the reading was ended early.
    :param user_names: of the key's owner, as the events have it; a renamed user has several.
    """

    access_key_id: str
    since: str
    until: str
    most: int
    regions: tuple[RegionUsage, ...]
    uses: tuple[Use, ...]
    is_interrupted: bool = False
    user_names: tuple[str, ...] = ()

    @cached_property
    def callers(self) -> tuple[Caller, ...]:
        """Those with the most events first."""
        by_caller: dict[tuple[str, str], list[Use]] = {}
        for use in self.uses:
            key = (use.source_ip_address, program_of(use.user_agent))
            by_caller.setdefault(key, []).append(use)
        callers = [Caller(*key, tuple(uses)) for key, uses in by_caller.items()]
        return tuple(
            sorted(callers, key=lambda each: (-each.events, each.source_ip_address, each.program))
        )

    @property
    def cut_short(self) -> tuple[RegionUsage, ...]:
        """Regions that have more events than were to be read."""
        ended = () if self.is_interrupted else self.regions
        return tuple(each for each in ended if not each.is_complete and not each.problem)

    @property
    def not_asked(self) -> tuple[RegionUsage, ...]:
        """Regions that could not be read, or not to their end."""
        return tuple(each for each in self.regions if each.problem)


class _Group(NamedTuple):
    region: str
    event_source: str
    event_name: str
    source_ip_address: str
    user_agent: str
    day: str


@dataclass
class _Reading:
    events: int = 0
    oldest: str = ""
    is_complete: bool = False
    problem: str = ""


@dataclass
class Tally:
    """Sums events while they arrive, from several threads. Its size is that of the sums.

    :param regions: that are asked.
    :param most: how many events of each region are counted.
    """

    access_key_id: str
    regions: Sequence[str]
    most: int
    _lock: Lock = field(default_factory=Lock)
    _counts: Counter[tuple[_Group, str]] = field(default_factory=Counter)
    _last: dict[_Group, str] = field(default_factory=dict)
    _readings: dict[str, _Reading] = field(default_factory=dict)
    _user_names: dict[str, None] = field(default_factory=dict)

    def read(
        self, region: str, pages: Iterable[EventPage], told: Callable[[int, str], None]
    ) -> None:
        """Reads a region until there are no more events, or enough.

        :param told: is called after each page with the number of events so far, and the time of the earliest.
        """
        for page in pages:
            with self._lock:
                reading = self._readings.setdefault(region, _Reading())
                counting = page.events[: self.most - reading.events]
                for event in counting:
                    self._count(region, event, reading)
                reading.is_complete = page.is_last and len(counting) == len(page.events)
                is_enough = reading.events >= self.most
            told(reading.events, reading.oldest)
            if is_enough:
                return

    def fail(self, region: str, problem: str) -> None:
        """Notes why a region could not be read, or no further."""
        with self._lock:
            self._readings.setdefault(region, _Reading()).problem = problem

    def usage(self, since: datetime, until: datetime, *, is_interrupted: bool = False) -> KeyUsage:
        """What was read so far.

        :param since: from when on CloudTrail was asked, an aware moment.
        :param until: when it was.
        """
        with self._lock:
            regions = tuple(
                RegionUsage(region, each.events, each.is_complete, each.oldest, each.problem)
                for region in self.regions
                for each in (self._readings.get(region, _Reading()),)
            )
            return KeyUsage(
                self.access_key_id,
                iso(since),
                iso(until),
                self.most,
                regions,
                self._uses(),
                is_interrupted,
                tuple(self._user_names),
            )

    def _count(self, region: str, event: UsageEvent, reading: _Reading) -> None:
        group = _Group(
            region,
            _shown(event.event_source),
            _shown(event.event_name),
            _shown(event.source_ip_address),
            _shown(event.user_agent),
            event.event_time[:10],
        )
        self._counts[group, _shown(event.error_code) if event.error_code else ""] += 1
        self._last[group] = max(self._last.get(group, ""), event.event_time)
        reading.events += 1
        reading.oldest = min(reading.oldest or event.event_time, event.event_time)
        if event.user_name:
            self._user_names[_shown(event.user_name)] = None

    def _uses(self) -> tuple[Use, ...]:
        counts: Counter[_Group] = Counter()
        errors: dict[_Group, list[tuple[str, int]]] = {}
        for (group, error), number in self._counts.items():
            counts[group] += number
            if error:
                errors.setdefault(group, []).append((error, number))
        uses = [
            Use(
                **group._asdict(),
                events=number,
                last=self._last[group],
                errors=tuple(sorted(errors.get(group, ()))),
            )
            for group, number in counts.items()
        ]
        return tuple(sorted(uses, key=lambda use: (-use.events, use)))


def action_of(use: Use) -> str:
    """``s3 ListBuckets``."""
    return f"{use.event_source.removesuffix('.amazonaws.com')} {use.event_name}"


def program_of(user_agent: str) -> str:
    """The user agent without the words that change from call to call."""
    words = user_agent.removeprefix("[").removesuffix("]").split()
    kept = [word for word in words if not _CHANGES_WITH_CALL.fullmatch(word)]
    return " ".join(kept) or user_agent


@lru_cache(maxsize=10_000)
def _shown(text: str) -> str:
    """One line without secrets; other characters stay as they are, for whoever shows it to escape."""
    return shortened(redact(" ".join(text.split())), _LONGEST) or UNKNOWN
