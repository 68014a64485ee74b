"""What a pull request's job leaves for the job that comments: a preview, or whatever its code made of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gitops.conftest import PREVIEWS, github_context
from gitops.test_files import GITOPS
from support.forge import Comments
from support.github_runner import GithubRunner
from support.gitlab_runner import GitlabRunner, included

PREVIEW = PREVIEWS / "declared.json"
SECRET = "not for the comment"
TOO_LARGE = 100_000_001
Left = Callable[[Path], None]
Comment = Callable[[Left], str]


@pytest.fixture
def on_github(github: GithubRunner, comments: Comments) -> Comment:
    def comment(left: Left) -> str:
        def leave(kept: Path) -> None:
            (kept / "keyswitch-preview-prod").mkdir()
            left(kept / "keyswitch-preview-prod")

        given = {"stack": "prod", "command": "comment"}
        run = github.action(given, artifacts=leave, **github_context())
        assert run.code == 0, run.text
        assert run.summary == comments.own[0]
        return comments.own[0]

    return comment


@pytest.fixture
def on_gitlab(gitlab: GitlabRunner, comments: Comments) -> Comment:
    def comment(left: Left) -> str:
        kept = gitlab.folder / ".keyswitch/keyswitch-11"
        kept.mkdir(parents=True)
        left(kept)
        pipeline = included(GITOPS / "gitlab/.gitlab-ci.yml")
        code, printed = gitlab.job(pipeline, "keyswitch-digest")
        assert code == 0, printed
        return comments.own[0]

    return comment


@pytest.fixture(params=["on_github", "on_gitlab"])
def comment(request: pytest.FixtureRequest) -> Comment:
    found: Comment = request.getfixturevalue(request.param)
    return found


def a_link(path: Path) -> None:
    secret = path.parents[3] / "secret"
    secret.write_text(f'{{"steps": [], "diagnostics": [{{"message": "{SECRET}"}}]}}')
    path.symlink_to(secret)


def too_large(path: Path) -> None:
    shutil.copy(PREVIEW, path)
    os.truncate(path, TOO_LARGE)


@pytest.mark.parametrize("left", [lambda _path: None, a_link, too_large])
def test_what_is_no_file_of_a_bearable_size_is_digested_as_none(
    comment: Comment, left: Left
) -> None:
    def leave(folder: Path) -> None:
        (folder / "code").write_text("0")
        left(folder / "preview.json")

    told = comment(leave)

    assert told.startswith("**Keyswitch: no preview to summarize.**")
    assert told.endswith("<!-- keyswitch digest prod -->\n")
    assert SECRET not in told


@pytest.mark.parametrize(("code", "fails"), [("0\n", False), ("", True), ("$(id)", True)])
def test_what_is_no_exit_code_is_a_failure(comment: Comment, code: str, *, fails: bool) -> None:
    def leave(folder: Path) -> None:
        shutil.copy(PREVIEW, folder / "preview.json")
        (folder / "code").write_text(code)

    assert ("the preview failed" in comment(leave)) is fails


def test_a_job_that_ended_before_it_left_anything_is_a_failure(on_github: Comment) -> None:
    assert on_github(Path.rmdir).startswith("**Keyswitch: no preview to summarize.**")
