"""What one phase has seen serves the phase: once per user, also for threads, never stale."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from keyswitch.iam.client import AccessKey, NoSuchEntityError
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Entry
from keyswitch.messages.format import Attempt, KeyswitchError, telling
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.reconcile.cache import PhaseView
from support.strict_iam import FakeGateway, StrictIam

THREADS = 4


class Slow(FakeGateway):
    """Its looks take as long as the test says."""

    def __init__(self, iam: StrictIam) -> None:
        super().__init__(iam)
        self.looking = threading.Event()
        self.go_on = threading.Event()

    def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
        answer = super().list_access_keys(user_name)
        self.looking.set()
        assert self.go_on.wait(10)
        return answer


def test_a_look_under_one_name_that_a_write_under_another_overtook_is_not_kept() -> None:
    iam = StrictIam()
    key = iam.add_key("bob")
    gateway = Slow(iam)
    gateway.signer = iam.add_key("bob")
    view = PhaseView(gateway)

    with ThreadPoolExecutor(1) as pool:
        own = pool.submit(view.keys_of, None)
        assert gateway.looking.wait(10)
        view.update_access_key(key, "bob", Status.INACTIVE)
        gateway.go_on.set()
        assert own.result()[0].status is ObservedStatus.ACTIVE

    assert view.keys_of(None)[0].status is ObservedStatus.INACTIVE


def test_a_look_at_one_user_that_a_write_to_another_overtook_is_kept() -> None:
    iam = StrictIam()
    key, _ = iam.add_key("bob"), iam.add_key("eve")
    gateway = Slow(iam)
    view = PhaseView(gateway)

    with ThreadPoolExecutor(1) as pool:
        eves = pool.submit(view.keys_of, "eve")
        assert gateway.looking.wait(10)
        view.update_access_key(key, "bob", Status.INACTIVE)
        gateway.go_on.set()
        eves.result()
    view.keys_of("eve")

    assert gateway.log.count("list eve") == 1


def test_four_threads_that_ask_at_once_share_one_look() -> None:
    iam = StrictIam()
    iam.add_key("bob")
    gateway = Slow(iam)
    view = PhaseView(gateway)
    together = threading.Barrier(THREADS + 1)

    def ask() -> tuple[AccessKey, ...]:
        together.wait()
        return view.keys_of("bob")

    with ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(ask) for _ in range(THREADS)]
        together.wait()
        assert gateway.looking.wait(10)
        gateway.go_on.set()
        answers = [future.result() for future in asked]

    assert gateway.log == ["list bob"]
    assert len(set(answers)) == 1


def test_the_account_is_asked_once_by_all_threads() -> None:
    gateway = FakeGateway(StrictIam())
    view = PhaseView(gateway)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: view.account_id(), range(THREADS)))

    assert gateway.log == ["account"]


@pytest.mark.parametrize(
    ("entry", "calls"), [(catalogue.SERVICE_FAILURE, 1), (catalogue.THROTTLED, 2)]
)
def test_an_account_that_cannot_be_told_is_asked_for_again_only_after_a_throttled_call(
    entry: Entry, calls: int
) -> None:
    class Failing(FakeGateway):
        def account_id(self) -> str:
            super().account_id()
            raise KeyswitchError(entry, operation="sts:GetCallerIdentity", attempts="once")

    gateway = Failing(StrictIam())
    view = PhaseView(gateway)

    for key in ("AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"):
        told = pytest.raises(KeyswitchError, match=f"{entry.code} adopting access key {key}")
        with told, telling(Attempt("adopting", key)):
            view.account_id()

    assert gateway.log == ["account"] * calls


def test_a_write_makes_the_next_look_a_new_one_under_every_name_the_key_was_seen_under() -> None:
    iam = StrictIam()
    key = iam.add_key("bob")
    view = PhaseView(FakeGateway(iam, signer=iam.add_key("bob")))
    assert view.keys_of(None) == view.keys_of("bob")

    view.update_access_key(key, "bob", Status.INACTIVE)

    for user_name in (None, "bob"):
        assert view.keys_of(user_name)[0].status is ObservedStatus.INACTIVE


def test_a_write_that_failed_makes_the_next_look_a_new_one_too() -> None:
    iam = StrictIam()
    iam.add_key("bob")
    gateway = FakeGateway(iam)
    view = PhaseView(gateway)
    view.keys_of("bob")

    with pytest.raises(NoSuchEntityError):
        view.update_access_key("AKIANOTTHERE00000000", "bob", Status.INACTIVE)
    view.keys_of("bob")

    assert gateway.log.count("list bob") == 2


def test_a_fault_is_not_remembered() -> None:
    iam = StrictIam()
    iam.add_key("bob")

    class Once(FakeGateway):
        failed = False

        def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
            if not self.failed:
                self.failed = True
                raise TimeoutError
            return super().list_access_keys(user_name)

    view = PhaseView(Once(iam))
    with pytest.raises(TimeoutError):
        view.keys_of("bob")

    assert len(view.keys_of("bob")) == 1


def test_a_key_made_since_the_last_look_is_looked_for_again_and_one_that_was_seen_is_not() -> None:
    iam = StrictIam()
    old = iam.add_key("bob")
    gateway = FakeGateway(iam)
    view = PhaseView(gateway)
    view.keys_of("bob")
    new = iam.add_key("bob")

    view.keys_of("bob", expecting=old)
    assert gateway.log == ["list bob"]
    assert new in {key.access_key_id for key in view.keys_of("bob", expecting=new)}
    assert gateway.log == ["list bob", "list bob"]


def test_a_glance_takes_no_lock_and_keeps_nothing() -> None:
    iam = StrictIam()
    key = iam.add_key("bob")
    gateway = FakeGateway(iam)
    view = PhaseView(gateway)

    with ThreadPoolExecutor(1) as pool, view.alone_with("bob"):
        (seen,) = pool.submit(view.glance, "bob").result(timeout=10)

    assert seen.access_key_id == key
    view.keys_of("bob")
    assert gateway.log == ["list bob", "list bob"]
