"""Judges every create and update of a program in its preview, before anything happens.

A refusal inside the plugin would end a run at the first key. So in a preview a resource hook judges, in the
program's process: it reports on each refused key's own row and goes on, and when all keys are through it
fails the program once, so that one preview names every violator. In an update the plugin judges, right
before it writes. There the hook refuses only what only the program can know, such as one key that two
resources declare, and has a key that signs the calls of this run go last.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pulumi
from pulumi.resource import DependencyResource
from pulumi.runtime import get_root_resource, is_dry_run
from pulumi.runtime.settings import SETTINGS

from keyswitch.iam.user_agent import Origin
from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError, line
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.batch_declaration import BatchDeclaration
from keyswitch.model.parsing import account_of
from keyswitch.model.state import Record
from keyswitch.model.user_names import folded
from keyswitch.plugin.process_state import ProcessState
from keyswitch.plugin.property_bags import plain, revealed
from keyswitch.program.adoptions import Adoptions
from keyswitch.program.duplicates import DeclaredKeys, as_soon_as_known
from keyswitch.program.in_thread import in_thread
from keyswitch.program.moved_keys import Recorded, recorded_in_state
from keyswitch.program.plaintext_credentials import warnings_of_plain_secrets
from keyswitch.program.progress import Progress
from keyswitch.program.step import is_of_fleet, step_of
from keyswitch.reconcile.batch import Batch
from keyswitch.reconcile.key_quota import refuse_third_key
from keyswitch.reconcile.on_destroy import changes_on_the_way
from keyswitch.reconcile.reconciler import Reconciler

_ATTRIBUTE = "_keyswitch_hooks"
_LATE_DECLARATIONS_SECONDS = 0.2


class Hooks:
    """One program's hooks: which keys it declares, and what was refused."""

    def __init__(self) -> None:
        self.hook = pulumi.ResourceHook(
            "keyswitch", self._before_step, pulumi.ResourceHookOptions(on_dry_run=True)
        )
        self.room_hook = pulumi.ResourceHook(
            "keyswitch-room",
            self._before_create_of_key,
            pulumi.ResourceHookOptions(on_dry_run=True),
        )
        self.declared_keys = DeclaredKeys()
        self._refused: dict[tuple[str, str], str] = {}
        self.steps = Progress()
        self.adoptions = Adoptions()
        self._created: Counter[str | None] = Counter()
        self._process = ProcessState(shows_overrides=True)
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
            self._process.act_in(account_of(value))

        # A map is awaited whole: one of its fields may be an output, as a secret is.
        as_soon_as_known(
            pulumi.Output.from_input(account) if isinstance(account, Mapping) else account, known
        )

    def recorded(self) -> pulumi.Output[Recorded]:
        """What the stack's state records of each key, read once in a program that asks."""
        if self._recorded is None:
            self._recorded = pulumi.Output.from_input(recorded_in_state())
        return self._recorded

    def binding(self, native_type: str) -> pulumi.ResourceOptions:
        """The options that bind a resource to the hook, to be merged into its own.

        :param native_type: of the native resource whose state it takes over, if there is one of its name.
        """
        return pulumi.ResourceOptions(
            hooks=pulumi.ResourceHookBinding(before_create=[self.hook], before_update=[self.hook]),
            aliases=[pulumi.Alias(type_=native_type)],
        )

    def binding_of_created_key(self) -> pulumi.ResourceOptions:
        """The options that have an ``aws.iam.AccessKey`` refused where its user has two already."""
        return pulumi.ResourceOptions(
            hooks=pulumi.ResourceHookBinding(before_create=[self.room_hook])
        )

    def watch(self, resource: pulumi.Resource) -> None:
        """Has the program fail once the last one of these is through, if any was refused."""
        self.steps.begun()
        _settled: pulumi.Output[None] = resource.urn.apply(self._through)

    async def _through(self, urn: str) -> None:
        """A key declared inside another's ``apply`` comes a moment after the last one known."""
        self.steps.through(urn)
        if self.steps.under_way:
            return
        self.adoptions.tell()
        if not self._refused:
            return
        await asyncio.sleep(_LATE_DECLARATIONS_SECONDS)
        if self.steps.under_way or not self._refused:
            return
        refused, self._refused = sorted(self._refused.values()), {}
        raise pulumi.RunError(
            line(
                catalogue.Refused(
                    refused=len(refused), declared=self.declared_keys.keys, names=", ".join(refused)
                )
            )
        )

    async def _before_step(self, args: pulumi.ResourceHookArgs) -> None:
        with self.steps.judging(args.urn):
            if is_dry_run():
                await self._unless_refused(args, self._preview(args))
            else:
                await self._before_plugin(args)

    async def _preview(self, args: pulumi.ResourceHookArgs) -> None:
        step, row = await step_of(args, self._process.clock.now()), DependencyResource(args.urn)
        for moved in step.moved.values():
            pulumi.log.info(_moved_note(moved), resource=row)
        if step.parsed.unknown:
            _tell_unknown(args, step.parsed.unknown)
            return
        declared, records = step.parsed.required(), step.records
        claim = self.declared_keys.claim_of(args.name, declared.ids)
        elsewhere = self.declared_keys.declared_elsewhere(claim)
        refusals = dict(self._of_the_program(args, declared, records, elsewhere))
        batch = self._batch(declared, records)
        plan = await in_thread(lambda: batch.plan(declared, records, elsewhere, for_reader=True))
        claim.keys = len(plan.ids)
        shown = plan.without(refusals)
        notes = list(shown.notes())
        warnings = [*shown.warnings_of_ends(), *shown.warnings(override=step.hidden_override)]
        if shown.is_one_adoption and not (warnings or step.moved):
            self.adoptions.note(args.urn, notes)
            notes = []
        for note in notes:
            pulumi.log.info(note, resource=row)
        for warning in warnings:
            pulumi.log.warn(warning, resource=row)
        for key, refusal in {**plan.refusals, **refusals}.items():
            self._refuse([key if is_of_fleet(args) else args.name], refusal, args.urn)
        if plan.too_wide is not None:
            self._refuse(plan.limited, plan.too_wide, args.urn)

    async def _before_plugin(self, args: pulumi.ResourceHookArgs) -> None:
        step = await step_of(args, self._process.clock.now())
        declared = step.parsed.declaration
        if declared is None:
            return
        claim = self.declared_keys.claim_of(args.name, declared.ids)
        elsewhere = self.declared_keys.declared_elsewhere(claim)
        for _, refusal in self._of_the_program(args, declared, step.records, elsewhere):
            raise refusal
        if not any(key.may_deactivate_signer for key in declared.keys):
            return
        batch = self._batch(declared, {})
        signers = await in_thread(lambda: batch.signers_deactivated(declared))
        if signers:
            await self.steps.others_first(last=any(signers.values()))
            for access_key_id in signers:
                self._process.signer_goes(access_key_id)

    def _of_the_program(
        self,
        args: pulumi.ResourceHookArgs,
        declared: BatchDeclaration,
        records: Mapping[str, Record],
        elsewhere: set[str],
    ) -> Iterator[tuple[str, KeyswitchError]]:
        """By key id what the plugin cannot refuse, which is shown one resource only."""
        for key in declared.keys:
            duplicate_error = self.declared_keys.duplicate_error(key, args.name)
            if duplicate_error is not None:
                yield key.access_key_id, duplicate_error
        leaving = sorted((set(records) - declared.ids) & elsewhere)
        yield from changes_on_the_way(records[key] for key in leaving).items()

    def _batch(self, declared: BatchDeclaration, records: Mapping[str, Record]) -> Batch:
        """On the program's own thread, where alone its config, project and stack can be read."""
        accounts = {
            *(key.account for key in declared.keys),
            *(record.declaration.account for record in records.values()),
        }
        reconcilers = {account: self._reconciler_in(account) for account in accounts}
        return Batch(reconcilers.__getitem__)

    async def _before_create_of_key(self, args: pulumi.ResourceHookArgs) -> None:
        await self._unless_refused(args, self._look_for_room(args))

    async def _unless_refused(
        self, args: pulumi.ResourceHookArgs, work: Coroutine[Any, Any, None]
    ) -> None:
        """Does ``work``; a preview reports its refusal on the resource's row and goes on."""
        try:
            await work
        except KeyswitchError as refusal:
            if not is_dry_run():
                raise
            self._refuse([args.name], refusal, args.urn)

    def _refuse(self, names: Iterable[str], refusal: KeyswitchError, urn: str) -> None:
        """Reports a refusal on the resource's row, and has the preview fail at its end.

        :param names: what the failure at the end names.
        """
        for text in refusal.lines:
            pulumi.log.error(text, resource=DependencyResource(urn))
        self._refused.update({(urn, name): name for name in names})

    async def _look_for_room(self, args: pulumi.ResourceHookArgs) -> None:
        """A user that is not known yet, or cannot be looked at, is left to AWS."""
        user_name = plain(await revealed(args.new_inputs)).get("user")
        if not isinstance(user_name, str):
            return
        client = self._process.client_in(None, *_signing())
        name = folded(user_name)
        announced = self._created[name] if is_dry_run() else 0
        self._created[name] += 1
        try:
            await in_thread(lambda: refuse_third_key(client, user_name, announced))
        except KeyswitchError as error:
            if isinstance(error.message, catalogue.NoRoomForAKey):
                raise
            pulumi.log.warn(str(error), resource=DependencyResource(args.urn))

    def _reconciler_in(self, account: DeclaredAccount | None) -> Reconciler:
        """The reconciler in an account; one for each, so that its keys are looked at once."""
        return self._process.reconciler_in(account, *_signing())


def _tell_unknown(args: pulumi.ResourceHookArgs, unknown: tuple[str, ...]) -> None:
    """A single key whose id is not known yet is about to be created: that is worth no warning."""
    log, subject = pulumi.log.warn, "the fleet"
    if not is_of_fleet(args):
        log, subject = pulumi.log.info, str(Attempt("previewing", "(not known yet)"))
    text = line(catalogue.NotLookedAt(properties=", ".join(unknown)), subject)
    log(text, resource=DependencyResource(args.urn))


def _moved_note(moved: Record) -> str:
    """Of a key that was declared under another name before, that its record is kept (KS222)."""
    key = Attempt("", moved.declaration.access_key_id, moved.user_name)
    return line(catalogue.DeclaredUnderAnotherName(adopted=moved.adopted_status), key)


def _signing() -> tuple[AwsSettings, Origin]:
    """The program's config, project and stack can be read on its own thread only."""
    settings = AwsSettings.read(pulumi.Config("aws").get)
    return settings, Origin.of(pulumi.get_project(), pulumi.get_stack())


def _wait_for_registrations_first() -> None:
    """Has the end of a program cost what its keys cost, and not their square.

    The SDK waits for registrations one after the other, then for outputs, and after each of those
    anew for all that are left. While the program's own code runs no registration has begun, so that
    it would go on to the outputs of all keys at once, were there nothing else to wait for. An SDK
    that keeps its registrations elsewhere is left as it is.
    """
    with suppress(AttributeError):
        SETTINGS.rpc_manager.rpcs.append(asyncio.ensure_future(asyncio.sleep(0)))
