"""Calls end, whatever comes back: real sockets that drip, flood and lead on, and small bounds."""

from __future__ import annotations

import json
import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from botocore.awsrequest import AWSRequest
from werkzeug.wrappers import Response

from keyswitch.iam import credentials
from keyswitch.iam.boto_directory import BotoDirectory
from keyswitch.iam.call_limits import BOUNDS, Bounds
from keyswitch.iam.client import Directory
from keyswitch.iam.http_session import (
    AnswerTooLargeError,
    AnswerTooSlowError,
    BoundedSession,
)
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.reconcile.apply import Switch, Switched
from keyswitch.reconcile.cache import KeyCache
from keyswitch.reconcile.clock import Clock, Patience
from keyswitch.reconcile.observe import Observation
from support.hostile import (
    Fault,
    Network,
    asks_to_go_on,
    drips,
    drips_a_header,
    floods,
    having_done_it,
    network,
)
from support.http import Call, RecordingServer, serving
from support.proxy import proxying
from support.strict_app import strict_app
from support.strict_iam import StrictIam

SMALL = Bounds(connect_seconds=2, try_seconds=0.25, answer_bytes=20_000, pages_of_users=3)
# A test that expects anything but "too slow" needs time on a busy machine.
PATIENT = replace(SMALL, try_seconds=60)
KEY = "AKIAIOSFODNN7EXAMPLE"
ROLE = "arn:aws:iam::123456789012:role/r"
TOO_SLOW, TOO_LARGE = catalogue.NoAnswer, catalogue.AnswerTooLarge


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")


@pytest.fixture
def iam() -> StrictIam:
    return StrictIam(page=2)


@pytest.fixture
def server(iam: StrictIam) -> Iterator[RecordingServer]:
    with serving(strict_app(iam)) as server:
        yield server


@pytest.fixture
def way(server: RecordingServer) -> Iterator[Network]:
    with network(server.url) as way:
        yield way


def settings(url: str, **more: object) -> AwsSettings:
    everything: dict[str, object] = {
        "accessKey": KEY,
        "secretKey": "made-up",
        "endpoints": json.dumps([{"iam": url, "sts": url}]),
        "maxRetries": "1",
        **more,
    }
    return AwsSettings.read(everything.get)


def given_up(ask: Callable[[], object]) -> KeyswitchError:
    with pytest.raises(KeyswitchError) as raised:
        ask()
    return raised.value


ASKED: dict[str, Callable[[Directory], object]] = {
    "ListAccessKeys": lambda client: client.list_access_keys("bob"),
    "GetAccessKeyLastUsed": lambda client: client.last_used(KEY),
    "ListAttachedUserPolicies": lambda client: client.attached_policies("bob"),
    "ListUserTags": lambda client: client.user_tags("bob"),
    "ListUsers": lambda client: client.users(),
    "GetUser": lambda client: client.user("bob"),
    "GetAccountSummary": lambda client: client.has_root_keys(),
    "GenerateCredentialReport": lambda client: client.credential_report(),
    "UpdateAccessKey": lambda client: client.update_access_key(KEY, "bob", Status.INACTIVE),
    "GetCallerIdentity": lambda client: client.account_id(),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize(
    ("fault", "bounds", "entry", "says"),
    [
        (drips, SMALL, TOO_SLOW, "no whole answer within 0.25 seconds"),
        (drips_a_header, SMALL, TOO_SLOW, "no whole answer within 0.25 seconds"),
        (asks_to_go_on, SMALL, TOO_SLOW, "no whole answer within 0.25 seconds"),
        (floods, PATIENT, TOO_LARGE, "more than 20,000 bytes came back"),
    ],
)
def test_a_call_is_given_up_whatever_goes_on_coming_back(
    way: Network,
    ask: Callable[[Directory], object],
    fault: Fault,
    bounds: Bounds,
    entry: type[Message],
    says: str,
) -> None:
    way.faults["", ""] = fault

    error = given_up(lambda: ask(BotoDirectory(settings(way.url), bounds=bounds)))

    assert type(error.message) is entry
    assert says in str(error)
    assert way.url in str(error)


def test_a_call_that_was_too_slow_is_tried_again_and_one_that_was_too_large_is_not(
    way: Network,
) -> None:
    asked: list[str] = []

    def counted(fault: Fault) -> Fault:
        return lambda exchange: (asked.append(exchange.action), fault(exchange))[1]

    for fault, bounds in ((drips, SMALL), (floods, PATIENT)):
        way.faults["", ""] = counted(fault)
        client = BotoDirectory(settings(way.url, maxRetries="2"), bounds=bounds)
        given_up(lambda client=client: client.list_access_keys("bob"))

    assert len(asked) == 2 + 1


def test_the_bounds_are_of_one_request_and_not_of_all_on_a_connection(
    way: Network, iam: StrictIam
) -> None:
    iam.add_user("bob")
    key = iam.add_key("bob")
    one_answer = replace(PATIENT, answer_bytes=1_000)
    client = BotoDirectory(settings(way.url), bounds=one_answer)

    for _ in range(20):
        assert [each.access_key_id for each in client.list_access_keys("bob")] == [key]


def test_nothing_is_sent_once_the_time_is_over(
    monkeypatch: pytest.MonkeyPatch, way: Network
) -> None:
    """A write must not land after it was given up, for a name that was looked up too slowly, say."""
    asked: list[str] = []
    way.faults["", ""] = lambda exchange: asked.append(exchange.action)
    look_up = socket.getaddrinfo

    def slowly(*args: Any, **kwargs: Any) -> Any:
        time.sleep(SMALL.try_seconds * 1.5)
        return look_up(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    client = BotoDirectory(settings(way.url), bounds=SMALL)

    error = given_up(lambda: client.update_access_key(KEY, "bob", Status.INACTIVE))

    assert type(error.message) is TOO_SLOW
    assert asked == []


@pytest.mark.parametrize("fault", [drips, floods])
@pytest.mark.parametrize("done", [True, False])
def test_a_write_whose_answer_was_given_up_may_have_landed_and_is_looked_for(
    way: Network, iam: StrictIam, fault: Fault, *, done: bool
) -> None:
    iam.add_user("bob")
    key = iam.add_key("bob")
    way.faults["UpdateAccessKey", ""] = having_done_it(fault) if done else fault
    bounds = replace(SMALL, try_seconds=2) if fault is drips else PATIENT
    cache = KeyCache(BotoDirectory(settings(way.url), bounds=bounds))
    (listed,) = cache.keys_of("bob")
    seen = Observation(listed.status, "bob", listed=(listed,))

    def switch() -> Switched:
        return Switch(cache, Clock(), Patience(0.1, 0.01, 0.01)).make(key, seen, Status.INACTIVE)

    if done:
        assert switch().status is ObservedStatus.INACTIVE
    else:
        assert type(given_up(switch).message) is (TOO_SLOW if fault is drips else TOO_LARGE)
    assert iam.status(key) is (ObservedStatus.INACTIVE if done else ObservedStatus.ACTIVE)


def test_credentials_of_a_role_are_given_up_as_any_call(way: Network) -> None:
    way.faults["AssumeRole", ""] = drips
    of_role = settings(way.url, assumeRoles=json.dumps([{"roleArn": ROLE}]))

    error = given_up(lambda: BotoDirectory(of_role, bounds=SMALL).list_access_keys("bob"))

    assert type(error.message) is TOO_SLOW
    assert "sts:AssumeRole" in str(error)


@pytest.mark.parametrize("fault", [drips, floods])
@pytest.mark.parametrize("place", ["container", "machine"])
def test_credentials_of_a_container_and_of_a_machine_are_given_up_too(
    monkeypatch: pytest.MonkeyPatch, way: Network, place: str, fault: Fault
) -> None:
    bounds = SMALL if fault is drips else PATIENT
    monkeypatch.setattr(credentials, "CONTAINER", bounds)
    monkeypatch.setattr(credentials, "METADATA", bounds)
    monkeypatch.setattr("botocore.utils.ContainerMetadataFetcher.SLEEP_TIME", 0)
    if place == "container":
        uri = way.url.replace("127.0.0.1", "localhost")
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{uri}/keys")
    else:
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", way.url)
    way.faults["", ""] = fault
    nobody = replace(settings(way.url), access_key=None, secret_key=None)

    error = given_up(lambda: BotoDirectory(nobody).list_access_keys("bob"))

    if fault is floods:
        assert type(error.message) is TOO_LARGE
    elif place == "container":
        assert type(error.message) is catalogue.NoCredentials
    else:
        assert type(error.message) is catalogue.MetadataSilent
        assert f"{way.url}, does not answer in time" in str(error)
        assert "aws:skipMetadataApiCheck" in str(error)


def test_a_metadata_server_that_answers_and_has_no_role_is_not_said_to_be_silent(
    monkeypatch: pytest.MonkeyPatch, way: Network
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", way.url)
    way.faults["", ""] = lambda connection: connection.sendall(
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    nobody = replace(settings(way.url), access_key=None, secret_key=None)

    error = given_up(lambda: BotoDirectory(nobody).list_access_keys("bob"))

    assert type(error.message) is catalogue.NoCredentials


def test_credentials_of_single_sign_on_are_given_up_too(
    monkeypatch: pytest.MonkeyPatch, way: Network, tmp_path: Path
) -> None:
    from keyswitch.iam.session import Clients

    bounded: list[str] = []
    bound = Clients._bound
    monkeypatch.setattr(
        Clients,
        "_bound",
        lambda self, client: (
            bounded.append(client.meta.service_model.service_name),
            bound(self, client),
        )[1],
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    config = tmp_path / "config"
    config.write_text(
        "[default]\nsso_session = acme\nsso_account_id = 123456789012\nsso_role_name = keys\n"
        "[sso-session acme]\nsso_region = eu-west-1\nsso_start_url = https://acme.example.test\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    nobody = replace(settings(way.url), access_key=None, secret_key=None)

    error = given_up(lambda: BotoDirectory(nobody).list_access_keys("bob"))

    assert type(error.message) is catalogue.CredentialsExpired
    assert "sso" in bounded


@pytest.mark.parametrize("proxied", [True, False])
def test_an_answer_by_tls_and_through_a_proxy_is_given_up_too(
    iam: StrictIam, tmp_path: Path, *, proxied: bool
) -> None:
    authority, bundle = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "iam.example.test").configure_cert(context)

    def endless(_: Call) -> Response:
        return Response(iter(lambda: b" " * 4096, b""), content_type="text/xml")

    with ExitStack() as stack:
        tls = stack.enter_context(serving(strict_app(iam), context))
        tls.rules.append(endless)
        more = {"customCaBundle": str(bundle)}
        url = tls.url
        if proxied:
            more["httpsProxy"] = stack.enter_context(proxying(tls.url, tls.url)).url
            url = "https://iam.example.test"
        asked = BotoDirectory(settings(url, **more), bounds=PATIENT)

        assert type(given_up(lambda: asked.list_access_keys("bob")).message) is TOO_LARGE
        assert tls.count("ListAccessKeys") == 1


def test_a_proxy_that_never_ends_its_answer_to_connect_is_given_up(way: Network) -> None:
    way.faults["", ""] = drips_a_header
    asked = BotoDirectory(settings("https://iam.example.test", httpsProxy=way.url), bounds=SMALL)

    assert type(given_up(lambda: asked.list_access_keys("bob")).message) is TOO_SLOW


def members(action: str, rows: str, item: str, marker: str) -> Response:
    return Response(
        f"<{action}Response><{action}Result><{rows}>{item}</{rows}>"
        f"<IsTruncated>true</IsTruncated><Marker>{marker}</Marker></{action}Result>"
        f"</{action}Response>",
        content_type="text/xml",
    )


PAGED = {
    "ListAccessKeys": ("AccessKeyMetadata", BOUNDS.pages_about_a_user),
    "ListAttachedUserPolicies": ("AttachedPolicies", BOUNDS.pages_about_a_user),
    "ListUserTags": ("Tags", BOUNDS.pages_about_a_user),
    "ListUsers": ("Users", SMALL.pages_of_users),
}


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("action", PAGED)
def test_a_list_whose_pages_never_end_is_given_up(
    server: RecordingServer, action: str, *, same: bool
) -> None:
    rows, most = PAGED[action]
    numbers = iter(range(1_000_000))
    server.rules.append(lambda _: members(action, rows, "", "m" if same else f"m{next(numbers)}"))

    error = given_up(lambda: ASKED[action](BotoDirectory(settings(server.url), bounds=PATIENT)))

    assert type(error.message) is catalogue.EndlessList
    assert f"iam:{action}" in str(error)
    assert server.count(action) == (2 if same else most + 1)


def test_a_list_of_as_many_pages_as_are_allowed_is_read_whole(
    server: RecordingServer, iam: StrictIam
) -> None:
    names = [f"user-{number}" for number in range(2 * SMALL.pages_of_users)]
    for name in names:
        iam.add_user(name)

    users = BotoDirectory(settings(server.url), bounds=PATIENT).users()
    assert sorted(user.name for user in users) == names


def test_the_bounds_leave_room_for_the_largest_answer_of_aws(
    server: RecordingServer, iam: StrictIam
) -> None:
    """A hundred users of the longest names, which is a page."""
    iam.page = 100
    names = sorted(f"{number:03}" + "n" * 61 for number in range(100))
    for name in names:
        iam.add_user(name, f"/{'p' * 510}/")

    assert sorted(user.name for user in BotoDirectory(settings(server.url)).users()) == names


@pytest.mark.parametrize(
    ("fault", "error"), [(drips, AnswerTooSlowError), (floods, AnswerTooLargeError)]
)
def test_a_session_without_a_client_is_bounded_as_well(
    way: Network, fault: Fault, error: type[Exception]
) -> None:
    way.faults["", ""] = fault

    with pytest.raises(error):
        BoundedSession(SMALL if fault is drips else PATIENT).send(
            AWSRequest("POST", way.url, data="Action=Any").prepare()
        )
