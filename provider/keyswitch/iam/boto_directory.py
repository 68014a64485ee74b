"""The client over AWS for whoever walks a whole account: its users, their keys' report, the root user's keys."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from keyswitch.iam.boto import BotoClient, at_most
from keyswitch.iam.call_limits import ACCOUNT, Bounds
from keyswitch.iam.client import CredentialReport, NoSuchEntityError, User
from keyswitch.iam.user_agent import NOBODY, Origin
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.durations import iso
from keyswitch.model.roles import Role

_LOOKS_AT_REPORT: Final = 30
_SECONDS_BETWEEN_LOOKS: Final = 2.0
_NOT_READY: Final = frozenset({"ReportInProgress", "ReportNotPresent", "ReportExpired"})
"""Of ``iam:GetCredentialReport``: the report that was asked for is not made yet."""
_NO_SUCH_KEY: Final = frozenset({"InvalidClientTokenId", "InvalidAccessKeyId", "ValidationError"})
"""Of ``sts:GetAccessKeyInfo``: which of them AWS answers for a deleted key is not documented."""
_ROOT_USER: Final = "<root_account>"
_TOLD_OF_A_KEY: Final = (
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
)
"""Columns that hold a date for a key that is Active or was used, and a word for none."""


class BotoDirectory(BotoClient):
    """:class:`~keyswitch.iam.client.Directory` over boto3.

    :param pause: waits so many seconds between two looks at a credential report that AWS is at work on.
    """

    def __init__(
        self,
        settings: AwsSettings,
        origin: Origin = NOBODY,
        bounds: Bounds = ACCOUNT,
        account: DeclaredAccount | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(settings, origin, bounds, account)
        self._pause = pause

    def in_role(self, role: Role) -> BotoDirectory:
        """The directory of the account of a role, which this one's credentials assume now.

        :raises KeyswitchError: the role may not be assumed (KS313), or STS cannot be asked.
        """
        found = BotoDirectory(self._settings, self._origin, self._bounds, pause=self._pause)
        with self._calling("sts:AssumeRole", None) as clients:
            found._made = clients.in_role(role)
        return found

    def account_of_key(self, access_key_id: str) -> str:
        """See :meth:`Directory.account_of_key`."""
        try:
            with self._calling("sts:GetAccessKeyInfo", None) as clients:
                return str(clients.sts.get_access_key_info(AccessKeyId=access_key_id)["Account"])
        except KeyswitchError as error:
            if error.answer is not None and error.answer.code in _NO_SUCH_KEY:
                raise NoSuchEntityError(error.answer, error.cause) from error
            raise

    def users(self, path_prefix: str = "/") -> tuple[User, ...]:
        """See :meth:`Directory.users`."""
        with self._calling("iam:ListUsers", "*") as clients:
            pages = clients.iam.get_paginator("list_users").paginate(PathPrefix=path_prefix)
            read = at_most(self._bounds.pages_of_users, pages, "iam:ListUsers")
            return tuple(_user(row) for page in read for row in page["Users"])

    def user(self, user_name: str) -> User:
        """See :meth:`Directory.user`."""
        with self._calling("iam:GetUser", user_name) as clients:
            return _user(clients.iam.get_user(UserName=user_name)["User"])

    def user_tags(self, user_name: str) -> dict[str, str]:
        """See :meth:`Directory.user_tags`."""
        with self._calling("iam:ListUserTags", user_name) as clients:
            pages = clients.iam.get_paginator("list_user_tags").paginate(UserName=user_name)
            read = at_most(self._bounds.pages_about_a_user, pages, "iam:ListUserTags")
            return {row["Key"]: row["Value"] for page in read for row in page["Tags"]}

    def has_root_keys(self) -> bool:
        """See :meth:`Directory.has_root_keys`."""
        with self._calling("iam:GetAccountSummary", "*") as clients:
            return bool(clients.iam.get_account_summary()["SummaryMap"]["AccountAccessKeysPresent"])

    def credential_report(self) -> CredentialReport:
        """See :meth:`Directory.credential_report`."""
        with self._calling("iam:GenerateCredentialReport", "*") as clients:
            clients.iam.generate_credential_report()
        for number in range(_LOOKS_AT_REPORT):
            if number:
                self._pause(_SECONDS_BETWEEN_LOOKS)
            report = self._report_if_made()
            if report is not None:
                return report
        raise KeyswitchError(catalogue.CredentialReportNotReady())

    def _report_if_made(self) -> CredentialReport | None:
        from botocore.exceptions import ClientError

        with self._calling("iam:GetCredentialReport", "*") as clients:
            try:
                answer = clients.iam.get_credential_report()
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in _NOT_READY:
                    return None
                raise
            return _report(answer)


def _user(row: Mapping[str, Any]) -> User:
    return User(row["UserName"], row.get("Path") or "/")


def _report(answer: Mapping[str, Any]) -> CredentialReport:
    rows = list(_rows(answer["Content"]))
    return CredentialReport(
        iso(answer["GeneratedTime"]),
        frozenset(row["user"] for row in rows),
        frozenset(row["user"] for row in rows if any(map(_is_date, _cells(row)))),
    )


def _rows(content: bytes | str) -> Iterator[Mapping[str, str]]:
    """Without the row of the root user, which is no IAM user."""
    text = content.decode() if isinstance(content, bytes) else content
    rows = csv.DictReader(io.StringIO(text))
    return (row for row in rows if row["user"] != _ROOT_USER)


def _cells(row: Mapping[str, str]) -> Iterator[str]:
    return (row[name] for name in _TOLD_OF_A_KEY)


def _is_date(cell: str) -> bool:
    return cell[:1].isdigit()
