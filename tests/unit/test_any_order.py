"""The model of any order, with a fleet's core against the strict fake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from keyswitch.iam.client import AccessKey
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.batch_declaration import BatchDeclaration
from keyswitch.model.change_limit import MAX_CHANGES, MaxChanges
from keyswitch.model.state import Record
from keyswitch.model.status import Status
from keyswitch.reconcile.batch import Batch
from keyswitch.reconcile.clock import Patience
from keyswitch.reconcile.reconciler import Reconciler
from support.any_order import NO_FAULTS, AnyOrder, Declared, Faults, Outcome, Write
from support.fuzz import for_a_while
from support.strict_iam import FakeClient, StrictIam

LOST = KeyswitchError(catalogue.NoAnswer(operation="x", endpoint="y", message="z"))


@dataclass
class Faulty(FakeClient):
    """Meets the faults, and keeps the writes that IAM did."""

    iam: StrictIam
    faults: Faults = NO_FAULTS
    log: list[str] = field(default_factory=list)
    done: list[Write] = field(default_factory=list)
    signer: str = "AKIAADMINISTRATOR000"
    account: str = "123456789012"
    asked: int = 0

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        self.asked += 1
        fault = self.faults.writes.get(self.asked)
        if fault == "before":
            raise LOST
        before = {key: each.status for key, each in self.iam.users[user_name or ""].items()}
        super().update_access_key(access_key_id, user_name, status)
        self.done.append(Write(access_key_id, status, before))
        if fault == "after":
            raise LOST

    def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
        if user_name is not None and user_name == self.faults.unseen:
            raise LOST
        return super().list_access_keys(user_name)


class Core:
    """A fleet's core, without any engine."""

    is_fleet = True

    def __init__(self) -> None:
        self.iam = StrictIam()
        self._records: dict[str, Record] = {}

    def records(self) -> Mapping[str, Record]:
        return self._records

    def preview(self, declared: Declared) -> tuple[set[str], list[Write]]:
        client = Faulty(self.iam)
        judged = fleet_of(client).plan(whole(declared), self._records, for_reader=True)
        refused = judged.too_wide is not None
        return set(judged.overridden if refused else judged.switched), client.done

    def refresh(self) -> list[Write]:
        client = Faulty(self.iam)
        self._records = fleet_of(client).read(self._records, lambda _warning: None)
        return client.done

    def run(self, declared: Declared, faults: Faults) -> Outcome:
        client = Faulty(self.iam, faults)
        fleet = fleet_of(client)
        judged = fleet.plan(whole(declared), self._records)
        if judged.too_wide is not None and not judged.overridden:
            with pytest.raises(KeyswitchError, match="KS621"):
                fleet.apply(judged, self._records, lambda _warning: None)
            return Outcome(client.done, set(judged.ids))
        outcome = fleet.apply(judged, self._records, lambda _warning: None)
        self._records = outcome.records
        failed = set(outcome.failures)
        if outcome.too_wide is not None:
            failed |= judged.ids - set(judged.overridden)
        return Outcome(client.done, failed)

    def is_unchanged(self, declared: Declared) -> bool:
        return not fleet_of(Faulty(self.iam)).plan(whole(declared), self._records).needs_step

    def close(self) -> None:
        """Nothing is open."""


def whole(declared: Declared) -> BatchDeclaration:
    keys = tuple(declared.keys[key] for key in sorted(declared.keys))
    return BatchDeclaration(keys, MaxChanges.of({MAX_CHANGES: declared.max_changes}))


def fleet_of(client: FakeClient) -> Batch:
    reconciler = Reconciler(client, patience=Patience(0, 0, 0))
    return Batch(lambda _account: reconciler, at_a_time=1)


class AnyOrderOfCore(AnyOrder):
    def __init__(self) -> None:
        super().__init__(Core())


@for_a_while
def test_in_any_order_nothing_is_switched_that_is_not_asked_for() -> None:
    run_state_machine_as_test(
        AnyOrderOfCore,
        settings=settings(max_examples=100, stateful_step_count=40, deadline=None, print_blob=True),
    )
