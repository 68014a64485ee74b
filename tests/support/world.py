"""IAM in memory, and the runs of one program against it on given days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from keyswitch.iam.client import LastUsed, OwnerNotToldError
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.durations import iso
from keyswitch.model.safeguards import NO_SAFEGUARDS, DeclaredSafeguards
from keyswitch.model.state import Declaration
from keyswitch.model.status import Status
from keyswitch.reconcile.clock import Clock
from keyswitch.reconcile.reconciler import Reconciler
from support.strict_iam import FakeClient, StrictIam

TODAY = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@dataclass
class Calendar(Clock):
    """A day that is set, for the decision; waits pass as they do."""

    today: datetime = TODAY

    def now(self) -> datetime:
        return self.today


@dataclass
class World:
    """IAM and a calendar; each ``phase`` is a process of its own, whose calls are in ``log``."""

    iam: StrictIam = field(default_factory=StrictIam)
    clock: Calendar = field(default_factory=Calendar)
    log: list[str] = field(default_factory=list)

    def phase(self, signer: str = "AKIAADMINISTRATOR000") -> Reconciler:
        client = FakeClient(self.iam, signer)
        self.log = client.log
        return Reconciler(client, self.clock)

    def use(self, key: str, **ago: float) -> None:
        self.iam.used[key] = iso(self.clock.now() - timedelta(**ago))

    @property
    def writes(self) -> list[str]:
        return [line for line in self.log if line.startswith("update")]


def declared(
    key: str, status: Status, safeguards: DeclaredSafeguards = NO_SAFEGUARDS
) -> Declaration:
    return Declaration(key, status, "bob", safeguards=safeguards)


class Denied(FakeClient):
    """IAM for a caller who may list keys and switch them, and no more."""

    def last_used(self, access_key_id: str) -> LastUsed:
        raise OwnerNotToldError("no identity-based policy allows that")

    def attached_policies(self, user_name: str) -> tuple[str, ...]:
        raise KeyswitchError(
            catalogue.AccessDenied(
                principal="ci",
                operation="iam:ListAttached",
                resource="bob",
                reason="no identity-based policy allows that",
            )
        )
