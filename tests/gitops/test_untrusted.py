"""What a pull request's job leaves for the job that comments: a preview, or whatever its code made of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gitops.test_files import GITOPS
from support.engine import ROOT

PREVIEW = ROOT / "tests/digest/previews/declared.json"
SECRET = "not for the comment"
TOO_LARGE = 100_000_001
Digest = Callable[..., str]


def bash(script: str, folder: Path, **env: str) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": path, "STACK": "prod", "GITHUB_STEP_SUMMARY": "summary.md", **env},
        check=True,
        capture_output=True,
    )


def on_github(folder: Path, code: str, result: str) -> str:
    workflow = YAML(typ="safe").load(GITOPS / "github/preview.yml")
    (step,) = (s for s in workflow["jobs"]["comment"]["steps"] if s.get("name") == "Digest")
    bash(step["run"], folder, CODE=code, RESULT=result)
    assert (folder / "summary.md").read_text()
    return (folder / "digest.md").read_text()


def on_gitlab(folder: Path, code: str, _result: str) -> str:
    *lines, writes = YAML(typ="safe").load(GITOPS / "gitlab/.gitlab-ci.yml")["note"]["script"]
    assert writes == "python note.py digest.md"
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    if code:
        (folder / "untrusted" / "code").write_text(code)
    bash("\n".join(lines), folder, CI_PROJECT_DIR=str(folder / "untrusted"))
    return (folder / "digest.md").read_text()


@pytest.fixture(params=[on_github, on_gitlab])
def digest(request: pytest.FixtureRequest, tmp_path: Path) -> Digest:
    (tmp_path / "untrusted").mkdir()

    def digest(code: str = "0", result: str = "success") -> str:
        text: str = request.param(tmp_path, code, result)
        return text

    return digest


def a_link(path: Path) -> None:
    secret = path.parent.parent / "secret"
    secret.write_text(f'{{"steps": [], "diagnostics": [{{"message": "{SECRET}"}}]}}')
    path.symlink_to(secret)


def too_large(path: Path) -> None:
    shutil.copy(PREVIEW, path)
    os.truncate(path, TOO_LARGE)


@pytest.mark.parametrize("left", [lambda _path: None, a_link, Path.mkdir, too_large])
def test_what_is_no_file_of_a_bearable_size_is_digested_as_none(
    digest: Digest, tmp_path: Path, left: Callable[[Path], None]
) -> None:
    left(tmp_path / "untrusted" / "preview.json")

    comment = digest()

    assert comment.startswith("**Keyswitch: no preview to summarize.**")
    assert comment.endswith("<!-- keyswitch digest prod -->\n")
    assert SECRET not in comment


@pytest.mark.parametrize(
    ("code", "fails"), [("0", False), ("1", True), ("255", True), ("", True), ("$(id)", True)]
)
def test_what_is_no_exit_code_is_a_failure(
    digest: Digest,
    tmp_path: Path,
    code: str,
    fails: bool,  # noqa: FBT001 - a row of the table
) -> None:
    shutil.copy(PREVIEW, tmp_path / "untrusted" / "preview.json")

    assert ("the preview failed" in digest(code)) is fails


def test_a_job_that_failed_did_not_end_well_whatever_code_it_names(tmp_path: Path) -> None:
    (tmp_path / "untrusted").mkdir()
    shutil.copy(PREVIEW, tmp_path / "untrusted" / "preview.json")

    assert "the preview failed" in on_github(tmp_path, "0", "failure")
