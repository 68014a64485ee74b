"""Turns what botocore raises into the catalogue's words: one table, from code and kind to entry.

Retries have already happened inside botocore when an error arrives here. botocore is imported only
once a call is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Entry
from keyswitch.messages.format import AwsAnswer, KeyswitchError
from keyswitch.messages.redact import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.exceptions import ClientError

_ENTRY_OF_CODE: Final[Mapping[str, Entry]] = {
    "AccessDenied": catalogue.ACCESS_DENIED,
    "AccessDeniedException": catalogue.ACCESS_DENIED,
    "UnauthorizedOperation": catalogue.ACCESS_DENIED,
    "LimitExceeded": catalogue.LIMIT_EXCEEDED,
    "InvalidInput": catalogue.INVALID_INPUT,
    "ValidationError": catalogue.INVALID_INPUT,
    "ServiceFailure": catalogue.SERVICE_FAILURE,
    "InternalFailure": catalogue.SERVICE_FAILURE,
    "InternalError": catalogue.SERVICE_FAILURE,
    "ServiceUnavailable": catalogue.SERVICE_FAILURE,
    "Throttling": catalogue.THROTTLED,
    "ThrottlingException": catalogue.THROTTLED,
    "ThrottledException": catalogue.THROTTLED,
    "RequestLimitExceeded": catalogue.THROTTLED,
    "TooManyRequestsException": catalogue.THROTTLED,
    "SlowDown": catalogue.THROTTLED,
    "ExpiredToken": catalogue.CREDENTIALS_EXPIRED,
    "ExpiredTokenException": catalogue.CREDENTIALS_EXPIRED,
    "RequestExpired": catalogue.CLOCK,
    "RequestTimeTooSkewed": catalogue.CLOCK,
    "InvalidClientTokenId": catalogue.CREDENTIALS_REFUSED,
    "UnrecognizedClientException": catalogue.CREDENTIALS_REFUSED,
    "SignatureDoesNotMatch": catalogue.CREDENTIALS_REFUSED,
    "InvalidSignatureException": catalogue.CREDENTIALS_REFUSED,
    "IncompleteSignature": catalogue.CREDENTIALS_REFUSED,
    "MissingAuthenticationToken": catalogue.CREDENTIALS_REFUSED,
    "InvalidToken": catalogue.CREDENTIALS_REFUSED,
    "OptInRequired": catalogue.CREDENTIALS_REFUSED,
    "EntityTemporarilyUnmodifiable": catalogue.CONFLICT,
    "ConcurrentModification": catalogue.CONFLICT,
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
_ENTRY_OF_POLICY: Final[Mapping[str, Entry]] = {
    "permissions boundary": catalogue.BOUNDARY_DENIES,
    "service control polic": catalogue.ORGANIZATION_DENIES,
    "resource control polic": catalogue.ORGANIZATION_DENIES,
    "session polic": catalogue.SESSION_DENIES,
    "resource-based polic": catalogue.RESOURCE_DENIES,
    "VPC endpoint polic": catalogue.RESOURCE_DENIES,
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
    whole = _line(said.get("Message", "") or "no message").rstrip(".")
    answer = AwsAnswer(code, metadata.get("RequestId", ""))
    entry = _ENTRY_OF_CODE.get(code) or _entry_of_http_status(http_status, said_nothing=not said)
    reason = ""
    if code in _OF_A_SIGNATURE and _OF_TIME.search(whole):
        entry = catalogue.CLOCK
    if code in _OF_A_SESSION and call.by_session and call.operation.startswith("iam:"):
        entry = catalogue.SESSION_REFUSED
    if entry is catalogue.ACCESS_DENIED:
        entry, reason = _denial(whole)
    denied = _DENIED_OPERATION.search(whole)
    operation = denied.group(1) if denied else call.operation
    return KeyswitchError(
        entry,
        None,
        answer,
        aws_code=code or f"HTTP {http_status}",
        message=_cut(whole),
        operation=operation,
        endpoint=call.endpoint,
        principal=_found(_PRINCIPAL, whole) or "this caller",
        resource=_found(_RESOURCE, whole) or _resource(operation, call),
        reason=reason,
        attempts=_attempts(metadata.get("RetryAttempts")),
    )


def _denial(text: str) -> tuple[Entry, str]:
    """Which entry tells a missing permission, and AWS's reason in words.

    Read from all that AWS said, as the reason comes last, after ARNs of any length.
    """
    denied, missing = _EXPLICIT_DENY.search(text), _NO_ALLOW.search(text)
    if denied:
        policy = denied.group(1)
        reason = f"there is an explicit deny in {policy}"
        return _entry_of_policy(policy) or catalogue.EXPLICIT_DENY, _cut(reason)
    if missing:
        policy = missing.group(1)
        return _entry_of_policy(policy) or catalogue.ACCESS_DENIED, _cut(f"no {policy} allows that")
    return catalogue.ACCESS_DENIED, "AWS gives no reason"


def _entry_of_policy(policy: str) -> Entry | None:
    """Of the kind of policy that AWS names, ``None`` for the caller's own and for kinds not known."""
    return next((entry for kind, entry in _ENTRY_OF_POLICY.items() if kind in policy), None)


def _resource(operation: str, call: Call) -> str:
    """AWS names the user or key in prose; a policy needs the ARN. Another operation has another."""
    return call.resource if operation == call.operation else "the role"


def _entry_of_http_status(http_status: int, *, said_nothing: bool) -> Entry:
    if http_status == _TOO_MANY_REQUESTS:
        return catalogue.THROTTLED
    if http_status in _SERVER_ERRORS:
        return catalogue.SERVICE_FAILURE
    if http_status in _REDIRECTS_AND_CLIENT_ERRORS and said_nothing:
        return catalogue.UNREADABLE_ANSWER
    return catalogue.OTHER_REFUSAL


def _attempts(retries: int | None) -> str:
    tried = (retries or 0) + 1
    return "once" if tried == 1 else f"{tried} times in a row"


def unanswered(error: Exception, call: Call) -> KeyswitchError:
    """The error for anything else that botocore raises: no credentials, no way there, no answer."""
    from botocore.exceptions import ParamValidationError

    text = _quote(str(error)).rstrip(".")
    entry = _entry_of_exception(error)
    if entry is catalogue.SDK_FAILED and not isinstance(error, ParamValidationError):
        entry = catalogue.SDK_GAVE_UP
    return KeyswitchError(
        entry,
        message=text,
        operation=call.operation,
        endpoint=call.endpoint,
    )


def unmade(error: Exception, call: Call) -> KeyswitchError:
    """The error where not even a client could be made: nothing was called."""
    entry = _entry_of_exception(error)
    if entry is catalogue.UNREADABLE_ANSWER:
        entry = catalogue.SDK_FAILED
    text = _quote(str(error)).rstrip(".")
    return KeyswitchError(entry, message=text, operation=call.operation, endpoint=call.endpoint)


def garbled(error: Exception, call: Call) -> KeyswitchError:
    """The error for an answer that was read, and lacks or garbles what the operation promises."""
    return KeyswitchError(
        catalogue.UNREADABLE_ANSWER,
        operation=call.operation,
        message=f"it lacks or garbles {_quote(str(error))}",
    )


def _entry_of_exception(error: Exception) -> Entry:
    from botocore import exceptions as e

    from keyswitch.iam.http_session import AnswerTooLargeError

    rows: tuple[tuple[tuple[type[Exception], ...], Entry], ...] = (
        ((e.SSOError, e.TokenRetrievalError), catalogue.CREDENTIALS_EXPIRED),
        (
            (
                e.NoCredentialsError,
                e.ProfileNotFound,
                e.PartialCredentialsError,
                e.CredentialRetrievalError,
            ),
            catalogue.NO_CREDENTIALS,
        ),
        (
            (e.ConnectionClosedError, e.ReadTimeoutError, e.IncompleteReadError),
            catalogue.NO_ANSWER,
        ),
        ((AnswerTooLargeError,), catalogue.ANSWER_TOO_LARGE),
        ((e.SSLError,), catalogue.UNTRUSTED),
        ((e.ConnectionError, e.HTTPClientError), catalogue.UNREACHABLE),
        ((e.BotoCoreError,), catalogue.SDK_FAILED),
    )
    for kinds, entry in rows:
        if isinstance(error, kinds):
            return entry
    return catalogue.UNREADABLE_ANSWER


def _quote(text: str) -> str:
    """Somebody else's words: one line, not endless, and never a secret."""
    return _cut(_line(text))


def _line(text: str) -> str:
    return redact(" ".join(text.split()))


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return _cut(found.group(1)) if found else ""


def _cut(text: str) -> str:
    """What is left out is in the middle: AWS gives its reason last."""
    if len(text) <= _LONGEST_QUOTE:
        return text
    return f"{text[: _LONGEST_QUOTE - _END_OF_QUOTE]}...{text[-_END_OF_QUOTE:]}"
