"""Virtual environments that tests install into."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest


def installed(venv: Path, requirements: Sequence[str], folder: Path | None = None) -> Path:
    """The Python of a new environment with these requirements in it, as arguments of ``pip install``.

    It has a pip, which the engine asks what is installed. That of ``venv`` takes longer than all else.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    python = venv / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    for wanted in (["pip"], requirements):
        subprocess.run([*pip, "--no-compile", *wanted], cwd=folder, check=True)
    return python


def installed_once(
    factory: pytest.TempPathFactory, name: str, requirements: Sequence[str], folder: Path
) -> Path:
    """The same, made by one of the workers of a run for all of them."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    shared = factory.getbasetemp().parent if run else factory.getbasetemp()
    venv = shared / f"{name}-{run or 'alone'}"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if venv.exists():
            return venv / "bin" / "python"
        return installed(venv, requirements, folder)
