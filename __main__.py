"""The ready-made program: one resource for each key in the stack's register, ``keyswitch:keys``."""

import pulumi

import keyswitch
from keyswitch.register import CONFIG_KEY, read_register

register = read_register(pulumi.Config("keyswitch").get(CONFIG_KEY))
for problem in register.problems:
    pulumi.log.error(problem)
if register.problems:
    raise pulumi.RunError(register.summary)

table = []
for declared in register.declarations:
    key = keyswitch.AccessKeyStatus(
        declared.access_key_id,
        access_key_id=declared.access_key_id,
        status=declared.status,
        user_name=declared.user_name,
        reason=declared.reason,
        on_destroy=declared.on_destroy,
    )
    table.append(
        {
            "key": declared.access_key_id,
            "user": key.user_name,
            "status": key.status,
            "reason": declared.reason or "",
        }
    )
pulumi.export("keys", table)
