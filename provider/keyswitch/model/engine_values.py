"""How the engine writes values that are no plain ones: secrets, and what is not known yet."""

from __future__ import annotations

from typing import Final

UNTOLD: Final = "[secret]"
"""What the engine writes for a secret in a preview."""
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""And anywhere for a value that is not known before the update."""
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""Its key in a map that stands for such a value; under it is which kind of value."""
OF_A_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the engine's word for the kind
OF_AN_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
OF_A_RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"


def is_secret(value: object) -> bool:
    """Whether a value of a state or an event stands for a secret, or for another that is not plain."""
    return isinstance(value, dict) and SIGNATURE in value
