"""How far a long walk is: a bar or a spinner on a terminal, elsewhere a line every ten seconds on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Final

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from keyswitch.cli.console import can_redraw, console
from keyswitch.messages.format import counted

EVERY_SECONDS: Final = 10.0
"""Between two lines, and before the first."""
Ended = Callable[[Event, float], bool]


def ended_within(ended: Event, seconds: float) -> bool:
    """Whether a walk ends within so many seconds from now; waits no longer than the walk goes on."""
    return ended.wait(seconds)


@contextmanager
def told_in_lines(text: Callable[[], str], within: Ended | None = None) -> Iterator[None]:
    """Says a text on standard error every ten seconds until the walk is over; nothing about a shorter walk.

    :param text: how far the walk is, in one line; asked by a thread of its own.
    :param within: the clock, see :func:`ended_within`.
    """
    ended = Event()
    wait = within or ended_within

    def tell() -> None:
        with suppress(OSError):
            while not wait(ended, EVERY_SECONDS):
                click.echo(text(), err=True)

    teller = Thread(target=tell, name="progress", daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


@contextmanager
def working(on: str) -> Iterator[None]:
    """For work without a measure.

    :param on: what keyswitch is doing, such as ``listing users``.
    """
    if can_redraw():
        with console(stderr=True).status(on):
            yield
        return
    with told_in_lines(lambda: f"Still {on}."):
        yield


@contextmanager
def users_progress(total: int, done: int) -> Iterator[Callable[[], None]]:
    """Yields what each further user is counted with.

    :param done: how many an earlier walk has seen.
    """
    if can_redraw():
        columns = (
            TextColumn("reading users"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console(stderr=True), transient=True) as progress:
            task = progress.add_task("users", total=total, completed=done)
            yield lambda: progress.advance(task)
        return
    count = done

    def advance() -> None:
        nonlocal count
        count += 1

    with told_in_lines(lambda: f"Looked at {count:,} of {_counted(total, 'user')}."):
        yield advance


@contextmanager
def accounts_progress(total: int, done: int) -> Iterator[Callable[[int, int], None]]:
    """Yields what further users and accounts are counted with.

    :param done: how many accounts an earlier walk has read.
    """
    users, accounts = 0, done
    if can_redraw():
        columns = (
            TextColumn("reading accounts"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[users]} users"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console(stderr=True), transient=True) as progress:
            task = progress.add_task("accounts", total=total, completed=done, users=0)

            def draw(more_users: int, more_accounts: int) -> None:
                nonlocal users
                users += more_users
                progress.update(task, advance=more_accounts, users=users)

            yield draw
        return

    def advance(more_users: int, more_accounts: int) -> None:
        nonlocal users, accounts
        users += more_users
        accounts += more_accounts

    def text() -> str:
        of_all = f"{accounts:,} of {_counted(total, 'account')}"
        return f"Looked at {of_all}, {_counted(users, 'user')}."

    with told_in_lines(text):
        yield advance


def _counted(number: int, noun: str) -> str:
    """``5,000 users``."""
    return counted(number, noun).replace(str(number), f"{number:,}", 1)
