"""Where a rotation stands: pure, from what is recorded of its keys and the time of day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from keyswitch.model.durations import Duration, after, iso
from keyswitch.model.pending import Pending
from keyswitch.model.status import ObservedStatus

NO_PREVIOUS_KEY = "settled: there is no previous key"
WAITING_FOR_FIRST_USE = "waiting for first use of the current key"
WAITING_UNTIL_UNUSED = "waiting until the previous key is unused"
DONE = "done: the previous key may be deleted"
DELETED = "done: the previous key is deleted, and can go from the program"


@dataclass(frozen=True)
class PreviousKey:
    """What is recorded of the key that is rotated out.

    :param status: as last seen.
    :param status_since: when that status was first seen or set, ISO 8601; empty in a state of
        keyswitch 0.1.0.
    :param waits_for: the safeguards that its switch is held by.
    """

    status: ObservedStatus
    status_since: str
    waits_for: tuple[str, ...] = ()

    @classmethod
    def recorded(cls, status: str, status_since: str, pending: str) -> PreviousKey:
        """From the outputs of the key, as the state has them."""
        held = Pending.read(pending)
        return cls(ObservedStatus(status), status_since, held.waits_for if held else ())


@dataclass(frozen=True)
class CurrentKey:
    """What is recorded of the key to be used.

    :param made: when it was made, ISO 8601.
    :param status: as last seen.
    """

    made: str
    status: ObservedStatus = ObservedStatus.ACTIVE


def stage_of(
    previous: PreviousKey | None,
    current: CurrentKey,
    overlap: Duration,
    soak: Duration,
    now: datetime,
) -> str:
    """The stage, in words that begin with ``settled``, ``overlap``, ``waiting``, ``soaking`` or ``done``.

    :param previous: the key that is rotated out; ``None`` if there is none.
    :param overlap: how long both keys stay Active from the creation of the current one on.
    :param soak: how long the previous key stays Inactive before it may be deleted.
    :param now: the time of day in UTC.
    """
    if previous is None:
        return NO_PREVIOUS_KEY
    if previous.status is ObservedStatus.DELETED:
        return DELETED
    if previous.status is ObservedStatus.ACTIVE:
        return _before_the_change(previous, current, overlap, now)
    if not previous.status.is_known:
        return (
            f"waiting: the previous key is {previous.status}, a status that keyswitch does not know"
        )
    return _soaking(previous.status_since, soak, now)


def _before_the_change(
    previous: PreviousKey, current: CurrentKey, overlap: Duration, now: datetime
) -> str:
    if current.status is not ObservedStatus.ACTIVE:
        return f"waiting: the current key is {current.status}"
    overlap_ends = after(current.made, overlap.span)
    if now < overlap_ends:
        return f"overlap until {iso(overlap_ends)}: both keys are Active"
    only_used = previous.waits_for == ("unused_for",)
    return WAITING_UNTIL_UNUSED if only_used else WAITING_FOR_FIRST_USE


def _soaking(since: str, soak: Duration, now: datetime) -> str:
    if not since:
        return "soaking since before this program took note"
    soaked = after(since, soak.span)
    if now < soaked:
        return f"soaking since {since}, until {iso(soaked)}"
    return DONE
