"""What a preview says that the records will be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from keyswitch.model.state import Record
from keyswitch.model.status import ObservedStatus
from keyswitch.reconcile.batch_plan import BatchPlan
from keyswitch.reconcile.batch_planner import ReconcilerIn
from keyswitch.reconcile.diff import Action
from keyswitch.reconcile.plan import Plan


def previewed(
    plan: BatchPlan, records: Mapping[str, Record], reconciler_in: ReconcilerIn, moment: str
) -> dict[str, Record]:
    """The records as they will be once a plan is applied; a key that is refused stays as it was.

    :param records: what is recorded, by key id.
    :param moment: stands for the times that nobody knows yet.
    :raises KeyswitchError: the account that a key is adopted in cannot be asked for.
    """
    if plan.too_wide is not None:
        found = dict(records)
    else:
        left = {*plan.declared.ids, *(key for key in plan.endings if key in plan.refusals)}
        found = {key: record for key, record in records.items() if key in left}
    for key, each in plan.let_through.plans.items():
        if key not in plan.refusals:
            record = reconciler_in(each.declaration.account).record_of(each)
            found[key] = _after(each, record, moment)
    return found


def _after(plan: Plan, record: Record, moment: str) -> Record:
    if plan.record is None:
        record = replace(record, status_since=moment)
    if plan.decision.action is not Action.SWITCH:
        return record
    status = ObservedStatus(plan.declaration.status)
    changed = replace(record, status=status, changed_at=moment, status_since=moment)
    return changed.carried_out(plan.declaration, switched=True)
