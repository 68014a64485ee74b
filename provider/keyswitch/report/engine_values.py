"""How the engine writes values in JSON that are no plain ones: secrets, and what is not known yet."""

from __future__ import annotations

from typing import Final

UNTOLD: Final = "[secret]"
"""What the engine writes for a secret."""
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""And for a value that is not known before the update."""
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""The engine's key in a map that stands for such a value."""


def is_secret(value: object) -> bool:
    """Whether a value of a state or an event stands for a secret, or for another that is not plain."""
    return isinstance(value, dict) and _SIGNATURE in value
