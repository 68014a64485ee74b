"""Declared keys that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from keyswitch.messages.catalogue import Message
from keyswitch.model.user_names import folded
from keyswitch.report.controls.control import Control, Evidence, Severity, Violation


class DeclaredButGone(Message):
    """A declared key that no user of the account has."""

    code = "KS802"
    title = "Declared, but not found"
    text = "is declared {declared}, but {seen}"
    remedy = (
        "If the key was deleted, remove its declaration. An audit does not see keys of the "
        "root user."
    )
    why = "A declaration of a key that is gone hides which key took its place."
    declared: object
    seen: object


def _check(evidence: Evidence) -> Iterator[Violation]:
    """A key of a user that was not looked at is known to be gone only if everybody was."""
    inventory = evidence.inventory
    there = {seen.key.access_key_id for _, seen in inventory.keys}
    looked_at = {folded(user.user_name) for user in inventory.users}
    for key in (evidence.expected or {}).values():
        known = inventory.is_complete or folded(key.user_name) in looked_at
        if known and key.access_key_id not in there:
            named = f"user {key.user_name} has no such key"
            seen = named if key.user_name else "no user of the account has it"
            gone = DeclaredButGone(declared=key.status, seen=seen)
            yield Violation(gone, key.access_key_id, key.user_name)


CONTROL = Control(
    "declared-not-found",
    Severity.MEDIUM,
    DeclaredButGone,
    "Every declared key is still in the account.",
    _check,
    applies=lambda evidence: evidence.is_compared,
)
