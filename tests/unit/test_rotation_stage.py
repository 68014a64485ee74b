"""A rotation of thirty days: the stages, the switches, and what each day is decided by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import pytest

from keyswitch.model.durations import Duration
from keyswitch.model.parsing import parse_inputs
from keyswitch.model.rotation import inputs_of_previous
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.reconcile.diff import Action
from keyswitch.reconcile.rotation_stage import (
    DELETED,
    DONE,
    NO_PREVIOUS_KEY,
    WAITING_FOR_FIRST_USE,
    WAITING_UNTIL_UNUSED,
    CurrentKey,
    PreviousKey,
    stage_of,
)
from support.world import TODAY, World, declared

ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE
OVERLAP, SOAK = Duration.read("7d"), Duration.read("14d")
MADE = "2026-03-01T00:00:00Z"
ADOPTED = "2026-03-02T00:00:00Z"
SWITCHED = "2026-03-10T00:00:00Z"


def on(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("previous", "now", "stage"),
    [
        (None, on(1), NO_PREVIOUS_KEY),
        (
            PreviousKey(ACTIVE, ADOPTED),
            on(7),
            "overlap until 2026-03-08T00:00:00Z: both keys are Active",
        ),
        (PreviousKey(ACTIVE, ADOPTED), on(8, 0), WAITING_FOR_FIRST_USE),
        (PreviousKey(ACTIVE, ADOPTED, ("unused_for", "successor")), on(9), WAITING_FOR_FIRST_USE),
        (PreviousKey(ACTIVE, ADOPTED, ("unused_for",)), on(9), WAITING_UNTIL_UNUSED),
        (
            PreviousKey(INACTIVE, SWITCHED),
            on(23),
            "soaking since 2026-03-10T00:00:00Z, until 2026-03-24T00:00:00Z",
        ),
        (PreviousKey(INACTIVE, SWITCHED), on(24, 0), DONE),
        (
            PreviousKey(INACTIVE, ADOPTED),
            on(15),
            "soaking since 2026-03-02T00:00:00Z, until 2026-03-16T00:00:00Z",
        ),
        (PreviousKey(INACTIVE, ""), on(31), "soaking since before this program took note"),
        (PreviousKey(ObservedStatus.EXPIRED, ADOPTED), on(31), DONE),
        (PreviousKey(ObservedStatus.DELETED, SWITCHED), on(11), DELETED),
    ],
)
def test_the_table_of_stages(previous: PreviousKey | None, now: datetime, stage: str) -> None:
    assert stage_of(previous, CurrentKey(MADE), OVERLAP, SOAK, now) == stage


@pytest.mark.parametrize("day", [7, 9])
def test_no_overlap_is_told_and_no_use_waited_for_of_a_current_key_that_is_not_active(
    day: int,
) -> None:
    """Its own active_until is over, or somebody has deactivated or deleted it."""
    previous = PreviousKey(ACTIVE, ADOPTED, ("successor",))
    current = CurrentKey(MADE, INACTIVE)

    told = stage_of(previous, current, OVERLAP, SOAK, on(day))

    assert told == "waiting: the current key is Inactive"


@dataclass
class Rotation:
    """What AccessKeyRotation declares, carried out once a day."""

    world: World
    old: str
    new: str
    unused_for: str | None = None
    records: dict[str, Record] = field(default_factory=dict)

    def declarations(self) -> list[Declaration]:
        bag = inputs_of_previous(
            {
                "user_name": "bob",
                "current": self.new,
                "previous": self.old,
                "overlap": OVERLAP.text,
                "unused_for": self.unused_for,
            }
        )
        previous = parse_inputs(bag).declaration
        assert previous is not None
        return [declared(self.new, Status.ACTIVE), previous]

    def nightly_up(self) -> None:
        """As the engine does it: a step only where Diff finds one."""
        for declaration in self.declarations():
            record = self.records.get(declaration.access_key_id)
            if record is not None:
                decision = self.world.phase().plan(declaration, record).decision
                assert decision.action is not Action.REFUSE
                if not decision.needs_step:
                    continue
            applied = self.world.phase().apply(declaration, record)
            self.records[declaration.access_key_id] = applied

    def stage(self) -> str:
        old, new = self.records[self.old], self.records[self.new]
        previous = PreviousKey(
            old.status, old.status_since, old.pending.waits_for if old.pending else ()
        )
        return stage_of(
            previous, CurrentKey(new.create_date), OVERLAP, SOAK, self.world.clock.now()
        )


def test_a_rotation_of_thirty_days_one_up_a_night() -> None:
    world = World()
    old = world.iam.add_key("bob")
    new = world.iam.add_key("bob", made=TODAY)
    rotation = Rotation(world, old, new)
    stages: list[str] = []
    switched: list[int] = []

    for day in range(31):
        world.clock.today = TODAY + timedelta(days=day)
        if day < 12:
            world.use(old, hours=2)
        if day == 9:
            world.use(new, hours=3)
        if day >= 15:
            world.use(new, hours=1)
        before = world.iam.status(old)
        rotation.nightly_up()
        if world.iam.status(old) is not before:
            switched.append(day)
        assert world.iam.status(new) is ACTIVE
        stages.append(rotation.stage().partition(" ")[0].rstrip(":"))

    assert switched == [15]
    assert stages == ["overlap"] * 7 + ["waiting"] * 8 + ["soaking"] * 14 + ["done"] * 2
    assert rotation.stage() == DONE
    assert rotation.records[old].changed_at == "2026-03-16T12:00:00Z"


def test_a_previous_key_that_somebody_switches_on_again_waits_as_before() -> None:
    world = World()
    old, new = world.iam.add_key("bob"), world.iam.add_key("bob")
    rotation = Rotation(world, old, new)
    world.use(new, hours=1)
    rotation.nightly_up()
    assert world.iam.status(old) is INACTIVE

    world.clock.today += timedelta(days=1)
    world.iam.set_status(old, ACTIVE)
    world.use(old, minutes=30)
    rotation.nightly_up()
    assert world.iam.status(old) is ACTIVE
    assert rotation.stage() == WAITING_FOR_FIRST_USE

    world.use(new, minutes=10)
    rotation.nightly_up()
    assert world.iam.status(old) is INACTIVE


def test_a_previous_key_that_is_still_used_stays_on_where_that_is_asked_for() -> None:
    world = World()
    old, new = world.iam.add_key("bob"), world.iam.add_key("bob")
    rotation = Rotation(world, old, new, unused_for="1d")
    world.use(old, hours=2)
    world.use(new, hours=1)
    rotation.nightly_up()
    assert world.iam.status(old) is ACTIVE
    assert rotation.stage() == WAITING_UNTIL_UNUSED

    world.clock.today += timedelta(days=1)
    rotation.nightly_up()
    assert world.iam.status(old) is INACTIVE


def test_the_soak_is_counted_from_when_the_key_was_first_seen_off() -> None:
    world = World()
    old, new = world.iam.add_key("bob"), world.iam.add_key("bob")
    rotation = Rotation(world, old, new)
    rotation.nightly_up()
    world.clock.today += timedelta(days=15)
    world.iam.set_status(old, INACTIVE)

    rotation.nightly_up()

    assert rotation.stage().startswith("soaking since 2026-03-16T12:00:00Z")
