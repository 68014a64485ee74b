"""Changes that safeguards have held for a long time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from keyswitch.messages.catalogue import Message
from keyswitch.model.durations import moment
from keyswitch.report.controls.control import Control, Evidence, Severity, Violation

_LONG: Final = timedelta(days=30)


class HeldForLong(Message):
    """A hold that does not end by itself, as it seems."""

    code = "KS812"
    title = "Held for more than 30 days"
    text = "is {observed} although declared {declared}, held since {since} by {safeguards}"
    remedy = (
        "Find out what the safeguard waits for; keyswitch who shows who still uses a key. Then move that caller, or "
        "change the safeguard."
    )
    why = "What is in progress is no finding, and a hold could hide one for ever."
    observed: object
    declared: object
    since: object
    safeguards: object


def _check(evidence: Evidence) -> Iterator[Violation]:
    for _, seen, declared in evidence.declared_keys:
        held = declared.pending
        if (
            held is not None
            and not seen.key.status.satisfies(held.target)
            and evidence.now - moment(held.since) > _LONG
        ):
            message = HeldForLong(
                observed=seen.key.status,
                declared=held.target,
                since=held.since,
                safeguards=", ".join(held.waits_for),
            )
            yield Violation.of(message, seen)


CONTROL = Control(
    "held-for-long",
    Severity.MEDIUM,
    HeldForLong,
    "No change has been held for more than 30 days.",
    _check,
    applies=lambda evidence: evidence.is_compared_with_state,
)
