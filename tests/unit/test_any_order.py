"""The model of any order, with a fleet's core against the strict fake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import settings

from keyswitch import catalogue
from keyswitch.clock import Patience
from keyswitch.declaration import Record
from keyswitch.errors import KeyswitchError
from keyswitch.fleet import Fleet
from keyswitch.fleet_declaration import FleetDeclaration
from keyswitch.lifecycle import Lifecycle
from keyswitch.status import Status
from support.any_order import AnyOrder, Declared, Outcome, Write
from support.strict_iam import FakeGateway, StrictIam


@dataclass
class Faulty(FakeGateway):
    """Fails the writes whose number it is told to fail, and keeps those that IAM did."""

    iam: StrictIam
    failing: Mapping[int, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    done: list[Write] = field(default_factory=list)
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
        self.done.append(Write(access_key_id, status, before))
        if fault == "after":
            raise lost


class Core:
    """A fleet's core, without any engine."""

    tells_of_ends = True

    def __init__(self) -> None:
        self.iam = StrictIam()
        self._records: dict[str, Record] = {}

    def records(self) -> Mapping[str, Record]:
        return self._records

    def preview(self, declared: Declared) -> tuple[set[str], list[Write]]:
        gateway = Faulty(self.iam)
        judged = fleet_of(gateway).judge(whole(declared), self._records, for_reader=True)
        return set(judged.switched), gateway.done

    def refresh(self) -> list[Write]:
        gateway = Faulty(self.iam)
        self._records = fleet_of(gateway).read(self._records, lambda _warning: None)
        return gateway.done

    def run(self, declared: Declared, failing: Mapping[int, str]) -> Outcome:
        gateway = Faulty(self.iam, failing)
        fleet = fleet_of(gateway)
        judged = fleet.judge(whole(declared), self._records)
        outcome = fleet.apply(judged, self._records, lambda _warning: None)
        self._records = outcome.records
        return Outcome(gateway.done, set(outcome.failures))

    def is_unchanged(self, declared: Declared) -> bool:
        return not fleet_of(Faulty(self.iam)).judge(whole(declared), self._records).needs_step

    def close(self) -> None:
        """Nothing is open."""


def whole(declared: Declared) -> FleetDeclaration:
    return FleetDeclaration(tuple(declared[key] for key in sorted(declared)))


def fleet_of(gateway: FakeGateway) -> Fleet:
    lifecycle = Lifecycle(gateway, patience=Patience(0, 0, 0))
    return Fleet(lambda _account: lifecycle, at_a_time=1)


class AnyOrderOfCore(AnyOrder):
    def __init__(self) -> None:
        super().__init__(Core())


TestAnyOrder = AnyOrderOfCore.TestCase
TestAnyOrder.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
