"""Judges one key on what was seen of it: the decision, with the safeguards that it depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from keyswitch.messages.format import KeyswitchError
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import DeactivatedBy, OnDrift, Status, WhenUnmet
from keyswitch.model.user_names import same_user
from keyswitch.reconcile.cache import KeyCache
from keyswitch.reconcile.clock import Clock
from keyswitch.reconcile.diff import Action, Cause, Decision, DiffInput, PriorState, decide
from keyswitch.reconcile.evidence import EvidenceSource
from keyswitch.reconcile.observe import Observation
from keyswitch.reconcile.plan import Plan
from keyswitch.reconcile.safeguards import Unmet, unmet
from keyswitch.reconcile.user_keys import UserKeys


class Planner:
    """Decides; looks up what a decision needs, and switches nothing.

    :param shows_overrides: whether the words of overrides may be repeated.
    """

    def __init__(
        self,
        cache: KeyCache,
        evidence_source: EvidenceSource,
        clock: Clock,
        *,
        shows_overrides: bool,
    ) -> None:
        self._cache = cache
        self._evidence_source = evidence_source
        self._clock = clock
        self._shows_overrides = shows_overrides

    def plan(
        self,
        declaration: Declaration,
        record: Record | None,
        seen: Observation,
        planned: Mapping[str, Status],
    ) -> Plan:
        """The decision on a key, and what it was judged from.

        :param record: what is recorded of the key; ``None`` if it is to be adopted.
        :param planned: see :class:`~keyswitch.reconcile.safeguards.UserKeys`.
        :raises KeyswitchError: a safeguard cannot be judged, for a fault.
        """
        diff_input = diff_input_of(declaration, record, seen)
        decision = decide(diff_input)
        against: tuple[Unmet, ...] = ()
        if decision.action is Action.SWITCH:
            by = record.inactive_by if record is not None else DeactivatedBy.OUTSIDE
            words = record.override_in_words if record is not None else None
            against = self.unmet(declaration, seen, planned, inactive_by=by, override=words)
            decision = decide(
                replace(
                    diff_input,
                    unmet=tuple(rule.safeguard for rule in against),
                    when_unmet=declaration.safeguards.unmet or WhenUnmet.REFUSE,
                )
            )
        return Plan(
            decision,
            declaration,
            seen,
            record,
            account_id=self._account_if_told(decision),
            now=self._clock.now(),
            unmet=against,
            planned=planned,
            signing_keys=self._signing_keys_if_own(declaration, decision),
        )

    def with_usage(self, plan: Plan) -> Plan:
        """The same for a preview, which says when a key that will be deactivated was last used."""
        plan = replace(plan, is_preview=True)
        switched = plan.decision.action is Action.SWITCH
        if not switched or plan.declaration.status is Status.ACTIVE:
            return plan
        listed, key_id = plan.observation.listed, plan.declaration.access_key_id
        return replace(plan, usage=self._evidence_source.usage(UserKeys.of(listed, key_id, {}).key))

    def unmet(
        self,
        declaration: Declaration,
        seen: Observation,
        planned: Mapping[str, Status],
        *,
        inactive_by: DeactivatedBy,
        override: str | None = None,
    ) -> tuple[Unmet, ...]:
        """The safeguards against a switch to the declared status; an override silences them all.

        :param inactive_by: by whose word an Inactive key is so.
        :param override: the words of the override that it is Inactive by.
        :raises KeyswitchError: a safeguard cannot be judged, for a fault.
        """
        if declaration.override is not None and declaration.status is Status.INACTIVE:
            return ()
        evidence = self._evidence_source.evidence(
            declaration,
            seen,
            self._clock.now(),
            planned,
            inactive_by=inactive_by,
            override=override if self._shows_overrides else None,
        )
        return unmet(declaration.safeguards, declaration.status, evidence)

    def _signing_keys_if_own(
        self, declaration: Declaration, decision: Decision
    ) -> Mapping[str, str]:
        """For a warning, where a key that signs is deactivated all the same."""
        if decision.action is not Action.SWITCH or declaration.status is Status.ACTIVE:
            return {}
        signing = self._evidence_source.signing_keys_if_known()
        return signing if declaration.access_key_id in signing else {}

    def _account_if_told(self, decision: Decision) -> str:
        """For a message that says more with the account, and enough without."""
        if decision.cause not in (Cause.ABSENT, Cause.GONE):
            return ""
        try:
            return self._cache.account_id()
        except KeyswitchError:
            return ""


def diff_input_of(declaration: Declaration, record: Record | None, seen: Observation) -> DiffInput:
    """What a decision depends on, safeguards aside."""
    return DiffInput(
        declared=declaration.status,
        observed=seen.status,
        prior_state=_prior_state(record) if record is not None else None,
        owned_by_another=seen.other_owner is not None,
        undecided=seen.undecided,
        otherwise_changed=record is not None and _otherwise_changed(declaration, record, seen),
        on_drift=OnDrift.ENFORCE if declaration.enforced else OnDrift.REPORT,
    )


def _prior_state(record: Record) -> PriorState:
    return PriorState(
        record.declaration.status,
        record.status,
        record.pending.waits_for if record.pending else (),
        never_carried_out=record.never_carried_out,
    )


def _otherwise_changed(declaration: Declaration, record: Record, seen: Observation) -> bool:
    named = declaration.user_name
    if same_user(record.declaration.user_name, named):
        named = record.declaration.user_name
    now = replace(declaration, user_name=named)
    redeclared = replace(record.declaration, status=declaration.status) != now
    return redeclared or not same_user(seen.user_name, record.user_name)
