"""The decision: what is to happen to one key. A table, without any call, clock or state of its own.

``tests/unit/test_diff.py`` has one row per case and reads as the specification.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from keyswitch.model.status import ObservedStatus, OnDrift, Status, WhenUnmet


class Action(Enum):
    """What a step has to do."""

    KEEP = auto()
    """Nothing: what is recorded of the key need not change."""
    RECORD = auto()
    """No call to IAM; the state is brought up to date."""
    HOLD = auto()
    """No call to IAM; the state keeps what a change waits for."""
    SWITCH = auto()
    """``iam:UpdateAccessKey`` to the declared status."""
    REFUSE = auto()
    """Nothing is switched, and the run fails."""


class Cause(Enum):
    """Why: it picks the words that a reader sees."""

    AS_DECLARED = auto()
    DECLARED = auto()
    """The program's declaration is new or has changed."""
    DRIFT = auto()
    """The declaration is as recorded, and the key is not."""
    DRIFT_REPORTED = auto()
    """The same, and the drift policy is to leave it."""
    UNMET = auto()
    """A safeguard does not allow the switch."""
    GONE = auto()
    """The key was deleted outside this program."""
    EXPIRED = auto()
    UNKNOWN_STATUS = auto()
    """AWS shows a status that this version does not know."""
    ABSENT = auto()
    """The key that is to be adopted is not there."""
    OTHER_OWNER = auto()
    """The key belongs to another user than the one declared."""
    UNDECIDED = auto()
    """It cannot be told whether the key is deleted or belongs to a renamed user."""


@dataclass(frozen=True)
class PriorState:
    """What the last run left behind.

    :param desired: the status that it carried out, or found and let be.
    :param status: the one that it saw.
    :param waits_for: the safeguards that a held switch waits for.
    :param never_carried_out: whether ``desired`` was held ever since the key was adopted.
    """

    desired: Status
    status: ObservedStatus
    waits_for: tuple[str, ...] = ()
    never_carried_out: bool = False

    def wanted(self, declared: Status) -> bool:
        """Whether the key once was as ``declared``, or was taken to be, by this program."""
        return self.desired is declared and not self.never_carried_out


@dataclass(frozen=True)
class DiffInput:
    """Everything that a decision depends on.

    :param declared: the status that the program declares now: Inactive, once ``active_until`` of a key is over.
    :param observed: the status that the key was just seen in; ``DELETED`` if it is not there.
    :param prior_state: what the last run recorded; ``None`` if the key is to be adopted.
    :param owned_by_another: whether the key was found with another user than the declared one.
    :param undecided: whether it cannot be told if the key is deleted.
    :param otherwise_changed: whether the record differs in anything but the status.
    :param on_drift: the drift policy.
    :param unmet: the safeguards that do not allow the switch.
    :param when_unmet: what becomes of it then.
    """

    declared: Status
    observed: ObservedStatus
    prior_state: PriorState | None = None
    owned_by_another: bool = False
    undecided: bool = False
    otherwise_changed: bool = False
    on_drift: OnDrift = OnDrift.ENFORCE
    unmet: tuple[str, ...] = ()
    when_unmet: WhenUnmet = WhenUnmet.REFUSE


@dataclass(frozen=True)
class Decision:
    """What is to happen, and why."""

    action: Action
    cause: Cause

    @property
    def needs_step(self) -> bool:
        """Whether the engine has to plan an update; a refusal is one, so that its hook is asked."""
        return self.action is not Action.KEEP


def decide(diff_input: DiffInput) -> Decision:
    """Decides for one key."""
    s = diff_input
    if s.owned_by_another:
        return Decision(Action.REFUSE, Cause.OTHER_OWNER)
    if s.undecided:
        return Decision(Action.REFUSE, Cause.UNDECIDED)
    if s.observed is ObservedStatus.DELETED and s.prior_state is None:
        return Decision(Action.REFUSE, Cause.ABSENT)
    if not s.observed.is_known:
        return Decision(Action.REFUSE, Cause.UNKNOWN_STATUS)
    if not s.observed.satisfies(s.declared):
        return _unsatisfied(s)
    recorded = s.prior_state == PriorState(s.declared, s.observed) and not s.otherwise_changed
    return Decision(Action.KEEP if recorded else Action.RECORD, _CAUSE_WHEN_SATISFIED[s.observed])


_CAUSE_WHEN_SATISFIED = {
    ObservedStatus.ACTIVE: Cause.AS_DECLARED,
    ObservedStatus.INACTIVE: Cause.AS_DECLARED,
    ObservedStatus.EXPIRED: Cause.EXPIRED,
    ObservedStatus.DELETED: Cause.GONE,
}


def _unsatisfied(s: DiffInput) -> Decision:
    if s.observed is ObservedStatus.DELETED:
        return Decision(Action.REFUSE, Cause.GONE)
    if s.observed is ObservedStatus.EXPIRED:
        return Decision(Action.REFUSE, Cause.EXPIRED)
    drifted = s.prior_state is not None and s.prior_state.wanted(s.declared)
    if drifted and s.on_drift is OnDrift.REPORT:
        outdated = s.otherwise_changed or bool(s.prior_state and s.prior_state.waits_for)
        return Decision(Action.RECORD if outdated else Action.KEEP, Cause.DRIFT_REPORTED)
    if s.unmet and s.when_unmet is WhenUnmet.REFUSE:
        return Decision(Action.REFUSE, Cause.UNMET)
    if s.unmet:
        recorded = s.prior_state is not None and s.prior_state.waits_for == s.unmet
        held = recorded and not s.otherwise_changed
        return Decision(Action.KEEP if held else Action.HOLD, Cause.UNMET)
    return Decision(Action.SWITCH, Cause.DRIFT if drifted else Cause.DECLARED)
