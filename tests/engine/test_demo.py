"""``make demo``: what it prints, that README shows it, and that it leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.engine import ROOT
from support.pages import neutral

pytestmark = [pytest.mark.real_engine, pytest.mark.plain_python]

DEMO = [sys.executable, str(ROOT / "tools" / "demo.py")]
CONFIG = ROOT / "Pulumi.demo.yaml"
SECONDS = 120


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def servers(port: str) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if f"-p {port}" in line]


def test_the_demo_shows_the_whole_main_job_and_readme_shows_the_demo(temporary: Path) -> None:
    demo = subprocess.run(
        DEMO,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert demo.returncode == 0, demo.stdout
    assert len(demo.stdout.splitlines()) <= 60
    for verdict in ("1 key to deactivate, 1 adopted as found", "1 key refused", "1 key drifted"):
        assert verdict in demo.stdout
    assert "refused KS605" in demo.stdout
    assert re.findall(r"list-access-keys bob\n\S+ (\w+)\n\S+ (\w+)\n", demo.stdout) == [
        ("Inactive", "Active")
    ]
    for line in demo.stdout.splitlines():
        assert not line.startswith("Traceback")

    readme = (ROOT / "README.md").read_text()
    (shown,) = re.findall(r"<!-- demo -->\n+```text\n(.*?)```", readme, re.DOTALL)
    printed = iter([neutral(line) for line in demo.stdout.splitlines()])
    for line in shown.splitlines():
        assert line == "..." or neutral(line) in printed, f"the demo does not print: {line}"

    assert not CONFIG.exists()
    assert list(temporary.glob("keyswitch-demo-*")) == []
    (port,) = re.findall(r"moto on 127\.0\.0\.1:(\d+)", demo.stdout)
    assert servers(port) == []


def test_the_demo_cleans_up_after_ctrl_c(temporary: Path) -> None:
    demo = subprocess.Popen(
        DEMO,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert demo.stdout is not None
    port = ""
    for line in demo.stdout:
        if "moto on 127.0.0.1:" in line:
            port = line.partition("127.0.0.1:")[2].partition(",")[0]
        if line.startswith("$ pulumi up"):
            time.sleep(1)
            os.killpg(demo.pid, signal.SIGINT)
            break
    _, stderr = demo.communicate(timeout=SECONDS)

    assert demo.returncode == 130
    assert "stopped, and cleaned up" in stderr
    assert not CONFIG.exists()
    assert list(temporary.glob("keyswitch-demo-*")) == []
    assert servers(port) == []
    left = subprocess.run(["ps", "-eo", "pgid,args"], capture_output=True, text=True, check=True)
    assert [ln for ln in left.stdout.splitlines() if ln.split()[0] == str(demo.pid)] == []


def test_the_demo_never_overwrites_a_stack_of_yours(temporary: Path) -> None:
    CONFIG.write_text("config: {}\n")
    try:
        demo = subprocess.run(DEMO, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert demo.returncode == 1
        assert "already exists" in demo.stderr
        assert CONFIG.read_text() == "config: {}\n"
    finally:
        CONFIG.unlink()
