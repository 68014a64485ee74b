"""Where the commands draw: with colours on a terminal that shows them, and plainly everywhere else."""

from __future__ import annotations

import os
import sys
from typing import Final

from rich.console import Console

_DUMB: Final = ("dumb", "unknown")


def console(*, stderr: bool = False) -> Console:
    """The console on standard output, or on standard error.

    Colours are for terminals. ``NO_COLOR`` and ``TERM=dumb`` take them away, and ``FORCE_COLOR`` asks for them in a
    file too; each counts if it is not empty, and what takes colours away counts first.
    """
    plain = bool(os.environ.get("NO_COLOR")) or _is_dumb()
    forced = bool(os.environ.get("FORCE_COLOR")) and not plain
    return Console(
        stderr=stderr,
        highlight=False,
        force_terminal=_is_terminal(stderr=stderr) or forced,
        color_system=None if plain else "auto",
    )


def can_redraw() -> bool:
    """Whether standard error is a terminal that can draw over its lines, as a bar and a spinner do."""
    return _is_terminal(stderr=True) and not _is_dumb()


def _is_dumb() -> bool:
    return os.environ.get("TERM", "").lower() in _DUMB


def _is_terminal(*, stderr: bool) -> bool:
    stream = sys.stderr if stderr else sys.stdout
    return stream is not None and not stream.closed and stream.isatty()
