"""Users with several Active keys."""

from __future__ import annotations

from collections.abc import Iterator

from keyswitch.messages.catalogue import Message
from keyswitch.model.status import ObservedStatus
from keyswitch.report.controls.control import Control, Evidence, Severity, Violation, cis


class SeveralActive(Message):
    """One of several Active keys of a user."""

    code = "KS806"
    title = "Several Active keys"
    text = "is one of {count} Active keys of its user"
    remedy = "Keep one Active: finish the rotation, or declare the unused key Inactive."
    why = "A second Active key is one more secret that can leak, and an auditor cannot tell which one is in use."
    count: object


def _check(evidence: Evidence) -> Iterator[Violation]:
    for user, seen in evidence.active_keys:
        active = sum(each.key.status is ObservedStatus.ACTIVE for each in user.keys)
        if active > 1:
            yield Violation.of(SeveralActive(count=active), seen, CONTROL.references)


CONTROL = Control(
    "one-active",
    Severity.LOW,
    SeveralActive,
    "No user has more than one Active key.",
    _check,
    (
        cis(
            "Ensure there is only one active access key for any single IAM user",
            v3="1.13",
            v5="1.12",
        ),
    ),
    settled_by_deactivation=True,
)
