"""Colours only where they are wanted, and lines of progress where nothing can be drawn."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterable
from threading import Event

import pytest

from cli.conftest import Keyswitch, OneLine
from keyswitch.cli import console as console_module
from keyswitch.cli.console import can_redraw, console
from keyswitch.cli.key_lookup import lookup_progress
from keyswitch.cli.progress import (
    EVERY_SECONDS,
    accounts_progress,
    told_in_lines,
    users_progress,
    working,
)
from support.http import RecordingServer
from support.strict_iam import StrictIam

VARIABLES = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLORTERM")
TERMINAL = {"TERM": "xterm-256color"}


def in_environment(monkeypatch: pytest.MonkeyPatch, names: dict[str, str], *, tty: bool) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(console_module, "_is_terminal", lambda *, stderr: tty)  # noqa: ARG005


@pytest.mark.parametrize("stderr", [False, True])
@pytest.mark.parametrize(
    ("names", "tty", "is_coloured"),
    [
        (TERMINAL, True, True),
        (TERMINAL, False, False),
        ({**TERMINAL, "NO_COLOR": "1"}, True, False),
        ({**TERMINAL, "NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({**TERMINAL, "FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({**TERMINAL, "FORCE_COLOR": ""}, True, True),
        ({**TERMINAL, "FORCE_COLOR": ""}, False, False),
        ({**TERMINAL, "FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, False, False),
    ],
)
def test_colours_are_for_terminals_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
    names: dict[str, str],
    tty: bool,  # noqa: FBT001
    is_coloured: bool,  # noqa: FBT001
    stderr: bool,  # noqa: FBT001
) -> None:
    in_environment(monkeypatch, names, tty=tty)
    screen = console(stderr=stderr)

    with screen.capture() as captured:
        screen.print("[bold red]KS602[/]")

    assert ("\x1b[" in captured.get()) is is_coloured


@pytest.mark.parametrize(
    ("names", "tty", "expected"),
    [
        (TERMINAL, True, True),
        (TERMINAL, False, False),
        ({"TERM": "dumb"}, True, False),
        ({**TERMINAL, "FORCE_COLOR": "1"}, False, False),
    ],
)
def test_a_bar_is_drawn_only_where_lines_can_be_drawn_over(
    monkeypatch: pytest.MonkeyPatch,
    names: dict[str, str],
    tty: bool,  # noqa: FBT001
    expected: bool,  # noqa: FBT001
) -> None:
    in_environment(monkeypatch, names, tty=tty)

    assert can_redraw() is expected


def on_a_terminal(*args: str, **environment: str) -> str:
    """What the command writes on a terminal that is both its output and its errors."""
    ours, theirs = pty.openpty()
    env = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    child = subprocess.Popen(
        [sys.executable, "-m", "keyswitch", *args],
        stdout=theirs,
        stderr=theirs,
        env={**env, **environment},
    )
    os.close(theirs)
    written = b"".join(chunks_of(ours))
    child.wait()
    os.close(ours)
    return written.decode()


def chunks_of(terminal: int) -> Iterable[bytes]:
    """Until the other end is closed, which Linux reports as an error."""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            return
        if not chunk:
            return
        yield chunk


def test_no_color_is_honoured_on_a_real_terminal(
    keyswitch: Keyswitch, strict_iam: StrictIam, server: RecordingServer
) -> None:
    key = strict_iam.add_key("bob")

    coloured = on_a_terminal("discover", **TERMINAL)
    plain = on_a_terminal("discover", **TERMINAL, NO_COLOR="1")
    dumb = on_a_terminal("discover", TERM="dumb")

    assert "\x1b[1m" in coloured
    assert all(key in text for text in (coloured, plain, dumb))
    assert "m" not in set(ends_of_sequences(plain))
    assert "\x1b" not in dumb


def ends_of_sequences(text: str) -> Iterable[str]:
    """The last character of each sequence of a terminal: ``m`` sets a colour or a style."""
    for part in text.split("\x1b[")[1:]:
        yield next(each for each in part if each.isalpha())


class Late:
    """A clock by which ten seconds are over so many times before the walk ends."""

    def __init__(self, times: int) -> None:
        self.asked: list[float] = []
        self._times = times
        self.is_over = Event()

    def __call__(self, ended: Event, seconds: float) -> bool:
        self.asked.append(seconds)
        if len(self.asked) <= self._times:
            return False
        self.is_over.set()
        return ended.wait()


def test_a_line_is_written_every_ten_seconds_and_none_before(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for times in (0, 1, 3):
        clock = Late(times)
        with told_in_lines(lambda: "Looked at 1 of 2 users.", clock):
            assert clock.is_over.wait(60)
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err == "Looked at 1 of 2 users.\n" * times
        assert set(clock.asked) == {EVERY_SECONDS}


def test_each_walk_says_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyswitch.cli.progress.ended_within", OneLine())

    with users_progress(5000, 1199) as user_seen:
        user_seen()
    with accounts_progress(2000, 999) as account_seen:
        account_seen(1234, 1)
    with lookup_progress(["eu-west-1", "us-east-1"]) as told:
        told("eu-west-1", 1000, "")
        told("eu-west-1", 2000, "")
        told("us-east-1", 50, "")
    with working("waiting for the credential report"):
        pass

    assert capsys.readouterr() == (
        "",
        (
            "Looked at 1,200 of 5,000 users.\n"
            "Looked at 1,000 of 2,000 accounts, 1,234 users.\n"
            "Read 2,050 events of CloudTrail in eu-west-1 and us-east-1.\n"
            "Still waiting for the credential report.\n"
        ),
    )


@pytest.mark.parametrize(("command", "code"), [("discover", 0), ("audit", 7)])
def test_progress_never_stands_on_standard_output(
    keyswitch: Keyswitch,
    strict_iam: StrictIam,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    code: int,
) -> None:
    strict_iam.add_key("bob")
    monkeypatch.setattr("keyswitch.cli.progress.ended_within", OneLine())

    told = keyswitch(command, "--json", code=code)

    assert "Looked at 1 of 1 user.\n" in told.stderr
    assert "Looked at" not in told.stdout
    assert "Still listing users.\n" in told.stderr


def test_a_walk_under_ten_seconds_says_nothing(keyswitch: Keyswitch, strict_iam: StrictIam) -> None:
    strict_iam.add_key("bob")

    assert keyswitch("discover", "--json").stderr == ""
