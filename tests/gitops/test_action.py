"""The action: its steps, word for word, with a recorded Pulumi and a forge over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitops.conftest import Pulumi, github_context
from gitops.test_files import GITOPS
from support.forge import Comments
from support.github_runner import THIS, GithubRunner

GITHUB = GITOPS / "github"
PREVIEW_OF_PROD = ["preview", "--json", "--stack", "prod"]


def test_a_pull_request_gets_one_comment_from_a_job_that_runs_none_of_its_code(
    github: GithubRunner, pulumi: Pulumi, comments: Comments
) -> None:
    pulumi.previews("declared")
    first = github.workflow(GITHUB / "preview.yml", **github_context())

    assert first.codes == {"preview": 0, "comment": 0}, first.text
    assert first.signed_in == ["arn:aws:iam::123456789012:role/preview"]
    assert pulumi.calls() == [[*PREVIEW_OF_PROD, "s3://acme-pulumi-state", "correct horse", ""]]
    (comment,) = comments.own
    assert comment.startswith("**Keyswitch: 2 keys to deactivate.**")
    assert first.summary == comment * 2
    expected = {"changed": "true", "refused": "false", "drift": "false", "failed": "false"}
    assert first.outputs == {"preview": expected, "comment": expected}

    pulumi.previews("refused", code=1)
    failing = github.workflow(GITHUB / "preview.yml", **github_context())

    assert failing.codes == {"preview": 1, "comment": 0}, failing.text
    assert "pulumi preview --stack prod\n" in failing.text
    (comment,) = comments.own
    assert comment.startswith("**Keyswitch: the preview failed, so nothing can be applied: 3 keys")
    assert failing.outputs["comment"]["refused"] == "true"


def test_a_preview_that_never_came_replaces_the_comment_too(
    github: GithubRunner, comments: Comments
) -> None:
    alone = github.action({"stack": "prod", "command": "comment"}, **github_context())

    assert alone.code == 0, alone.text
    assert comments.own[0].startswith("**Keyswitch: no preview to summarize.**")


@pytest.mark.parametrize(
    ("event", "head", "command", "code"),
    [
        ("pull_request", "mallory/keys", "preview", 2),
        ("pull_request_review", "", "up", 2),
        ("pull_request", "mallory/keys", "comment", 0),
    ],
)
def test_a_fork_gets_no_credentials(
    github: GithubRunner, pulumi: Pulumi, event: str, head: str, command: str, code: int
) -> None:
    github.env["GITHUB_EVENT_NAME"] = event
    role = "arn:aws:iam::123456789012:role/preview"
    given = {"stack": "prod", "command": command, "role": role}
    run = github.action(given, **github_context(head))

    assert (run.code, run.signed_in, pulumi.calls()) == (code, [], [])


def test_the_workflow_leaves_the_pull_request_of_a_fork_alone(github: GithubRunner) -> None:
    assert github.workflow(GITHUB / "preview.yml", **github_context("mallory/keys")).codes == {}


@pytest.mark.parametrize(
    "given",
    [
        {"command": "destroy"},
        {"fail-on": "drift; id"},
        {"stack": "--yes"},
        {"stack": "prod\nartifact=other"},
        {"stack": "$(id)"},
        {"stack": "/prod"},
        {"comment": "yes"},
        {"command": "audit", "issue": "#7"},
    ],
)
def test_an_input_that_is_none_is_refused_before_anything_runs(
    github: GithubRunner, pulumi: Pulumi, given: dict[str, str]
) -> None:
    run = github.action({"stack": "prod", **given}, **github_context())

    assert (run.code, len(run.steps), pulumi.calls()) == (2, 1, [])
    assert run.text.count("::") == 2, "one command of the runner's, which quotes nothing"


@pytest.mark.parametrize(
    ("fail_on", "preview", "code"),
    [("refused", "drift_reported", 0), ("drift", "drift_reported", 7), ("never", "refused", 0)],
)
def test_the_job_fails_on_what_is_asked(
    github: GithubRunner, pulumi: Pulumi, fail_on: str, preview: str, code: int
) -> None:
    pulumi.previews(preview, code=int(preview == "refused"))

    run = github.action({"stack": "prod", "fail-on": fail_on}, **github_context())

    assert run.code == code, run.text


def test_a_job_never_takes_the_preview_of_another_stack_for_its_own(
    github: GithubRunner, comments: Comments, tmp_path: Path
) -> None:
    workflow = tmp_path / "two.yml"
    calls = (("preview", "acme/prod"), ("comment", "acme-prod"))
    steps = [{"uses": THIS, "with": {"command": each, "stack": stack}} for each, stack in calls]
    workflow.write_text(json.dumps({"jobs": {"job": {"steps": steps}}}))

    run = github.workflow(workflow, **github_context())

    assert run.code == 0, run.text
    assert comments.own[0].startswith("**Keyswitch: no preview to summarize.**")


def test_one_job_can_comment_itself(
    github: GithubRunner, pulumi: Pulumi, comments: Comments
) -> None:
    pulumi.previews("refused", code=1)

    run = github.action({"stack": "acme/keys/prod", "comment": True}, **github_context())

    assert run.code == 1
    assert comments.own[0].endswith("<!-- keyswitch digest acme/keys/prod -->\n")


def test_a_merge_is_applied(github: GithubRunner, pulumi: Pulumi) -> None:
    github.env["GITHUB_EVENT_NAME"] = "push"
    run = github.workflow(GITHUB / "apply.yml", **github_context(None))

    assert run.code == 0, run.text
    assert run.signed_in == ["arn:aws:iam::123456789012:role/apply"]
    applied = ["up", "--yes", "--skip-preview", "--stack", "prod"]
    assert pulumi.calls() == [[*applied, "s3://acme-pulumi-state", "correct horse", ""]]


@pytest.mark.parametrize(
    ("preview", "code", "applies", "fails"),
    [
        ("drift-refreshed", 7, True, 0),
        ("no_change", 0, False, 0),
        ("unreachable", 1, False, 1),
        ("drift-refreshed", 255, False, 1),
    ],
)
def test_what_is_found_at_night_is_applied_if_something_would_change(
    github: GithubRunner, pulumi: Pulumi, preview: str, code: int, *, applies: bool, fails: int
) -> None:
    github.env["GITHUB_EVENT_NAME"] = "schedule"
    pulumi.previews(preview, code)

    run = github.action({"stack": "prod", "command": "correct"}, **github_context(None))

    assert run.code == fails, run.text
    (looked, *then) = [call[:-3] for call in pulumi.calls()]
    assert looked == ["preview", "--json", "--refresh", "--expect-no-changes", "--stack", "prod"]
    applied = ["up", "--yes", "--skip-preview", "--refresh", "--stack", "prod"]
    assert (applied in then) is applies


def test_drift_is_looked_for_without_a_change(github: GithubRunner, pulumi: Pulumi) -> None:
    github.env["GITHUB_EVENT_NAME"] = "schedule"
    pulumi.previews("drift-refreshed", 7)

    run = github.action(
        {"stack": "prod", "command": "drift", "fail-on": "drift", "access-token": "pul-made-up"},
        **github_context(None),
    )

    assert (run.code, run.outputs["job"]["drift"]) == (7, "true")
    (call,) = pulumi.calls()
    assert call[-3:] == ["", "", "pul-made-up"]
