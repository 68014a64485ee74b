"""Until when something holds, as people write it: the end of a declaration, or of an exception."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

from keyswitch.model.durations import Duration, after, iso, moment
from keyswitch.model.status import Status

WARN_BEFORE_BY_DEFAULT: Final = Duration.read("14d")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T(?!24)[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]{1,9})?"
    r"(Z|[+-][0-9]{2}:[0-5][0-9])"
)
"""Without what Python takes in some versions only, or for another time: the hour 24, an offset of 99 minutes."""
WRITTEN: Final = rf"{_DATE.pattern}|{_MOMENT.pattern}"
"""A regular expression of what can be read, also of dates that there are not."""
_WITHOUT_QUOTES: Final = re.compile(r"[0-9-]{10} [0-9:.]{8,18} [+-][0-9]{4} [A-Z+-][A-Z0-9]{1,5}")
"""What Pulumi makes of a date, or a moment, that stands in a stack's file without quotes: it can no longer be
said which of the two it was."""


@dataclass(frozen=True)
class Until:
    """A date or a moment, and how it was written.

    :ivar end: the first moment at which it no longer holds; of a date, the end of the day in UTC.
    """

    text: str
    end: datetime = field(compare=False)

    @classmethod
    def read(cls, text: str) -> Until:
        """Reads ``2027-03-31``, or ISO 8601 with an offset: ``2027-03-31T18:00:00+02:00``, ``2027-03-31T16:00Z``.

        Of a moment that has fractions of a second, as other languages write one, the whole second counts.

        :raises ValueError: it is neither.
        """
        if _WITHOUT_QUOTES.fullmatch(text):
            raise ValueError("a date without quotes, which Pulumi passes on in another form")
        is_date, found = _DATE.fullmatch(text) is not None, _MOMENT.fullmatch(text)
        if not is_date and found is None:
            raise ValueError("neither a date nor a moment with its offset")
        try:
            if found is not None:
                return cls(text, moment(found[1] + found[2]))
            midnight = datetime.combine(date.fromisoformat(text), time(), timezone.utc)
        except ValueError:
            raise ValueError("there is no such date or time") from None
        return cls(text, after(iso(midnight), timedelta(days=1)))

    def __str__(self) -> str:
        return self.text

    def is_over(self, now: datetime) -> bool:
        """Whether the end has come.

        :param now: an aware moment.
        """
        return now >= self.end

    def status_at(self, now: datetime, status: Status) -> Status:
        """The status that holds at a moment: Inactive, where Active was declared until then or earlier.

        :param now: an aware moment.
        :param status: the one that is declared.
        """
        return Status.INACTIVE if self.is_over(now) else status

    def is_near(self, now: datetime, warn_before: Duration | None) -> bool:
        """Whether it is no longer than ``warn_before`` to the end.

        :param now: an aware moment.
        :param warn_before: ``None`` for :data:`WARN_BEFORE_BY_DEFAULT`.
        """
        return self.end - now <= (warn_before or WARN_BEFORE_BY_DEFAULT).span
