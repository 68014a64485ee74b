"""The walk over an account's users that discover and audit share: seen at work, and resumable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from keyswitch.cli.checkpoint import Checkpoint
from keyswitch.cli.command import gathering
from keyswitch.iam.client import Caller, Directory
from keyswitch.iam.concurrently import ask_all
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, line
from keyswitch.model.user_names import folded
from keyswitch.report.inventory import Inventory, SeenUser, look_again, walk


@dataclass(frozen=True)
class Selection:
    """Which users are looked at: those named, or all under a path.

    :param fresh: whether what an earlier walk left is not used.
    """

    users: tuple[str, ...]
    path_prefix: str
    fresh: bool

    @property
    def is_complete(self) -> bool:
        """Whether it is every user of the account."""
        return not self.users and self.path_prefix == "/"

    def inventory(self, client: Directory, caller: Caller, *, as_of_now: bool = False) -> Inventory:
        """Everybody that is selected.

        :param as_of_now: list the keys of those users again whom an earlier walk has seen.
        :raises KeyswitchError: the walk ended early, or a user that was named is not there.
        """
        stderr = Console(stderr=True)
        names = tuple({folded(name): name for name in self.users}.values())
        if not names:
            with working("listing users"):
                names = client.users(self.path_prefix)
        folder = Path(click.get_app_dir("keyswitch"))
        selection = (self.path_prefix, *sorted(set(self.users)))
        checkpoint = Checkpoint(folder, caller, selection, fresh=self.fresh)
        left = [name for name in names if name not in checkpoint.seen]
        again = [user for name in names if (user := checkpoint.seen.get(name)) and as_of_now]
        if checkpoint.seen:
            told = f"Going on from an earlier walk: {len(names) - len(left)} of {len(names)} users"
            stderr.print(f"{told} are known. --fresh begins anew.", highlight=False)
        try:
            with _progress(stderr, len(names), len(names) - len(left)) as advance:

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
            stderr.print(*_kept(checkpoint, names), highlight=False, soft_wrap=True)
            raise
        checkpoint.end()
        missing = [name for name in names if self.users and checkpoint.seen[name] is None]
        if missing:
            raise KeyswitchError(
                catalogue.NoSuchUser(
                    user_name=", ".join(missing),
                    account=caller.account_id or "of these credentials",
                )
            )
        found = (checkpoint.seen[name] for name in sorted(names))
        users = tuple(user for user in found if user is not None)
        return Inventory(users, checkpoint.since, self.is_complete)


def _kept(checkpoint: Checkpoint, names: Sequence[str]) -> tuple[str, ...]:
    known = sum(name in checkpoint.seen for name in names) if checkpoint.is_kept else 0
    return (line(catalogue.ScanInterrupted(seen=known, users=len(names))),) if known else ()


@contextmanager
def working(on: str) -> Iterator[None]:
    """A spinner on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    with console.status(on) if console.is_terminal else nullcontext():
        yield


@contextmanager
def _progress(console: Console, total: int, done: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal, nothing elsewhere; it goes when the walk is over."""
    if not console.is_terminal:
        yield lambda: None
        return
    columns = (
        TextColumn("reading users"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("users", total=total, completed=done)
        yield lambda: progress.advance(task)


def _selection(users: tuple[str, ...], path_prefix: str, *, fresh: bool) -> Selection:
    if users and path_prefix != "/":
        raise click.UsageError("Use --user or --path-prefix, not both.")
    if not path_prefix.startswith("/"):
        raise click.UsageError(f"A path starts with a slash: --path-prefix /{path_prefix}")
    return Selection(users, path_prefix, fresh)


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
    argument="selection",
    make=_selection,
)
"""The options by which a command selects users; they make its argument ``selection``."""
