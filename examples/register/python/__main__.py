"""The access keys that the stack's config lists."""

import pulumi
import pulumi_keyswitch as keyswitch

statuses = {}
for access_key_id, key in pulumi.Config("keyswitch").require_object("keys").items():
    declared = keyswitch.AccessKeyStatus(
        access_key_id,
        access_key_id=access_key_id,
        user_name=key["userName"],
        status=key["status"],
        reason=key.get("reason"),
        safeguards={"keep_one_active": True},
    )
    statuses[access_key_id] = declared.status
pulumi.export("statuses", statuses)
