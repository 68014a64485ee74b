"""Create: the key is looked at, adopted, and switched only if that is needed."""

from __future__ import annotations

import pytest

from support.engine import Project
from support.http import RecordingServer, refuse
from support.moto_iam import Outsider
from support.strict_iam import TEMPORARY, StrictIam


def test_a_key_that_already_is_as_declared_is_adopted_without_a_write(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Active"})

    project.up()

    assert iam.writes == []
    assert project.resources()["bob"]["id"] == key
    outputs = project.outputs("bob")
    assert outputs.pop("create_date").endswith("Z")
    assert outputs.pop("status_since").endswith("Z")
    assert outputs == {
        "access_key_id": key,
        "user_name": bob,
        "status": "Active",
        "desired_status": "Active",
        "account_id": "123456789012",
        "changed_at": "",
        "adopted_status": "Active",
        "deactivated_by": "nobody",
        "pending": "",
        "user_name_resolved": False,
    }


def test_a_key_of_another_status_is_switched_once_and_keeps_its_adopted_status(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(
        bob={"access_key_id": key, "user_name": bob, "status": "Inactive", "reason": "OPS-123"}
    )

    project.preview()
    assert iam.writes == []

    project.up()
    assert iam.writes == [(key, "Inactive")]
    outputs = project.outputs("bob")
    assert outputs["status"] == outputs["desired_status"] == "Inactive"
    assert outputs["adopted_status"] == "Active"
    assert outputs["reason"] == "OPS-123"
    assert outputs["changed_at"].endswith("Z")


@pytest.mark.dynamic(
    "the native provider has a note for each key, for nothing tells it which call is the last"
)
def test_a_preview_says_of_many_keys_that_are_adopted_as_they_are_in_one_line(
    project: Project, outsider: Outsider
) -> None:
    users = [outsider.new_user() for _ in range(7)]
    keys = {user: outsider.new_key(user) for user in users}
    declared = {
        user: {"access_key_id": key, "user_name": user, "status": "Active"}
        for user, key in keys.items()
    }
    declared[users[0]]["status"] = "Inactive"
    project.declare(**declared)

    preview = project.preview()

    assert len(preview.diagnostics("KS225 the stack: 6 keys are already as declared")) == 1
    assert preview.diagnostics("KS217") == []
    assert len(preview.diagnostics("KS218")) == 1
    project.declare(**dict(list(declared.items())[:6]))
    assert len(project.preview().diagnostics("KS217")) == 5


def test_what_is_not_there_is_refused_in_the_preview_each_with_what_was_found_instead(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    missing = "AKIA0000000000000000"
    project.declare(
        no_key={"access_key_id": missing, "user_name": bob, "status": "Inactive"},
        no_user={"access_key_id": f"{missing}1", "user_name": "nobody", "status": "Inactive"},
        no_owner={"access_key_id": f"{missing}2", "status": "Active"},
        other_owner={"access_key_id": key, "user_name": outsider.new_user(), "status": "Active"},
    )

    preview = project.preview(code=1)

    found = f"user {bob} in account 123456789012 has no such key (found: {key} Active)"
    assert found in preview.row("no_key")
    assert "user nobody does not exist in account 123456789012" in preview.row("no_user")
    assert "KS20" in preview.row("no_owner")
    assert f"the key belongs to user {bob}, not to" in preview.row("other_owner")
    assert "KS115 4 of 4 declared keys are refused: no_key, no_owner, no_user, " in preview.text

    project.up(code=1)
    assert iam.writes == []
    assert project.resources() == {}


def test_an_omitted_user_name_is_the_owner_that_iam_names(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "status": "Inactive"})

    project.up()

    assert project.outputs("bob")["user_name"] == bob
    assert iam.calls[-2].parameters["UserName"] == bob
    project.preview("--expect-no-changes", "--refresh")


def test_where_the_owner_is_not_told_the_call_concerns_the_signers_own_keys(
    strict_project: Project, strict_server: RecordingServer, strict_iam: StrictIam
) -> None:
    own, other = strict_iam.add_key("ci"), strict_iam.add_key("ci")
    strict_server.rules.append(refuse("GetAccessKeyLastUsed", 403, "AccessDenied", "no"))
    strict_project.env["AWS_ACCESS_KEY_ID"] = own
    strict_project.declare(own={"access_key_id": other, "status": "Inactive"})

    strict_project.up()

    assert strict_project.outputs("own")["user_name"] == "ci"
    assert strict_iam.status(other) == "Inactive"
    assert "UserName" not in next(
        call.parameters for call in strict_server.calls if call.action == "ListAccessKeys"
    )

    strict_project.declare(own={"access_key_id": strict_iam.add_key("eve"), "status": "Inactive"})
    preview = strict_project.preview(code=1)
    assert "KS208" in preview.row("own")
    assert f"found: {own} Active, {other} Inactive" in preview.row("own")


def test_temporary_credentials_without_a_user_name_are_explained_with_the_fix(
    strict_project: Project, strict_server: RecordingServer, strict_iam: StrictIam
) -> None:
    key = strict_iam.add_key("bob")
    strict_server.rules.append(refuse("GetAccessKeyLastUsed", 403, "AccessDenied", "no"))
    strict_project.env["AWS_ACCESS_KEY_ID"] = TEMPORARY
    strict_project.declare(bob={"access_key_id": key, "status": "Inactive"})

    preview = strict_project.preview(code=1)

    assert "KS207" in preview.row("bob")
    assert "Declare the user name, or allow iam:GetAccessKeyLastUsed" in preview.row("bob")
    assert strict_server.writes == []
