"""The lifecycle over the strict fake: in which order it calls, and what it believes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

import pytest

from keyswitch.iam.client import AccessKey, NoSuchEntityError
from keyswitch.messages import catalogue
from keyswitch.messages.format import AwsAnswer, KeyswitchError
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import ObservedStatus, OnDestroy, Status
from keyswitch.reconcile.clock import Clock, Patience
from keyswitch.reconcile.reconciler import Reconciler
from support.strict_iam import ACCOUNT, FakeClient, StrictIam


@dataclass
class TestClock(Clock):
    """Time that passes only while somebody sleeps."""

    __test__ = False
    elapsed: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime(2026, 3, 1, 12, tzinfo=timezone.utc) + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.elapsed += seconds


@pytest.fixture
def iam() -> StrictIam:
    return StrictIam()


@pytest.fixture
def client(iam: StrictIam) -> FakeClient:
    return FakeClient(iam)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def reconciler(client: FakeClient, clock: TestClock) -> Reconciler:
    return Reconciler(client, clock)


def phase(client: FakeClient) -> Reconciler:
    """Another process: nothing of what was seen survives into it."""
    client.log.clear()
    return Reconciler(client, TestClock())


def test_adopting_looks_asks_the_account_writes_once_and_looks_again(
    reconciler: Reconciler, client: FakeClient, iam: StrictIam
) -> None:
    key = iam.add_key("bob")

    record = reconciler.apply(Declaration(key, Status.INACTIVE, "bob"), None)

    assert client.log == ["list bob", "account", f"update {key} bob Inactive", "list bob"]
    assert record.status is ObservedStatus.INACTIVE
    assert record.adopted_status is ObservedStatus.ACTIVE
    assert record.account_id == ACCOUNT
    assert record.changed_at == "2026-03-01T12:00:00Z"


def test_judging_both_keys_of_a_user_is_one_look_and_never_a_write(
    reconciler: Reconciler, client: FakeClient, iam: StrictIam
) -> None:
    for key in [iam.add_key("bob"), iam.add_key("bob")]:
        reconciler.plan(Declaration(key, Status.INACTIVE, "bob"), None)

    assert client.log == ["list bob"]


def test_what_was_seen_before_a_write_is_never_told_after_it(
    reconciler: Reconciler, iam: StrictIam
) -> None:
    key, other = iam.add_key("bob"), iam.add_key("bob")
    reconciler.plan(Declaration(other, Status.ACTIVE, "bob"), None)
    record = reconciler.apply(Declaration(key, Status.INACTIVE, "bob"), None)

    plan = reconciler.plan(Declaration(key, Status.INACTIVE, "bob"), record)

    assert not plan.decision.needs_step


def test_a_switch_that_is_seen_late_is_waited_for_with_growing_pauses(
    reconciler: Reconciler, client: FakeClient, iam: StrictIam, clock: TestClock
) -> None:
    key = iam.add_key("bob")
    iam.late = 4

    reconciler.apply(Declaration(key, Status.INACTIVE, "bob"), None)

    assert clock.pauses == [0.25, 0.5, 1.0, 2.0]
    assert client.log.count(f"update {key} bob Inactive") == 1


def test_a_switch_that_is_never_seen_is_an_honest_error_after_the_bound(
    client: FakeClient, iam: StrictIam, clock: TestClock
) -> None:
    key = iam.add_key("bob")
    iam.late = 10_000
    reconciler = Reconciler(client, clock, Patience(limit=10))

    with pytest.raises(KeyswitchError) as raised:
        reconciler.apply(Declaration(key, Status.INACTIVE, "bob"), None)

    assert str(raised.value).startswith(
        f"KS404 deactivating access key {key} of user bob: "
        "iam:UpdateAccessKey succeeded, but 10 s later the key is still Active. "
    )
    assert 10 <= clock.elapsed < 20

    iam.late = 0
    iam._before.clear()
    again = phase(client).apply(Declaration(key, Status.INACTIVE, "bob"), None)
    assert again.status is ObservedStatus.INACTIVE
    assert not [line for line in client.log if line.startswith("update")]


class Unsure(FakeClient):
    """Its writes fail on the way; ``lands`` says whether they arrive all the same."""

    entry = catalogue.NoAnswer
    lands = True

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        if self.lands:
            super().update_access_key(access_key_id, user_name, status)
        told = {
            "operation": "iam:UpdateAccessKey",
            "endpoint": "https://iam",
            "message": "closed",
        }
        raise KeyswitchError(self.entry.of(told))


def test_a_write_whose_answer_was_lost_counts_if_it_is_seen_to_have_landed(iam: StrictIam) -> None:
    key = iam.add_key("bob")
    client = Unsure(iam)

    record = Reconciler(client, TestClock()).apply(Declaration(key, Status.INACTIVE, "bob"), None)

    assert record.status is ObservedStatus.INACTIVE
    assert len([line for line in client.log if line.startswith("update")]) == 1


class Stumbling(FakeClient):
    """Its looks after the write fail ``stumbles`` times."""

    stumbles = 0
    written = False

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        super().update_access_key(access_key_id, user_name, status)
        self.written = True

    def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
        if self.written and self.stumbles:
            self.stumbles -= 1
            raise KeyswitchError(
                catalogue.Throttled(operation="iam:ListAccessKeys", attempts="8 times")
            )
        return super().list_access_keys(user_name)


def test_a_look_that_fails_after_the_write_is_tried_again_so_that_the_adoption_is_recorded(
    iam: StrictIam,
) -> None:
    key = iam.add_key("bob")
    client = Stumbling(iam)
    client.stumbles = 3

    record = Reconciler(client, TestClock()).apply(Declaration(key, Status.INACTIVE, "bob"), None)

    assert record.adopted_status is ObservedStatus.ACTIVE
    assert len([line for line in client.log if line.startswith("update")]) == 1


def test_looks_that_go_on_failing_after_the_write_end_in_their_own_error_within_the_bound(
    iam: StrictIam,
) -> None:
    key = iam.add_key("bob")
    client, clock = Stumbling(iam), TestClock()
    client.stumbles = 10_000

    with pytest.raises(
        KeyswitchError, match=rf"^KS306 deactivating access key {key} of user bob: "
    ):
        Reconciler(client, clock).apply(Declaration(key, Status.INACTIVE, "bob"), None)

    assert 30 <= clock.elapsed < 60


def test_a_write_that_did_not_land_is_the_error_that_it_was(iam: StrictIam) -> None:
    key = iam.add_key("bob")
    client = Unsure(iam)
    client.lands = False

    with pytest.raises(KeyswitchError, match=f"^KS402 deactivating access key {key} of user bob"):
        Reconciler(client, TestClock()).apply(Declaration(key, Status.INACTIVE, "bob"), None)


class Vanishing(FakeClient):
    """Somebody deletes between look and write: the key, or the whole user."""

    what = "key"

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        if self.what == "key":
            self.iam.delete_key(access_key_id)
        else:
            del self.iam.users[str(user_name)]
        super().update_access_key(access_key_id, user_name, status)


@pytest.mark.parametrize(
    ("what", "said"), [("key", "no key {key} of this user"), ("user", "no user bob")]
)
def test_no_such_entity_at_the_write_is_told_apart_by_another_look(
    iam: StrictIam, what: str, said: str
) -> None:
    key = iam.add_key("bob")
    client = Vanishing(iam)
    client.what = what

    with pytest.raises(KeyswitchError) as raised:
        Reconciler(client, TestClock()).apply(Declaration(key, Status.INACTIVE, "bob"), None)

    assert type(raised.value.message) is catalogue.Vanished
    assert said.format(key=key) in str(raised.value)
    assert "NoSuchEntity, request id fake" in str(raised.value)


class Lagging(FakeClient):
    """The write and the look after it are answered by servers that differ about what is there."""

    said = ""

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        raise NoSuchEntityError(AwsAnswer("NoSuchEntity", "fake"), self.said)


@pytest.mark.parametrize(
    ("aws_says", "said"),
    [
        ("The user with name bob cannot be found.", "AWS now reports no user bob ("),
        (
            "The Access Key with id {key} cannot be found.",
            "AWS now reports no key {key} of this user (",
        ),
        ("Nothing of the kind.", "AWS now reports no key {key} of this user ("),
    ],
)
def test_what_aws_names_as_missing_at_the_write_is_not_turned_into_something_else(
    iam: StrictIam, aws_says: str, said: str
) -> None:
    key = iam.add_key("bob")
    client = Lagging(iam)
    client.said = aws_says.format(key=key)

    with pytest.raises(KeyswitchError) as raised:
        Reconciler(client, TestClock()).apply(Declaration(key, Status.INACTIVE, "bob"), None)

    assert type(raised.value.message) is catalogue.Vanished
    assert said.format(key=key) in str(raised.value)


class DeletedAfterTheWrite(FakeClient):
    """Somebody deletes the user, keys and all, once the key is switched."""

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        super().update_access_key(access_key_id, user_name, status)
        del self.iam.users[str(user_name)]


def test_a_user_that_is_gone_after_the_write_is_told_as_the_user(iam: StrictIam) -> None:
    key = iam.add_key("bob")

    with pytest.raises(KeyswitchError) as raised:
        Reconciler(DeletedAfterTheWrite(iam), TestClock()).apply(
            Declaration(key, Status.INACTIVE, "bob"), None
        )

    assert type(raised.value.message) is catalogue.Vanished
    assert "AWS now reports no user bob" in str(raised.value)


def adopted(client: FakeClient, status: Status, **declared: object) -> tuple[str, Record]:
    key = client.iam.add_key("bob")
    declaration = replace(Declaration(key, status, "bob"), **declared)  # type: ignore[arg-type]
    return key, Reconciler(client, TestClock()).apply(declaration, None)


def test_a_refresh_leaves_what_was_desired_and_when_as_it_is(
    client: FakeClient, iam: StrictIam
) -> None:
    key, record = adopted(client, Status.INACTIVE)
    iam.set_status(key, ObservedStatus.ACTIVE)

    refreshed = replace(record, status=ObservedStatus.ACTIVE)
    assert phase(client).read(record) == (refreshed, None)
    assert client.log == ["list bob"]


def test_a_refresh_of_a_deleted_key_says_deleted_and_asks_whose_it_might_be(
    client: FakeClient, iam: StrictIam
) -> None:
    key, record = adopted(client, Status.INACTIVE)
    iam.delete_key(key)

    refreshed, warning = phase(client).read(record)
    assert refreshed.status is ObservedStatus.DELETED
    assert warning is not None
    assert warning.startswith(
        f"KS224 access key {key} of user bob: was deleted outside Pulumi; last seen Inactive. "
        "Remove the declaration"
    )
    assert client.log == ["list bob", "account", f"last used {key}"]
    assert phase(client).read(refreshed) == (refreshed, None)


def test_a_refresh_from_another_account_is_an_error(client: FakeClient, iam: StrictIam) -> None:
    _, record = adopted(client, Status.INACTIVE)
    elsewhere = FakeClient(StrictIam(), account="222222222222")

    with pytest.raises(KeyswitchError, match=r"KS204 .* account 222222222222, but the key was"):
        phase(elsewhere).read(record)


@pytest.mark.parametrize(
    ("on_destroy", "declared", "calls"),
    [
        (None, Status.INACTIVE, []),
        (OnDestroy.LEAVE, Status.INACTIVE, []),
        (OnDestroy.DEACTIVATE, Status.INACTIVE, ["list bob"]),
        (
            OnDestroy.DEACTIVATE,
            Status.ACTIVE,
            ["list bob", "update {key} bob Inactive", "list bob"],
        ),
        (OnDestroy.RESTORE, Status.INACTIVE, ["list bob", "update {key} bob Active", "list bob"]),
        (OnDestroy.RESTORE, Status.ACTIVE, ["list bob"]),
    ],
)
def test_destroy_makes_only_the_calls_that_on_destroy_needs(
    client: FakeClient, on_destroy: OnDestroy | None, declared: Status, calls: list[str]
) -> None:
    key, record = adopted(client, declared, on_destroy=on_destroy)

    phase(client).destroy(record)

    assert client.log == [call.format(key=key) for call in calls]


def test_destroy_of_a_key_that_is_gone_is_fine_and_of_an_expired_one_restores_nothing(
    client: FakeClient, iam: StrictIam
) -> None:
    key, record = adopted(client, Status.INACTIVE, on_destroy=OnDestroy.RESTORE)
    iam.set_status(key, ObservedStatus.EXPIRED)
    warning = phase(client).destroy(record)
    assert warning is not None
    assert warning.startswith(f"KS216 ending the declaration of access key {key} of user bob: ")
    assert client.log == ["list bob"]

    iam.delete_key(key)
    assert phase(client).destroy(record) is None


def test_the_root_users_key_is_looked_at_and_switched_without_a_user_name(iam: StrictIam) -> None:
    class Root(FakeClient):
        def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
            assert user_name is None
            keys = super().list_access_keys("root")
            return tuple(replace(key, user_name=None) for key in keys)

        def update_access_key(
            self, access_key_id: str, user_name: str | None, status: Status
        ) -> None:
            assert user_name is None
            super().update_access_key(access_key_id, "root", status)

    key = iam.add_key("root")
    client = Root(iam)
    client.last_used = lambda _: replace(iam.last_used(key), user_name=None)  # type: ignore[method-assign]
    reconciler = Reconciler(client, TestClock())

    record = reconciler.apply(Declaration(key, Status.INACTIVE), None)

    assert record.user_name is None
    assert reconciler.plan(record.declaration, record).decision.needs_step is False


def test_an_account_that_cannot_be_told_does_not_hide_why_a_key_is_refused(iam: StrictIam) -> None:
    class NoSts(FakeClient):
        def account_id(self) -> str:
            raise KeyswitchError(catalogue.Unreachable(endpoint="https://sts", message="refused"))

    iam.add_user("bob")
    plan = Reconciler(NoSts(iam)).plan(Declaration("AKIA" + "0" * 16, Status.ACTIVE, "bob"), None)

    assert "user bob in this account has no such key (found: none)" in str(plan.refusal())


def test_missing_users_are_remembered_for_the_phase(client: FakeClient) -> None:
    reconciler = Reconciler(client, TestClock())
    for number in range(3):
        plan = reconciler.plan(Declaration(f"AKIA{number:016d}", Status.ACTIVE, "nobody"), None)
        assert plan.observation.absence is catalogue.UserNotFound

    assert client.log.count("list nobody") == 1
