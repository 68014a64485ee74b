"""Keys that nobody declares."""

from __future__ import annotations

from collections.abc import Iterator

from keyswitch.messages.catalogue import Message
from keyswitch.report.controls.control import Control, Evidence, Severity, Violation


class Undeclared(Message):
    """A key of the account that is in no register and no state."""

    code = "KS801"
    title = "Not declared"
    text = "is {status} and not declared"
    remedy = "Find the owner. Then declare the key: keyswitch discover --write adopts it as it is."
    why = "Nobody reviews, rotates or switches a key that no declaration names."
    status: object


def _check(evidence: Evidence) -> Iterator[Violation]:
    if evidence.expected is None:
        return
    for _, seen in evidence.inventory.keys:
        if seen.key.access_key_id not in evidence.expected:
            yield Violation.of(Undeclared(status=seen.key.status), seen)


CONTROL = Control(
    "undeclared",
    Severity.HIGH,
    Undeclared,
    "Every access key of the account is declared in the register or the state that the audit compares with.",
    _check,
    applies=lambda evidence: evidence.is_compared,
)
