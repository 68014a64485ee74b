"""Times as text: durations as programs write them (``7d``, ``1h30m``), moments in ISO 8601."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Final

import durationpy

WRITTEN: Final = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?[smhdwy])+")
"""A duration, also one that is too long or none at all."""
IN_GO: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:ns|us|µs|ms|s|m|h))+|[+-]?0")
_LONGEST: Final = timedelta(days=36_500)
_BETWEEN_CLOCKS: Final = timedelta(minutes=15)
"""By how much AWS lets the clock of a caller differ from its own."""


@dataclass(frozen=True)
class Duration:
    """A positive span of time, and how it was written."""

    text: str
    span: timedelta = field(compare=False)

    @classmethod
    def read(cls, text: str) -> Duration:
        """Reads numbers with units: ``s``, ``m`` (minutes), ``h``, ``d`` (24 h), ``w``, ``y`` (365 d).

        :raises ValueError: ``text`` is not a duration, or not a positive one.
        """
        if not WRITTEN.fullmatch(text):
            raise ValueError("not a number with a unit")
        span = durationpy.from_str(text)
        if span > _LONGEST:
            raise ValueError("must not be longer than a hundred years")
        if span <= timedelta(0):
            raise ValueError("must be greater than zero")
        return cls(text, span)

    def __str__(self) -> str:
        return self.text


def go_duration(text: str) -> timedelta:
    """A duration in Go's spelling, which pulumi-aws takes: ``15m``, ``1h30m``, ``900.5s``; no days.

    :raises ValueError: it is none.
    """
    if not IN_GO.fullmatch(text):
        raise ValueError("not a duration")
    return durationpy.from_str(text)


def iso(when: datetime) -> str:
    """``2026-11-24T19:00:00Z``: an aware moment in UTC, to the second."""
    try:
        in_utc = when.astimezone(timezone.utc)
    except OverflowError:
        # At either end of the calendar there is no room for the hours between two time zones.
        in_utc = when.replace(tzinfo=timezone.utc)
    return in_utc.isoformat(timespec="seconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The moment that :func:`iso` made the text of."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def after(text: str, span: timedelta) -> datetime:
    """The moment that comes ``span`` after that of an ISO 8601 text, the end of the calendar at the latest."""
    try:
        return moment(text) + span
    except OverflowError:
        return datetime.max.replace(tzinfo=timezone.utc)


def is_to_come(text: str, now: datetime) -> bool:
    """Whether the moment of an ISO 8601 text is later than ``now`` by more than clocks differ."""
    return moment(text) - now > _BETWEEN_CLOCKS


def ago(text: str, now: datetime) -> str:
    """``3 hours ago``: how long before ``now`` the moment of an ISO 8601 text was, or that it was not."""
    import humanize

    if is_to_come(text, now):
        return "at a time still to come"
    if moment(text) > now:
        return "a moment ago"
    return f"{humanize.naturaldelta(now - moment(text), months=False)} ago"


def until(end: datetime, now: datetime) -> str:
    """``in 9 days``: how long after ``now`` a moment will be, or that it has come."""
    import humanize

    left = end - now
    return f"in {humanize.naturaldelta(left, months=False)}" if left > timedelta(0) else "now"
