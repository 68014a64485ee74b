"""What "not there" may mean, and what it may not be taken for."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from keyswitch.iam.client import AccessKey, LastUsed, OwnerNotToldError
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import ObservedStatus, OnDestroy, Status
from keyswitch.reconcile.reconciler import Reconciler
from support.strict_iam import FakeClient, StrictIam


class NotAllowedToAsk(FakeClient):
    """IAM without permission for GetAccessKeyLastUsed."""

    def last_used(self, access_key_id: str) -> LastUsed:
        self.log.append(f"last used {access_key_id}")
        raise OwnerNotToldError


@pytest.fixture
def iam() -> StrictIam:
    return StrictIam()


def adopted(iam: StrictIam, **declared: object) -> tuple[str, Record]:
    key = iam.add_key("bob")
    declaration = replace(Declaration(key, Status.INACTIVE, "bob"), **declared)  # type: ignore[arg-type]
    return key, Reconciler(FakeClient(iam)).apply(declaration, None)


def test_a_renamed_user_whose_key_was_switched_on_is_never_called_deleted(iam: StrictIam) -> None:
    key, record = adopted(iam, on_destroy=OnDestroy.DEACTIVATE)
    iam.rename("bob", "robert")
    iam.set_status(key, ObservedStatus.ACTIVE)

    plan = Reconciler(NotAllowedToAsk(iam)).plan(record.declaration, record)
    assert str(plan.refusal()).startswith(
        f"KS212 keeping access key {key} of user bob Inactive: user bob no longer exists, "
        "and IAM does not report whether the key is deleted or belongs to a renamed user "
        "(NoSuchEntity, request id fake). If the user was renamed, declare the new name."
    )

    refreshed, warning = Reconciler(NotAllowedToAsk(iam)).read(record)
    assert refreshed == record
    assert warning is not None
    assert warning.startswith("KS212")

    with pytest.raises(KeyswitchError, match=r"^KS212 ending the declaration of"):
        Reconciler(NotAllowedToAsk(iam)).destroy(record)


def test_a_user_deleted_with_its_keys_is_gone_where_iam_would_have_named_another_owner(
    iam: StrictIam,
) -> None:
    key, record = adopted(iam)
    other = iam.add_key("eve", ObservedStatus.INACTIVE)
    del iam.users["bob"]
    client = FakeClient(iam)
    reconciler = Reconciler(client)
    reconciler.plan(Declaration(other, Status.INACTIVE, "eve"), None)

    plan = reconciler.plan(record.declaration, record)

    assert plan.refusal() is None
    assert "KS209" in " ".join(plan.warnings())
    assert client.log[-2:] == [f"last used {key}", f"last used {other}"]


def test_without_another_key_to_try_it_on_a_missing_user_stays_undecided(iam: StrictIam) -> None:
    _, record = adopted(iam)
    del iam.users["bob"]

    plan = Reconciler(FakeClient(iam)).plan(record.declaration, record)

    assert "KS212" in str(plan.refusal())


def test_a_key_that_its_user_does_not_list_is_deleted_though_no_owner_is_told(
    iam: StrictIam,
) -> None:
    key, record = adopted(iam)
    iam.delete_key(key)

    plan = Reconciler(NotAllowedToAsk(iam)).plan(record.declaration, record)

    assert plan.observation.status is ObservedStatus.DELETED
    assert plan.refusal() is None


def test_an_owner_who_does_not_list_the_key_is_a_contradiction_and_no_deletion(
    iam: StrictIam,
) -> None:
    key, record = adopted(iam)

    class Late(FakeClient):
        def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
            super().list_access_keys(user_name)
            return ()

    with pytest.raises(KeyswitchError, match=f"^KS214 looking at access key {key} of user bob: "):
        Reconciler(Late(iam)).plan(record.declaration, record)


def test_a_followed_user_is_looked_at_afresh_before_the_write(iam: StrictIam) -> None:
    key, record = adopted(iam, user_name=None)
    iam.rename("bob", "robert")
    client = FakeClient(iam)
    reconciler = Reconciler(client)
    reconciler.plan(record.declaration, record)
    iam.set_status(key, ObservedStatus.ACTIVE)

    updated = reconciler.apply(record.declaration, record)

    assert f"update {key} robert Inactive" in client.log
    assert updated.status is ObservedStatus.INACTIVE
    assert iam.status(key) is ObservedStatus.INACTIVE


def test_two_users_that_swapped_their_names_are_never_waited_for_in_a_ring(iam: StrictIam) -> None:
    records = {}
    for name in ("bob", "robert"):
        declaration = Declaration(iam.add_key(name), Status.INACTIVE)
        records[name] = Reconciler(FakeClient(iam)).apply(declaration, None)
    for old, new in (("bob", "x"), ("robert", "bob"), ("x", "robert")):
        iam.rename(old, new)
    reconciler = Reconciler(FakeClient(iam))
    together = threading.Barrier(2)
    updated: dict[str, Record] = {}

    def update(name: str) -> None:
        together.wait()
        updated[name] = reconciler.apply(records[name].declaration, records[name])

    threads = [threading.Thread(target=update, args=(name,), daemon=True) for name in records]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert {name: record.user_name for name, record in updated.items()} == {
        "bob": "robert",
        "robert": "bob",
    }


def test_the_root_users_key_under_temporary_credentials_is_told_as_what_it_is(
    iam: StrictIam,
) -> None:
    _, record = adopted(iam)
    of_root = replace(record, user_name=None, account_id="")

    with pytest.raises(KeyswitchError, match=r"^KS215 looking at .*\(ValidationError"):
        Reconciler(FakeClient(iam)).read(of_root)


class OfRoot(FakeClient):
    """An account whose root user has a key, which IAM says is of a user of the account's name."""

    key = AccessKey("AKIAROOT000000000000", None, ObservedStatus.ACTIVE, "2026-01-01T00:00:00Z")

    def __init__(self, iam: StrictIam, signs: str) -> None:
        super().__init__(iam)
        self.signs = signs

    def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
        if user_name is not None or self.signs != "root":
            return super().list_access_keys(user_name)
        self.log.append("list None")
        return (self.key,)

    def last_used(self, access_key_id: str) -> LastUsed:
        if access_key_id != self.key.access_key_id:
            return super().last_used(access_key_id)
        return LastUsed("acme", None, "N/A", "N/A")

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        assert (access_key_id, user_name) == (self.key.access_key_id, None)
        self.key = replace(self.key, status=ObservedStatus(status.value))


@pytest.mark.parametrize("has_user_of_that_name", [True, False])
def test_a_key_of_root_of_which_iam_names_a_user_is_adopted_and_switched_by_root(
    iam: StrictIam, *, has_user_of_that_name: bool
) -> None:
    if has_user_of_that_name:
        iam.add_key("acme")
    client = OfRoot(iam, "root")
    declaration = Declaration(client.key.access_key_id, Status.ACTIVE)

    record = Reconciler(client).apply(declaration, None)
    assert (record.user_name, record.status) == (None, ObservedStatus.ACTIVE)

    off = Reconciler(client).apply(replace(declaration, status=Status.INACTIVE), record)
    assert (off.user_name, off.status) == (None, ObservedStatus.INACTIVE)


def test_a_key_of_root_that_somebody_else_declares_is_told_what_to_do(iam: StrictIam) -> None:
    iam.add_key("acme")
    client = OfRoot(iam, "somebody")

    with pytest.raises(
        KeyswitchError,
        match=r"^KS214 .* declare no user name, and use credentials of the root user",
    ):
        Reconciler(client).plan(Declaration(client.key.access_key_id, Status.INACTIVE), None)


def test_a_key_that_its_owner_lists_costs_no_look_at_the_signers_own(iam: StrictIam) -> None:
    key = iam.add_key("bob")
    client = FakeClient(iam)

    Reconciler(client).plan(Declaration(key, Status.ACTIVE), None)

    assert client.log == [f"last used {key}", "list bob"]
