"""The resource for many keys at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi.dynamic import Resource

from keyswitch.fleet_provider import AccessKeyFleetProvider
from keyswitch.model.change_limit import MAX_CHANGES
from keyswitch.model.fleet import (
    DEFAULTS,
    KEYS,
    STATUSES,
)
from keyswitch.model.fleet_state import FLEET_COMPUTED
from keyswitch.model.inputs import ACCOUNT, MOVED_FROM, SAFEGUARDS, STATUS
from keyswitch.model.urn import NATIVE_FLEET_TYPE
from keyswitch.plugin.resource_options import refuse_options
from keyswitch.program.args import AccountInput, FleetDefaultsDict, KeyDict, SafeguardsInput
from keyswitch.program.hooks import Hooks
from keyswitch.program.inputs import refuse_arguments, sendable, single
from keyswitch.program.moved_keys import may_restore

_NO_MAP: Final = ""
"""In the place of what is not a map: it need not be repeated, and may be a secret in the wrong place."""


class AccessKeyFleet(Resource, module="keyswitch", name="AccessKeyFleet"):
    """The statuses that many existing IAM access keys of one account should have.

    Handles each key as :class:`~keyswitch.AccessKeyStatus` does, with the same messages, at a fraction of the
    engine's cost. A key may move between the two forms, which changes no key that is as declared. Its record
    moves along with ``on_destroy="restore"``, and begins anew otherwise.
    """

    keys: pulumi.Output[Mapping[str, Any]]
    """The keys as declared, without their statuses."""
    statuses: pulumi.Output[Mapping[str, str]]
    """The status of each key as last seen: Active, Inactive, Expired or Deleted."""
    pending: pulumi.Output[Mapping[str, str]]
    """What each held switch waits for, and since when (ISO 8601); keys without one are not in it."""
    records: pulumi.Output[Mapping[str, Any]]
    """What is recorded of each key: user_name, create_date, changed_at, adopted_status, desired_status, ..."""
    account_id: pulumi.Output[str]
    """The account of the keys; empty under ``aws:skipRequestingAccountId``."""

    def __init__(
        self,
        resource_name: str,
        *,
        keys: pulumi.Input[Mapping[str, pulumi.Input[KeyDict]]],
        defaults: pulumi.Input[FleetDefaultsDict] | None = None,
        safeguards: SafeguardsInput | None = None,
        account: AccountInput | None = None,
        max_changes: pulumi.Input[int | str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the keys.

        :param resource_name: the logical name, unique among the program's fleets.
        :param keys: access key id to the inputs of the key, those of ``AccessKeyStatus`` but for the account:
            ``{"AKIA...": {"status": "Inactive", "user_name": "bob"}}``.
        :param defaults: ``warn_before``, ``on_destroy`` and ``on_drift`` of keys that have none of their own.
        :param safeguards: safeguards of every key. A key's own go first, each by itself.
        :param account: the account that all keys are in, if it is not the stack's own.
        :param max_changes: how many keys one run may change, a number or a share of all (``"10%"``). Overrides do not
            count. Of a wider change only the overrides are made, and a wider end of the fleet is refused as a whole.
        :param opts: the usual resource options.
        :raises pulumi.RunError: KS140, for a value that Pulumi cannot hand on; KS141, for an argument of another
            class; KS114, for the options ``id`` and ``import_``; KS156, for
            ``ignore_changes`` of the keys or their statuses; KS158, for ``version`` and
            ``plugin_download_url``; KS160, for an explicit provider of AWS without ``account``.
        """
        refuse_arguments("AccessKeyFleet", resource_name, opts)
        refuse_options(resource_name, opts, (KEYS, STATUSES), account)
        keys = sendable(KEYS, keys)
        own = {
            DEFAULTS: sendable(DEFAULTS, defaults),
            SAFEGUARDS: sendable(SAFEGUARDS, safeguards),
            ACCOUNT: sendable(ACCOUNT, account),
            MAX_CHANGES: sendable(MAX_CHANGES, max_changes),
        }
        hooks = Hooks.of_program()
        hooks.declared_keys.claim_each(keys, resource_name)
        hooks.declare_in(own[ACCOUNT])
        props: dict[str, Any] = {
            **_split(keys),
            **own,
            **dict.fromkeys(FLEET_COMPUTED),
        }
        if may_restore(own[DEFAULTS], *(keys.values() if isinstance(keys, Mapping) else [keys])):
            wanted = pulumi.Output.all(props[STATUSES], hooks.recorded())
            props[MOVED_FROM] = wanted.apply(_moved_from)
        super().__init__(
            AccessKeyFleetProvider(),
            resource_name,
            props,
            pulumi.ResourceOptions.merge(opts, hooks.binding(NATIVE_FLEET_TYPE)),
        )
        hooks.watch(self)


def _moved_from(wanted: Sequence[Any]) -> dict[str, Any]:
    statuses, recorded = wanted
    return {key: recorded[key] for key in statuses if key in recorded}


def _split(keys: Any) -> dict[str, Any]:
    """The statuses by themselves, so that an engine that shows a difference shows a line for each."""
    if isinstance(keys, pulumi.Output):
        whole = keys.apply(_split_known)
        return {STATUSES: whole[STATUSES], KEYS: whole[KEYS]}
    return _split_known(keys)


def _split_known(keys: Any) -> dict[str, Any]:
    """What is not a map is left for Check to tell; the engine is never given any ``None``."""
    if not isinstance(keys, Mapping):
        return {STATUSES: {}, KEYS: _NO_MAP}
    split = {
        access_key_id: _split_entry(f"{KEYS}.{access_key_id}.{STATUS}", entry)
        for access_key_id, entry in keys.items()
    }
    return {
        STATUSES: {access_key_id: status for access_key_id, (status, _) in split.items()},
        KEYS: {access_key_id: entry for access_key_id, (_, entry) in split.items()},
    }


def _split_entry(name: str, entry: Any) -> tuple[Any, Any]:
    if isinstance(entry, pulumi.Output):
        return entry.apply(lambda known: _status(name, known)), entry.apply(_without_status)
    return _status(name, entry), _without_status(entry)


def _status(name: str, entry: Any) -> Any:
    return single(name, entry.get(STATUS)) if isinstance(entry, Mapping) else None


def _without_status(entry: Any) -> Any:
    if not isinstance(entry, Mapping):
        return _NO_MAP
    return {name: value for name, value in entry.items() if value is not None and name != STATUS}
