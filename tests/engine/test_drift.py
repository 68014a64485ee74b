"""Somebody switches a key behind Pulumi's back: seen with and without a refresh, and mended."""

from __future__ import annotations

import json

import pytest

from support.engine import MakeProject, Project
from support.http import RecordingServer
from support.moto_iam import Outsider

WARNING = "KS210 access key {key} of user {user}: is {found} but declared {declared}"
REFRESH_ALWAYS = "options: {refresh: always}\n"


@pytest.mark.dynamic("the native provider refreshes first, and shows the status in the diff")
@pytest.mark.parametrize(("declared", "found"), [("Inactive", "Active"), ("Active", "Inactive")])
def test_without_a_refresh_drift_is_a_change_with_a_warning_on_the_keys_row_and_up_mends_it(
    project: Project, iam: RecordingServer, outsider: Outsider, declared: str, found: str
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    reactivate = {"allow_reactivation": True}
    project.declare(
        bob={
            "access_key_id": key,
            "user_name": bob,
            "status": declared,
            "safeguards": reactivate,
        }
    )
    project.up()
    outsider.switch(bob, key, found)
    iam.reset()

    preview = project.preview("--expect-no-changes", code=7)
    warning = WARNING.format(key=key, user=bob, found=found, declared=declared)
    assert f"update warning: {warning}" in preview.row("bob")
    assert iam.writes == []

    up = project.up()
    assert warning in up.row("bob")
    assert iam.writes == [(key, declared)]
    assert project.outputs("bob")["status"] == declared
    project.preview("--expect-no-changes")


@pytest.mark.real_engine
def test_with_a_refresh_the_preview_shows_the_status_from_and_to(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})
    project.up()
    outsider.switch(bob, key, "Active")
    iam.reset()

    preview = project.preview("--diff", "--refresh")
    assert '~ status       : "Active" => "Inactive"' in preview.text
    assert "KS210" in preview.stderr
    assert "update [diff: ~status]" in project.preview("--refresh").row("bob")
    project.preview("--expect-no-changes", "--refresh", code=7)
    assert iam.writes == []

    project.up("--refresh")
    assert iam.writes == [(key, "Inactive")]
    project.preview("--expect-no-changes", "--refresh")


@pytest.mark.real_engine
def test_a_refresh_writes_down_what_it_saw_and_the_next_preview_tells_it(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})
    project.up()
    outsider.switch(bob, key, "Active")

    alarm = project.expect(7, "refresh", "--preview-only", "--expect-no-changes", "--diff")
    assert '~ status : "Inactive" => "Active"' in alarm.words

    project.refresh()
    bag = project.resources()["bob"]
    assert bag["outputs"]["status"] == bag["inputs"]["status"] == "Active"
    assert bag["outputs"]["desired_status"] == "Inactive"
    project.expect(0, "refresh", "--preview-only", "--expect-no-changes")

    preview = project.preview("--diff")
    assert '~ status       : "Active" => "Inactive"' in preview.text
    assert "KS210" in preview.stderr

    outsider.switch(bob, key, "Inactive")
    iam.reset()
    mended = project.preview()
    assert "KS213 access key" in mended.text
    assert "Only the recorded state will be updated" in mended.text
    project.up()
    assert iam.writes == []
    project.preview("--expect-no-changes")


@pytest.mark.real_engine
def test_a_drift_warning_reaches_a_machine_with_its_urn_and_severity(
    project: Project, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})
    project.up()
    outsider.switch(bob, key, "Active")

    digest = json.loads(project.preview("--json").stdout)

    (diagnostic,) = [d for d in digest["diagnostics"] if "KS210" in d["message"]]
    assert diagnostic["severity"] == "warning"
    assert diagnostic["urn"].endswith("::bob")
    assert digest["changeSummary"] == {"same": 1, "update": 1}


def test_a_declared_change_is_no_drift_and_carries_no_warning_of_it(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Active"})
    project.up()
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})

    preview = project.preview()
    assert "update [diff: ~status]" in preview.row("bob")
    assert "KS210" not in preview.text

    project.up()
    assert iam.writes == [(key, "Inactive")]


@pytest.mark.real_engine
def test_a_new_reason_is_recorded_without_a_write(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    declared = {"access_key_id": key, "user_name": bob, "status": "Active"}
    project.declare(bob=declared)
    project.up()
    project.declare(bob={**declared, "reason": "deploys the shop"})

    assert '+ reason       : "deploys the shop"' in project.preview("--diff").text
    project.up()

    assert iam.writes == []
    assert project.outputs("bob")["reason"] == "deploys the shop"
    project.preview("--expect-no-changes")


@pytest.mark.parametrize(
    ("options", "declared", "found"),
    [("", "Inactive", "Active"), (REFRESH_ALWAYS, "Active", "Inactive")],
    ids=["no refresh", "refresh always"],
)
def test_drift_that_is_only_reported_is_a_warning_in_each_run_and_no_change(
    make_project: MakeProject,
    iam: RecordingServer,
    outsider: Outsider,
    options: str,
    declared: str,
    found: str,
) -> None:
    project: Project = make_project(options=options)
    bob, key = outsider.adopted(project, status=declared, on_drift="report")
    outsider.switch(bob, key, found)
    iam.reset()

    warning = f"warning: KS616 access key {key} of user {bob}: is {found} but declared {declared}"
    for run in (
        project.preview("--expect-no-changes"),
        project.up("--expect-no-changes"),
        project.up_with_preview(),
        project.preview("--expect-no-changes"),
    ):
        assert warning in run.row("bob")
        assert len(set(run.diagnostics("warning: KS616"))) == 1
    project.refresh()
    assert warning in project.preview("--expect-no-changes").row("bob")
    assert iam.writes == []

    policy = {"safeguards": {"allow_reactivation": True}}
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": declared, **policy})
    project.up()
    assert iam.writes == [(key, declared)]
    project.preview("--expect-no-changes")


@pytest.mark.parametrize("options", ["", REFRESH_ALWAYS], ids=["no refresh", "refresh always"])
def test_a_key_that_somebody_else_switched_off_stays_off_and_is_reported(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider, options: str
) -> None:
    project: Project = make_project(options=options)
    bob, key = outsider.adopted(project, status="Active")
    outsider.switch(bob, key, "Inactive")
    iam.reset()

    refused = f"error: KS606 activating access key {key} of user {bob}: "
    for _ in range(2):
        assert refused in project.preview(code=1).row("bob")
        assert "KS606" in project.up(code=1).row("bob")
        project.refresh()
    assert iam.writes == []

    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})
    project.up()
    assert iam.writes == []
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Active"})
    project.up()
    assert iam.writes == [(key, "Active")]


def test_a_refresh_alone_shows_no_change_of_a_drift_that_is_only_reported(
    project: Project, outsider: Outsider
) -> None:
    bob, key = outsider.adopted(project, status="Inactive", on_drift="report")
    outsider.switch(bob, key, "Active")

    project.refresh()

    bag = project.resources()["bob"]
    assert bag["outputs"]["status"] == "Active"
    assert bag["inputs"]["status"] == "Inactive"
