"""Update: looks again before it writes, writes once, and believes only what it sees."""

from __future__ import annotations

import pytest

from support.engine import Project
from support.http import Call, RecordingServer
from support.moto_iam import Outsider
from support.strict_iam import StrictIam


def test_a_key_switched_between_the_preview_and_the_write_is_not_written_again(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    declared = {"access_key_id": key, "user_name": bob}
    project.declare(bob={**declared, "status": "Active"})
    project.up()
    project.declare(bob={**declared, "status": "Inactive"})
    iam.reset()
    looks: list[str] = []

    def switch_after_the_diff_has_looked(call: Call) -> None:
        if call.action == "ListAccessKeys":
            looks.append(call.action)
            if len(looks) == 1:
                outsider.switch(bob, key, "Inactive")

    iam.after.append(switch_after_the_diff_has_looked)

    project.up()

    assert len(looks) == 2
    assert iam.writes == []
    assert project.outputs("bob")["status"] == "Inactive"
    assert project.outputs("bob")["changed_at"] == ""


def test_a_key_deleted_between_the_preview_and_the_write_is_refused_by_the_plugin_too(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    declared = {"access_key_id": key, "user_name": bob}
    project.declare(bob={**declared, "status": "Inactive"})
    project.up()
    project.declare(bob={**declared, "status": "Active"})
    iam.reset()
    looks: list[str] = []

    def delete_after_the_diff_has_looked(call: Call) -> None:
        if call.action == "ListAccessKeys":
            looks.append(call.action)
            if len(looks) == 1:
                outsider.delete_key(bob, key)

    iam.after.append(delete_after_the_diff_has_looked)

    up = project.up(code=1)

    assert f"error: KS205 keeping access key {key} of user {bob} Active: " in up.text
    assert "before hook" not in up.text
    assert iam.writes == []
    assert project.outputs("bob")["status"] == "Inactive"


def test_a_read_that_follows_the_write_late_is_waited_for_and_the_write_not_repeated(
    strict_project: Project, strict_server: RecordingServer, strict_iam: StrictIam
) -> None:
    key = strict_iam.add_key("bob")
    strict_iam.late = 3
    strict_project.declare(bob={"access_key_id": key, "user_name": "bob", "status": "Inactive"})

    strict_project.up()

    assert strict_server.writes == [(key, "Inactive")]
    assert strict_project.outputs("bob")["status"] == "Inactive"
    assert strict_server.count("ListAccessKeys") == 1 + 1 + 3 + 1


@pytest.mark.real_engine
def test_an_update_plan_made_by_a_preview_is_carried_out_and_nothing_in_it_is_volatile(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})
    project.preview("--save-plan", "create.json")
    project.up("--plan", "create.json")
    outsider.switch(bob, key, "Active")
    project.preview("--save-plan", "mend.json")
    iam.reset()

    project.up("--plan", "mend.json")

    assert iam.writes == [(key, "Inactive")]


@pytest.mark.real_engine
def test_drift_that_appears_after_a_plan_was_approved_is_refused_by_the_plan(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})
    project.up()
    project.preview("--save-plan", "nothing.json")
    outsider.switch(bob, key, "Active")
    iam.reset()

    up = project.up("--plan", "nothing.json", code=1)

    assert "update is not allowed by the plan" in up.text
    assert iam.writes == []


def test_both_keys_of_a_user_switch_in_one_update(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    keys = [outsider.new_key(bob), outsider.new_key(bob)]
    project.declare(
        **{
            f"bob-{n}": {"access_key_id": key, "user_name": bob, "status": "Inactive"}
            for n, key in enumerate(keys)
        }
    )

    project.up()

    assert sorted(iam.writes) == sorted((key, "Inactive") for key in keys)
    assert [outsider.status(bob, key) for key in keys] == ["Inactive", "Inactive"]
    project.preview("--expect-no-changes")
