"""What ``keyswitch init`` shows before it writes, and says afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keyswitch.cli.init_ask import WRITTEN, Outcome
from keyswitch.cli.init_files import Change, PlannedFile
from keyswitch.cli.init_left import LeftToDo
from keyswitch.cli.init_pipeline import Pipeline
from keyswitch.messages.format import counted
from keyswitch.messages.printable import printable
from keyswitch.report.incident_text import wrapped
from keyswitch.report.json_text import json_text

VERSION: Final = 1
"""Of the JSON; ``docs/reference/schemas/init.schema.json`` describes it."""
_LONG, _BEGINNING = 60, 10
"""Lines of a difference: requirements with their hashes are hundreds, of which the beginning is shown."""
_SAID: Final = {
    Change.CREATED: "created",
    Change.ADDED_TO: "added to",
    Change.REPLACED: "replaced",
    Change.KEPT: "kept",
}


def differences(files: Iterable[PlannedFile]) -> str:
    """Each difference, a long one without its end."""
    lines: list[str] = []
    for each in files:
        if each.change is not Change.UNCHANGED:
            diff = each.diff
            shown = diff if len(diff) <= _LONG else diff[:_BEGINNING]
            lines += shown
            if len(diff) > len(shown):
                lines.append(f"({len(diff) - len(shown):,} more lines)")
            lines.append("")
    return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class InitReport:
    """The end of a run.

    :param outcomes: of each file.
    :param is_written: whether anything was written.
    :param is_dry_run: whether nothing was to be.
    :param keys_added: entries that the register got, or would get.
    """

    project: str
    pipeline: Pipeline
    outcomes: Sequence[Outcome]
    keys_added: int
    left: Sequence[LeftToDo]
    notes: Sequence[str]
    is_written: bool
    is_dry_run: bool

    def to_text(self) -> str:
        """For people."""
        return "".join(f"{line}\n" for line in self._lines())

    def to_json(self) -> str:
        """For programs: ``docs/reference/schemas/init.schema.json``."""
        files: list[dict[str, Any]] = [
            {
                "path": each.name,
                "action": change.value,
                "diff": [] if change is Change.UNCHANGED else list(each.diff),
            }
            for each, change in self.outcomes
        ]
        return json_text(
            {
                "version": VERSION,
                "project": self.project,
                "stack": self.pipeline.stack,
                "forge": self.pipeline.forge,
                "is_written": self.is_written,
                "files": files,
                "keys_added": self.keys_added,
                "notes": list(self.notes),
                "left_to_do": [
                    {"title": each.title, "steps": list(each.steps)} for each in self.left
                ],
            }
        )

    def _lines(self) -> Iterator[str]:
        if not self.is_written:
            yield from wrapped(self._why_nothing())
            if not self.is_dry_run and any(change in WRITTEN for _, change in self.outcomes):
                return
        else:
            for each, change in self.outcomes:
                if change in WRITTEN:
                    yield f"{_SAID[change]:<10}{printable(each.name)}"
        for each, change in self.outcomes:
            if change is Change.KEPT:
                yield from wrapped(
                    f"{each.name} was kept as it is, and differs from what keyswitch would write. Take over what you need "
                    "from the difference above."
                )
        for note in self.notes:
            yield from wrapped(note)
        yield from ("", "Left to do:")
        for number, thing in enumerate(self.left, start=1):
            yield from ("", f"{number}. {thing.title}")
            for step in thing.steps:
                yield from (f"   {line}" for line in wrapped(step))

    def _why_nothing(self) -> str:
        count = sum(change in WRITTEN for _, change in self.outcomes)
        if not count:
            return "Everything is there already. Nothing was written."
        files = counted(count, "file")
        return (
            f"Nothing was written. {files} would be." if self.is_dry_run else "Nothing was written."
        )
