from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from keyswitch.report.digest_formats import hidden_marker
from support.engine import ROOT
from support.forge import GITHUB_TOKEN, GITLAB_TOKEN, Comments, forge, in_a_job
from support.github_runner import GithubRunner
from support.gitlab_runner import GitlabRunner
from support.runner import Runner

PREVIEWS = ROOT / "tests/digest/previews"
PULUMI = """#!/bin/sh
printf '%s|' "$@" "$PULUMI_BACKEND_URL" "$PULUMI_CONFIG_PASSPHRASE" "$PULUMI_ACCESS_TOKEN" >>"$CALLS"
echo >>"$CALLS"
case "$*" in
  "preview --json"*) cat "$PREVIEW"; exit "$(cat "$PREVIEW.code")" ;;
esac
echo "pulumi $*"
"""
R = TypeVar("R", bound=Runner)


class Pulumi:
    """In the place of the CLI: prints a recorded preview, and keeps how it was called."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.bin / "pulumi").write_text(PULUMI)
        (self.bin / "pulumi").chmod(0o755)
        self._calls, self._preview = folder / "calls", folder / "preview"
        self.env = {"CALLS": str(self._calls), "PREVIEW": str(self._preview)}
        self.previews("no_change")

    def previews(self, name: str, code: int = 0) -> None:
        self._preview.write_text((PREVIEWS / f"{name}.json").read_text())
        self._preview.with_suffix(".code").write_text(str(code))

    def calls(self) -> list[list[str]]:
        """The arguments of each, and three of its variables: the backend, the passphrase and the token."""
        lines = self._calls.read_text().splitlines() if self._calls.exists() else []
        self._calls.unlink(missing_ok=True)
        return [line.split("|")[:-1] for line in lines]


@pytest.fixture(scope="session")
def checker() -> Callable[[str], str]:
    """Where a checker is: built once from its Go module, into the folder of the engine."""

    def find(name: str) -> str:
        folder = Path(os.environ.get("KEYSWITCH_ENGINE", ROOT / ".engine")) / "checkers"
        if not (folder / name).exists():
            go = shutil.which("go")
            if go is None:
                pytest.skip(f"no Go to build {name} with; it runs wherever Go is, as in CI")
            env = {**os.environ, "GOBIN": str(folder.resolve())}
            build = [go, "install", "-mod=readonly", "tool"]
            subprocess.run(
                build, cwd=ROOT / "tools/checkers", env=env, check=True, capture_output=True
            )
        return str(folder / name)

    return find


@pytest.fixture
def comments() -> Iterator[Comments]:
    with forge() as comments:
        comments.of_others(f"> {hidden_marker('prod')}\nWhat is this?")
        yield comments


@pytest.fixture
def pulumi(tmp_path: Path) -> Pulumi:
    return Pulumi(tmp_path)


@pytest.fixture
def make_runner(tmp_path: Path, comments: Comments, pulumi: Pulumi) -> Callable[[type[R]], R]:
    """A runner with a checkout, a recorded Pulumi and a forge."""

    def make(kind: type[R]) -> R:
        folder, merged = tmp_path / "keys", tmp_path / "merged"
        for each in (folder, merged):
            each.mkdir()
        git = ("git", "-C", str(merged), "-c", "user.name=bob", "-c", "user.email=bob@example.com")
        for command in (("init", "-qb", "main"), ("commit", "-qm", "Begin", "--allow-empty")):
            subprocess.run([*git, *command], check=True)
        of = "github" if kind is GithubRunner else "gitlab"
        path = (str(pulumi.bin), str(Path(sys.executable).parent), os.environ["PATH"])
        env = {
            "PATH": os.pathsep.join(path),
            "HOME": str(tmp_path),
            **in_a_job(of, comments.url, merged),
            "AWS_TOKEN": "a-web-identity-token",
            **pulumi.env,
        }
        return kind(folder, env, merged, {"note": {"COMMENT_TOKEN": GITLAB_TOKEN}})

    return make


@pytest.fixture
def github(make_runner: Callable[[type[GithubRunner]], GithubRunner]) -> GithubRunner:
    return make_runner(GithubRunner)


@pytest.fixture
def gitlab(make_runner: Callable[[type[GitlabRunner]], GitlabRunner]) -> GitlabRunner:
    return make_runner(GitlabRunner)


def github_context(head: str | None = "acme/keys") -> dict[str, object]:
    """What expressions find in a pull request of a repository."""
    return {
        "github": {
            "token": GITHUB_TOKEN,
            "repository": "acme/keys",
            "event": {"pull_request": {"number": 7, "head": {"repo": {"full_name": head}}}},
        },
        "vars": {
            "PREVIEW_ROLE_ARN": "arn:aws:iam::123456789012:role/preview",
            "APPLY_ROLE_ARN": "arn:aws:iam::123456789012:role/apply",
            "AUDIT_ROLE_ARN": "arn:aws:iam::123456789012:role/audit",
            "PULUMI_BACKEND_URL": "s3://acme-pulumi-state",
        },
        "secrets": {"PULUMI_CONFIG_PASSPHRASE": "correct horse"},
    }
