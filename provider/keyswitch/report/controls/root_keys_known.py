"""Accounts that do not say whether their root user has access keys."""

from __future__ import annotations

from collections.abc import Iterator

from keyswitch.messages.catalogue import Message
from keyswitch.report.controls.control import Control, Evidence, Severity, Violation
from keyswitch.report.inventory import RootKeys


class RootKeysUnknown(Message):
    """An account whose summary may not be read."""

    code = "KS814"
    title = "Root user's keys not reported"
    text = "IAM does not report whether the account's root user has access keys"
    remedy = "Allow iam:GetAccountSummary on resource *."
    why = "Keys of the root user are in no list of access keys."


def _check(evidence: Evidence) -> Iterator[Violation]:
    if evidence.inventory.root_keys is RootKeys.NOT_REPORTED:
        yield Violation(RootKeysUnknown())


CONTROL = Control(
    "root-keys-known",
    Severity.LOW,
    RootKeysUnknown,
    "IAM reports whether the account's root user has access keys.",
    _check,
    is_about_keys=False,
)
