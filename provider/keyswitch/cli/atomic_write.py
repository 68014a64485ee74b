"""Files written whole or not at all.

The text goes into a temporary file of the same folder, made exclusively, under a name that nobody
can foresee and readable by its owner alone; that takes the place of the old file in one step. So a
reader, or an end in the middle, sees the old text or the new one, no other file is touched, and two
that write at once each write their own. A file that is there keeps its permissions. What is
not a file, such as a pipe or ``/dev/stdout``, is written to as it is.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError

_PRIVATE = 0o600
_FOR_ALL = 0o666
_PERMISSIONS = 0o777


def write_project_file(path: Path, text: str) -> None:
    """Writes a file of the user's own project, such as a stack's config.

    A symbolic link is followed, and the file behind it replaced: it is part of how the user laid
    the project out, in a folder where others do not write, and a link that became a file would tear
    the two apart. A new file gets what the umask leaves, as its neighbours have it: whoever reads
    the project is to read it too.

    :raises KeyswitchError: it cannot be written (KS707).
    """
    write_project_bytes(path, text.encode())


def write_project_bytes(path: Path, content: bytes) -> None:
    """Writes a file of the user's own project that may hold anything; see :func:`write_project_file`.

    :raises KeyswitchError: it cannot be written (KS707).
    """
    try:
        _write(Path(os.path.realpath(path)), content, _FOR_ALL & ~_umask())
    except OSError as error:
        raise _not_written(path, error) from None


def write_report(path: Path, text: str) -> None:
    """Writes a report on an account's keys.

    A symbolic link to a file, or to nothing, is refused: reports are written into shared folders
    too, where a link that somebody else has put there would choose which file of the caller's is
    overwritten. A link that appears later is replaced, and what it points to left alone. A new
    report is its owner's alone, for it says whose keys are old, unused or unknown; who else may
    read it is the caller's to say.

    :raises KeyswitchError: it cannot be written (KS707), or is a link (KS714).
    """
    try:
        check_report(path)
        _write(path, text.encode(), _PRIVATE)
    except OSError as error:
        raise _not_written(path, error) from None


def check_report(path: Path) -> None:
    """Refuses, before anything is looked at, a link that :func:`write_report` would refuse.

    :raises KeyswitchError: it is a link (KS714), or cannot be looked at (KS707).
    """
    try:
        if path.is_symlink() and not _is_no_file(path):
            raise KeyswitchError(catalogue.ReportThroughLink(path=path))
    except OSError as error:
        raise _not_written(path, error) from None


def _write(path: Path, content: bytes, mode_of_new: int) -> None:
    if _is_no_file(path):
        _write_into(path, content)
        return
    descriptor, name = tempfile.mkstemp(prefix=".keyswitch-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.chmod(_mode_of(path, mode_of_new))
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _write_into(path: Path, content: bytes) -> None:
    """Of what was not a file a moment ago nothing is created, cut off or overwritten should it be one now."""
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
    with os.fdopen(descriptor, "wb") as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(None, "it became another file meanwhile")
        file.write(content)


def _is_no_file(path: Path) -> bool:
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return False


def _mode_of(path: Path, mode_of_new: int) -> int:
    try:
        found = path.lstat().st_mode
    except FileNotFoundError:
        return mode_of_new
    return found & _PERMISSIONS if stat.S_ISREG(found) else mode_of_new


def _umask() -> int:
    """It can only be read by setting it: what another thread makes meanwhile is made private."""
    found = os.umask(0o077)
    os.umask(found)
    return found


def _not_written(path: Path, error: OSError) -> KeyswitchError:
    problem = error.strerror or type(error).__name__
    return KeyswitchError(catalogue.NotWritten(path=path, problem=problem))
