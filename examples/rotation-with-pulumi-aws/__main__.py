"""From minting a key to deleting its predecessor: pulumi-aws makes keys, keyswitch their status."""

import json

import pulumi
import pulumi_aws as aws

import keyswitch
import keyswitch.aws

config = pulumi.Config()
generations: list[str] = config.require_object("generations")

user = aws.iam.User("ci", name=config.require("userName"))
keys = [keyswitch.aws.access_key(f"ci-{generation}", user=user.name) for generation in generations]
current = keys[-1]
previous = keys[-2] if len(keys) > 1 else None

secret = aws.secretsmanager.Secret("ci", name=config.get("secretName") or "ci/aws")
aws.secretsmanager.SecretVersion(
    "ci",
    secret_id=secret.id,
    secret_string=pulumi.Output.all(current.id, current.secret).apply(
        lambda pair: json.dumps({"AWS_ACCESS_KEY_ID": pair[0], "AWS_SECRET_ACCESS_KEY": pair[1]})
    ),
)

rotation = keyswitch.AccessKeyRotation(
    "ci",
    user_name=user.name,
    current=current.id,
    previous=previous.id if previous else None,
    overlap="7d",
    unused_for="1d",
    soak="14d",
)
pulumi.export("stage", rotation.stage)
