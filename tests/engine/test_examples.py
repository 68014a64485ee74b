"""Every example is run from its own folder, by the commands of its own README."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from support.engine import ROOT, Project, engine_env
from support.http import RecordingServer
from support.moto_iam import Outsider
from support.native_project import HOST, PLUGINS

pytestmark = pytest.mark.real_engine

WITH_PULUMI_AWS = "rotation-with-pulumi-aws"
"""Is run day by day by test_minted.py."""
EXAMPLES = sorted(
    path.parent.name
    for path in (ROOT / "examples").glob("*/Pulumi.yaml")
    if path.parent.name != WITH_PULUMI_AWS
)


def commands(readme: str) -> list[list[str]]:
    (block,) = re.findall(r"```console\n(.*?)```", readme, re.DOTALL)
    return [shlex.split(line.removeprefix("$ ")) for line in block.splitlines()]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_does_what_its_readme_says(
    name: str, tmp_path: Path, home: Path, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    first, second = outsider.new_key(bob), outsider.new_key(bob)
    folder = tmp_path / name
    shutil.copytree(ROOT / "examples" / name, folder)
    if "runtime: yaml" in (folder / "Pulumi.yaml").read_text():
        if shutil.which(HOST) is None:
            pytest.skip(f"no {HOST} on PATH; make test-native brings one")
        (folder / ".venv").symlink_to(PLUGINS.parent)
    readme = (folder / "README.md").read_text()
    live = {"bob": bob, "AKIAIOSFODNN7EXAMPLE": first, "AKIAI44QH8DHBEXAMPLE": second}
    env = {**engine_env(home, iam.url), "PULUMI_BACKEND_URL": f"file://{folder}"}
    project = Project(folder, env, stack="dev")

    for command in commands(readme):
        words = [live.get(word, word) for word in command[1:]]
        project.expect(0, *words, *(["--yes"] if words == ["up"] else []))

    if name.startswith("one-key"):
        assert iam.writes == [(first, "Inactive")]
    else:
        assert iam.writes == []
        assert project.runs[-1].stdout.startswith("overlap until 20")
    project.preview("--expect-no-changes")
    iam.reset()
    project.destroy()
    assert iam.writes == []
