"""The dynamic provider of a fleet: the engine's calls on one side, :class:`~keyswitch.reconcile.batch.Batch` on the other.

``keyswitch.fleet_provider.AccessKeyFleetProvider`` is written into every state by name and is public
for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
from keyswitch.model.change_limit import MaxChanges
from keyswitch.model.fields import ACCOUNT, MOVED_FROM
from keyswitch.model.fleet import (
    KEYS,
    MAPS_BY_KEY,
    STATUSES,
    FleetDeclaration,
    ParsedFleet,
    fleet_error,
    map_of,
    parse_fleet,
)
from keyswitch.model.fleet_state import (
    fleet_outputs,
    parse_fleet_outputs,
    refreshed_inputs,
    taken_over_by_fleet,
)
from keyswitch.model.parsing import account_of
from keyswitch.model.state import ACCOUNT_ID, Record
from keyswitch.plugin.host import (
    Row,
    clean_errors,
    ignored_properties,
    partly_done,
    require_engine,
    urn_of_call,
    warn,
)
from keyswitch.plugin.process_state import PROCESS
from keyswitch.plugin.property_bags import plain, without_provider, without_secrets
from keyswitch.plugin.resource_options import refuse_ignored_changes
from keyswitch.reconcile.batch import Batch
from keyswitch.reconcile.batch_plan import BatchOutcome

_ID = "fleet"
_FROM_THE_PROGRAM: Final = (KEYS, STATUSES)


class AccessKeyFleetProvider(ResourceProvider):
    """Maps Check, Diff, Create, Read, Update and Delete to the life of a fleet of keys."""

    serialize_as_secret_always = False

    _settings: AwsSettings
    _checked: set[str]

    @clean_errors
    def configure(self, req: ConfigureRequest) -> None:
        """Takes the stack's ``aws:*`` config; called once per process, before anything else."""
        self._settings = AwsSettings.read(lambda key: req.config.get(f"aws:{key}"))
        self._checked = set()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Notes which keys are declared, and calls nobody; see :class:`~keyswitch.provider.AccessKeyStatusProvider`."""
        bag = plain(news, MAPS_BY_KEY)
        parsed = parse_fleet(bag)
        if parsed.declaration is not None:
            PROCESS.declare(parsed.declaration.ids, account_of(bag.get(ACCOUNT)))
        self._checked.add(urn_of_call())
        checked = without_secrets(without_provider(news))
        moved = map_of(bag, MOVED_FROM)
        new = {key: moved[key] for key in moved if key not in map_of(_olds, KEYS)}
        checked.pop(MOVED_FROM, None)
        return CheckResult({**checked, MOVED_FROM: new} if new else checked, [])

    @clean_errors
    @PROCESS.counted
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Whether a step is needed, by a look at every live key; a refusal counts as a change.

        A Diff before the fleet's Check belongs to a refresh: its ``news`` are the stored inputs.
        """
        refuse_ignored_changes(ignored_properties(), _FROM_THE_PROGRAM, "the fleet")
        if urn_of_call() not in self._checked:
            records = parse_fleet_outputs(_olds)
            stored = _declaration(parse_fleet(plain(_news, MAPS_BY_KEY), records))
            with self._telling_each():
                return DiffResult(changes=self._fleet().has_drifted(stored, records))
        try:
            return self._diff_of_program(_olds, plain(_news, MAPS_BY_KEY))
        except KeyswitchError:
            return DiffResult(changes=True)

    def _diff_of_program(self, _olds: dict[str, Any], bag: dict[str, object]) -> DiffResult:
        records = parse_fleet_outputs(_olds)
        parsed = parse_fleet(bag, records, as_written=True)
        if parsed.unknown:
            return self._diff_of_unknown(parsed.unknown)
        declared = _declaration(parsed)
        fleet = self._fleet()
        judged = fleet.plan(declared, records, PROCESS.declared)
        left, new = records.keys() - declared.ids, declared.unknown.keys() - records.keys()
        # The end of a fleet is judged by the limit in the state.
        limited = declared.max_changes != MaxChanges.of(_olds)
        changes = judged.needs_step or bool(left or new or declared.changed) or limited
        if not changes:
            Row().warn([*not_looked_at(declared), *judged.warnings()])
        return DiffResult(changes=changes)

    @clean_errors
    @PROCESS.counted
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Adopts every key; switches those whose status is not the declared one."""
        outcome, declared = self._carried_out(props, {})
        outs = fleet_outputs(without_provider(props), outcome.records)
        self._fail(outcome, declared, {**props, **outs})
        return CreateResult(_ID, outs)

    @clean_errors
    @PROCESS.counted
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Looks again, then switches what is (still) to be switched, and lets go what is taken out."""
        refuse_ignored_changes(ignored_properties(), _FROM_THE_PROGRAM, "the fleet")
        outcome, declared = self._carried_out(_news, parse_fleet_outputs(_olds))
        outs = fleet_outputs(without_provider(_news), outcome.records)
        self._fail(outcome, declared, {**_news, **outs})
        return UpdateResult(outs)

    @clean_errors
    @PROCESS.counted
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Refreshes every key, the statuses among the inputs too."""
        records = parse_fleet_outputs(props)
        with self._telling_each():
            refreshed = self._fleet().read(records, Row().tell)
        bag = without_provider(props)
        inputs = refreshed_inputs(bag, refreshed)
        outs = fleet_outputs({**bag, KEYS: inputs[KEYS]}, refreshed)
        return ReadResult(id_, {**outs, ACCOUNT_ID: bag.get(ACCOUNT_ID, "")}, inputs)

    @clean_errors
    @PROCESS.counted
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Does what ``on_destroy`` says, but not to keys that this program still declares."""
        records = parse_fleet_outputs(_props)
        with self._telling_each():
            self._fleet().destroy(records, MaxChanges.of(_props), Row().tell, PROCESS.declared)

    @contextmanager
    def _telling_each(self) -> Iterator[None]:
        """Tells of each key that failed in a line of its own, and fails with the summary."""
        row = Row()
        try:
            yield
        except KeyswitchError as error:
            row.error(map(str, error.also))
            raise error.without_related() from None

    def _carried_out(
        self, news: Mapping[str, Any], records: Mapping[str, Record]
    ) -> tuple[BatchOutcome, FleetDeclaration]:
        bag = plain(news, MAPS_BY_KEY)
        records = {**records, **taken_over_by_fleet(bag, records)}
        declared = _declaration(parse_fleet(bag, records, as_written=True))
        fleet = self._fleet()
        row = Row()
        judged = fleet.plan(declared, records, PROCESS.declared)
        row.warn(judged.let_through.warnings())
        return fleet.apply(judged, records, row.tell, PROCESS.declared), declared

    def _fail(
        self, outcome: BatchOutcome, declared: FleetDeclaration, outs: dict[str, Any]
    ) -> None:
        failure = outcome.failure(declared.ids)
        if failure is None:
            return
        each = [str(outcome.failures[key]) for key in sorted(outcome.failures)]
        partly_done(_ID, outs, [str(failure.without_related()), *each])
        raise failure

    def _fleet(self) -> Batch:
        origin = Origin.of_urn(urn_of_call())
        return Batch(
            lambda account: PROCESS.reconciler_in(account, self._settings, origin, warn),
            before_each=require_engine,
            before_signers=PROCESS.wait_for_others,
        )

    def _diff_of_unknown(self, unknown: tuple[str, ...]) -> DiffResult:
        Row().tell(whole_not_looked_at(unknown))
        return DiffResult(changes=True)


def whole_not_looked_at(unknown: tuple[str, ...]) -> str:
    """Of a fleet whose inputs are not known yet, that none of its keys was looked at (KS211)."""
    return message(catalogue.NOT_LOOKED_AT, "the fleet", properties=", ".join(unknown))


def not_looked_at(declared: FleetDeclaration) -> list[str]:
    """Of each key that cannot be judged yet, that it was not looked at (KS211)."""
    return [
        message(
            catalogue.NOT_LOOKED_AT,
            Attempt("previewing", key),
            properties=", ".join(declared.unknown[key]),
        )
        for key in sorted(declared.unknown)
    ]


def _declaration(parsed: ParsedFleet) -> FleetDeclaration:
    """Of a fleet that can be read whole.

    :raises KeyswitchError: everything that is wrong with it, as one error.
    """
    if parsed.problems:
        raise fleet_error(parsed.problems)
    if parsed.declaration is None:
        raise KeyswitchError(catalogue.UNREADABLE_STATE, property="inputs")
    return parsed.declaration
