"""The files of ``keyswitch init``: what each would become, shown as a diff, and written all or none."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from keyswitch.cli.atomic_write import write_project_bytes
from keyswitch.cli.text_diff import shown_diff
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.messages.printable import printable


class Change(Enum):
    """What becomes of a file."""

    CREATED = "created"
    ADDED_TO = "added_to"
    """Lines come, and none goes."""
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """It differs, and nobody confirmed that it is to be replaced."""


@dataclass(frozen=True)
class PlannedFile:
    """One file, as it is and as it is to be.

    :param path: where it is.
    :param name: as people are shown it, such as ``.github/workflows/apply.yml``.
    :param before: ``None`` for a file that is not there.
    :param only_adds: whether ``after`` has everything that ``before`` has.
    :param is_own: whether ``before`` is what keyswitch init itself wrote, which nobody has to confirm.
    """

    path: Path
    name: str
    before: bytes | None
    after: bytes
    only_adds: bool = False
    is_own: bool = False

    @classmethod
    def of(cls, root: Path, path: Path, name: str, after: bytes) -> PlannedFile:
        """A file that is to have this content.

        :param root: outside of which nothing is written, by whatever link.
        :raises KeyswitchError: the place is none for a file (KS792).
        """
        return cls(path, name, content_of(root, path), after)

    @property
    def change(self) -> Change:
        """What becomes of it, if everything is confirmed. Line endings alone are no difference."""
        if self.before is None:
            return Change.CREATED
        if self.before.replace(b"\r\n", b"\n") == self.after.replace(b"\r\n", b"\n"):
            return Change.UNCHANGED
        return Change.ADDED_TO if self.only_adds else Change.REPLACED

    @property
    def diff(self) -> tuple[str, ...]:
        """As ``diff -u`` shows it, fit to print; of a long new file its length, and of what is not text a word."""
        before = None if self.before is None else _text(self.before)
        after = _text(self.after)
        if after is None or (before is None and self.before is not None):
            return (f"Binary file {printable(self.name)}: {len(self.after):,} bytes",)
        return shown_diff(before, after, self.name)


def content_of(root: Path, path: Path) -> bytes | None:
    """What a file holds; ``None`` if there is none.

    :param root: the folder of the project, or of its repository.
    :raises KeyswitchError: it is not a file, leads out of that folder, or cannot be read (KS792).
    """
    try:
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(os.path.realpath(root)):
            raise _unusable(path, f"it is a link to {real}, outside of this project")
        around = next(each for each in path.parents if os.path.lexists(each))
        if not around.is_dir():
            raise _unusable(path, f"{around} is not a folder")
        if not stat.S_ISREG(path.stat().st_mode):
            raise _unusable(path, "it is not a file")
        return real.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, error.strerror or type(error).__name__) from None


def write_all(files: Sequence[PlannedFile]) -> None:
    """Writes each file, or none: after a failure, what was written is set back.

    :raises KeyswitchError: one cannot be written (KS707), somebody changed it meanwhile (KS774), or a file
        could not be set back either (KS795).
    """
    done: list[PlannedFile] = []
    made: list[Path] = []
    try:
        for each in files:
            made += _folders_for(each.path)
            _check_that_nobody_wrote(each)
            done.append(each)
            write_project_bytes(each.path, each.after)
    except BaseException as error:
        left = [each.name for each in _not_set_back(reversed(done))]
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        if left:
            named = ", ".join(sorted(left))
            problem = KeyswitchError(catalogue.PartlyWritten(files=named))
            raise problem from (error if isinstance(error, KeyswitchError) else None)
        raise


def _check_that_nobody_wrote(file: PlannedFile) -> None:
    if content_of(Path(file.path.anchor), file.path) != file.before:
        raise KeyswitchError(catalogue.ChangedMeanwhile(path=file.name))


def _not_set_back(files: Iterable[PlannedFile]) -> Iterator[PlannedFile]:
    return (each for each in files if not _is_set_back(each))


def _is_set_back(file: PlannedFile) -> bool:
    try:
        if file.before is None:
            Path(os.path.realpath(file.path)).unlink(missing_ok=True)
        elif file.path.read_bytes() != file.before:
            write_project_bytes(file.path, file.before)
    except (OSError, KeyswitchError):
        return False
    return True


def _folders_for(path: Path) -> list[Path]:
    """Makes the folders of a file, and answers those that were not there."""
    made: list[Path] = []
    missing = [each for each in path.parents if not each.exists()]
    try:
        for each in reversed(missing):
            each.mkdir()
            made.append(each)
    except OSError as error:
        for each in reversed(made):
            each.rmdir()
        problem = error.strerror or type(error).__name__
        raise KeyswitchError(catalogue.NotWritten(path=path, problem=problem)) from None
    return made


def _text(content: bytes) -> str | None:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _unusable(path: Path, problem: str) -> KeyswitchError:
    return KeyswitchError(catalogue.UnusablePlace(path=path, problem=problem))
