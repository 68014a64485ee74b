"""What the provider processes of one run tell each other, as far as they can write it down.

The engine starts a process for each explicit provider, and another for dynamic resources. Keys of one user may be
declared through two of them. So each notes what it does in a file that it keeps locked while it lives: a file that is
not locked is of a process that has ended. Notes hold ids of keys and names of resources, and nothing secret.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from filelock import FileLock, Timeout

DECLARED: Final = "declared"
"""Kind of note: a resource, by its URN, declares a key."""
PLANNED: Final = "planned"
"""A status change that was judged and allowed."""
DEACTIVATED: Final = "deactivated"
"""A deactivation that was made."""
_TICK_NANOSECONDS: Final = 100_000_000
_KEPT_SECONDS: Final = 3600.0
"""How long what a process has left behind stays: another may be about to lock a file that is new."""


class Note(NamedTuple):
    """One thing that a process has told the others."""

    kind: str
    access_key_id: str
    value: str


class RunNotes:
    """The notes of one process, and those of the others that live.

    :param engine_address: ``HOST:PORT`` of the engine, which all processes of a run have in common.
    :param folder: where the files are; by default one of this user's among the temporary files.
    :raises OSError: there is no folder that only this user can write to.
    """

    def __init__(self, engine_address: str, folder: Path | None = None) -> None:
        folder = folder or _own_folder()
        _sweep(folder)
        run = folder / _digest(engine_address)
        self._folder, self._users = run / "notes", run / "users"
        for each in (run, self._folder, self._users):
            each.mkdir(exist_ok=True)
        descriptor, name = tempfile.mkstemp(".notes", dir=self._folder)
        os.close(descriptor)
        self._path = Path(name)
        self._lives = FileLock(_lock_of(self._path))
        self._lives.acquire()
        self._lock = Lock()
        self._listed: tuple[int, list[Path]] = (0, [])
        self._read: dict[Path, tuple[int, list[Note]]] = {}

    def write(self, kind: str, access_key_id: str, value: str) -> None:
        """Tells the others."""
        line = json.dumps(Note(kind, access_key_id, value))
        with self._lock, suppress(OSError), self._path.open("a") as file:
            file.write(f"{line}\n")

    def of_others(self, kind: str) -> dict[str, list[str]]:
        """What the other processes of the run have told until now: key id to values."""
        found: dict[str, list[str]] = defaultdict(list)
        with self._lock:
            for path in self._others():
                for note in self._notes_of(path):
                    if note.kind == kind:
                        found[note.access_key_id].append(note.value)
        return found

    @contextmanager
    def alone_with(self, user_name: str | None) -> Iterator[None]:
        """Waits until no other process of the run is alone with a user of this name, in whichever account."""
        name = _digest(json.dumps(user_name))
        with ExitStack() as held:
            with suppress(OSError):
                held.enter_context(FileLock(self._users / name))
            yield

    def _notes_of(self, path: Path) -> list[Note]:
        """Reads on from where the last reading ended; a line without its end is read the next time."""
        offset, notes = self._read.get(path, (0, []))
        text = b""
        with suppress(OSError), path.open("rb") as file:
            file.seek(offset)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        for line in whole.splitlines():
            # A line that no process of this version has written says nothing.
            with suppress(ValueError, TypeError):
                notes.append(Note(*json.loads(line)))
        self._read[path] = (offset + len(whole), notes)
        return notes

    def _others(self) -> Iterator[Path]:
        """The files of the other processes that live; the folder is listed again only once it has changed."""
        with suppress(OSError):
            changed = self._folder.stat().st_mtime_ns
            if changed != self._listed[0]:
                listed = [each for each in self._folder.glob("*.notes") if each != self._path]
                # Within one tick of the file system's clock another file may come unseen.
                is_settled = time.time_ns() - changed > _TICK_NANOSECONDS
                self._listed = (changed if is_settled else 0, listed)
        return (each for each in self._listed[1] if _is_locked(_lock_of(each)))


def _sweep(folder: Path) -> None:
    """Removes what the processes of earlier runs have left behind, now and then."""
    swept = folder / "swept"
    if swept.exists() and time.time() - swept.stat().st_mtime < _KEPT_SECONDS:
        return
    swept.touch()
    for run in folder.iterdir():
        # Another process may remove the same.
        with suppress(OSError):
            notes = run / "notes"
            is_old = time.time() - notes.stat().st_mtime > _KEPT_SECONDS
            if is_old and not any(_is_locked(_lock_of(each)) for each in notes.glob("*.notes")):
                shutil.rmtree(run)


def _lock_of(path: Path) -> Path:
    return path.with_suffix(".lock")


def _is_locked(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _own_folder() -> Path:
    """A folder that nobody else can write to.

    :raises PermissionError: somebody else has made it.
    """
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"keyswitch-{user}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if hasattr(os, "getuid") and (status.st_uid != user or status.st_mode & 0o077):
        raise PermissionError(f"{folder} is not this user's own")
    return folder
