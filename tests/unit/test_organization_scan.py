"""Which accounts an organization has, which are selected, and what is told of each."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from keyswitch.iam.client import AccessKey, Directory, User
from keyswitch.iam.concurrently_by_group import AT_A_TIME_IN_ALL
from keyswitch.iam.organizations import Account, OrganizationalUnit
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import AwsAnswer, KeyswitchError
from keyswitch.report.inventory import Inventory, SeenUser
from keyswitch.report.organization_scan import (
    AccountFailure,
    AccountFilter,
    AccountResult,
    FailedCall,
    FailedRole,
    Member,
    OrganizationScan,
    role_arn,
)
from keyswitch.report.organization_walk import Listed, members, walk_accounts
from support.strict_iam import ACCOUNT, FakeClient
from support.strict_organization import ROOT_ID, FakeOrganizations, StrictOrganization
from support.world import TODAY

SHOP, DATA, OLD = "222222222222", "333333333333", "444444444444"


@pytest.fixture
def organization() -> StrictOrganization:
    """Management below the root, shop and an old account in Workloads/Prod, data in Workloads."""
    made = StrictOrganization()
    workloads = made.add_unit("Workloads")
    prod = made.add_unit("Prod", workloads)
    made.add_account(SHOP, "shop", prod)
    made.add_account(OLD, "old", prod, "SUSPENDED")
    made.add_account(DATA, "data", workloads)
    return made


def places(found: tuple[Member, ...]) -> dict[str, str]:
    return {each.account.account_id: each.ou_path for each in found}


def test_every_account_is_found_with_the_ous_that_it_is_in(
    organization: StrictOrganization,
) -> None:
    found = members(FakeOrganizations(organization))

    assert [(each.ou_path, str(each)) for each in found] == [
        ("/", f"{ACCOUNT} (management)"),
        ("/Workloads", f"{DATA} (data)"),
        ("/Workloads/Prod", f"{SHOP} (shop)"),
        ("/Workloads/Prod", f"{OLD} (old)"),
    ]
    assert found[2].units == (
        OrganizationalUnit("ou-ab12-00000000", "Workloads"),
        OrganizationalUnit("ou-ab12-00000001", "Prod"),
    )


@pytest.mark.parametrize(
    ("ou_ids", "paths"),
    [
        (("ou-ab12-00000001",), {SHOP: "/Workloads/Prod", OLD: "/Workloads/Prod"}),
        (
            ("ou-ab12-00000001", "ou-ab12-00000000"),
            {SHOP: "/Workloads/Prod", OLD: "/Workloads/Prod", DATA: "/Workloads"},
        ),
    ],
)
def test_an_ou_has_every_account_below_it_once_and_under_its_whole_path(
    organization: StrictOrganization, ou_ids: tuple[str, ...], paths: dict[str, str]
) -> None:
    assert places(members(FakeOrganizations(organization), ou_ids)) == paths


def test_a_root_is_the_whole_organization(organization: StrictOrganization) -> None:
    asked = FakeOrganizations(organization)

    assert places(members(asked, (ROOT_ID,))) == places(members(asked))


def test_an_account_that_moves_while_it_is_listed_is_not_lost(
    organization: StrictOrganization,
) -> None:
    class Moving(FakeOrganizations):
        def accounts_for_parent(self, parent_id: str) -> tuple[Account, ...]:
            found = super().accounts_for_parent(parent_id)
            return tuple(each for each in found if each.account_id != SHOP)

    (shop,) = [m for m in members(Moving(organization)) if m.account.account_id == SHOP]

    assert (shop.units, shop.ou_path) == (None, "")


@pytest.mark.parametrize(
    ("patterns", "selected"),
    [
        ((), ["shop-prod", "shop-dev", "Sandbox"]),
        (("*-prod",), ["shop-prod"]),
        (("!*-prod",), ["shop-dev", "Sandbox"]),
        (("shop-*", "!*-dev"), ["shop-prod"]),
        (("!*-dev", "shop-*"), ["shop-prod"]),
        (("sandbox",), ["Sandbox"]),
        (("shop",), []),
        (("000000000002",), ["Sandbox"]),
        (("*1", "*2"), ["shop-dev", "Sandbox"]),
        (("[st]hop-???",), ["shop-dev"]),
    ],
)
def test_a_filter_matches_whole_ids_and_names(
    patterns: tuple[str, ...], selected: list[str]
) -> None:
    names = ["shop-prod", "shop-dev", "Sandbox"]
    accounts = [Account(f"00000000000{n}", name, "ACTIVE") for n, name in enumerate(names)]

    found = AccountFilter(patterns)

    assert [each.name for each in accounts if found.selects(each)] == selected


@pytest.mark.parametrize(
    ("name", "partition", "arn"),
    [
        ("audit", "aws", f"arn:aws:iam::{SHOP}:role/audit"),
        ("security/audit", "aws-cn", f"arn:aws-cn:iam::{SHOP}:role/security/audit"),
        ("/security/audit", "aws-us-gov", f"arn:aws-us-gov:iam::{SHOP}:role/security/audit"),
    ],
)
def test_a_role_is_named_in_the_partition_of_the_caller(
    name: str, partition: str, arn: str
) -> None:
    assert role_arn(name, SHOP, partition) == arn


@dataclass
class Known:
    since: datetime = TODAY
    seen: dict[str, SeenUser | None] = field(default_factory=dict)


@dataclass
class Walked:
    """What a walk told."""

    outcomes: dict[str, AccountResult | AccountFailure] = field(default_factory=dict)
    users: list[tuple[str, str]] = field(default_factory=list)
    earlier: dict[str, Known] = field(default_factory=dict)

    def known(self, member: Member) -> Known:
        return self.earlier.get(member.account.account_id, Known())

    def seen(self, member: Member, user_name: str, user: SeenUser | None) -> None:
        self.users.append((member.account.account_id, user_name))

    def ended(self, outcome: AccountResult | AccountFailure) -> None:
        self.outcomes[outcome.member.account.account_id] = outcome


@dataclass
class Into:
    """A way into the accounts of an organization."""

    organization: StrictOrganization
    enter: Callable[[Member], Directory]

    def role_of(self, member: Member) -> str:
        return f"role in {member.account.account_id}"

    def users(self, member: Member, client: Directory) -> Listed:
        return Listed(client.users(), is_complete=True)


def walked(
    organization: StrictOrganization,
    enter: Callable[[Member], Directory] | None = None,
    walk: Walked | None = None,
) -> Walked:
    found = walk or Walked()

    def into(member: Member) -> Directory:
        return FakeClient(organization.accounts[member.account.account_id].iam)

    active = [m for m in members(FakeOrganizations(organization)) if m.account.is_active]
    walk_accounts(active, Into(organization, enter or into), found)
    return found


def names(outcome: AccountResult | AccountFailure) -> list[str]:
    assert isinstance(outcome, AccountResult)
    return [user.user_name for user in outcome.inventory.users]


def test_every_account_is_read_with_all_of_its_users(organization: StrictOrganization) -> None:
    for account_id in (ACCOUNT, SHOP, DATA):
        for number in range(3):
            organization.accounts[account_id].iam.add_key(f"user-{number}")
    organization.accounts[DATA].iam.add_user("nobody")

    found = walked(organization)

    assert set(found.outcomes) == {ACCOUNT, SHOP, DATA}
    assert names(found.outcomes[DATA]) == ["nobody", "user-0", "user-1", "user-2"]
    assert len(found.users) == 10


def test_what_an_earlier_walk_saw_is_not_asked_again_and_dates_the_account(
    organization: StrictOrganization,
) -> None:
    earlier = TODAY.replace(hour=11)
    organization.accounts[SHOP].iam.add_key("bob")
    organization.accounts[SHOP].iam.add_key("eve")
    seen: dict[str, SeenUser | None] = {"bob": SeenUser("bob", (), ()), "gone": None}
    walk = Walked(earlier={SHOP: Known(earlier, seen)})

    outcome = walked(organization, walk=walk).outcomes[SHOP]

    assert isinstance(outcome, AccountResult)
    assert (SHOP, "eve") in walk.users
    assert (SHOP, "bob") not in walk.users
    assert outcome.inventory.since == earlier
    assert [len(user.keys) for user in outcome.inventory.users] == [0, 1]


def refusal() -> KeyswitchError:
    return KeyswitchError(
        catalogue.RoleRefused(role="x", message="no"), None, AwsAnswer("AccessDenied", "r")
    )


def test_an_account_that_cannot_be_entered_is_reported_and_the_others_are_read(
    organization: StrictOrganization,
) -> None:
    def enter(member: Member) -> Directory:
        if member.account.account_id == SHOP:
            raise refusal()
        return FakeClient(organization.accounts[member.account.account_id].iam)

    found = walked(organization, enter)

    shop = found.outcomes.pop(SHOP)
    assert isinstance(shop, FailedRole)
    assert (shop.operation, shop.role_arn) == ("sts:AssumeRole", f"role in {SHOP}")
    assert shop.reason.startswith(
        f"KS313 account {SHOP} (shop): AWS refused to assume the role x: no (AccessDenied, request id r)."
    )
    assert all(isinstance(each, AccountResult) for each in found.outcomes.values())


@pytest.mark.parametrize("call", ["users", "list_access_keys"])
def test_an_account_of_which_a_call_fails_is_reported_and_nothing_of_it_is_a_result(
    organization: StrictOrganization, call: str
) -> None:
    for name in ("bob", "eve"):
        organization.accounts[SHOP].iam.add_key(name)

    class Failing(FakeClient):
        def users(self, path_prefix: str = "/") -> tuple[User, ...]:
            return self._fail("users") or super().users(path_prefix)

        def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
            return self._fail("list_access_keys") or super().list_access_keys(user_name)

        def _fail(self, name: str) -> tuple[()]:
            if call == name and self.iam is organization.accounts[SHOP].iam:
                raise KeyswitchError(catalogue.CredentialsExpired(message="too late"))
            return ()

    def enter(member: Member) -> Directory:
        return Failing(organization.accounts[member.account.account_id].iam)

    found = walked(organization, enter)

    shop = found.outcomes.pop(SHOP)
    assert isinstance(shop, FailedCall)
    assert (
        shop.operation == {"users": "iam:ListUsers", "list_access_keys": "iam:ListAccessKeys"}[call]
    )
    assert all(isinstance(each, AccountResult) for each in found.outcomes.values())


@pytest.mark.parametrize(
    "message",
    [
        catalogue.CredentialsExpired(message="x"),
        catalogue.CredentialsRefused(message="x"),
        catalogue.Unreachable(endpoint="https://sts", message="refused"),
    ],
    ids=lambda message: message.code,
)
def test_what_every_account_would_be_answered_ends_the_walk(
    organization: StrictOrganization, message: Message
) -> None:
    entered: list[Member] = []
    over = threading.Event()
    for number in range(500, 600):
        organization.add_account(f"000000000{number}", "more")

    def enter(member: Member) -> Directory:
        entered.append(member)
        if len(entered) > 1:
            over.wait()
        raise KeyswitchError(message)

    with pytest.raises(KeyswitchError) as raised:
        walked(organization, enter)

    over.set()
    assert raised.value.message is message
    assert len(entered) <= 1 + AT_A_TIME_IN_ALL


def test_the_client_of_an_account_is_given_up_when_the_account_is_done_with(
    organization: StrictOrganization,
) -> None:
    """So that hundreds of accounts take no more memory than those that are open at a time."""
    for number in range(500, 600):
        organization.add_account(f"000000000{number}", "more").iam.add_key("bob")
    entered: list[weakref.ref[FakeClient]] = []
    most = 0

    def enter(member: Member) -> Directory:
        client = FakeClient(organization.accounts[member.account.account_id].iam)
        entered.append(weakref.ref(client))
        return client

    class Counting(Walked):
        def ended(self, outcome: AccountResult | AccountFailure) -> None:
            nonlocal most
            super().ended(outcome)
            gc.collect()
            most = max(most, sum(each() is not None for each in entered))

    gc.freeze()  # what the other tests left: to look through it after each account takes long
    try:
        walked(organization, enter, Counting())
    finally:
        gc.unfreeze()

    assert len(entered) == 103
    assert most <= AT_A_TIME_IN_ALL


def test_a_mistake_of_our_own_is_no_failure_of_an_account(organization: StrictOrganization) -> None:
    def enter(member: Member) -> Directory:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        walked(organization, enter)


def test_the_outcome_has_its_failures_in_order_and_its_results_by_ou() -> None:
    def member(account_id: str, *units: str) -> Member:
        above = tuple(OrganizationalUnit(f"ou-{name}", name) for name in units)
        return Member(Account(account_id, "", "ACTIVE"), above)

    empty = Inventory((), TODAY, is_complete=True)
    message = catalogue.RoleRefused(role="x", message="no")
    scan = OrganizationScan(
        ACCOUNT,
        results=tuple(
            AccountResult(each, empty)
            for each in (member("1"), member("2", "A"), member("3", "A"), member("4", "A", "B"))
        ),
        failed_roles=(FailedRole(member("6", "B"), "sts:AssumeRole", message),),
        failed_calls=(FailedCall(member("5", "A"), "iam:ListUsers", message),),
        skipped=(),
        excluded=(),
        since=TODAY,
    )

    assert [each.member.account.account_id for each in scan.failures] == ["5", "6"]
    assert {path: len(each) for path, each in scan.by_ou.items()} == {"/": 1, "/A": 2, "/A/B": 1}
    assert scan.looked_at == 6
