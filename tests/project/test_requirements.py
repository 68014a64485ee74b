"""Whoever owns the bare name on a package index must get nobody's keys: keyswitch is installed by version or path."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from keyswitch import __version__
from support.engine import ROOT

REQUIREMENTS = sorted((ROOT / "examples").rglob("requirements.txt"))
SAID = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "examples/**/*.yml")
    for path in ROOT.glob(pattern)
)
BY_NAME_ALONE = re.compile(r"keyswitch(\[\w+\])?\s*($|[<>~!;,])")
INSTALLED_BY_NAME_ALONE = re.compile(
    r"\b(?:pip3?|pipx|uv(?: pip)?) (?:install|add)\b[^\n`]*[\s'\"]keyswitch(\[\w+\])?(?!\s*@|==)(?=[\s'\"`=<>~]|$)",
    re.MULTILINE,
)
OF_A_CLONE = [
    path
    for path in REQUIREMENTS
    if path.parent.joinpath("Pulumi.yaml").exists()
    and "build/sdk" not in path.read_text()
    and "roles" not in path.parts
]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", REQUIREMENTS, ids=name)
def test_no_requirement_is_the_bare_name(path: Path) -> None:
    wanted = [line for line in path.read_text().splitlines() if not line.startswith("#")]

    assert wanted
    assert [line for line in wanted if BY_NAME_ALONE.match(line)] == []


@pytest.mark.parametrize("path", SAID, ids=name)
def test_no_page_installs_it_by_the_bare_name(path: Path) -> None:
    assert INSTALLED_BY_NAME_ALONE.search(path.read_text()) is None


@pytest.mark.parametrize(
    ("line", "is_bare"),
    [
        ("pip install keyswitch", True),
        (".venv/bin/pip install --quiet 'keyswitch[aws]'", True),
        ("pip install keyswitch>=0.1.0", True),
        ("pip install keyswitch==0.1.0", False),
        ("pip install ~/keyswitch", False),
        ("uv add keyswitch", True),
        ("pip install 'keyswitch @ git+https://example.com/keyswitch@abc'", False),
        ("pip install 'keyswitch[aws] @ git+https://example.com/keyswitch@abc'", False),
        ("pip install git+https://example.com/keyswitch@abc", False),
        ("pip install -r requirements.txt", False),
    ],
)
def test_the_bare_name_is_known_where_it_is_seen(
    line: str,
    is_bare: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert (INSTALLED_BY_NAME_ALONE.search(line) is not None) is is_bare


@pytest.mark.parametrize("path", OF_A_CLONE, ids=name)
def test_an_example_of_a_clone_installs_the_clone(path: Path) -> None:
    """Under the version that the clone has been set up with, which pip's build writes into it."""
    install = [sys.executable, "-m", "pip", "install", "--dry-run", "--report", "-", "--quiet"]
    built = ["--no-deps", "--no-build-isolation", "--ignore-installed", "-r", path.name]

    as_it_is = {**os.environ, "SETUPTOOLS_SCM_PRETEND_VERSION": __version__}
    command = [*install, *built]

    told = subprocess.run(command, cwd=path.parent, env=as_it_is, capture_output=True, check=True)

    (found,) = json.loads(told.stdout)["install"]
    assert found["download_info"]["url"] == ROOT.as_uri()
    aws = "rotation-with-pulumi-aws" in path.parts
    assert found.get("requested_extras", []) == (["aws"] if aws else [])
