"""What the pipelines give to whom: tokens, credentials and secrets, and the code that could read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from ruamel.yaml import YAML

from gitops.test_files import GITOPS
from gitops.test_pipeline_files import WORKFLOWS
from support.github_runner import ACTION, THIS
from support.gitlab_runner import included, job_of
from support.runner import FETCHES_PULUMI, INSTALLS

COMPONENT = included(GITOPS / "gitlab/.gitlab-ci.yml")
STEPS = YAML(typ="safe").load(ACTION)["runs"]["steps"]
SECRETS = ("inputs.passphrase", "inputs.access-token", "inputs.token", "github.token", "secrets.")
SIGNS_IN = "aws-actions/configure-aws-credentials@"


def jobs() -> Iterator[Any]:
    for path in WORKFLOWS:
        workflow = YAML(typ="safe").load(path)
        for name, job in workflow["jobs"].items():
            yield pytest.param(workflow, job, id=f"{path.stem}-{name}")


OF_EACH_JOB = pytest.mark.parametrize(("workflow", "job"), list(jobs()))


def fetches(script: str) -> bool:
    return FETCHES_PULUMI in script or bool(INSTALLS.search(script))


def is_checkout(step: dict[str, Any]) -> bool:
    return str(step.get("uses", "")).startswith("actions/checkout@")


@OF_EACH_JOB
def test_no_checkout_leaves_its_token_behind(workflow: Any, job: Any) -> None:
    for step in filter(is_checkout, job["steps"]):
        assert step["with"]["persist-credentials"] is False


@OF_EACH_JOB
def test_no_job_that_runs_a_pull_requests_code_may_write(workflow: Any, job: Any) -> None:
    """``id-token`` writes nothing: by it a job asks for the token that a role is assumed with."""
    permissions = job.get("permissions", workflow.get("permissions", {}))
    writes = {what for what, may in permissions.items() if may == "write"} - {"id-token"}
    if not writes or "pull_request" not in str(workflow.get("on", workflow.get(True))):
        return

    assert not [*filter(is_checkout, job["steps"])]
    (step,) = job["steps"]
    assert (step["uses"], step["with"]["command"]) == (THIS, "comment")
    assert "id-token" not in permissions
    assert "secrets." not in str(job)


@OF_EACH_JOB
def test_a_secret_is_given_to_no_job_as_a_whole(workflow: Any, job: Any) -> None:
    assert "secrets." not in str(workflow.get("env", "")) + str(job.get("env", ""))
    for step in job["steps"]:
        if fetches(step.get("run", "")):
            assert "env" not in step


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.get("name", step.get("uses")))
def test_no_script_of_the_action_holds_an_expression(step: dict[str, Any]) -> None:
    assert "${{" not in step.get("run", "")


def test_the_action_signs_in_once_all_is_installed() -> None:
    (signing_in,) = (n for n, step in enumerate(STEPS) if SIGNS_IN in step.get("uses", ""))
    fetching = [n for n, step in enumerate(STEPS) if fetches(step.get("run", ""))]

    assert len(fetching) == 3
    assert max(fetching) < signing_in


def test_a_secret_reaches_the_steps_of_the_action_alone_that_need_it() -> None:
    given = {
        step["name"]: {each for each in SECRETS if each in str(step)}
        for step in STEPS
        if any(each in str(step) for each in SECRETS)
    }

    of_pulumi = {"inputs.passphrase", "inputs.access-token"}
    assert given == {
        "Preview": of_pulumi,
        "Apply": of_pulumi,
        "Audit": {"inputs.access-token"},
        "Comment": {"inputs.token"},
        "Comment on what ends soon": {"inputs.token"},
    }


def test_what_digests_and_comments_never_imports_from_the_checkout() -> None:
    own = [
        line.strip()
        for step in STEPS
        for line in step.get("run", "").splitlines()
        if "-m keyswitch" in line
    ]

    assert len(own) == 3
    assert all('"$RUNNER_TEMP/keyswitch/bin/python" -I -m keyswitch' in line for line in own)


def test_the_pull_request_that_is_commented_on_is_told_by_the_event() -> None:
    (comment,) = (step for step in STEPS if step.get("name") == "Comment")

    assert comment["env"]["PULL_REQUEST"] == "${{ github.event.pull_request.number }}"


@pytest.mark.parametrize("name", ["preview", "up", "nightly", "audit"])
def test_gitlabs_jobs_have_no_token_of_aws_in_a_file_until_all_is_installed(name: str) -> None:
    job = job_of(COMPONENT, f"keyswitch-{name}")
    lines = [*job["before_script"], *job["script"]]
    (written,) = [n for n, line in enumerate(lines) if '>"$AWS_WEB_IDENTITY_TOKEN_FILE"' in line]
    fetching = [n for n, line in enumerate(lines) if fetches(line)]

    assert written > max(fetching)
    assert all(lines[n].startswith("env -u AWS_TOKEN ") for n in fetching)


def test_gitlabs_notes_are_written_by_jobs_that_run_what_was_merged() -> None:
    """The token is scoped to an environment that these jobs alone name."""
    jobs = {name: job_of(COMPONENT, name) for name in COMPONENT if name.startswith("keyswitch")}
    named = {name: job for name, job in jobs.items() if "note" in str(job.get("environment", ""))}

    assert set(named) == {"keyswitch-digest", "keyswitch-due"}
    for job in named.values():
        assert job["environment"]["name"] == "note"
        assert job["variables"]["GIT_STRATEGY"] == "none"
        assert "id_tokens" not in job
        lines = "\n".join([*job["before_script"], *job["script"]])
        assert '--branch "$CI_DEFAULT_BRANCH"' in lines
        assert 'cd "$merged/$KEYSWITCH_WORK_DIR"' in lines


def test_no_job_of_a_merge_requests_code_sets_variables_of_the_job_with_the_token() -> None:
    """A dotenv report could set the address that the token goes to."""
    preview, digest = (job_of(COMPONENT, f"keyswitch-{each}") for each in ("preview", "digest"))

    assert "reports" not in preview["artifacts"]
    assert digest["artifacts"]["reports"] == {"dotenv": "keyswitch.env"}


def test_no_script_of_the_component_holds_an_input_but_those_that_are_true_or_false() -> None:
    text = (GITOPS.parents[1] / "templates/keyswitch.yml").read_text()
    scripts = YAML(typ="safe").load(text.split("\n---\n")[1])
    lines = [
        line
        for job in scripts.values()
        for line in [*job.get("before_script", []), *job.get("script", [])]
    ]

    found = {each for line in lines for each in re.findall(r"\$\[\[ inputs\.([\w-]+)", line)}
    assert found == {"comment", "correct"}


def test_what_gitlab_keeps_of_a_run_is_for_developers() -> None:
    kept = [job["artifacts"] for job in COMPONENT.values() if "artifacts" in job]

    assert kept
    assert all(artifacts["access"] == "developer" for artifacts in kept)
    assert all("expire_in" in artifacts for artifacts in kept)
