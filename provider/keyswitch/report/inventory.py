"""All keys of many users, looked at several users at a time.

Each user costs one ListAccessKeys, and one with keys one GetAccessKeyLastUsed for each and one
ListAttachedUserPolicies. What is not allowed of the latter two is left out, by name; a key that
cannot be listed ends the walk, for an inventory that passed over keys would be taken for whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from keyswitch.iam.client import (
    AccessKey,
    Directory,
    LastUsed,
    NoSuchEntityError,
    OwnerNotToldError,
)
from keyswitch.iam.concurrently import ask_all
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.durations import is_to_come, moment


@dataclass(frozen=True)
class SeenKey:
    """One key; ``used`` is ``None`` where IAM did not tell when it was last used."""

    key: AccessKey
    used: LastUsed | None

    @property
    def created(self) -> datetime | None:
        """When it was created; ``None`` where IAM does not tell."""
        return moment(self.key.create_date) if self.key.create_date else None

    def is_use_known(self, now: datetime) -> bool:
        """Whether IAM told when it was last used: a moment that is past, or never.

        :param now: an aware moment.
        """
        return self.used is not None and not (self.used.date and is_to_come(self.used.date, now))


@dataclass(frozen=True)
class SeenUser:
    """One user and its keys.

    :param policies: the names of those attached to it; ``None`` where IAM did not tell.
    :param path: such as ``/service/``; empty where nobody asked.
    """

    user_name: str
    keys: tuple[SeenKey, ...]
    policies: tuple[str, ...] | None
    path: str = ""


class RootKeys(Enum):
    """Whether an account's root user has access keys."""

    NOT_ASKED = auto()
    NOT_REPORTED = auto()
    ABSENT = auto()
    PRESENT = auto()


@dataclass(frozen=True)
class Inventory:
    """Users in the order of their names, those without keys among them.

    :param since: when the first of them was looked at, an aware moment.
    :param is_complete: whether they are all users of the account.
    :param root_keys: of the account.
    :param report: of which date, ISO 8601, the credential report is by which some users were not looked at;
        empty where each was.
    :param passed_over: how many users that report shows without keys.
    """

    users: tuple[SeenUser, ...]
    since: datetime
    is_complete: bool
    root_keys: RootKeys = RootKeys.NOT_ASKED
    report: str = ""
    passed_over: int = 0

    @property
    def declarable(self) -> Iterator[tuple[SeenUser, SeenKey]]:
        """Every key that can be declared as it is, with its user: one in a status that is known."""
        return ((user, seen) for user, seen in self.keys if seen.key.status.is_known)

    @property
    def keys(self) -> Iterator[tuple[SeenUser, SeenKey]]:
        """Every key with its user."""
        for user in self.users:
            for seen in user.keys:
                yield user, seen


def look_at(client: Directory, user_name: str) -> SeenUser | None:
    """One user, ``None`` if it is not there.

    :raises KeyswitchError: its keys cannot be listed, or AWS cannot be reached.
    """
    try:
        keys = client.list_access_keys(user_name)
        seen = tuple(SeenKey(key, _last_used(client, key)) for key in keys)
        return SeenUser(user_name, seen, _policies(client, user_name) if keys else ())
    except NoSuchEntityError:
        return None


def look_again(client: Directory, seen: SeenUser) -> SeenUser | None:
    """One user that was seen before, with the keys and statuses of now; what else is known is kept.

    :raises KeyswitchError: see :func:`look_at`.
    """
    try:
        keys = client.list_access_keys(seen.user_name)
    except NoSuchEntityError:
        return None
    return (
        seen if keys == tuple(each.key for each in seen.keys) else look_at(client, seen.user_name)
    )


def walk(
    client: Directory,
    user_names: Iterable[str],
    tell: Callable[[str, SeenUser | None], None],
) -> None:
    """Looks at every user, and tells of each what :func:`look_at` answered, as soon as it is seen.

    See :func:`~keyswitch.iam.concurrently.ask_all` for how it ends after a fault or an interrupt.

    :raises KeyswitchError: one could not be looked at.
    """
    ask_all(user_names, lambda name: look_at(client, name), tell)


def _last_used(client: Directory, key: AccessKey) -> LastUsed | None:
    """An answer about another user's key tells nothing of this one."""
    try:
        used = client.last_used(key.access_key_id)
    except (OwnerNotToldError, NoSuchEntityError):
        return None
    return used if used.is_of(key) else None


def _policies(client: Directory, user_name: str) -> tuple[str, ...] | None:
    try:
        return client.attached_policies(user_name)
    except KeyswitchError as error:
        if isinstance(error.message, catalogue.Denial):
            return None
        raise
