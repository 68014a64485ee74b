"""The resource that programs declare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import pulumi
from pulumi.dynamic import Resource

from keyswitch.messages import catalogue
from keyswitch.messages.format import line
from keyswitch.model.inputs import (
    ACCESS_KEY_ID,
    ACCOUNT,
    ACTIVE_UNTIL,
    MAPS,
    MOVED_FROM,
    ON_DESTROY,
    ON_DRIFT,
    OVERRIDE,
    REASON,
    SAFEGUARDS,
    STATUS,
    USER_NAME,
    WARN_BEFORE,
)
from keyswitch.model.state import COMPUTED
from keyswitch.model.status import OnDestroy
from keyswitch.model.urn import NATIVE_KEY_TYPE
from keyswitch.plugin.resource_options import refuse_options
from keyswitch.program.args import (
    AccessKeyStatusArgs,
    AccountInput,
    OnDestroyInput,
    OnDriftInput,
    SafeguardsInput,
    StatusInput,
)
from keyswitch.program.hooks import Hooks
from keyswitch.program.inputs import (
    refuse_argument,
    refuse_arguments,
    sendable,
    single,
)
from keyswitch.program.moved_keys import may_restore
from keyswitch.provider import AccessKeyStatusProvider


class AccessKeyStatus(Resource, module="keyswitch", name="AccessKeyStatus"):
    """The status that an existing IAM access key should have.

    Adopts the key, never creates or deletes one, and never sees its secret. Its id is the access key
    id. ``docs/situations.md`` has what happens in each situation, ``docs/errors.md`` each message.
    """

    access_key_id: pulumi.Output[str]
    """The access key id."""
    user_name: pulumi.Output[str]
    """The owner as found; empty for the account's root user."""
    status: pulumi.Output[str]
    """The status as last seen: Active, Inactive, Expired or Deleted."""
    desired_status: pulumi.Output[str]
    """The status as last declared and carried out; that of a held switch stands in ``pending``."""
    account_id: pulumi.Output[str]
    """The account that the key was adopted in; empty under ``aws:skipRequestingAccountId``."""
    create_date: pulumi.Output[str]
    """When the key was created, ISO 8601."""
    changed_at: pulumi.Output[str]
    """When this program last changed the status, ISO 8601; empty if it never has."""
    adopted_status: pulumi.Output[str]
    """The status in which the key was found when it was adopted."""
    status_since: pulumi.Output[str]
    """When the present status was first seen or set, ISO 8601."""
    deactivated_by: pulumi.Output[str]
    """Who deactivated the key last, as far as the program has seen: nobody, program, override, ``override,
    since confirmed`` (the program went on to declare Inactive without it), or outside."""
    pending: pulumi.Output[str]
    """What a held switch waits for, and since when (ISO 8601); empty if none is held."""
    reason: pulumi.Output[str | None]
    """The reason, as declared."""
    active_until: pulumi.Output[str | None]
    """Until when the key is declared Active, as declared; the status that holds now stands in ``desired_status``."""
    warn_before: pulumi.Output[str | None]
    """How long before that each run begins to warn, as declared."""
    on_destroy: pulumi.Output[str | None]
    """What happens to the key on destroy, as declared."""
    on_drift: pulumi.Output[str | None]
    """What happens when somebody else changes the status, as declared."""
    safeguards: pulumi.Output[Any]
    """What a status change has to meet, as declared: a mapping."""
    account: pulumi.Output[Any]
    """The account that the key is in, as declared: a mapping."""
    override: pulumi.Output[str | None]
    """Why the key is deactivated despite every safeguard, as declared."""

    @overload
    def __init__(
        self,
        resource_name: str,
        args: AccessKeyStatusArgs,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        resource_name: str,
        *,
        access_key_id: pulumi.Input[str],
        status: StatusInput,
        user_name: pulumi.Input[str] | None = None,
        reason: pulumi.Input[str] | None = None,
        active_until: pulumi.Input[str] | None = None,
        warn_before: pulumi.Input[str] | None = None,
        on_destroy: OnDestroyInput | None = None,
        on_drift: OnDriftInput | None = None,
        safeguards: SafeguardsInput | None = None,
        override: pulumi.Input[str] | None = None,
        account: AccountInput | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None: ...

    def __init__(
        self,
        resource_name: str,
        args: AccessKeyStatusArgs | None = None,
        *,
        access_key_id: pulumi.Input[str] | None = None,
        status: StatusInput | None = None,
        user_name: pulumi.Input[str] | None = None,
        reason: pulumi.Input[str] | None = None,
        active_until: pulumi.Input[str] | None = None,
        warn_before: pulumi.Input[str] | None = None,
        on_destroy: OnDestroyInput | None = None,
        on_drift: OnDriftInput | None = None,
        safeguards: SafeguardsInput | None = None,
        override: pulumi.Input[str] | None = None,
        account: AccountInput | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the key.

        :param resource_name: the logical name, unique among the program's resources of this type.
        :param args: all inputs as one value, instead of the keywords.
        :param access_key_id: the id of an existing long-term key (``AKIA...``). Another id is another resource.
        :param status: the status that the key should have, ``Active`` or ``Inactive``.
        :param user_name: the IAM user that owns the key. Omitted, the owner is looked up with
            ``iam:GetAccessKeyLastUsed``, or else taken to be the signer.
        :param reason: why, for readers of the program, the register and the state.
        :param active_until: until when the key is declared Active: a date such as ``2027-03-31``, the whole of which
            counts, in UTC, or a moment with its offset such as ``2027-03-31T18:00:00+02:00``. The first run after that
            deactivates the key, as if the program declared Inactive from then on. Only with the status ``Active``.
        :param warn_before: how long before ``active_until`` each run begins to warn; a duration. Default: ``14d``.
        :param on_destroy: what happens to the key when its declaration ends: ``leave`` makes no call, ``deactivate``
            deactivates the key, ``restore`` sets the status back to that at adoption. Default: ``leave``.
        :param on_drift: what happens when somebody else changes the status: ``enforce`` corrects it, as far as the
            safeguards allow; ``report`` warns in each run and changes nothing. Default: ``enforce``.
        :param safeguards: what a status change has to meet. Omitted, a key that Pulumi authenticates with stays
            Active, and a key that somebody else deactivated stays Inactive.
        :param override: why the key is deactivated despite every safeguard, such as ``INC-4711``.
        :param account: the account that the key is in, if it is not the stack's own. Another way into the same
            account is no replacement.
        :param opts: the usual resource options; hooks of yours run before keyswitch's own.
        :raises pulumi.RunError: KS140, for a value that Pulumi cannot pass on; KS141, for an argument of another
            class; KS142, for ``args`` together with keywords; KS114, for the options ``id``, ``import_`` and ``urn``; KS156, for
            ``ignore_changes`` of the status; KS158, for ``version`` and ``plugin_download_url``;
            KS160, for an explicit provider of AWS without ``account``.
        """
        given: dict[str, Any] = {
            ACCESS_KEY_ID: access_key_id,
            STATUS: status,
            USER_NAME: user_name,
            REASON: reason,
            ACTIVE_UNTIL: active_until,
            WARN_BEFORE: warn_before,
            ON_DESTROY: on_destroy,
            ON_DRIFT: on_drift,
            SAFEGUARDS: safeguards,
            OVERRIDE: override,
            ACCOUNT: account,
        }
        refuse_arguments("AccessKeyStatus", resource_name, opts)
        if args is not None:
            if not isinstance(args, AccessKeyStatusArgs):
                takes = "keyswitch.AccessKeyStatusArgs, or the inputs as keywords"
                refuse_argument("AccessKeyStatus", "args", args, takes)
            if any(value is not None for value in given.values()):
                raise pulumi.RunError(line(catalogue.GivenTwice(name=resource_name)))
            given = {name: getattr(args, name) for name in given}
        refuse_options(resource_name, opts, (ACCESS_KEY_ID, STATUS), given[ACCOUNT])
        given = {
            name: (sendable if name in MAPS else single)(name, value)
            for name, value in given.items()
        }
        hooks = Hooks.of_program()
        hooks.declared_keys.claim(given[ACCESS_KEY_ID], resource_name)
        hooks.declare_in(given[ACCOUNT])
        props: dict[str, Any] = {**given, **dict.fromkeys(COMPUTED)}
        if may_restore(given[ON_DESTROY]):
            wanted = pulumi.Output.all(given[ACCESS_KEY_ID], given[ON_DESTROY], hooks.recorded())
            props[MOVED_FROM] = wanted.apply(_moved_from)
        super().__init__(
            AccessKeyStatusProvider(),
            resource_name,
            props,
            pulumi.ResourceOptions.merge(opts, hooks.binding(NATIVE_KEY_TYPE)),
        )
        hooks.watch(self)


def _moved_from(wanted: Sequence[Any]) -> Any:
    access_key_id, on_destroy, recorded = wanted
    return recorded.get(access_key_id) if on_destroy == OnDestroy.RESTORE else None
