"""The decision table: one row per case, readable as the specification."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyswitch.model.status import ObservedStatus, OnDrift, Status, WhenUnmet
from keyswitch.reconcile.diff import Action, Cause, Decision, DiffInput, PriorState, decide

ON, OFF = Status.ACTIVE, Status.INACTIVE
ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE
EXPIRED, DELETED = ObservedStatus.EXPIRED, ObservedStatus.DELETED

KEEP, RECORD, SWITCH, REFUSE = Action.KEEP, Action.RECORD, Action.SWITCH, Action.REFUSE
HOLD = Action.HOLD
UNUSED, TWO = ("unused_for",), ("unused_for", "successor")


@pytest.mark.parametrize(
    ("declared", "observed", "prior_state", "action", "cause"),
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
        (ON, ACTIVE, PriorState(ON, ACTIVE), KEEP, Cause.AS_DECLARED),
        (OFF, INACTIVE, PriorState(OFF, INACTIVE), KEEP, Cause.AS_DECLARED),
        (OFF, EXPIRED, PriorState(OFF, EXPIRED), KEEP, Cause.EXPIRED),
        (OFF, DELETED, PriorState(OFF, DELETED), KEEP, Cause.GONE),
        # the declaration changed
        (OFF, ACTIVE, PriorState(ON, ACTIVE), SWITCH, Cause.DECLARED),
        (ON, INACTIVE, PriorState(OFF, INACTIVE), SWITCH, Cause.DECLARED),
        # the declaration changed, and somebody has already switched it so
        (OFF, INACTIVE, PriorState(ON, ACTIVE), RECORD, Cause.AS_DECLARED),
        (ON, ACTIVE, PriorState(OFF, INACTIVE), RECORD, Cause.AS_DECLARED),
        # drift, whether a refresh has recorded it or not
        (OFF, ACTIVE, PriorState(OFF, INACTIVE), SWITCH, Cause.DRIFT),
        (OFF, ACTIVE, PriorState(OFF, ACTIVE), SWITCH, Cause.DRIFT),
        (ON, INACTIVE, PriorState(ON, ACTIVE), SWITCH, Cause.DRIFT),
        (ON, INACTIVE, PriorState(ON, INACTIVE), SWITCH, Cause.DRIFT),
        # drift that a refresh recorded and that went away again
        (OFF, INACTIVE, PriorState(OFF, ACTIVE), RECORD, Cause.AS_DECLARED),
        (ON, ACTIVE, PriorState(ON, INACTIVE), RECORD, Cause.AS_DECLARED),
        # it expired
        (OFF, EXPIRED, PriorState(OFF, INACTIVE), RECORD, Cause.EXPIRED),
        (ON, EXPIRED, PriorState(ON, ACTIVE), REFUSE, Cause.EXPIRED),
        # it was deleted
        (OFF, DELETED, PriorState(OFF, INACTIVE), RECORD, Cause.GONE),
        (OFF, DELETED, PriorState(ON, ACTIVE), RECORD, Cause.GONE),
        (ON, DELETED, PriorState(ON, ACTIVE), REFUSE, Cause.GONE),
        (ON, DELETED, PriorState(OFF, DELETED), REFUSE, Cause.GONE),
    ],
)
def test_the_table(
    declared: Status,
    observed: ObservedStatus,
    prior_state: PriorState | None,
    action: Action,
    cause: Cause,
) -> None:
    assert decide(DiffInput(declared, observed, prior_state)) == Decision(action, cause)


@pytest.mark.parametrize(
    ("declared", "observed", "prior_state", "unmet", "refused", "held"),
    [
        # to be adopted
        (OFF, ACTIVE, None, UNUSED, REFUSE, HOLD),
        (ON, INACTIVE, None, ("allow_reactivation",), REFUSE, HOLD),
        # the declaration changed, and the switch is not allowed
        (OFF, ACTIVE, PriorState(ON, ACTIVE), UNUSED, REFUSE, HOLD),
        (ON, INACTIVE, PriorState(OFF, INACTIVE), ("refuse_quarantined",), REFUSE, HOLD),
        # drift, and switching back is not allowed
        (OFF, ACTIVE, PriorState(OFF, INACTIVE), UNUSED, REFUSE, HOLD),
        (ON, INACTIVE, PriorState(ON, ACTIVE), ("allow_reactivation",), REFUSE, HOLD),
        # held before, for the same reasons, for fewer and for others
        (OFF, ACTIVE, PriorState(ON, ACTIVE, UNUSED), UNUSED, REFUSE, KEEP),
        (OFF, ACTIVE, PriorState(ON, ACTIVE, TWO), UNUSED, REFUSE, HOLD),
        (OFF, ACTIVE, PriorState(ON, ACTIVE, UNUSED), TWO, REFUSE, HOLD),
        (OFF, ACTIVE, PriorState(OFF, ACTIVE, UNUSED), UNUSED, REFUSE, KEEP),
        # a safeguard stands against a switch only
        (OFF, INACTIVE, PriorState(OFF, INACTIVE), UNUSED, KEEP, KEEP),
        (ON, ACTIVE, None, UNUSED, RECORD, RECORD),
        (ON, EXPIRED, PriorState(ON, ACTIVE), UNUSED, REFUSE, REFUSE),
    ],
)
def test_the_table_of_what_safeguards_do_not_allow(
    declared: Status,
    observed: ObservedStatus,
    prior_state: PriorState | None,
    unmet: tuple[str, ...],
    refused: Action,
    held: Action,
) -> None:
    diff_input = DiffInput(declared, observed, prior_state, unmet=unmet)
    assert decide(diff_input).action is refused

    held_instead = replace(diff_input, when_unmet=WhenUnmet.HOLD)
    assert decide(held_instead).action is held
    if Action.HOLD in (refused, held):
        assert decide(diff_input).cause is decide(held_instead).cause is Cause.UNMET


@pytest.mark.parametrize(
    ("declared", "observed", "prior_state", "action", "cause"),
    [
        # held before, and met now
        (OFF, ACTIVE, PriorState(ON, ACTIVE, UNUSED), SWITCH, Cause.DECLARED),
        (OFF, ACTIVE, PriorState(OFF, ACTIVE, UNUSED), SWITCH, Cause.DRIFT),
        # held before, and the program or somebody else has settled it
        (ON, ACTIVE, PriorState(ON, ACTIVE, UNUSED), RECORD, Cause.AS_DECLARED),
        (OFF, INACTIVE, PriorState(ON, ACTIVE, UNUSED), RECORD, Cause.AS_DECLARED),
        (OFF, DELETED, PriorState(ON, ACTIVE, UNUSED), RECORD, Cause.GONE),
        (OFF, EXPIRED, PriorState(ON, ACTIVE, UNUSED), RECORD, Cause.EXPIRED),
    ],
)
def test_the_table_of_what_becomes_of_a_held_switch(
    declared: Status,
    observed: ObservedStatus,
    prior_state: PriorState,
    action: Action,
    cause: Cause,
) -> None:
    diff_input = DiffInput(declared, observed, prior_state, when_unmet=WhenUnmet.HOLD)

    assert decide(diff_input) == Decision(action, cause)


@pytest.mark.parametrize(
    ("declared", "observed", "prior_state", "action", "cause"),
    [
        # drift, whether a refresh has recorded it or not
        (OFF, ACTIVE, PriorState(OFF, INACTIVE), KEEP, Cause.DRIFT_REPORTED),
        (OFF, ACTIVE, PriorState(OFF, ACTIVE), KEEP, Cause.DRIFT_REPORTED),
        (ON, INACTIVE, PriorState(ON, ACTIVE), KEEP, Cause.DRIFT_REPORTED),
        # it was held under another policy
        (OFF, ACTIVE, PriorState(OFF, ACTIVE, UNUSED), RECORD, Cause.DRIFT_REPORTED),
        # no drift: held ever since the adoption, and met now
        (
            ON,
            INACTIVE,
            PriorState(ON, INACTIVE, UNUSED, never_carried_out=True),
            SWITCH,
            Cause.DECLARED,
        ),
        # no drift: what the program itself declares is carried out
        (OFF, ACTIVE, None, SWITCH, Cause.DECLARED),
        (OFF, ACTIVE, PriorState(ON, ACTIVE), SWITCH, Cause.DECLARED),
        # no drift that could be left
        (ON, DELETED, PriorState(ON, ACTIVE), REFUSE, Cause.GONE),
        (ON, EXPIRED, PriorState(ON, ACTIVE), REFUSE, Cause.EXPIRED),
        (ON, ACTIVE, PriorState(ON, INACTIVE), RECORD, Cause.AS_DECLARED),
    ],
)
def test_the_table_of_drift_that_is_only_reported(
    declared: Status,
    observed: ObservedStatus,
    prior_state: PriorState | None,
    action: Action,
    cause: Cause,
) -> None:
    diff_input = DiffInput(declared, observed, prior_state, on_drift=OnDrift.REPORT)

    assert decide(diff_input) == Decision(action, cause)


def test_a_change_of_anything_else_is_recorded() -> None:
    for diff_input in (
        DiffInput(ON, ACTIVE, PriorState(ON, ACTIVE)),
        DiffInput(OFF, ACTIVE, PriorState(OFF, INACTIVE), on_drift=OnDrift.REPORT),
    ):
        assert decide(replace(diff_input, otherwise_changed=True)).action is RECORD

    held = DiffInput(
        OFF, ACTIVE, PriorState(ON, ACTIVE, UNUSED), unmet=UNUSED, when_unmet=WhenUnmet.HOLD
    )
    assert decide(replace(held, otherwise_changed=True)).action is HOLD


def test_a_key_of_another_user_is_refused_whatever_its_status() -> None:
    for prior_state in (None, PriorState(OFF, INACTIVE)):
        decision = decide(DiffInput(OFF, DELETED, prior_state, owned_by_another=True))
        assert decision == Decision(REFUSE, Cause.OTHER_OWNER)


def test_a_key_that_may_be_deleted_or_a_renamed_users_is_refused() -> None:
    decision = decide(DiffInput(OFF, DELETED, PriorState(OFF, INACTIVE), undecided=True))

    assert decision == Decision(REFUSE, Cause.UNDECIDED)


reasons = st.sampled_from([(), UNUSED, TWO])


@given(
    st.builds(
        DiffInput,
        declared=st.sampled_from(Status),
        observed=st.sampled_from(ObservedStatus),
        prior_state=st.none()
        | st.builds(PriorState, st.sampled_from(Status), st.sampled_from(ObservedStatus), reasons),
        owned_by_another=st.booleans(),
        undecided=st.booleans(),
        otherwise_changed=st.booleans(),
        on_drift=st.sampled_from(OnDrift),
        unmet=reasons,
        when_unmet=st.sampled_from(WhenUnmet),
    )
)
def test_a_switch_is_only_ever_an_allowed_one_from_the_one_settable_status_to_the_declared_other(
    diff_input: DiffInput,
) -> None:
    decision = decide(diff_input)

    if diff_input.owned_by_another or diff_input.undecided:
        assert decision.action is REFUSE
    if decision.action is SWITCH:
        assert {diff_input.declared.value, diff_input.observed.value} == {"Active", "Inactive"}
        assert not diff_input.unmet
    if decision.action is KEEP:
        assert diff_input.prior_state is not None
        assert not diff_input.otherwise_changed
        if diff_input.observed.satisfies(diff_input.declared):
            assert diff_input.prior_state == PriorState(diff_input.declared, diff_input.observed)
        else:
            assert decision.cause in (Cause.UNMET, Cause.DRIFT_REPORTED)
    assert decision.needs_step is (decision.action is not KEEP)
