"""The examples, each in every language that it is written in, with the SDKs that ``make sdk`` builds."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from support.engine import ROOT
from support.native_project import PLUGINS

EXAMPLES = ROOT / "examples"
SDKS = ROOT / "build" / "sdk"
PYTHON_SDK = SDKS / "site-packages"
_HOSTS = {
    "yaml": "pulumi-language-yaml",
    "typescript": "pulumi-language-nodejs",
    "go": "pulumi-language-go",
}
_IMPORT_AN_SDK = ("typescript", "go", "python")


def skip_without(language: str) -> None:
    """Skips a test that needs a language host or an SDK that is not there."""
    host = _HOSTS.get(language, "pulumi")
    if shutil.which(host) is None:
        pytest.skip(f"no {host} on PATH; make test-native brings one")
    if language in _IMPORT_AN_SDK and not (SDKS / ".made-from").exists():
        pytest.skip("no SDK is built; make test-native builds them")


def copy_of(example: Path, folder: Path) -> Path:
    """An example among the paths that it names: the plugin's, the SDK's, and what ``npm install`` would install."""
    copy = folder / example.relative_to(ROOT)
    shutil.copytree(example, copy, ignore=shutil.ignore_patterns("node_modules"))
    (folder / ".venv").symlink_to(PLUGINS.parent)
    (folder / "build").symlink_to(ROOT / "build")
    if (copy / "package.json").exists():
        (copy / "node_modules").symlink_to(SDKS / "node_modules")
    return copy


def env_of(language: str) -> dict[str, str]:
    """What a program of that language needs, other than the engine does."""
    if language == "python":
        return {"PYTHONPATH": str(PYTHON_SDK)}
    if language != "go":
        return {}
    wanted = ("GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB")
    told = subprocess.run(["go", "env", "-json", *wanted], capture_output=True, check=True)
    known: dict[str, str] = json.loads(told.stdout)
    return known
