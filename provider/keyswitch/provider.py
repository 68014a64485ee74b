"""The dynamic provider: the engine's calls on one side, the reconciler on the other.

``keyswitch.provider.AccessKeyStatusProvider`` is written into every state by name and is public
for ever: an engine that no longer finds it cannot even destroy. The pickled provider is a
constant, because an instance has no state until the engine configures it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

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
from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError, message
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.fields import ACCESS_KEY_ID, ACCOUNT, MOVED_FROM, STATUS
from keyswitch.model.parsing import (
    account_of,
    declaration_of,
    parse_inputs,
    parse_outputs,
    parse_program,
    taken_over,
)
from keyswitch.model.state import JUDGED_BY, Declaration, Record
from keyswitch.plugin.host import clean_errors, ignored_properties, partly_done, urn_of_call, warn
from keyswitch.plugin.process_state import PROCESS
from keyswitch.plugin.property_bags import plain, without_provider, without_secrets
from keyswitch.plugin.resource_options import refuse_ignored_changes
from keyswitch.reconcile.reconciler import Reconciler
from keyswitch.reconcile.records import DoneButFailedError

_FROM_THE_PROGRAM: Final = (ACCESS_KEY_ID, STATUS)


class AccessKeyStatusProvider(ResourceProvider):
    """Maps Check, Diff, Create, Read, Update and Delete to the reconciler of a declared key."""

    serialize_as_secret_always = False

    _settings: AwsSettings
    _declared: set[str]

    @clean_errors
    def configure(self, req: ConfigureRequest) -> None:
        """Takes the stack's ``aws:*`` config; called once per process, before anything else."""
        self._settings = AwsSettings.read(lambda key: req.config.get(f"aws:{key}"))
        self._declared = set()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Notes which keys this program declares, for :meth:`delete`, and calls nobody.

        A failure here would end the run at the first key. So what is wrong with a declaration is told by the
        hook, for every key of the run, and refused again by :meth:`create` and :meth:`update`. Only what has
        the shape of a secret goes no further.
        """
        bag = plain(news)
        access_key_id = bag.get(ACCESS_KEY_ID)
        if isinstance(access_key_id, str):
            self._declared.add(access_key_id)
            PROCESS.declare([access_key_id], account_of(bag.get(ACCOUNT)))
        checked = without_secrets(without_provider(news))
        if _olds or not isinstance(bag.get(MOVED_FROM), Mapping):
            checked.pop(MOVED_FROM, None)
        return CheckResult(checked, [])

    @clean_errors
    @PROCESS.counted
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Whether a step is needed, by a look at the live key.

        A refusal counts as a change, as does a key that cannot be looked at and a declaration that cannot
        be read, so that the hook, which can name every violator in one run, is asked. Where there is no
        step no hook is asked either, and this method warns instead.
        """
        refuse_ignored_changes(ignored_properties(), _FROM_THE_PROGRAM, f"key {_id}")
        if self._is_refreshing(plain(_news)):
            record = parse_outputs(_olds)
            stored = declaration_of(parse_inputs(plain(_news)), _news)
            return DiffResult(changes=self._of(stored).has_drifted(stored, record))
        try:
            return self._diff_of_program(parse_outputs(_olds), plain(_news))
        except KeyswitchError:
            return DiffResult(changes=True)

    def _diff_of_program(self, record: Record, bag: dict[str, object]) -> DiffResult:
        if bag.get(ACCESS_KEY_ID) != record.declaration.access_key_id:
            return DiffResult(changes=True, replaces=[ACCESS_KEY_ID])
        parsed = parse_program(bag, record)
        declaration = declaration_of(parsed, bag)
        if parsed.unknown & JUDGED_BY:
            return self._diff_of_unknown(declaration, record, parsed.unknown)
        plan = self._of(declaration).plan(declaration, record)
        if not plan.decision.needs_step:
            for warning in plan.warnings():
                warn(warning)
        return DiffResult(changes=plan.decision.needs_step)

    @clean_errors
    @PROCESS.counted
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Adopts the key; ``iam:UpdateAccessKey`` only if its status is not the declared one."""
        record = self._applied(props, taken_over(plain(props)))
        return CreateResult(record.declaration.access_key_id, record.to_outputs())

    @clean_errors
    @PROCESS.counted
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Looks again, then switches if that is (still) needed."""
        refuse_ignored_changes(ignored_properties(), _FROM_THE_PROGRAM, f"key {_id}")
        return UpdateResult(self._applied(_news, parse_outputs(_olds)).to_outputs())

    def _applied(self, news: dict[str, Any], record: Record | None) -> Record:
        bag = plain(news)
        declaration = declaration_of(parse_program(bag, record), bag)
        reconciler = self._of(declaration)
        if reconciler.deactivates_signer(declaration):
            PROCESS.wait_for_others()
        try:
            return reconciler.apply(declaration, record)
        except DoneButFailedError as error:
            outs = error.record.to_outputs()
            partly_done(declaration.access_key_id, {**news, **outs}, [str(error)])
            raise

    @clean_errors
    @PROCESS.counted
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Refreshes, the status among the inputs too, so that the next preview shows its drift."""
        recorded = parse_outputs(props)
        record, warning = self._of(recorded.declaration).read(recorded)
        if warning is not None:
            warn(warning)
        return ReadResult(id_, record.to_outputs(), record.to_inputs())

    @clean_errors
    @PROCESS.counted
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Does what ``on_destroy`` says, but not to a key that this program still declares.

        After a rename of the logical name without an alias the engine creates the new name and
        then deletes the old one, of the same key: that must not touch it.
        """
        record = parse_outputs(_props)
        if record.declaration.access_key_id not in PROCESS.declared:
            reconciler = self._of(record.declaration)
            if reconciler.deletes_signer(record):
                PROCESS.wait_for_others()
            warning = reconciler.destroy(record)
            if warning is not None:
                warn(warning)

    def _of(self, declaration: Declaration) -> Reconciler:
        """The reconciler in the key's account; one for each account and process."""
        origin = Origin.of_urn(urn_of_call())
        return PROCESS.reconciler_in(declaration.account, self._settings, origin, warn)

    def _diff_of_unknown(
        self, declaration: Declaration, record: Record, unknown: frozenset[str]
    ) -> DiffResult:
        """An unknown input is never compared, and without it the key cannot be judged."""
        names = ", ".join(sorted(unknown & JUDGED_BY))
        attempt = Attempt("previewing", declaration.access_key_id, record.user_name)
        changed = declaration != record.declared
        if not changed:
            warn(message(catalogue.NOT_LOOKED_AT, attempt, properties=names))
        return DiffResult(changes=changed)

    def _is_refreshing(self, bag: dict[str, object]) -> bool:
        """Whether this Diff belongs to a refresh: such a one comes before the key's Check.

        Its ``news`` are the stored inputs, so it is those that it asks the live key about, and
        there is no program yet to warn.
        """
        access_key_id = bag.get(ACCESS_KEY_ID)
        return isinstance(access_key_id, str) and access_key_id not in self._declared
