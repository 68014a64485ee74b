"""KS5..: about keyswitch's own records."""

from __future__ import annotations

from keyswitch.catalogue.entry import Entry

UNREADABLE_STATE = Entry(
    "KS501",
    "The recorded state cannot be read",
    "the state recorded for this resource has no usable {property}",
    "Was it edited by hand? Restore it from the stack's history, or remove the resource with "
    "pulumi state delete and declare it again: keyswitch adopts the key as it is.",
)
