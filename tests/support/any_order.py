"""Edits, switches by others, deletions, refreshes, runs and faults in any order, and what holds in all of them.

The rules and the invariants are one model; what carries a program out is a :class:`World`: the core
against the strict fake, or the real engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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

from keyswitch.model.change_limit import MaxChanges
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import ObservedStatus, OnDestroy, OnDrift, Status, WhenUnmet
from support.strict_iam import StrictIam

ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE
USERS = ("bob", "eve")
FAULTS = ("before", "after")
"""Of a write: IAM never hears of it, or nobody hears of IAM's answer."""
DECLARATIONS = st.builds(
    Declaration,
    st.just("a key"),
    st.sampled_from(Status),
    user_name=st.sampled_from([None, "its user"]),
    safeguards=st.builds(
        DeclaredSafeguards,
        keep_one_active=st.booleans(),
        allow_reactivation=st.booleans(),
        unmet=st.sampled_from([None, WhenUnmet.HOLD]),
    ),
    on_destroy=st.sampled_from(OnDestroy),
    on_drift=st.sampled_from(OnDrift),
    override=st.sampled_from([None, None, "INC-1"]),
)


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


@dataclass
class Declared:
    """What the program declares."""

    keys: dict[str, Declaration] = field(default_factory=dict)
    max_changes: str | None = None


@dataclass(frozen=True)
class Faults:
    """What one run meets.

    :param writes: the number of a write to its fault.
    :param unseen: the user whose keys cannot be looked at.
    """

    writes: Mapping[int, str] = field(default_factory=dict)
    unseen: str | None = None


NO_FAULTS = Faults()


class World(Protocol):
    """One program's past: what is recorded of it, and IAM."""

    iam: StrictIam
    is_fleet: bool
    """Only then a preview tells of keys that are let go, changes are limited, and a key that cannot be
    looked at keeps no other."""

    def records(self) -> Mapping[str, Record]: ...

    def preview(self, declared: Declared) -> tuple[set[str], list[Write]]:
        """The keys that it says will be switched, and what it switched."""

    def refresh(self) -> list[Write]: ...

    def run(self, declared: Declared, faults: Faults) -> Outcome: ...

    def is_unchanged(self, declared: Declared) -> bool: ...

    def close(self) -> None: ...


class AnyOrder(RuleBasedStateMachine):
    """One program, what is recorded of it, and IAM."""

    keys = Bundle("keys")

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.iam = world.iam
        self.declared = Declared()
        self.switched_off_here: set[str] = set()
        """The keys that the program has ever switched off."""
        self.under_override: set[str] = set()
        """The keys that an override was last carried out for, and Inactive without it not since."""
        self.is_settled = False
        """Whether the last thing that happened was a run that met no fault and refused nothing."""

    @initialize(
        target=keys,
        statuses=st.lists(st.sampled_from([ACTIVE, INACTIVE]), min_size=4, max_size=4),
        declared=st.lists(st.none() | DECLARATIONS, min_size=4, max_size=4),
    )
    def some_keys(self, statuses: list[ObservedStatus], declared: list[Declaration | None]) -> Any:
        made = [self.iam.add_key(USERS[n % 2], status) for n, status in enumerate(statuses)]
        for key, drawn in zip(made, declared, strict=True):
            if drawn is not None:
                self.the_program_declares(key, drawn)
        return multiple(*made)

    @rule(key=keys, drawn=DECLARATIONS)
    def the_program_declares(self, key: str, drawn: Declaration) -> None:
        named = drawn.user_name is not None and self.is_there(key)
        self.declared.keys[key] = replace(
            drawn,
            access_key_id=key,
            user_name=self.iam.owner(key) if named else None,
            override=drawn.override if drawn.status is Status.INACTIVE else None,
        )
        self.is_settled = False

    @rule(key=keys, status=st.sampled_from(Status))
    @precondition(lambda self: self.declared.keys)
    def the_program_changes_a_status(self, key: str, status: Status) -> None:
        if key in self.declared.keys:
            changed = replace(self.declared.keys[key], status=status, override=None)
            self.declared.keys[key] = changed
            self.is_settled = False

    @rule(key=keys)
    def the_program_takes_out(self, key: str) -> None:
        self.declared.keys.pop(key, None)
        self.is_settled = False

    @rule(limit=st.sampled_from([None, "0", "1", "50%"]))
    @precondition(lambda self: self.world.is_fleet)
    def the_program_limits_its_changes(self, limit: str | None) -> None:
        self.declared.max_changes = limit
        self.is_settled = False

    @rule(key=keys, status=st.sampled_from([ACTIVE, INACTIVE]))
    def somebody_switches(self, key: str, status: ObservedStatus) -> None:
        if self.is_there(key):
            self.iam.set_status(key, status)
            self.is_settled = False

    @rule(key=keys)
    @precondition(lambda self: len(self.declared.keys) > 2)
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

    @rule(
        writes=st.dictionaries(st.integers(1, 4), st.sampled_from(FAULTS), max_size=2),
        unseen=st.sampled_from([None, *USERS]),
    )
    def a_run_may_meet_faults(self, writes: dict[int, str], unseen: str | None) -> None:
        self.run(Faults(writes, unseen if self.world.is_fleet else None))

    @rule()
    def a_run_does_what_its_preview_says(self) -> None:
        before = self.world.records()
        told, writes = self.world.preview(self.declared)
        assert writes == [], "a preview switches nothing"
        done = {each.access_key_id for each in self.run(NO_FAULTS).writes}
        if not self.world.is_fleet:
            done -= before.keys() - self.declared.keys.keys()
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

    def run(self, faults: Faults) -> Outcome:
        before = self.world.records()
        outcome = self.world.run(self.declared, faults)
        for write in outcome.writes:
            assert faults.unseen is None or write.access_key_id not in self.iam.users[faults.unseen]
            self.plan(write, before.get(write.access_key_id))
            if write.status is Status.INACTIVE:
                self.switched_off_here.add(write.access_key_id)
        self.judge_how_many(outcome, before)
        for key, record in self.world.records().items():
            if key not in outcome.failed:
                assert record.status is self.live(key), "what is recorded is what was seen"
                self.note_override(key, record)
        self.is_settled = not outcome.failed
        return outcome

    def note_override(self, key: str, record: Record) -> None:
        declared = self.declared.keys.get(key)
        if declared is None or record.status is not INACTIVE or record.pending:
            return
        if declared.override is not None:
            self.under_override.add(key)
        elif declared.status is Status.INACTIVE:
            self.under_override.discard(key)

    def plan(self, write: Write, record: Record | None) -> None:
        declared = self.declared.keys.get(write.access_key_id)
        if declared is None:
            assert record is not None, "a key that was never declared is switched by nobody"
            self.judge_letting_go(write, record)
            return
        assert write.status is declared.status, "no key is switched but to the declared status"
        if declared.on_drift is OnDrift.REPORT and declared.override is None:
            is_new = record is None or record.declared.status is not declared.status
            assert is_new or record.pending, "drift that is only to be reported is left alone"
        if write.status is Status.ACTIVE:
            was_off_here = record is not None and record.declaration.status is Status.INACTIVE
            assert declared.safeguards.allow_reactivation or was_off_here, (
                "no key is switched on that somebody else switched off, unless that is allowed"
            )
            assert declared.safeguards.allow_reactivation or key_is_free(self, write), (
                "no key is switched on that an override deactivated, unless that is allowed"
            )
        else:
            judge_the_last_active_key(write, declared)

    def judge_letting_go(self, write: Write, record: Record) -> None:
        declared = record.declaration
        assert declared.on_destroy is not OnDestroy.LEAVE, "a key that is left is not switched"
        if write.status is Status.INACTIVE:
            was_off = record.adopted_status is not ACTIVE
            assert declared.on_destroy is OnDestroy.DEACTIVATE or was_off
            judge_the_last_active_key(write, declared)
            return
        assert declared.on_destroy is OnDestroy.RESTORE
        assert record.adopted_status is ACTIVE, "only what was Active is restored to it"
        allowed = declared.safeguards.allow_reactivation
        assert allowed or write.access_key_id in self.switched_off_here, (
            "no key is restored to Active that somebody else switched off, unless that is allowed"
        )
        assert allowed or key_is_free(self, write), (
            "no key is restored to Active that an override deactivated, unless that is allowed"
        )

    def judge_how_many(self, outcome: Outcome, before: Mapping[str, Record]) -> None:
        if self.declared.max_changes is None:
            return
        keys = self.declared.keys
        counted = {
            write.access_key_id
            for write in outcome.writes
            if write.access_key_id not in keys or keys[write.access_key_id].override is None
        }
        limit = MaxChanges.read(self.declared.max_changes)
        assert len(counted) <= limit.of_keys(len(before.keys() | keys.keys())), (
            "no more keys are switched than are meant, but for overrides"
        )

    def is_there(self, key: str) -> bool:
        return any(key in keys for keys in self.iam.users.values())

    def live(self, key: str) -> ObservedStatus:
        return self.iam.status(key) if self.is_there(key) else ObservedStatus.DELETED


def key_is_free(model: AnyOrder, write: Write) -> bool:
    return write.access_key_id not in model.under_override


def judge_the_last_active_key(write: Write, declared: Declaration) -> None:
    if declared.safeguards.keep_one_active and declared.override is None:
        others = [each for key, each in write.before.items() if key != write.access_key_id]
        assert ACTIVE in others, "the last Active key stands where that is asked for"
