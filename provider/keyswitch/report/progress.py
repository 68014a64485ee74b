"""What is in progress with a key: a held change, a rotation under way, a change of the next update."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from keyswitch.model.durations import moment
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.report.controls import CONTROLS
from keyswitch.report.controls.control import Evidence
from keyswitch.report.expected_keys import ExpectedKey
from keyswitch.report.inventory import SeenKey

_SETTLED_BY_DEACTIVATION: Final = frozenset(
    control.name for control in CONTROLS.values() if control.settled_by_deactivation
)
_SETTLED_BY_ACTIVATION: Final = frozenset({"not-as-declared"})
_APPLIED_WITHIN: Final = timedelta(days=14)
"""A change that is declared is taken to be on its way for so long after the last update."""
_ONE_ACTIVE: Final = "one-active"


@dataclass(frozen=True)
class Progress:
    """What is in progress with one key.

    :param text: with its date where there is one.
    :param settles: the controls whose findings end with it.
    """

    text: str
    settles: frozenset[str] = field(default_factory=frozenset)

    @property
    def goes_off(self) -> bool:
        """Whether the key is on its way to Inactive."""
        return self.settles >= _SETTLED_BY_DEACTIVATION


def progress_in(evidence: Evidence) -> Mapping[str, Progress]:
    """What is in progress, by key id; keys without it are left out."""
    own = dict(_of_each_key(evidence))
    for user in evidence.inventory.users:
        active = [s.key.access_key_id for s in user.keys if s.key.status is ObservedStatus.ACTIVE]
        going = [key for key in active if key in own and own[key].goes_off]
        if not going or len(active) - len(going) > 1:
            continue
        for key in set(active) - set(going):
            known = own.get(key, Progress(f"its other key {going[0]}: {own[going[0]].text}"))
            own[key] = Progress(known.text, known.settles | {_ONE_ACTIVE})
    return own


def _of_each_key(evidence: Evidence) -> Iterator[tuple[str, Progress]]:
    for _, seen, declared in evidence.declared_keys:
        progress = _of_key(declared, seen, evidence.now)
        if progress is not None:
            yield seen.key.access_key_id, progress


def _of_key(declared: ExpectedKey, seen: SeenKey, now: datetime) -> Progress | None:
    stage = f"rotation: {declared.rotation_stage}" if declared.rotation_stage else ""
    change = _change_to_come(declared, seen, now)
    if change:
        settled = {
            Status.INACTIVE: _SETTLED_BY_DEACTIVATION,
            Status.ACTIVE: _SETTLED_BY_ACTIVATION,
        }[declared.status]
        return Progress("; ".join(filter(None, (stage, change))), settled)
    if not seen.key.status.satisfies(declared.status):
        return None
    return Progress(stage) if stage else None


def _change_to_come(declared: ExpectedKey, seen: SeenKey, now: datetime) -> str:
    """In words, empty for none.

    None is to come of what somebody else changed, which is drift, of an Expired key, and where no update has run for
    so long that nobody knows when one will.
    """
    is_of_two = seen.key.status in (ObservedStatus.ACTIVE, ObservedStatus.INACTIVE)
    if seen.key.status.satisfies(declared.status) or not is_of_two:
        return ""
    held = declared.pending
    if held is not None and held.target is declared.status:
        change = declared.status.change("ion")
        if declared.carried_out is declared.status:
            change = f"{Status(seen.key.status).change('ed')} outside Pulumi, {change}"
        return f"{change} held since {held.since}, waits for {', '.join(held.waits_for)}"
    if declared.carried_out is not None and declared.carried_out is not declared.status:
        if not declared.updated_at:
            return f"the next update {declared.status.change('es')} the key"
        if now - moment(declared.updated_at) <= _APPLIED_WITHIN:
            last = f"the last update was at {declared.updated_at}"
            return f"the next update {declared.status.change('es')} the key; {last}"
    return ""
