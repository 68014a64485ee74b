"""What keyswitch asks of IAM, in its own words: a narrow protocol, and the faults it can answer with.

Everything above this module is written against :class:`IamClient`; :mod:`keyswitch.iam.boto` is the
implementation over AWS. An implementation answers with these types or raises
:class:`~keyswitch.messages.format.KeyswitchError` (a fault of AWS or of the way to it) or one of the
:class:`NoSuchEntityError` errors, which are answers in their own right: the reconciler decides what they mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from keyswitch.messages.format import AwsAnswer
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.model.user_names import same_user


@dataclass(frozen=True)
class AccessKey:
    """One row of ``iam:ListAccessKeys``.

    ``user_name`` is ``None`` for a key of the account's root user, ``create_date`` is ISO 8601 in
    UTC with seconds (``2024-01-31T09:30:00Z``), or empty where AWS gives none.
    """

    access_key_id: str
    user_name: str | None
    status: ObservedStatus
    create_date: str


def key_in(keys: Iterable[AccessKey], access_key_id: str | None) -> AccessKey | None:
    """The key of that id, ``None`` if it is not among them."""
    return next((key for key in keys if key.access_key_id == access_key_id), None)


@dataclass(frozen=True)
class LastUsed:
    """The answer of ``iam:GetAccessKeyLastUsed``.

    ``user_name`` is the owner, ``None`` where AWS names none (a root key); ``date`` is ISO 8601 in
    UTC, ``None`` for a key never used. AWS can take 15 minutes to record a use.
    """

    user_name: str | None
    date: str | None
    service_name: str
    region: str

    def is_of(self, key: AccessKey) -> bool:
        """Whether it is about that key, as far as it names an owner."""
        return self.user_name is None or same_user(self.user_name, key.user_name)


class NoSuchEntityError(Exception):
    """``NoSuchEntity``: the user, the key, or the key of this user is not there."""

    def __init__(self, answer: AwsAnswer, text: str) -> None:
        super().__init__(text)
        self.answer = answer


class OwnerNotToldError(Exception):
    """``iam:GetAccessKeyLastUsed`` was refused, which AWS also does for a key that does not exist.

    :param reason: AWS's reason in words.
    """

    def __init__(self, reason: str = "AWS gives no reason") -> None:
        super().__init__(reason)
        self.reason = reason


class UserNameNeededError(Exception):
    """The call was signed without UserName by credentials that belong to no user."""

    def __init__(self, answer: AwsAnswer) -> None:
        super().__init__(str(answer))
        self.answer = answer


class IamClient(Protocol):
    """IAM and STS as keyswitch sees them. Every method is one operation, safe to run again."""

    def list_access_keys(self, user_name: str | None) -> tuple[AccessKey, ...]:
        """Every key of ``user_name``, all pages of ``iam:ListAccessKeys``.

        :param user_name: ``None`` signs without UserName: the signer's own keys.
        :raises NoSuchEntityError: there is no such user.
        :raises UserNameNeededError: ``None`` with temporary credentials.
        """
        ...

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        """``iam:UpdateAccessKey``. A return is no proof: only a look afterwards is.

        :raises NoSuchEntityError: the user or the key is not there.
        """
        ...

    def last_used(self, access_key_id: str) -> LastUsed:
        """``iam:GetAccessKeyLastUsed``: when the key was last used, and whose it is.

        :raises OwnerNotToldError: no permission, or no such key.
        :raises NoSuchEntityError: no such key (emulators; AWS refuses instead).
        """
        ...

    def attached_policies(self, user_name: str) -> tuple[str, ...]:
        """The names of the user's managed policies, all pages of ``iam:ListAttachedUserPolicies``.

        :raises NoSuchEntityError: there is no such user.
        """
        ...

    def signing_keys(self) -> frozenset[str]:
        """The ids of the long-term keys behind this program's calls.

        The one that signs them, and those of the profiles that its role is assumed with; no call
        to AWS but those that signing needs anyway. A key that somebody assumed a role with before
        this program was started cannot be known.
        """
        ...

    def account_id(self) -> str:
        """The caller's account, twelve digits, by ``sts:GetCallerIdentity``."""
        ...


@dataclass(frozen=True)
class Caller:
    """Who signs, and where; account and ARN are empty where AWS is not to be asked for them.

    :param account_id: twelve digits.
    :param endpoint: the URL of IAM.
    """

    account_id: str
    arn: str
    endpoint: str


@dataclass(frozen=True)
class User:
    """One row of ``iam:ListUsers``.

    :param path: begins and ends with a slash: ``/`` or ``/service/``.
    """

    name: str
    path: str


@dataclass(frozen=True)
class CredentialReport:
    """What the account's credential report says of access keys, by ``iam:GetCredentialReport``.

    The report has no row about keys as such: a user shows keys by one that is Active or was ever used. A user
    whose keys are all Inactive and were never used looks as one without keys.

    :param generated: when AWS made it, ISO 8601 in UTC; AWS makes a new one every four hours at most.
    :param users: every user of the account at that time.
    :param with_keys: those of them that show a key.
    """

    generated: str
    users: frozenset[str]
    with_keys: frozenset[str]


class Directory(IamClient, Protocol):
    """IAM for whoever walks a whole account: the command line, never the provider."""

    def caller(self) -> Caller:
        """By ``sts:GetCallerIdentity``."""
        ...

    def account_of_key(self, access_key_id: str) -> str:
        """The account that any key belongs to, twelve digits, by ``sts:GetAccessKeyInfo``.

        AWS answers for keys of other accounts too, and does not say whether the key still exists.

        :raises NoSuchEntityError: STS does not know the key. AWS gives the same answer to a caller whose credentials
            it rejects.
        """
        ...

    def users(self, path_prefix: str = "/") -> tuple[User, ...]:
        """The account's users, all pages of ``iam:ListUsers``.

        :param path_prefix: only users whose path begins so, ``/`` for all; it begins with a slash.
        """
        ...

    def user(self, user_name: str) -> User:
        """One user, by ``iam:GetUser``.

        :raises NoSuchEntityError: there is no such user.
        """
        ...

    def user_tags(self, user_name: str) -> Mapping[str, str]:
        """The tags of a user, key to value, all pages of ``iam:ListUserTags``.

        :raises NoSuchEntityError: there is no such user.
        """
        ...

    def has_root_keys(self) -> bool:
        """Whether the account's root user has access keys, by ``iam:GetAccountSummary``."""
        ...

    def credential_report(self) -> CredentialReport:
        """The account's credential report, a new one where the last is older than four hours.

        By ``iam:GenerateCredentialReport`` and ``iam:GetCredentialReport``.

        :raises KeyswitchError: AWS refuses, or is still at work after a minute (KS730).
        """
        ...
