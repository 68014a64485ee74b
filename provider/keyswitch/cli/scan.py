"""The walk over an account's users that discover and audit share: seen at work, and resumable."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

import click

from keyswitch.cli.checkpoint import Checkpoint
from keyswitch.cli.command import gathering
from keyswitch.cli.progress import users_progress, working
from keyswitch.iam.client import Caller, CredentialReport, Directory, NoSuchEntityError, User
from keyswitch.iam.concurrently import ask_all
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, line
from keyswitch.model.durations import moment
from keyswitch.model.user_names import folded
from keyswitch.report.inventory import Inventory, RootKeys, SeenUser, look_again, walk

_REPORT_KEPT: Final = timedelta(hours=4)


@dataclass(frozen=True)
class Selection:
    """Which users are looked at: those named, or all under a path.

    :param fresh: whether what an earlier walk left is not used.
    :param by_report: whether users are passed over that the account's credential report shows without keys.
    """

    users: tuple[str, ...]
    path_prefix: str
    fresh: bool
    by_report: bool = False

    @property
    def named(self) -> tuple[str, ...]:
        """The users that are named, each once, in whatever letter case."""
        return tuple({folded(name): name for name in self.users}.values())

    @property
    def is_complete(self) -> bool:
        """Whether it is every user of the account."""
        return not self.users and self.path_prefix == "/"

    def inventory(
        self,
        client: Directory,
        caller: Caller,
        *,
        as_of_now: bool = False,
        with_paths: bool = False,
        always: Collection[str] = (),
    ) -> Inventory:
        """Everybody that is selected.

        :param as_of_now: list the keys of those users again whom an earlier walk has seen.
        :param with_paths: whether the paths of users that are named are asked for.
        :param always: names of users that no credential report passes over.
        :raises KeyswitchError: the walk ended early, or a user that was named is not there.
        """
        there = self._users(client, caller, with_paths=with_paths)
        report = self._report(client)
        passed_over = users_without_keys(report, there, always)
        names = tuple(user.name for user in there if user.name not in passed_over)
        folder = Path(click.get_app_dir("keyswitch"))
        selection = (self.path_prefix, *sorted(set(self.users)))
        checkpoint = Checkpoint(folder, caller, selection, fresh=self.fresh)
        left = [name for name in names if name not in checkpoint.seen]
        again = [user for name in names if (user := checkpoint.seen.get(name)) and as_of_now]
        if len(left) < len(names):
            told = f"Going on from an earlier walk: {len(names) - len(left)} of {len(names)} users"
            click.echo(f"{told} are known. --fresh begins anew.", err=True)
        try:
            with users_progress(len(names), len(names) - len(left)) as advance:

                def tell(name: str, seen: SeenUser | None) -> None:
                    checkpoint.note(name, seen)
                    advance()

                walk(client, left, tell)
            with working("reading users of the earlier scan again"):
                ask_all(
                    again,
                    lambda user: look_again(client, user),
                    lambda user, seen: checkpoint.note(user.user_name, seen),
                )
        except KeyswitchError as error:
            also = (*error.also, *_kept(checkpoint, names))
            raise error.with_also(also) from None
        except KeyboardInterrupt:
            for each in _kept(checkpoint, names):
                click.echo(each, err=True)
            raise
        checkpoint.end()
        missing = [name for name in names if self.users and checkpoint.seen[name] is None]
        if missing:
            raise _no_such_user(missing, caller)
        paths = {user.name: user.path for user in there}
        found = (checkpoint.seen[name] for name in sorted(names))
        users = tuple(replace(user, path=paths[user.user_name]) for user in found if user)
        return Inventory(
            users,
            checkpoint.since,
            self.is_complete and not passed_over,
            report=report.generated if report is not None else "",
            passed_over=len(passed_over),
        )

    def _users(self, client: Directory, caller: Caller, *, with_paths: bool) -> tuple[User, ...]:
        names = self.named
        if not names:
            with working("listing users"):
                return client.users(self.path_prefix)
        if not with_paths:
            return tuple(User(name, "") for name in names)
        try:
            return tuple(replace(client.user(name), name=name) for name in names)
        except NoSuchEntityError:
            raise _no_such_user(names, caller) from None

    def _report(self, client: Directory) -> CredentialReport | None:
        if not self.by_report or self.users:
            return None
        with working("waiting for the credential report"):
            return recent_report(client)


def recent_report(client: Directory, about: str | None = None) -> CredentialReport | None:
    """The account's credential report.

    ``None`` where AWS refuses, or answers with one of more than four hours ago (KS732): a warning says that every user
    is looked at instead (KS731).

    :param about: which account, in words, where there are several.
    """
    try:
        report = client.credential_report()
        if datetime.now(timezone.utc) - moment(report.generated) <= _REPORT_KEPT:
            return report
        problem = str(KeyswitchError(catalogue.StaleCredentialReport(date=report.generated)))
    except KeyswitchError as error:
        problem = str(error)
    message = catalogue.CredentialReportNotUsed(problem=problem.removesuffix("."))
    click.echo(f"warning: {line(message, about)}", err=True)
    return None


def users_without_keys(
    report: CredentialReport | None, there: Iterable[User], always: Collection[str]
) -> frozenset[str]:
    """The users that need not be looked at. One that is not in the report is new, and may have keys."""
    if report is None:
        return frozenset()
    wanted = {folded(name) for name in always}
    names = {user.name for user in there if folded(user.name) not in wanted}
    return frozenset(names & (report.users - report.with_keys))


def root_keys_of(client: Directory) -> RootKeys:
    """Whether the account's root user has access keys, as far as IAM tells.

    :raises KeyswitchError: AWS cannot be reached.
    """
    try:
        return RootKeys.PRESENT if client.has_root_keys() else RootKeys.ABSENT
    except KeyswitchError as error:
        if isinstance(error.message, catalogue.Denial):
            return RootKeys.NOT_REPORTED
        raise


def _no_such_user(names: Sequence[str], caller: Caller) -> KeyswitchError:
    account = caller.account_id or "of these credentials"
    return KeyswitchError(catalogue.NoSuchUser(user_name=", ".join(names), account=account))


def _kept(checkpoint: Checkpoint, names: Sequence[str]) -> tuple[str, ...]:
    known = sum(name in checkpoint.seen for name in names) if checkpoint.is_kept else 0
    return (line(catalogue.ScanInterrupted(seen=known, users=len(names))),) if known else ()


def _selection(
    users: tuple[str, ...], path_prefix: str, *, fresh: bool, by_report: bool
) -> Selection:
    if users and path_prefix != "/":
        raise click.UsageError("Use --user or --path-prefix, not both.")
    if users and by_report:
        raise click.UsageError("Use --user or --credential-report, not both.")
    if not all(users):
        raise click.UsageError("--user takes the name of a user, not an empty text.")
    if not path_prefix.startswith("/"):
        raise click.UsageError(
            "--path-prefix takes a path that starts with a slash, such as /service/."
        )
    return Selection(users, path_prefix, fresh, by_report)


selection_options = gathering(
    click.option(
        "--user",
        "users",
        multiple=True,
        metavar="NAME",
        help="Only this user. Repeat the option for several users.",
    ),
    click.option(
        "--path-prefix",
        default="/",
        show_default=True,
        metavar="/PATH/",
        help="Only users under this IAM path.",
    ),
    click.option(
        "--fresh",
        is_flag=True,
        help="Start over instead of continuing a scan that stopped within the last hour.",
    ),
    click.option(
        "--credential-report",
        "by_report",
        is_flag=True,
        help=(
            "Skip users that the account's credential report shows without keys. The report is up to four hours "
            "old, and does not show Inactive keys that were never used."
        ),
    ),
    argument="selection",
    make=_selection,
)
"""The options by which a command selects users; they make its argument ``selection``."""
