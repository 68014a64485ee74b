"""The dynamic providers: the engine's calls on one side, :class:`~keyswitch.reconcile.batch.Batch` on the other.

A single key is a batch of one. The two resources differ only in how their bags of properties are read and
written, which is their :class:`~keyswitch.model.codecs.Codec`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pulumi.dynamic import (
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from keyswitch.iam.user_agent import Origin
from keyswitch.messages.format import KeyswitchError
from keyswitch.messages.redact import without_secrets
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.camel_case import is_in_camel_case, outputs_as_dynamic
from keyswitch.model.change_limit import MaxChanges
from keyswitch.model.codecs import Codec
from keyswitch.model.inputs import ACCOUNT, MOVED_FROM
from keyswitch.model.parsing import account_of
from keyswitch.model.state import Record
from keyswitch.plugin.host import (
    Row,
    clean_errors,
    engine_address,
    ignored_properties,
    partly_done,
    require_engine,
    urn_of_call,
    without_provider,
)
from keyswitch.plugin.operations import (
    applied,
    declared_over,
    needs_step,
    refuse_ignored_changes,
    reporting_each_failure,
)
from keyswitch.plugin.process_state import PROCESS
from keyswitch.plugin.property_bags import plain
from keyswitch.reconcile.batch import Batch


class KeysProvider(ResourceProvider):
    """Maps Check, Diff, Create, Read, Update and Delete to the life of one key or of many.

    :cvar codec: how the resource spells its keys.
    """

    serialize_as_secret_always = False
    codec: ClassVar[Codec]

    _settings: AwsSettings
    _checked: set[str]

    @clean_errors
    def configure(self, req: ConfigureRequest) -> None:
        """Takes the stack's ``aws:*`` config; called once per process, before anything else."""
        self._settings = AwsSettings.read(lambda key: req.config.get(f"aws:{key}"))
        self._checked = set()
        PROCESS.join(engine_address())

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Notes which keys this program declares, for :meth:`delete`, and calls nobody.

        A key whose ``active_until`` is over is declared Inactive from here on.

        A failure here would end the run at the first resource. So the hook reports what is wrong with the
        declarations of all of them, and :meth:`create` and :meth:`update` refuse the same. Only what has
        the shape of a secret goes no further.
        """
        bag = plain(news, self.codec.maps_by_key)
        urn = urn_of_call()
        PROCESS.declare(urn, self.codec.declared_ids(bag), account_of(bag.get(ACCOUNT)))
        self._checked.add(urn)
        now = PROCESS.clock.now()
        checked = self.codec.with_ends(without_secrets(without_provider(news)), now)
        checked.pop(MOVED_FROM, None)
        moved = self.codec.moved(_olds, bag)
        return CheckResult({**checked, MOVED_FROM: moved} if moved is not None else checked, [])

    @clean_errors
    @PROCESS.counted
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Whether a step is needed, by a look at every live key.

        A refusal counts as a change, as does a key that cannot be looked at and a declaration that cannot
        be read, so that the hook, which can name every violator in one run, is asked. Where there is no
        step no hook is asked either, and this method warns instead. A Diff before the resource's Check
        belongs to a refresh: its ``news`` are the stored inputs.
        """
        self._refuse_ignored_changes(_id)
        if urn_of_call() not in self._checked:
            records = self._recorded(_olds)
            stored = self.codec.parse(self._plain(_news), records, None).required()
            with reporting_each_failure(Row()):
                return DiffResult(changes=self._batch().has_drifted(stored, records))
        try:
            return self._diff_of_program(_olds, self._plain(_news))
        except KeyswitchError:
            return DiffResult(changes=True)

    def _diff_of_program(self, olds: dict[str, Any], bag: dict[str, object]) -> DiffResult:
        recorded = outputs_as_dynamic(olds)
        records = self.codec.records(recorded)
        replaces = self.codec.replaces(recorded, bag)
        if replaces:
            return DiffResult(changes=True, replaces=replaces)
        parsed = self.codec.parse(bag, records, PROCESS.clock.now())
        if parsed.unknown:
            return DiffResult(changes=True)
        declared = parsed.required()
        plan = self._batch().plan(declared, records, PROCESS.declared.ids)
        # One update has to bring what the native provider wrote into this one's spelling.
        changes = needs_step(declared, plan, recorded, records) or is_in_camel_case(olds)
        if not changes:
            Row().warn(plan.warnings())
        return DiffResult(changes=changes)

    @clean_errors
    @PROCESS.counted
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Adopts every key; ``iam:UpdateAccessKey`` only for those whose status is not the declared one."""
        return CreateResult(self.codec.id_of(props), self._applied(props, {}))

    @clean_errors
    @PROCESS.counted
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Looks again, switches what is (still) to be switched, and ends what is no longer declared."""
        self._refuse_ignored_changes(_id)
        return UpdateResult(self._applied(_news, self._recorded(_olds)))

    def _applied(self, news: dict[str, Any], recorded: Mapping[str, Record]) -> dict[str, Any]:
        bag = self._plain(news)
        declared, records = declared_over(self.codec, bag, recorded)
        for duplicate in PROCESS.declared.duplicates(declared).values():
            raise duplicate
        outcome, failure = applied(self._batch(), Row(), declared, records)
        outs = self.codec.outputs(without_provider(news), outcome.records)
        if failure is None:
            return outs
        if outcome.records != recorded:
            partly_done(self.codec.id_of(news), {**news, **outs}, failure.lines)
        raise failure

    @clean_errors
    @PROCESS.counted
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Refreshes every key, the statuses among the inputs too, so that the next preview shows drift."""
        records = self.codec.records(props)
        with reporting_each_failure(Row()):
            refreshed = self._batch().read(records, Row().tell)
        return ReadResult(id_, *self.codec.refreshed(without_provider(props), refreshed))

    @clean_errors
    @PROCESS.counted
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Does what ``on_destroy`` says, but not to keys that this program still declares.

        After a rename of the logical name without an alias the engine creates the new name and
        then deletes the old one, of the same key: that must not touch the key.
        """
        records, limit = self.codec.records(_props), MaxChanges.of(_props)
        with reporting_each_failure(Row()):
            self._batch().destroy(records, limit, Row().tell, PROCESS.declared.ids)

    def _refuse_ignored_changes(self, id_: str) -> None:
        refuse_ignored_changes(
            ignored_properties(), self.codec.from_the_program, self.codec.subject_of(id_)
        )

    def _recorded(self, olds: Mapping[str, Any]) -> dict[str, Record]:
        return self.codec.records(outputs_as_dynamic(olds))

    def _plain(self, bag: Mapping[str, Any]) -> dict[str, object]:
        return plain(bag, self.codec.maps_by_key)

    def _batch(self) -> Batch:
        origin = Origin.of_urn(urn_of_call())
        return Batch(
            lambda account: PROCESS.reconciler_in(account, self._settings, origin),
            before_each=require_engine,
            before_signers=PROCESS.wait_for_others,
        )
