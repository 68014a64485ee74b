"""Keys as rows of a table: on a terminal in colours, elsewhere plain and as wide as it needs to be."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Final

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from keyswitch.census import SeenKey
from keyswitch.errors import counted
from keyswitch.safeguards import use_in_words
from keyswitch.times import ago, moment

_WIDE: Final = 200


def key_table(last_column: str) -> Table:
    """A table of keys, with a last column of the caller's."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("key", "user", "status"):
        table.add_column(title, no_wrap=True)
    for title in ("age", "last used", last_column):
        table.add_column(title)
    return table


def print_table(table: Table) -> None:
    """Prints it on standard output; elsewhere than on a terminal without colours or padding."""
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(table)
    else:
        click.echo(plain(table), nl=False)


def plain(*parts: Table | Text) -> str:
    """As text, without the spaces that fill up lines."""
    console = Console(file=io.StringIO(), width=_WIDE, color_system=None, highlight=False)
    for part in parts:
        console.print(part)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines()).lstrip("\n") + "\n"


def age(seen: SeenKey, now: datetime) -> str:
    """How long ago it was made, in days; empty where IAM does not tell."""
    if not seen.key.create_date:
        return ""
    days = (now - moment(seen.key.create_date)).days
    return counted(days, "day")


def last_use(seen: SeenKey, now: datetime) -> str:
    """When it was last used, and by which service."""
    if seen.used is None:
        return "not told"
    if seen.used.date is None:
        return "never"
    return f"{ago(seen.used.date, now)} by {seen.used.service_name}"


def last_use_in_full(seen: SeenKey, now: datetime) -> str:
    """The same with region and moment."""
    return "not told" if seen.used is None else use_in_words(seen.used, seen.key, now)
