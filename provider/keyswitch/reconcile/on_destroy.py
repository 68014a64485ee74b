"""What the end of a declaration does to its key: ``on_destroy`` put against what is seen of the key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import Attempt, KeyswitchError, line
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import ObservedStatus, OnDestroy, Status
from keyswitch.reconcile.observe import Observation
from keyswitch.reconcile.safeguards import Unmet

Safeguarding = Callable[[Declaration], Iterable[Unmet]]
"""The safeguards against a switch to the declared status."""


@dataclass(frozen=True)
class DeletionPlan:
    """What becomes of one key that is no longer declared.

    :param status: the one that it was seen in; ``None`` where it is left, and nobody looks.
    :param switches_to: the status that it is switched to; ``None`` if it stays as it is.
    :param warning: why it is not restored.
    :param refusal: why the declaration cannot end, and its record must be kept.
    """

    record: Record
    status: ObservedStatus | None
    user_name: str | None
    switches_to: Status | None = None
    warning: str | None = None
    refusal: KeyswitchError | None = None

    def note(self) -> str:
        """What a preview tells of it (KS220)."""
        stays = f"stays {self.status}" if self.status else "will be left as it is"
        return line(
            catalogue.NoLongerDeclared(
                on_destroy=self.record.declaration.on_destroy or OnDestroy.LEAVE,
                outcome=f"will be {self.switches_to.change('ed')}" if self.switches_to else stays,
            ),
            Attempt("", self.record.declaration.access_key_id, self.user_name),
        )


def target_on_destroy(record: Record) -> Status | None:
    """The status that ``on_destroy`` asks for; ``None`` to leave the key as it is."""
    if record.declaration.on_destroy is OnDestroy.DEACTIVATE:
        return Status.INACTIVE
    if record.declaration.on_destroy is OnDestroy.RESTORE:
        if record.adopted_status is ObservedStatus.ACTIVE:
            return Status.ACTIVE
        return Status.INACTIVE
    return None


def changes_on_the_way(leaving: Iterable[Record]) -> dict[str, KeyswitchError]:
    """The refusal (KS134) of each key that a fleet might switch before another resource adopts it, by key id.

    :param leaving: what is recorded of the keys that the fleet no longer declares, and another resource does.
    """
    # What would be switched is not looked at: others may switch the key until then.
    return {
        record.declaration.access_key_id: KeyswitchError(
            catalogue.ChangeOnTheWay(on_destroy=record.declaration.on_destroy),
            Attempt("moving", record.declaration.access_key_id, record.user_name),
        )
        for record in leaving
        if target_on_destroy(record) is not None
    }


def deletion_plan(
    record: Record, target: Status, seen: Observation, unmet: Safeguarding, now: datetime
) -> DeletionPlan:
    """Decides for a key that ``on_destroy`` asks to be in ``target``.

    :param now: as of when an ``active_until`` is over, an aware moment.
    """
    key = Attempt("ending the declaration of", record.declaration.access_key_id, seen.user_name)
    if seen.undecided:
        refusal = KeyswitchError(
            catalogue.DeletedOrRenamed(user_name=seen.user_name), key, seen.answer
        )
        return DeletionPlan(record, seen.status, seen.user_name, refusal=refusal)
    stays = DeletionPlan(record, seen.status, seen.user_name)
    if seen.status is ObservedStatus.DELETED or seen.status.satisfies(target):
        return stays
    over = _over(record, target, seen, now)
    if over is not None:
        return replace(stays, warning=line(over, key))
    reasons = _against(record, target, seen, unmet)
    if reasons and target is Status.ACTIVE:
        return replace(stays, warning=line(catalogue.NotRestored(reasons=reasons), key))
    if reasons:
        on_destroy = record.declaration.on_destroy
        refusal = KeyswitchError(
            catalogue.NotDeactivatedOnDestroy(on_destroy=on_destroy, reasons=reasons), key
        )
        return replace(stays, refusal=refusal)
    return replace(stays, switches_to=target)


def _over(record: Record, target: Status, seen: Observation, now: datetime) -> Message | None:
    """Why the time of a key that would be activated is over; AWS's word on it, or the program's."""
    if seen.status is ObservedStatus.EXPIRED:
        return catalogue.ExpiredNotRestored()
    until = record.declaration.active_until
    if target is Status.ACTIVE and until is not None and until.is_over(now):
        return catalogue.EndedNotRestored(active_until=until)
    return None


def _against(record: Record, target: Status, seen: Observation, unmet: Safeguarding) -> str:
    if not seen.status.is_known:
        return catalogue.UnknownStatus(observed=seen.status).cause
    return "; ".join(rule.cause for rule in unmet(replace(record.declaration, status=target)))
