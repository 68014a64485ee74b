"""Edits, switches by others, deletions, refreshes, runs and faults in any order, and what holds in all of them.

The rules and the invariants are one model; what carries a program out is a :class:`World`: the core
against the strict fake, or the real engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from keyswitch.declaration import Declaration, Record
from keyswitch.safeguards import DeclaredSafeguards
from keyswitch.status import ObservedStatus, OnDestroy, Status, WhenUnmet
from support.strict_iam import StrictIam

ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE
USERS = ("bob", "eve")
FAULTS = ("before", "after")
"""Of a write: IAM never hears of it, or nobody hears of IAM's answer."""


@dataclass(frozen=True)
class Write:
    """A switch that IAM made, with the statuses of the user's keys before it."""

    access_key_id: str
    status: Status
    before: dict[str, ObservedStatus]


@dataclass
class Outcome:
    """What one run did: its writes, and the keys that it failed with."""

    writes: list[Write] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)


Declared = Mapping[str, Declaration]


class World(Protocol):
    """One program's past: what is recorded of it, and IAM."""

    iam: StrictIam
    tells_of_ends: bool
    """Whether a preview tells of keys that are let go."""

    def records(self) -> Mapping[str, Record]: ...

    def preview(self, declared: Declared) -> tuple[set[str], list[Write]]:
        """The keys that it says will be switched, and what it switched."""

    def refresh(self) -> list[Write]: ...

    def run(self, declared: Declared, failing: Mapping[int, str]) -> Outcome:
        """:param failing: the number of a write to its fault."""

    def is_unchanged(self, declared: Declared) -> bool: ...

    def close(self) -> None: ...


class AnyOrder(RuleBasedStateMachine):
    """One program, what is recorded of it, and IAM."""

    keys = Bundle("keys")

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.iam = world.iam
        self.declared: dict[str, Declaration] = {}
        self.is_settled = False
        """Whether the last thing that happened was a run that met no fault and refused nothing."""

    @initialize(
        target=keys, statuses=st.lists(st.sampled_from([ACTIVE, INACTIVE]), min_size=4, max_size=4)
    )
    def some_keys(self, statuses: list[ObservedStatus]) -> Any:
        made = [self.iam.add_key(USERS[n % 2], status) for n, status in enumerate(statuses)]
        return multiple(*made)

    @rule(
        key=keys,
        status=st.sampled_from(Status),
        named=st.booleans(),
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
        named: bool,  # noqa: FBT001 - drawn
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
        self.declared[key] = Declaration(
            key,
            status,
            user_name=self.iam.owner(key) if named and self.is_there(key) else None,
            safeguards=safeguards,
            on_destroy=at_end,
            override="INC-1" if override and status is Status.INACTIVE else None,
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
    def a_refresh_switches_nothing_and_records_what_is_seen(self) -> None:
        assert self.world.refresh() == []
        for key, record in self.world.records().items():
            assert record.status is self.live(key)
        self.is_settled = False

    @rule(failing=st.dictionaries(st.integers(1, 4), st.sampled_from(FAULTS), max_size=2))
    def a_run_may_meet_faults(self, failing: dict[int, str]) -> None:
        self.run(failing)

    @rule()
    def a_run_does_what_its_preview_says(self) -> None:
        before = self.world.records()
        told, writes = self.world.preview(self.declared)
        assert writes == [], "a preview switches nothing"
        done = {each.access_key_id for each in self.run({}).writes}
        if not self.world.tells_of_ends:
            done -= before.keys() - self.declared.keys()
        assert done == told

    @rule()
    @precondition(lambda self: self.is_settled)
    def a_second_run_finds_nothing_to_do(self) -> None:
        assert self.world.is_unchanged(self.declared)

    @invariant()
    def no_record_is_of_a_key_that_was_never_declared(self) -> None:
        assert len(self.world.records()) <= 4

    def teardown(self) -> None:
        self.world.close()

    def run(self, failing: dict[int, str]) -> Outcome:
        before = self.world.records()
        outcome = self.world.run(dict(self.declared), failing)
        for write in outcome.writes:
            self.judge(write, before.get(write.access_key_id))
        for key, record in self.world.records().items():
            if key not in outcome.failed:
                assert record.status is self.live(key), "what is recorded is what was seen"
        self.is_settled = not outcome.failed
        return outcome

    def judge(self, write: Write, record: Record | None) -> None:
        declared = self.declared.get(write.access_key_id)
        if declared is None:
            assert record is not None, "a key that was never declared is switched by nobody"
            self.judge_letting_go(record, write.status)
            return
        assert write.status is declared.status, "no key is switched but to the declared status"
        if write.status is Status.ACTIVE:
            was_off_here = record is not None and record.declaration.status is Status.INACTIVE
            assert declared.safeguards.allow_reactivation or was_off_here, (
                "no key is switched on that somebody else switched off, unless that is allowed"
            )
        elif declared.safeguards.keep_one_active and declared.override is None:
            others = [each for key, each in write.before.items() if key != write.access_key_id]
            assert ACTIVE in others, "the last Active key stands where that is asked for"

    @staticmethod
    def judge_letting_go(record: Record, status: Status) -> None:
        policy = record.declaration.on_destroy
        assert policy is not OnDestroy.LEAVE, "a key that is left is not switched"
        if policy is OnDestroy.DEACTIVATE:
            assert status is Status.INACTIVE
        elif status is Status.ACTIVE:
            assert record.adopted_status is ACTIVE, "only what was Active is restored to it"

    def is_there(self, key: str) -> bool:
        return any(key in keys for keys in self.iam.users.values())

    def live(self, key: str) -> ObservedStatus:
        return self.iam.status(key) if self.is_there(key) else ObservedStatus.DELETED
