"""The names of a register in the stack's config, below ``keyswitch:``. Public for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CONFIG_KEY: Final = "keys"
DEFAULTS_KEY: Final = "defaults"
ACCOUNTS_KEY: Final = "accounts"
ROTATIONS_KEY: Final = "rotations"
FLEET_KEY: Final = "fleet"
MAX_CHANGES_KEY: Final = "maxChanges"
EXCEPTIONS_KEY: Final = "exceptions"
DECLARING: Final = (CONFIG_KEY, DEFAULTS_KEY, ACCOUNTS_KEY, ROTATIONS_KEY)
"""What declares keys, in the order in which :func:`~keyswitch.model.register.read_register` takes their values."""
SETTINGS: Final[Mapping[str, str]] = {
    CONFIG_KEY: "Keys, each by its access key id.",
    DEFAULTS_KEY: "What holds for every key that does not say otherwise, each safeguard by itself.",
    ACCOUNTS_KEY: "Accounts by name. A key, a rotation or the defaults give that name as their `account`.",
    ROTATIONS_KEY: "Rotations by name. Each declares both of its keys, which `keys` does not list then.",
    FLEET_KEY: "Whether the keys of each account are declared as one fleet, which is faster from a hundred keys on. "
    "Rotations are not part of a fleet.",
    MAX_CHANGES_KEY: "How many keys of each fleet one run may change: a number, or a share such as `10%`. Needs "
    "`fleet`.",
    EXCEPTIONS_KEY: "Findings of `keyswitch audit` that somebody has approved until a date. Only the audit reads them.",
}
"""Each setting of a register, and what it says."""
OF_A_REGISTER: Final = tuple(SETTINGS)
