"""The life of one declared key: looked at, adopted, switched, held, refreshed, let go.

Knows nothing of how it is called: a dynamic provider today. Guarantees, each from a live look:

* nothing is switched but to the declared status, once, and only after a fresh look;
* a switch is made only where its safeguards are met by that look, and never beside another one of
  the same user;
* a switch is done when IAM is *seen* to have done it, whatever the write itself answered;
* what cannot be looked at is an error, never "no change";
* every error says what was attempted, on which key and user.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from keyswitch import catalogue
from keyswitch.clock import Clock, Patience
from keyswitch.decision import Action, Cause, Decision, Memory, Situation, decide
from keyswitch.declaration import Declaration, Pending, Record
from keyswitch.errors import Attempt, KeyswitchError, message, telling
from keyswitch.gateway import Gateway, NoSuchEntityError
from keyswitch.inquiry import Inquiry
from keyswitch.judgement import Judgement
from keyswitch.safeguards import Unmet, unmet
from keyswitch.sighting import Finder, Sighting
from keyswitch.status import ObservedStatus, OnDestroy, OnDrift, Status, WhenUnmet
from keyswitch.switching import Switch
from keyswitch.times import iso
from keyswitch.view import PhaseView

T = TypeVar("T")

_MOST_NAMES_FOLLOWED = 3
_MOST_KEYS = 2


class Lifecycle:
    """Carries one phase's declarations out. Safe to share between threads."""

    def __init__(
        self, gateway: Gateway, clock: Clock | None = None, patience: Patience | None = None
    ) -> None:
        self._view = PhaseView(gateway)
        self._finder = Finder(self._view)
        self._inquiry = Inquiry(self._view)
        self._clock = clock or Clock()
        self._switch = Switch(self._view, self._clock, patience or Patience())
        self._planned: dict[str, Status] = {}

    def judge(
        self, declaration: Declaration, record: Record | None, *, for_reader: bool = False
    ) -> Judgement:
        """Looks at the key, through what this phase has seen, and decides.

        A switch that it allows is remembered: of two keys that must not both go off, the second is
        judged as if the first had gone.

        :param record: what is recorded of the key; ``None`` if it is to be adopted.
        :param for_reader: look also for what nothing depends on, and a reader should know.
        :raises KeyswitchError: the key cannot be looked at, or a safeguard not be judged.
        """
        access_key_id, user_name = declaration.access_key_id, declaration.user_name
        with telling(_looking(access_key_id, user_name, record)):
            seen = self._finder.look_following(access_key_id, user_name, record)
            with self._view.alone_with(seen.user_name):
                judgement = self._judged(declaration, record, seen, dict(self._planned))
                if judgement.decision.action is Action.SWITCH:
                    self._planned[access_key_id] = declaration.status
                    if for_reader and declaration.status is Status.INACTIVE:
                        usage = self._inquiry.usage(access_key_id)
                        return replace(judgement, usage=usage)
                return judgement

    def has_drifted(self, declaration: Declaration, record: Record) -> bool:
        """Whether a refresh has found something that a program would change, safeguards aside.

        :param declaration: the inputs in state, which stand for the program.
        :raises KeyswitchError: see :meth:`judge`.
        """
        if record.pending is not None:
            return False
        with telling(_looking(declaration.access_key_id, declaration.user_name, record)):
            seen = self._finder.look_following(
                declaration.access_key_id, declaration.user_name, record
            )
            recorded = replace(record, declaration=declaration)
            return decide(_situation(declaration, recorded, seen)).needs_step

    def apply(self, declaration: Declaration, record: Record | None) -> Record:
        """Adopts or updates: looks afresh, judges, switches if that is needed, and records.

        :raises KeyswitchError: a refusal, or a fault; running again is safe.
        """

        def carry_out(seen: Sighting) -> Record:
            judgement = self._judged(declaration, record, seen, {})
            refusal = judgement.refusal()
            if refusal is not None:
                raise refusal
            now = iso(self._clock.now())
            recorded = Record(
                declaration=declaration,
                user_name=seen.user_name,
                status=seen.status,
                account_id=(record.account_id if record else "") or self._view.account_id(),
                create_date=seen.create_date or (record.create_date if record else ""),
                changed_at=record.changed_at if record else "",
                adopted_status=record.adopted_status if record else seen.status,
                adopted_at=record.adopted_at if record else now,
            )
            if judgement.decision.action is Action.SWITCH:
                status = self._switch.make(declaration.access_key_id, seen, declaration.status)
                return replace(recorded, status=status, changed_at=iso(self._clock.now()))
            if judgement.decision.cause is Cause.UNMET:
                return _held(recorded, record, judgement)
            return recorded

        return self._alone(declaration.access_key_id, declaration.user_name, record, carry_out)

    def read(self, record: Record) -> tuple[Record, str | None]:
        """Refreshes what is recorded: the live status, and the owner's present name.

        A renamed user is followed, so that a refresh never stands in the way of the program that
        names it anew; where that cannot be told, nothing is changed and the second value is a
        warning. What was desired, and when, is left as it is; a held switch that somebody else has
        made is no longer held.
        """
        access_key_id = record.declaration.access_key_id
        with telling(_looking(access_key_id, None, record)):
            seen = self._finder.look_following(access_key_id, None, record)
        if seen.undecided:
            key = Attempt("", access_key_id, record.user_name)
            warning = message(
                catalogue.DELETED_OR_RENAMED, key, seen.answer, user_name=seen.user_name
            )
            return record, warning
        declared = record.declaration
        if declared.user_name is not None and seen.user_name is not None:
            declared = replace(declared, user_name=seen.user_name)
        pending = record.pending
        refreshed = replace(
            record,
            declaration=declared,
            status=seen.status,
            user_name=seen.user_name,
            create_date=seen.create_date or record.create_date,
            pending=None if pending and seen.status.satisfies(pending.target) else pending,
        )
        return refreshed, None

    def destroy(self, record: Record) -> str | None:
        """Lets the key go as ``on_destroy`` says. A key that is already gone is fine.

        :returns: a warning, if the key could not be restored.
        :raises KeyswitchError: it could not be looked at or switched, or a safeguard does not allow
            it to be switched off; the record must be kept.
        """
        target = _target_on_destroy(record)
        if target is None:
            return None
        access_key_id = record.declaration.access_key_id

        def let_go(seen: Sighting) -> str | None:
            key = Attempt("letting go of", access_key_id, seen.user_name)
            if seen.undecided:
                raise KeyswitchError(
                    catalogue.DELETED_OR_RENAMED, key, seen.answer, user_name=seen.user_name
                )
            if seen.status is ObservedStatus.DELETED or seen.status.satisfies(target):
                return None
            if seen.status is ObservedStatus.EXPIRED:
                return message(catalogue.EXPIRED_NOT_RESTORED, key)
            against = self._unmet(replace(record.declaration, status=target), record, seen, {})
            reasons = "; ".join(rule.cause for rule in against)
            if against and target is Status.ACTIVE:
                return message(catalogue.NOT_RESTORED, key, reasons=reasons)
            if against:
                raise KeyswitchError(
                    catalogue.NOT_LET_GO,
                    key,
                    on_destroy=record.declaration.on_destroy,
                    reasons=reasons,
                )
            self._switch.make(access_key_id, seen, target)
            return None

        return self._alone(access_key_id, None, record, let_go)

    def refuse_third_key(self, user_name: str) -> None:
        """Says before AWS does that a user has two keys already; a user not made yet has none.

        :raises KeyswitchError: KS618, or the user cannot be looked at.
        """
        try:
            keys = self._view.keys_of(user_name, fresh=True)
        except NoSuchEntityError:
            return
        finally:
            self._view.forget(user_name)
        if len(keys) >= _MOST_KEYS:
            listed = ", ".join(f"{key.access_key_id} {key.status}" for key in keys)
            raise KeyswitchError(catalogue.NO_ROOM_FOR_A_KEY, user_name=user_name, keys=listed)

    def _alone(
        self,
        access_key_id: str,
        user_name: str | None,
        record: Record | None,
        act: Callable[[Sighting], T],
    ) -> T:
        """Acts on a fresh look, while no other thread looks at or writes to the key's user.

        A renamed user is followed by letting go of the one name before taking hold of the next.
        """
        with telling(_looking(access_key_id, user_name, record)):
            asked = self._finder.whom_to_ask(access_key_id, user_name, record)
            for _ in range(_MOST_NAMES_FOLLOWED):
                with self._view.alone_with(asked):
                    seen = self._finder.look(access_key_id, asked, record, fresh=True)
                    if user_name is not None or seen.other_owner is None:
                        return act(seen)
                asked = seen.other_owner
            raise KeyswitchError(catalogue.CONTRADICTION, user_name=asked)

    def _judged(
        self,
        declaration: Declaration,
        record: Record | None,
        seen: Sighting,
        planned: Mapping[str, Status],
    ) -> Judgement:
        situation = _situation(declaration, record, seen)
        decision = decide(situation)
        against: tuple[Unmet, ...] = ()
        if decision.action is Action.SWITCH:
            against = self._unmet(declaration, record, seen, planned)
            decision = decide(
                replace(
                    situation,
                    unmet=tuple(rule.safeguard for rule in against),
                    when_unmet=declaration.safeguards.unmet or WhenUnmet.REFUSE,
                )
            )
        return Judgement(
            decision,
            declaration,
            seen,
            record,
            account_id=self._account_if_told(decision),
            now=self._clock.now(),
            unmet=against,
            planned=planned,
        )

    def _unmet(
        self,
        declaration: Declaration,
        record: Record | None,
        seen: Sighting,
        planned: Mapping[str, Status],
    ) -> tuple[Unmet, ...]:
        """The safeguards against a switch to the declared status; an override silences them all."""
        if declaration.override is not None and declaration.status is Status.INACTIVE:
            return ()
        now = self._clock.now()
        evidence = self._inquiry.evidence(declaration, record, seen, now, planned)
        return unmet(declaration.safeguards, declaration.status, evidence)

    def _account_if_told(self, decision: Decision) -> str:
        """For a message that says more with the account, and enough without."""
        if decision.cause not in (Cause.ABSENT, Cause.GONE):
            return ""
        try:
            return self._view.account_id()
        except KeyswitchError:
            return ""


def _looking(access_key_id: str, user_name: str | None, record: Record | None) -> Attempt:
    known = user_name or (record.user_name if record else None)
    return Attempt("looking at", access_key_id, known)


def _situation(declaration: Declaration, record: Record | None, seen: Sighting) -> Situation:
    waits_for = record.pending.waits_for if record and record.pending else ()
    desired = record.declaration.status if record else None
    return Situation(
        declared=declaration.status,
        observed=seen.status,
        memory=Memory(desired, record.status, waits_for) if record and desired else None,
        owned_by_another=seen.other_owner is not None,
        undecided=seen.undecided,
        otherwise_changed=record is not None and _otherwise_changed(declaration, record, seen),
        on_drift=OnDrift.ENFORCE if declaration.enforced else OnDrift.REPORT,
    )


def _otherwise_changed(declaration: Declaration, record: Record, seen: Sighting) -> bool:
    redeclared = replace(record.declaration, status=declaration.status) != declaration
    return redeclared or seen.user_name != record.user_name


def _held(recorded: Record, record: Record | None, judgement: Judgement) -> Record:
    """The status last carried out is kept, so that a later run knows the switch for one of its own.

    Of a key that is only being adopted it is Active in both directions: a key to be switched off
    was found so, and one to be switched on must be remembered as wanted so, or the next run would
    take it for switched off by this program.
    """
    desired = record.declaration.status if record else Status.ACTIVE
    waits_for = tuple(rule.safeguard for rule in judgement.unmet)
    return replace(
        recorded,
        declaration=replace(recorded.declaration, status=desired),
        pending=Pending(judgement.declaration.status, judgement.held_since, waits_for),
    )


def _target_on_destroy(record: Record) -> Status | None:
    if record.declaration.on_destroy is OnDestroy.DEACTIVATE:
        return Status.INACTIVE
    if record.declaration.on_destroy is OnDestroy.RESTORE:
        if record.adopted_status is ObservedStatus.ACTIVE:
            return Status.ACTIVE
        return Status.INACTIVE
    return None
