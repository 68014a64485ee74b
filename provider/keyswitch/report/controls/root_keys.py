"""Access keys of the account's root user."""

from __future__ import annotations

from collections.abc import Iterator

from keyswitch.messages.catalogue import Message
from keyswitch.report.controls.control import Control, Evidence, Severity, Violation, cis, hub
from keyswitch.report.inventory import RootKeys


class RootUserHasKeys(Message):
    """Keys that no policy limits."""

    code = "KS809"
    title = "Root user with access keys"
    text = "the account's root user has access keys"
    remedy = (
        "Delete them as the root user. For a member account of an organization, turn on centralized "
        "root access, and delete its root credentials from the management account."
    )
    why = "No policy limits a key of the root user, and no list of IAM shows it to another user."


def _check(evidence: Evidence) -> Iterator[Violation]:
    if evidence.inventory.root_keys is RootKeys.PRESENT:
        yield Violation(RootUserHasKeys(), references=CONTROL.references)


CONTROL = Control(
    "root-keys",
    Severity.CRITICAL,
    RootUserHasKeys,
    "The account's root user has no access keys.",
    _check,
    (
        cis("Ensure no 'root' user account access key exists", v3="1.4", v5="1.3"),
        hub("IAM.4", "IAM root user access key should not exist"),
    ),
    is_about_keys=False,
)
