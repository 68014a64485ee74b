"""Judges one key on what was seen of it: the decision, with the safeguards that it depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from keyswitch.messages.format import KeyswitchError
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import DeactivatedBy, OnDrift, Status, WhenUnmet
from keyswitch.model.user_names import same_user
from keyswitch.reconcile.cache import PhaseView
from keyswitch.reconcile.clock import Clock
from keyswitch.reconcile.diff import Action, Cause, Decision, Memory, Situation, decide
from keyswitch.reconcile.evidence import Inquiry
from keyswitch.reconcile.observe import Sighting
from keyswitch.reconcile.plan import Judgement
from keyswitch.reconcile.safeguards import Unmet, UserKeys, unmet


class Judge:
    """Decides; looks up what a decision needs, and switches nothing.

    :param shows_overrides: whether the words of overrides may be repeated.
    """

    def __init__(
        self, view: PhaseView, inquiry: Inquiry, clock: Clock, *, shows_overrides: bool
    ) -> None:
        self._view = view
        self._inquiry = inquiry
        self._clock = clock
        self._shows_overrides = shows_overrides

    def judgement(
        self,
        declaration: Declaration,
        record: Record | None,
        seen: Sighting,
        planned: Mapping[str, Status],
    ) -> Judgement:
        """The decision on a key, and what it was judged from.

        :param record: what is recorded of the key; ``None`` if it is to be adopted.
        :param planned: see :class:`~keyswitch.reconcile.safeguards.UserKeys`.
        :raises KeyswitchError: a safeguard cannot be judged, for a fault.
        """
        situation = situation_of(declaration, record, seen)
        decision = decide(situation)
        against: tuple[Unmet, ...] = ()
        if decision.action is Action.SWITCH:
            by = record.inactive_by if record is not None else DeactivatedBy.OUTSIDE
            words = record.override_in_words if record is not None else None
            against = self.unmet(declaration, seen, planned, inactive_by=by, override=words)
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
            signing_keys=self._signing_keys_if_own(declaration, decision),
        )

    def with_usage(self, judgement: Judgement) -> Judgement:
        """The same for a reader, who is told when a key that goes off was last used."""
        switched = judgement.decision.action is Action.SWITCH
        if not switched or judgement.declaration.status is Status.ACTIVE:
            return judgement
        listed, key_id = judgement.sighting.listed, judgement.declaration.access_key_id
        return replace(judgement, usage=self._inquiry.usage(UserKeys.of(listed, key_id, {}).key))

    def unmet(
        self,
        declaration: Declaration,
        seen: Sighting,
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
        evidence = self._inquiry.evidence(
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
        try:
            signing = self._inquiry.signing_keys()
        except KeyswitchError:
            return {}
        return signing if declaration.access_key_id in signing else {}

    def _account_if_told(self, decision: Decision) -> str:
        """For a message that says more with the account, and enough without."""
        if decision.cause not in (Cause.ABSENT, Cause.GONE):
            return ""
        try:
            return self._view.account_id()
        except KeyswitchError:
            return ""


def situation_of(declaration: Declaration, record: Record | None, seen: Sighting) -> Situation:
    """What a decision depends on, safeguards aside."""
    return Situation(
        declared=declaration.status,
        observed=seen.status,
        memory=_memory(record) if record is not None else None,
        owned_by_another=seen.other_owner is not None,
        undecided=seen.undecided,
        otherwise_changed=record is not None and _otherwise_changed(declaration, record, seen),
        on_drift=OnDrift.ENFORCE if declaration.enforced else OnDrift.REPORT,
    )


def _memory(record: Record) -> Memory:
    return Memory(
        record.declaration.status,
        record.status,
        record.pending.waits_for if record.pending else (),
        never_carried_out=record.never_carried_out,
    )


def _otherwise_changed(declaration: Declaration, record: Record, seen: Sighting) -> bool:
    named = declaration.user_name
    if same_user(record.declaration.user_name, named):
        named = record.declaration.user_name
    now = replace(declaration, user_name=named)
    redeclared = replace(record.declaration, status=declaration.status) != now
    return redeclared or not same_user(seen.user_name, record.user_name)
