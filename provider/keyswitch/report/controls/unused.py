"""Active keys that nobody uses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from keyswitch.messages.catalogue import Message
from keyswitch.model.durations import moment
from keyswitch.reconcile.safeguards import use_in_words
from keyswitch.report.controls.control import Control, Evidence, Severity, Violation, cis, hub

_AFTER_45_DAYS: Final = (
    cis(
        "Ensure credentials unused for 45 days or more are disabled",
        v3="1.12",
        v5="1.11",
        v7="2.11",
    ),
    hub("IAM.22", "IAM user credentials unused for 45 days should be removed"),
)
_AFTER_90_DAYS: Final = (hub("IAM.8", "Unused IAM user credentials should be removed"),)


class Unused(Message):
    """An Active key without a use for too long."""

    code = "KS805"
    title = "Unused"
    text = "is Active and {used}, and the limit is {limit}"
    remedy = "Declare the key Inactive. You can reactivate it later."
    why = (
        "A key that nobody uses is of use to whoever finds it. A key that was never used counts from its "
        "creation."
    )
    used: object
    limit: object


def _check(evidence: Evidence) -> Iterator[Violation]:
    limit = evidence.thresholds.unused_for
    for _, seen in evidence.active_keys:
        if not seen.is_use_known(evidence.now):
            continue
        last = moment(seen.used.date) if seen.used and seen.used.date else seen.created
        unused = evidence.now - last if last is not None else timedelta(0)
        if unused >= limit.span:
            references = (
                *(_AFTER_45_DAYS if unused >= timedelta(days=45) else ()),
                *(_AFTER_90_DAYS if unused >= timedelta(days=90) else ()),
            )
            used = use_in_words(seen.used, seen.key, evidence.now) if seen.used else ""
            yield Violation.of(Unused(used=used, limit=limit), seen, references)


CONTROL = Control(
    "unused",
    Severity.MEDIUM,
    Unused,
    "Every Active key was used within --unused-for, 45 days by default.",
    _check,
    (*_AFTER_45_DAYS, *_AFTER_90_DAYS),
    is_known=lambda evidence, _user, seen: seen.is_use_known(evidence.now),
    settled_by_deactivation=True,
)
