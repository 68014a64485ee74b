"""The component of GitLab CI: its jobs, word for word, with a recorded Pulumi and a forge over HTTP."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from gitops.conftest import Pulumi
from gitops.test_files import GITOPS
from support.forge import Comments
from support.gitlab_runner import GitlabRunner, included, rendered

PIPELINE = included(GITOPS / "gitlab/.gitlab-ci.yml")
LOOKED = ["preview", "--json", "--refresh", "--expect-no-changes", "--stack", "prod"]
APPLIED = ["up", "--yes", "--skip-preview", "--refresh", "--stack", "prod"]


def test_a_merge_request_gets_one_note_from_a_job_that_runs_none_of_its_code(
    gitlab: GitlabRunner, pulumi: Pulumi, comments: Comments
) -> None:
    gitlab.env["PULUMI_CONFIG_PASSPHRASE"] = "correct horse"
    pulumi.previews("declared")
    for name in ("keyswitch-preview", "keyswitch-digest"):
        code, printed = gitlab.job(PIPELINE, name)
        assert code == 0, printed
    assert pulumi.calls() == [["preview", "--json", "--stack", "prod", "", "correct horse", ""]]
    (comment,) = comments.own
    assert comment.startswith("**Keyswitch: 2 keys to deactivate.**")

    pulumi.previews("refused", code=1)
    code, printed = gitlab.job(PIPELINE, "keyswitch-preview")
    assert code == 1
    assert "pulumi preview --stack prod\n" in printed
    code, printed = gitlab.job(PIPELINE, "keyswitch-digest")
    assert code == 0, printed
    (comment,) = comments.own
    assert comment.startswith("**Keyswitch: the preview failed, so nothing can be applied: 3 keys")
    variables = (gitlab.folder.parent / "of-nothing/keyswitch.env").read_text()
    assert "KEYSWITCH_REFUSED=true\n" in variables


def test_a_note_is_written_only_if_it_is_wanted(
    gitlab: GitlabRunner, pulumi: Pulumi, comments: Comments
) -> None:
    quiet = rendered({"stack": "acme/keys/prod", "comment": False, "job-prefix": "shop"})

    assert gitlab.job(quiet, "shop-preview")[0] == 0
    assert gitlab.job(quiet, "shop-digest")[0] == 0
    assert comments.own == []
    assert pulumi.calls()[0][3] == "acme/keys/prod"


def test_a_preview_of_another_pipeline_or_stack_is_not_taken_for_this_one(
    gitlab: GitlabRunner, pulumi: Pulumi, comments: Comments
) -> None:
    pulumi.previews("declared")
    assert gitlab.job(PIPELINE, "keyswitch-preview")[0] == 0
    assert gitlab.job(PIPELINE, "keyswitch-digest")[0] == 0
    assert comments.own[0].startswith("**Keyswitch: 2 keys to deactivate.**")
    shop = rendered({"stack": "shop", "job-prefix": "shop"})
    assert gitlab.job(shop, "shop-digest")[0] == 0
    shutil.rmtree(gitlab.folder / ".keyswitch")
    gitlab.env["CI_PIPELINE_ID"] = "12"

    code, printed = gitlab.job(PIPELINE, "keyswitch-digest")

    assert code == 0, printed
    assert len(comments.own) == 2
    assert all(each.startswith("**Keyswitch: no preview to summarize.**") for each in comments.own)
    kept = (gitlab.folder.parent / "of-nothing/keyswitch.env").read_text()
    assert kept.count("KEYSWITCH_FAILED=") == 1


def test_a_project_may_have_variables_of_its_own_with_usual_names(
    gitlab: GitlabRunner, pulumi: Pulumi
) -> None:
    names = ("STACK", "ROLE", "WORK_DIR", "REQUIREMENTS", "CLOUD_URL", "FAIL_ON", "ISSUE", "LEFT")
    gitlab.env |= dict.fromkeys(names, "another")

    code, printed = gitlab.job(PIPELINE, "keyswitch-up")

    assert code == 0, printed
    assert pulumi.calls() == [["up", "--yes", "--skip-preview", "--stack", "prod", "", "", ""]]


@pytest.mark.parametrize(
    ("source", "jobs", "own"),
    [
        (
            "merge_request_event",
            2,
            "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID",
        ),
        ("push", 1, "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"),
        ("schedule", 3, "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"),
    ],
)
def test_no_job_runs_for_a_fork_and_none_that_applies_for_another_branch(
    source: str, jobs: int, own: str
) -> None:
    rules = [rule["if"] for job in PIPELINE.values() for rule in job.get("rules", [])]
    begin = f'$CI_PIPELINE_SOURCE == "{source}" && {own}'

    assert len([rule for rule in rules if source in rule]) == jobs
    assert len([rule for rule in rules if rule.startswith(begin)]) == jobs


@pytest.mark.parametrize(
    ("inputs", "preview", "exit_code", "code", "applies"),
    [
        ({}, "drift-refreshed", 7, 0, True),
        ({}, "no_change", 0, 0, False),
        ({}, "unreachable", 1, 1, False),
        ({"correct": False, "fail-on": "drift"}, "drift-refreshed", 7, 7, False),
    ],
)
def test_what_is_found_at_night_is_applied_if_something_would_change(
    gitlab: GitlabRunner,
    pulumi: Pulumi,
    inputs: dict[str, Any],
    preview: str,
    exit_code: int,
    code: int,
    *,
    applies: bool,
) -> None:
    pulumi.previews(preview, exit_code)

    ended, printed = gitlab.job(rendered({"stack": "prod", **inputs}), "keyswitch-nightly")

    assert ended == code, printed
    looked, *then = [call[:-3] for call in pulumi.calls()]
    assert looked == LOOKED
    assert (APPLIED in then) is applies
    is_failed = f"KEYSWITCH_FAILED={str(code == 1).lower()}\n"
    assert is_failed in (gitlab.folder / "keyswitch.env").read_text()


def test_a_merge_is_applied_with_the_role_that_is_named(
    gitlab: GitlabRunner, pulumi: Pulumi
) -> None:
    (pulumi.bin / "pulumi").write_text(
        '#!/bin/sh\necho "$AWS_ROLE_ARN"; cat "$AWS_WEB_IDENTITY_TOKEN_FILE"'
        '; stat -c " %a" "$AWS_WEB_IDENTITY_TOKEN_FILE"'
    )
    gitlab.env["APPLY_ROLE_ARN"] = "arn:aws:iam::123456789012:role/apply"

    code, printed = gitlab.job(PIPELINE, "keyswitch-up")

    assert (code, printed) == (
        0,
        "arn:aws:iam::123456789012:role/apply\na-web-identity-token 600\n",
    )


@pytest.mark.parametrize(
    "inputs",
    [
        {"stack": "--yes"},
        {"stack": "prod", "fail-on": "sometimes"},
        {"stack": "prod", "comment": "$(id)"},
        {"stack": "prod", "issue": "7; id"},
        {"stack": "prod", "job-prefix": "."},
        {},
    ],
)
def test_gitlab_refuses_an_input_that_is_none(inputs: dict[str, object]) -> None:
    with pytest.raises(AssertionError):
        rendered(inputs)
