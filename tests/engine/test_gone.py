"""The key is not there, or seems not to be: deleted, renamed, expired, or another account's."""

from __future__ import annotations

import boto3
import pytest

from keyswitch.model.status import ObservedStatus
from support.engine import Project
from support.http import RecordingServer, refuse
from support.moto_iam import Outsider
from support.strict_iam import StrictIam


@pytest.mark.dynamic("the native provider refreshes first, and records a deletion without a step")
def test_a_deleted_key_declared_inactive_is_satisfied_with_one_warning_and_stays_in_state(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob, key = outsider.adopted(project, status="Inactive")
    outsider.delete_key(bob, key)
    iam.reset()

    assert "KS209" in project.preview("--expect-no-changes", code=7).row("bob")
    recorded = project.up()
    assert len(recorded.diagnostics("warning:")) == 1
    assert project.outputs("bob")["status"] == "Deleted"

    later = project.preview("--expect-no-changes")
    assert "You can remove the declaration." in later.row("bob")
    assert len(later.diagnostics("warning:")) == 1
    project.up()
    assert "bob" in project.resources()
    assert iam.writes == []


def test_with_a_refresh_a_deleted_key_declared_inactive_is_no_change_in_any_run(
    project: Project, outsider: Outsider
) -> None:
    bob, key = outsider.adopted(project, status="Inactive")
    outsider.delete_key(bob, key)

    preview = project.preview("--refresh", "--expect-no-changes")
    assert len(preview.diagnostics("warning: KS209")) == 1
    assert len(preview.diagnostics("warning: KS224")) == 1
    project.up("--refresh")
    assert project.outputs("bob")["status"] == "Deleted"
    assert "KS224" not in project.refresh().text
    project.expect(0, "refresh", "--preview-only", "--expect-no-changes")
    assert "KS209" in project.preview("--refresh", "--expect-no-changes").row("bob")


@pytest.mark.parametrize("refresh", [[], ["--refresh"]])
def test_a_deleted_key_declared_active_is_refused_and_stays_in_state(
    project: Project, iam: RecordingServer, outsider: Outsider, refresh: list[str]
) -> None:
    bob, key = outsider.adopted(project, status="Active")
    outsider.delete_key(bob, key)
    iam.reset()

    preview = project.preview(*refresh, code=1)
    assert "KS205 keeping access key" in preview.row("bob")
    assert "AWS cannot restore a deleted key" in preview.row("bob")
    project.up(*refresh, code=1)

    assert "bob" in project.resources()
    assert iam.writes == []

    project.declare()
    project.up(*refresh)
    assert project.resources() == {}


@pytest.mark.real_engine
def test_a_renamed_user_is_an_update_in_place_once_the_program_says_so(
    strict_project: Project, strict_server: RecordingServer, strict_iam: StrictIam
) -> None:
    key = strict_iam.add_key("bob", ObservedStatus.INACTIVE)
    declared = {"access_key_id": key, "status": "Inactive"}
    strict_project.declare(bob={**declared, "user_name": "bob"})
    strict_project.up()
    strict_iam.rename("bob", "robert")

    refused = strict_project.preview(code=1)
    assert "the key belongs to user robert, not to bob" in refused.row("bob")

    strict_project.declare(bob={**declared, "user_name": "robert"})
    preview = strict_project.preview("--diff")
    assert '~ user_name    : "bob" => "robert"' in preview.text
    assert "1 to update" in preview.text
    strict_project.up()
    assert strict_project.outputs("bob")["user_name"] == "robert"
    assert strict_server.writes == []
    strict_project.preview("--expect-no-changes")


def test_a_refresh_follows_a_renamed_user_and_never_stands_in_the_programs_way(
    strict_project: Project, strict_iam: StrictIam
) -> None:
    key = strict_iam.add_key("bob", ObservedStatus.INACTIVE)
    declared = {"access_key_id": key, "status": "Inactive"}
    strict_project.declare(bob={**declared, "user_name": "bob"})
    strict_project.up()
    strict_iam.rename("bob", "robert")

    assert "KS203" in strict_project.preview("--refresh", code=1).row("bob")
    strict_project.declare(bob={**declared, "user_name": "robert"})
    strict_project.up("--refresh")
    strict_project.preview("--refresh", "--expect-no-changes")


def test_an_omitted_user_name_follows_the_renamed_user_by_itself(
    strict_project: Project, strict_server: RecordingServer, strict_iam: StrictIam
) -> None:
    key = strict_iam.add_key("bob", ObservedStatus.INACTIVE)
    strict_project.declare(bob={"access_key_id": key, "status": "Inactive"})
    strict_project.up()
    strict_iam.rename("bob", "robert")

    strict_project.up()
    assert strict_project.outputs("bob")["user_name"] == "robert"
    assert strict_server.writes == []
    strict_project.preview("--expect-no-changes")


def test_without_permission_to_ask_the_owner_a_mistyped_user_is_not_taken_for_a_deleted_key(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob, key = outsider.adopted(project, status="Inactive")
    iam.rules.append(refuse("GetAccessKeyLastUsed", 403, "AccessDenied", "no"))
    project.declare(bob={"access_key_id": key, "user_name": "mistyped", "status": "Inactive"})

    preview = project.preview(code=1)

    assert f"the key belongs to user {bob}, not to mistyped" in preview.row("bob")


def test_a_key_whose_user_is_gone_where_iam_tells_no_owner_is_refused_and_not_called_deleted(
    strict_project: Project, strict_server: RecordingServer, strict_iam: StrictIam
) -> None:
    key = strict_iam.add_key("bob", ObservedStatus.INACTIVE)
    declared = {"access_key_id": key, "status": "Inactive", "on_destroy": "deactivate"}
    strict_project.declare(bob={**declared, "user_name": "bob"})
    strict_project.up()
    strict_iam.rename("bob", "robert")
    strict_iam.set_status(key, ObservedStatus.ACTIVE)
    strict_server.rules.append(refuse("GetAccessKeyLastUsed", 403, "AccessDenied", "no"))

    assert "KS212 keeping access key" in strict_project.preview(code=1).row("bob")
    assert "KS212" in strict_project.refresh().text
    assert "KS212" in strict_project.destroy(code=1).text

    strict_project.declare(bob={**declared, "user_name": "robert"})
    strict_project.up("--refresh")
    assert strict_iam.status(key) == "Inactive"
    assert strict_project.outputs("bob")["user_name"] == "robert"


def bags(project: Project) -> dict[str, object]:
    return {name: (r["inputs"], r["outputs"]) for name, r in project.resources().items()}


def in_account(project: Project, iam: RecordingServer, account: str) -> dict[str, str]:
    """The environment of somebody who acts in another account of the same server."""
    sts = boto3.client(
        "sts",
        endpoint_url=iam.url,
        region_name="us-east-1",
        aws_access_key_id="OUTSIDER",
        aws_secret_access_key="made-up",
    )
    role = f"arn:aws:iam::{account}:role/ci"
    credentials = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }


def test_not_found_from_another_account_is_an_error_about_the_account_and_loses_nothing(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    _, key = outsider.adopted(project, status="Inactive", on_destroy="deactivate")
    before = bags(project)
    elsewhere = in_account(project, iam, "222222222222")
    iam.reset()

    for run in (
        project.preview(code=1, **elsewhere),
        project.up(code=1, **elsewhere),
        project.refresh(code=project.FAILED_REFRESH, **elsewhere),
        project.preview("--refresh", code=1, **elsewhere),
        project.destroy(code=1, **elsewhere),
    ):
        assert f"KS204 looking at access key {key}" in run.text
        assert "the credentials belong to account 222222222222" in run.text
        assert "adopted in account 123456789012" in run.text

    assert bags(project) == before
    assert iam.writes == []


def test_the_account_is_asked_once_a_process_and_only_when_a_key_is_not_found(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob, key = outsider.adopted(project, status="Inactive")
    iam.reset()
    project.preview()
    assert iam.count("GetCallerIdentity") == 0

    outsider.delete_key(bob, key)
    project.up()
    iam.reset()
    project.preview()
    assert iam.count("GetCallerIdentity") == 1


def test_skip_requesting_account_id_turns_the_account_check_off_and_says_so(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    project.expect(0, "config", "set", "aws:skipRequestingAccountId", "true")
    bob, key = outsider.adopted(project, status="Inactive")
    assert project.outputs("bob")["account_id"] == ""
    outsider.delete_key(bob, key)

    preview = project.preview()

    assert "(account not verified)" in preview.row("bob")
    assert iam.count("GetCallerIdentity") == 0


def test_an_expired_key_counts_as_off_and_is_refused_for_active(
    strict_project: Project, strict_server: RecordingServer, strict_iam: StrictIam
) -> None:
    key = strict_iam.add_key("bob", ObservedStatus.EXPIRED)
    declared = {"access_key_id": key, "user_name": "bob", "on_destroy": "deactivate"}
    strict_project.declare(bob={**declared, "status": "Inactive"})
    strict_project.up()
    assert strict_project.outputs("bob")["status"] == "Expired"
    strict_project.preview("--expect-no-changes")
    strict_project.preview("--expect-no-changes", "--refresh")
    strict_project.refresh()
    strict_project.expect(0, "refresh", "--preview-only", "--expect-no-changes")

    strict_project.declare(bob={**declared, "status": "Active"})
    preview = strict_project.preview(code=1)
    assert "KS206" in preview.row("bob")
    assert "Create a new key" in preview.row("bob")

    strict_project.destroy()
    assert strict_server.writes == []
