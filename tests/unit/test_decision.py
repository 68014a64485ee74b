"""The decision table: one row per case, readable as the specification."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyswitch.decision import Action, Cause, Decision, Memory, decide
from keyswitch.status import ObservedStatus, Status

ON, OFF = Status.ACTIVE, Status.INACTIVE
ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE
EXPIRED, DELETED = ObservedStatus.EXPIRED, ObservedStatus.DELETED

KEEP, RECORD, SWITCH, REFUSE = Action.KEEP, Action.RECORD, Action.SWITCH, Action.REFUSE


@pytest.mark.parametrize(
    ("declared", "observed", "memory", "action", "cause"),
    [
        # to be adopted
        (ON, ACTIVE, None, RECORD, Cause.AS_DECLARED),
        (OFF, INACTIVE, None, RECORD, Cause.AS_DECLARED),
        (OFF, ACTIVE, None, SWITCH, Cause.DECLARED),
        (ON, INACTIVE, None, SWITCH, Cause.DECLARED),
        (OFF, EXPIRED, None, RECORD, Cause.EXPIRED),
        (ON, EXPIRED, None, REFUSE, Cause.EXPIRED),
        (OFF, DELETED, None, REFUSE, Cause.ABSENT),
        (ON, DELETED, None, REFUSE, Cause.ABSENT),
        # as declared and recorded so
        (ON, ACTIVE, Memory(ON, ACTIVE), KEEP, Cause.AS_DECLARED),
        (OFF, INACTIVE, Memory(OFF, INACTIVE), KEEP, Cause.AS_DECLARED),
        (OFF, EXPIRED, Memory(OFF, EXPIRED), KEEP, Cause.EXPIRED),
        (OFF, DELETED, Memory(OFF, DELETED), KEEP, Cause.GONE),
        # the declaration changed
        (OFF, ACTIVE, Memory(ON, ACTIVE), SWITCH, Cause.DECLARED),
        (ON, INACTIVE, Memory(OFF, INACTIVE), SWITCH, Cause.DECLARED),
        # the declaration changed, and somebody has already switched it so
        (OFF, INACTIVE, Memory(ON, ACTIVE), RECORD, Cause.AS_DECLARED),
        (ON, ACTIVE, Memory(OFF, INACTIVE), RECORD, Cause.AS_DECLARED),
        # drift, whether a refresh has recorded it or not
        (OFF, ACTIVE, Memory(OFF, INACTIVE), SWITCH, Cause.DRIFT),
        (OFF, ACTIVE, Memory(OFF, ACTIVE), SWITCH, Cause.DRIFT),
        (ON, INACTIVE, Memory(ON, ACTIVE), SWITCH, Cause.DRIFT),
        (ON, INACTIVE, Memory(ON, INACTIVE), SWITCH, Cause.DRIFT),
        # drift that a refresh recorded and that went away again
        (OFF, INACTIVE, Memory(OFF, ACTIVE), RECORD, Cause.AS_DECLARED),
        (ON, ACTIVE, Memory(ON, INACTIVE), RECORD, Cause.AS_DECLARED),
        # it expired
        (OFF, EXPIRED, Memory(OFF, INACTIVE), RECORD, Cause.EXPIRED),
        (ON, EXPIRED, Memory(ON, ACTIVE), REFUSE, Cause.EXPIRED),
        # it was deleted
        (OFF, DELETED, Memory(OFF, INACTIVE), RECORD, Cause.GONE),
        (OFF, DELETED, Memory(ON, ACTIVE), RECORD, Cause.GONE),
        (ON, DELETED, Memory(ON, ACTIVE), REFUSE, Cause.GONE),
        (ON, DELETED, Memory(OFF, DELETED), REFUSE, Cause.GONE),
    ],
)
def test_the_table(
    declared: Status,
    observed: ObservedStatus,
    memory: Memory | None,
    action: Action,
    cause: Cause,
) -> None:
    assert decide(declared, observed, memory) == Decision(action, cause)


def test_a_change_of_anything_else_is_recorded() -> None:
    memory = Memory(ON, ACTIVE)

    assert decide(ON, ACTIVE, memory, otherwise_changed=True).action is RECORD


def test_a_key_of_another_user_is_refused_whatever_its_status() -> None:
    for memory in (None, Memory(OFF, INACTIVE)):
        decision = decide(OFF, DELETED, memory, owned_by_another=True)
        assert decision == Decision(REFUSE, Cause.OTHER_OWNER)


def test_a_key_that_may_be_deleted_or_a_renamed_users_is_refused() -> None:
    decision = decide(OFF, DELETED, Memory(OFF, INACTIVE), undecided=True)

    assert decision == Decision(REFUSE, Cause.UNDECIDED)


@given(
    st.sampled_from(Status),
    st.sampled_from(ObservedStatus),
    st.none() | st.builds(Memory, st.sampled_from(Status), st.sampled_from(ObservedStatus)),
    st.fixed_dictionaries(
        {flag: st.booleans() for flag in ("owned_by_another", "undecided", "otherwise_changed")}
    ),
)
def test_a_switch_is_only_ever_from_the_one_settable_status_to_the_declared_other(
    declared: Status, observed: ObservedStatus, memory: Memory | None, flags: dict[str, bool]
) -> None:
    decision = decide(declared, observed, memory, **flags)

    if flags["owned_by_another"] or flags["undecided"]:
        assert decision.action is REFUSE

    if decision.action is SWITCH:
        assert {declared.value, observed.value} == {"Active", "Inactive"}
    if decision.action is KEEP:
        assert observed.satisfies(declared)
        assert memory == Memory(declared, observed)
    assert decision.needs_step is (decision.action is not KEEP)
