"""Active keys of which IAM does not say when they were last used."""

from __future__ import annotations

from collections.abc import Iterator

from keyswitch.messages.catalogue import Message
from keyswitch.report.controls.control import Control, Evidence, Severity, Violation


class LastUseUnknown(Message):
    """A key that cannot be judged by its use."""

    code = "KS808"
    title = "Last use not reported"
    text = "is Active, and IAM does not report when it was last used"
    remedy = (
        "Allow iam:GetAccessKeyLastUsed on resource *. Without it, an audit cannot find "
        "unused keys."
    )
    why = "A key that is not known to be used can neither be kept nor deactivated with confidence."


def _check(evidence: Evidence) -> Iterator[Violation]:
    for _, seen in evidence.active_keys:
        if not seen.is_use_known(evidence.now):
            yield Violation.of(LastUseUnknown(), seen)


CONTROL = Control(
    "last-use-known",
    Severity.LOW,
    LastUseUnknown,
    "IAM reports when each Active key was last used.",
    _check,
)
