"""The last step of a rotation: the current key Active, and only then the previous one Inactive."""

import pulumi

import keyswitch

config = pulumi.Config()
user_name = config.require("userName")

current = keyswitch.AccessKeyStatus(
    "current",
    access_key_id=config.require("currentKeyId"),
    user_name=user_name,
    status=keyswitch.Status.ACTIVE,
    reason="deploys the shop",
)
previous = keyswitch.AccessKeyStatus(
    "previous",
    access_key_id=config.require("previousKeyId"),
    user_name=user_name,
    status=keyswitch.Status.INACTIVE,
    reason="rotated; delete it once nothing has missed it for two weeks",
    on_destroy=keyswitch.OnDestroy.LEAVE,
    opts=pulumi.ResourceOptions(depends_on=[current]),
)
pulumi.export("current", current.status)
pulumi.export("previous", previous.status)
