"""The decision table: one row per case, readable as the specification."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyswitch.model.status import ObservedStatus, OnDrift, Status, WhenUnmet
from keyswitch.reconcile.diff import Action, Cause, Decision, Memory, Situation, decide

ON, OFF = Status.ACTIVE, Status.INACTIVE
ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE
EXPIRED, DELETED = ObservedStatus.EXPIRED, ObservedStatus.DELETED

KEEP, RECORD, SWITCH, REFUSE = Action.KEEP, Action.RECORD, Action.SWITCH, Action.REFUSE
HOLD = Action.HOLD
UNUSED, TWO = ("unused_for",), ("unused_for", "successor")


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
    assert decide(Situation(declared, observed, memory)) == Decision(action, cause)


@pytest.mark.parametrize(
    ("declared", "observed", "memory", "unmet", "refused", "held"),
    [
        # to be adopted
        (OFF, ACTIVE, None, UNUSED, REFUSE, HOLD),
        (ON, INACTIVE, None, ("allow_reactivation",), REFUSE, HOLD),
        # the declaration changed, and the switch is not allowed
        (OFF, ACTIVE, Memory(ON, ACTIVE), UNUSED, REFUSE, HOLD),
        (ON, INACTIVE, Memory(OFF, INACTIVE), ("refuse_quarantined",), REFUSE, HOLD),
        # drift, and switching back is not allowed
        (OFF, ACTIVE, Memory(OFF, INACTIVE), UNUSED, REFUSE, HOLD),
        (ON, INACTIVE, Memory(ON, ACTIVE), ("allow_reactivation",), REFUSE, HOLD),
        # held before, for the same reasons, for fewer and for others
        (OFF, ACTIVE, Memory(ON, ACTIVE, UNUSED), UNUSED, REFUSE, KEEP),
        (OFF, ACTIVE, Memory(ON, ACTIVE, TWO), UNUSED, REFUSE, HOLD),
        (OFF, ACTIVE, Memory(ON, ACTIVE, UNUSED), TWO, REFUSE, HOLD),
        (OFF, ACTIVE, Memory(OFF, ACTIVE, UNUSED), UNUSED, REFUSE, KEEP),
        # a safeguard stands against a switch only
        (OFF, INACTIVE, Memory(OFF, INACTIVE), UNUSED, KEEP, KEEP),
        (ON, ACTIVE, None, UNUSED, RECORD, RECORD),
        (ON, EXPIRED, Memory(ON, ACTIVE), UNUSED, REFUSE, REFUSE),
    ],
)
def test_the_table_of_what_safeguards_do_not_allow(
    declared: Status,
    observed: ObservedStatus,
    memory: Memory | None,
    unmet: tuple[str, ...],
    refused: Action,
    held: Action,
) -> None:
    situation = Situation(declared, observed, memory, unmet=unmet)
    assert decide(situation).action is refused

    held_instead = replace(situation, when_unmet=WhenUnmet.HOLD)
    assert decide(held_instead).action is held
    if Action.HOLD in (refused, held):
        assert decide(situation).cause is decide(held_instead).cause is Cause.UNMET


@pytest.mark.parametrize(
    ("declared", "observed", "memory", "action", "cause"),
    [
        # held before, and met now
        (OFF, ACTIVE, Memory(ON, ACTIVE, UNUSED), SWITCH, Cause.DECLARED),
        (OFF, ACTIVE, Memory(OFF, ACTIVE, UNUSED), SWITCH, Cause.DRIFT),
        # held before, and the program or somebody else has settled it
        (ON, ACTIVE, Memory(ON, ACTIVE, UNUSED), RECORD, Cause.AS_DECLARED),
        (OFF, INACTIVE, Memory(ON, ACTIVE, UNUSED), RECORD, Cause.AS_DECLARED),
        (OFF, DELETED, Memory(ON, ACTIVE, UNUSED), RECORD, Cause.GONE),
        (OFF, EXPIRED, Memory(ON, ACTIVE, UNUSED), RECORD, Cause.EXPIRED),
    ],
)
def test_the_table_of_what_becomes_of_a_held_switch(
    declared: Status, observed: ObservedStatus, memory: Memory, action: Action, cause: Cause
) -> None:
    situation = Situation(declared, observed, memory, when_unmet=WhenUnmet.HOLD)

    assert decide(situation) == Decision(action, cause)


@pytest.mark.parametrize(
    ("declared", "observed", "memory", "action", "cause"),
    [
        # drift, whether a refresh has recorded it or not
        (OFF, ACTIVE, Memory(OFF, INACTIVE), KEEP, Cause.DRIFT_REPORTED),
        (OFF, ACTIVE, Memory(OFF, ACTIVE), KEEP, Cause.DRIFT_REPORTED),
        (ON, INACTIVE, Memory(ON, ACTIVE), KEEP, Cause.DRIFT_REPORTED),
        # it was held under another policy
        (OFF, ACTIVE, Memory(OFF, ACTIVE, UNUSED), RECORD, Cause.DRIFT_REPORTED),
        # no drift: held ever since the adoption, and met now
        (
            ON,
            INACTIVE,
            Memory(ON, INACTIVE, UNUSED, never_carried_out=True),
            SWITCH,
            Cause.DECLARED,
        ),
        # no drift: what the program itself declares is carried out
        (OFF, ACTIVE, None, SWITCH, Cause.DECLARED),
        (OFF, ACTIVE, Memory(ON, ACTIVE), SWITCH, Cause.DECLARED),
        # no drift that could be left
        (ON, DELETED, Memory(ON, ACTIVE), REFUSE, Cause.GONE),
        (ON, EXPIRED, Memory(ON, ACTIVE), REFUSE, Cause.EXPIRED),
        (ON, ACTIVE, Memory(ON, INACTIVE), RECORD, Cause.AS_DECLARED),
    ],
)
def test_the_table_of_drift_that_is_only_reported(
    declared: Status,
    observed: ObservedStatus,
    memory: Memory | None,
    action: Action,
    cause: Cause,
) -> None:
    situation = Situation(declared, observed, memory, on_drift=OnDrift.REPORT)

    assert decide(situation) == Decision(action, cause)


def test_a_change_of_anything_else_is_recorded() -> None:
    for situation in (
        Situation(ON, ACTIVE, Memory(ON, ACTIVE)),
        Situation(OFF, ACTIVE, Memory(OFF, INACTIVE), on_drift=OnDrift.REPORT),
    ):
        assert decide(replace(situation, otherwise_changed=True)).action is RECORD

    held = Situation(
        OFF, ACTIVE, Memory(ON, ACTIVE, UNUSED), unmet=UNUSED, when_unmet=WhenUnmet.HOLD
    )
    assert decide(replace(held, otherwise_changed=True)).action is HOLD


def test_a_key_of_another_user_is_refused_whatever_its_status() -> None:
    for memory in (None, Memory(OFF, INACTIVE)):
        decision = decide(Situation(OFF, DELETED, memory, owned_by_another=True))
        assert decision == Decision(REFUSE, Cause.OTHER_OWNER)


def test_a_key_that_may_be_deleted_or_a_renamed_users_is_refused() -> None:
    decision = decide(Situation(OFF, DELETED, Memory(OFF, INACTIVE), undecided=True))

    assert decision == Decision(REFUSE, Cause.UNDECIDED)


reasons = st.sampled_from([(), UNUSED, TWO])


@given(
    st.builds(
        Situation,
        declared=st.sampled_from(Status),
        observed=st.sampled_from(ObservedStatus),
        memory=st.none()
        | st.builds(Memory, st.sampled_from(Status), st.sampled_from(ObservedStatus), reasons),
        owned_by_another=st.booleans(),
        undecided=st.booleans(),
        otherwise_changed=st.booleans(),
        on_drift=st.sampled_from(OnDrift),
        unmet=reasons,
        when_unmet=st.sampled_from(WhenUnmet),
    )
)
def test_a_switch_is_only_ever_an_allowed_one_from_the_one_settable_status_to_the_declared_other(
    situation: Situation,
) -> None:
    decision = decide(situation)

    if situation.owned_by_another or situation.undecided:
        assert decision.action is REFUSE
    if decision.action is SWITCH:
        assert {situation.declared.value, situation.observed.value} == {"Active", "Inactive"}
        assert not situation.unmet
    if decision.action is KEEP:
        assert situation.memory is not None
        assert not situation.otherwise_changed
        if situation.observed.satisfies(situation.declared):
            assert situation.memory == Memory(situation.declared, situation.observed)
        else:
            assert decision.cause in (Cause.UNMET, Cause.DRIFT_REPORTED)
    assert decision.needs_step is (decision.action is not KEEP)
