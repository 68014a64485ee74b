"""One suite for Organizations, over moto, over the strict fake by HTTP, and over it directly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import boto3
import botocore.session
import pytest
from moto.organizations.models import organizations_backends
from werkzeug.wrappers import Response

from keyswitch.iam import boto_organizations
from keyswitch.iam.boto_directory import BotoDirectory
from keyswitch.iam.boto_organizations import BotoOrganizations
from keyswitch.iam.call_limits import Bounds
from keyswitch.iam.client import User
from keyswitch.iam.organizations import Account, Organizations
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.roles import Role
from support.http import Call, RecordingServer, json_error, serving
from support.moto_iam import moto_app
from support.strict_iam import ACCOUNT, ADMIN
from support.strict_organization import (
    ROLE,
    FakeOrganizations,
    StrictOrganization,
    strict_organization_app,
)

MISSING = "ou-ab12-99999999"


@dataclass
class World:
    """An organization, and the means to change it; each id is the organization's own."""

    organizations: Organizations
    new_unit: Callable[[str, str], str]
    new_account: Callable[[str, str], str]
    close: Callable[[str], None]

    @property
    def root_id(self) -> str:
        (root_id,) = self.organizations.root_ids()
        return root_id


def asking(url: str) -> BotoDirectory:
    return BotoDirectory(
        AwsSettings(
            access_key=ADMIN,
            secret_key="made-up",
            attempts=2,
            iam_endpoint=url,
            sts_endpoint=url,
            organizations_endpoint=url,
        )
    )


def moto_world(stack: ExitStack) -> World:
    organizations_backends.reset()
    url = stack.enter_context(serving(moto_app())).url
    client = boto3.client(
        "organizations",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="OUTSIDER",
        aws_secret_access_key="any",
    )
    client.create_organization(FeatureSet="ALL")

    def new_unit(name: str, parent_id: str) -> str:
        made = client.create_organizational_unit(ParentId=parent_id, Name=name)
        return str(made["OrganizationalUnit"]["Id"])

    def new_account(name: str, parent_id: str) -> str:
        made = client.create_account(AccountName=name, Email=f"{name}@example.com")
        account_id = str(made["CreateAccountStatus"]["AccountId"])
        (root,) = client.list_roots()["Roots"]
        client.move_account(
            AccountId=account_id, SourceParentId=root["Id"], DestinationParentId=parent_id
        )
        return account_id

    def close(account_id: str) -> None:
        client.close_account(AccountId=account_id)

    return World(BotoOrganizations(asking(url)), new_unit, new_account, close)


def strict_world(stack: ExitStack, *, over_http: bool) -> World:
    organization = StrictOrganization()
    numbers = iter(range(222222222222, 333333333333))

    def new_account(name: str, parent_id: str) -> str:
        account_id = str(next(numbers))
        organization.add_account(account_id, name, parent_id)
        return account_id

    def close(account_id: str) -> None:
        organization.accounts[account_id].state = "SUSPENDED"

    if over_http:
        url = stack.enter_context(serving(strict_organization_app(organization))).url
        asked: Organizations = BotoOrganizations(asking(url))
    else:
        asked = FakeOrganizations(organization)
    return World(asked, organization.add_unit, new_account, close)


@pytest.fixture(params=["moto", "strict-http", "strict"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with ExitStack() as stack:
        if request.param == "moto":
            yield moto_world(stack)
        else:
            yield strict_world(stack, over_http=request.param == "strict-http")


def test_every_account_is_listed_over_all_pages_with_name_and_state(world: World) -> None:
    made = {world.new_account(f"app-{number:02d}", world.root_id) for number in range(25)}

    accounts = world.organizations.accounts()

    assert {each.account_id for each in accounts} == made | {ACCOUNT}
    assert len(accounts) == 26
    app = next(each for each in accounts if each.name == "app-07")
    assert app.state == "ACTIVE"
    assert app.is_active


def test_a_closed_account_is_listed_and_is_not_active(world: World) -> None:
    closed = world.new_account("old", world.root_id)
    world.close(closed)

    assert Account(closed, "old", "SUSPENDED") in world.organizations.accounts()
    assert not Account(closed, "old", "SUSPENDED").is_active


def test_a_parent_has_what_is_directly_below_it_over_all_pages(world: World) -> None:
    workloads = world.new_unit("Workloads", world.root_id)
    inner = [world.new_unit(f"Team {number:02d}", workloads) for number in range(23)]
    own = [world.new_account(f"app-{number:02d}", workloads) for number in range(23)]
    below = world.new_account("deep", inner[0])

    accounts = world.organizations.accounts_for_parent(workloads)
    units = world.organizations.organizational_units_for_parent(workloads)

    assert sorted(each.account_id for each in accounts) == sorted(own)
    assert sorted(each.ou_id for each in units) == sorted(inner)
    assert {each.name for each in units} >= {"Team 00", "Team 22"}
    assert [each.account_id for each in world.organizations.accounts_for_parent(inner[0])] == [
        below
    ]
    assert world.organizations.organizational_units_for_parent(inner[0]) == ()


def test_an_ou_is_found_by_its_id_and_so_is_what_it_is_in(world: World) -> None:
    workloads = world.new_unit("Workloads", world.root_id)
    prod = world.new_unit("Prod", workloads)

    assert world.organizations.organizational_unit(prod).name == "Prod"
    assert world.organizations.parent_id(prod) == workloads
    assert world.organizations.parent_id(workloads) == world.root_id


def test_an_ou_that_is_not_there_is_named(world: World) -> None:
    asked = world.organizations
    for ask in (
        asked.accounts_for_parent,
        asked.organizational_units_for_parent,
        asked.organizational_unit,
    ):
        with pytest.raises(KeyswitchError) as raised:
            ask(MISSING)
        assert raised.value.message == catalogue.NoSuchParent(parent=MISSING)


@pytest.fixture
def organization() -> StrictOrganization:
    return StrictOrganization()


@pytest.fixture
def server(organization: StrictOrganization) -> Iterator[RecordingServer]:
    with serving(strict_organization_app(organization)) as server:
        yield server


@pytest.fixture(params=["strict-http", "strict"])
def asked(
    request: pytest.FixtureRequest, organization: StrictOrganization, server: RecordingServer
) -> Organizations:
    """For what moto is not strict enough to show."""
    if request.param == "strict":
        return FakeOrganizations(organization)
    return BotoOrganizations(asking(server.url))


def test_for_a_caller_who_may_not_ask_the_message_says_who_may(
    asked: Organizations, organization: StrictOrganization
) -> None:
    organization.may_ask = False

    with pytest.raises(KeyswitchError) as raised:
        asked.accounts()

    assert type(raised.value.message) is catalogue.OrganizationNotReadable
    assert raised.value.message.operation == "organizations:ListAccounts"
    assert "management account or of a delegated administrator" in str(raised.value)


def test_an_account_outside_any_organization_has_a_message_of_its_own(
    asked: Organizations, organization: StrictOrganization
) -> None:
    organization.is_in_use = False

    with pytest.raises(KeyswitchError) as raised:
        asked.accounts()

    assert type(raised.value.message) is catalogue.NotInOrganization


@pytest.mark.parametrize("tells", [("State",), ("Status",), ("State", "Status")])
def test_the_state_is_read_whichever_field_aws_answers_it_in(
    asked: Organizations, organization: StrictOrganization, tells: tuple[str, ...]
) -> None:
    organization.tells = tells
    organization.add_account("222222222222", "old", state="SUSPENDED")

    states = {each.name: each.state for each in asked.accounts()}

    if tells == ("State",) and isinstance(asked, BotoOrganizations) and not knows_state():
        assert states == {"management": "", "old": ""}
        assert all(each.is_active for each in asked.accounts())
    else:
        assert states == {"management": "ACTIVE", "old": "SUSPENDED"}


def knows_state() -> bool:
    """Whether this botocore reads the field in which AWS answers from 2026-09 on; the oldest supported one does not."""
    model = botocore.session.get_session().get_service_model("organizations")
    return "State" in model.shape_for("Account").members


def test_an_explicit_deny_keeps_its_own_remedy(server: RecordingServer) -> None:
    denied = (
        "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: "
        "organizations:ListAccounts on resource: * with an explicit deny in an identity-based policy"
    )
    server.rules.append(lambda _: json_error(400, "AccessDeniedException", denied))

    with pytest.raises(KeyswitchError) as raised:
        BotoOrganizations(asking(server.url)).accounts()

    assert type(raised.value.message) is catalogue.ExplicitDeny
    assert "narrow it" in str(raised.value)


def test_throttling_is_waited_out_and_at_last_reported(server: RecordingServer) -> None:
    throttled: list[str] = []

    def once(call: Call) -> object:
        throttled.append(call.action)
        first = len(throttled) == 1
        return json_error(400, "TooManyRequestsException", "Rate exceeded") if first else None

    server.rules.append(once)  # type: ignore[arg-type]
    assert len(BotoOrganizations(asking(server.url)).accounts()) == 1

    server.rules[:] = [lambda _: json_error(400, "TooManyRequestsException", "Rate exceeded")]
    with pytest.raises(KeyswitchError) as raised:
        BotoOrganizations(asking(server.url)).accounts()
    assert raised.value.message == catalogue.Throttled(
        operation="organizations:ListAccounts", attempts="2 times"
    )


@pytest.mark.parametrize(
    ("status", "code", "entry"),
    [
        (500, "ServiceException", catalogue.ServiceFailure),
        (400, "ExpiredTokenException", catalogue.CredentialsExpired),
        (400, "UnrecognizedClientException", catalogue.CredentialsRefused),
        (400, "InvalidInputException", catalogue.OtherRefusal),
    ],
)
def test_what_any_call_of_aws_can_fail_with_is_reported_as_ever(
    server: RecordingServer, status: int, code: str, entry: type[object]
) -> None:
    server.rules.append(lambda _: json_error(status, code, "no"))

    with pytest.raises(KeyswitchError) as raised:
        BotoOrganizations(asking(server.url)).accounts()

    assert type(raised.value.message) is entry


def test_a_list_without_an_end_is_given_up(
    server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boto_organizations, "BOUNDS", Bounds(pages_of_an_organization=3))
    endless = iter(range(10**9))

    def page(call: Call) -> object:
        return Response(f'{{"Accounts": [], "NextToken": "{next(endless)}"}}')

    server.rules.append(page)  # type: ignore[arg-type]

    with pytest.raises(KeyswitchError) as raised:
        BotoOrganizations(asking(server.url)).accounts()

    assert type(raised.value.message) is catalogue.EndlessList
    assert server.count("ListAccounts") == 3 + 1


def test_a_role_is_assumed_and_its_account_answers(
    organization: StrictOrganization, server: RecordingServer
) -> None:
    shop = organization.add_account("222222222222", "shop")
    shop.roles = {ROLE: "ticket-1"}
    shop.iam.add_user("bob")
    organization.own.iam.add_user("ci")
    own = asking(server.url)
    role = Role("arn:aws:iam::222222222222:role/security/audit", external_id="ticket-1")

    assert own.in_role(role).users() == (User("bob", "/"),)
    assert own.users() == (User("ci", "/"),)
    with pytest.raises(KeyswitchError) as raised:
        own.in_role(Role("arn:aws:iam::222222222222:role/audit"))
    assert type(raised.value.message) is catalogue.RoleRefused
