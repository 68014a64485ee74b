"""The names of a register in the stack's config, below ``keyswitch:``. Public for ever."""

from __future__ import annotations

from typing import Final

CONFIG_KEY: Final = "keys"
DEFAULTS_KEY: Final = "defaults"
ACCOUNTS_KEY: Final = "accounts"
ROTATIONS_KEY: Final = "rotations"
FLEET_KEY: Final = "fleet"
MAX_CHANGES_KEY: Final = "maxChanges"
EXCEPTIONS_KEY: Final = "exceptions"
"""Read by the audit alone."""
DECLARING: Final = (CONFIG_KEY, DEFAULTS_KEY, ACCOUNTS_KEY, ROTATIONS_KEY)
"""What declares keys, in the order in which :func:`~keyswitch.model.register.read_register` takes their values."""
OF_A_REGISTER: Final = (*DECLARING, FLEET_KEY, MAX_CHANGES_KEY, EXCEPTIONS_KEY)
