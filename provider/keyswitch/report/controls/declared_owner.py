"""Keys that are declared for another user."""

from __future__ import annotations

from collections.abc import Iterator

from keyswitch.messages.catalogue import Message
from keyswitch.model.user_names import same_user
from keyswitch.report.controls.control import Control, Evidence, Severity, Violation


class DeclaredForAnotherUser(Message):
    """A mistake in a declaration, or a user that was renamed."""

    code = "KS815"
    title = "Declared for another user"
    text = "is declared for user {user_name}, and belongs to user {owner}"
    remedy = "Correct userName in the declaration. If the user was renamed, the next update records the new name."
    why = "A reader of the register looks for the key with the wrong user."
    user_name: object
    owner: object


def _check(evidence: Evidence) -> Iterator[Violation]:
    for user, seen, declared in evidence.declared_keys:
        if declared.user_name and not same_user(declared.user_name, user.user_name):
            message = DeclaredForAnotherUser(user_name=declared.user_name, owner=user.user_name)
            yield Violation.of(message, seen)


CONTROL = Control(
    "declared-owner",
    Severity.LOW,
    DeclaredForAnotherUser,
    "Every declared key belongs to the declared user.",
    _check,
    applies=lambda evidence: evidence.is_compared,
)
