"""Judges every create and update of a program before it happens, in the preview too.

A refusal inside the plugin would end a run at the first key. So a resource hook judges first,
which runs in the program's process: in a preview it reports on each refused key's own row and goes
on, and when all keys are through it fails the program once, so that one preview names every
violator. In an update it stops each refused key before the plugin is asked. The plugin judges
again right before it writes; this is the part that a reviewer reads.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

import pulumi
from pulumi.resource import DependencyResource
from pulumi.runtime import get_root_resource, is_dry_run
from pulumi.runtime.settings import SETTINGS

from keyswitch.iam.client import IamClient
from keyswitch.iam.user_agent import Origin
from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError, message
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.fields import ACCESS_KEY_ID, OVERRIDE
from keyswitch.model.parsing import (
    DeclarationError,
    Parsed,
    account_of,
    declaration_error,
    parse_outputs,
    parse_program,
    taken_over,
)
from keyswitch.model.state import JUDGED_BY, Record
from keyswitch.model.user_names import folded
from keyswitch.plugin.process_state import ProcessState
from keyswitch.plugin.property_bags import plain, revealed
from keyswitch.program.duplicates import DeclaredKeys, as_soon_as_known
from keyswitch.program.in_thread import in_thread
from keyswitch.program.moved_keys import Recorded, recorded_in_state
from keyswitch.program.plaintext_credentials import warnings_of_plain_secrets
from keyswitch.program.progress import Progress
from keyswitch.reconcile.diff import Action
from keyswitch.reconcile.key_quota import refuse_third_key
from keyswitch.reconcile.plan import Plan
from keyswitch.reconcile.reconciler import Reconciler

T = TypeVar("T")

HIDDEN = "(a secret)"
"""Stands for the words of an override that the program keeps a secret."""
_ATTRIBUTE = "_keyswitch_guard"
_LATE_DECLARATIONS_SECONDS = 0.2


class Hooks:
    """One program's hooks: which keys it declares, and what was refused."""

    def __init__(self) -> None:
        self.hook = pulumi.ResourceHook(
            "keyswitch", self._before_step, pulumi.ResourceHookOptions(on_dry_run=True)
        )
        self.room_hook = pulumi.ResourceHook(
            "keyswitch-room", self._before_minting, pulumi.ResourceHookOptions(on_dry_run=True)
        )
        self._fleets = 0
        self.declared_keys = DeclaredKeys()
        self._refused: dict[tuple[str, str], str] = {}
        self.steps = Progress()
        self._minting: Counter[str | None] = Counter()
        self._phase = ProcessState(shows_overrides=True)
        self._recorded: pulumi.Output[Recorded] | None = None

    @classmethod
    def of_program(cls) -> Hooks:
        """The running program's hooks.

        A hook's name can be registered once in a program and belongs to its event loop, so the
        hooks live as long as the program's root resource, not as long as the module.
        """
        root = get_root_resource()
        hooks: Hooks | None = getattr(root, _ATTRIBUTE, None)
        if hooks is None:
            hooks = cls()
            _wait_for_registrations_first()
            for warning in warnings_of_plain_secrets():
                pulumi.log.warn(warning)
            if root is not None:
                setattr(root, _ATTRIBUTE, hooks)
        return hooks

    def declare_in(self, account: object) -> None:
        """Notes an account that the program declares keys in, as soon as it is known."""

        def known(value: object) -> None:
            self._phase.declare((), account_of(value))

        # A map is awaited whole: one of its fields may be an output, as a secret is.
        as_soon_as_known(
            pulumi.Output.from_input(account) if isinstance(account, Mapping) else account, known
        )

    def recorded(self) -> pulumi.Output[Recorded]:
        """What the stack's state records of each key, read once in a program that asks."""
        if self._recorded is None:
            self._recorded = pulumi.Output.from_input(recorded_in_state())
        return self._recorded

    def binding(self) -> pulumi.ResourceOptions:
        """The options that bind a resource to the hook, to be merged into its own."""
        return pulumi.ResourceOptions(
            hooks=pulumi.ResourceHookBinding(before_create=[self.hook], before_update=[self.hook])
        )

    def binding_of_minted(self) -> pulumi.ResourceOptions:
        """The options that have an ``aws.iam.AccessKey`` refused where its user has two already."""
        return pulumi.ResourceOptions(
            hooks=pulumi.ResourceHookBinding(before_create=[self.room_hook])
        )

    def fleet_hook(
        self, before_step: Callable[[pulumi.ResourceHookArgs], Awaitable[None]]
    ) -> pulumi.ResourceHook:
        """The hook of one fleet, which has to know whose it is: a name can be registered once."""
        self._fleets += 1
        options = pulumi.ResourceHookOptions(on_dry_run=True)
        return pulumi.ResourceHook(f"keyswitch-fleet-{self._fleets}", before_step, options)

    def watch(self, resource: pulumi.Resource) -> None:
        """Has the program fail once the last one of these is through, if any was refused."""
        self.steps.begun()
        _settled: pulumi.Output[None] = resource.urn.apply(self._through)

    async def _through(self, urn: str) -> None:
        """A key declared inside another's ``apply`` comes a moment after the last one known."""
        self.steps.through(urn)
        if self.steps.under_way or not self._refused:
            return
        await asyncio.sleep(_LATE_DECLARATIONS_SECONDS)
        if self.steps.under_way or not self._refused:
            return
        refused, self._refused = sorted(self._refused.values()), {}
        raise pulumi.RunError(
            message(
                catalogue.REFUSED,
                refused=len(refused),
                declared=self.declared_keys.keys,
                names=", ".join(refused),
            )
        )

    async def _before_step(self, args: pulumi.ResourceHookArgs) -> None:
        with self.steps.judging(args.urn):
            plan = await self._unless_refused(args, self._plan(args))
            if plan is None:
                return
            self._tell(args, plan)
            if plan.signing_keys and not is_dry_run():
                access_key_id = plan.declaration.access_key_id
                await self.steps.others_first(last=plan.signs_itself)
                self._phase.signer_goes(access_key_id)

    @staticmethod
    def _tell(args: pulumi.ResourceHookArgs, plan: Plan) -> None:
        row = DependencyResource(args.urn)
        for note in plan.notes():
            pulumi.log.info(note, resource=row)
        if plan.decision.action is Action.HOLD and not is_dry_run():
            return
        for warning in plan.warnings():
            pulumi.log.warn(warning, resource=row)

    async def _before_minting(self, args: pulumi.ResourceHookArgs) -> None:
        await self._unless_refused(args, self._look_for_room(args))

    async def _unless_refused(
        self, args: pulumi.ResourceHookArgs, work: Coroutine[Any, Any, T]
    ) -> T | None:
        """What ``work`` answers; a preview tells its refusal on the resource's row and goes on."""
        try:
            return await work
        except KeyswitchError as refusal:
            if not is_dry_run():
                raise
            self.refuse([args.name], refusal, args.urn)
            return None

    def refuse(self, names: Iterable[str], refusal: KeyswitchError | str, urn: str) -> None:
        """Tells a refusal on the resource's row, and has the preview fail at its end.

        :param names: what the failure at the end names.
        """
        lines = refusal.lines if isinstance(refusal, DeclarationError) else [str(refusal)]
        for line in lines:
            pulumi.log.error(line, resource=DependencyResource(urn))
        self._refused.update({(urn, name): name for name in names})

    async def _look_for_room(self, args: pulumi.ResourceHookArgs) -> None:
        """A user that is not known yet, or cannot be looked at, is left to AWS."""
        user_name = plain(await revealed(args.new_inputs)).get("user")
        if not isinstance(user_name, str):
            return
        client = self._client_of(None)
        name = folded(user_name)
        announced = self._minting[name] if is_dry_run() else 0
        self._minting[name] += 1
        try:
            await in_thread(lambda: refuse_third_key(client, user_name, announced))
        except KeyswitchError as error:
            if error.entry is catalogue.NO_ROOM_FOR_A_KEY:
                raise
            pulumi.log.warn(str(error), resource=DependencyResource(args.urn))

    async def _plan(self, args: pulumi.ResourceHookArgs) -> Plan | None:
        """The plan of a step, or ``None`` where not enough is known yet.

        :raises KeyswitchError: the step is refused, or the key cannot be looked at.
        """
        record = parse_outputs(await revealed(args.old_outputs)) if args.old_outputs else None
        if record is not None and is_secret(args.old_outputs, OVERRIDE):
            record = record.with_override_hidden(HIDDEN)
        news = plain(await revealed(args.new_inputs))
        moved = taken_over(news) if record is None else None
        if moved is not None:
            record = moved
            pulumi.log.info(moved_note(moved), resource=DependencyResource(args.urn))
        parsed = parse_program(news, record)
        if parsed.problems:
            raise declaration_error(parsed.problems, news)
        if parsed.declaration is None or parsed.unknown & JUDGED_BY:
            self._tell_unknown(args, parsed)
            return None
        declaration = parsed.declaration
        duplicate_error = self.declared_keys.duplicate_error(declaration, args.name)
        if duplicate_error is not None:
            raise duplicate_error
        reconciler = self.reconciler_of(declaration.account)
        if is_secret(args.new_inputs, OVERRIDE):
            declaration = replace(declaration, override=HIDDEN)
        reads = is_dry_run() or declaration.override is None
        plan = await in_thread(lambda: reconciler.plan(declaration, record, for_reader=reads))
        refusal = plan.refusal()
        if refusal is not None:
            raise refusal
        return plan

    def _tell_unknown(self, args: pulumi.ResourceHookArgs, parsed: Parsed) -> None:
        """A key whose id is not known yet is about to be made: that is worth no warning."""
        names = ", ".join(sorted(parsed.unknown & JUDGED_BY))
        access_key_id = str((args.new_inputs or {}).get(ACCESS_KEY_ID))
        log = pulumi.log.warn
        if ACCESS_KEY_ID in parsed.unknown:
            access_key_id, log = "(not known yet)", pulumi.log.info
        attempt = Attempt("previewing", access_key_id)
        text = message(catalogue.NOT_LOOKED_AT, attempt, properties=names)
        log(text, resource=DependencyResource(args.urn))

    def reconciler_of(self, account: DeclaredAccount | None) -> Reconciler:
        """The reconciler in an account; one for each, so that its keys are looked at once."""
        return self._phase.reconciler_in(account, *_signing())

    def _client_of(self, account: DeclaredAccount | None) -> IamClient:
        return self._phase.client_in(account, *_signing())


def moved_note(moved: Record) -> str:
    """Of a key that was declared under another name before, that its record is kept (KS222)."""
    key = Attempt("", moved.declaration.access_key_id, moved.user_name)
    return message(catalogue.MOVED, key, adopted=moved.adopted_status)


def _signing() -> tuple[AwsSettings, Origin]:
    """The program's config, project and stack can be read on its own thread only."""
    settings = AwsSettings.read(pulumi.Config("aws").get)
    return settings, Origin.of(pulumi.get_project(), pulumi.get_stack())


def is_secret(bag: Mapping[str, Any] | None, name: str) -> bool:
    """Whether a hook was given a property as an output, as it is given secrets."""
    return isinstance((bag or {}).get(name), pulumi.Output)


def _wait_for_registrations_first() -> None:
    """Has the end of a program cost what its keys cost, and not their square.

    The SDK waits for registrations one after the other, then for outputs, and after each of those
    anew for all that are left. While the program's own code runs no registration has begun, so that
    it would go on to the outputs of all keys at once, were there nothing else to wait for. An SDK
    that keeps its registrations elsewhere is left as it is.
    """
    with suppress(AttributeError):
        SETTINGS.rpc_manager.rpcs.append(asyncio.ensure_future(asyncio.sleep(0)))
