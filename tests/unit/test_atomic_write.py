"""Files are written whole, where they are meant to be, and read by nobody who could not before."""

from __future__ import annotations

import os
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keyswitch.cli.atomic_write import write_project_file, write_report
from keyswitch.messages.format import KeyswitchError

Write = Callable[[Path, str], None]
BOTH = pytest.mark.parametrize("write", [write_project_file, write_report])


@pytest.fixture
def umask() -> Iterator[int]:
    """The usual one, whatever the tests run with."""
    before = os.umask(0o022)
    yield 0o022
    os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@BOTH
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_keeps_its_permissions(tmp_path: Path, umask: int, write: Write, mode: int) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    path.chmod(mode)

    write(path, "after\r\n")

    assert (path.read_bytes(), mode_of(path)) == (b"after\r\n", mode)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("write", "mode"), [(write_project_file, 0o644), (write_report, 0o600)])
def test_a_new_report_is_its_owners_and_a_new_project_file_as_the_umask_says(
    tmp_path: Path, umask: int, write: Write, mode: int
) -> None:
    write(tmp_path / "file", "new")

    assert mode_of(tmp_path / "file") == mode
    assert os.umask(umask) == umask


@BOTH
def test_until_it_is_whole_nobody_else_can_read_it_nor_foresee_its_name(
    tmp_path: Path, umask: int, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    others = tmp_path / f".{path.name}.{os.getpid()}"
    others.write_text("somebody else's")
    seen: list[tuple[int, str]] = []
    really = os.fdopen

    def looked_at(descriptor: int, *args: Any, **kwargs: Any) -> Any:
        (beside,) = set(tmp_path.iterdir()) - {path, others}
        seen.append((mode_of(beside), beside.name))
        return really(descriptor, *args, **kwargs)

    monkeypatch.setattr(os, "fdopen", looked_at)
    write(path, "once")
    write(path, "twice")

    assert [mode for mode, _ in seen] == [0o600, 0o600]
    assert len({name for _, name in seen}) == 2
    assert others.read_text() == "somebody else's"


@BOTH
def test_what_cannot_be_written_leaves_everything_as_it_was(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for below, named in ((path / "below", "Not a directory"), (tmp_path / "no" / "x", "No such")):
        with pytest.raises(KeyswitchError, match=f"KS707 .*: {named}"):
            write(below, "after")
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(KeyswitchError, match=r"KS707 .*: No space left on device"):
        write(path, "after")

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@BOTH
def test_writers_at_the_same_time_leave_the_whole_text_of_one(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "file"
    texts = [str(number) * 200_000 for number in range(8)]
    together = threading.Barrier(len(texts))
    failed: list[BaseException] = []

    def one(text: str) -> None:
        try:
            together.wait(10)
            write(path, text)
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failed.append(error)

    threads = [threading.Thread(target=one, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert failed == []
    assert path.read_text() in texts
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_report_is_not_written_through_a_link_and_a_project_file_is(
    tmp_path: Path,
    is_there: bool,  # noqa: FBT001 - a row of the table
) -> None:
    folder, real = tmp_path / "folder", tmp_path / "real"
    folder.mkdir()
    link = folder / "link"
    link.symlink_to("../real")
    if is_there:
        real.write_text("before")

    with pytest.raises(KeyswitchError, match=r"KS714 .*link is a symbolic link"):
        write_report(link, "report")
    assert real.exists() is is_there

    write_project_file(link, "config")
    assert link.is_symlink()
    assert real.read_text() == "config"
    assert list(folder.iterdir()) == [link]


def test_a_link_that_appears_while_a_report_is_written_is_replaced_and_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, precious = tmp_path / "report", tmp_path / "precious"
    precious.write_text("precious")
    precious.chmod(0o644)
    really = tempfile.mkstemp

    def planted(*args: Any, **kwargs: Any) -> Any:
        path.symlink_to(precious)
        return really(*args, **kwargs)

    monkeypatch.setattr(tempfile, "mkstemp", planted)
    write_report(path, "report")

    assert precious.read_text() == "precious"
    assert (path.is_symlink(), path.read_text(), mode_of(path)) == (False, "report", 0o600)


def test_what_becomes_a_file_between_look_and_write_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, precious = tmp_path / "report", tmp_path / "precious"
    os.mkfifo(path)
    precious.write_text("precious")
    really = os.open

    def swapped(name: Any, *args: Any, **kwargs: Any) -> int:
        path.unlink()
        path.symlink_to(precious)
        return really(name, *args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", swapped)
        with pytest.raises(KeyswitchError, match="KS707"):
            write_report(path, "report")

    assert precious.read_text() == "precious"


def test_a_link_in_a_circle_is_told(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(link)

    for write in (write_report, write_project_file):
        with pytest.raises(KeyswitchError, match=r"KS707 .*Too many levels of symbolic links"):
            write(link, "x")


@BOTH
@pytest.mark.parametrize("is_linked", [True, False])
def test_what_is_no_file_is_written_to_and_not_replaced(
    tmp_path: Path,
    write: Write,
    is_linked: bool,  # noqa: FBT001 - a row of the table
) -> None:
    fifo, path = tmp_path / "fifo", tmp_path / "link"
    os.mkfifo(fifo)
    path.symlink_to(fifo)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_text()))
    reader.start()

    write(path if is_linked else fifo, "report")

    reader.join(10)
    assert read == ["report"]
    assert fifo.is_fifo()
    assert path.is_symlink()
