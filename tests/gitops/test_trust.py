"""What the pipelines give to whom: tokens, credentials and secrets, and the code that could read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ruamel.yaml import YAML

from gitops.test_files import GITOPS, WORKFLOWS

GITLAB = YAML(typ="safe").load(GITOPS / "gitlab/.gitlab-ci.yml")
FETCHES = ("pip install", "get.pulumi.com")
SIGNS_IN = "aws-actions/configure-aws-credentials@"
DEFAULT_BRANCH = "${{ github.event.repository.default_branch }}"


def jobs() -> Iterator[Any]:
    for path in WORKFLOWS:
        workflow = YAML(typ="safe").load(path)
        for name, job in workflow["jobs"].items():
            yield pytest.param(workflow, job, id=f"{path.stem}-{name}")


OF_EACH_JOB = pytest.mark.parametrize(("workflow", "job"), list(jobs()))


def is_checkout(step: dict[str, Any]) -> bool:
    return str(step.get("uses", "")).startswith("actions/checkout@")


@OF_EACH_JOB
def test_no_checkout_leaves_its_token_behind(workflow: Any, job: Any) -> None:
    for step in filter(is_checkout, job["steps"]):
        assert step["with"]["persist-credentials"] is False


@OF_EACH_JOB
def test_no_job_that_runs_a_pull_requests_code_may_write(workflow: Any, job: Any) -> None:
    """``id-token`` writes nothing: by it a job asks for the token that a role is assumed with."""
    permissions = job.get("permissions", workflow["permissions"])
    writes = {what for what, may in permissions.items() if may == "write"} - {"id-token"}
    if not writes:
        return

    for checkout in filter(is_checkout, job["steps"]):
        assert checkout["with"]["ref"] == DEFAULT_BRANCH
        assert checkout["with"]["sparse-checkout"] == "requirements.txt"
        assert checkout["with"]["sparse-checkout-cone-mode"] is False
    assert "id-token" not in permissions
    assert "secrets." not in str(job)


@OF_EACH_JOB
def test_a_job_signs_in_once_all_is_installed(workflow: Any, job: Any) -> None:
    signing_in = [n for n, step in enumerate(job["steps"]) if SIGNS_IN in step.get("uses", "")]
    fetching = [
        n
        for n, step in enumerate(job["steps"])
        if any(command in step.get("run", "") for command in FETCHES)
    ]

    assert all(step > max(fetching) for step in signing_in)


@OF_EACH_JOB
def test_a_secret_is_given_to_the_steps_that_need_it_alone(workflow: Any, job: Any) -> None:
    assert "secrets." not in str(workflow.get("env", "")) + str(job.get("env", ""))
    for step in job["steps"]:
        if any(command in step.get("run", "") for command in FETCHES):
            assert "env" not in step


def test_the_pull_request_that_is_commented_on_is_told_by_the_event() -> None:
    workflow = YAML(typ="safe").load(GITOPS / "github/preview.yml")
    (comment,) = (s for s in workflow["jobs"]["comment"]["steps"] if s.get("name") == "Comment")

    assert comment["env"]["PULL_REQUEST"] == "${{ github.event.pull_request.number }}"


def test_gitlabs_jobs_have_no_token_of_aws_in_a_file_until_all_is_installed() -> None:
    for name in ("preview", "apply", "nightly", "audit"):
        lines = [*GITLAB[name]["before_script"], *GITLAB[name]["script"]]
        (written,) = [
            n for n, line in enumerate(lines) if '>"$AWS_WEB_IDENTITY_TOKEN_FILE"' in line
        ]
        fetching = [n for n, line in enumerate(lines) if any(c in line for c in FETCHES)]

        assert written > max(fetching)
        assert all(lines[n].startswith("env -u AWS_TOKEN ") for n in fetching)


def test_gitlabs_notes_are_written_by_jobs_that_run_what_was_merged() -> None:
    """The token is scoped to an environment that these jobs alone name."""
    named = {
        name: job
        for name, job in GITLAB.items()
        if isinstance(job, dict) and "note" in str(job.get("environment", ""))
    }

    assert set(named) == {"note", "due"}
    assert "id_tokens" not in GITLAB["default"]
    for job in named.values():
        assert job["environment"]["name"] == "note"
        assert job["variables"]["GIT_STRATEGY"] == "none"
        assert "id_tokens" not in job
        lines = "\n".join([*job["before_script"], *job["script"]])
        assert '--branch "$CI_DEFAULT_BRANCH"' in lines
        assert 'cd "$merged"' in lines


def test_what_gitlab_keeps_of_a_run_is_for_developers() -> None:
    kept = [job["artifacts"] for job in GITLAB.values() if "artifacts" in job]

    assert kept
    assert all(artifacts["access"] == "developer" for artifacts in kept)
    assert all("expire_in" in artifacts for artifacts in kept)
