"""What is started in the background hears SIGINT all the same: the engine ends its plugins by it."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest

from support.engine import ROOT

HEARS = "import signal, sys; sys.exit(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
ENV_OF_GNU = (
    subprocess.run(
        ["env", "--default-signal=INT", "true"], capture_output=True, check=False
    ).returncode
    == 0
)
A_TEST = f"""
import subprocess, sys, conftest
sys.exit(subprocess.run([sys.executable, "-c", {HEARS!r}]).returncode)
"""
A_MEASURE = f"""
import pathlib, sys, types, bench_contestants
iam = types.SimpleNamespace(calls=[])
bench_contestants.measured([sys.executable, "-c", {HEARS!r}], pathlib.Path(), None, iam)
"""


@pytest.mark.parametrize("program", [A_TEST, A_MEASURE], ids=["a test", "a measure"])
def test_what_is_started_in_the_background_starts_what_can_be_interrupted(program: str) -> None:
    in_the_background = 'trap "" INT; exec "$0" -c "$1"'
    path = f"{ROOT / 'tests'}:{ROOT / 'tools'}:{ROOT / 'provider'}"

    ended = subprocess.run(
        ["bash", "-c", in_the_background, sys.executable, program],
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr


@pytest.mark.skipif(not ENV_OF_GNU, reason="the page names GNU's env")
def test_the_line_of_the_page_lets_the_signal_through() -> None:
    page = (ROOT / "docs" / "how-to" / "pull-requests.md").read_text()
    (shown,) = re.findall(r"`(env [^`]*)` to let the signal through", page)
    in_the_background = f'{{}} "$0" -c {shlex.quote(HEARS)} & wait $!'

    def code(way: str) -> int:
        script = in_the_background.format(way)
        return subprocess.run(["bash", "-c", script, sys.executable], check=False).returncode

    assert (code("env"), code(shown)) == (1, 0)
