"""Faults as botocore really sees them: a real HTTP server that misbehaves, real retries in front."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from botocore.exceptions import BotoCoreError, FlexibleChecksumError, ParamValidationError
from werkzeug.wrappers import Request, Response

from keyswitch.iam.boto import BotoClient
from keyswitch.iam.client import OwnerNotToldError
from keyswitch.iam.errors import Call, unanswered
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.status import Status
from support.http import RecordingServer, aws_error, serving

DENIED = (
    "User: arn:aws:iam::1:user/ci is not authorized to perform: {} on resource: {} "
    "because no identity-based policy allows it"
)
EXPIRED = (
    "Signature expired: 20261127T100000Z is now earlier than 20261127T111500Z "
    "(20261127T113000Z - 15 min.)"
)
NOT_YET = (
    "Signature not yet current: 20261127T130000Z is still later than 20261127T114500Z "
    "(20261127T113000Z + 15 min.)"
)
HTML = "<!doctype html><html><body>Please log in</body></html>"
OTHER_XML = (
    "<ListUsersResponse><ListUsersResult><Users/></ListUsersResult>"
    "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></ListUsersResponse>"
)


@Request.application
def nothing(_: Request) -> Response:
    return Response("", status=500)


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with serving(nothing) as recording:
        yield recording


def client(url: str, attempts: int = 2, token: str | None = None) -> BotoClient:
    return BotoClient(
        AwsSettings(
            access_key="AKIATESTSIGNER000000",
            secret_key="made-up",
            token=token,
            iam_endpoint=url,
            sts_endpoint=url,
            attempts=attempts,
        )
    )


def answer(
    body: str, status: int = 200, content_type: str = "text/xml"
) -> Callable[[object], Response]:
    return lambda _: Response(body, status=status, content_type=content_type)


def error(status: int, code: str, message: str = "said AWS") -> Callable[[object], Response]:
    return lambda _: aws_error(status, code, message)


FAULTS = [
    # answer, attempts, entry, what the message says besides
    (error(400, "Throttling"), 2, catalogue.Throttled, "2 times"),
    (error(500, "ServiceFailure"), 2, catalogue.ServiceFailure, "2 times"),
    (answer("", 500), 2, catalogue.ServiceFailure, "2 times"),
    (answer("<html></html>", 502, "text/html"), 2, catalogue.ServiceFailure, "2 times"),
    (answer(HTML, 502, "text/html"), 1, catalogue.UnreadableAnswer, ""),
    (answer("busy", 503, "text/plain"), 1, catalogue.UnreadableAnswer, ""),
    (answer("", 429), 1, catalogue.UnreadableAnswer, ""),
    (error(409, "LimitExceeded"), 1, catalogue.LimitExceeded, "said AWS"),
    (error(409, "EntityTemporarilyUnmodifiable"), 1, catalogue.Conflict, "Entity"),
    (error(409, "ConcurrentModification"), 1, catalogue.Conflict, "Concurrent"),
    (error(400, "InvalidInput"), 1, catalogue.InvalidInput, "said AWS"),
    (error(400, "ValidationError"), 1, catalogue.InvalidInput, "said AWS"),
    (error(403, "AccessDenied"), 1, catalogue.AccessDenied, "iam:ListAccessKeys"),
    (
        error(403, "AccessDenied", DENIED.format("iam:ListAccessKeys", "user bob")),
        1,
        catalogue.AccessDenied,
        "may not call iam:ListAccessKeys on arn:aws:iam::*:user/bob: no identity-based policy allows that (",
    ),
    (
        error(403, "AccessDenied", DENIED.format("iam:ListAccessKeys", "arn:aws:iam::1:user/b")),
        1,
        catalogue.AccessDenied,
        "may not call iam:ListAccessKeys on arn:aws:iam::1:user/b: no identity-based policy",
    ),
    (
        error(403, "AccessDenied", DENIED.format("sts:AssumeRole", "arn:aws:iam::1:role/r")),
        1,
        catalogue.AccessDenied,
        "Allow sts:AssumeRole on that resource",
    ),
    (error(400, "Throttling", ""), 2, catalogue.Throttled, "2 times"),
    (error(418, "Teapot", ""), 1, catalogue.OtherRefusal, "no message"),
    (error(403, "ExpiredToken"), 1, catalogue.CredentialsExpired, "said AWS"),
    (error(403, "InvalidClientTokenId"), 1, catalogue.CredentialsRefused, "said AWS"),
    (error(403, "SignatureDoesNotMatch"), 1, catalogue.CredentialsRefused, "id or secret"),
    (error(400, "InvalidSignatureException"), 1, catalogue.CredentialsRefused, "id or secret"),
    (error(403, "SignatureDoesNotMatch", EXPIRED), 1, catalogue.Clock, "is now earlier than"),
    (error(403, "SignatureDoesNotMatch", NOT_YET), 1, catalogue.Clock, "still later than"),
    (error(400, "InvalidSignatureException", EXPIRED), 1, catalogue.Clock, "date -u"),
    (error(403, "RequestTimeTooSkewed"), 1, catalogue.Clock, "iam:ListAccessKeys was signed"),
    (error(400, "RequestExpired"), 1, catalogue.Clock, "said AWS"),
    (error(418, "Teapot"), 1, catalogue.OtherRefusal, "Teapot"),
    (answer("<trunc", 200), 1, catalogue.UnreadableAnswer, ""),
    (answer("", 200), 1, catalogue.UnreadableAnswer, ""),
    (answer(HTML, 200, "text/html"), 1, catalogue.UnreadableAnswer, ""),
    (answer(OTHER_XML, 200), 1, catalogue.UnreadableAnswer, ""),
    (answer(HTML, 404, "text/html"), 1, catalogue.UnreadableAnswer, ""),
]


@pytest.mark.parametrize(("rule", "attempts", "entry", "says"), FAULTS)
def test_a_fault_of_a_look_is_its_catalogue_entry_after_botocores_own_retries(
    server: RecordingServer,
    rule: Callable[[object], Response],
    attempts: int,
    entry: type[Message],
    says: str,
) -> None:
    server.rules.append(rule)

    with pytest.raises(KeyswitchError) as raised:
        client(server.url).list_access_keys("bob")

    assert type(raised.value.message) is entry
    assert says in str(raised.value)
    assert server.count("ListAccessKeys") == attempts
    assert "{" not in str(raised.value)


def test_credentials_that_are_refused_are_no_reason_to_doubt_the_clock() -> None:
    assert "clock" not in catalogue.CredentialsRefused.remedy


@pytest.mark.parametrize(
    ("token", "operation", "entry"),
    [
        ("made-up-token", "list_access_keys", catalogue.SessionRefused),
        (None, "list_access_keys", catalogue.CredentialsRefused),
        ("made-up-token", "account_id", catalogue.CredentialsRefused),
    ],
)
def test_a_session_that_iam_refuses_and_sts_does_not_is_told_to_need_mfa(
    server: RecordingServer, token: str | None, operation: str, entry: type[Message]
) -> None:
    said = "The security token included in the request is invalid"
    server.rules.append(error(403, "InvalidClientTokenId", said))
    asked = client(server.url, token=token)

    with pytest.raises(KeyswitchError) as raised:
        asked.list_access_keys("bob") if operation == "list_access_keys" else asked.account_id()

    assert type(raised.value.message) is entry
    assert ("MFA" in str(raised.value)) is (entry is catalogue.SessionRefused)


OWN, POLICY = (
    "identity-based policy",
    "arn:aws:organizations::1:policy/o-abc/service_control_policy/p-x",
)
REASONS = [
    # how AWS ends its message, entry, what the message says and advises
    (
        f"because no {OWN} allows the iam:UpdateAccessKey action",
        catalogue.AccessDenied,
        "Allow iam:",
    ),
    (f"with an explicit deny in an {OWN}", catalogue.ExplicitDeny, "does not help"),
    (
        f"with an explicit deny in an {OWN}: {POLICY}",
        catalogue.ExplicitDeny,
        f"in an {OWN}: {POLICY} (",
    ),
    ("with an explicit deny in something new", catalogue.ExplicitDeny, "deny in something new ("),
    (
        "because no new kind of policy allows the x action",
        catalogue.AccessDenied,
        "no new kind of policy",
    ),
    (
        "with an explicit deny in a permissions boundary",
        catalogue.BoundaryDenies,
        "narrow its deny",
    ),
    (
        "because no permissions boundary allows the x action",
        catalogue.BoundaryDenies,
        "in the boundary",
    ),
    (
        "with an explicit deny in a service control policy",
        catalogue.OrganizationDenies,
        "organization",
    ),
    (
        f"with an explicit deny in a service control policy: {POLICY}",
        catalogue.OrganizationDenies,
        f"there is an explicit deny in a service control policy: {POLICY} (",
    ),
    (
        "because no service control policy allows the x action",
        catalogue.OrganizationDenies,
        "exempt",
    ),
    ("with an explicit deny in a resource control policy", catalogue.OrganizationDenies, "exempt"),
    ("with an explicit deny in a session policy", catalogue.SessionDenies, "aws:assumeRoles"),
    (
        "because no session policy allows the x action",
        catalogue.SessionDenies,
        "A policy of the role",
    ),
    ("with an explicit deny in a resource-based policy", catalogue.ResourceDenies, "the resource"),
    (
        "because no VPC endpoint policy allows the x action",
        catalogue.ResourceDenies,
        "VPC endpoint",
    ),
]
LONG_SESSION = f"arn:aws:sts::123456789012:assumed-role/{'r' * 64}/{'s' * 64}"
LONG_USER = f"arn:aws:iam::123456789012:user/{'p' * 500}/{'u' * 64}"


@pytest.mark.parametrize(
    ("principal", "resource"), [("arn:aws:iam::1:user/ci", "user bob"), (LONG_SESSION, LONG_USER)]
)
@pytest.mark.parametrize(("reason", "entry", "says"), REASONS)
def test_a_denial_keeps_awss_reason_and_advises_by_it(
    server: RecordingServer,
    principal: str,
    resource: str,
    reason: str,
    entry: type[Message],
    says: str,
) -> None:
    """However long the ARNs are that AWS writes before its reason."""
    denied = "iam:UpdateAccessKey"
    told = (
        f"User: {principal} is not authorized to perform: {denied} on resource: {resource} {reason}"
    )
    server.rules.append(error(403, "AccessDenied", told))

    with pytest.raises(KeyswitchError) as raised:
        client(server.url).update_access_key("AKIAIOSFODNN7EXAMPLE", "bob", Status.INACTIVE)

    message = str(raised.value)
    assert type(raised.value.message) is entry
    assert f"{principal} may not call iam:UpdateAccessKey on arn:aws:iam::" in message
    assert says in message
    assert ("Allow iam:UpdateAccessKey on that resource" in message) is (
        entry is catalogue.AccessDenied
    )


def test_a_denial_without_end_is_cut(server: RecordingServer) -> None:
    told = f"User: {'a' * 9999} is not authorized to perform: iam:x on resource: arn:{'b' * 9999} "
    server.rules.append(error(403, "AccessDenied", f"{told}with an explicit deny in {'c' * 9999}"))

    with pytest.raises(KeyswitchError) as raised:
        client(server.url).list_access_keys("bob")

    assert type(raised.value.message) is catalogue.ExplicitDeny
    assert len(str(raised.value)) < 2000


@pytest.mark.parametrize(("reason", "entry", "says"), REASONS)
def test_a_denied_question_for_the_last_use_hands_on_why(
    server: RecordingServer, reason: str, entry: type[Message], says: str
) -> None:
    told = f"User: ci is not authorized to perform: iam:GetAccessKeyLastUsed {reason}"
    server.rules.append(error(403, "AccessDenied", told))

    with pytest.raises(OwnerNotToldError) as raised:
        client(server.url).last_used("AKIAIOSFODNN7EXAMPLE")

    assert ("explicit deny" in raised.value.reason) is ("explicit deny" in reason)
    assert "polic" in raised.value.reason or "boundary" in raised.value.reason or "new" in reason


def test_an_error_of_aws_keeps_its_code_and_request_id(server: RecordingServer) -> None:
    server.rules.append(error(409, "LimitExceeded"))

    with pytest.raises(KeyswitchError) as raised:
        client(server.url).update_access_key("AKIAIOSFODNN7EXAMPLE", "bob", Status.INACTIVE)

    assert raised.value.answer is not None
    assert raised.value.answer.code == "LimitExceeded"
    assert raised.value.answer.request_id in str(raised.value)
    assert len(raised.value.answer.request_id) == 36


@pytest.mark.parametrize("body", ["<html><body>Please log in</body></html>", OTHER_XML])
def test_a_wrong_200_to_the_write_is_no_error_here_so_only_a_look_can_tell(
    server: RecordingServer, body: str
) -> None:
    """The reason why the lifecycle looks after every write; to be noticed if botocore changes."""
    server.rules.append(answer(body))

    client(server.url).update_access_key("AKIAIOSFODNN7EXAMPLE", "bob", Status.INACTIVE)


@pytest.mark.parametrize("ask", ["account_id", "last_used"])
@pytest.mark.parametrize("body", [HTML, OTHER_XML])
def test_a_wrong_200_to_any_other_question_is_unreadable(
    server: RecordingServer, ask: str, body: str
) -> None:
    server.rules.append(answer(body))
    asked = client(server.url)

    with pytest.raises(KeyswitchError) as raised:
        asked.account_id() if ask == "account_id" else asked.last_used("AKIAIOSFODNN7EXAMPLE")

    assert type(raised.value.message) is catalogue.UnreadableAnswer


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59Z"),
        ("2026-11-27T12:00:00+02:00", "2026-11-27T10:00:00Z"),
    ],
)
def test_a_last_use_of_any_date_is_read(server: RecordingServer, said: str, date: str) -> None:
    used = f"<LastUsedDate>{said}</LastUsedDate><ServiceName>s3</ServiceName><Region>x</Region>"
    server.rules.append(
        answer(
            "<GetAccessKeyLastUsedResponse><GetAccessKeyLastUsedResult><UserName>bob</UserName>"
            f"<AccessKeyLastUsed>{used}</AccessKeyLastUsed></GetAccessKeyLastUsedResult>"
            "</GetAccessKeyLastUsedResponse>"
        )
    )

    assert client(server.url).last_used("AKIAIOSFODNN7EXAMPLE").date == date


def test_a_refused_question_for_the_owner_proves_nothing(server: RecordingServer) -> None:
    server.rules.append(error(403, "AccessDenied"))

    with pytest.raises(OwnerNotToldError):
        client(server.url).last_used("AKIAIOSFODNN7EXAMPLE")


def test_a_status_that_is_no_word_is_unreadable(server: RecordingServer) -> None:
    row = "<AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId><Status>&lt;html&gt;</Status>"
    server.rules.append(
        answer(
            "<ListAccessKeysResponse><ListAccessKeysResult><AccessKeyMetadata>"
            f"<member>{row}</member></AccessKeyMetadata></ListAccessKeysResult>"
            "</ListAccessKeysResponse>"
        )
    )

    with pytest.raises(KeyswitchError, match="<html>"):
        client(server.url).list_access_keys("bob")


@pytest.fixture
def closing_port() -> Iterator[int]:
    """Accepts connections, and closes them before an answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def close_all() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connection.recv(65536)
                connection.close()

        threading.Thread(target=close_all, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def test_a_connection_closed_before_an_answer_is_no_answer(closing_port: int) -> None:
    with pytest.raises(KeyswitchError) as raised:
        client(f"http://127.0.0.1:{closing_port}").list_access_keys("bob")

    assert type(raised.value.message) is catalogue.NoAnswer


def test_an_endpoint_that_nobody_serves_is_unreachable_and_named() -> None:
    with pytest.raises(KeyswitchError) as raised:
        client("http://127.0.0.1:9").list_access_keys("bob")

    assert type(raised.value.message) is catalogue.Unreachable
    assert "http://127.0.0.1:9 cannot be reached" in str(raised.value)


@pytest.mark.parametrize(
    ("raised_by_the_sdk", "entry"),
    [
        (ParamValidationError(report="too short"), catalogue.SdkFailed),
        (FlexibleChecksumError(error_msg="it does not match"), catalogue.SdkGaveUp),
    ],
)
def test_a_call_that_may_have_been_made_is_not_said_to_have_been_none(
    raised_by_the_sdk: BotoCoreError, entry: type[Message]
) -> None:
    call = Call("iam:UpdateAccessKey", "https://iam.amazonaws.com", "*")

    told = unanswered(raised_by_the_sdk, call)

    assert type(told.message) is entry
    assert ("was not called" in str(told)) is (entry is catalogue.SdkFailed)


def test_a_client_that_cannot_be_made_is_no_answer_of_anybody() -> None:
    with pytest.raises(KeyswitchError) as raised:
        client("not a url").list_access_keys("bob")

    assert type(raised.value.message) is catalogue.SdkFailed
    assert "iam:ListAccessKeys was not called: Invalid endpoint: not a url" in str(raised.value)


def test_a_client_of_sts_that_cannot_be_made_is_no_answer_either() -> None:
    """That client is made where STS is first asked, and IAM is asked without it."""
    settings = AwsSettings(
        access_key="AKIATESTSIGNER000000",
        secret_key="made-up",
        iam_endpoint="http://127.0.0.1:9",
        sts_endpoint="not a url",
        attempts=1,
    )
    asked = BotoClient(settings)

    with pytest.raises(KeyswitchError) as raised:
        asked.account_id()
    assert type(raised.value.message) is catalogue.SdkFailed
    assert "sts:GetCallerIdentity was not called: Invalid endpoint: not a url" in str(raised.value)
    with pytest.raises(KeyswitchError) as raised:
        asked.list_access_keys("bob")
    assert type(raised.value.message) is catalogue.Unreachable
