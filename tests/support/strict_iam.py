"""IAM in memory, as strict as AWS where the emulator is not.

Pages, resolves an omitted UserName from the signing key, finds users in any letter case, refuses what
AWS refuses, a signer that is Inactive among it, knows Expired keys and reads that follow writes late. :class:`StrictIam` is the model, :class:`FakeClient` its face in
the domain's words, :func:`support.strict_app.strict_app` the one over HTTP; the contract suite runs over all.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from keyswitch.iam.client import (
    AccessKey,
    Caller,
    CredentialReport,
    LastUsed,
    NoSuchEntityError,
    OwnerNotToldError,
    User,
    UserNameNeededError,
)
from keyswitch.messages import catalogue
from keyswitch.messages.format import AwsAnswer, KeyswitchError
from keyswitch.model.durations import iso
from keyswitch.model.status import ObservedStatus, Status

ACCOUNT = "123456789012"
TEMPORARY = "ASIATEMPORARYSIGNER0"
ADMIN = "AKIAADMINISTRATOR000"
_OF_STS = frozenset({"GetAccessKeyInfo", "GetCallerIdentity"})
CREATED = "2026-01-31T09:30:00Z"


class AwsRefusal(Exception):  # noqa: N818 - a refusal in AWS's words is no error of the fake
    def __init__(self, http_status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.code = code
        self.message = message


@dataclass
class StrictIam:
    """Users and their keys. ``page`` is the most rows of an answer, ``late`` how many reads of a
    user still show what was before the last write of its keys, ``denied`` the actions that no policy allows,
    ``report_looks`` how many looks a new credential report takes, ``foreign`` keys of other accounts with the
    account of each, ``root_ids`` the keys of the root user."""

    page: int = 100
    late: int = 0
    users: dict[str, dict[str, AccessKey]] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    policies: dict[str, list[str]] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    root_keys: bool = False
    report: str = ""
    report_made: str = CREATED
    report_looks: int = 0
    denied: set[str] = field(default_factory=set)
    foreign: dict[str, str] = field(default_factory=dict)
    root_ids: set[str] = field(default_factory=set)
    _before: dict[str, tuple[dict[str, AccessKey], int]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=itertools.count)

    def add_user(self, user_name: str, path: str = "/") -> None:
        self.users[user_name] = {}
        self.paths[user_name] = path

    def add_key(
        self,
        user_name: str,
        status: ObservedStatus = ObservedStatus.ACTIVE,
        made: datetime | None = None,
    ) -> str:
        access_key_id = f"AKIASTRICT{next(self._numbers):010d}"
        key = AccessKey(access_key_id, user_name, status, iso(made) if made else CREATED)
        self.users.setdefault(user_name, {})[access_key_id] = key
        return access_key_id

    def set_status(self, access_key_id: str, status: ObservedStatus) -> None:
        """Somebody else's change, or AWS's own."""
        owner = self.owner(access_key_id)
        self.users[owner][access_key_id] = replace(self.users[owner][access_key_id], status=status)

    def rename(self, user_name: str, new_name: str) -> None:
        """A renamed user keeps its keys."""
        keys = self.users.pop(user_name)
        self.users[new_name] = {
            name: replace(key, user_name=new_name) for name, key in keys.items()
        }

    def delete_key(self, access_key_id: str) -> None:
        del self.users[self.owner(access_key_id)][access_key_id]

    def status(self, access_key_id: str) -> ObservedStatus:
        return self.users[self.owner(access_key_id)][access_key_id].status

    def owner(self, access_key_id: str) -> str:
        return next(name for name, keys in self.users.items() if access_key_id in keys)

    def admit(self, signer: str) -> None:
        """Refuses whoever signs with a key that is not Active."""
        keys = [keys[signer] for keys in self.users.values() if signer in keys]
        if any(key.status is not ObservedStatus.ACTIVE for key in keys):
            message = "The security token included in the request is invalid."
            raise AwsRefusal(403, "InvalidClientTokenId", message)

    def list_access_keys(
        self, signer: str, user_name: str | None, marker: str | None = None, most: int = 100
    ) -> tuple[list[AccessKey], str | None]:
        name = self._user(signer, user_name)
        return _page(list(self._as_read(name).values()), marker, min(most, self.page))

    def update_access_key(
        self, signer: str, user_name: str | None, access_key_id: str, status: str
    ) -> None:
        if status not in {"Active", "Inactive"}:
            message = (
                f"1 validation error detected: Value '{status}' at 'status' failed to satisfy "
                "constraint: Member must satisfy enum value set: [Active, Inactive]"
            )
            raise AwsRefusal(400, "ValidationError", message)
        name = self._user(signer, user_name)
        if access_key_id not in self.users[name]:
            message = f"The Access Key with id {access_key_id} cannot be found."
            raise AwsRefusal(404, "NoSuchEntity", message)
        if self.late:
            self._before[name] = (dict(self.users[name]), self.late)
        key = self.users[name][access_key_id]
        self.users[name][access_key_id] = replace(key, status=ObservedStatus(status))

    def last_used(self, access_key_id: str) -> LastUsed:
        if access_key_id in self.root_ids:
            return LastUsed(None, None, "N/A", "N/A")
        try:
            owner = self.owner(access_key_id)
        except StopIteration:
            message = (
                f"User: arn:aws:iam::{ACCOUNT}:user/ci is not authorized to perform: "
                f"iam:GetAccessKeyLastUsed on resource: access key {access_key_id}"
            )
            raise AwsRefusal(403, "AccessDenied", message) from None
        date = self.used.get(access_key_id)
        return LastUsed(owner, date, "s3" if date else "N/A", "eu-west-1" if date else "N/A")

    def account_of_key(self, access_key_id: str) -> str:
        """Of any account's key, and of sessions; AWS does not say what it answers for a key that is gone."""
        if access_key_id in self.foreign:
            return self.foreign[access_key_id]
        known = {key for keys in self.users.values() for key in keys} | self.root_ids
        if access_key_id not in known and not access_key_id.startswith("ASIA"):
            message = "The security token included in the request is invalid."
            raise AwsRefusal(403, "InvalidClientTokenId", message)
        return ACCOUNT

    def attached_policies(
        self, user_name: str, marker: str | None = None, most: int = 100
    ) -> tuple[list[str], str | None]:
        names = self.policies.get(self._user("", user_name), [])
        return _page(names, marker, min(most, self.page))

    def user_tags(
        self, user_name: str, marker: str | None = None, most: int = 100
    ) -> tuple[list[tuple[str, str]], str | None]:
        tags = self.tags.get(self._user("", user_name), {})
        return _page(list(tags.items()), marker, min(most, self.page))

    def list_users(
        self, path_prefix: str, marker: str | None = None, most: int = 100
    ) -> tuple[list[str], str | None]:
        names = [name for name in self.users if self.paths.get(name, "/").startswith(path_prefix)]
        return _page(sorted(names), marker, min(most, self.page))

    def get_user(self, user_name: str) -> tuple[str, str]:
        """The name and the path."""
        name = self._user("", user_name)
        return name, self.paths.get(name, "/")

    def refuse(self, action: str) -> None:
        if action in self.denied:
            service = "sts" if action in _OF_STS else "iam"
            message = (
                f"User: arn:aws:iam::{ACCOUNT}:user/ci is not authorized to perform: {service}:{action} on "
                f"resource: * because no identity-based policy allows the {service}:{action} action"
            )
            raise AwsRefusal(403, "AccessDenied", message)

    def generate_report(self) -> str:
        """COMPLETE where there is one, STARTED else; the report is as AWS writes it, see :func:`report_row`."""
        if self.report:
            return "COMPLETE"
        rows = [report_row("<root_account>", [])]
        rows += [
            report_row(name, [(key, self.used.get(key.access_key_id)) for key in keys.values()])
            for name, keys in self.users.items()
        ]
        self.report = "\n".join([",".join(REPORT_COLUMNS), *rows])
        return "STARTED"

    def credential_report(self) -> tuple[str, str]:
        """Its text, and when it was made."""
        if not self.report:
            message = "No report exists. Use GenerateCredentialReport to generate a new one."
            raise AwsRefusal(410, "ReportNotPresent", message)
        if self.report_looks:
            self.report_looks -= 1
            message = "Report generation is in progress. Please try again later."
            raise AwsRefusal(404, "ReportInProgress", message)
        return self.report, self.report_made

    def _user(self, signer: str, user_name: str | None) -> str:
        if user_name is None:
            owned = [name for name, keys in self.users.items() if signer in keys]
            if not owned:
                message = "Must specify userName when calling with non-User credentials"
                raise AwsRefusal(400, "ValidationError", message)
            return owned[0]
        for name in self.users:
            if name.casefold() == user_name.casefold():
                return name
        message = f"The user with name {user_name} cannot be found."
        raise AwsRefusal(404, "NoSuchEntity", message)

    def _as_read(self, name: str) -> dict[str, AccessKey]:
        before, reads = self._before.get(name, ({}, 0))
        if not reads:
            return self.users[name]
        self._before[name] = (before, reads - 1)
        return before


T = TypeVar("T")


def _page(rows: list[T], marker: str | None, size: int) -> tuple[list[T], str | None]:
    """One page of an answer, and the marker of the next where there is one."""
    start = int(marker or 0)
    end = start + size
    return rows[start:end], str(end) if end < len(rows) else None


REPORT_COLUMNS = (
    "user",
    "arn",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
)


def report_row(user_name: str, keys: list[tuple[AccessKey, str | None]]) -> str:
    """As AWS writes it: of a key that is Inactive there is no date but that of its last use."""
    cells = [user_name, f"arn:aws:iam::{ACCOUNT}:user/{user_name}"]
    for number in range(2):
        key, used = keys[number] if number < len(keys) else (None, None)
        is_active = key is not None and key.status is ObservedStatus.ACTIVE
        made = key.create_date if key is not None and is_active else "N/A"
        cells += [str(is_active).lower(), made, used or "N/A"]
    return ",".join(cells)


class FakeClient:
    """The strict model behind the :class:`keyswitch.iam.client.Directory` protocol, keeping a log."""

    def __init__(self, iam: StrictIam, signer: str = ADMIN, account: str = ACCOUNT) -> None:
        self.iam = iam
        self.signer = signer
        self.account = account
        self.log: list[str] = []

    def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
        self.log.append(f"list {user_name}")
        return self._pages(lambda mark: self.iam.list_access_keys(self.signer, user_name, mark))

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        self.log.append(f"update {access_key_id} {user_name} {status}")
        self._admitted()._ask(
            lambda: self.iam.update_access_key(self.signer, user_name, access_key_id, str(status))
        )

    def last_used(self, access_key_id: str) -> LastUsed:
        self.log.append(f"last used {access_key_id}")
        return self._admitted()._ask(lambda: self.iam.last_used(access_key_id))

    def account_of_key(self, access_key_id: str) -> str:
        self.log.append(f"account of {access_key_id}")
        try:
            return self.iam.account_of_key(access_key_id)
        except AwsRefusal as refusal:
            raise NoSuchEntityError(AwsAnswer(refusal.code, "fake"), refusal.message) from None

    def attached_policies(self, user_name: str) -> tuple[str, ...]:
        self.log.append(f"policies {user_name}")
        return self._pages(lambda mark: self.iam.attached_policies(user_name, mark))

    def user_tags(self, user_name: str) -> dict[str, str]:
        self.log.append(f"tags {user_name}")
        return dict(self._pages(lambda mark: self.iam.user_tags(user_name, mark)))

    def users(self, path_prefix: str = "/") -> tuple[User, ...]:
        self.log.append(f"users {path_prefix}")
        names = self._pages(lambda mark: self.iam.list_users(path_prefix, mark))
        return tuple(User(name, self.iam.paths.get(name, "/")) for name in names)

    def user(self, user_name: str) -> User:
        self.log.append(f"user {user_name}")
        name, path = self._admitted()._ask(lambda: self.iam.get_user(user_name))
        return User(name, path)

    def has_root_keys(self) -> bool:
        self.log.append("account summary")
        return self.iam.root_keys

    def credential_report(self) -> CredentialReport:
        self.log.append("credential report")
        users = frozenset(self.iam.users)
        shown = frozenset(
            name
            for name, keys in self.iam.users.items()
            for key in keys.values()
            if key.status is ObservedStatus.ACTIVE or key.access_key_id in self.iam.used
        )
        return CredentialReport(self.iam.report_made, users, shown)

    def signing_keys(self) -> frozenset[str]:
        return frozenset({self.signer})

    def account_id(self) -> str:
        self.log.append("account")
        return self.account

    def caller(self) -> Caller:
        self.log.append("caller")
        return Caller(self.account, f"arn:aws:iam::{self.account}:key/{self.signer}", "in memory")

    def _admitted(self) -> FakeClient:
        self._ask(lambda: self.iam.admit(self.signer))
        return self

    def _pages(self, page: Callable[[str | None], tuple[list[T], str | None]]) -> tuple[T, ...]:
        rows, marker = self._admitted()._ask(lambda: page(None))
        while marker is not None:
            more, marker = page(marker)
            rows = rows + more
        return tuple(rows)

    @staticmethod
    def _ask(ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except AwsRefusal as refusal:
            if refusal.code == "NoSuchEntity":
                raise NoSuchEntityError(
                    AwsAnswer("NoSuchEntity", "fake"), refusal.message
                ) from None
            if refusal.code == "AccessDenied":
                raise OwnerNotToldError from None
            if refusal.code == "InvalidClientTokenId":
                raise KeyswitchError(
                    catalogue.CredentialsRefused(message=refusal.message)
                ) from None
            raise UserNameNeededError(AwsAnswer(refusal.code, "fake")) from None


class CountingGateway(FakeClient):
    """Counts how many lists are asked for at a time.

    :param together: users whose lists wait for each other.
    """

    def __init__(self, iam: StrictIam, together: tuple[str, str]) -> None:
        super().__init__(iam)
        self.most = 0
        self._together = together
        self._now = 0
        self._lock = threading.Lock()
        self._met = threading.Barrier(2, timeout=10)

    def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        if user_name in self._together:
            self._met.wait()
        keys = super().list_access_keys(user_name)
        with self._lock:
            self._now -= 1
        return keys
