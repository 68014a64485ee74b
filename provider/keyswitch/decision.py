"""The decision: what is to happen to one key. A table, without any call, clock or state of its own.

``tests/unit/test_decision.py`` has one row per case and reads as the specification.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from keyswitch.status import ObservedStatus, Status


class Action(Enum):
    """What a step has to do."""

    KEEP = auto()
    """Nothing: the key is as declared, and recorded so."""
    RECORD = auto()
    """No call to IAM; the state is brought up to date."""
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
    GONE = auto()
    """The key was deleted outside this program."""
    EXPIRED = auto()
    ABSENT = auto()
    """The key that is to be adopted is not there."""
    OTHER_OWNER = auto()
    """The key belongs to another user than the one declared."""
    UNDECIDED = auto()
    """It cannot be told whether the key is deleted or belongs to a renamed user."""


@dataclass(frozen=True)
class Memory:
    """What the last run left behind: the status it wanted and the one it saw."""

    desired: Status
    status: ObservedStatus


@dataclass(frozen=True)
class Decision:
    """What is to happen, and why."""

    action: Action
    cause: Cause

    @property
    def needs_step(self) -> bool:
        """Whether the engine has to plan an update; a refusal is one, so that its hook is asked."""
        return self.action is not Action.KEEP


def decide(
    declared: Status,
    observed: ObservedStatus,
    memory: Memory | None,
    *,
    owned_by_another: bool = False,
    undecided: bool = False,
    otherwise_changed: bool = False,
) -> Decision:
    """Decides for one key.

    :param declared: the status that the program declares.
    :param observed: the status that the key was just seen in; ``DELETED`` if it is not there.
    :param memory: what the last run recorded; ``None`` if the key is to be adopted.
    :param owned_by_another: whether the key was found with another user than the declared one.
    :param undecided: whether it cannot be told if the key is deleted.
    :param otherwise_changed: whether the record differs in anything but the status.
    """
    if owned_by_another:
        return Decision(Action.REFUSE, Cause.OTHER_OWNER)
    if undecided:
        return Decision(Action.REFUSE, Cause.UNDECIDED)
    if observed is ObservedStatus.DELETED and memory is None:
        return Decision(Action.REFUSE, Cause.ABSENT)
    if not observed.satisfies(declared):
        return _unsatisfied(declared, observed, memory)
    recorded = memory == Memory(declared, observed) and not otherwise_changed
    return Decision(Action.KEEP if recorded else Action.RECORD, _CAUSE_WHEN_SATISFIED[observed])


_CAUSE_WHEN_SATISFIED = {
    ObservedStatus.ACTIVE: Cause.AS_DECLARED,
    ObservedStatus.INACTIVE: Cause.AS_DECLARED,
    ObservedStatus.EXPIRED: Cause.EXPIRED,
    ObservedStatus.DELETED: Cause.GONE,
}


def _unsatisfied(declared: Status, observed: ObservedStatus, memory: Memory | None) -> Decision:
    if observed is ObservedStatus.DELETED:
        return Decision(Action.REFUSE, Cause.GONE)
    if observed is ObservedStatus.EXPIRED:
        return Decision(Action.REFUSE, Cause.EXPIRED)
    drifted = memory is not None and memory.desired is declared
    return Decision(Action.SWITCH, Cause.DRIFT if drifted else Cause.DECLARED)
