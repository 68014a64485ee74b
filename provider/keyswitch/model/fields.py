"""The names of the inputs, public for ever, and how each front spells them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Final

from keyswitch.model.account import ACCOUNT_NAMES
from keyswitch.model.safeguards import DeclaredSafeguards

ACCESS_KEY_ID: Final = "access_key_id"
STATUS: Final = "status"
USER_NAME: Final = "user_name"
REASON: Final = "reason"
ON_DESTROY: Final = "on_destroy"
ON_DRIFT: Final = "on_drift"
SAFEGUARDS: Final = "safeguards"
OVERRIDE: Final = "override"
ACCOUNT: Final = "account"
EXTERNAL_ID: Final = "external_id"
"""Of an account."""
INPUTS: Final = (
    ACCESS_KEY_ID,
    STATUS,
    USER_NAME,
    REASON,
    ON_DESTROY,
    ON_DRIFT,
    SAFEGUARDS,
    OVERRIDE,
    ACCOUNT,
)
MOVED_FROM: Final = "moved_from"
"""What was recorded of a key under another name; no input of programs, see :mod:`keyswitch.program.moved_keys`."""
REQUIRED: Final = (ACCESS_KEY_ID, STATUS)
SAFEGUARD_NAMES: Final = tuple(field.name for field in fields(DeclaredSafeguards))

MAPS: Final = {SAFEGUARDS: SAFEGUARD_NAMES, ACCOUNT: ACCOUNT_NAMES}
"""The inputs that are maps, and the names in them."""

Spelling = Mapping[str, str]
"""How one front spells each input, safeguard and field of an account; what is spelt with a
space is not written by hand there."""

IN_PROGRAMS: Final[Spelling] = {name: name for name in (*INPUTS, *SAFEGUARD_NAMES, *ACCOUNT_NAMES)}


def by_property(
    bag: Mapping[str, object], names: Iterable[str], spelling: Spelling
) -> dict[str, object]:
    """The bag without what is omitted, by property name; what is none keeps a name that none has."""
    properties = {spelling[name]: name for name in names}
    strangers = {name: f"{name} " if name in spelling else name for name in bag}
    return {
        properties.get(spelt, strangers[spelt]): value
        for spelt, value in bag.items()
        if value is not None
    }
