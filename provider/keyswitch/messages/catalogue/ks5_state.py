"""KS5..: about the recorded state."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class UnreadableState(Message):
    code = "KS501"
    title = "Unreadable state"
    text = "the state recorded for this resource has no usable {property}"
    remedy = (
        "If somebody edited the state by hand, restore it from the stack's history. Or remove"
        " the resource with pulumi state delete and declare it again: keyswitch adopts the "
        "key as it is."
    )
    property: object


class StateNotRead(Message):
    code = "KS502"
    title = "Stack state not readable"
    text = (
        "Pulumi does not return the state of stack {stack} ({problem}), so keyswitch cannot "
        "recognize keys that were moved to another name"
    )
    remedy = (
        "keyswitch adopts such a key anew, and on_destroy=restore then goes back to its "
        "present status. Use the resource option aliases to keep the record of a key that you"
        " move."
    )
    stack: object
    problem: object
