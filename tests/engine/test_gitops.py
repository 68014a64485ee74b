"""The pipelines of ``examples/gitops``, word for word, on one real stack: pull request, merge, night."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from keyswitch.report.digest_formats import hidden_marker
from support.engine import ROOT, Project, engine_env
from support.forge import GITHUB_TOKEN, GITLAB_TOKEN, Comments, Workspace, forge
from support.http import RecordingServer, refuse
from support.moto_iam import Outsider

pytestmark = pytest.mark.real_engine

GITHUB = ROOT / "examples" / "gitops" / "github"
GITLAB = ROOT / "examples" / "gitops" / "gitlab"
VARS = {"DUE_ISSUE": "7"}
TOMORROW = datetime.now(timezone.utc).date() + timedelta(days=1)
CONTEXT = {
    "secrets": {"PULUMI_CONFIG_PASSPHRASE": "correct horse"},
    "github": {"token": GITHUB_TOKEN, "event": {"pull_request": {"number": 7}}},
}


@pytest.fixture
def comments() -> Iterator[Comments]:
    with forge() as comments:
        comments.of_others("Looks fine to me.", f"> {hidden_marker('prod')}\nWhat is this?")
        comments.of_others(*["+1"] * 120)
        yield comments


@pytest.fixture
def checkout(
    tmp_path: Path, home: Path, iam: RecordingServer, wheel: Path, comments: Comments
) -> Workspace:
    """A pull request with this project's own program, and a stack that nothing was applied to."""
    named = (GITHUB.parent / "requirements.txt").read_text()
    by_its_hash = f"{wheel} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"
    requirements = named.replace("-r keyswitch.txt", by_its_hash)
    folder, merged = tmp_path / "keys", tmp_path / "merged"
    for each in (folder, merged):
        each.mkdir()
        (each / "requirements.txt").write_text(requirements)
    for name in ("__main__.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, folder)
    shutil.copy(GITLAB / "note.py", merged)
    git = ("git", "-C", str(merged), "-c", "user.name=bob", "-c", "user.email=bob@example.com")
    for command in (("init", "-qb", "main"), ("add", "."), ("commit", "-qm", "Declare keys")):
        subprocess.run([*git, *command], check=True)
    env = {
        **engine_env(home, iam.url),
        "PULUMI_CONFIG_PASSPHRASE": "correct horse",
        "PULUMI_BACKEND_URL": f"file://{folder}",
        "GITHUB_API_URL": comments.url,
        "GITHUB_REPOSITORY": "acme/keys",
        "CI_API_V4_URL": comments.url,
        "CI_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_DEFAULT_BRANCH": "main",
        "CI_REPOSITORY_URL": f"file://{merged}",
        "PREVIEW_ROLE_ARN": "arn:aws:iam::123456789012:role/preview",
        "AUDIT_ROLE_ARN": "arn:aws:iam::123456789012:role/audit",
        "APPLY_ROLE_ARN": "arn:aws:iam::123456789012:role/apply",
        "AWS_TOKEN": "a-web-identity-token",
        "PIP_NO_COMPILE": "1",
    }
    Project(folder, env).expect(0, "stack", "init", "prod")
    return Workspace(folder, env, merged, {"note": {"COMMENT_TOKEN": GITLAB_TOKEN}})


def commit(checkout: Workspace, *more: str, **statuses: str) -> None:
    """A version of the register.

    :param more: further lines of each entry.
    """
    path = checkout.folder / "Pulumi.prod.yaml"
    kept = [line for line in path.read_text().splitlines() if line.startswith("encryption")]
    entries = "".join(
        f"    {key}:\n      userName: {checkout.env['BOB']}\n      status: {status}\n"
        + "".join(f"      {line}\n" for line in more)
        for key, status in statuses.items()
    )
    path.write_text("\n".join([*kept, f"config:\n  keyswitch:keys:\n{entries}"]))


def test_github_from_the_pull_request_to_the_night(
    checkout: Workspace, comments: Comments, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key, other = outsider.new_key(bob), outsider.new_key(bob)
    checkout.env["BOB"] = bob
    context = {**CONTEXT, "vars": {**VARS, "PULUMI_BACKEND_URL": f"file://{checkout.folder}"}}
    commit(checkout, **{key: "Active"})
    first = checkout.github(GITHUB / "apply.yml", **context)
    assert (first.code, iam.writes) == (0, []), first.text

    commit(checkout, **{key: "Inactive"})
    preview = checkout.github(GITHUB / "preview.yml", **context)
    assert preview.code == 0, preview.text
    (comment,) = comments.own
    assert comment.startswith("**Keyswitch: 1 key to deactivate.**")
    assert preview.summary == comment.replace(" prod -->", " keyswitch/prod -->")

    commit(checkout, **{key: "disabled"})
    failing = checkout.github(GITHUB / "preview.yml", **context)
    assert failing.codes == {"preview": 1, "comment": 0}
    (printed,) = [text for name, _, text in failing.steps if name == "Result"]
    assert "error: KS103 entry" in printed
    (comment,) = comments.own
    assert comment.startswith("**Keyswitch: the preview failed, so nothing can be")
    assert "KS103" in comment

    commit(checkout, **{key: "Inactive"})
    assert checkout.github(GITHUB / "preview.yml", **context).code == 0
    (comment,) = comments.own
    assert comment.startswith("**Keyswitch: 1 key to deactivate.**")
    assert iam.writes == []

    assert checkout.github(GITHUB / "apply.yml", **context).code == 0
    assert iam.writes == [(key, "Inactive")]

    outsider.switch(bob, key, "Active")
    iam.reset()
    night = checkout.github(GITHUB / "nightly.yml", **context)
    assert night.code == 0, night.text
    assert iam.writes == [(key, "Inactive")]
    assert "**Keyswitch: 1 key drifted, to be corrected.**" in night.summary
    assert f"| `{other}` | `{bob}` | high | KS801: `is Active and not declared`" in night.summary

    iam.reset()
    quiet = checkout.github(GITHUB / "nightly.yml", **context)
    assert (quiet.code, iam.writes) == (0, []), quiet.text
    assert "**Keyswitch: no key changes.**" in quiet.summary

    outsider.tag(bob, owner="alice")
    commit(checkout, f'activeUntil: "{TOMORROW}"', **{other: "Active"})
    due = checkout.github(GITHUB / "nightly.yml", **context)
    assert f"| `alice` | `{other}` | `{bob}` | `{TOMORROW}` |" in due.summary, due.text
    assert [each in due.summary for each in comments.own] == [False, True], "one of each kind"

    iam.rules.append(refuse("ListAccessKeys", 403, "AccessDenied", "User ci is not authorized"))
    blind = checkout.github(GITHUB / "nightly.yml", **context)
    assert ("Correct drift", 1) in [step[:2] for step in blind.steps]
    assert blind.codes == {"nightly": 1, "audit": 1, "comment": 0}
    assert "KS301" in blind.summary
    assert iam.writes == []


@pytest.mark.nightly
def test_gitlab_from_the_merge_request_to_the_night(
    checkout: Workspace, comments: Comments, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    checkout.env["BOB"] = bob
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del checkout.env[name]
    pipeline = GITLAB / ".gitlab-ci.yml"
    commit(checkout, **{key: "Inactive"})

    code, printed = checkout.gitlab(pipeline, "preview")
    assert code == 0, printed
    code, printed = checkout.gitlab(pipeline, "note")
    assert code == 0, printed
    assert comments.own[0].startswith("**Keyswitch: 1 key to deactivate.**")
    commit(checkout, **{key: "disabled"})
    code, printed = checkout.gitlab(pipeline, "preview")
    assert code == 1
    assert "error: KS103 entry" in printed
    assert checkout.gitlab(pipeline, "note")[0] == 0
    (comment,) = comments.own
    assert comment.startswith("**Keyswitch: the preview failed")

    commit(checkout, **{key: "Inactive"})
    code, printed = checkout.gitlab(pipeline, "apply")
    assert code == 0, printed
    assert iam.writes == [(key, "Inactive")]
    roles = {c.parameters["RoleArn"] for c in iam.calls if c.action.startswith("AssumeRole")}
    assert roles == {checkout.env["PREVIEW_ROLE_ARN"], checkout.env["APPLY_ROLE_ARN"]}

    outsider.switch(bob, key, "Active")
    iam.reset()
    code, printed = checkout.gitlab(pipeline, "nightly")
    assert code == 0, printed
    assert iam.writes == [(key, "Inactive")]
    assert "1 key drifted, to be corrected" in printed
    code, printed = checkout.gitlab(pipeline, "audit")
    assert code == 0, printed
    assert "0 keys due within 14d" in (checkout.folder / "due.md").read_text()
    assert '<table id="keys">' in (checkout.folder / "keys.html").read_text()

    outsider.tag(bob, owner="alice")
    other = outsider.new_key(bob)
    commit(checkout, f'activeUntil: "{TOMORROW}"', **{other: "Active"})
    checkout.env["DUE_ISSUE"] = "7"
    for _ in range(2):
        assert checkout.gitlab(pipeline, "audit")[0] == 0
        code, printed = checkout.gitlab(pipeline, "due")
        assert code == 0, printed
    _, due = comments.own
    assert f"| `alice` | `{other}` | `{bob}` | `{TOMORROW}` |" in due
