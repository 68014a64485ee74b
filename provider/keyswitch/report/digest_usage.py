"""Who uses the keys that a preview will deactivate, for its digest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from keyswitch.iam.key_ids import is_key_id
from keyswitch.messages.format import in_one_line, shortened
from keyswitch.model.status import Status
from keyswitch.report.digest import Digest
from keyswitch.report.rows import Outcome, Row

MOST_KEYS: Final = 25
"""That are asked about: each takes CloudTrail half a second or more."""
_LONGEST_LINE: Final = 600
"""In characters: two callers, and what a region says that could not be asked."""


def with_usage(digest: Digest, ask: Callable[[str], str]) -> Digest:
    """The digest with a line about each key that will be deactivated, or waits for it, or is refused it.

    :param ask: who uses the key of an id, in one line.
    """
    asked = [row.access_key_id for row in digest.rows if becomes_inactive(row)]
    told = {key: ask(key) for key in list(dict.fromkeys(asked))[:MOST_KEYS]}
    rest = f"not looked up, as only {MOST_KEYS} keys are: keyswitch who"
    rows = tuple(
        replace(row, used_by=_line(told.get(row.access_key_id) or f"{rest} {row.access_key_id}"))
        if becomes_inactive(row)
        else row
        for row in digest.rows
    )
    return replace(digest, rows=rows)


def becomes_inactive(row: Row) -> bool:
    """Whether the key will be deactivated, or would be if that were not held or refused.

    Its id has to be one: a preview may hold anything.
    """
    inactive = str(Status.INACTIVE)
    is_held = row.outcome is Outcome.HELD and row.before == str(Status.ACTIVE)
    changes = row.after == inactive and row.before != inactive
    return (changes or is_held) and is_key_id(row.access_key_id)


def _line(text: str) -> str:
    return shortened(in_one_line(text), _LONGEST_LINE).rstrip(".")
