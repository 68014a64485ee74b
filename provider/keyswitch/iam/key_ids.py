"""What an access key id says by itself."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

_NEWER_FORMAT: Final = re.compile(r"A(?:KIA|SIA)[Q-Z2-7][A-Z2-7]{15}")
_KEY_ID: Final = re.compile(r"A(?:KIA|SIA)[A-Z0-9]{12,124}")
_ACCOUNT_BITS: Final = 0x7FFFFFFFFF80


def is_key_id(text: str) -> bool:
    """Whether it is the id of an access key, of a user's or of a session's."""
    return _KEY_ID.fullmatch(text) is not None


def account_of(access_key_id: str) -> str | None:
    """The account that a key was made in, twelve digits, as its id encodes it.

    AWS does not document this, and older ids encode something else: good for a hint in a message,
    never for a decision. ``None`` where the id is of the older format or another one.
    """
    if not _NEWER_FORMAT.fullmatch(access_key_id):
        return None
    try:
        decoded = base64.b32decode(access_key_id[4:])
    except binascii.Error:
        return None
    number = (int.from_bytes(decoded[:6], "big") & _ACCOUNT_BITS) >> 7
    return f"{number:012d}"
