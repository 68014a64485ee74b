"""What ``keyswitch init`` asks, on standard error, and what no answer means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from keyswitch.cli.init_files import Change, PlannedFile
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, counted
from keyswitch.messages.printable import printable

Outcome = tuple[PlannedFile, Change]
"""A file, and what becomes of it."""


@dataclass(frozen=True)
class Asking:
    """Asks, or takes what is usual.

    :param is_silent: whether nothing is asked.
    """

    is_silent: bool

    def value(self, question: str, usual: str, read: Callable[[str], str]) -> str:
        """An answer that ``read`` takes; another one is asked for again.

        :param usual: empty if there is none, and without an answer nothing can be written.
        :raises KeyswitchError: nobody answered (KS791).
        """
        if self.is_silent:
            if usual:
                return usual
            raise _not_answered(question)
        try:
            answer: str = click.prompt(question, default=usual or None, value_proc=read, err=True)
        except click.Abort:
            raise _not_answered(question) from None
        return answer

    def confirmed(self, question: str, *, usual: bool) -> bool:
        """Yes or no.

        :param usual: what an empty answer is; without questions the answer is no.
        :raises KeyswitchError: nobody answered (KS791).
        """
        if self.is_silent:
            return False
        try:
            return click.confirm(question, default=usual, err=True)
        except click.Abort:
            raise _not_answered(question) from None

    def outcomes(self, files: Sequence[PlannedFile]) -> list[Outcome] | None:
        """What becomes of each file; ``None`` if nothing is to be written.

        :raises KeyswitchError: nobody answered (KS791).
        """
        found = [(each, self._outcome(each)) for each in files]
        written = sum(change in WRITTEN for _, change in found)
        question = f"Write {counted(written, 'file')}?"
        if not written or self.is_silent or self.confirmed(question, usual=False):
            return found
        return None

    def _outcome(self, file: PlannedFile) -> Change:
        if file.change is not Change.REPLACED or file.is_own:
            return file.change
        question = f"{printable(file.name)} exists and differs. Replace it?"
        return Change.REPLACED if self.confirmed(question, usual=False) else Change.KEPT


WRITTEN = (Change.CREATED, Change.ADDED_TO, Change.REPLACED)


def _not_answered(question: str) -> KeyswitchError:
    return KeyswitchError(catalogue.InitNotConfirmed(question=question))
