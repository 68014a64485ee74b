"""The rotation of one user's key: both keys exist, and the older one is deactivated when that is safe."""

import pulumi

import keyswitch

config = pulumi.Config()
rotation = keyswitch.AccessKeyRotation(
    "bob",
    user_name=config.require("userName"),
    current=config.require("currentKeyId"),
    previous=config.get("previousKeyId"),
    overlap="7d",
    unused_for="1d",
    soak="14d",
    reason="yearly rotation, OPS-123",
)
pulumi.export("stage", rotation.stage)
