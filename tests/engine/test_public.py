"""What can never change: the type token, the provider's dotted path, the property names in state."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from support.engine import MakeProject, Project
from support.http import RecordingServer
from support.moto_iam import Outsider

STATE_0_1_0 = Path(__file__).parent / "state-0.1.0.json"


@pytest.mark.real_engine
def test_token_class_path_and_property_names_in_state_are_these(
    project: Project, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    declared = {
        "user_name": bob,
        "status": "Active",
        "reason": "deploys",
        "on_destroy": "leave",
        "on_drift": "report",
        "safeguards": {"keep_one_active": True},
        "account": {"name": "own", "allowed_account_ids": ["123456789012"]},
    }
    project.declare(bob={"access_key_id": outsider.new_key(bob), **declared})
    project.up()

    resource = project.resources()["bob"]

    assert resource["type"] == "pulumi-python:dynamic/keyswitch:AccessKeyStatus"
    pickled = base64.b64decode(resource["inputs"]["__provider"])
    assert b"keyswitch.provider" in pickled
    assert b"AccessKeyStatusProvider" in pickled
    assert len(pickled) < 70
    inputs = {"access_key_id", *declared}
    computed = {
        "desired_status",
        "account_id",
        "create_date",
        "changed_at",
        "adopted_status",
        "status_since",
        "deactivated_by",
        "pending",
    }
    assert set(resource["inputs"]) == {*inputs, "__provider"}
    assert set(resource["outputs"]) == {*inputs, *computed, "__provider", "user_name_resolved"}
    assert resource["resourceHooks"] == {
        "BeforeCreate": ["keyswitch"],
        "BeforeUpdate": ["keyswitch"],
    }


def old_state(project: Project, bob: str, key: str) -> dict[str, object]:
    """A stack as version 0.1.0 left it, its key and user replaced by ones that exist."""
    text = STATE_0_1_0.read_text().replace("AKIAOLDSTATE00000000", key).replace("old-bob", bob)
    path = project.folder / "old.json"
    path.write_text(text)
    project.expect(0, "stack", "import", "--file", str(path))
    return json.loads(text)


@pytest.mark.real_engine
def test_a_state_written_by_0_1_0_still_previews_refreshes_updates_and_destroys(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user("old-bob-again")
    key = outsider.new_key(bob, "Inactive")
    old_state(project, bob, key)
    declared = {"access_key_id": key, "user_name": bob, "on_destroy": "restore"}

    project.declare(old={**declared, "status": "Inactive"})
    project.preview("--expect-no-changes")
    project.refresh()
    project.preview("--expect-no-changes")
    project.declare(old={**declared, "status": "Active"})
    project.up()
    project.declare(old={**declared, "status": "Inactive"})
    project.up()
    assert iam.writes == [(key, "Active"), (key, "Inactive")]

    project.destroy()
    assert outsider.status(bob, key) == "Active"


ROTATION = """
import os
import keyswitch

keyswitch.AccessKeyRotation("bob", user_name=os.environ["BOB"], current=os.environ["KEY"])
"""


def test_the_token_and_the_names_of_a_rotation_are_these(
    make_project: MakeProject, outsider: Outsider
) -> None:
    project = make_project(program=ROTATION)
    bob = outsider.new_user()
    project.env.update(BOB=bob, KEY=outsider.new_key(bob))
    project.up()

    (rotation,) = [
        resource
        for resource in project.state()["deployment"]["resources"]
        if resource["type"].startswith("keyswitch:")
    ]
    assert rotation["type"] == "keyswitch:index:AccessKeyRotation"
    assert set(rotation["outputs"]) == {"stage"}
    assert list(project.resources()) == ["bob-current"]


FLEET = """
import os
import keyswitch

keyswitch.AccessKeyFleet(
    "all",
    keys={os.environ["KEY"]: {"status": "Active", "user_name": os.environ["BOB"], "reason": "deploys"}},
    defaults={"on_drift": "report"},
    safeguards={"keep_one_active": True},
    account={"name": "own"},
    max_changes=5,
)
"""


def test_the_token_the_class_path_and_the_names_of_a_fleet_are_these(
    make_project: MakeProject, outsider: Outsider
) -> None:
    project = make_project(program=FLEET)
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.env.update(BOB=bob, KEY=key)
    project.up()

    (fleet,) = [r for r in project.state()["deployment"]["resources"] if r.get("id") == "fleet"]

    assert fleet["type"] == "pulumi-python:dynamic/keyswitch:AccessKeyFleet"
    pickled = base64.b64decode(fleet["inputs"]["__provider"])
    assert b"keyswitch.fleet_provider" in pickled
    assert b"AccessKeyFleetProvider" in pickled
    inputs = {"statuses", "keys", "defaults", "safeguards", "account", "max_changes", "__provider"}
    assert set(fleet["inputs"]) == inputs
    assert set(fleet["outputs"]) == {*inputs, "records", "pending", "account_id"}
    assert fleet["outputs"]["keys"] == {key: {"user_name": bob, "reason": "deploys"}}
    assert fleet["outputs"]["statuses"] == {key: "Active"}
    assert set(fleet["outputs"]["records"][key]) == {
        "user_name",
        "create_date",
        "adopted_status",
        "status_since",
        "deactivated_by",
        "desired_status",
        "account_id",
        "on_drift",
        "safeguards",
    }
