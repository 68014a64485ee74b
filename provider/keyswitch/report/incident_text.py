"""The answer in an incident as text: prose in 80 columns, and each command on a line of its own that nothing breaks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from keyswitch.messages.format import in_one_line
from keyswitch.messages.printable import printable
from keyswitch.report.incident import Incident
from keyswitch.report.incident_answer import Part, Section, sections
from keyswitch.report.incident_commands import Command

WIDTH: Final = 80
"""Of prose, in characters."""
INDENT: Final = "  "
"""Before commands and the lines of an edit, which can be wider."""


def to_text(incident: Incident, now: datetime) -> str:
    """As plain text.

    :param now: an aware moment.
    """
    return "\n".join("\n".join(_lines(each)) + "\n" for each in sections(incident, now))


def wrapped(sentence: str) -> list[str]:
    """Prose as lines; somebody else's words in it steer no terminal and repeat no secret."""
    return textwrap.wrap(
        in_one_line(sentence), WIDTH, break_long_words=False, break_on_hyphens=False
    )


def _lines(section: Section) -> Iterator[str]:
    if section.title:
        yield section.title
        yield "-" * len(section.title)
    for part in section.parts:
        yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    if isinstance(part, Command):
        yield f"{INDENT}{printable(part.line)}"
    elif isinstance(part, str):
        yield from wrapped(part)
    else:
        yield from (f"{INDENT}{line}" for line in part)
