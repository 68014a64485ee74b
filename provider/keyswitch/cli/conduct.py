"""What a program can rely on when it runs a command: what the command asks, what it writes, how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

SUCCESS: Final = 0
FAILURE: Final = 1
WRONG_USAGE: Final = 2
FINDINGS: Final = 7
"""The exit code of an audit that found something, as of ``pulumi preview --expect-no-changes``."""

SCAN_STATE: Final = "While it walks: what it has seen, in keyswitch's folder of the user's settings, until the walk is whole."
_ENDS: Final[Mapping[int, str]] = {
    SUCCESS: "The command did what it was asked.",
    FAILURE: "The command failed or was interrupted. Standard error says why.",
    WRONG_USAGE: "The options or arguments are wrong. Standard error says which.",
}


@dataclass(frozen=True)
class Conduct:
    """Of one command. ``docs/for-automation.md`` is made from these.

    :param asks: where its answer comes from, in words.
    :param writes: every file that it may write, and by which option, in words; nothing for a command that only reads.
    :param ends: its exit codes that differ from the common ones, or are more than those, with their meaning.
    :param cannot_fail: whether wrong usage is its only failure.
    """

    asks: str
    writes: tuple[str, ...] = ()
    ends: Mapping[int, str] = field(default_factory=dict)
    cannot_fail: bool = False

    @property
    def exit_codes(self) -> dict[int, str]:
        """Every exit code of the command with its meaning, the lowest first."""
        left_out = {FAILURE} if self.cannot_fail else set()
        common = {code: text for code, text in _ENDS.items() if code not in left_out}
        return dict(sorted({**common, **self.ends}.items()))
