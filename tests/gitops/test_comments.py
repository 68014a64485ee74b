"""How a pipeline finds its own comment again among those of other stacks, on a pull request or on an issue."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gitops.test_files import GITOPS
from support.forge import GITHUB_TOKEN, GITLAB_TOKEN, OWN, Comments, forge

MARKER = "<!-- keyswitch due prod -->"
Write = Callable[[str, Comments, Path], None]


def ran(*command: str, folder: Path, **env: str) -> None:
    path = {"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1"}
    subprocess.run(command, cwd=folder, env={**path, **env}, check=True, capture_output=True)


def on_github(workflow: str, name: str) -> Write:
    jobs = YAML(typ="safe").load(GITOPS / "github" / workflow)["jobs"]
    (step,) = (each for each in jobs["comment"]["steps"] if each.get("name") == "Comment")

    def write(text: str, comments: Comments, folder: Path) -> None:
        (folder / name).write_text(text)
        ran(
            *("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]),
            folder=folder,
            GITHUB_TOKEN=GITHUB_TOKEN,
            GITHUB_API_URL=comments.url,
            GITHUB_REPOSITORY="acme/keys",
            ISSUE="7",
            PULL_REQUEST="7",
        )

    return write


def on_gitlab(text: str, comments: Comments, folder: Path) -> None:
    (folder / "due.md").write_text(text)
    ran(
        *(sys.executable, str(GITOPS / "gitlab" / "note.py"), "due.md", "issues/7"),
        folder=folder,
        COMMENT_TOKEN=GITLAB_TOKEN,
        CI_API_V4_URL=comments.url,
        CI_PROJECT_ID="1",
    )


@pytest.mark.parametrize(
    "write",
    [
        on_github("nightly.yml", "due.md"),
        on_github("preview.yml", "digest.md"),
        on_gitlab,
    ],
    ids=["github nightly", "github preview", "gitlab"],
)
def test_no_comment_is_taken_for_that_of_a_stack_whose_marker_it_only_quotes(
    write: Write, tmp_path: Path
) -> None:
    """An owner's tag may hold any text: it must not hide what another stack says."""
    quoting = f"| `{MARKER}` | `AKIAIOSFODNN7EXAMPLE` |\n\n<!-- keyswitch due dev -->"
    with forge() as comments:
        comments.of_others(f"written by somebody\n{MARKER}\n")
        comments.bodies[2], comments.authors[2] = quoting, OWN

        for day in ("Monday", "Tuesday"):
            write(f"{day}\n\n{MARKER}\n", comments, tmp_path)

        assert comments.own == [quoting, f"Tuesday\n\n{MARKER}\n"]
