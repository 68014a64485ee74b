"""One suite for the gateway, over moto, over versitygw, over the strict fake by HTTP, and over it directly.

What only AWS's strictness shows (the signer's own keys, temporary credentials, paging) runs over
the strict ones; where moto or versitygw deviates the test says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest

from keyswitch.iam.boto_directory import BotoDirectory
from keyswitch.iam.client import (
    Directory,
    NoSuchEntityError,
    OwnerNotToldError,
    User,
    UserNameNeededError,
)
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.durations import moment
from keyswitch.model.status import ObservedStatus, Status
from support.http import serving
from support.moto_iam import Outsider, moto_app
from support.strict_app import strict_app
from support.strict_iam import ACCOUNT, ADMIN, CREATED, TEMPORARY, FakeClient, StrictIam
from support.versitygw import ACCOUNT as VERSITY_ACCOUNT
from support.versitygw import ANYTHING, Versity, versity

MISSING = "AKIANOTTHERE00000000"


@dataclass
class World:
    """A gateway, and the means to change what it looks at."""

    name: str
    signed_by: Callable[[str], Directory]
    new_user: Callable[..., str]
    new_key: Callable[[str], str]
    attach: Callable[[str, str], None]
    account: str = ACCOUNT
    tag: Callable[[str, str, str], None] = field(default_factory=lambda: no_such_operation)

    @property
    def client(self) -> Directory:
        return self.signed_by(ADMIN)


def boto(url: str, signer: str, pause: Callable[[float], None] = time.sleep) -> Directory:
    token = "token" if signer == TEMPORARY else None
    return BotoDirectory(
        AwsSettings(
            access_key=signer,
            secret_key="made-up",
            token=token,
            iam_endpoint=url,
            sts_endpoint=url,
        ),
        pause=pause,
    )


@pytest.fixture(scope="module")
def versitygw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Versity]:
    with versity(tmp_path_factory.mktemp("versitygw")) as server:
        yield server


def world_of(server: Versity) -> World:
    """Where every user may do anything, as each may in the others."""

    def signed_by(signer: str) -> Directory:
        if signer in server.owners:
            server.permit(server.owners[signer], ANYTHING)
        return server.client(signer)

    return World(
        "versitygw", signed_by, server.new_user, server.new_key, no_such_operation, VERSITY_ACCOUNT
    )


def no_such_operation(*_given: str) -> None:
    pytest.fail("versitygw knows no managed policies, and no tags")


@contextmanager
def a_world(kind: str, request: pytest.FixtureRequest) -> Iterator[World]:
    if kind == "versitygw":
        yield world_of(request.getfixturevalue("versitygw"))
        return
    iam = StrictIam(page=2)
    names = iter(f"user-{number}" for number in range(100))

    def new_user(path: str = "/") -> str:
        user_name = next(names)
        iam.add_user(user_name, path)
        return user_name

    def attach(user_name: str, policy: str) -> None:
        iam.policies.setdefault(user_name, []).append(policy)

    def tag(user_name: str, key: str, value: str) -> None:
        iam.tags.setdefault(user_name, {})[key] = value

    with ExitStack() as stack:
        if kind == "moto":
            server = stack.enter_context(serving(moto_app()))
            outsider = Outsider(server)
            yield World(
                kind,
                lambda signer: boto(server.url, signer),
                lambda path="/": outsider.new_user(path=path),
                outsider.new_key,
                outsider.attach,
                tag=lambda user_name, key, value: outsider.tag(user_name, **{key: value}),
            )
        elif kind == "strict-http":
            url = stack.enter_context(serving(strict_app(iam))).url
            yield World(
                kind, lambda signer: boto(url, signer), new_user, iam.add_key, attach, tag=tag
            )
        else:
            yield World(
                kind,
                lambda signer: FakeClient(iam, signer),
                new_user,
                iam.add_key,
                attach,
                tag=tag,
            )


@pytest.fixture(params=["moto", "versitygw", "strict-http", "strict"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with a_world(request.param, request) as world:
        yield world


@pytest.fixture(params=["versitygw", "strict-http", "strict"])
def strict_world(request: pytest.FixtureRequest) -> Iterator[World]:
    """For what moto is not strict enough to show."""
    with a_world(request.param, request) as world:
        yield world


@pytest.fixture(params=["strict-http", "strict"])
def fake_world(request: pytest.FixtureRequest) -> Iterator[World]:
    """For pages of two rows, and for sessions: versitygw has users of two keys, and hands out no sessions."""
    with a_world(request.param, request) as world:
        yield world


@pytest.fixture(params=["moto", "strict-http", "strict"])
def world_of_policies(request: pytest.FixtureRequest) -> Iterator[World]:
    """With managed policies and tags, which versitygw does not know."""
    with a_world(request.param, request) as world:
        yield world


def test_a_user_without_keys_has_none(world: World) -> None:
    assert world.client.list_access_keys(world.new_user()) == ()


def test_a_key_is_listed_with_its_owner_status_and_date(world: World) -> None:
    bob = world.new_user()
    access_key_id = world.new_key(bob)

    (key,) = world.client.list_access_keys(bob)

    assert key.access_key_id == access_key_id
    assert key.user_name == bob
    assert key.status is ObservedStatus.ACTIVE
    assert key.create_date.endswith("Z")


def test_a_missing_user_is_no_such_entity(world: World) -> None:
    with pytest.raises(NoSuchEntityError):
        world.client.list_access_keys("nobody")


@pytest.mark.parametrize("status", list(Status))
def test_a_status_that_was_set_is_seen(world: World, status: Status) -> None:
    bob = world.new_user()
    access_key_id = world.new_key(bob)

    world.client.update_access_key(access_key_id, bob, status)

    assert [key.status.value for key in world.client.list_access_keys(bob)] == [status.value]


def test_setting_a_missing_key_or_user_is_no_such_entity(world: World) -> None:
    bob = world.new_user()
    for user_name in (bob, "nobody"):
        with pytest.raises(NoSuchEntityError):
            world.client.update_access_key(MISSING, user_name, Status.INACTIVE)


def test_the_key_of_another_user_is_no_such_entity(strict_world: World) -> None:
    bob, eve = strict_world.new_user(), strict_world.new_user()
    access_key_id = strict_world.new_key(bob)

    with pytest.raises(NoSuchEntityError):
        strict_world.client.update_access_key(access_key_id, eve, Status.INACTIVE)


def test_the_owner_of_a_key_is_told_and_a_key_never_used_has_no_date(world: World) -> None:
    bob = world.new_user()

    used = world.client.last_used(world.new_key(bob))

    assert used.user_name == bob
    assert used.date is None
    assert used.service_name == "N/A"


def test_the_owner_of_a_key_that_does_not_exist_is_not_told(world: World) -> None:
    """AWS refuses the question; moto and versitygw answer NoSuchEntity."""
    deviates = world.name in ("moto", "versitygw")
    with pytest.raises(NoSuchEntityError if deviates else OwnerNotToldError):
        world.client.last_used(MISSING)


def test_the_account_has_twelve_digits(world: World) -> None:
    assert world.client.account_id() == world.account


def test_every_page_is_read(fake_world: World) -> None:
    bob = fake_world.new_user()
    made = [fake_world.new_key(bob) for _ in range(5)]

    listed = fake_world.client.list_access_keys(bob)

    assert [key.access_key_id for key in listed] == made


def test_without_a_user_name_the_signers_own_keys_are_listed_and_set(strict_world: World) -> None:
    bob = strict_world.new_user()
    own, other = strict_world.new_key(bob), strict_world.new_key(bob)
    client = strict_world.signed_by(own)

    client.update_access_key(other, None, Status.INACTIVE)

    statuses = {key.access_key_id: key.status.value for key in client.list_access_keys(None)}
    assert statuses == {own: "Active", other: "Inactive"}


def test_temporary_credentials_need_a_user_name(fake_world: World) -> None:
    client = fake_world.signed_by(TEMPORARY)

    with pytest.raises(UserNameNeededError):
        client.list_access_keys(None)


def test_the_policies_of_a_user_are_named_and_a_missing_user_is_no_such_entity(
    world_of_policies: World,
) -> None:
    world = world_of_policies
    bob = world.new_user()
    assert world.client.attached_policies(bob) == ()
    names = [f"AWSCompromisedKeyQuarantineV{number}" for number in (1, 2, 3)]
    for name in names:
        world.attach(bob, name)

    assert sorted(world.client.attached_policies(bob)) == names
    with pytest.raises(NoSuchEntityError):
        world.client.attached_policies("nobody")


def test_the_tags_of_a_user_are_read_all_pages_and_a_missing_user_is_no_such_entity(
    world_of_policies: World,
) -> None:
    world = world_of_policies
    bob = world.new_user()
    assert world.client.user_tags(bob) == {}
    tags = {"owner": "alice@example.com", "Team": "shop & till", "cost-center": ""}
    for key, value in tags.items():
        world.tag(bob, key, value)

    assert world.client.user_tags(bob) == tags
    with pytest.raises(NoSuchEntityError):
        world.client.user_tags("nobody")


def test_the_account_of_a_key_is_named(world_of_policies: World) -> None:
    world = world_of_policies

    assert world.client.account_of_key(world.new_key(world.new_user())) == world.account


@pytest.mark.parametrize("kind", ["strict-http", "strict"])
def test_the_account_of_a_key_that_is_not_there_is_no_such_entity(
    kind: str, request: pytest.FixtureRequest
) -> None:
    """moto takes any key for one of the caller's account."""
    with a_world(kind, request) as world, pytest.raises(NoSuchEntityError):
        world.client.account_of_key(MISSING)


def test_the_key_that_signs_is_named(world: World) -> None:
    assert world.client.signing_keys() == {ADMIN}


def test_the_users_of_an_account_are_listed_all_pages_and_those_under_a_path(world: World) -> None:
    path = f"/{world.new_user()}/"
    here = sorted(world.new_user(path) for _ in range(5))
    elsewhere = world.new_user("/elsewhere/")

    assert sorted(world.client.users(path), key=lambda user: user.name) == [
        User(name, path) for name in here
    ]
    assert {*here, elsewhere} <= {user.name for user in world.client.users()}


def test_a_user_has_its_path_and_a_missing_one_is_no_such_entity(
    world_of_policies: World,
) -> None:
    client = world_of_policies.client
    user_name = world_of_policies.new_user("/service/")

    assert client.user(user_name) == User(user_name, "/service/")
    with pytest.raises(NoSuchEntityError):
        client.user("nobody")


def test_an_account_says_whether_its_root_user_has_keys(world_of_policies: World) -> None:
    assert world_of_policies.client.has_root_keys() is False


def test_the_credential_report_names_every_user_and_those_that_show_a_key(
    world_of_policies: World,
) -> None:
    client = world_of_policies.client
    with_key, without = world_of_policies.new_user(), world_of_policies.new_user()
    world_of_policies.new_key(with_key)

    report = client.credential_report()

    assert {with_key, without} <= report.users
    assert with_key in report.with_keys
    assert without not in report.with_keys
    assert moment(report.generated).tzinfo is not None


def test_a_credential_report_is_waited_for_as_long_as_aws_is_at_work_on_it() -> None:
    iam = StrictIam(report_looks=3)
    iam.add_key("bob")
    iam.add_key("eve", ObservedStatus.INACTIVE)
    iam.used[iam.add_key("carol", ObservedStatus.INACTIVE)] = CREATED
    pauses: list[float] = []
    with serving(strict_app(iam)) as server:
        client = boto(server.url, ADMIN, pauses.append)

        report = client.credential_report()

        assert report.with_keys == {"bob", "carol"}
        assert report.users == {"bob", "carol", "eve"}
        assert len(pauses) == 3

        iam.report_looks = 1_000
        with pytest.raises(KeyswitchError) as raised:
            client.credential_report()
    assert type(raised.value.message) is catalogue.CredentialReportNotReady
    assert sum(pauses[3:]) == 58


def test_the_credential_report_of_the_largest_account_is_read_whole() -> None:
    """5,000 users, with names of the longest."""
    iam = StrictIam()
    for number in range(5_000):
        iam.add_user(f"{number:04}{'n' * 60}")
    with serving(strict_app(iam)) as server:
        report = boto(server.url, ADMIN).credential_report()

    assert len(report.users) == 5_000


@pytest.mark.parametrize(
    ("action", "ask"),
    [
        ("GetAccountSummary", lambda client: client.has_root_keys()),
        ("GenerateCredentialReport", lambda client: client.credential_report()),
        ("GetCredentialReport", lambda client: client.credential_report()),
        ("GetUser", lambda client: client.user("bob")),
    ],
)
def test_a_refusal_names_the_operation_that_is_not_allowed(
    action: str, ask: Callable[[Directory], object]
) -> None:
    iam = StrictIam(denied={action})
    iam.add_user("bob")
    with serving(strict_app(iam)) as server, pytest.raises(KeyswitchError) as raised:
        ask(boto(server.url, ADMIN))

    assert isinstance(raised.value.message, catalogue.Denial)
    assert f"iam:{action}" in str(raised.value)
