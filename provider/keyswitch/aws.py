"""Keys created by pulumi-aws whose status keyswitch declares: needs the extra ``keyswitch[aws]``.

The only module that imports pulumi-aws; without the extra the import of this module raises
:class:`MissingExtraError`, an ``ImportError``. The secret goes from ``aws.iam.AccessKey`` to where the
program sends it, and never to keyswitch.
"""

from __future__ import annotations

import pulumi

from keyswitch.messages import catalogue
from keyswitch.messages.format import line
from keyswitch.model import validators
from keyswitch.model.inputs import USER_NAME
from keyswitch.program.hooks import Hooks
from keyswitch.program.inputs import checked, refuse_arguments, sendable


class MissingExtraError(pulumi.RunError, ImportError):
    """KS143: what this module needs is not installed."""


try:
    import pulumi_aws as aws
except ModuleNotFoundError as error:
    if error.name != "pulumi_aws":
        raise
    raise MissingExtraError(line(catalogue.MissingExtra())) from None


def access_key(
    resource_name: str, *, user: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
) -> aws.iam.AccessKey:
    """An ``aws.iam.AccessKey`` that can be rotated.

    Its ``status`` is left to keyswitch (``ignore_changes``), and a third key is refused in the
    preview, with what its user has, before AWS refuses it in the update.

    :param resource_name: the logical name.
    :param user: the IAM user to create the key for.
    :param opts: the usual options; ``ignore_changes`` and hooks of yours are kept.
    :raises pulumi.RunError: KS141, for an argument of another class; KS107 or KS109, for a ``user`` that is no user name.
    :returns: the resource; its ``id`` is the access key id, its ``secret`` a Pulumi secret.
    """
    refuse_arguments("aws.access_key", resource_name, opts)
    user = checked(USER_NAME, sendable("user", user), validators.user_name)
    hooks = Hooks.of_program()
    own = pulumi.ResourceOptions(ignore_changes=["status"])
    own = pulumi.ResourceOptions.merge(own, hooks.binding_of_created_key())
    key = aws.iam.AccessKey(resource_name, user=user, opts=pulumi.ResourceOptions.merge(opts, own))
    hooks.watch(key)
    return key
