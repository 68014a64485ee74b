"""The ready-made program: one resource for each key in the stack's register."""

from __future__ import annotations

import pulumi

from keyswitch.register import ACCOUNTS_KEY, CONFIG_KEY, DEFAULTS_KEY, read_register
from keyswitch.resource import AccessKeyStatus


def declare_register() -> None:
    """Declares every entry of ``keyswitch:keys`` under its key id, and exports the table ``keys``.

    The table has a row for each key: key, user, status, pending, reason. Every problem of the
    register is told, each naming its entry, before anything is declared.

    :raises pulumi.RunError: the register has problems (KS116).
    """
    config = pulumi.Config("keyswitch")
    register = read_register(
        config.get(CONFIG_KEY), config.get(DEFAULTS_KEY), config.get(ACCOUNTS_KEY)
    )
    for problem in register.problems:
        pulumi.log.error(problem)
    if register.problems:
        raise pulumi.RunError(register.summary)
    table = []
    for declared in register.declarations:
        key = AccessKeyStatus(declared.access_key_id, **declared.to_inputs())
        table.append(
            {
                "key": declared.access_key_id,
                "user": key.user_name,
                "status": key.status,
                "pending": key.pending,
                "reason": declared.reason or "",
            }
        )
    pulumi.export("keys", table)
