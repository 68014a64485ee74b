"""Rows as a table, or where that would be too narrow to read as a list: names stay whole in both."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from keyswitch.messages.printable import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_NARROWEST: Final = 20
"""Of a column of prose, in characters: what is narrower reads a word a line."""
_ANY: Final = 10_000
_INDENT: Final = "  "


def as_text(draw: Callable[[Console], None], width: int) -> str:
    """What is drawn, as plain text: no colours, and no spaces that fill up lines.

    :param width: in characters.
    """
    from rich.console import Console

    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False)
    draw(console)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines())


@dataclass(frozen=True)
class Listing:
    """Rows of texts under titles.

    :param names: how many of the first columns hold names and ids, which are never broken; the
        others are prose, and broken between words.
    """

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    names: int

    @cached_property
    def _shown(self) -> list[list[str]]:
        """The rows as they can be shown; the lines of a cell stay lines."""
        return [["\n".join(map(printable, cell.split("\n"))) for cell in row] for row in self.rows]

    def print_on(self, console: Console) -> None:
        """Prints a table where that fits the console's width, else a list.

        Of a list a line is longer than the width only for a name that is.
        """
        from rich.measure import Measurement
        from rich.text import Text

        table = self._table()
        wide = console.options.update(max_width=_ANY)
        if Measurement.get(console, wide, table).minimum <= console.width:
            console.print(table)
            return
        console.print(Text("\n".join(self._lines(console.width))), soft_wrap=True)

    def _table(self) -> Table:
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for number, title in enumerate(self.titles):
            lines = [line for row in self._shown for line in row[number].splitlines()]
            longest = max((len(word) for line in lines for word in line.split()), default=0)
            widest = max((len(line) for line in lines), default=0)
            is_name = number < self.names
            least = widest if is_name else min(widest, max(_NARROWEST, longest))
            table.add_column(title, no_wrap=is_name, min_width=least)
        for row in self._shown:
            table.add_row(*(Text(cell) for cell in row))
        return table

    def _lines(self, width: int) -> list[str]:
        lines: list[str] = []
        for row in self._shown:
            lines += [*([""] if lines else []), *row[:1]]
            for title, cell in zip(self.titles[1:], row[1:], strict=True):
                for number, line in enumerate(cell.splitlines()):
                    lines += textwrap.wrap(
                        line if number else f"{title}: {line}",
                        max(width, 2 * _NARROWEST),
                        initial_indent=_INDENT * (2 if number else 1),
                        subsequent_indent=_INDENT * 2,
                        break_long_words=False,
                        break_on_hyphens=False,
                    )
        return lines
