"""One existing access key, declared Inactive."""

import pulumi
import pulumi_keyswitch as keyswitch

config = pulumi.Config()
key = keyswitch.AccessKeyStatus(
    "bob-2024",
    access_key_id=config.require("accessKeyId"),
    user_name=config.require("userName"),
    status="Inactive",
    reason="rotated, OPS-123",
)
pulumi.export("status", key.status)
