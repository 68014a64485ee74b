"""Keys minted by pulumi-aws whose status is keyswitch's: needs the extra ``keyswitch[aws]``.

The only module that imports pulumi-aws. The secret goes from ``aws.iam.AccessKey`` to where the
program sends it, and never to keyswitch.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from keyswitch.guard import Guard


def access_key(
    resource_name: str, *, user: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
) -> aws.iam.AccessKey:
    """An ``aws.iam.AccessKey`` that can be rotated.

    Its ``status`` is left to keyswitch (``ignore_changes``), and a third key is refused in the
    preview, with what its user has, before AWS refuses it in the update.

    :param resource_name: the logical name.
    :param user: the IAM user to mint it for.
    :param opts: the usual options; ``ignore_changes`` and hooks of yours are kept.
    :returns: the resource; its ``id`` is the access key id, its ``secret`` a Pulumi secret.
    """
    guard = Guard.of_program()
    own = pulumi.ResourceOptions(ignore_changes=["status"])
    own = pulumi.ResourceOptions.merge(own, guard.binding_of_minted())
    key = aws.iam.AccessKey(resource_name, user=user, opts=pulumi.ResourceOptions.merge(opts, own))
    guard.watch(key)
    return key
