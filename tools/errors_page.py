"""Writes docs/errors.md from the catalogue (``make docs``)."""

from __future__ import annotations

import textwrap
from pathlib import Path

from keyswitch.messages.catalogue import Message
from keyswitch.messages.examples import example_of, filled_in
from keyswitch.report.controls import EVERY_MESSAGE

_ESCAPED = r"\*"

PAGE = Path(__file__).resolve().parents[1] / "docs" / "errors.md"

HEAD = """\
# Messages and their codes

Every message of keyswitch starts with a code: `KS` and three digits. The meaning of a code never changes.
After the code come the attempt with its key and user, the cause (with AWS's error code and request id where
AWS answered), and what to do next. `keyswitch explain CODE` prints the same as this page.
"""

FAMILIES = {
    "1": "Declarations",
    "2": "Keys as they were found",
    "3": "Refusals by AWS",
    "4": "Connection to AWS",
    "5": "Recorded state",
    "6": "Safeguards, holds and drift",
    "7": "Command line",
    "8": "Audit findings",
}


def errors_page() -> str:
    """The page: one section for each code."""
    parts = [HEAD]
    family = ""
    for entry in EVERY_MESSAGE:
        if entry.code[2] != family:
            family = entry.code[2]
            parts.append(f"## {FAMILIES[family]}\n")
        parts.append(f"### {entry.code}: {entry.title}\n\n```text\n{_wrapped(entry)}\n```\n")
        if entry.why:
            parts.append(f"**Why:** {entry.why}\n")
        if entry.remedy:
            remedy = filled_in(entry).what_to_do
            parts.append(f"**What to do:** {remedy.replace('*', _ESCAPED)}\n")
    return "\n".join(parts)


def _wrapped(entry: type[Message]) -> str:
    return textwrap.fill(example_of(entry), 100, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    PAGE.write_text(errors_page())
