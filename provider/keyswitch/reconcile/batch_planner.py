"""Decides about all keys of a resource: looks at each before any is judged, for only then it is known whose they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from keyswitch.messages.format import KeyswitchError
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.batch_declaration import BatchDeclaration
from keyswitch.model.state import Declaration, Record
from keyswitch.reconcile.batch_plan import BatchPlan
from keyswitch.reconcile.observe import Observation
from keyswitch.reconcile.on_destroy import DeletionPlan, target_on_destroy
from keyswitch.reconcile.plan import Plan
from keyswitch.reconcile.reconciler import Reconciler
from keyswitch.reconcile.schedule import ROOT_USER, do_all, task_of, task_of_end

ReconcilerIn = Callable[[DeclaredAccount | None], Reconciler]


class BatchPlanner:
    """Makes one plan. What keeps it from looking at a key is no error here, but stands in the plan.

    :param reconciler_in: the reconciler in an account, the same at every call.
    :param at_a_time: how many users are looked at in parallel.
    :param records: what is recorded, by key id.
    :param for_reader: see :meth:`Reconciler.plan`.
    """

    def __init__(
        self,
        reconciler_in: ReconcilerIn,
        at_a_time: int,
        records: Mapping[str, Record],
        *,
        for_reader: bool,
    ) -> None:
        self._in = reconciler_in
        self._at_a_time = at_a_time
        self._records = records
        self._for_reader = for_reader
        self._observations: dict[str, Observation] = {}
        self._plans: dict[str, Plan] = {}
        self._endings: dict[str, DeletionPlan] = {}

    def plan(self, declared: BatchDeclaration, ends: Sequence[Record]) -> BatchPlan:
        """The plan.

        :param ends: the records of the keys that are no longer declared.
        """
        errors = dict(declared.unreadable)
        self._look_at_all(declared, ends, errors)
        seen = self._observations
        do_all(
            [
                *(
                    task_of(key, seen[key.access_key_id].user_name or ROOT_USER, self._judge)
                    for key in declared.keys
                    if key.access_key_id in seen
                ),
                *(
                    task_of_end(record, self._user_name_of(record), self._judge_end)
                    for record in ends
                    if record.declaration.access_key_id not in errors
                ),
            ],
            errors,
            self._at_a_time,
        )
        declared_ids = [*declared.unreadable, *(key.access_key_id for key in declared.keys)]
        order = [*declared_ids, *(record.declaration.access_key_id for record in ends)]
        return BatchPlan(
            declared,
            declared.ids.union(self._records),
            {key: self._plans[key] for key in order if key in self._plans},
            {key: self._endings[key] for key in order if key in self._endings},
            {key: errors[key] for key in order if key in errors},
        )

    def _look_at_all(
        self,
        declared: BatchDeclaration,
        ends: Sequence[Record],
        errors: dict[str, KeyswitchError],
    ) -> None:
        do_all(
            [
                *(
                    task_of(key, user_of(key, self._records), self._look_at_declared)
                    for key in declared.keys
                ),
                *(
                    task_of_end(record, record.user_name, self._look_at_end)
                    for record in ends
                    if target_on_destroy(record) is not None
                ),
            ],
            errors,
            self._at_a_time,
        )

    def _look_at_declared(self, key: Declaration) -> None:
        self._look(key, key.user_name)

    def _look_at_end(self, record: Record) -> None:
        self._look(record.declaration, None)

    def _look(self, key: Declaration, user_name: str | None) -> None:
        record = self._records.get(key.access_key_id)
        reconciler = self._in(key.account)
        self._observations[key.access_key_id] = reconciler.look(
            key.access_key_id, user_name, record
        )

    def _judge(self, key: Declaration) -> None:
        access_key_id = key.access_key_id
        record, seen = self._records.get(access_key_id), self._observations[access_key_id]
        self._plans[access_key_id] = self._in(key.account).plan(
            key, record, seen, for_reader=self._for_reader
        )

    def _judge_end(self, record: Record) -> None:
        key = record.declaration
        seen = self._observations.get(key.access_key_id)
        self._endings[key.access_key_id] = self._in(key.account).plan_deletion(record, seen)

    def _user_name_of(self, record: Record) -> str | None:
        seen = self._observations.get(record.declaration.access_key_id)
        return (seen.user_name or ROOT_USER) if seen is not None else record.user_name


def user_of(key: Declaration, records: Mapping[str, Record]) -> str | None:
    """The user of a declared key, as far as one is declared or recorded."""
    record = records.get(key.access_key_id)
    return key.user_name or (record.user_name if record else None)
