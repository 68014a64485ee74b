"""The life of one declared key, from its adoption to the end of its declaration.

Guarantees, each from a live look:

* a status changes only to the declared one (at the end, to what ``on_destroy`` says), once, after a fresh look
  by which the safeguards are met, and never at the same time as another key of the user;
* a change is done when IAM *shows* it, whatever the write itself answered;
* what cannot be looked at is an error, never "no change";
* every error says what was attempted, on which key and user.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from keyswitch.iam.client import IamClient
from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError, error_context
from keyswitch.model.durations import iso
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import Status
from keyswitch.model.user_names import same_user
from keyswitch.reconcile.apply import Switch, Switched, lost_by_a_race
from keyswitch.reconcile.cache import KeyCache
from keyswitch.reconcile.clock import Clock, Patience
from keyswitch.reconcile.coordination import Shared
from keyswitch.reconcile.diff import Action, Cause, decide
from keyswitch.reconcile.evidence import EvidenceSource
from keyswitch.reconcile.observe import Observation, Observer
from keyswitch.reconcile.on_destroy import DeletionPlan, deletion_plan, target_on_destroy
from keyswitch.reconcile.plan import Plan
from keyswitch.reconcile.planner import Planner, diff_input_of
from keyswitch.reconcile.records import DoneButFailedError, as_seen, held, refreshed
from keyswitch.reconcile.safeguards import Unmet

T = TypeVar("T")
Tell = Callable[[str], None]
"""Shows a reader one warning."""


def _ignore(_warning: str) -> None: ...


_MOST_NAMES_FOLLOWED = 3


class Reconciler:
    """Carries the declarations of one process out. Safe to share between threads.

    :param shared: what this process does by other reconcilers; one of its own if omitted.
    :param signing_elsewhere: see :class:`~keyswitch.reconcile.evidence.EvidenceSource`.
    :param shows_overrides: whether messages may repeat the words of overrides.
    :ivar evidence_source: what tells which keys sign the calls of this program.
    """

    def __init__(
        self,
        client: IamClient,
        clock: Clock | None = None,
        patience: Patience | None = None,
        *,
        shared: Shared | None = None,
        signing_elsewhere: Callable[[], Mapping[str, str]] = dict,
        shows_overrides: bool = False,
    ) -> None:
        self._shared = shared or Shared()
        self._cache = KeyCache(client, self._shared)
        self._observer = Observer(self._cache)
        self._clock = clock or Clock()
        self.evidence_source = EvidenceSource(self._cache, signing_elsewhere)
        self._plan = Planner(
            self._cache, self.evidence_source, self._clock, shows_overrides=shows_overrides
        )
        self._switch = Switch(self._cache, self._clock, patience or Patience())

    def look(self, access_key_id: str, user_name: str | None, record: Record | None) -> Observation:
        """Looks for the key, through what this process has seen; its owner is followed if none is named.

        :param user_name: the one that is declared, if any.
        :param record: what is recorded of the key, if anything.
        :raises KeyswitchError: it cannot be looked at.
        """
        with error_context(_looking(access_key_id, user_name, record)):
            return self._observer.look_following(access_key_id, user_name, record)

    def plan(
        self,
        declaration: Declaration,
        record: Record | None,
        seen: Observation | None = None,
        *,
        for_reader: bool = False,
    ) -> Plan:
        """Decides on a look at the key.

        A change that it allows is remembered: of two keys that must not both become Inactive, the second is
        judged as if the first had gone.

        :param record: what is recorded of the key; ``None`` if it is to be adopted.
        :param seen: the look, if it was taken already.
        :param for_reader: look also for what nothing depends on, and a reader should know.
        :raises KeyswitchError: the key cannot be looked at, or a safeguard not be judged.
        """
        access_key_id, user_name = declaration.access_key_id, declaration.user_name
        seen = seen or self.look(access_key_id, user_name, record)
        with error_context(_looking(access_key_id, user_name, record)):
            with self._cache.alone_with(seen.user_name, _account_of(record)):
                planned = seen.of_listed(self._shared.planned)
                plan = self._plan.plan(declaration, record, seen, planned)
                if plan.decision.action is Action.SWITCH:
                    self._shared.planned[access_key_id] = declaration.status
            return self._plan.with_usage(plan) if for_reader else plan

    def has_drifted(self, declaration: Declaration, record: Record) -> bool:
        """Whether a refresh has found something that a program would change, safeguards aside.

        :param declaration: the inputs in state, which stand for the program.
        :raises KeyswitchError: the key cannot be looked at.
        """
        if record.pending is not None:
            return False
        seen = self.look(declaration.access_key_id, declaration.user_name, record)
        recorded = replace(record, declaration=declaration)
        return decide(diff_input_of(declaration, recorded, seen)).needs_step

    def apply(
        self,
        declaration: Declaration,
        record: Record | None,
        tell: Tell = _ignore,
    ) -> Record:
        """Adopts or updates: looks afresh, judges, switches if that is needed, and records.

        The keys that this process itself has deactivated count as Inactive, also where IAM's answer
        lags behind.

        :param tell: shows what became of a change that is held, or that AWS answered in an unusual way.
        :raises KeyswitchError: a refusal, or a fault; running again is safe.
        """

        def carry_out(seen: Observation) -> Record:
            off = seen.of_listed(self._shared.deactivated)
            plan = self._plan.plan(declaration, record, seen, off)
            refusal = plan.refusal()
            if refusal is not None:
                raise refusal
            if plan.decision.action is Action.SWITCH:
                recorded = self._recorded(declaration, record, seen)
                return self._switched(declaration, recorded, seen, tell)
            if plan.decision.cause is Cause.UNMET:
                for warning in plan.warnings():
                    tell(warning)
            return self.record_of(plan)

        return self._alone(declaration.access_key_id, declaration.user_name, record, carry_out)

    def record_of(self, plan: Plan) -> Record:
        """The record of a key that is left as it was judged: nothing is switched.

        :raises KeyswitchError: the account that it is adopted in cannot be asked for.
        """
        record, seen = plan.record, plan.observation
        with error_context(Attempt("adopting", plan.declaration.access_key_id, seen.user_name)):
            recorded = self._recorded(plan.declaration, record, seen)
        if plan.decision.cause is Cause.UNMET:
            return held(recorded, plan)
        return recorded

    def read(self, record: Record) -> tuple[Record, str | None]:
        """Refreshes what is recorded; see :func:`~keyswitch.reconcile.records.refreshed`.

        :raises KeyswitchError: the key cannot be looked at.
        """
        access_key_id = record.declaration.access_key_id
        seen = self.look(access_key_id, None, record)
        return refreshed(record, seen, iso(self._clock.now()))

    def plan_deletion(self, record: Record, seen: Observation | None = None) -> DeletionPlan:
        """Decides on a look at a key that is no longer declared what :meth:`destroy` would do.

        As in :meth:`plan` a switch that it allows is remembered.

        :param seen: the look, if it was taken already; none is needed to leave a key as it is.
        :raises KeyswitchError: the key cannot be looked at, or a safeguard not be judged.
        """
        target = target_on_destroy(record)
        if target is None:
            return DeletionPlan(record, None, record.user_name)
        access_key_id = record.declaration.access_key_id
        seen = seen or self.look(access_key_id, None, record)
        looking = error_context(_looking(access_key_id, None, record))
        with looking, self._cache.alone_with(seen.user_name, record.account_id):
            end = self._ending(record, target, seen, seen.of_listed(self._shared.planned))
            if end.switches_to is not None:
                self._shared.planned[access_key_id] = end.switches_to
            return end

    def destroy(self, record: Record, tell: Tell = _ignore) -> str | None:
        """Ends the declaration as ``on_destroy`` says. A key that is already gone is fine.

        :param tell: as in :meth:`apply`.
        :returns: a warning, if the key could not be restored.
        :raises KeyswitchError: it could not be looked at or switched, or a safeguard does not allow
            a deactivation; the record must be kept.
        """
        target = target_on_destroy(record)
        if target is None:
            return None
        access_key_id = record.declaration.access_key_id

        def let_go(seen: Observation) -> str | None:
            end = self._ending(record, target, seen, seen.of_listed(self._shared.deactivated))
            if end.refusal is not None:
                raise end.refusal
            if end.switches_to is not None:
                made = self._make(access_key_id, seen, end.switches_to, tell)
                ended = replace(record.declaration, status=end.switches_to)
                lost = lost_by_a_race(ended, seen, made)
                if lost is not None:
                    raise lost
            return end.warning

        return self._alone(access_key_id, None, record, let_go)

    def _ending(
        self, record: Record, target: Status, seen: Observation, planned: Mapping[str, Status]
    ) -> DeletionPlan:
        def unmet(declaration: Declaration) -> tuple[Unmet, ...]:
            by = record.restorable_from
            return self._plan.unmet(declaration, seen, planned, inactive_by=by)

        return deletion_plan(record, target, seen, unmet, self._clock.now())

    def _recorded(
        self, declaration: Declaration, record: Record | None, seen: Observation
    ) -> Record:
        now = iso(self._clock.now())
        return as_seen(declaration, record, seen, now, self._cache.account_id)

    def _switched(
        self,
        declaration: Declaration,
        recorded: Record,
        seen: Observation,
        tell: Tell,
    ) -> Record:
        now = iso(self._clock.now())
        try:
            made = self._make(declaration.access_key_id, seen, declaration.status, tell)
        except KeyswitchError as fault:
            accepted = declaration.access_key_id in self._shared.accepted
            if declaration.override is None or not accepted:
                raise
            raise DoneButFailedError(recorded.overridden_by(declaration, now), fault) from None
        switched = replace(recorded, status=made.status, changed_at=now, status_since=now)
        done = switched.carried_out(declaration, switched=True)
        lost = lost_by_a_race(declaration, seen, made)
        if lost is not None:
            raise DoneButFailedError(done, lost)
        return done

    def _make(self, access_key_id: str, seen: Observation, target: Status, tell: Tell) -> Switched:
        signs = target is Status.INACTIVE and self.evidence_source.signs_with(access_key_id)
        return self._switch.make_noted(access_key_id, seen, target, self._shared, tell, signs=signs)

    def _alone(
        self,
        access_key_id: str,
        user_name: str | None,
        record: Record | None,
        act: Callable[[Observation], T],
    ) -> T:
        """Acts on a fresh look, while no other thread looks at or writes to the key's user.

        A renamed user, and one that was asked for by another name or by none, is followed by
        releasing the one name before holding the next.
        """
        with error_context(_looking(access_key_id, user_name, record)):
            asked = self._observer.whom_to_ask(access_key_id, user_name, record)
            for _ in range(_MOST_NAMES_FOLLOWED):
                with self._cache.alone_with(asked, _account_of(record)):
                    seen = self._observer.look(access_key_id, asked, record, fresh=True)
                    follows = seen.other_owner if user_name is None else None
                    if follows is None and seen.listed:
                        follows = seen.user_name
                    if follows is None or same_user(follows, asked):
                        return act(seen)
                asked = follows
            raise KeyswitchError(catalogue.Contradiction(user_name=asked))


def _looking(access_key_id: str, user_name: str | None, record: Record | None) -> Attempt:
    known = user_name or (record.user_name if record else None)
    return Attempt("looking at", access_key_id, known)


def _account_of(record: Record | None) -> str:
    return record.account_id if record is not None else ""
