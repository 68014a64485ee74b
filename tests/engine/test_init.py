"""From an empty folder to a comment on a pull request, as ``keyswitch init`` has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.engine import engine_env
from support.forge import GITHUB_TOKEN, forge, in_a_job
from support.github_runner import GithubRunner
from support.http import serving
from support.runner import SECONDS
from support.strict_app import strict_app
from support.strict_iam import StrictIam

pytestmark = pytest.mark.real_engine


def test_an_empty_folder_has_a_comment_after_four_commands_and_the_two_jobs_of_a_pull_request(
    tmp_path: Path, home: Path, wheel: Path
) -> None:
    """What keyswitch needs comes from the tests' own environment, which takes no time to install."""
    iam = StrictIam()
    keys = [iam.add_key(user) for user in ("bob", "ci")]
    folder = tmp_path / "keys"
    folder.mkdir()
    with serving(strict_app(iam)) as server, forge() as comments:
        env = {
            **engine_env(home, server.url),
            "PIP_COMPILE": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_DEPS": "1",
            "PULUMI_BACKEND_URL": f"file://{tmp_path}",
            **in_a_job("github", comments.url, folder),
        }
        typed = [
            "python3 -m venv .venv",
            f".venv/bin/pip install --quiet {wheel}",
            ".venv/bin/keyswitch init --yes --stack prod --forge github --discover",
            "pulumi stack init prod",
        ]
        for command in typed:
            subprocess.run(command, shell=True, cwd=folder, env=env, check=True, timeout=SECONDS)  # noqa: S602 - as a reader types it
            for packages in folder.glob(".venv/lib/python*/site-packages"):
                places = (each for each in sys.path if "site-packages" in each)
                (packages / "tests.pth").write_text("\n".join(places))

        event = {"pull_request": {"number": 7, "head": {"repo": {"full_name": "acme/keys"}}}}
        run = GithubRunner(folder, env, tmp_path / "merged").workflow(
            folder / ".github" / "workflows" / "keys-preview.yml",
            secrets={"PULUMI_CONFIG_PASSPHRASE": env["PULUMI_CONFIG_PASSPHRASE"]},
            github={"token": GITHUB_TOKEN, "repository": "acme/keys", "event": event},
            vars={"PULUMI_BACKEND_URL": f"file://{tmp_path}"},
        )

        assert run.codes == {"preview": 0, "comment": 0}, run.text
        assert len(typed) + len(run.codes) <= 6
        (comment,) = comments.own
        assert comment.startswith("**Keyswitch: no status changes: 2 keys adopted as found.**")
        register = (folder / "Pulumi.prod.yaml").read_text()
        assert register.startswith("# yaml-language-server:")
        assert all(key in register for key in keys)
        installed = (folder / "keyswitch.txt").read_text()
        assert (folder / wheel.name).exists()
        assert wheel.name in installed
        assert server.writes == []
        again = ".venv/bin/pip install --quiet --dry-run --force-reinstall --require-hashes -r keyswitch.txt"
        subprocess.run(again, shell=True, cwd=folder, env=env, check=True, timeout=SECONDS)  # noqa: S602
