"""The life of many keys declared as one: judged together, switched several users at a time.

Each key is judged, switched and told of as one that is declared by itself, in its own account. What
is added: all are looked at before any is switched, so that a run can be refused for changing more
than was meant; keys that become Active are changed before those that become Inactive; and one that fails stops none of the
others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from keyswitch.iam.concurrently import AT_A_TIME
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.batch_declaration import BatchDeclaration
from keyswitch.model.change_limit import MaxChanges
from keyswitch.model.state import Declaration, Record
from keyswitch.reconcile.batch_plan import BatchOutcome, BatchPlan
from keyswitch.reconcile.batch_planner import BatchPlanner, ReconcilerIn, user_of
from keyswitch.reconcile.diff import Action
from keyswitch.reconcile.reconciler import Tell
from keyswitch.reconcile.records import DoneButFailedError
from keyswitch.reconcile.schedule import ROOT_USER, Task, do_all, task_of, task_of_end


class Batch:
    """Carries a fleet's declarations out through the reconcilers that judge each of its keys.

    :param reconciler_in: the reconciler in an account, the same at every call.
    :param before_each: is called before each key that is changed or whose declaration ends; what it raises ends
        the whole, with no further key begun.
    :param before_signers: is called before the keys that sign the program's calls are deactivated, which
        is done last of all.
    """

    def __init__(
        self,
        reconciler_in: ReconcilerIn,
        at_a_time: int = AT_A_TIME,
        before_each: Callable[[], None] = lambda: None,
        before_signers: Callable[[], None] = lambda: None,
    ) -> None:
        self._in = reconciler_in
        self._at_a_time = at_a_time
        self._before_each = before_each
        self._before_signers = before_signers

    def plan(
        self,
        declared: BatchDeclaration,
        records: Mapping[str, Record],
        kept: Collection[str] = (),
        *,
        for_reader: bool = False,
    ) -> BatchPlan:
        """Looks at every key that is known, and decides; what keeps it from looking is no error here.

        :param records: what is recorded, by key id.
        :param kept: ids of keys that the program declares elsewhere, and so does not end.
        :param for_reader: see :meth:`Reconciler.plan`.
        """
        ends = [records[key] for key in sorted(set(records) - declared.ids - set(kept))]
        planner = BatchPlanner(self._in, self._at_a_time, records, for_reader=for_reader)
        return planner.plan(declared, ends)

    def apply(
        self,
        judged: BatchPlan,
        records: Mapping[str, Record],
        tell: Tell,
        kept: Collection[str] = (),
    ) -> BatchOutcome:
        """Switches what is to be switched, each after a fresh look, and records the others as judged.

        Of a change that is wider than ``max_changes`` only what overrides ask for is done.

        :param tell: shows what became of a change that was held when it was to be made.
        :param kept: see :meth:`plan`; asked again for each key that is no longer declared, for more may be
            declared by then.
        :raises KeyswitchError: the change is wider than ``max_changes``, and no override asks for
            anything; nothing was done.
        """
        too_wide = judged.too_wide
        if too_wide is not None and not judged.overridden:
            raise too_wide
        outcome = self._carry_out(judged.let_through, records, tell, kept)
        if too_wide is None:
            return outcome
        return replace(outcome, records={**records, **outcome.records}, too_wide=too_wide)

    def _carry_out(
        self,
        judged: BatchPlan,
        records: Mapping[str, Record],
        tell: Tell,
        kept: Collection[str],
    ) -> BatchOutcome:
        failures = judged.refusals
        unknown = {key: records[key] for key in judged.declared.unknown if key in records}
        outcome = BatchOutcome(unknown, failures)
        warnings: dict[str, str] = {}

        def switch(key: Declaration) -> None:
            record = records.get(key.access_key_id)
            try:
                done = self._in(key.account).apply(key, record, tell)
            except DoneButFailedError as error:
                outcome.records[key.access_key_id] = error.record
                raise
            outcome.records[key.access_key_id] = done

        def record(key: Declaration) -> None:
            plan = judged.plans[key.access_key_id]
            outcome.records[key.access_key_id] = self._in(key.account).record_of(plan)

        switches: list[Task] = []
        others: list[Task] = []
        for key, plan in judged.plans.items():
            user_name = plan.observation.user_name or ROOT_USER
            if plan.decision.action is Action.SWITCH:
                switches.append(task_of(plan.declaration, user_name, switch))
            elif key not in failures:
                others.append(task_of(plan.declaration, user_name, record))
        # In the order in which they were judged: of a user's keys that become Inactive, the last is refused.
        switches.extend(self._ends(judged, kept, warnings, tell))
        self._do(switches, failures, others)
        _tell_all(warnings, tell)
        left = failures.keys() & records.keys() - outcome.records.keys()
        outcome.records.update({key: records[key] for key in left})
        return outcome

    def _do(
        self,
        switches: Sequence[Task],
        failures: dict[str, KeyswitchError],
        others: Sequence[Task] = (),
    ) -> None:
        """The end of a key that signs is the end of every call that it signs, so that it goes last."""
        not_signing: list[Task] = []
        signing: list[Task] = []
        signing_itself: list[Task] = []
        for task in switches:
            account, access_key_id = task.user[0], task.access_key_id
            if task.goes_on or not self._in(account).evidence_source.signs_with(access_key_id):
                not_signing.append(task)
            elif self._in(account).evidence_source.signs_itself(access_key_id):
                signing_itself.append(task)
            else:
                signing.append(task)
        do_all(not_signing, failures, self._at_a_time, self._before_each)
        do_all(others, failures, self._at_a_time)
        if signing or signing_itself:
            self._before_signers()
        do_all(signing, failures, self._at_a_time, self._before_each)
        do_all(signing_itself, failures, self._at_a_time, self._before_each)

    def signers_deactivated(self, declared: BatchDeclaration) -> dict[str, bool]:
        """Which keys this may deactivate that sign calls of this program, and whether each signs its own.

        Such keys go last, of all that a program declares.
        """
        may_go = [key for key in declared.keys if key.may_deactivate_signer]
        signers = [
            key
            for key in may_go
            if self._in(key.account).evidence_source.signs_with(key.access_key_id)
        ]
        return {
            key.access_key_id: self._in(key.account).evidence_source.signs_itself(key.access_key_id)
            for key in signers
        }

    def has_drifted(self, declared: BatchDeclaration, records: Mapping[str, Record]) -> bool:
        """Whether a refresh has found something that a program would change, safeguards aside.

        :raises KeyswitchError: a key cannot be looked at.
        """
        drifted: dict[str, bool] = {}
        errors: dict[str, KeyswitchError] = {}

        def look(key: Declaration) -> None:
            record = records[key.access_key_id]
            drifted[key.access_key_id] = self._in(key.account).has_drifted(key, record)

        known = [key for key in declared.keys if key.access_key_id in records]
        do_all(
            [task_of(key, user_of(key, records), look) for key in known], errors, self._at_a_time
        )
        _raise(errors, records, catalogue.FleetNotRefreshed)
        return any(drifted.values())

    def read(self, records: Mapping[str, Record], tell: Tell) -> dict[str, Record]:
        """Refreshes every record.

        :param tell: shows where nobody can say what became of a key.
        :raises KeyswitchError: a key cannot be looked at; nothing is refreshed.
        """
        found: dict[str, Record] = {}
        warnings: dict[str, str] = {}
        errors: dict[str, KeyswitchError] = {}

        def read(key: Declaration) -> None:
            record, warning = self._in(key.account).read(records[key.access_key_id])
            found[key.access_key_id] = record
            if warning is not None:
                warnings[key.access_key_id] = warning

        tasks = [task_of(each.declaration, each.user_name, read) for each in records.values()]
        do_all(tasks, errors, self._at_a_time)
        _raise(errors, records, catalogue.FleetNotRefreshed)
        _tell_all(warnings, tell)
        return {key: found[key] for key in records}

    def destroy(
        self,
        records: Mapping[str, Record],
        max_changes: MaxChanges | None,
        tell: Tell,
        kept: Collection[str] = (),
    ) -> None:
        """Ends the declaration of every key as its ``on_destroy`` says; running again is safe.

        :param tell: shows what could not be restored.
        :param kept: see :meth:`plan`.
        :raises KeyswitchError: more would be switched than ``max_changes`` allows, and nothing was
            done; or some failed, and the others are done.
        """
        judged = self.plan(BatchDeclaration((), max_changes), records, kept)
        if judged.too_wide is not None:
            raise judged.too_wide
        failures = judged.refusals
        warnings: dict[str, str] = {}

        ends = self._ends(judged, kept, warnings, tell)
        self._do(ends, failures)
        _tell_all(warnings, tell)
        _raise(failures, records, catalogue.FleetNotDestroyed)

    def _ends(
        self, judged: BatchPlan, kept: Collection[str], warnings: dict[str, str], tell: Tell
    ) -> list[Task]:
        """The changes of keys that are no longer declared; a key that needs none is left as it was judged.

        :param warnings: gets those of keys that could not be restored, by key id.
        """

        def let_go(record: Record) -> None:
            key = record.declaration
            if key.access_key_id in kept:
                return
            warning = self._in(key.account).destroy(record, tell)
            if warning is not None:
                warnings[key.access_key_id] = warning

        switches: list[Task] = []
        for access_key_id, end in judged.endings.items():
            if end.switches_to is not None:
                switches.append(task_of_end(end.record, end.user_name or ROOT_USER, let_go))
            elif end.warning is not None and access_key_id not in kept:
                warnings[access_key_id] = end.warning
        return switches


def _tell_all(warnings: Mapping[str, str], tell: Tell) -> None:
    for key in sorted(warnings):
        tell(warnings[key])


def _raise(
    failures: Mapping[str, KeyswitchError], keys: Iterable[str], entry: type[Message]
) -> None:
    """All failures as one error, with each of them told."""
    failure = BatchOutcome({}, dict(failures)).failure(keys, entry)
    if failure is not None:
        raise failure
