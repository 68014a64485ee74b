"""KS5..: about keyswitch's own records."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class UnreadableState(Message):
    code = "KS501"
    title = "The recorded state cannot be read"
    text = "the state recorded for this resource has no usable {property}"
    remedy = (
        "Was it edited by hand? Restore it from the stack's history, or remove the resource "
        "with pulumi state delete and declare it again: keyswitch adopts the key as it is."
    )

    property: object


class StateNotRead(Message):
    code = "KS502"
    title = "The stack's own state cannot be read"
    text = (
        "Pulumi does not hand out the state of stack {stack} ({problem}), so that a key which"
        " has moved to another name since the last update is not recognised"
    )
    remedy = (
        "Such a key is adopted anew, and on_destroy=restore goes back to the status that it "
        "has now. Keep a key that moves by the resource option aliases."
    )

    stack: object
    problem: object
