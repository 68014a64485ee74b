"""A status change that is held, as it is recorded."""

from __future__ import annotations

import re
from dataclasses import dataclass

from keyswitch.model.durations import moment
from keyswitch.model.status import Status


@dataclass(frozen=True)
class Pending:
    """A status change that is held.

    :param target: the status that it would set.
    :param since: when a run first held the change, ISO 8601.
    :param waits_for: the names of the safeguards that were not met when this was recorded.
    """

    target: Status
    since: str
    waits_for: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.target}, held since {self.since}, waits for {', '.join(self.waits_for)}"

    @classmethod
    def read(cls, text: str) -> Pending | None:
        """What ``str()`` made; ``None`` for an empty text.

        :raises ValueError: it is neither.
        """
        if not text:
            return None
        match = re.fullmatch(r"(Active|Inactive), held since (\S+), waits for (\S.*)", text)
        if match is None or moment(match[2]).tzinfo is None:
            raise ValueError("it is no held switch")
        return cls(Status(match[1]), match[2], tuple(match[3].split(", ")))
