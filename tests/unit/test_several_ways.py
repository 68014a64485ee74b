"""One AWS account that a program reaches two ways: what protects a user holds across both."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from keyswitch.iam.client import AccessKey
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.reconcile.clock import Patience
from keyswitch.reconcile.coordination import Shared, UserLocks
from keyswitch.reconcile.reconciler import Reconciler
from support.strict_iam import FakeClient, StrictIam

OFF = Status.INACTIVE
KEPT = DeclaredSafeguards(keep_one_active=True)
SECONDS = 10


def active(iam: StrictIam) -> list[str]:
    return [key for key in iam.users["bob"] if iam.status(key) is ObservedStatus.ACTIVE]


def two_ways(iam: StrictIam) -> list[Reconciler]:
    shared = Shared()
    return [Reconciler(FakeClient(iam), shared=shared) for _ in range(2)]


def test_the_second_of_a_users_two_keys_is_refused_whichever_way_it_is_reached() -> None:
    iam = StrictIam()
    keys = [iam.add_key("bob"), iam.add_key("bob")]
    declared = [Declaration(key, OFF, "bob", safeguards=KEPT) for key in keys]

    judged = [way.plan(key, None) for way, key in zip(two_ways(iam), declared, strict=True)]

    assert [each.refusal() is None for each in judged] == [True, False]


@pytest.mark.parametrize("late", [0, 3])
def test_of_two_switches_at_one_time_by_two_ways_one_is_made(late: int) -> None:
    iam = StrictIam(late=late)
    keys = [iam.add_key("bob"), iam.add_key("bob")]
    together = threading.Barrier(2)

    def switch(way: Reconciler, key: str) -> str:
        together.wait(SECONDS)
        try:
            way.apply(Declaration(key, OFF, "Bob", safeguards=KEPT), None)
        except KeyswitchError as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(switch, two_ways(iam), keys))

    assert sorted(outcomes) == ["KS605", "done"]
    assert len(active(iam)) == 1


def test_a_write_by_one_way_makes_the_look_by_the_other_out_of_date() -> None:
    iam = StrictIam()
    key = iam.add_key("bob")
    one, other = two_ways(iam)
    other.look(key, "bob", None)

    one.apply(Declaration(key, OFF, "bob"), None)

    assert other.look(key, "bob", None).status is ObservedStatus.INACTIVE


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [
        (("1" * 12, "bob"), ("1" * 12, "bob"), True),
        (("1" * 12, "bob"), ("1" * 12, "BOB"), True),
        (("1" * 12, "bob"), ("", "bob"), True),
        (("", "bob"), ("2" * 12, "bob"), True),
        (("", None), ("", None), True),
        (("1" * 12, "bob"), ("2" * 12, "bob"), False),
        (("1" * 12, "bob"), ("1" * 12, "eve"), False),
        (("1" * 12, None), ("1" * 12, "bob"), False),
    ],
)
def test_who_waits_for_whom(
    first: tuple[str, str | None], second: tuple[str, str | None], *, waits: bool
) -> None:
    locks = UserLocks()
    entered = threading.Event()

    def enter() -> None:
        with locks.alone_with(*second):
            entered.set()

    with locks.alone_with(*first), locks.alone_with(*first):
        thread = threading.Thread(target=enter)
        thread.start()
        assert entered.wait(0.2 if waits else SECONDS) is not waits
    assert entered.wait(SECONDS)
    thread.join()


class Meanwhile(FakeClient):
    """Somebody else deactivates the user's other key right before this write."""

    def __init__(self, iam: StrictIam, other: str) -> None:
        super().__init__(iam)
        self.other = other

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        self.iam.set_status(self.other, ObservedStatus.INACTIVE)
        super().update_access_key(access_key_id, user_name, status)


@pytest.mark.parametrize("safeguard", ["keep_one_active", "successor"])
def test_a_race_that_leaves_no_active_key_is_an_error_with_the_way_back(safeguard: str) -> None:
    iam = StrictIam()
    key, other = iam.add_key("bob"), iam.add_key("bob")
    iam.used[other] = "2026-03-01T09:00:00Z"
    wanted = {"keep_one_active": True, "successor": other}
    safeguards = DeclaredSafeguards(**{safeguard: wanted[safeguard]})  # type: ignore[arg-type]
    reconciler = Reconciler(Meanwhile(iam, other))

    with pytest.raises(KeyswitchError, match="KS628") as raised:
        reconciler.apply(Declaration(key, OFF, "bob", safeguards=safeguards), None)

    assert f"{other}, so {safeguard} no longer holds" in str(raised.value)
    assert f"--user-name bob --access-key-id {key} --status Active" in str(raised.value)
    record = getattr(raised.value, "record", None)
    assert isinstance(record, Record), "what was done is recorded"
    assert record.status is ObservedStatus.INACTIVE
    assert iam.status(key) is ObservedStatus.INACTIVE, "whoever did it may be containing a leak"


def test_no_race_is_told_of_what_an_override_deactivates_or_where_nothing_is_to_be_kept() -> None:
    iam = StrictIam()
    keys = [(iam.add_key(user), iam.add_key(user)) for user in ("bob", "eve")]
    safe = Declaration(keys[0][0], OFF, "bob", safeguards=KEPT, override="INC-1")
    bare = Declaration(keys[1][0], OFF, "eve")

    for (_, other), declaration in zip(keys, (safe, bare), strict=True):
        record = Reconciler(Meanwhile(iam, other)).apply(declaration, None)
        assert record.status is ObservedStatus.INACTIVE


class Unseen(FakeClient):
    """AWS accepts a switch, and answers no look after it."""

    def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
        if any(line.startswith("update") for line in self.log):
            raise KeyswitchError(
                catalogue.Throttled(operation="iam:ListAccessKeys", attempts="once")
            )
        return super().list_access_keys(user_name)


def test_what_an_override_asked_for_is_recorded_once_aws_has_accepted_it() -> None:
    iam = StrictIam()
    key = iam.add_key("bob")
    reconciler = Reconciler(Unseen(iam), patience=Patience(limit=0))

    with pytest.raises(KeyswitchError, match="KS306") as raised:
        reconciler.apply(Declaration(key, OFF, "bob", override="INC-1"), None)

    record = getattr(raised.value, "record", None)
    assert isinstance(record, Record)
    back = Declaration(key, Status.ACTIVE, "bob")
    refusal = Reconciler(FakeClient(iam)).plan(back, record).refusal()
    assert refusal is not None
    assert refusal.code == "KS625"


class Denying(FakeClient):
    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        raise KeyswitchError(
            catalogue.AccessDenied(
                principal="ci",
                operation="iam:UpdateAccessKey",
                resource="bob",
                reason="AWS gives no reason",
            )
        )


def test_a_switch_that_was_refused_is_not_counted_for_the_users_other_key() -> None:
    iam = StrictIam()
    keys = [iam.add_key("bob"), iam.add_key("bob")]
    shared = Shared()
    with pytest.raises(KeyswitchError, match="KS301"):
        Reconciler(Denying(iam), shared=shared).apply(Declaration(keys[0], OFF, "bob"), None)

    guarded = Declaration(keys[1], OFF, "bob", safeguards=KEPT)
    record = Reconciler(FakeClient(iam), shared=shared).apply(guarded, None)

    assert record.status is ObservedStatus.INACTIVE


class Stranger(FakeClient):
    """Answers with another spelling of the name than it was asked by, as IAM does."""

    def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
        assert user_name is not None
        return super().list_access_keys(user_name)


def test_a_name_in_another_letter_case_is_the_same_name() -> None:
    iam = StrictIam()
    key = iam.add_key("First.Last@corp.com")
    declaration = Declaration(key, OFF, "first.last@corp.com")
    record = Reconciler(Stranger(iam)).apply(declaration, None)

    refreshed, warning = Reconciler(Stranger(iam)).read(record)
    for recorded in (record, refreshed):
        assert recorded.declaration == declaration
        assert not Reconciler(Stranger(iam)).plan(declaration, recorded).decision.needs_step
    respelt = Declaration(key, OFF, "FIRST.LAST@corp.com")
    assert not Reconciler(Stranger(iam)).plan(respelt, record).decision.needs_step
    assert warning is None
