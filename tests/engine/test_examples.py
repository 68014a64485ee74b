"""Every example is run from its own folder, by the commands of its README, in each of its languages."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.engine import Project, engine_env
from support.http import RecordingServer
from support.languages import EXAMPLES, copy_of, env_of, skip_without
from support.moto_iam import Outsider
from support.pages import shown

pytestmark = pytest.mark.real_engine

DYNAMIC = "python-dynamic"
"""Runs every day; what needs an SDK or a language host, in ``make test-native``."""


def with_marks(example: Path) -> object:
    marks = [] if example.name == DYNAMIC else [pytest.mark.nightly, pytest.mark.plain_python]
    return pytest.param(example, marks=marks, id=f"{example.parent.name}-{example.name}")


@pytest.mark.parametrize(
    "example",
    [
        with_marks(path.parent)
        for path in sorted(EXAMPLES.glob("*/*/Pulumi.yaml"))
        if path.parent.parent.name != "roles"  # no keys: by tests/gitops/test_roles.py
    ],
)
def test_the_example_does_what_its_readme_says(
    example: Path, tmp_path: Path, home: Path, iam: RecordingServer, outsider: Outsider
) -> None:
    program, language = example.parent.name, example.name
    skip_without(language)
    bob = outsider.new_user()
    first, second = outsider.new_key(bob), outsider.new_key(bob)
    live = {"AKIAIOSFODNN7EXAMPLE": first, "AKIAI44QH8DHBEXAMPLE": second, "bob": bob}
    folder = with_live_keys(copy_of(example, tmp_path), live)
    env = {**engine_env(home, iam.url), **env_of(language)}
    project = Project(folder, {**env, "PULUMI_BACKEND_URL": f"file://{folder}"}, stack="dev")

    for words in commands(example.parent / "README.md"):
        is_up = words == ["up"]
        assert iam.writes == [] or not is_up
        project.expect(0, *(renamed(word, live) for word in words), *(["--yes"] if is_up else []))

    if program == "rotation":
        assert iam.writes == []
        assert project.runs[-1].stdout.startswith("overlap until 20")
    else:
        assert iam.writes == [(first, "Inactive")]
    project.preview("--expect-no-changes")
    iam.reset()
    project.destroy()
    assert iam.writes == []


def commands(readme: Path) -> list[list[str]]:
    (block,) = shown(readme, "tests/engine/test_examples.py")
    return [shlex.split(line.removeprefix("pulumi ")) for line in block.text.splitlines()]


def with_live_keys(folder: Path, live: Mapping[str, str]) -> Path:
    """The program declares the test's own keys, of which one's user is not called bob."""
    for path in folder.iterdir():
        if path.is_file():
            path.write_text(renamed(path.read_text(), live))
    return folder


def renamed(text: str, live: Mapping[str, str]) -> str:
    return re.sub(rf"\b({'|'.join(live)})\b(?!-)", lambda found: live[found[1]], text)
