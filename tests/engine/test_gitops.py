"""The pipelines of ``examples/gitops``, word for word, on one real stack: pull request, merge, night."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TypeVar

import pytest

from keyswitch.report.digest_formats import hidden_marker
from release import pinned_line
from support.engine import ROOT, Project, engine_env
from support.forge import GITHUB_TOKEN, GITLAB_TOKEN, Comments, forge, in_a_job
from support.github_runner import GithubRun, GithubRunner
from support.gitlab_runner import GitlabRunner, included, rendered
from support.http import RecordingServer, refuse
from support.moto_iam import Outsider
from support.runner import Runner, environment

pytestmark = pytest.mark.real_engine

GITHUB = ROOT / "examples" / "gitops" / "github"
GITLAB = ROOT / "examples" / "gitops" / "gitlab"
PIPELINE = GITLAB / ".gitlab-ci.yml"
TOMORROW = datetime.now(timezone.utc).date() + timedelta(days=1)
R = TypeVar("R", bound=Runner)
Make = Callable[[type[R]], R]


@pytest.fixture
def comments() -> Iterator[Comments]:
    with forge() as comments:
        comments.of_others("Looks fine to me.", f"> {hidden_marker('prod')}\nWhat is this?")
        comments.of_others(*["+1"] * 120)
        yield comments


@pytest.fixture
def make_runner(
    tmp_path: Path, home: Path, iam: RecordingServer, comments: Comments
) -> Callable[[type[R]], R]:
    """A pull request with this project's own program, and a stack that nothing was applied to."""

    def make(kind: type[R]) -> R:
        folder, merged = tmp_path / "keys", tmp_path / "merged"
        for each in (folder, merged):
            each.mkdir()
        for name in ("__main__.py", "Pulumi.yaml"):
            shutil.copy(ROOT / name, folder)
        environment(folder / ".venv")
        of = "github" if kind is GithubRunner else "gitlab"
        env = {
            **engine_env(home, iam.url),
            "PULUMI_CONFIG_PASSPHRASE": "correct horse",
            "PULUMI_BACKEND_URL": f"file://{folder}",
            **in_a_job(of, comments.url, merged),
            "GITHUB_EVENT_NAME": "schedule",
            "PREVIEW_ROLE_ARN": "arn:aws:iam::123456789012:role/preview",
            "AUDIT_ROLE_ARN": "arn:aws:iam::123456789012:role/audit",
            "APPLY_ROLE_ARN": "arn:aws:iam::123456789012:role/apply",
            "AWS_TOKEN": "a-web-identity-token",
            "PIP_COMPILE": "0",
        }
        Project(folder, env).expect(0, "stack", "init", "prod")
        return kind(folder, env, merged, {"note": {"COMMENT_TOKEN": GITLAB_TOKEN}})

    return make


@pytest.fixture
def github(make_runner: Make[GithubRunner]) -> GithubRunner:
    return make_runner(GithubRunner)


@pytest.fixture
def gitlab(make_runner: Make[GitlabRunner]) -> GitlabRunner:
    return make_runner(GitlabRunner)


def installing(runner: Runner, wheel: Path) -> None:
    """From here on what the files install is installed: this keyswitch, and what it needs from the index."""
    by_its_hash = f"{wheel} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"
    named = (GITHUB.parent / "requirements.txt").read_text()
    for each in (runner.folder, runner.merged):
        requirements = named.replace(pinned_line(named), by_its_hash)
        (each / "requirements.txt").write_text(requirements)
    shutil.rmtree(runner.folder / ".venv")
    git = ("git", "-C", str(runner.merged), "-c", "user.name=bob", "-c", "user.email=b@example.com")
    for command in (("init", "-qb", "main"), ("add", "."), ("commit", "-qm", "Declare keys")):
        subprocess.run([*git, *command], check=True)
    runner.installs = True


def run(runner: GithubRunner, name: str) -> GithubRun:
    """One workflow, in the event that it is for."""
    runner.env["GITHUB_EVENT_NAME"] = "pull_request" if name == "preview" else "push"
    event = {"pull_request": {"number": 7, "head": {"repo": {"full_name": "acme/keys"}}}}
    return runner.workflow(
        GITHUB / f"{name}.yml",
        secrets={"PULUMI_CONFIG_PASSPHRASE": "correct horse"},
        github={"token": GITHUB_TOKEN, "repository": "acme/keys", "event": event},
        vars={"PULUMI_BACKEND_URL": f"file://{runner.folder}", "DUE_ISSUE": "7"},
    )


def commit(runner: Runner, *more: str, **statuses: str) -> None:
    """A version of the register.

    :param more: further lines of each entry.
    """
    path = runner.folder / "Pulumi.prod.yaml"
    kept = [line for line in path.read_text().splitlines() if line.startswith("encryption")]
    entries = "".join(
        f"    {key}:\n      userName: {runner.env['BOB']}\n      status: {status}\n"
        + "".join(f"      {line}\n" for line in more)
        for key, status in statuses.items()
    )
    path.write_text("\n".join([*kept, f"config:\n  keyswitch:keys:\n{entries}"]))


def test_github_from_the_pull_request_to_the_night(
    github: GithubRunner, comments: Comments, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key, other = outsider.new_key(bob), outsider.new_key(bob)
    github.env["BOB"] = bob
    commit(github, **{key: "Inactive"})

    preview = run(github, "preview")
    assert preview.code == 0, preview.text
    assert comments.own[0].startswith("**Keyswitch: 1 key to deactivate.**")
    assert iam.writes == []

    assert run(github, "apply").code == 0
    assert iam.writes == [(key, "Inactive")]

    outsider.switch(bob, key, "Active")
    iam.reset()
    night = run(github, "nightly")
    assert night.code == 0, night.text
    assert iam.writes == [(key, "Inactive")]
    assert "**Keyswitch: 1 key drifted, to be corrected.**" in night.summary
    assert f"| `{other}` | `{bob}` | high | KS801: `is Active and not declared`" in night.summary
    assert "keys due within 14d" in comments.own[1]


@pytest.mark.nightly
def test_github_with_what_the_action_installs(
    github: GithubRunner,
    comments: Comments,
    iam: RecordingServer,
    outsider: Outsider,
    wheel: Path,
) -> None:
    installing(github, wheel)
    bob = outsider.new_user()
    key, other = outsider.new_key(bob), outsider.new_key(bob)
    github.env["BOB"] = bob

    commit(github, **{key: "disabled"})
    failing = run(github, "preview")
    assert failing.codes == {"preview": 1, "comment": 0}, failing.text
    assert "error: KS103 entry" in failing.text
    (comment,) = comments.own
    assert comment.startswith("**Keyswitch: the preview failed, so nothing can be")
    assert "KS103" in comment

    commit(github, **{key: "Inactive"})
    assert run(github, "preview").code == 0
    (comment,) = comments.own
    assert comment.startswith("**Keyswitch: 1 key to deactivate.**")
    assert run(github, "apply").code == 0
    assert iam.writes == [(key, "Inactive")]

    iam.reset()
    outsider.tag(bob, owner="alice")
    commit(github, f'activeUntil: "{TOMORROW}"', **{other: "Active"})
    quiet = run(github, "nightly")
    assert quiet.code == 0, quiet.text
    assert f"| `alice` | `{other}` | `{bob}` | `{TOMORROW}` |" in quiet.summary
    assert [each in quiet.summary for each in comments.own] == [False, True], "one of each kind"

    iam.rules.append(refuse("ListAccessKeys", 403, "AccessDenied", "User ci is not authorized"))
    blind = run(github, "nightly")
    assert blind.codes == {"nightly": 1, "audit": 1}
    assert "KS301" in blind.summary
    assert iam.writes == []


@pytest.mark.nightly
def test_gitlab_from_the_merge_request_to_the_night(
    gitlab: GitlabRunner,
    comments: Comments,
    iam: RecordingServer,
    outsider: Outsider,
    wheel: Path,
) -> None:
    installing(gitlab, wheel)
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    gitlab.env["BOB"] = bob
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del gitlab.env[name]
    pipeline = included(PIPELINE)
    commit(gitlab, **{key: "disabled"})

    code, printed = gitlab.job(pipeline, "keyswitch-preview")
    assert code == 1
    assert "error: KS103 entry" in printed
    code, printed = gitlab.job(pipeline, "keyswitch-digest")
    assert code == 0, printed
    (comment,) = comments.own
    assert comment.startswith("**Keyswitch: the preview failed")

    commit(gitlab, **{key: "Inactive"})
    code, printed = gitlab.job(pipeline, "keyswitch-preview")
    assert code == 0, printed
    assert gitlab.job(pipeline, "keyswitch-digest")[0] == 0
    (comment,) = comments.own
    assert comment.startswith("**Keyswitch: 1 key to deactivate.**")
    code, printed = gitlab.job(pipeline, "keyswitch-up")
    assert code == 0, printed
    assert iam.writes == [(key, "Inactive")]
    roles = {c.parameters["RoleArn"] for c in iam.calls if c.action.startswith("AssumeRole")}
    assert roles == {gitlab.env["PREVIEW_ROLE_ARN"], gitlab.env["APPLY_ROLE_ARN"]}

    outsider.switch(bob, key, "Active")
    iam.reset()
    code, printed = gitlab.job(pipeline, "keyswitch-nightly")
    assert code == 0, printed
    assert iam.writes == [(key, "Inactive")]
    assert "1 key drifted, to be corrected" in printed

    outsider.tag(bob, owner="alice")
    other = outsider.new_key(bob)
    commit(gitlab, f'activeUntil: "{TOMORROW}"', **{other: "Active"})
    given = {"stack": "prod", "issue": "7", "audit-role": gitlab.env["AUDIT_ROLE_ARN"]}
    pipeline = {**pipeline, **rendered(given)}
    for _ in range(2):
        code, printed = gitlab.job(pipeline, "keyswitch-audit")
        assert code == 0, printed
        code, printed = gitlab.job(pipeline, "keyswitch-due")
        assert code == 0, printed
    assert '<table id="keys">' in (gitlab.folder / ".keyswitch/keyswitch-11/keys.html").read_text()
    _, due = comments.own
    assert f"| `alice` | `{other}` | `{bob}` | `{TOMORROW}` |" in due
