"""What an override deactivated stays off until its program says otherwise in so many words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from keyswitch.messages.format import KeyswitchError
from keyswitch.model.batch_declaration import BatchDeclaration
from keyswitch.model.fleet_state import fleet_outputs, parse_fleet_outputs
from keyswitch.model.parsing import parse_outputs
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import ObservedStatus, OnDestroy, OnDrift, Status, WhenUnmet
from keyswitch.reconcile.batch import Batch
from keyswitch.reconcile.reconciler import Reconciler
from support.strict_iam import FakeClient
from support.world import World

ON, OFF = Status.ACTIVE, Status.INACTIVE
ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE
RESTORE = OnDestroy.RESTORE
ALLOWED = DeclaredSafeguards(allow_reactivation=True)


class Program:
    """A program of one key, declared by itself; its state goes through the engine's bags."""

    def __init__(self, world: World, *, shows_overrides: bool = True) -> None:
        self.iam = world.iam
        self.world = world
        self.key = self.iam.add_key("bob")
        self.shows_overrides = shows_overrides
        self.outputs: dict[str, Any] | None = None

    @property
    def record(self) -> Record | None:
        return parse_outputs(self.outputs) if self.outputs is not None else None

    def phase(self) -> Reconciler:
        client = FakeClient(self.iam)
        return Reconciler(client, self.world.clock, shows_overrides=self.shows_overrides)

    def up(self, status: Status, **more: Any) -> None:
        declaration = Declaration(self.key, status, "bob", **more)
        told = self.phase().plan(declaration, self.record).refusal()
        if told is None:
            self.outputs = self.phase().apply(declaration, self.record).to_outputs()
            return
        with pytest.raises(KeyswitchError, match=f"^{re.escape(str(told))}$"):
            self.phase().apply(declaration, self.record)
        raise told

    def refresh(self) -> None:
        assert self.record is not None
        self.outputs = self.phase().read(self.record)[0].to_outputs()

    def destroy(self) -> str | None:
        assert self.record is not None
        return self.phase().destroy(self.record)

    def forget_who(self) -> None:
        assert self.outputs is not None
        del self.outputs["deactivated_by"]

    @property
    def live(self) -> ObservedStatus:
        return self.iam.status(self.key)


class FleetProgram(Program):
    """The same key, as one of a fleet."""

    def _fleet(self) -> Batch:
        reconciler = self.phase()
        return Batch(lambda _: reconciler)

    @property
    def records(self) -> Mapping[str, Record]:
        return parse_fleet_outputs(self.outputs) if self.outputs is not None else {}

    @property
    def record(self) -> Record | None:
        return self.records.get(self.key)

    def up(self, status: Status, **more: Any) -> None:
        declaration = Declaration(self.key, status, "bob", **more)
        declared = BatchDeclaration((declaration,))
        told = self._fleet().plan(declared, self.records).refusals
        fleet = self._fleet()
        outcome = fleet.apply(fleet.plan(declared, self.records), self.records, print)
        assert {key: str(each) for key, each in outcome.failures.items()} == {
            key: str(each) for key, each in told.items()
        }, "a preview says what the update says"
        self.keep(outcome.records, declaration)
        for failure in outcome.failures.values():
            raise failure

    def keep(self, records: Mapping[str, Record], declaration: Declaration) -> None:
        entry = declaration.to_inputs()
        for name in ("access_key_id", "status"):
            entry.pop(name)
        bag = {"keys": {self.key: entry}, "statuses": {self.key: str(declaration.status)}}
        self.outputs = fleet_outputs(bag, records)

    def refresh(self) -> None:
        assert self.outputs is not None
        self.outputs = fleet_outputs(self.outputs, self._fleet().read(self.records, print))

    def destroy(self) -> str | None:
        told: list[str] = []
        self._fleet().destroy(self.records, None, told.append)
        return " ".join(told) or None

    def forget_who(self) -> None:
        assert self.outputs is not None
        del self.outputs["records"][self.key]["deactivated_by"]


@pytest.fixture(params=[Program, FleetProgram], ids=["alone", "in a fleet"])
def program(request: pytest.FixtureRequest) -> Program:
    made: Program = request.param(World())
    made.up(ON)
    return made


def deactivated_by_the_run(program: Program) -> None:
    program.up(OFF, override="INC-1 leaked")


def deactivated_by_hand_and_then_declared(program: Program) -> None:
    program.iam.set_status(program.key, INACTIVE)
    program.up(OFF, override="INC-1 leaked")


def deactivated_earlier_and_then_declared_leaked(program: Program) -> None:
    program.up(OFF)
    program.up(OFF, override="INC-1 leaked")


def deactivated_again_after_drift(program: Program) -> None:
    program.up(OFF, override="INC-1 leaked")
    program.iam.set_status(program.key, ACTIVE)
    program.refresh()
    program.up(OFF, override="INC-1 leaked")


def reactivated_and_deactivated_by_somebody_since(program: Program) -> None:
    program.up(OFF, override="INC-1 leaked")
    for status in (ACTIVE, INACTIVE):
        program.iam.set_status(program.key, status)
        program.refresh()


def held_off_and_switched_by_others_since(program: Program) -> None:
    program.up(OFF, override="INC-1 leaked")
    program.iam.set_status(program.key, ACTIVE)
    held = DeclaredSafeguards(keep_one_active=True, unmet=WhenUnmet.HOLD)
    program.up(OFF, safeguards=held)
    program.iam.set_status(program.key, INACTIVE)
    program.refresh()


def drift_reported_and_switched_by_others_since(program: Program) -> None:
    program.up(OFF, override="INC-1 leaked")
    program.iam.set_status(program.key, ACTIVE)
    program.up(OFF, on_drift=OnDrift.REPORT)
    program.iam.set_status(program.key, INACTIVE)
    program.refresh()


def held_on_and_switched_by_others_since(program: Program) -> None:
    program.up(OFF, override="INC-1 leaked")
    program.up(ON, safeguards=DeclaredSafeguards(unmet=WhenUnmet.HOLD))
    for status in (ACTIVE, INACTIVE):
        program.iam.set_status(program.key, status)
        program.refresh()


WITHOUT_WORDS = [
    held_off_and_switched_by_others_since,
    drift_reported_and_switched_by_others_since,
    held_on_and_switched_by_others_since,
]
INCIDENTS = [
    deactivated_by_the_run,
    deactivated_by_hand_and_then_declared,
    deactivated_earlier_and_then_declared_leaked,
    deactivated_again_after_drift,
    reactivated_and_deactivated_by_somebody_since,
]


@pytest.mark.parametrize("incident", INCIDENTS)
@pytest.mark.parametrize("refreshed", [False, True])
def test_a_checkout_without_the_incident_does_not_reactivate_the_key(
    program: Program, incident: Any, *, refreshed: bool
) -> None:
    incident(program)
    if refreshed:
        program.refresh()

    with pytest.raises(KeyswitchError, match=r'KS625 .*override="INC-1 leaked" deactivated'):
        program.up(ON)
    with pytest.raises(KeyswitchError, match="KS625"):
        program.up(ON)

    assert program.live is INACTIVE
    program.up(ON, safeguards=ALLOWED)
    assert program.live is ACTIVE


@pytest.mark.parametrize("incident", WITHOUT_WORDS)
def test_an_inactive_that_was_declared_and_never_carried_out_frees_no_key(
    program: Program, incident: Any
) -> None:
    incident(program)

    with pytest.raises(KeyswitchError, match=r"KS625 .*: an override deactivated"):
        program.up(ON)
    assert program.live is INACTIVE


def test_a_held_reactivation_stays_held_in_every_run(program: Program) -> None:
    program.up(OFF, override="INC-1 leaked")
    held = DeclaredSafeguards(unmet=WhenUnmet.HOLD)

    for _ in range(3):
        program.up(ON, safeguards=held)
        assert program.live is INACTIVE
    with pytest.raises(KeyswitchError, match="KS625"):
        program.up(ON)


def test_inactive_without_the_override_first_is_the_way_to_active(program: Program) -> None:
    program.up(OFF, override="INC-1 leaked")
    program.up(OFF)
    program.refresh()
    program.up(ON)

    assert program.live is ACTIVE


def test_the_words_of_an_override_that_may_be_secret_are_not_repeated() -> None:
    program = Program(World(), shows_overrides=False)
    program.up(ON)
    program.up(OFF, override="INC-1 leaked")

    with pytest.raises(KeyswitchError, match=r"KS625 .*: an override deactivated") as refused:
        program.up(ON)
    assert "INC-1" not in str(refused.value)


def test_a_state_that_does_not_tell_who_deactivated_the_key_is_read_as_it_was(
    program: Program,
) -> None:
    program.up(OFF, override="INC-1 leaked")
    program.forget_who()

    program.up(ON)

    assert program.live is ACTIVE


@pytest.mark.parametrize("then", ["refreshed", "declared without it"])
def test_a_state_that_does_not_tell_who_is_brought_up_to_date_by_the_override_in_it(
    program: Program, then: str
) -> None:
    program.up(OFF, override="INC-1 leaked", on_destroy=RESTORE)
    program.forget_who()
    if then == "refreshed":
        program.refresh()
        with pytest.raises(KeyswitchError, match="KS625"):
            program.up(ON)
    else:
        program.up(OFF, on_destroy=RESTORE)

    assert "KS619" in str(program.destroy())
    assert program.live is INACTIVE


@pytest.mark.parametrize("incident", INCIDENTS)
@pytest.mark.parametrize("confirmed", [False, True])
def test_a_restore_leaves_off_what_an_override_deactivated_also_once_it_is_taken_out(
    program: Program, incident: Any, *, confirmed: bool
) -> None:
    program.up(ON, on_destroy=RESTORE)
    incident(program)
    program.up(OFF, override="INC-1 leaked", on_destroy=RESTORE)
    if confirmed:
        program.up(OFF, on_destroy=RESTORE)
        program.refresh()

    told = program.destroy()

    assert "KS619" in str(told)
    assert "an override deactivated this key" in str(told)
    assert program.live is INACTIVE


def test_a_drift_that_is_put_right_since_makes_no_restore_of_it(program: Program) -> None:
    program.up(OFF, override="INC-1 leaked", on_destroy=RESTORE)
    program.up(OFF, on_destroy=RESTORE)
    program.iam.set_status(program.key, ACTIVE)
    program.refresh()
    program.up(OFF, on_destroy=RESTORE)

    assert "KS619" in str(program.destroy())
    assert program.live is INACTIVE


def test_a_restore_goes_back_where_that_is_allowed_or_no_override_was_in_it(
    program: Program,
) -> None:
    program.up(OFF, override="INC-1 leaked", on_destroy=RESTORE, safeguards=ALLOWED)
    assert program.destroy() is None
    assert program.live is ACTIVE

    program.up(ON, on_destroy=RESTORE, safeguards=ALLOWED)
    program.up(OFF, on_destroy=RESTORE)
    assert program.destroy() is None
    assert program.live is ACTIVE


def test_what_is_recorded_of_who_deactivated_a_key(program: Program) -> None:
    def recorded() -> str:
        assert program.record is not None
        return str(program.record.deactivated_by)

    assert recorded() == "nobody"
    program.up(OFF)
    assert recorded() == "program"
    program.up(OFF, override="INC-1")
    assert recorded() == "override"
    program.up(OFF)
    assert recorded() == "override, since confirmed"
    program.up(ON)
    assert recorded() == "nobody"
    program.iam.set_status(program.key, INACTIVE)
    program.refresh()
    assert recorded() == "outside"


def test_a_record_goes_on_where_an_update_fails() -> None:
    program = FleetProgram(World())
    program.up(ON)
    program.up(OFF, override="INC-1")
    with pytest.raises(KeyswitchError):
        program.up(ON)

    with pytest.raises(KeyswitchError, match="KS625"):
        program.up(ON)
