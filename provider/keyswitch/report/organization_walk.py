"""The look at the accounts of an organization: which there are, and all keys of each.

Each account costs one AssumeRole and what :mod:`~keyswitch.report.inventory` asks. The caller's own account is looked at with
the caller's own credentials: a management account has no role for itself. An account whose calls fail is a failure in
the outcome and keeps no other from being looked at; what is wrong with the caller's own credentials, or with the way to
STS, ends the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Final, Protocol

from keyswitch.iam.client import Directory, User
from keyswitch.iam.concurrently_by_group import Opened, ask_all_groups
from keyswitch.iam.organizations import OrganizationalUnit, Organizations
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.report.inventory import Inventory, RootKeys, SeenUser, look_at
from keyswitch.report.organization_scan import (
    AccountFailure,
    AccountResult,
    FailedCall,
    FailedRole,
    Member,
    place_of,
)

_OF_THE_CALLER: Final = (
    *catalogue.NOT_ACCEPTED,
    catalogue.CredentialsExpired,
    catalogue.NoCredentials,
    catalogue.Clock,
    catalogue.Unreachable,
    catalogue.Untrusted,
)
"""What every other account would be answered too when its role is asked for."""
_ENTERING: Final = "sts:AssumeRole"
_NOT_YET: Final = datetime.max.replace(tzinfo=timezone.utc)
_Units = tuple[OrganizationalUnit, ...]


def members(organizations: Organizations, ou_ids: Sequence[str] = ()) -> tuple[Member, ...]:
    """Every account, in every state, in the order of OU paths and ids.

    :param ou_ids: only accounts below these OUs or roots, at any depth; all accounts without any.
    :raises KeyswitchError: they cannot be listed, or there is no such OU (KS332).
    """
    found: dict[str, Member] = {}
    for parent_id in ou_ids or organizations.root_ids():
        for member in _below(organizations, parent_id, _units_above(organizations, parent_id)):
            found.setdefault(member.account.account_id, member)
    if not ou_ids:
        for account in organizations.accounts():
            found.setdefault(account.account_id, Member(account, None))
    return tuple(sorted(found.values(), key=place_of))


def _below(organizations: Organizations, parent_id: str, above: _Units) -> Iterator[Member]:
    for account in organizations.accounts_for_parent(parent_id):
        yield Member(account, above)
    for unit in organizations.organizational_units_for_parent(parent_id):
        yield from _inside(organizations, unit, above)


def _inside(
    organizations: Organizations, unit: OrganizationalUnit, above: _Units
) -> Iterator[Member]:
    """Nothing of an OU that was deleted since it was listed: AWS deletes only what no account is in."""
    try:
        yield from _below(organizations, unit.ou_id, (*above, unit))
    except KeyswitchError as error:
        if not isinstance(error.message, catalogue.NoSuchParent):
            raise


def _units_above(organizations: Organizations, parent_id: str) -> _Units:
    """The OU and those that it is in, from the top down; none for a root."""
    found: _Units = ()
    while parent_id.startswith("ou-"):
        found = (organizations.organizational_unit(parent_id), *found)
        parent_id = organizations.parent_id(parent_id)
    return found


class Known(Protocol):
    """What is known of an account's users before they are looked at, none of them or some."""

    @property
    def since(self) -> datetime:
        """When the first of them was looked at; now, if none was."""
        ...

    @property
    def seen(self) -> Mapping[str, SeenUser | None]:
        """Each of them, ``None`` for one that is not there."""
        ...


class Progress(Protocol):
    """Takes up what a walk sees; called by one thread only, but for ``known``."""

    def known(self, member: Member) -> Known:
        """What an earlier walk has seen of an account; asked by several threads."""
        ...

    def seen(self, member: Member, user_name: str, user: SeenUser | None) -> None:
        """A user was looked at; ``None`` for one that is not there."""
        ...

    def ended(self, outcome: AccountResult | AccountFailure) -> None:
        """An account is done with."""
        ...


@dataclass(frozen=True)
class Listed:
    """The users of an account that are to be looked at, and what else is asked of it as a whole.

    :param is_complete: whether they are all of its users.
    :param root_keys: see :class:`~keyswitch.report.inventory.Inventory`, as for the others.
    """

    users: tuple[User, ...]
    is_complete: bool
    root_keys: RootKeys = RootKeys.NOT_ASKED
    report: str = ""
    passed_over: int = 0


class Way(Protocol):
    """How the accounts are looked at; called from several threads."""

    def role_of(self, member: Member) -> str:
        """The ARN of the role by which an account is entered; empty where there is none."""
        ...

    def enter(self, member: Member) -> Directory:
        """The client to an account, its role assumed.

        :raises KeyswitchError: the account cannot be entered.
        """
        ...

    def users(self, member: Member, client: Directory) -> Listed:
        """Whom to look at in an account.

        :raises KeyswitchError: they cannot be listed.
        """
        ...


def walk_accounts(selected: Sequence[Member], way: Way, progress: Progress) -> None:
    """Looks at every account, and tells of each user and each account as soon as it is seen.

    See :func:`~keyswitch.iam.concurrently_by_group.ask_all_groups` for the bound and for how an interrupt ends it. The
    client of an account is given up when the account is done with.

    :raises KeyswitchError: what would fail the same way for every other account.
    """
    accounts = {member: _Account(member, way, progress.known) for member in selected}

    def tell(member: Member, user_name: str, user: SeenUser | None) -> None:
        accounts[member].users[user_name] = user
        progress.seen(member, user_name, user)

    def end(member: Member, failure: Exception | None) -> None:
        account = accounts.pop(member)
        progress.ended(account.result() if failure is None else account.failed(failure))

    ask_all_groups(selected, lambda member: accounts[member].opened(), tell, end)


class _Account:
    """One account while it is looked at."""

    def __init__(self, member: Member, way: Way, known: Callable[[Member], Known]) -> None:
        self.users: dict[str, SeenUser | None] = {}
        self._member = member
        self._way = way
        self._known = known
        self._since = _NOT_YET
        self._listed = Listed((), is_complete=False)
        self._doing = _ENTERING

    def opened(self) -> Opened[str, SeenUser | None]:
        """The account is entered, and its users are listed."""
        known = self._known(self._member)
        self._since = known.since
        client = self._way.enter(self._member)
        self._doing = "iam:ListUsers"
        self._listed = self._way.users(self._member, client)
        self._doing = "iam:ListAccessKeys"
        names = [user.name for user in self._listed.users]
        self.users.update({name: known.seen[name] for name in names if name in known.seen})
        left = [name for name in names if name not in known.seen]
        return left, lambda name: look_at(client, name)

    def result(self) -> AccountResult:
        """What was read of it, whole."""
        listed = self._listed
        paths = {user.name: user.path for user in listed.users}
        found = tuple(
            replace(user, path=paths[name])
            for name, user in sorted(self.users.items())
            if user is not None
        )
        inventory = Inventory(
            found,
            self._since,
            listed.is_complete,
            listed.root_keys,
            listed.report,
            listed.passed_over,
        )
        return AccountResult(self._member, inventory)

    def failed(self, failure: Exception) -> AccountFailure:
        """Why it is not among the results.

        :raises KeyswitchError: see :func:`walk_accounts`.
        :raises Exception: a failure that is none of AWS's or of the way there.
        """
        if not isinstance(failure, KeyswitchError):
            raise failure
        message, answer = failure.message, failure.answer
        operation = str(getattr(message, "operation", self._doing))
        if self._doing != _ENTERING:
            return FailedCall(self._member, operation, message, answer)
        if isinstance(message, _OF_THE_CALLER):
            raise failure
        role = self._way.role_of(self._member)
        return FailedRole(self._member, operation, message, answer, role)
