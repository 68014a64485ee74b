"""Sessions of roles: one is assumed now, so that a refusal shows at once, and anew before it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from keyswitch.iam.errors import Call, answered, garbled, quoted, said_by, unanswered
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.roles import Role, WebIdentity

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from mypy_boto3_sts import STSClient

_SECONDS_OF_A_ROLE: Final = 15 * 60
_RENEWED_BEFORE_SECONDS: Final = 5 * 60
"""How long before its end a session is renewed; botocore's quarter of an hour is all of a short one."""
_RENEWED_AT_LATEST_SECONDS: Final = 2 * 60


def assumed(role: Role, sts: STSClient, session_name: str) -> Credentials:
    """The role, assumed by ``sts:AssumeRole``.

    :param sts: signs as whoever assumes it.
    :param session_name: for a role that names none.
    :raises KeyswitchError: it may not be assumed, or STS cannot be asked.
    """
    client: Any = sts

    def ask() -> Mapping[str, Any]:
        parameters = _given(
            RoleArn=role.role_arn,
            RoleSessionName=role.session_name or session_name,
            DurationSeconds=role.duration or _SECONDS_OF_A_ROLE,
            ExternalId=role.external_id,
            Policy=role.policy,
            PolicyArns=[{"arn": arn} for arn in role.policy_arns],
            SourceIdentity=role.source_identity,
            Tags=[{"Key": key, "Value": value} for key, value in role.tags],
            TransitiveTagKeys=list(role.transitive_tag_keys),
        )
        with _assuming(role.role_arn):
            answer: Mapping[str, Any] = client.assume_role(**parameters)
            return answer

    return _renewed("assume-role", ask)


def with_web_identity(
    identity: WebIdentity, sts: Callable[[], STSClient], session_name: str
) -> Credentials:
    """The role, assumed by ``sts:AssumeRoleWithWebIdentity``; a token file is read each time.

    :param sts: makes a client, which signs nothing.
    :param session_name: for an identity that names none.
    :raises KeyswitchError: see :func:`assumed`; or the token cannot be read.
    """

    def ask() -> Mapping[str, Any]:
        parameters = _given(
            RoleArn=identity.role_arn,
            RoleSessionName=identity.session_name or session_name,
            WebIdentityToken=identity.token or _token_in(identity.token_file or ""),
            DurationSeconds=identity.duration,
            Policy=identity.policy,
            PolicyArns=[{"arn": arn} for arn in identity.policy_arns],
        )
        client: Any = sts()
        with _assuming(identity.role_arn):
            answer: Mapping[str, Any] = client.assume_role_with_web_identity(**parameters)
            return answer

    return _renewed("assume-role-with-web-identity", ask)


def _renewed(method: str, ask: Callable[[], Mapping[str, Any]]) -> Credentials:
    """Credentials that ask again before they end; asked once now, so that a refusal shows at once."""
    from botocore.credentials import RefreshableCredentials

    def fetch() -> dict[str, Any]:
        said = ask()
        try:
            answer = said["Credentials"]
            return {
                "access_key": answer["AccessKeyId"],
                "secret_key": answer["SecretAccessKey"],
                "token": answer["SessionToken"],
                "expiry_time": answer["Expiration"].isoformat(),
            }
        except (KeyError, AttributeError) as error:
            raise garbled(error, Call("sts:AssumeRole", "AWS STS", "the role")) from None

    return RefreshableCredentials.create_from_metadata(
        fetch(),
        fetch,
        method,
        advisory_timeout=_RENEWED_BEFORE_SECONDS,
        mandatory_timeout=_RENEWED_AT_LATEST_SECONDS,
    )


@contextmanager
def _assuming(role_arn: str) -> Iterator[None]:
    """A refusal to hand the role out, told of the role."""
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
    from botocore.parsers import ResponseParserError

    call = Call("sts:AssumeRole", "AWS STS", role_arn)
    try:
        yield
    except ClientError as error:
        fault = answered(error, call)
        if not isinstance(fault.message, catalogue.Denial):
            raise fault from None
        refusal = catalogue.RoleRefused(role=role_arn, message=said_by(error))
        raise KeyswitchError(refusal, None, fault.answer) from None
    except ParamValidationError as error:
        raise KeyswitchError(
            catalogue.RoleNotAskedFor(role=role_arn, message=quoted(error))
        ) from None
    except (BotoCoreError, ResponseParserError) as error:
        raise unanswered(error, call) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise garbled(error, call) from None


def _token_in(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError as error:
        problem = f"the web identity token file {path} cannot be read ({error.strerror})"
        raise KeyswitchError(catalogue.NoCredentials(message=problem)) from None


def _given(**parameters: Any) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value not in (None, [], "")}
