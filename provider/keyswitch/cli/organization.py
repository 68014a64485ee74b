"""The accounts of an organization: the options that select them, and the walk over them, seen at work and resumable."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from keyswitch.cli.checkpoint import AccountsCheckpoint, Checkpoint
from keyswitch.cli.command import gathering
from keyswitch.cli.scan import (
    Selection,
    no_report_used,
    recent_report,
    root_keys_of,
    users_without_keys,
    working,
)
from keyswitch.iam.boto_directory import BotoDirectory
from keyswitch.iam.boto_organizations import BotoOrganizations
from keyswitch.iam.client import Caller, CredentialReport, Directory, NoSuchEntityError, User
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, counted, line
from keyswitch.model.roles import EXTERNAL_ID, NO_EXTERNAL_ID, Role
from keyswitch.model.user_names import folded
from keyswitch.report.inventory import RootKeys, SeenUser
from keyswitch.report.organization_scan import (
    AccountFailure,
    AccountFilter,
    AccountResult,
    FailedCall,
    FailedRole,
    Member,
    OrganizationScan,
    place_of,
    role_arn,
)
from keyswitch.report.organization_walk import Listed, members, walk_accounts

_PARENT: Final = re.compile(r"r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}")
_ROLE: Final = re.compile(r"/?(?:[\x21-\x2e\x30-\x7e]+/)*[\w+=,.@-]{1,64}", re.ASCII)
_TOLD_EVERY_SECONDS: Final = 10.0


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
class OrganizationSelection:
    """Which accounts of the organization are looked at, and how they are entered.

    :param ou_ids: only accounts below these OUs or roots, at any depth; every account without any.
    :param role: the name of the role in each account, with or without a path.
    :param external_id: what its trust policy asks for.
    """

    ou_ids: tuple[str, ...]
    account_filter: AccountFilter
    role: str
    external_id: str | None

    def scan(
        self, client: BotoDirectory, caller: Caller, selection: Selection, asked: Asked = NO_MORE
    ) -> OrganizationScan:
        """Every account that is selected, and of each the users that are.

        :param client: whose credentials list the accounts and assume the roles.
        :param caller: who that is.
        :param asked: what else an audit asks.
        :raises KeyswitchError: the accounts cannot be listed, none is selected (KS760), the walk ended early, or a user
            that was named is in none of the accounts (KS709).
        """
        if not caller.account_id:
            raise click.UsageError(
                "--organization has to know the account of the credentials: remove "
                "aws:skipRequestingAccountId from the file of --stack-config."
            )
        with working("listing the accounts of the organization"):
            found = members(BotoOrganizations(client), self.ou_ids)
        inside = [each for each in found if self.account_filter.selects(each.account)]
        selected = [each for each in inside if each.account.is_active]
        if not selected:
            raise KeyswitchError(catalogue.NoAccountSelected(problem=self._problem(found, inside)))
        walk = _Walk(self, caller, selection, _Into(self, client, caller, selection, asked))
        walk.run(selected)
        if not walk.failures:
            _refuse_missing_users(selection, walk.results)
        return OrganizationScan(
            caller.account_id,
            tuple(sorted(walk.results, key=lambda each: place_of(each.member))),
            tuple(each for each in walk.failures if isinstance(each, FailedRole)),
            tuple(each for each in walk.failures if isinstance(each, FailedCall)),
            tuple(each for each in inside if not each.account.is_active),
            tuple(each for each in found if each not in inside),
            min((each.inventory.since for each in walk.results), default=walk.began),
        )

    @property
    def parts(self) -> tuple[str, ...]:
        """What tells a walk with these options from others."""
        patterns = self.account_filter.patterns
        external_id = self.external_id or ""
        return (self.role, external_id, *sorted(self.ou_ids), "", *sorted(patterns))

    def _problem(self, found: Sequence[Member], inside: Sequence[Member]) -> str:
        if inside:
            return f"none of {counted(len(inside), 'selected account')} is ACTIVE"
        if found:
            return f"none of {counted(len(found), 'account')} matches --account-filter"
        return "there is no account in these organizational units"


@dataclass(frozen=True)
class _Into:
    """The way into each account, see :class:`~keyswitch.report.organization_walk.Way`."""

    accounts: OrganizationSelection
    client: BotoDirectory
    caller: Caller
    selection: Selection
    asked: Asked

    def role_of(self, member: Member) -> str:
        account_id = member.account.account_id
        partition = self.caller.arn.split(":")[1]
        is_own = account_id == self.caller.account_id
        return "" if is_own else role_arn(self.accounts.role, account_id, partition)

    def enter(self, member: Member) -> Directory:
        arn = self.role_of(member)
        if not arn:
            return self.client
        return self.client.in_role(Role(arn, external_id=self.accounts.external_id))

    def users(self, member: Member, client: Directory) -> Listed:
        there = tuple(self._named(client)) or client.users(self.selection.path_prefix)
        report = self._report(member, client)
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
        for name in {folded(name): name for name in self.selection.users}.values():
            path = ""
            if self.asked.paths:
                try:
                    path = client.user(name).path
                except NoSuchEntityError:
                    continue
            yield User(name, path)

    def _report(self, member: Member, client: Directory) -> CredentialReport | None:
        if not self.selection.by_report:
            return None
        try:
            return recent_report(client)
        except KeyswitchError as error:
            warning = no_report_used(error, f"account {member}")
            Console(stderr=True).print(f"warning: {warning}", highlight=False, markup=False)
            return None


class _Walk:
    """One walk: its checkpoint, and what came of it so far.

    :ivar began: an aware moment.
    """

    def __init__(
        self, accounts: OrganizationSelection, caller: Caller, selection: Selection, way: _Into
    ) -> None:
        self._way = way
        users = (selection.path_prefix, *sorted(set(selection.users)))
        more = f"{selection.by_report} {way.asked.root_keys} {way.asked.paths}"
        self._checkpoint = AccountsCheckpoint(
            Path(click.get_app_dir("keyswitch")),
            caller,
            (*accounts.parts, "", *users, more),
            fresh=selection.fresh,
        )
        self._under_way: dict[Member, Checkpoint] = {}
        self._advance: Callable[[int, int], None] = lambda _users, _accounts: None
        self.began = self._checkpoint.began
        self.results: list[AccountResult] = []
        self.failures: list[AccountFailure] = []

    def run(self, selected: Sequence[Member]) -> None:
        """Looks at every account that no earlier walk has read."""
        stderr = Console(stderr=True)
        earlier = self._checkpoint.seen
        for member in selected:
            known = earlier.get(member.account.account_id)
            if known is not None:
                self.results.append(AccountResult(member, known))
        done = len(self.results)
        left = [each for each in selected if each.account.account_id not in earlier]
        if done:
            told = f"Going on from an earlier walk: {done} of {len(selected)} accounts are known."
            stderr.print(f"{told} --fresh begins anew.", highlight=False)
        try:
            with _progress(stderr, len(selected), done) as self._advance:
                walk_accounts(left, self._way, self)
        except KeyswitchError as error:
            raise error.with_also((*error.also, *self._kept(selected))) from None
        except KeyboardInterrupt:
            stderr.print(*self._kept(selected), highlight=False, soft_wrap=True)
            raise
        self.failures.sort(key=lambda each: place_of(each.member))
        if not self.failures:
            self._checkpoint.end()

    def _kept(self, selected: Sequence[Member]) -> tuple[str, ...]:
        if not self._checkpoint.is_kept or not (self.results or self._under_way):
            return ()
        seen, accounts = len(self.results), len(selected)
        return (line(catalogue.OrganizationScanInterrupted(seen=seen, accounts=accounts)),)

    def known(self, member: Member) -> Checkpoint:
        """See :class:`~keyswitch.report.organization_walk.Progress`, as for the others."""
        found = self._checkpoint.of_account(member.account.account_id)
        self._under_way[member] = found
        return found

    def seen(self, member: Member, user_name: str, user: SeenUser | None) -> None:
        self._under_way[member].note(user_name, user)
        self._advance(1, 0)

    def ended(self, outcome: AccountResult | AccountFailure) -> None:
        ended = self._under_way.pop(outcome.member)
        self._advance(0, 1)
        if isinstance(outcome, AccountResult):
            self.results.append(outcome)
            self._checkpoint.note(outcome.member.account.account_id, outcome.inventory)
            ended.end()
        else:
            self.failures.append(outcome)


def _refuse_missing_users(selection: Selection, results: Sequence[AccountResult]) -> None:
    """A user that is in some of the accounts only is none that is missing."""
    there = {folded(user.user_name) for each in results for user in each.inventory.users}
    missing = [name for name in selection.users if folded(name) not in there]
    if missing:
        others = f", nor in {len(results) - 1} others" if len(results) > 1 else ""
        account = f"{results[0].member}{others}"
        raise KeyswitchError(catalogue.NoSuchUser(user_name=", ".join(missing), account=account))


@contextmanager
def _progress(console: Console, total: int, done: int) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal that goes when the walk is over; elsewhere a line every ten seconds.

    Yields what further users and accounts are counted with.
    """
    if not console.is_terminal:
        yield _Lines(console, total, done).advance
        return
    columns = (
        TextColumn("reading accounts"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[users]} users"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("accounts", total=total, completed=done, users=0)

        def advance(users: int, accounts: int) -> None:
            seen = progress.tasks[0].fields["users"] + users
            progress.update(task, advance=accounts, users=seen)

        yield advance


class _Lines:
    def __init__(self, console: Console, total: int, done: int) -> None:
        self._console = console
        self._total = total
        self._accounts = done
        self._users = 0
        self._told = time.monotonic()

    def advance(self, users: int, accounts: int) -> None:
        """Says how far the walk is, if that was not said within ten seconds."""
        self._users += users
        self._accounts += accounts
        now = time.monotonic()
        if now - self._told >= _TOLD_EVERY_SECONDS:
            self._told = now
            read = f"{self._accounts} of {self._total} accounts, {counted(self._users, 'user')}"
            self._console.print(f"Looked at {read}.", highlight=False)


def _selected(
    *,
    is_organization: bool,
    ou_ids: tuple[str, ...],
    account_filter: tuple[str, ...],
    role: str | None,
    external_id: str | None,
) -> OrganizationSelection | None:
    given = {
        "--ou": ou_ids,
        "--account-filter": account_filter,
        "--role": role,
        "--external-id": external_id,
    }
    named = [name for name, value in given.items() if value]
    if not is_organization:
        if named:
            raise click.UsageError(f"Use {named[0]} with --organization only.")
        return None
    if not role:
        raise click.UsageError(
            "Use --role NAME with --organization: the role to assume in each account."
        )
    if role.startswith("arn:") or not _ROLE.fullmatch(role):
        raise click.UsageError(
            "--role takes the name of a role, such as audit or security/audit, not an ARN."
        )
    wrong = next((each for each in ou_ids if not _PARENT.fullmatch(each)), None)
    if wrong is not None:
        raise click.UsageError(
            f"--ou takes the id of an organizational unit or root, ou-… or r-…, not {wrong!r}."
        )
    if external_id and not EXTERNAL_ID.fullmatch(external_id):
        raise click.UsageError(f"--external-id {NO_EXTERNAL_ID}.")
    return OrganizationSelection(ou_ids, AccountFilter(account_filter), role, external_id)


organization_options = gathering(
    click.option(
        "--organization",
        "is_organization",
        is_flag=True,
        help="Look at every account of the AWS organization, with credentials of its management account or of a "
        "delegated administrator.",
    ),
    click.option(
        "--ou",
        "ou_ids",
        multiple=True,
        metavar="OU",
        help="Only accounts below this organizational unit or root (ou-… or r-…). Repeat the option for several.",
    ),
    click.option(
        "--account-filter",
        multiple=True,
        metavar="PATTERN",
        help="Only accounts whose whole id or name matches, such as '*-prod'; '!sandbox-*' leaves accounts out. "
        "Repeat the option for several.",
    ),
    click.option(
        "--role",
        metavar="NAME",
        help="Assume the role of this name in each account but the one of the credentials.",
    ),
    click.option("--external-id", metavar="ID", help="The external id that the role asks for."),
    argument="organization",
    make=_selected,
)
"""The options by which a command selects accounts; they make its argument ``organization``, ``None`` without
``--organization``."""
