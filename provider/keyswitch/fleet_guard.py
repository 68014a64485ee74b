"""The guard's part for fleets: in a preview it judges every key and tells of each on the fleet's row.

In an update the plugin judges, refuses and switches key by key, so that one that is refused keeps
none of the others; the hook refuses then only what no key of the fleet may go on with.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import pulumi
from pulumi.resource import DependencyResource
from pulumi.runtime import is_dry_run

from keyswitch import catalogue
from keyswitch.bags import plain, revealed
from keyswitch.declaration import Record
from keyswitch.errors import Attempt, KeyswitchError, message
from keyswitch.fleet import Fleet, is_switched_at_end
from keyswitch.fleet_declaration import (
    KEYS,
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
        parsed = parse_fleet(plain(await revealed(args.new_inputs), MAPS_BY_KEY))
        row = DependencyResource(args.urn)
        if parsed.declaration is None:
            names = ", ".join(parsed.unknown)
            pulumi.log.warn(
                message(catalogue.NOT_LOOKED_AT, "the fleet:", properties=names), resource=row
            )
            return
        declared = parsed.declaration
        records = parse_fleet_outputs(await revealed(args.old_outputs)) if args.old_outputs else {}
        elsewhere = guard.declared_beside(args.name)
        refusals = {
            **_declared_twice(guard, declared, args.name),
            **_moving(declared, records, elsewhere),
        }
        if not is_dry_run():
            for refusal in refusals.values():
                raise refusal
            return
        fleet = Fleet(guard.lifecycle_of(next((key.account for key in declared.keys), None)))
        judged = await in_thread(lambda: fleet.judge(declared, records, elsewhere, for_reader=True))
        for note in judged.notes():
            pulumi.log.info(note, resource=row)
        # A hook is given a map that holds a secret as an output, whole.
        is_plain = isinstance((args.new_inputs or {}).get(KEYS), Mapping)
        for warning in (*_not_looked_at(declared), *judged.warnings(with_overrides=is_plain)):
            pulumi.log.warn(warning, resource=row)
        for access_key_id, refusal in {**judged.refusals, **refusals}.items():
            guard.refuse(access_key_id, refusal, args.urn)
        if judged.too_wide is not None:
            guard.refuse(args.name, judged.too_wide, args.urn)

    return before_step


def _declared_twice(
    guard: Guard, declared: FleetDeclaration, name: str
) -> dict[str, KeyswitchError]:
    refusals = {key.access_key_id: guard.second_declaration(key, name) for key in declared.keys}
    return {key: refusal for key, refusal in refusals.items() if refusal is not None}


def _moving(
    declared: FleetDeclaration, records: Mapping[str, Record], elsewhere: set[str]
) -> dict[str, KeyswitchError]:
    """Keys that the fleet would let go with a switch before another resource has taken them.

    A fleet lets go in its own update; only what is deleted whole goes after everything is declared.
    """
    moving = (set(records) - declared.ids) & elsewhere
    return {
        key: KeyswitchError(
            catalogue.MOVES_WITH_A_SWITCH,
            Attempt("moving", key, records[key].user_name),
            on_destroy=records[key].declaration.on_destroy,
        )
        for key in sorted(moving)
        if is_switched_at_end(records[key])
    }


def _not_looked_at(declared: FleetDeclaration) -> list[str]:
    return [
        message(catalogue.NOT_LOOKED_AT, Attempt("previewing", key), properties="its declaration")
        for key in sorted(declared.unknown)
    ]
