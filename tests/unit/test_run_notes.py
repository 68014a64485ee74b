"""What the provider processes of one run tell each other, and what is left of a process that has ended."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from keyswitch.plugin.run_notes import DECLARED, PLANNED, RunNotes

ENGINE, KEY = "127.0.0.1:1234", "AKIAIOSFODNN7EXAMPLE"
ANOTHER = """
import sys
from pathlib import Path
from keyswitch.plugin.run_notes import RunNotes

notes = RunNotes(sys.argv[1], Path(sys.argv[2]))
notes.write("declared", "AKIAIOSFODNN7EXAMPLE", "urn")
with notes.alone_with("bob"):
    print(flush=True)
    sys.stdin.read()
"""


def another(folder: Path, engine: str = ENGINE) -> subprocess.Popen[str]:
    """A process that has told what it declares, and is alone with bob until its input ends."""
    command = [sys.executable, "-c", ANOTHER, engine, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.communicate()
    assert process.returncode == 0


def test_a_process_sees_what_the_others_of_its_run_note_while_they_live(tmp_path: Path) -> None:
    notes = RunNotes(ENGINE, tmp_path)
    notes.write(DECLARED, KEY, "own")
    for engine, seen in ((ENGINE, {KEY: ["urn"]}), ("127.0.0.1:4321", {})):
        process = another(tmp_path, engine)
        assert notes.of_others(DECLARED) == seen
        assert notes.of_others(PLANNED) == {}
        end(process)

    assert notes.of_others(DECLARED) == {}


def test_what_is_noted_later_is_seen_too(tmp_path: Path) -> None:
    one, other = RunNotes(ENGINE, tmp_path), RunNotes(ENGINE, tmp_path)
    for number in range(3):
        one.write(PLANNED, KEY, str(number))
        assert other.of_others(PLANNED) == {KEY: [str(each) for each in range(number + 1)]}


def test_one_process_at_a_time_is_alone_with_a_user(tmp_path: Path) -> None:
    process = another(tmp_path)
    notes = RunNotes(ENGINE, tmp_path)
    (held,) = tmp_path.glob("*/users/*")
    with pytest.raises(Timeout), FileLock(held, timeout=0):
        pass
    with notes.alone_with("eve"), notes.alone_with(None):
        pass
    end(process)

    with notes.alone_with("bob"):
        pass


def test_what_ended_processes_left_behind_goes_and_what_is_in_use_stays(tmp_path: Path) -> None:
    end(another(tmp_path))
    lives = RunNotes(ENGINE, tmp_path)
    lives.write(DECLARED, KEY, "urn")
    end(another(tmp_path, "127.0.0.1:4321"))
    long_ago = time.time() - 7200
    for path in (*tmp_path.glob("*/notes"), tmp_path / "swept"):
        os.utime(path, (long_ago, long_ago))

    notes = RunNotes("127.0.0.1:5678", tmp_path)

    assert len(list(tmp_path.glob("*/notes"))) == 2
    assert notes.of_others(DECLARED) == {}
    assert RunNotes(ENGINE, tmp_path).of_others(DECLARED) == {KEY: ["urn"]}


def test_a_folder_that_others_can_write_to_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    RunNotes(ENGINE)
    (own,) = tmp_path.iterdir()
    assert own.stat().st_mode & 0o777 == 0o700
    own.chmod(0o777)

    with pytest.raises(PermissionError):
        RunNotes(ENGINE)


def test_what_cannot_be_written_or_read_is_left_out(tmp_path: Path) -> None:
    notes, other = RunNotes(ENGINE, tmp_path), RunNotes(ENGINE, tmp_path)
    other.write(DECLARED, KEY, "urn")
    for path in tmp_path.glob("*/notes/*.notes"):
        with path.open("a") as file:
            file.write("garbage\n[1, 2]\n")
    assert notes.of_others(DECLARED) == {KEY: ["urn"]}

    shutil.rmtree(tmp_path)
    notes.write(DECLARED, KEY, "urn")
    assert notes.of_others(DECLARED) == {}
    with notes.alone_with("bob"):
        pass
