"""What programs write: the inputs of the resources as values."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, TypedDict

import pulumi

from keyswitch.model.status import OnDestroy, OnDrift, Status, WhenUnmet

_Later = Awaitable[str] | pulumi.Output[str]
StatusInput = Status | Literal["Active", "Inactive"] | _Later
"""A status; what is known later is checked then."""
OnDestroyInput = OnDestroy | Literal["leave", "deactivate", "restore"] | _Later
OnDriftInput = OnDrift | Literal["enforce", "report"] | _Later
WhenUnmetInput = WhenUnmet | Literal["refuse", "hold"] | _Later


@dataclass(frozen=True)
class _Bag:
    """Inputs that belong together, as a value."""

    def to_map(self) -> dict[str, Any]:
        """The same as a mapping, without what is omitted."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Safeguards(_Bag):
    """What a status change of a key has to meet; ``docs/safeguards.md`` describes each.

    :param unused_for: to deactivate: a duration (``7d``, ``36h``, ``1h30m``). The key was last used at least that
        long ago; one never used counts from its creation. AWS can take 15 minutes to record a use.
    :param successor: to deactivate: the id of another key of the same user that is Active and was used after this
        key's last use.
    :param overlap: to deactivate: a duration. The successor was created at least that long ago.
    :param keep_one_active: to deactivate: the user keeps another Active key.
    :param allow_own_key: to deactivate: the key may be one that signs this program's calls, or that its role was
        assumed with. By default such a key stays Active.
    :param allow_reactivation: to activate: the key may be one that somebody else deactivated. By default only a
        declaration that changed from Inactive to Active activates a key.
    :param refuse_quarantined: to activate: the user has no ``AWSCompromisedKeyQuarantine*`` policy.
    :param unmet: what happens while a safeguard is not met: ``refuse`` fails the run; ``hold`` keeps the key as it is
        until a later run finds the safeguards met. Default: ``refuse``.
    """

    unused_for: pulumi.Input[str] | None = None
    successor: pulumi.Input[str] | None = None
    overlap: pulumi.Input[str] | None = None
    keep_one_active: pulumi.Input[bool] | None = None
    allow_own_key: pulumi.Input[bool] | None = None
    allow_reactivation: pulumi.Input[bool] | None = None
    refuse_quarantined: pulumi.Input[bool] | None = None
    unmet: WhenUnmetInput | None = None


@dataclass(frozen=True)
class Account(_Bag):
    """How to act in one account, for keys outside the one of the stack's own credentials.

    Data, not credentials: it stands in the state, so that a refresh and a destroy find the way again.

    :param name: what messages call the account.
    :param role_arn: a role to assume, after the stack's own roles.
    :param external_id: the external id for that role.
    :param session_name: the session name for that role. Omitted, ``keyswitch-PROJECT-STACK``.
    :param duration: how long the role's session lasts, ``15m`` to ``12h``. Default: ``15m``.
    :param region: instead of the stack's region.
    :param profile: a profile of the shared AWS files, instead of the stack's own credentials and roles.
    :param allowed_account_ids: the only accounts in which keyswitch may act for these keys, twelve digits each,
        instead of the stack's ``allowedAccountIds``. What the stack forbids stays forbidden.
    """

    name: pulumi.Input[str]
    role_arn: pulumi.Input[str] | None = None
    external_id: pulumi.Input[str] | None = None
    session_name: pulumi.Input[str] | None = None
    duration: pulumi.Input[str] | None = None
    region: pulumi.Input[str] | None = None
    profile: pulumi.Input[str] | None = None
    allowed_account_ids: pulumi.Input[Sequence[str]] | None = None


class SafeguardsDict(TypedDict, total=False):
    """The inputs of :class:`Safeguards` as a mapping."""

    unused_for: pulumi.Input[str]
    successor: pulumi.Input[str]
    overlap: pulumi.Input[str]
    keep_one_active: pulumi.Input[bool]
    allow_own_key: pulumi.Input[bool]
    allow_reactivation: pulumi.Input[bool]
    refuse_quarantined: pulumi.Input[bool]
    unmet: WhenUnmetInput


class _NamedAccount(TypedDict):
    name: pulumi.Input[str]


class AccountDict(_NamedAccount, total=False):
    """The inputs of :class:`Account` as a mapping."""

    role_arn: pulumi.Input[str]
    external_id: pulumi.Input[str]
    session_name: pulumi.Input[str]
    duration: pulumi.Input[str]
    region: pulumi.Input[str]
    profile: pulumi.Input[str]
    allowed_account_ids: pulumi.Input[Sequence[str]]


AccountInput = Account | AccountDict | pulumi.Output[Any]
"""An account as a value, or as a mapping with the same names."""

SafeguardsInput = Safeguards | SafeguardsDict | pulumi.Output[Any]
"""Safeguards as a value, or as a mapping with the same names."""


class _KeyWithStatus(TypedDict):
    status: StatusInput


class KeyDict(_KeyWithStatus, total=False):
    """The inputs of one key of a fleet, as those of :class:`~keyswitch.AccessKeyStatus`."""

    user_name: pulumi.Input[str]
    reason: pulumi.Input[str]
    active_until: pulumi.Input[str]
    warn_before: pulumi.Input[str]
    on_destroy: OnDestroyInput
    on_drift: OnDriftInput
    safeguards: SafeguardsInput
    override: pulumi.Input[str]


class FleetDefaultsDict(TypedDict, total=False):
    """What holds for the keys of a fleet that have none of their own."""

    warn_before: pulumi.Input[str]
    on_destroy: OnDestroyInput
    on_drift: OnDriftInput


@dataclass(frozen=True, kw_only=True)
class AccessKeyStatusArgs:
    """The inputs of :class:`~keyswitch.AccessKeyStatus`, as one value.

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
    :param safeguards: what a status change has to meet. Omitted, a key that Pulumi authenticates with stays Active,
        and a key that somebody else deactivated stays Inactive.
    :param override: why the key is deactivated despite every safeguard, such as ``INC-4711``.
    :param account: the account that the key is in, if it is not the stack's own. Another way into the same account is
        no replacement.
    """

    access_key_id: pulumi.Input[str]
    status: StatusInput
    user_name: pulumi.Input[str] | None = None
    reason: pulumi.Input[str] | None = None
    active_until: pulumi.Input[str] | None = None
    warn_before: pulumi.Input[str] | None = None
    on_destroy: OnDestroyInput | None = None
    on_drift: OnDriftInput | None = None
    safeguards: SafeguardsInput | None = None
    override: pulumi.Input[str] | None = None
    account: AccountInput | None = None
