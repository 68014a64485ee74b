"""The keys that sign a program's calls: kept on unless that is meant, and then deactivated last."""

from __future__ import annotations

import re
import threading

import pytest

from keyswitch.iam.user_agent import NOBODY
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.batch_declaration import BatchDeclaration
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.state import Declaration
from keyswitch.model.status import ObservedStatus, OnDestroy, Status
from keyswitch.plugin.process_state import ProcessState
from keyswitch.reconcile.batch import Batch
from keyswitch.reconcile.clock import Patience
from keyswitch.reconcile.reconciler import Reconciler
from support.strict_iam import FakeClient, StrictIam

ON, OFF = Status.ACTIVE, Status.INACTIVE
INACTIVE = ObservedStatus.INACTIVE
IMPATIENT = Patience(limit=0)
SECONDS = 10
OWN = DeclaredSafeguards(allow_own_key=True)


class Incident:
    """Five leaked keys of five users, of which the third signs the calls."""

    def __init__(self) -> None:
        self.iam = StrictIam()
        self.keys = [self.iam.add_key(f"user-{number}") for number in range(5)]
        self.signer = self.keys[2]
        self.told: list[str] = []
        self.client = FakeClient(self.iam, signer=self.signer)
        self.reconciler = Reconciler(self.client, patience=IMPATIENT)

    def declared(self, **more: object) -> BatchDeclaration:
        return BatchDeclaration(
            tuple(
                Declaration(key, OFF, f"user-{number}", **more)  # type: ignore[arg-type]
                for number, key in enumerate(self.keys)
            )
        )

    @property
    def written(self) -> list[str]:
        return [line.split()[1] for line in self.client.log if line.startswith("update")]


@pytest.mark.parametrize("more", [{"override": "INC-1"}, {"safeguards": OWN}])
@pytest.mark.parametrize("at_a_time", [1, 8])
def test_a_fleet_deactivates_the_key_that_signs_last_of_all(
    more: dict[str, object], at_a_time: int
) -> None:
    incident = Incident()
    fleet = Batch(lambda _: incident.reconciler, at_a_time)
    declared = incident.declared(**more)

    judged = fleet.plan(declared, {}, for_reader=True)
    outcome = fleet.apply(judged, {}, incident.told.append)

    assert outcome.failures == {}
    assert {key: incident.iam.status(key) for key in incident.keys} == dict.fromkeys(
        incident.keys, INACTIVE
    )
    assert incident.written[-1] == incident.signer
    assert {record.status for record in outcome.records.values()} == {INACTIVE}
    assert [text.split()[0] for text in judged.warnings()].count("KS626") == 1
    assert [text.split()[0] for text in incident.told] == ["KS627"]


def test_the_end_of_a_fleet_deactivates_the_key_that_signs_last_of_all() -> None:
    incident = Incident()
    fleet = Batch(lambda _: incident.reconciler)
    deletion_plan = incident.declared(on_destroy=OnDestroy.DEACTIVATE, safeguards=OWN)
    kept = BatchDeclaration(tuple(_active(key) for key in deletion_plan.keys))
    records = fleet.apply(fleet.plan(kept, {}), {}, print).records

    fleet.destroy(records, None, print)

    assert incident.written[-1] == incident.signer
    assert {incident.iam.status(key) for key in incident.keys} == {INACTIVE}


def _active(key: Declaration) -> Declaration:
    return Declaration(
        key.access_key_id,
        ON,
        key.user_name,
        on_destroy=key.on_destroy,
        safeguards=key.safeguards,
    )


def test_a_key_that_the_signer_went_before_says_so_and_guesses_at_no_clock() -> None:
    incident = Incident()
    incident.reconciler.apply(
        Declaration(incident.signer, OFF, "user-2", override="INC-1"),
        None,
    )

    with pytest.raises(KeyswitchError, match="KS322") as raised:
        incident.reconciler.apply(Declaration(incident.keys[0], OFF, override="INC-1"), None)

    assert f"this run deactivated {incident.signer}" in str(raised.value)
    assert incident.iam.status(incident.keys[0]) is ObservedStatus.ACTIVE


def test_a_signer_that_was_off_before_the_run_is_another_matter() -> None:
    incident = Incident()
    incident.iam.set_status(incident.signer, INACTIVE)

    with pytest.raises(KeyswitchError) as raised:
        incident.reconciler.apply(Declaration(incident.keys[0], OFF, "user-0"), None)

    assert type(raised.value.message) is catalogue.CredentialsRefused


def phase_of(ways: dict[str | None, FakeClient], **more: float) -> tuple[ProcessState, AwsSettings]:
    """A phase that reaches its accounts by these gateways, by profile."""
    phase, settings = ProcessState(**more), AwsSettings()
    phase.client_in = lambda account, *_: ways[account.profile if account else None]  # type: ignore[method-assign, assignment, return-value]
    return phase, settings


@pytest.mark.parametrize(
    ("leaked_in", "told"),
    [
        (None, "KS601 .* Pulumi is authenticating with this key in account x;"),
        ("p2", "KS601 .* Pulumi is authenticating with this key;"),
    ],
)
def test_a_key_that_signs_in_another_account_of_the_program_stays_on(
    leaked_in: str | None, told: str
) -> None:
    iam = StrictIam()
    k1, k2 = iam.add_key("deploy"), iam.add_key("deploy-x")
    account = DeclaredAccount("x", profile="p2")
    ways: dict[str | None, FakeClient] = {
        None: FakeClient(iam, signer=k1),
        "p2": FakeClient(iam, signer=k2),
    }
    phase, settings = phase_of(ways)
    phase.declare("two", [k2], None)
    phase.declare("one", [k1], account)
    where, key = (None, k2) if leaked_in is None else (account, k1)
    declaration = Declaration(key, OFF, account=where)

    reconciler = phase.reconciler_in(where, settings, NOBODY)
    assert re.match(told, str(reconciler.plan(declaration, None).refusal()))
    with pytest.raises(KeyswitchError, match=told):
        reconciler.apply(declaration, None)
    assert iam.status(key) is ObservedStatus.ACTIVE


@pytest.mark.parametrize("own_first", [True, False])
@pytest.mark.parametrize("at_a_time", [1, 8])
def test_of_two_keys_that_sign_the_one_that_signs_the_switches_goes_last(
    at_a_time: int, *, own_first: bool
) -> None:
    iam = StrictIam()
    users = ["a-stack", "b-x"] if own_first else ["b-stack", "a-x"]
    k1, k2, other = (iam.add_key(user) for user in (*users, "c"))
    own, x = FakeClient(iam, signer=k1), FakeClient(iam, signer=k2)
    phase, settings = phase_of({None: own, "p2": x})
    phase.act_in(DeclaredAccount("x", profile="p2"))
    keys = BatchDeclaration(
        tuple(Declaration(key, OFF, override="INC-1") for key in (k1, k2, other))
    )
    fleet = Batch(lambda account: phase.reconciler_in(account, settings, NOBODY), at_a_time)

    outcome = fleet.apply(fleet.plan(keys, {}), {}, print)

    assert outcome.failures == {}
    assert [line.split()[1] for line in own.log if line.startswith("update")] == [other, k2, k1]


def test_a_signer_waits_until_no_other_call_is_under_way() -> None:
    phase = ProcessState(quiet=0.05)
    order: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def other() -> None:
        with phase.call_under_way():
            begun.set()
            assert go_on.wait(SECONDS)
            order.append("other")

    def signer(name: str) -> None:
        with phase.call_under_way():
            phase.wait_for_others()
            order.append(name)

    threads = [threading.Thread(target=other)]
    threads[0].start()
    assert begun.wait(SECONDS)
    threads += [threading.Thread(target=signer, args=(name,)) for name in ("one", "two")]
    for thread in threads[1:]:
        thread.start()
    threading.Timer(0.2, go_on.set).start()
    for thread in threads:
        thread.join(SECONDS)

    assert order[0] == "other"
    assert sorted(order[1:]) == ["one", "two"]


def test_only_a_deactivation_that_is_let_through_goes_last() -> None:
    incident = Incident()
    waits = {
        Declaration(incident.signer, OFF, override="INC-1"): True,
        Declaration(incident.signer, OFF, safeguards=OWN): True,
        Declaration(incident.signer, OFF): False,
        Declaration(incident.signer, ON): False,
        Declaration(incident.keys[0], OFF, override="INC-1"): False,
    }
    batch = Batch(lambda _: incident.reconciler)

    for declaration, last in waits.items():
        signers = batch.signers_deactivated(BatchDeclaration((declaration,)))
        assert signers == ({declaration.access_key_id: True} if last else {})
