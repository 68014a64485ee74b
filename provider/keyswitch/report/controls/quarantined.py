"""Active keys of users that AWS quarantined."""

from __future__ import annotations

from collections.abc import Iterator

from keyswitch.messages.catalogue import Message
from keyswitch.reconcile.safeguards import QUARANTINE_POLICY
from keyswitch.report.controls.control import Control, Evidence, Severity, Violation


class QuarantinedUser(Message):
    """AWS found a key of this user in public."""

    code = "KS807"
    title = "User quarantined by AWS"
    text = "its user has {policies}, which AWS attaches after it finds a leaked key"
    remedy = 'Treat the key as leaked: declare it Inactive with override="why", and create another.'
    why = "AWS attaches this policy after it finds the key in public. The policy does not deactivate the key."
    policies: object


def _check(evidence: Evidence) -> Iterator[Violation]:
    for user, seen in evidence.active_keys:
        attached = [name for name in user.policies or () if name.startswith(QUARANTINE_POLICY)]
        if attached:
            yield Violation.of(QuarantinedUser(policies=", ".join(attached)), seen)


CONTROL = Control(
    "quarantined",
    Severity.CRITICAL,
    QuarantinedUser,
    "No user with an Active key has an AWSCompromisedKeyQuarantine policy.",
    _check,
    is_known=lambda _evidence, user, _seen: user.policies is not None,
)
