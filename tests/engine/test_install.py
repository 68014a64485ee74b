"""The package as users get it: a wheel, in an environment and a project that know nothing of us."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from snippets import wanted
from support.engine import PROGRAM, ROOT, Project, engine_env
from support.environments import installed
from support.http import RecordingServer
from support.moto_iam import Outsider
from support.pages import shown

pytestmark = [pytest.mark.real_engine, pytest.mark.plain_python]


def test_the_wheel_contains_only_keyswitch_and_its_metadata(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.partition("/")[0] for name in names} == {
        "keyswitch",
        f"keyswitch-{wheel.name.split('-')[1]}.dist-info",
    }
    assert "keyswitch/py.typed" in names
    assert all(
        name.endswith((".py", "py.typed", ".html.j2", "schema.json"))
        for name in names
        if ".dist-info" not in name and not name.startswith("keyswitch/cli/starter/")
    )


def test_readme_installs_what_there_is() -> None:
    (block,) = shown(ROOT / "README.md", "install")

    assert block.text.splitlines()[-2:] == [
        "python3 -m venv .venv",
        f".venv/bin/pip install {wanted()}",
    ]


@pytest.mark.nightly
def test_installed_into_an_empty_environment_it_serves_a_program_in_another_folder(
    wheel: Path, tmp_path: Path, home: Path, iam: RecordingServer, outsider: Outsider
) -> None:
    """Every day, the tutorial begins with the same."""
    venv = tmp_path / "venv"
    installed(venv, [str(wheel)])
    env = engine_env(home, iam.url)
    env["PATH"] = f"{venv / 'bin'}:{env['PATH']}"
    told = subprocess.run(
        [str(venv / "bin" / "keyswitch"), "audit", "--format", "html"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode in (0, 7), '<table id="keys">' in told.stdout) == (True, True), (
        told.stderr
    )
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project = Project.make(tmp_path / "elsewhere", env, PROGRAM)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})

    project.up_with_preview()

    assert iam.writes == [(key, "Inactive")]
    outsider.switch(bob, key, "Active")
    assert "KS210" in project.preview("--expect-no-changes", code=7).row("bob")
    project.destroy()
