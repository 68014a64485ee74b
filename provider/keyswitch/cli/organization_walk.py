"""The walk over the accounts of an organization that discover and audit share: seen at work, and resumable."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from keyswitch.cli.checkpoint import AccountsCheckpoint, Checkpoint
from keyswitch.cli.progress import accounts_progress
from keyswitch.cli.scan import (
    Selection,
    recent_report,
    root_keys_of,
    users_without_keys,
)
from keyswitch.iam.boto_directory import BotoDirectory
from keyswitch.iam.client import Caller, Directory, NoSuchEntityError, User
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, line
from keyswitch.model.roles import Role
from keyswitch.model.user_names import folded
from keyswitch.report.inventory import Inventory, RootKeys, SeenUser
from keyswitch.report.organization_scan import (
    AccountFailure,
    AccountResult,
    Member,
    place_of,
    role_arn,
)
from keyswitch.report.organization_walk import Listed, walk_accounts


@dataclass(frozen=True)
class Asked:
    """What an audit asks of each account besides its keys.

    :param root_keys: whether its root user has access keys.
    :param paths: the paths of users that are named.
    :param always: the names of users of an account, by its id, that no credential report passes over; asked by
        several threads.
    """

    root_keys: bool = False
    paths: bool = False
    always: Callable[[str], Collection[str]] = lambda _account_id: ()


NO_MORE: Final = Asked()


@dataclass(frozen=True)
class Into:
    """The way into each account, see :class:`~keyswitch.report.organization_walk.Way`.

    :param client: whose credentials assume the roles, and look at their own account.
    :param caller: who that is.
    :param role: the name of the role, with or without a path.
    """

    client: BotoDirectory
    caller: Caller
    role: str
    external_id: str | None
    selection: Selection
    asked: Asked

    def role_of(self, member: Member) -> str:
        """See :meth:`Way.role_of`: the caller's own account has none."""
        account_id = member.account.account_id
        _, _, after_arn = self.caller.arn.partition(":")
        partition = after_arn.partition(":")[0] or "aws"
        is_own = account_id == self.caller.account_id
        return "" if is_own else role_arn(self.role, account_id, partition)

    def enter(self, member: Member) -> Directory:
        """See :meth:`Way.enter`."""
        arn = self.role_of(member)
        if not arn:
            return self.client
        return self.client.in_role(Role(arn, external_id=self.external_id))

    def users(self, member: Member, client: Directory) -> Listed:
        """See :meth:`Way.users`."""
        of_all = not self.selection.users
        there = client.users(self.selection.path_prefix) if of_all else tuple(self._named(client))
        is_asked = self.selection.by_report
        report = recent_report(client, f"account {member}") if is_asked else None
        always = self.asked.always(member.account.account_id)
        passed_over = users_without_keys(report, there, always)
        return Listed(
            tuple(user for user in there if user.name not in passed_over),
            self.selection.is_complete and not passed_over,
            root_keys_of(client) if self.asked.root_keys else RootKeys.NOT_ASKED,
            report.generated if report is not None else "",
            len(passed_over),
        )

    def _named(self, client: Directory) -> Iterator[User]:
        """The users that are named; one whose path is asked for and that is not there is left out."""
        for name in self.selection.named:
            path = ""
            if self.asked.paths:
                try:
                    path = client.user(name).path
                except NoSuchEntityError:
                    continue
            yield User(name, path)


class Walk:
    """One walk: its checkpoint, and what came of it so far; it is the walk's own ``Progress``.

    :param accounts: what tells the accounts of this walk from those of others.
    :ivar began: an aware moment.
    """

    def __init__(self, way: Into, accounts: Sequence[str]) -> None:
        self._way = way
        selection = way.selection
        users = (selection.path_prefix, *sorted(set(selection.users)))
        more = f"{selection.by_report} {way.asked.root_keys} {way.asked.paths}"
        self._checkpoint = AccountsCheckpoint(
            Path(click.get_app_dir("keyswitch")),
            way.caller,
            (way.role, way.external_id or "", *accounts, "", *users, more),
            fresh=selection.fresh,
        )
        self._under_way: dict[Member, Checkpoint] = {}
        self._advance: Callable[[int, int], None] = lambda _users, _accounts: None
        self.began = self._checkpoint.began
        self.results: list[AccountResult] = []
        self.failures: list[AccountFailure] = []

    def run(self, selected: Sequence[Member]) -> None:
        """Looks at every account that no earlier walk has read."""
        left = []
        for member in selected:
            known = self._checkpoint.seen.get(member.account.account_id)
            if known is not None and self._has_declared(member, known):
                self.results.append(AccountResult(member, known))
            else:
                left.append(member)
        done = len(self.results)
        if done:
            told = f"Going on from an earlier walk: {done} of {len(selected)} accounts are known."
            click.echo(f"{told} --fresh begins anew.", err=True)
        try:
            with accounts_progress(len(selected), done) as self._advance:
                walk_accounts(left, self._way, self)
        except KeyswitchError as error:
            raise error.with_also((*error.also, *self._kept(selected))) from None
        except KeyboardInterrupt:
            for each in self._kept(selected):
                click.echo(each, err=True)
            raise
        self.failures.sort(key=lambda each: place_of(each.member))
        if not self.failures:
            self._checkpoint.end()

    def _has_declared(self, member: Member, known: Inventory) -> bool:
        """Whether the credential report of an earlier walk passed over no user that is declared now."""
        if not known.passed_over:
            return True
        names = {folded(user.user_name) for user in known.users}
        return names.issuperset(map(folded, self._way.asked.always(member.account.account_id)))

    def _kept(self, selected: Sequence[Member]) -> tuple[str, ...]:
        if not self._checkpoint.is_kept or not (self.results or self._under_way):
            return ()
        seen, accounts = len(self.results), len(selected)
        return (line(catalogue.OrganizationScanInterrupted(seen=seen, accounts=accounts)),)

    def known(self, member: Member) -> Checkpoint:
        """See :meth:`Progress.known`."""
        found = self._checkpoint.of_account(member.account.account_id)
        self._under_way[member] = found
        return found

    def seen(self, member: Member, user_name: str, user: SeenUser | None) -> None:
        """See :meth:`Progress.seen`."""
        self._under_way[member].note(user_name, user)
        self._advance(1, 0)

    def ended(self, outcome: AccountResult | AccountFailure) -> None:
        """See :meth:`Progress.ended`."""
        ended = self._under_way.pop(outcome.member)
        self._advance(0, 1)
        if isinstance(outcome, AccountResult):
            self.results.append(outcome)
            self._checkpoint.note(outcome.member.account.account_id, outcome.inventory)
            ended.end()
        else:
            self.failures.append(outcome)
