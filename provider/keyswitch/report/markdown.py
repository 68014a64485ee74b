"""Markdown in which nothing that somebody else wrote can take effect."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from keyswitch.messages.printable import printable

COMMENT_BYTES: Final = 65_536
"""The most that fits a comment: GitHub takes as many characters, GitLab more."""
_ROOM_FOR_REST: Final = 200


def code_span(text: str) -> str:
    """A code span that ends nowhere but at its end, also inside a table; empty for empty text."""
    line = printable(" ".join(text.replace("`", "'").split()))
    plain = re.sub(r"\\*\|", r"\\|", line)
    return f"`{plain}`" if plain else ""


def table_row(*cells: str) -> str:
    """One row of a table, of cells that are safe in one already."""
    return f"| {' | '.join(cells)} |"


def fitting(lines: Iterable[str], limit: int, around: Iterable[str]) -> list[str]:
    """The first lines, as many as fit into so many bytes with others and a line about the rest."""
    shown: list[str] = []
    room = limit - _ROOM_FOR_REST - _size(around)
    for line in lines:
        room -= _size([line])
        if room < 0:
            break
        shown.append(line)
    return shown


def _size(lines: Iterable[str]) -> int:
    """The bytes of these lines as UTF-8, with their ends."""
    return sum(len(line.encode()) + 1 for line in lines)
