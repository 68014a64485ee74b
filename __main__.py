"""The ready-made program: one resource for each key in the stack's register, ``keyswitch:keys``."""

import pulumi

import keyswitch
from keyswitch.register import ACCOUNTS_KEY, CONFIG_KEY, DEFAULTS_KEY, read_register

config = pulumi.Config("keyswitch")
register = read_register(config.get(CONFIG_KEY), config.get(DEFAULTS_KEY), config.get(ACCOUNTS_KEY))
for problem in register.problems:
    pulumi.log.error(problem)
if register.problems:
    raise pulumi.RunError(register.summary)

table = []
for declared in register.declarations:
    key = keyswitch.AccessKeyStatus(declared.access_key_id, **declared.to_inputs())
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
