"""Makes the record of a key from what was seen of it, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError, line
from keyswitch.model.pending import Pending
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import DeactivatedBy, ObservedStatus, Status
from keyswitch.model.user_names import same_user
from keyswitch.reconcile.observe import Observation
from keyswitch.reconcile.plan import Plan, found_deleted


class DoneButFailedError(KeyswitchError):
    """A switch that was made, and an error all the same: what was done has to be recorded.

    :ivar record: of the key as it is now.
    """

    def __init__(self, record: Record, error: KeyswitchError) -> None:
        super().__init__(error.message, error.attempt, error.answer, also=error.also)
        self.record = record


def as_seen(
    declaration: Declaration,
    record: Record | None,
    seen: Observation,
    now: str,
    account_id: Callable[[], str],
) -> Record:
    """The record of a key that is left as it was seen.

    :param record: what was recorded before; ``None`` of a key that is adopted.
    :param now: ISO 8601.
    :param account_id: asked for a key whose account is not recorded yet.
    :raises KeyswitchError: the account cannot be asked for.
    """
    if record is not None:
        found = replace(
            record.seen_as(seen.status, now),
            user_name=seen.user_name,
            account_id=record.account_id or account_id(),
            create_date=seen.create_date or record.create_date,
            pending=None,
        )
        return found.carried_out(declaration, switched=False)
    adopted = Record(
        declaration=declaration,
        user_name=seen.user_name,
        status=seen.status,
        account_id=account_id(),
        create_date=seen.create_date,
        changed_at="",
        adopted_status=seen.status,
        status_since=now,
        deactivated_by=DeactivatedBy.NOBODY,
    )
    return adopted.carried_out(declaration, switched=False)


def refreshed(record: Record, seen: Observation, now: str) -> tuple[Record, str | None]:
    """The record after a refresh, and a warning.

    Another user name is followed. Where it cannot be found out what became of the key, the record stays as it
    is, with a warning. Another warning says that the key was found deleted, once. What was declared, and when,
    stays; a held change that somebody else has made is no longer held.

    :param now: ISO 8601.
    """
    if seen.undecided:
        key = Attempt("", record.declaration.access_key_id, record.user_name)
        unclear = catalogue.DeletedOrRenamed(user_name=seen.user_name)
        return record, line(unclear, key, seen.answer)
    declared = record.declaration
    renamed = not same_user(declared.user_name, seen.user_name)
    if declared.user_name is not None and seen.user_name is not None and renamed:
        declared = replace(declared, user_name=seen.user_name)
    pending = record.pending
    newly_gone = seen.status is ObservedStatus.DELETED and record.status is not seen.status
    found = replace(
        record.seen_as(seen.status, now),
        declaration=declared,
        user_name=seen.user_name,
        create_date=seen.create_date or record.create_date,
        pending=None if pending and seen.status.satisfies(pending.target) else pending,
    )
    return found.brought_up_to_date(), found_deleted(record) if newly_gone else None


def held(recorded: Record, plan: Plan) -> Record:
    """The status last carried out is kept, so that a later run knows the switch for one of its own.

    Of a key that is only being adopted it is Active in both directions: a key to be deactivated
    was found so, and one to be activated must be remembered as wanted so, or the next run would
    take it for deactivated by this program.
    """
    record = plan.record
    desired = record.declaration.status if record else Status.ACTIVE
    waits_for = tuple(rule.safeguard for rule in plan.unmet)
    pending = Pending(plan.declaration.status, plan.held_since, waits_for)
    return recorded.holding(desired, pending, record)
