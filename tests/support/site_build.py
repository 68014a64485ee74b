"""The documentation site, built as ``make site`` builds it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support.engine import ROOT

CONFIG = ROOT / "mkdocs.yml"


def build(config: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Builds the site of a configuration into a folder; answers how that ended."""
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(out)]
    return subprocess.run(
        [*command, "--config-file", str(config)],
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
