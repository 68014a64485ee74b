"""What runs the shell lines of a pipeline: a folder, an environment, and bash as a runner starts it."""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from support.engine import ROOT

SECONDS = 180
FETCHES_PULUMI = "get.pulumi.com"
"""Not run here: the engine that the tests have, or what they put in its place, is on PATH."""
INSTALLS = re.compile(r"\bpip\"? install ")


@dataclass
class Runner:
    """A checkout of a pull request in which jobs run.

    :param env: the runner's own.
    :param merged: what the default branch holds.
    :param scoped: GitLab's variables of one environment.
    :param installs: whether what the files install is installed; else the tests' own environment is in its place.
    """

    folder: Path
    env: dict[str, str]
    merged: Path
    scoped: dict[str, dict[str, str]] = field(default_factory=dict)
    installs: bool = False

    def bash(self, folder: Path, script: str, env: Mapping[str, str]) -> tuple[int, str]:
        """The exit code, and what was printed."""
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=folder,
            env={**self.env, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return done.returncode, done.stdout


def environment(folder: Path) -> None:
    """An environment with this keyswitch and what the tests have, which takes no time to install."""
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    places = [str(ROOT / "provider"), *(each for each in sys.path if "site-packages" in each)]
    (packages / "tests.pth").write_text("\n".join(places))
    script = folder / "bin" / "keyswitch"
    script.write_text(f'#!/bin/sh\nexec "{folder}/bin/python" -I -m keyswitch "$@"\n')
    script.chmod(0o755)
