"""What one phase has seen serves the phase: once per user, also for threads, never stale."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from keyswitch.iam.client import AccessKey, NoSuchEntityError
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import Attempt, KeyswitchError, error_context
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.reconcile.cache import KeyCache
from support.strict_iam import FakeClient, StrictIam

THREADS = 4


class Slow(FakeClient):
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
    client = Slow(iam)
    client.signer = iam.add_key("bob")
    cache = KeyCache(client)

    with ThreadPoolExecutor(1) as pool:
        own = pool.submit(cache.keys_of, None)
        assert client.looking.wait(10)
        cache.update_access_key(key, "bob", Status.INACTIVE)
        client.go_on.set()
        assert own.result()[0].status is ObservedStatus.ACTIVE

    assert cache.keys_of(None)[0].status is ObservedStatus.INACTIVE


def test_a_look_at_one_user_that_a_write_to_another_overtook_is_kept() -> None:
    iam = StrictIam()
    key, _ = iam.add_key("bob"), iam.add_key("eve")
    client = Slow(iam)
    cache = KeyCache(client)

    with ThreadPoolExecutor(1) as pool:
        eves = pool.submit(cache.keys_of, "eve")
        assert client.looking.wait(10)
        cache.update_access_key(key, "bob", Status.INACTIVE)
        client.go_on.set()
        eves.result()
    cache.keys_of("eve")

    assert client.log.count("list eve") == 1


def test_four_threads_that_ask_at_once_share_one_look() -> None:
    iam = StrictIam()
    iam.add_key("bob")
    client = Slow(iam)
    cache = KeyCache(client)
    together = threading.Barrier(THREADS + 1)

    def ask() -> tuple[AccessKey, ...]:
        together.wait()
        return cache.keys_of("bob")

    with ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(ask) for _ in range(THREADS)]
        together.wait()
        assert client.looking.wait(10)
        client.go_on.set()
        answers = [future.result() for future in asked]

    assert client.log == ["list bob"]
    assert len(set(answers)) == 1


def test_the_account_is_asked_once_by_all_threads() -> None:
    client = FakeClient(StrictIam())
    cache = KeyCache(client)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: cache.account_id(), range(THREADS)))

    assert client.log == ["account"]


@pytest.mark.parametrize(
    ("entry", "calls"), [(catalogue.ServiceFailure, 1), (catalogue.Throttled, 2)]
)
def test_an_account_that_cannot_be_told_is_asked_for_again_only_after_a_throttled_call(
    entry: type[Message], calls: int
) -> None:
    class Failing(FakeClient):
        def account_id(self) -> str:
            super().account_id()
            raise KeyswitchError(
                entry.of({"operation": "sts:GetCallerIdentity", "attempts": "once"})
            )

    client = Failing(StrictIam())
    cache = KeyCache(client)

    for key in ("AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"):
        told = pytest.raises(KeyswitchError, match=f"{entry.code} adopting access key {key}")
        with told, error_context(Attempt("adopting", key)):
            cache.account_id()

    assert client.log == ["account"] * calls


def test_a_write_makes_the_next_look_a_new_one_under_every_name_the_key_was_seen_under() -> None:
    iam = StrictIam()
    key = iam.add_key("bob")
    cache = KeyCache(FakeClient(iam, signer=iam.add_key("bob")))
    assert cache.keys_of(None) == cache.keys_of("bob")

    cache.update_access_key(key, "bob", Status.INACTIVE)

    for user_name in (None, "bob"):
        assert cache.keys_of(user_name)[0].status is ObservedStatus.INACTIVE


def test_a_write_that_failed_makes_the_next_look_a_new_one_too() -> None:
    iam = StrictIam()
    iam.add_key("bob")
    client = FakeClient(iam)
    cache = KeyCache(client)
    cache.keys_of("bob")

    with pytest.raises(NoSuchEntityError):
        cache.update_access_key("AKIANOTTHERE00000000", "bob", Status.INACTIVE)
    cache.keys_of("bob")

    assert client.log.count("list bob") == 2


def test_a_fault_is_not_remembered() -> None:
    iam = StrictIam()
    iam.add_key("bob")

    class Once(FakeClient):
        failed = False

        def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
            if not self.failed:
                self.failed = True
                raise TimeoutError
            return super().list_access_keys(user_name)

    cache = KeyCache(Once(iam))
    with pytest.raises(TimeoutError):
        cache.keys_of("bob")

    assert len(cache.keys_of("bob")) == 1


def test_a_key_made_since_the_last_look_is_looked_for_again_and_one_that_was_seen_is_not() -> None:
    iam = StrictIam()
    old = iam.add_key("bob")
    client = FakeClient(iam)
    cache = KeyCache(client)
    cache.keys_of("bob")
    new = iam.add_key("bob")

    cache.keys_of("bob", expecting=old)
    assert client.log == ["list bob"]
    assert new in {key.access_key_id for key in cache.keys_of("bob", expecting=new)}
    assert client.log == ["list bob", "list bob"]


def test_an_uncached_list_takes_no_lock_and_keeps_nothing() -> None:
    iam = StrictIam()
    key = iam.add_key("bob")
    client = FakeClient(iam)
    cache = KeyCache(client)

    with ThreadPoolExecutor(1) as pool, cache.alone_with("bob"):
        (seen,) = pool.submit(cache.list_uncached, "bob").result(timeout=10)

    assert seen.access_key_id == key
    cache.keys_of("bob")
    assert client.log == ["list bob", "list bob"]
