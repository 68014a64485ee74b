"""What is held from run to run, what stays off, and what is only reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.durations import Duration
from keyswitch.model.pending import Pending
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import DeactivatedBy, ObservedStatus, OnDrift, Status, WhenUnmet
from keyswitch.reconcile.diff import Action
from keyswitch.reconcile.reconciler import Reconciler
from support.strict_iam import FakeClient
from support.world import World, declared

ON, OFF = Status.ACTIVE, Status.INACTIVE
ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE
HOLD = DeclaredSafeguards(unmet=WhenUnmet.HOLD)
HOLD_WHILE_USED = replace(HOLD, unused_for=Duration.read("7d"))


@pytest.fixture
def world() -> World:
    return World()


def test_hold_across_runs_until_the_key_is_no_longer_used(world: World) -> None:
    key = world.iam.add_key("bob")
    world.iam.add_key("bob")
    world.use(key, days=1)
    declaration = declared(key, OFF, HOLD_WHILE_USED)

    held = world.phase().apply(declaration, None)
    assert held.status is ACTIVE
    assert held.declaration.status is ON
    assert held.pending == Pending(OFF, "2026-03-01T12:00:00Z", ("unused_for",))
    assert held.changed_at == ""

    world.clock.today += timedelta(days=3)
    world.use(key, hours=1)
    plan = world.phase().plan(declaration, held)
    assert not plan.decision.needs_step
    (warning,) = plan.warnings()
    assert warning.startswith(
        f"KS611 access key {key} of user bob: stays Active and will not be deactivated yet "
        "(held since 2026-03-01T12:00:00Z): unused_for=7d cannot be met before 2026-03-11T11:00:00Z: this key was last used an "
    )

    world.clock.today += timedelta(days=8)
    plan = world.phase().plan(declaration, held, for_reader=True)
    assert plan.decision.action is Action.SWITCH
    assert "KS617" in plan.notes()[0]
    switched = world.phase().apply(declaration, held)
    assert switched.status is INACTIVE
    assert switched.declaration.status is OFF
    assert switched.pending is None
    assert switched.changed_at == "2026-03-12T12:00:00Z"
    assert not world.phase().plan(declaration, switched).decision.needs_step


def test_what_a_hold_waits_for_is_recorded_anew_when_it_changes_and_since_when_is_kept(
    world: World,
) -> None:
    key, other = world.iam.add_key("bob"), world.iam.add_key("bob", INACTIVE)
    world.use(key, hours=1)
    declaration = declared(key, OFF, replace(HOLD_WHILE_USED, keep_one_active=True))
    held = world.phase().apply(declaration, None)
    world.iam.set_status(other, ACTIVE)
    world.clock.today += timedelta(days=1)

    assert world.phase().plan(declaration, held).decision.action is Action.HOLD
    again = world.phase().apply(declaration, held)

    assert again.pending == Pending(OFF, "2026-03-01T12:00:00Z", ("unused_for",))


def test_a_held_switch_that_somebody_else_makes_is_only_recorded(world: World) -> None:
    key = world.iam.add_key("bob")
    world.use(key, hours=1)
    declaration = declared(key, OFF, HOLD_WHILE_USED)
    held = world.phase().apply(declaration, None)
    world.iam.set_status(key, INACTIVE)

    refreshed, _ = world.phase().read(held)
    assert refreshed.pending is None
    for before in (held, refreshed):
        record = world.phase().apply(declaration, before)
        assert world.writes == []
        assert record.pending is None
        assert record.declaration.status is OFF


def test_a_refresh_leaves_a_held_switch_as_it_is(world: World) -> None:
    key = world.iam.add_key("bob")
    world.use(key, hours=1)
    held = world.phase().apply(declared(key, OFF, HOLD_WHILE_USED), None)

    refreshed, _ = world.phase().read(held)

    assert refreshed == held
    stored = replace(held.declaration, status=OFF)
    assert not world.phase().has_drifted(stored, refreshed)


@pytest.mark.parametrize("unmet", list(WhenUnmet))
def test_a_key_found_inactive_at_adoption_stays_off_in_every_later_run(
    world: World, unmet: WhenUnmet
) -> None:
    key = world.iam.add_key("bob", INACTIVE)
    declaration = declared(key, ON, DeclaredSafeguards(unmet=unmet))

    if unmet is WhenUnmet.REFUSE:
        for _ in range(2):
            with pytest.raises(KeyswitchError, match=r"^KS606 activating access key"):
                world.phase().apply(declaration, None)
        return
    record: Record | None = None
    for _ in range(3):
        record = world.phase().apply(declaration, record)
        assert world.iam.status(key) is INACTIVE
        assert record.pending is not None
        assert record.pending.waits_for == ("allow_reactivation",)


def test_a_key_that_this_program_switched_off_may_be_switched_on_again(world: World) -> None:
    key = world.iam.add_key("bob")
    off = world.phase().apply(declared(key, OFF), None)

    on = world.phase().apply(declared(key, ON), off)

    assert on.status is ACTIVE
    assert world.writes == [f"update {key} bob Active"]


def test_a_key_switched_off_by_somebody_else_stays_off_until_the_program_itself_was_inactive(
    world: World,
) -> None:
    key = world.iam.add_key("bob")
    on = world.phase().apply(declared(key, ON, DeclaredSafeguards()), None)
    world.iam.set_status(key, INACTIVE)

    for record in (on, world.phase().read(on)[0]):
        refusal = world.phase().plan(declared(key, ON, DeclaredSafeguards()), record).refusal()
        assert refusal is not None
        assert type(refusal.message) is catalogue.DeactivatedOutside

    accepted = world.phase().apply(declared(key, OFF), on)
    assert world.writes == []
    assert world.phase().apply(declared(key, ON), accepted).status is ACTIVE


def test_allow_reactivation_switches_it_back_with_a_warning_of_the_drift(world: World) -> None:
    key = world.iam.add_key("bob")
    declaration = declared(key, ON, DeclaredSafeguards(allow_reactivation=True))
    on = world.phase().apply(declaration, None)
    world.iam.set_status(key, INACTIVE)

    assert "KS210" in world.phase().plan(declaration, on).warnings()[0]
    assert world.phase().apply(declaration, on).status is ACTIVE


def test_an_override_is_held_up_by_no_drift_policy(world: World) -> None:
    key = world.iam.add_key("bob")
    report = replace(declared(key, OFF), on_drift=OnDrift.REPORT)
    record = world.phase().apply(report, None)
    world.iam.set_status(key, ACTIVE)
    assert not world.phase().plan(report, record).decision.needs_step

    assert world.phase().apply(replace(report, override="INC-1"), record).status is INACTIVE


@pytest.mark.parametrize("found", [ACTIVE, INACTIVE])
def test_drift_that_is_only_reported_is_a_warning_in_each_run_and_never_a_write(
    world: World, found: ObservedStatus
) -> None:
    key = world.iam.add_key("bob", INACTIVE if found is ACTIVE else ACTIVE)
    declaration = Declaration(key, OFF if found is ACTIVE else ON, "bob", on_drift=OnDrift.REPORT)
    record = world.phase().apply(declaration, None)
    world.iam.set_status(key, found)

    for before in (record, world.phase().read(record)[0]):
        plan = world.phase().plan(declaration, before)
        assert not plan.decision.needs_step
        assert plan.warnings()[0].startswith(f"KS616 access key {key} of user bob: is ")
        assert world.phase().apply(declaration, before).status is found
        assert world.writes == []
        assert not world.phase().has_drifted(declaration, before)


def test_a_hold_is_told_when_it_arises_only_right_before_the_write(world: World) -> None:
    key = world.iam.add_key("bob")
    world.use(key, hours=1)
    told: list[str] = []
    reconciler = Reconciler(FakeClient(world.iam), world.clock)

    reconciler.apply(declared(key, OFF, HOLD_WHILE_USED), None, told.append)

    assert [text.partition(" ")[0] for text in told] == ["KS611"]


def test_a_switch_on_that_is_held_since_the_adoption_is_no_drift_and_is_made_once_it_may_be(
    world: World,
) -> None:
    key = world.iam.add_key("bob", INACTIVE)
    world.iam.policies["bob"] = ["AWSCompromisedKeyQuarantineV3"]
    safeguards = replace(HOLD, refuse_quarantined=True, allow_reactivation=True)
    declaration = replace(declared(key, ON, safeguards), on_drift=OnDrift.REPORT)
    held = world.phase().apply(declaration, None)

    for before in (held, world.phase().read(held)[0]):
        assert "KS611" in world.phase().plan(declaration, before).warnings()[0]
    del world.iam.policies["bob"]

    assert world.phase().apply(declaration, held).status is ACTIVE


def test_nothing_is_said_to_be_no_longer_held_that_was_not(world: World) -> None:
    key = world.iam.add_key("bob")
    world.use(key, hours=1)
    off = world.phase().apply(declared(key, OFF, HOLD), None)
    world.iam.set_status(key, ACTIVE)
    held = world.phase().apply(declared(key, OFF, HOLD_WHILE_USED), off)
    assert held.pending is not None
    world.iam.set_status(key, INACTIVE)

    turned = world.phase().plan(declared(key, ON, HOLD), held)
    overridden = replace(declared(key, OFF, HOLD_WHILE_USED), override="INC-1")
    world.iam.set_status(key, ACTIVE)
    past = world.phase().plan(overridden, held)

    for plan in (turned, past):
        assert plan.decision.action is Action.SWITCH
        assert "KS617" not in " ".join(plan.notes())


def test_since_when_a_status_holds_is_noted_when_it_is_first_seen(world: World) -> None:
    key = world.iam.add_key("bob")
    on = world.phase().apply(declared(key, ON), None)
    assert on.status_since == "2026-03-01T12:00:00Z"

    world.clock.today += timedelta(days=1)
    world.iam.set_status(key, INACTIVE)
    seen, _ = world.phase().read(on)
    assert seen.status_since == "2026-03-02T12:00:00Z"

    world.clock.today += timedelta(days=1)
    accepted = world.phase().apply(declared(key, OFF), seen)
    assert accepted.status_since == "2026-03-02T12:00:00Z"
    assert accepted.restorable_from is DeactivatedBy.OUTSIDE

    switched = world.phase().apply(declared(key, ON), accepted)
    assert switched.status_since == switched.changed_at == "2026-03-03T12:00:00Z"
