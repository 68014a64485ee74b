"""The client over AWS: one method, one operation; botocore retries, this module translates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from keyswitch.iam import errors
from keyswitch.iam.call_limits import BOUNDS, Bounds
from keyswitch.iam.client import (
    AccessKey,
    Caller,
    LastUsed,
    NoSuchEntityError,
    OwnerNotToldError,
    UserNameNeededError,
)
from keyswitch.iam.errors import Call
from keyswitch.iam.session import Clients
from keyswitch.iam.user_agent import NOBODY, Origin
from keyswitch.messages import catalogue
from keyswitch.messages.format import AwsAnswer, KeyswitchError
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.durations import iso
from keyswitch.model.status import ObservedStatus, Status

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from typing_extensions import Self

_NO_SUCH_ENTITY = "NoSuchEntity"
_USER_NAME_NEEDED = "Must specify userName"
_ABOUT_NO_ENTITY = (
    "sts:GetCallerIdentity",
    "iam:ListUsers",
    "iam:GetAccountSummary",
    "iam:GenerateCredentialReport",
    "iam:GetCredentialReport",
)


class BotoClient:
    """:class:`~keyswitch.iam.client.IamClient` over boto3; clients are made at the first call.

    :param bounds: after which a call is given up.
    :param account: that the settings are of, ``None`` for the stack's own.
    """

    def __init__(
        self,
        settings: AwsSettings,
        origin: Origin = NOBODY,
        bounds: Bounds = BOUNDS,
        account: DeclaredAccount | None = None,
    ) -> None:
        self._account = account
        self._settings = settings
        self._origin = origin
        self._bounds = bounds
        self._made: Clients | None = None
        self._unmade: KeyswitchError | None = None
        self._making = Lock()

    @classmethod
    def in_account(
        cls, account: DeclaredAccount | None, settings: AwsSettings, origin: Origin
    ) -> Self:
        """The client to an account that a program names, or to the stack's own."""
        over = account.over(settings) if account else settings
        return cls(over, origin, account=account)

    def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
        """See :meth:`IamClient.list_access_keys`."""
        with self._calling("iam:ListAccessKeys", user_name) as clients:
            pages = clients.iam.get_paginator("list_access_keys").paginate(**_user(user_name))
            read = at_most(self._bounds.pages_about_a_user, pages, "iam:ListAccessKeys")
            return tuple(_access_key(row) for page in read for row in page["AccessKeyMetadata"])

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        """See :meth:`IamClient.update_access_key`."""
        with self._calling("iam:UpdateAccessKey", user_name) as clients:
            clients.iam.update_access_key(
                AccessKeyId=access_key_id, Status=status.value, **_user(user_name)
            )

    def last_used(self, access_key_id: str) -> LastUsed:
        """See :meth:`IamClient.last_used`."""
        try:
            with self._calling("iam:GetAccessKeyLastUsed", "*") as clients:
                answer = clients.iam.get_access_key_last_used(AccessKeyId=access_key_id)
                used = answer["AccessKeyLastUsed"]
                return LastUsed(
                    user_name=answer.get("UserName") or None,
                    date=iso(used["LastUsedDate"]) if "LastUsedDate" in used else None,
                    service_name=used.get("ServiceName", ""),
                    region=used.get("Region", ""),
                )
        except KeyswitchError as error:
            if isinstance(error.message, catalogue.Denial):
                raise OwnerNotToldError(str(error.message.reason)) from error
            raise

    def attached_policies(self, user_name: str) -> tuple[str, ...]:
        """See :meth:`IamClient.attached_policies`."""
        with self._calling("iam:ListAttachedUserPolicies", user_name) as clients:
            pages = clients.iam.get_paginator("list_attached_user_policies").paginate(
                UserName=user_name
            )
            most = self._bounds.pages_about_a_user
            read = at_most(most, pages, "iam:ListAttachedUserPolicies")
            return tuple(row["PolicyName"] for page in read for row in page["AttachedPolicies"])

    def signing_keys(self) -> frozenset[str]:
        """See :meth:`IamClient.signing_keys`."""
        with self._calling("iam:ListAccessKeys", None) as clients:
            return clients.signing_keys()

    def account_id(self) -> str:
        """See :meth:`IamClient.account_id`; empty under ``aws:skipRequestingAccountId``."""
        if self._settings.skip_requesting_account_id:
            return ""
        return self.caller().account_id

    def caller(self) -> Caller:
        """See :meth:`Directory.caller`; without account and ARN as :meth:`account_id`."""
        with self._calling("sts:GetCallerIdentity", None) as clients:
            endpoint = str(clients.iam.meta.endpoint_url)
            if self._settings.skip_requesting_account_id:
                return Caller("", "", endpoint)
            answer = clients.caller_identity()
            return Caller(str(answer["Account"]), str(answer["Arn"]), endpoint)

    def clients(self, operation: str) -> Clients:
        """The clients themselves, for an operation of another service.

        :param operation: which they are wanted for, in a message that they cannot be made.
        :raises KeyswitchError: they cannot be made.
        """
        return self._clients(operation, None)

    @contextmanager
    def _calling(self, operation: str, user_name: str | None) -> Iterator[Clients]:
        """The clients, for a call and the reading of its answer."""
        clients = self._clients(operation, user_name)
        if operation.startswith("sts:"):
            _make_sts(clients, operation)
        with translated(lambda: self._call(operation, user_name)):
            yield clients

    def _clients(self, operation: str, user_name: str | None) -> Clients:
        """Made once; what keeps them from being made is not tried again for each key either."""
        with self._making:
            if self._unmade is not None:
                raise self._unmade.with_context(None)
            if self._made is None:
                try:
                    self._made = self._made_and_allowed(operation, user_name)
                except KeyswitchError as error:
                    self._unmade = error
                    raise
            return self._made

    def _made_and_allowed(self, operation: str, user_name: str | None) -> Clients:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        check = self._call("sts:GetCallerIdentity", None)
        try:
            made = Clients(self._settings, self._origin, self._bounds)
            self._refuse_account(made)
        except ClientError as error:
            raise errors.answered(error, check) from None
        except ResponseParserError as error:
            raise errors.unanswered(error, check) from None
        except KeyError as error:
            raise errors.garbled(error, check) from None
        except (BotoCoreError, ValueError, RuntimeError, OSError) as error:
            raise errors.unmade(error, self._call(operation, user_name)) from None
        return made

    def _refuse_account(self, clients: Clients) -> None:
        """Judged before IAM is asked anything, whatever the skip settings say."""
        allowed = self._settings.allowed_account_ids
        forbidden = self._settings.forbidden_account_ids
        if not allowed and not forbidden:
            return
        caller = str(clients.caller_identity()["Account"])
        account, whose = self._account, "this stack's config"
        lists = "aws:allowedAccountIds or aws:forbiddenAccountIds"
        if account is not None and account.allowed_account_ids and caller not in forbidden:
            whose = f"the declared account {account.name}"
            lists = f"the allowed account ids of {account.name}"
        if caller in forbidden:
            rule = f"{whose} forbids {', '.join(forbidden)}"
        elif allowed and caller not in allowed:
            rule = f"{whose} allows {', '.join(allowed)} only"
        else:
            return
        raise KeyswitchError(
            catalogue.AccountNotAllowed(
                purpose=f" for account {account.name}" if account else "",
                caller_account=caller,
                rule=rule,
                lists=lists,
            )
        )

    def _call(self, operation: str, user_name: str | None) -> Call:
        """What a message says of a call that failed; there may be no client yet."""
        endpoint, partition, by_session = "AWS", "aws", False
        if self._made is not None:
            by_session = self._made.sign_by_session
            client = self._made.sts if operation.startswith("sts:") else self._made.iam
            endpoint, partition = client.meta.endpoint_url, client.meta.partition
        if operation.startswith("sts:"):
            return Call(operation, endpoint, "*")
        user = user_name or "${aws:username}"
        return Call(operation, endpoint, f"arn:{partition}:iam::*:user/{user}", by_session)


@contextmanager
def translated(of_call: Callable[[], Call]) -> Iterator[None]:
    """Raises what a call, or the reading of its answer, raised in the catalogue's words.

    A 200 that lacks what the operation promises is no answer of AWS's: botocore's parser
    raises KeyError for some of those, the reading of the answer for the others.

    :param of_call: what a message says of the call; asked once it failed.
    :raises KeyswitchError: the call failed.
    :raises NoSuchEntityError: the user or the key is not there; a call about neither has no such answer.
    :raises UserNameNeededError: IAM needs to know of which user.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        raise _answer_of(error, of_call()) from None
    except (BotoCoreError, ResponseParserError) as error:
        raise errors.unanswered(error, of_call()) from None
    except RuntimeError as error:
        raise errors.unmade(error, of_call()) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise errors.garbled(error, of_call()) from None


def _make_sts(clients: Clients, operation: str) -> None:
    """Made apart from a call, so that what keeps it from being made is reported as that."""
    from botocore.exceptions import BotoCoreError

    try:
        _ = clients.sts
    except (BotoCoreError, ValueError, RuntimeError, OSError) as error:
        raise errors.unmade(error, Call(operation, "AWS", "*")) from None


def _answer_of(error: ClientError, call: Call) -> Exception:
    said = error.response.get("Error", {})
    code, text = said.get("Code") or "", said.get("Message") or ""
    answer = AwsAnswer(code, error.response.get("ResponseMetadata", {}).get("RequestId", ""))
    if code == _NO_SUCH_ENTITY and call.operation not in _ABOUT_NO_ENTITY:
        return NoSuchEntityError(answer, text)
    if _USER_NAME_NEEDED in text:
        return UserNameNeededError(answer)
    return errors.answered(error, call)


def at_most(most: int, pages: Iterable[Any], operation: str) -> Iterator[Any]:
    """The pages of a list, which has an end.

    :param most: how many pages it can have.

    :raises KeyswitchError: there are more, or one leads back to itself.
    """
    from botocore.exceptions import PaginationError

    try:
        for number, page in enumerate(pages):
            if number == most:
                raise KeyswitchError(
                    catalogue.EndlessList(operation=operation, problem=f"more than {most} pages")
                )
            yield page
    except PaginationError:
        raise KeyswitchError(
            catalogue.EndlessList(
                operation=operation, problem="a page names itself as the next page"
            )
        ) from None


def _access_key(row: Any) -> AccessKey:
    created = row.get("CreateDate")
    return AccessKey(
        access_key_id=row["AccessKeyId"],
        user_name=row.get("UserName") or None,
        status=ObservedStatus(row["Status"]),
        create_date=iso(created) if created is not None else "",
    )


def _user(user_name: str | None) -> Any:
    return {} if user_name is None else {"UserName": user_name}
