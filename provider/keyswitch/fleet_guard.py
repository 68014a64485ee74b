"""The guard's part for fleets: in a preview it judges every key and tells of each on the fleet's row.

In an update the plugin judges, refuses and switches key by key, so that one that is refused keeps
none of the others; the hook refuses then only what no key of the fleet may go on with.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pulumi
from pulumi.resource import DependencyResource
from pulumi.runtime import is_dry_run

from keyswitch import catalogue
from keyswitch.bags import plain_by_key, revealed
from keyswitch.errors import Attempt, KeyswitchError, message
from keyswitch.fleet import Fleet, FleetJudgement
from keyswitch.fleet_declaration import (
    MAPS_BY_KEY,
    FleetDeclaration,
    parse_fleet,
    parse_fleet_outputs,
)
from keyswitch.guard import Guard, in_thread


def fleet_binding(guard: Guard) -> pulumi.ResourceOptions:
    """The options that put a fleet under the program's guard, to be merged into its own."""
    hook = guard.fleet_hook(_before_step(guard))
    return pulumi.ResourceOptions(
        hooks=pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])
    )


def _before_step(guard: Guard) -> Callable[[pulumi.ResourceHookArgs], Awaitable[None]]:
    async def before_step(args: pulumi.ResourceHookArgs) -> None:
        parsed = parse_fleet(plain_by_key(await revealed(args.new_inputs), MAPS_BY_KEY))
        row = DependencyResource(args.urn)
        if parsed.declaration is None:
            names = ", ".join(parsed.unknown)
            pulumi.log.warn(
                message(catalogue.NOT_LOOKED_AT, "the fleet:", properties=names), resource=row
            )
            return
        declared = parsed.declaration
        twice = _declared_twice(guard, declared, args.name)
        if not is_dry_run():
            for refusal in twice.values():
                raise refusal
            return
        judged = await _judged(guard, declared, args)
        for note in judged.notes():
            pulumi.log.info(note, resource=row)
        for warning in (*_not_looked_at(declared), *judged.warnings()):
            pulumi.log.warn(warning, resource=row)
        for access_key_id, refusal in {**judged.refusals, **twice}.items():
            guard.refuse(access_key_id, refusal, args.urn)
        if judged.too_wide is not None:
            guard.refuse(args.name, judged.too_wide, args.urn)

    return before_step


async def _judged(
    guard: Guard, declared: FleetDeclaration, args: pulumi.ResourceHookArgs
) -> FleetJudgement:
    records = parse_fleet_outputs(await revealed(args.old_outputs)) if args.old_outputs else {}
    account = next((key.account for key in declared.keys), None)
    fleet = Fleet(guard.lifecycle_of(account))
    elsewhere = guard.declared_beside(args.name)
    return await in_thread(lambda: fleet.judge(declared, records, elsewhere, for_reader=True))


def _declared_twice(
    guard: Guard, declared: FleetDeclaration, name: str
) -> dict[str, KeyswitchError]:
    refusals = {key.access_key_id: guard.second_declaration(key, name) for key in declared.keys}
    return {key: refusal for key, refusal in refusals.items() if refusal is not None}


def _not_looked_at(declared: FleetDeclaration) -> list[str]:
    return [
        message(catalogue.NOT_LOOKED_AT, Attempt("previewing", key), properties="its declaration")
        for key in sorted(declared.unknown)
    ]
