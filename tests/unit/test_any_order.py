"""Edits, switches by others, deletions, refreshes, runs and faults in any order, against the strict fake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from keyswitch import catalogue
from keyswitch.clock import Patience
from keyswitch.declaration import Declaration, Record
from keyswitch.errors import KeyswitchError
from keyswitch.fleet import Fleet
from keyswitch.fleet_declaration import FleetDeclaration
from keyswitch.lifecycle import Lifecycle
from keyswitch.safeguards import DeclaredSafeguards
from keyswitch.status import ObservedStatus, OnDestroy, Status, WhenUnmet
from support.strict_iam import FakeGateway, StrictIam

ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE
USERS = ("bob", "eve")
FAULTS = ("before", "after")
"""Of a write: IAM never hears of it, or nobody hears of IAM's answer."""


@dataclass
class Faulty(FakeGateway):
    """Fails the writes whose number it is told to fail, and keeps those that IAM did."""

    iam: StrictIam
    failing: Mapping[int, str]
    log: list[str] = field(default_factory=list)
    done: list[tuple[str, Status, dict[str, ObservedStatus]]] = field(default_factory=list)
    signer: str = "AKIAADMINISTRATOR000"
    account: str = "123456789012"
    asked: int = 0

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        self.asked += 1
        fault = self.failing.get(self.asked)
        lost = KeyswitchError(catalogue.NO_ANSWER, operation="x", endpoint="y", message="z")
        if fault == "before":
            raise lost
        before = {key: each.status for key, each in self.iam.users[user_name or ""].items()}
        super().update_access_key(access_key_id, user_name, status)
        self.done.append((access_key_id, status, before))
        if fault == "after":
            raise lost


class AnyOrder(RuleBasedStateMachine):
    """One program with a fleet, what is recorded of it, and IAM."""

    keys = Bundle("keys")

    def __init__(self) -> None:
        super().__init__()
        self.iam = StrictIam()
        self.declared: dict[str, Declaration] = {}
        self.records: dict[str, Record] = {}
        self.is_settled = False
        """Whether the last thing that happened was a run that met no fault and refused nothing."""

    @initialize(
        target=keys, statuses=st.lists(st.sampled_from([ACTIVE, INACTIVE]), min_size=4, max_size=4)
    )
    def some_keys(self, statuses: list[ObservedStatus]) -> object:
        from hypothesis.stateful import multiple

        made = [self.iam.add_key(USERS[n % 2], status) for n, status in enumerate(statuses)]
        return multiple(*made)

    @rule(
        key=keys,
        status=st.sampled_from(Status),
        keep=st.booleans(),
        allow=st.booleans(),
        hold=st.booleans(),
        at_end=st.sampled_from(OnDestroy),
        override=st.booleans(),
    )
    def the_program_declares(
        self,
        key: str,
        status: Status,
        keep: bool,  # noqa: FBT001 - drawn
        allow: bool,  # noqa: FBT001 - drawn
        hold: bool,  # noqa: FBT001 - drawn
        at_end: OnDestroy,
        override: bool,  # noqa: FBT001 - drawn
    ) -> None:
        safeguards = DeclaredSafeguards(
            keep_one_active=keep,
            allow_reactivation=allow,
            unmet=WhenUnmet.HOLD if hold else None,
        )
        urgent = "INC-1" if override and status is Status.INACTIVE else None
        self.declared[key] = Declaration(
            key, status, safeguards=safeguards, on_destroy=at_end, override=urgent
        )
        self.is_settled = False

    @rule(key=keys)
    def the_program_takes_out(self, key: str) -> None:
        self.declared.pop(key, None)
        self.is_settled = False

    @rule(key=keys, status=st.sampled_from([ACTIVE, INACTIVE]))
    def somebody_switches(self, key: str, status: ObservedStatus) -> None:
        if self.is_there(key):
            self.iam.set_status(key, status)
            self.is_settled = False

    @rule(key=keys)
    @precondition(lambda self: len(self.declared) > 2)
    def somebody_deletes(self, key: str) -> None:
        if self.is_there(key):
            self.iam.delete_key(key)
            self.is_settled = False

    @rule()
    def a_preview_switches_nothing(self) -> None:
        gateway = Faulty(self.iam, {})
        self.fleet(gateway).judge(self.fleet_declaration, self.records, for_reader=True)
        assert gateway.done == []

    @rule()
    def a_refresh_switches_nothing_and_records_what_is_seen(self) -> None:
        gateway = Faulty(self.iam, {})
        warnings: list[str] = []
        self.records = self.fleet(gateway).read(self.records, warnings.append)
        assert gateway.done == []
        for key, record in self.records.items():
            assert record.status is self.live(key)
        self.is_settled = False

    @rule(failing=st.dictionaries(st.integers(1, 4), st.sampled_from(FAULTS), max_size=2))
    def a_run(self, failing: dict[int, str]) -> None:
        gateway = Faulty(self.iam, failing)
        fleet = self.fleet(gateway)
        judged = fleet.judge(self.fleet_declaration, self.records)
        outcome = fleet.apply(judged, self.records, lambda _warning: None)
        self.judge_writes(gateway)
        for key, record in outcome.records.items():
            if key not in outcome.failures:
                assert record.status is self.live(key), "what is recorded is what was seen"
        self.records = outcome.records
        self.is_settled = not outcome.failures

    @rule()
    @precondition(lambda self: self.is_settled)
    def a_second_run_finds_nothing_to_do(self) -> None:
        judged = self.fleet(Faulty(self.iam, {})).judge(self.fleet_declaration, self.records)
        assert not judged.needs_step

    @invariant()
    def no_record_is_of_a_key_that_was_never_declared(self) -> None:
        assert len(self.records) <= 4

    def judge_writes(self, gateway: Faulty) -> None:
        for key, status, before in gateway.done:
            declared, record = self.declared.get(key), self.records.get(key)
            if declared is None:
                assert record is not None, "a key that was never declared is switched by nobody"
                self.judge_letting_go(record, status)
                continue
            assert status is declared.status, "no key is switched but to the declared status"
            if status is Status.ACTIVE:
                was_off_here = record is not None and record.declaration.status is Status.INACTIVE
                assert declared.safeguards.allow_reactivation or was_off_here, (
                    "no key is switched on that somebody else switched off, unless that is allowed"
                )
            elif declared.safeguards.keep_one_active and declared.override is None:
                others = [each for other, each in before.items() if other != key]
                assert ACTIVE in others, "the last Active key stands where that is asked for"

    @staticmethod
    def judge_letting_go(record: Record, status: Status) -> None:
        policy = record.declaration.on_destroy
        assert policy is not OnDestroy.LEAVE, "a key that is left is not switched"
        if policy is OnDestroy.DEACTIVATE:
            assert status is Status.INACTIVE
        elif status is Status.ACTIVE:
            assert record.adopted_status is ACTIVE, "only what was Active is restored to it"

    @property
    def fleet_declaration(self) -> FleetDeclaration:
        return FleetDeclaration(tuple(self.declared[key] for key in sorted(self.declared)))

    @staticmethod
    def fleet(gateway: FakeGateway) -> Fleet:
        lifecycle = Lifecycle(gateway, patience=Patience(0, 0, 0))
        return Fleet(lambda _account: lifecycle, at_a_time=1)

    def is_there(self, key: str) -> bool:
        return any(key in keys for keys in self.iam.users.values())

    def live(self, key: str) -> ObservedStatus:
        return self.iam.status(key) if self.is_there(key) else ObservedStatus.DELETED


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
