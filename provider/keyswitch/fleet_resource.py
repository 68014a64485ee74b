"""The resource for many keys at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import isawaitable
from typing import Any, Final

import pulumi
from pulumi.dynamic import Resource

from keyswitch.args import Account, AccountInput, Safeguards, SafeguardsInput
from keyswitch.fleet_declaration import (
    DEFAULTS,
    KEYS,
    STATUSES,
)
from keyswitch.fleet_guard import fleet_binding
from keyswitch.fleet_provider import AccessKeyFleetProvider
from keyswitch.fleet_state import FLEET_COMPUTED
from keyswitch.guard import Guard
from keyswitch.max_changes import MAX_CHANGES
from keyswitch.moves import may_restore
from keyswitch.options import refuse_options
from keyswitch.properties import ACCOUNT, MOVED_FROM, SAFEGUARDS, STATUS

_NO_MAP: Final = ""
"""In the place of what is no map: it need not be repeated, and may be a secret in the wrong place."""


class AccessKeyFleet(Resource, module="keyswitch", name="AccessKeyFleet"):
    """The statuses that many existing IAM access keys of one account should have.

    Does with each key what :class:`~keyswitch.AccessKeyStatus` does with one, in the same words, at a
    fraction of the engine's cost. A key may be moved between the two forms: that switches nothing that
    is as declared, but what was recorded of it begins anew, and with it the status that
    ``on_destroy="restore"`` goes back to, the time that a switch is held since, and what
    ``on_drift="report"`` has left alone.
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
        keys: pulumi.Input[Mapping[str, pulumi.Input[Mapping[str, Any]]]],
        defaults: pulumi.Input[Mapping[str, Any]] | None = None,
        safeguards: SafeguardsInput | None = None,
        account: AccountInput | None = None,
        max_changes: pulumi.Input[int | str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the keys.

        :param resource_name: the logical name, unique among the program's fleets.
        :param keys: access key id to its inputs, those of :class:`~keyswitch.AccessKeyStatus` but
            for the account: ``{"AKIA...": {"status": "Inactive", "user_name": "bob"}}``.
        :param defaults: ``on_destroy`` and ``on_drift`` of keys that have none of their own.
        :param safeguards: of every key; a key's own go first, each by itself.
        :param account: the account that all of them are in, if it is not the stack's own.
        :param max_changes: how many of them one run may switch, a number or a share of all
            (``"10%"``), not counting overrides; of a wider change only the overrides are carried
            out, and a wider end of the fleet is refused whole.
        :param opts: the usual resource options.
        :raises pulumi.RunError: KS114, for the options ``id`` and ``import_``; KS156, for
            ``ignore_changes`` of the keys or their statuses; KS158, for ``version`` and
            ``plugin_download_url``; KS160, for an explicit provider of AWS without ``account``.
        """
        refuse_options(resource_name, opts, (KEYS, STATUSES), account)
        guard = Guard.of_program()
        if not isinstance(keys, Mapping):
            # An awaitable can be awaited once, and both the guard and the engine ask for it.
            keys = pulumi.Output.from_input(keys)
        claim = guard.claims.claim_each(keys, resource_name)
        guard.declare_in(account.to_map() if isinstance(account, Account) else account)
        props: dict[str, Any] = {
            **_split(keys),
            DEFAULTS: defaults,
            SAFEGUARDS: safeguards.to_map() if isinstance(safeguards, Safeguards) else safeguards,
            ACCOUNT: account.to_map() if isinstance(account, Account) else account,
            MAX_CHANGES: max_changes,
            **dict.fromkeys(FLEET_COMPUTED),
        }
        if may_restore(defaults, *(keys.values() if isinstance(keys, Mapping) else [keys])):
            wanted = pulumi.Output.all(props[STATUSES], guard.recorded())
            props[MOVED_FROM] = wanted.apply(_moved_from)
        super().__init__(
            AccessKeyFleetProvider(),
            resource_name,
            props,
            pulumi.ResourceOptions.merge(opts, fleet_binding(guard, claim)),
        )
        guard.watch(self)


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
    """What is no map is left for Check to tell; the engine is never given any ``None``."""
    if not isinstance(keys, Mapping):
        return {STATUSES: {}, KEYS: _NO_MAP}
    split = {access_key_id: _split_entry(entry) for access_key_id, entry in keys.items()}
    return {
        STATUSES: {access_key_id: status for access_key_id, (status, _) in split.items()},
        KEYS: {access_key_id: entry for access_key_id, (_, entry) in split.items()},
    }


def _split_entry(entry: Any) -> tuple[Any, Any]:
    if isawaitable(entry):
        entry = pulumi.Output.from_input(entry)
    if isinstance(entry, pulumi.Output):
        return entry.apply(_status), entry.apply(_without_status)
    return _status(entry), _without_status(entry)


def _status(entry: Any) -> Any:
    return entry.get(STATUS) if isinstance(entry, Mapping) else None


def _without_status(entry: Any) -> Any:
    if not isinstance(entry, Mapping):
        return _NO_MAP
    plain = {
        name: value.to_map() if isinstance(value, Safeguards) else value
        for name, value in entry.items()
        if value is not None
    }
    plain.pop(STATUS, None)
    return plain
