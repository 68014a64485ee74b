"""Judges one key on what was seen of it: the decision, with the safeguards that it depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from keyswitch.clock import Clock
from keyswitch.decision import Action, Cause, Decision, Memory, Situation, decide
from keyswitch.declaration import Declaration, Record
from keyswitch.errors import KeyswitchError
from keyswitch.inquiry import Inquiry
from keyswitch.judgement import Judgement
from keyswitch.safeguards import Unmet, unmet
from keyswitch.sighting import Sighting
from keyswitch.status import OnDrift, Status, WhenUnmet
from keyswitch.view import PhaseView


class Judge:
    """Decides; looks up what a decision needs, and switches nothing."""

    def __init__(self, view: PhaseView, clock: Clock) -> None:
        self._view = view
        self._inquiry = Inquiry(view)
        self._clock = clock

    def judgement(
        self,
        declaration: Declaration,
        record: Record | None,
        seen: Sighting,
        planned: Mapping[str, Status],
    ) -> Judgement:
        """The decision on a key, and what it was judged from.

        :param record: what is recorded of the key; ``None`` if it is to be adopted.
        :param planned: see :class:`~keyswitch.safeguards.UserKeys`.
        :raises KeyswitchError: a safeguard cannot be judged, for a fault.
        """
        situation = situation_of(declaration, record, seen)
        decision = decide(situation)
        against: tuple[Unmet, ...] = ()
        if decision.action is Action.SWITCH:
            is_ours = record is not None and record.declaration.status is Status.INACTIVE
            against = self.unmet(declaration, seen, planned, off_by_program=is_ours)
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

    def with_usage(self, judgement: Judgement) -> Judgement:
        """The same for a reader, who is told when a key that goes off was last used."""
        switched = judgement.decision.action is Action.SWITCH
        if not switched or judgement.declaration.status is Status.ACTIVE:
            return judgement
        return replace(judgement, usage=self._inquiry.usage(judgement.declaration.access_key_id))

    def unmet(
        self,
        declaration: Declaration,
        seen: Sighting,
        planned: Mapping[str, Status],
        *,
        off_by_program: bool,
    ) -> tuple[Unmet, ...]:
        """The safeguards against a switch to the declared status; an override silences them all.

        :param off_by_program: whether an Inactive key is so by this program's own doing.
        :raises KeyswitchError: a safeguard cannot be judged, for a fault.
        """
        if declaration.override is not None and declaration.status is Status.INACTIVE:
            return ()
        evidence = self._inquiry.evidence(
            declaration, seen, self._clock.now(), planned, off_by_program=off_by_program
        )
        return unmet(declaration.safeguards, declaration.status, evidence)

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
    redeclared = replace(record.declaration, status=declaration.status) != declaration
    return redeclared or seen.user_name != record.user_name
