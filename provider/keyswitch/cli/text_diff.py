"""The difference between two texts of a file, as people are shown it before it is written."""

from __future__ import annotations

import difflib
from typing import Final

from keyswitch.messages.printable import printable
from keyswitch.messages.redact import redact

_CONTEXT: Final = 2
"""Lines that a diff shows around each change."""


def shown_diff(before: str | None, after: str, name: str) -> tuple[str, ...]:
    """As ``diff -u`` shows it, fit to print. No secret is in it, also none that is folded over lines.

    :param before: ``None`` for a file that is not there.
    """
    old = "/dev/null" if before is None else name
    lines = difflib.unified_diff(
        _lines(before or ""), _lines(after), old, name, lineterm="", n=_CONTEXT
    )
    return tuple(printable(redact(line)).rstrip() for line in lines)


def _lines(text: str) -> list[str]:
    shown = redact(text).removesuffix("\n").split("\n") if text else []
    return [line.rstrip("\r") for line in shown]
