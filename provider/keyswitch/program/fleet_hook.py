"""The hook of a fleet: in a preview it judges every key and tells of each on the fleet's row.

In an update the plugin judges, refuses and switches key by key, so that one that is refused keeps
none of the others; the hook refuses then only what no key of the fleet may go on with.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import pulumi
from pulumi.resource import DependencyResource
from pulumi.runtime import is_dry_run

from keyswitch.fleet_provider import not_looked_at, whole_not_looked_at
from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError
from keyswitch.model.fleet import (
    KEYS,
    MAPS_BY_KEY,
    FleetDeclaration,
    fleet_error,
    parse_fleet,
)
from keyswitch.model.fleet_state import parse_fleet_outputs, taken_over_by_fleet
from keyswitch.model.state import Record
from keyswitch.plugin.property_bags import plain, revealed
from keyswitch.program.duplicates import Claim
from keyswitch.program.hooks import HIDDEN, Hooks, is_secret, moved_note
from keyswitch.program.in_thread import in_thread
from keyswitch.reconcile.batch import Batch
from keyswitch.reconcile.on_destroy import target_on_destroy


def fleet_binding(hooks: Hooks, claim: Claim) -> pulumi.ResourceOptions:
    """The options that bind a fleet to its hook, to be merged into its own."""
    hook = hooks.fleet_hook(_before_step(hooks, claim))
    return pulumi.ResourceOptions(
        hooks=pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])
    )


def _before_step(
    hooks: Hooks, claim: Claim
) -> Callable[[pulumi.ResourceHookArgs], Awaitable[None]]:
    async def before_step(args: pulumi.ResourceHookArgs) -> None:
        with hooks.steps.judging(args.urn):
            await plan(args)

    async def plan(args: pulumi.ResourceHookArgs) -> None:
        records = await _records(args)
        news = plain(await revealed(args.new_inputs), MAPS_BY_KEY)
        moved = taken_over_by_fleet(news, records)
        for each in moved.values():
            pulumi.log.info(moved_note(each), resource=DependencyResource(args.urn))
        records = {**records, **moved}
        parsed = parse_fleet(news, records, as_written=True)
        if parsed.problems and not is_dry_run():
            raise fleet_error(parsed.problems)
        for problem in parsed.problems:
            hooks.refuse([args.name], problem, args.urn)
        if parsed.declaration is not None:
            await _tell_of_keys(hooks, claim, args, parsed.declaration, records)
        elif not parsed.problems:
            row = DependencyResource(args.urn)
            pulumi.log.warn(whole_not_looked_at(parsed.unknown), resource=row)

    return before_step


async def _records(args: pulumi.ResourceHookArgs) -> Mapping[str, Record]:
    """What is recorded of each key, without the words of overrides that the program keeps secret."""
    if not args.old_outputs:
        return {}
    records = parse_fleet_outputs(await revealed(args.old_outputs))
    if not is_secret(args.old_outputs, KEYS):
        return records
    return {key: record.with_override_hidden(HIDDEN) for key, record in records.items()}


async def _tell_of_keys(
    hooks: Hooks,
    claim: Claim,
    args: pulumi.ResourceHookArgs,
    declared: FleetDeclaration,
    records: Mapping[str, Record],
) -> None:
    hooks.declared_keys.known(claim, declared.ids)
    elsewhere = hooks.declared_keys.declared_elsewhere(claim)
    refusals = {
        **_declared_twice(hooks, declared, args.name),
        **_moving(declared, records, elsewhere),
    }
    if not is_dry_run():
        for refusal in refusals.values():
            raise refusal
    # The program's config, project and stack can be read on its own thread only.
    known = {
        account: hooks.reconciler_of(account)
        for account in {
            *(key.account for key in declared.keys),
            *(record.declaration.account for record in records.values()),
        }
    }
    if not is_dry_run():
        keys = declared.keys
        if await in_thread(lambda: any(known[key.account].deactivates_signer(key) for key in keys)):
            await hooks.steps.others_first(last=True)
        return
    fleet = Batch(known.__getitem__)
    judged = await in_thread(lambda: fleet.plan(declared, records, elsewhere, for_reader=True))
    claim.keys = len(judged.ids)
    row = DependencyResource(args.urn)
    for note in judged.notes():
        pulumi.log.info(note, resource=row)
    # A hook is given a map that holds a secret as an output, whole.
    warnings = judged.warnings(with_overrides=not is_secret(args.new_inputs, KEYS))
    for warning in (*not_looked_at(declared), *judged.warnings_of_ends(), *warnings):
        pulumi.log.warn(warning, resource=row)
    for access_key_id, refusal in {**judged.refusals, **refusals}.items():
        hooks.refuse([access_key_id], refusal, args.urn)
    if judged.too_wide is not None:
        hooks.refuse(judged.limited, judged.too_wide, args.urn)


def _declared_twice(
    hooks: Hooks, declared: FleetDeclaration, name: str
) -> dict[str, KeyswitchError]:
    refusals = {
        key.access_key_id: hooks.declared_keys.duplicate_error(key, name) for key in declared.keys
    }
    return {key: refusal for key, refusal in refusals.items() if refusal is not None}


def _moving(
    declared: FleetDeclaration, records: Mapping[str, Record], elsewhere: set[str]
) -> dict[str, KeyswitchError]:
    """Keys that the fleet might let go with a switch before another resource has taken them.

    A fleet lets go in its own update; only what is deleted whole goes after everything is declared.
    What would be switched is not looked at: the key may be switched by others until then.
    """
    moving = (set(records) - declared.ids) & elsewhere
    return {
        key: KeyswitchError(
            catalogue.MOVES_WITH_A_SWITCH,
            Attempt("moving", key, records[key].user_name),
            on_destroy=records[key].declaration.on_destroy,
        )
        for key in sorted(moving)
        if target_on_destroy(records[key]) is not None
    }
