"""What is of its own in a rotation of the native provider: a component that the plugin registers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.test_native import digest
from keyswitch.model.camel_case import renamed
from keyswitch.model.inputs import camel
from keyswitch.model.urn import ROTATION_TYPE
from support.http import RecordingServer, refuse
from support.moto_iam import Outsider
from support.native_project import NativeProject, needs_host

pytestmark = [
    pytest.mark.real_engine,
    pytest.mark.nightly,
    needs_host,
]


@pytest.fixture
def rotation(outsider: Outsider) -> dict[str, Any]:
    """A user whose previous key can be deactivated."""
    bob = outsider.new_user()
    old, new = outsider.new_key(bob), outsider.new_key(bob)
    outsider.use(new)
    outsider.let_pass(bob, seconds=2)
    return {"user_name": bob, "current": new, "previous": old, "overlap": "1s"}


def declare(native: NativeProject, inputs: dict[str, Any], **options: Any) -> None:
    resource = {"type": ROTATION_TYPE, "properties": renamed(inputs, camel), "options": options}
    program = {"resources": {"bob": resource}, "outputs": {"stage": "${bob.stage}"}}
    text = "".join(f"{name}: {json.dumps(part)}\n" for name, part in program.items())
    (native.folder / "Pulumi.yaml").write_text(f"{native.SETTINGS}{text}")


def test_a_plan_of_an_update_is_carried_out(
    native: NativeProject, rotation: dict[str, Any], iam: RecordingServer
) -> None:
    for inputs in ({**rotation, "previous": ""}, rotation):
        declare(native, inputs)
        native.preview("--save-plan", "plan.json")
        native.up("--plan", "plan.json")

    assert iam.writes == [(rotation["previous"], "Inactive")]


def test_a_key_that_is_left_out_after_a_failure_is_not_previewed(
    native: NativeProject, rotation: dict[str, Any], iam: RecordingServer
) -> None:
    declare(native, rotation)
    iam.rules.append(refuse("ListAccessKeys", 403, "AccessDenied", "no"))

    up = native.up("--continue-on-error", code=1)

    assert "KS301" in up.text
    assert "KS115" not in up.text
    kept = {each["urn"]: each for each in native.state()["deployment"]["resources"]}
    (component,) = (each for urn, each in kept.items() if each["type"] == ROTATION_TYPE)
    assert component.get("outputs", {}) == {}
    iam.rules.clear()
    native.up()
    assert iam.writes == [(rotation["previous"], "Inactive")]


def test_the_digest_says_what_is_wrong_with_each_rotation(
    native: NativeProject, rotation: dict[str, Any]
) -> None:
    declared = {name: {**rotation, "soak": "14"} for name in ("one", "other")}
    native.declare(**declared)

    said = digest(native.preview("--json", code=1).stdout)

    assert "KS117 soak is not a duration" in said
    assert "the program, or the engine, failed" not in said


def test_secrets_stay_secret(native: NativeProject, rotation: dict[str, Any]) -> None:
    declare(native, {**rotation, "soak": {"fn::secret": "hunter2"}})
    refused = native.preview(code=1)
    assert "KS117" in refused.text
    assert "hunter2" not in refused.text

    declare(native, {**rotation, "overlap": {"fn::secret": "999w"}})
    native.up()
    assert native.stack_output("stage") == "[secret]"
    shown = native.expect(0, "stack", "output", "stage", "--show-secrets").stdout
    assert shown.startswith("overlap until 20")
    assert shown.strip() not in native.exported()


def test_ignored_changes_of_a_rotation_are_refused(
    native: NativeProject, rotation: dict[str, Any], iam: RecordingServer
) -> None:
    declare(native, rotation, ignoreChanges=["previous"])
    assert "KS156" in native.preview(code=1).text
    assert iam.writes == []


def test_a_hundred_rotations_at_once_do_not_wait_for_each_other_for_ever(
    native: NativeProject, outsider: Outsider, iam: RecordingServer
) -> None:
    users = [outsider.new_user() for _ in range(100)]
    native.declare(
        **{user: {"user_name": user, "current": outsider.new_key(user)} for user in users}
    )

    native.up()
    native.preview("--expect-no-changes")

    assert iam.writes == []
