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
    """What a status change of a key has to meet; ``docs/safeguards.md`` tells each in full.

    To deactivate a key:

    :param unused_for: a duration (``7d``, ``36h``, ``1h30m``): the key was last used at least that
        long ago; one never used counts from its creation. AWS can take 15 minutes to record a use.
    :param successor: the id of another key of the same user that is Active and was used after this
        key's last use.
    :param overlap: a duration: that successor was created at least that long ago.
    :param keep_one_active: the user keeps another Active key.
    :param allow_own_key: the key that signs this program's calls, or that its role was assumed
        with, may be deactivated; not so by default.

    To activate a key:

    :param allow_reactivation: a key that somebody else deactivated may be reactivated; not
        so by default, where only a declaration that changed from Inactive to Active may.
    :param refuse_quarantined: the user carries no ``AWSCompromisedKeyQuarantine*`` policy.

    Both:

    :param unmet: ``refuse`` (default) fails the run; ``hold`` keeps the key as it is until a later
        run finds the safeguards met.
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

    :param name: what messages call it.
    :param role_arn: a role to assume, with whatever the stack's ``aws:*`` settings sign with.
    :param external_id: for that role, as the following two; see ``sts:AssumeRole``.
    :param session_name: omitted, ``keyswitch-PROJECT-STACK``.
    :param duration: of the role's session, ``15m`` (the default) to ``12h``.
    :param region: instead of the stack's.
    :param profile: of the shared AWS files, instead of the stack's own credentials and roles.
    :param allowed_account_ids: the only accounts in which it may act, twelve digits each.
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
    on_destroy: OnDestroyInput
    on_drift: OnDriftInput
    safeguards: SafeguardsInput
    override: pulumi.Input[str]


class FleetDefaultsDict(TypedDict, total=False):
    """What holds for the keys of a fleet that have none of their own."""

    on_destroy: OnDestroyInput
    on_drift: OnDriftInput


@dataclass(frozen=True, kw_only=True)
class AccessKeyStatusArgs:
    """The inputs of :class:`~keyswitch.AccessKeyStatus`, as one value.

    :param access_key_id: the id of an existing long-term key (``AKIA...``).
    :param status: the status that the key should have.
    :param user_name: the IAM user that owns it; omitted, the owner is looked up.
    :param reason: why, for whoever reads the program, the state or the register.
    :param on_destroy: ``leave`` (default), ``deactivate`` or ``restore``.
    :param on_drift: ``enforce`` (default) or ``report``.
    :param safeguards: what a status change has to meet.
    :param override: why the key is deactivated despite every safeguard.
    :param account: the account that the key is in, if it is not the stack's own.
    """

    access_key_id: pulumi.Input[str]
    status: StatusInput
    user_name: pulumi.Input[str] | None = None
    reason: pulumi.Input[str] | None = None
    on_destroy: OnDestroyInput | None = None
    on_drift: OnDriftInput | None = None
    safeguards: SafeguardsInput | None = None
    override: pulumi.Input[str] | None = None
    account: AccountInput | None = None
