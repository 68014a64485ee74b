"""Turns what botocore raises into the catalogue's words: one table, from code and kind to entry.

Retries have already happened inside botocore when an error arrives here. botocore is imported only
once a call is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import AwsAnswer, KeyswitchError, in_one_line, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.exceptions import ClientError

_ENTRY_OF_CODE: Final[Mapping[str, type[Message]]] = {
    "AccessDenied": catalogue.AccessDenied,
    "AccessDeniedException": catalogue.AccessDenied,
    "UnauthorizedOperation": catalogue.AccessDenied,
    "LimitExceeded": catalogue.LimitExceeded,
    "InvalidInput": catalogue.InvalidInput,
    "ValidationError": catalogue.InvalidInput,
    "ServiceFailure": catalogue.ServiceFailure,
    "InternalFailure": catalogue.ServiceFailure,
    "InternalError": catalogue.ServiceFailure,
    "ServiceUnavailable": catalogue.ServiceFailure,
    "Throttling": catalogue.Throttled,
    "ThrottlingException": catalogue.Throttled,
    "ThrottledException": catalogue.Throttled,
    "RequestLimitExceeded": catalogue.Throttled,
    "TooManyRequestsException": catalogue.Throttled,
    "SlowDown": catalogue.Throttled,
    "ExpiredToken": catalogue.CredentialsExpired,
    "ExpiredTokenException": catalogue.CredentialsExpired,
    "RequestExpired": catalogue.Clock,
    "RequestTimeTooSkewed": catalogue.Clock,
    "InvalidClientTokenId": catalogue.CredentialsRefused,
    "UnrecognizedClientException": catalogue.CredentialsRefused,
    "SignatureDoesNotMatch": catalogue.CredentialsRefused,
    "InvalidSignatureException": catalogue.CredentialsRefused,
    "IncompleteSignature": catalogue.CredentialsRefused,
    "MissingAuthenticationToken": catalogue.CredentialsRefused,
    "InvalidToken": catalogue.CredentialsRefused,
    "OptInRequired": catalogue.CredentialsRefused,
    "EntityTemporarilyUnmodifiable": catalogue.Conflict,
    "ConcurrentModification": catalogue.Conflict,
}
_TOO_MANY_REQUESTS: Final = 429
_SERVER_ERRORS: Final = range(500, 600)
_REDIRECTS_AND_CLIENT_ERRORS: Final = range(300, 500)
_OF_A_SIGNATURE: Final = ("SignatureDoesNotMatch", "InvalidSignatureException")
_OF_A_SESSION: Final = ("InvalidClientTokenId", "UnrecognizedClientException")
_OF_TIME = re.compile(r"signature (has )?expired|not yet current|skew|clock", re.IGNORECASE)
_PRINCIPAL = re.compile(r"User: (\S+) is not authorized")
_DENIED_OPERATION = re.compile(r"not authorized to perform: ([\w-]+:\w+)")
_RESOURCE = re.compile(r"on resource: (arn:\S+)")
_EXPLICIT_DENY = re.compile(r"\bwith an explicit deny in (.+)$")
_NO_ALLOW = re.compile(r"\bbecause no (.+?) allows\b")
_ENTRY_OF_POLICY: Final[Mapping[str, type[Message]]] = {
    "permissions boundary": catalogue.BoundaryDenies,
    "service control polic": catalogue.OrganizationDenies,
    "resource control polic": catalogue.OrganizationDenies,
    "session polic": catalogue.SessionDenies,
    "resource-based polic": catalogue.ResourceDenies,
    "VPC endpoint polic": catalogue.ResourceDenies,
}
_LONGEST_QUOTE: Final = 300
_END_OF_QUOTE: Final = 120


@dataclass(frozen=True)
class Call:
    """The call that failed: operation (``iam:ListAccessKeys``), endpoint URL and resource ARN.

    :param by_session: whether a session token signed it that may come from sts:GetSessionToken.
    """

    operation: str
    endpoint: str
    resource: str
    by_session: bool = False


def answered(error: ClientError, call: Call) -> KeyswitchError:
    """The error for an answer that botocore could read as an error of AWS's."""
    response = error.response
    said = response.get("Error", {})
    metadata = response.get("ResponseMetadata", {})
    code = said.get("Code", "")
    http_status = metadata.get("HTTPStatusCode", 0)
    whole = _words_of(error)
    answer = AwsAnswer(code, metadata.get("RequestId", ""))
    entry = _ENTRY_OF_CODE.get(code) or _entry_of_http_status(http_status, said_nothing=not said)
    reason = ""
    if code in _OF_A_SIGNATURE and _OF_TIME.search(whole):
        entry = catalogue.Clock
    if code in _OF_A_SESSION and call.by_session and call.operation.startswith("iam:"):
        entry = catalogue.SessionRefused
    if entry is catalogue.AccessDenied:
        entry, reason = _denial(whole)
    denied = _DENIED_OPERATION.search(whole)
    operation = denied.group(1) if denied else call.operation
    told = {
        "aws_code": code or f"HTTP {http_status}",
        "message": _cut(whole),
        "operation": operation,
        "endpoint": call.endpoint,
        "principal": _found(_PRINCIPAL, whole) or "this caller",
        "resource": _found(_RESOURCE, whole) or _resource(operation, call),
        "reason": reason,
        "attempts": _attempts(metadata.get("RetryAttempts")),
    }
    return KeyswitchError(entry.of(told), None, answer)


def said_by(error: ClientError) -> str:
    """What AWS said: one line, not endless, without secrets and without a full stop."""
    return _cut(_words_of(error))


def _words_of(error: ClientError) -> str:
    words = error.response.get("Error", {}).get("Message", "") or "no message"
    return in_one_line(words).rstrip(".")


def _denial(text: str) -> tuple[type[Message], str]:
    """Which entry tells a missing permission, and AWS's reason in words.

    Read from all that AWS said, as the reason comes last, after ARNs of any length.
    """
    denied, missing = _EXPLICIT_DENY.search(text), _NO_ALLOW.search(text)
    if denied:
        policy = denied.group(1)
        reason = f"there is an explicit deny in {policy}"
        return _entry_of_policy(policy) or catalogue.ExplicitDeny, _cut(reason)
    if missing:
        policy = missing.group(1)
        return _entry_of_policy(policy) or catalogue.AccessDenied, _cut(f"no {policy} allows that")
    return catalogue.AccessDenied, "AWS gives no reason"


def _entry_of_policy(policy: str) -> type[Message] | None:
    """Of the kind of policy that AWS names, ``None`` for the caller's own and for kinds not known."""
    return next((entry for kind, entry in _ENTRY_OF_POLICY.items() if kind in policy), None)


def _resource(operation: str, call: Call) -> str:
    """AWS names the user or key in prose; a policy needs the ARN. Another operation has another."""
    return call.resource if operation == call.operation else "the role"


def _entry_of_http_status(http_status: int, *, said_nothing: bool) -> type[Message]:
    if http_status == _TOO_MANY_REQUESTS:
        return catalogue.Throttled
    if http_status in _SERVER_ERRORS:
        return catalogue.ServiceFailure
    if http_status in _REDIRECTS_AND_CLIENT_ERRORS and said_nothing:
        return catalogue.UnreadableAnswer
    return catalogue.OtherRefusal


def _attempts(retries: int | None) -> str:
    tried = (retries or 0) + 1
    return "once" if tried == 1 else f"{tried} times"


def unanswered(error: Exception, call: Call) -> KeyswitchError:
    """The error for anything else that botocore raises: no credentials, no way there, no answer."""
    from botocore.exceptions import ParamValidationError

    entry = _entry_of_exception(error)
    if entry is catalogue.SdkFailed and not isinstance(error, ParamValidationError):
        entry = catalogue.SdkGaveUp
    return KeyswitchError(entry.of(_told(error, call)))


def quoted(error: Exception) -> str:
    """What an exception says: one line, not endless, without secrets and without a full stop."""
    return _quote(str(error)).rstrip(".")


def unmade(error: Exception, call: Call) -> KeyswitchError:
    """The error where not even a client could be made: nothing was called."""
    entry = _entry_of_exception(error)
    if entry is catalogue.UnreadableAnswer:
        entry = catalogue.SdkFailed
    return KeyswitchError(entry.of(_told(error, call)))


def _told(error: Exception, call: Call) -> dict[str, object]:
    return {"message": quoted(error), "operation": call.operation, "endpoint": call.endpoint}


def garbled(error: Exception, call: Call) -> KeyswitchError:
    """The error for an answer that was read, and lacks or garbles what the operation promises."""
    return KeyswitchError(
        catalogue.UnreadableAnswer(
            operation=call.operation, message=f"{_quote(str(error))} is missing or malformed"
        )
    )


def _entry_of_exception(error: Exception) -> type[Message]:
    from botocore import exceptions as e

    from keyswitch.iam.http_session import AnswerTooLargeError

    rows: tuple[tuple[tuple[type[Exception], ...], type[Message]], ...] = (
        ((e.SSOError, e.TokenRetrievalError), catalogue.CredentialsExpired),
        (
            (
                e.NoCredentialsError,
                e.ProfileNotFound,
                e.PartialCredentialsError,
                e.CredentialRetrievalError,
            ),
            catalogue.NoCredentials,
        ),
        (
            (e.ConnectionClosedError, e.ReadTimeoutError, e.IncompleteReadError),
            catalogue.NoAnswer,
        ),
        ((AnswerTooLargeError,), catalogue.AnswerTooLarge),
        ((e.SSLError,), catalogue.Untrusted),
        ((e.ConnectionError, e.HTTPClientError), catalogue.Unreachable),
        ((e.BotoCoreError,), catalogue.SdkFailed),
    )
    for kinds, entry in rows:
        if isinstance(error, kinds):
            return entry
    return catalogue.UnreadableAnswer


def _quote(text: str) -> str:
    """Somebody else's words: one line, not endless, and never a secret."""
    return _cut(in_one_line(text))


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return _cut(found.group(1)) if found else ""


def _cut(text: str) -> str:
    """What is left out is in the middle: AWS gives its reason last."""
    return shortened(text, _LONGEST_QUOTE, _END_OF_QUOTE)
