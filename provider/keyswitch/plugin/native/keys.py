"""The engine's calls about keys: Check, Diff, Create, Update, Read and Delete of both resources."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, line
from keyswitch.messages.redact import without_secrets
from keyswitch.model import engine_values
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.batch_declaration import BatchDeclaration
from keyswitch.model.camel_case import snake
from keyswitch.model.change_limit import MaxChanges
from keyswitch.model.inputs import ACCOUNT, camel
from keyswitch.model.parsing import DeclarationError, account_of
from keyswitch.model.state import Record
from keyswitch.model.urn import Urn
from keyswitch.plugin.host import without_provider
from keyswitch.plugin.native import protos, wire
from keyswitch.plugin.native.call import Call
from keyswitch.plugin.native.detailed_diff import diff_response, differences
from keyswitch.plugin.native.engine import Engine
from keyswitch.plugin.native.forms import FORMS
from keyswitch.plugin.native.importing import adopted_as_found
from keyswitch.plugin.native.refusals import Refusals
from keyswitch.plugin.operations import (
    applied,
    declared_over,
    needs_step,
    reporting_each_failure,
)
from keyswitch.plugin.process_state import PROCESS
from keyswitch.reconcile.batch_plan import BatchPlan
from keyswitch.reconcile.on_destroy import changes_on_the_way
from keyswitch.reconcile.preview import previewed

if TYPE_CHECKING:
    from pulumi.runtime.proto import provider_pb2 as pb

Records = Mapping[str, Record]


class PartlyDoneError(Exception):
    """A call that fails although the engine has to keep what was done, or what is known.

    :ivar id: of the resource.
    :ivar properties: the outputs to keep.
    :ivar inputs: those to keep, if the program does not give them.
    :ivar lines: the whole message of each failure.
    """

    def __init__(
        self, id_: str, properties: Struct, error: KeyswitchError, inputs: Struct | None = None
    ) -> None:
        super().__init__(str(error))
        self.id = id_
        self.properties = properties
        self.inputs = inputs
        self.lines = error.lines


class Keys:
    """Answers for the provider of one configuration.

    :ivar settings: how to reach AWS.
    :ivar refusals: those of its previews.
    """

    def __init__(self, engine: Engine) -> None:
        self.settings = AwsSettings.read(lambda _name: None)
        self._engine = engine
        self._checked: set[str] = set()
        self._updates = False
        self.refusals = Refusals(PROCESS)

    def check(self, request: pb.CheckRequest) -> pb.CheckResponse:
        """Notes which keys the program declares, and calls nobody.

        A key whose ``activeUntil`` is over is declared Inactive from here on.

        A failure here would keep others from being judged. Create and Update refuse the same, and only what has
        the shape of a secret goes no further.
        """
        given, form = wire.read(request.news), FORMS[Urn(request.urn).type]
        bag = form.to_bag(given.values)
        declared = form.codec.declared_ids(bag)
        PROCESS.declare(request.urn, declared, account_of(bag.get(ACCOUNT)))
        self._checked.add(request.urn)
        checked = form.with_ends(without_secrets(given.values), PROCESS.clock.now())
        inputs = wire.write(checked, given.secret)
        return protos.provider_pb2.CheckResponse(inputs=inputs)

    def diff(self, request: pb.DiffRequest) -> pb.DiffResponse:
        """Whether a step is needed, by a look at every live key, and in which inputs.

        What cannot be read or looked at counts as a change, so that Create or Update says why. A Diff before the
        resource's Check belongs to a refresh: its ``news`` are the stored inputs.
        """
        call = self._call(request.urn)
        call.refuse_ignored(request)
        given, outputs = wire.read(request.news).values, wire.read(request.olds).values
        inputs, state = call.form.stored(wire.read(request.old_inputs).values, outputs)
        changed = differences(call.form.inputs_to_wire(inputs), given)
        bag = call.form.to_bag(given)
        records = call.form.codec.records(state)
        if request.urn not in self._checked:
            return diff_response(changed, changes=_has_drifted(call, bag, records))
        replaces = call.form.codec.replaces(state, bag)
        if replaces:
            return diff_response(changed, changes=True, replaces=[camel(name) for name in replaces])
        try:
            parsed = call.form.codec.parse(bag, records, PROCESS.clock.now())
            declared = parsed.required()
            plan = call.batch.plan(declared, records, PROCESS.declared.ids)
        except KeyswitchError:
            return diff_response(changed, changes=True)
        # One update has to bring what the dynamic provider wrote into this one's spelling.
        is_dynamic = without_provider(outputs) != outputs
        changes = needs_step(declared, plan, state, records) or is_dynamic
        if not changes:
            call.row.warn(plan.warnings())
        return diff_response(changed, changes=changes)

    def create(self, request: pb.CreateRequest) -> pb.CreateResponse:
        """Adopts every key; ``iam:UpdateAccessKey`` only for those whose status is not the declared one."""
        call, given = self._call(request.urn), wire.read(request.properties)
        bag = call.form.to_bag(given.values)
        id_ = call.form.codec.id_of(bag)
        properties = self._carried_out(call, id_, given, {}, preview=request.preview)
        return protos.provider_pb2.CreateResponse(
            id=id_, properties=properties, refresh_before_update=True
        )

    def update(self, request: pb.UpdateRequest) -> pb.UpdateResponse:
        """Looks again, changes what is (still) to be changed, and ends what is no longer declared."""
        call, given = self._call(request.urn), wire.read(request.news)
        call.refuse_ignored(request)
        before, outputs = wire.read(request.old_inputs).values, wire.read(request.olds).values
        records = call.form.codec.records(call.form.stored(before, outputs)[1])
        properties = self._carried_out(call, request.id, given, records, preview=request.preview)
        return protos.provider_pb2.UpdateResponse(properties=properties, refresh_before_update=True)

    def read(self, request: pb.ReadRequest) -> pb.ReadResponse:
        """Refreshes every key, the statuses among the inputs too; without a state, adopts the key of the id.

        The engine refreshes before a preview, with the configuration of the last update, and would end it at the
        first Read that fails. So what cannot be looked at stays as it is recorded, with the reasons as those of a
        resource that is not initialized: the engine shows them, and plans an Update, which looks again.
        """
        call = self._call(request.urn)
        before, after = wire.read(request.inputs), wire.read(request.properties)
        secret, codec = before.secret | after.secret, call.form.codec
        _, state = call.form.stored(before.values, after.values)
        if state:
            try:
                records = call.batch.read(codec.records(state), call.row.tell)
            except KeyswitchError as error:
                raise PartlyDoneError(
                    request.id, request.properties, error, request.inputs
                ) from None
        else:
            records = adopted_as_found(call.form, call.reconciler_in(None), request.id)
        outputs, inputs = codec.refreshed(state, records)
        return protos.provider_pb2.ReadResponse(
            id=request.id,
            properties=wire.write(call.form.to_wire(outputs), secret),
            inputs=wire.write(call.form.inputs_to_wire(inputs), secret),
            refresh_before_update=True,
        )

    def delete(self, request: pb.DeleteRequest) -> Empty:
        """Does what ``on_destroy`` says, but not to keys that this program still declares."""
        call = self._call(request.urn)
        before, outputs = wire.read(request.old_inputs).values, wire.read(request.properties).values
        _, state = call.form.stored(before, outputs)
        records = call.form.codec.records(state)
        with reporting_each_failure(call.row):
            limit = MaxChanges.of(state)
            call.batch.destroy(records, limit, call.row.tell, PROCESS.declared.ids)
        return Empty()

    def _call(self, urn: str) -> Call:
        return Call.about(urn, self._engine, self.settings)

    def _carried_out(
        self, call: Call, id_: str, given: wire.Bag, records: Records, *, preview: bool
    ) -> Struct:
        """The outputs.

        In an update with ``--continue-on-error`` the engine previews the steps that it leaves out: nobody reads that.
        """
        bag = call.form.to_bag(given.values)
        if preview and self._updates:
            return wire.write(given.values, given.secret)
        secret = {snake(name) for name in given.secret}
        if preview:
            outputs = self._previewed(call, bag, records, secret)
            return wire.write({**given.values, **outputs}, given.secret)
        self._updates = True
        try:
            declared, recorded = declared_over(call.form.codec, bag, records)
        except DeclarationError as error:
            raise error.without_values_of(secret) from None
        for refusal in self._of_the_program(call, declared, records).values():
            raise refusal
        outcome, failure = applied(call.batch, call.row, declared, recorded)
        outputs = call.form.to_wire(call.form.codec.outputs(bag, outcome.records))
        properties = wire.write(outputs, given.secret)
        if failure is None:
            return properties
        if outcome.records != records:
            raise PartlyDoneError(id_, properties, failure)
        raise failure

    def _previewed(
        self, call: Call, bag: Mapping[str, Any], records: Records, secret: Collection[str]
    ) -> dict[str, Any]:
        """The outputs as they will be; refusals, warnings and notes stand on the row.

        :param secret: the properties whose values may not be repeated.
        """
        codec = call.form.codec
        try:
            parsed = codec.parse(bag, records, PROCESS.clock.now())
            if parsed.unknown:
                unknown = catalogue.NotLookedAt(properties=", ".join(parsed.unknown))
                call.row.warn([line(unknown, codec.subject_of("(not known yet)"))])
                return {}
            declared = parsed.required()
            plan = call.batch.plan(declared, records, PROCESS.declared.ids, for_reader=True)
            of_program = self._of_the_program(call, declared, records)
            after = previewed(plan, records, call.reconciler_in, engine_values.UNKNOWN)
        except DeclarationError as error:
            self.refusals.refuse(call.row, [call.name], error.without_values_of(secret))
            return {}
        except KeyswitchError as refusal:
            self.refusals.refuse(call.row, [call.name], refusal)
            return {}
        override = "(a secret)" if codec.holds_overrides in secret else None
        shown = plan.without(of_program)
        call.row.note(shown.notes())
        call.row.warn([*shown.warnings_of_ends(), *shown.warnings(override=override)])
        self._refuse_each(call, plan, of_program)
        return call.form.to_wire(codec.outputs(bag, after))

    def _of_the_program(
        self, call: Call, declared: BatchDeclaration, records: Records
    ) -> dict[str, KeyswitchError]:
        """By key id what is refused because of other resources of the program, as far as they passed Check."""
        leaving = [records[key] for key in sorted(set(records) - declared.ids)]
        if changes_on_the_way(leaving):
            PROCESS.wait_for_others()
        ids = [each.declaration.access_key_id for each in leaving]
        elsewhere = PROCESS.declared.elsewhere(call.row.urn, ids)
        moving = [each for each in leaving if each.declaration.access_key_id in elsewhere]
        return {**PROCESS.declared.duplicates(declared), **changes_on_the_way(moving)}

    def _refuse_each(
        self, call: Call, plan: BatchPlan, of_program: Mapping[str, KeyswitchError]
    ) -> None:
        """Shows each refusal of a plan, and has the preview fail at its end."""
        refused = {**plan.refusals, **of_program}
        if plan.too_wide is not None:
            refused |= dict.fromkeys(plan.limited, plan.too_wide)
        if not refused:
            return
        of_one = call.form.codec.maps_by_key == ()
        names = [call.name] if of_one else list(refused)
        *others, last = dict.fromkeys(refused.values())
        for refusal in others:
            call.row.error(refusal.lines)
        self.refusals.refuse(call.row, names, last)


def _has_drifted(call: Call, bag: Mapping[str, Any], records: Records) -> bool:
    """Whether a refresh finds another status than is recorded; where it cannot look, Read has said so."""
    try:
        stored = call.form.codec.parse(bag, records, None).required()
        return call.batch.has_drifted(stored, records)
    except KeyswitchError:
        return False
