"""A stack between the dynamic provider and the native one, and what the states of the native one hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.test_native import declared
from engine.test_public import STATE_0_1_0
from keyswitch.model.urn import NATIVE_KEY_TYPE
from support.engine import TYPE, Project, engine_env
from support.http import RecordingServer
from support.moto_iam import Outsider
from support.native_project import NativeProject, needs_host

pytestmark = [
    pytest.mark.real_engine,
    needs_host,
]


def forms(outsider: Outsider) -> dict[str, dict[str, Any]]:
    """The inputs of a key, a fleet and a rotation, each of which changes a key when it is first declared."""
    key, in_fleet = declared(outsider, status="Inactive"), declared(outsider, status="Inactive")
    rotating, replaced = declared(outsider), declared(outsider)
    both = outsider.new_key(rotating["user_name"])
    assert replaced["user_name"] != rotating["user_name"]
    return {
        "key": {**key, "on_destroy": "restore", "reason": "OPS-1"},
        "fleet": {
            "keys": {
                in_fleet.pop("access_key_id"): {**in_fleet, "on_destroy": "restore"},
                replaced.pop("access_key_id"): replaced,
            },
            "max_changes": 5,
        },
        "rotation": {
            "user_name": rotating["user_name"],
            "previous": rotating["access_key_id"],
            "current": both,
            "overlap": "7d",
        },
    }


@pytest.mark.parametrize(
    "form", ["key", *(pytest.param(f, marks=pytest.mark.nightly) for f in ("fleet", "rotation"))]
)
def test_a_stack_moves_between_the_providers_with_one_update_and_no_change_of_a_key(
    tmp_path: Path, home: Path, iam: RecordingServer, outsider: Outsider, form: str
) -> None:
    folder, env = tmp_path / "moved", engine_env(home, iam.url)
    inputs = forms(outsider)[form]
    dynamic = Project.make(folder, env)
    dynamic.declare(bob=inputs)
    dynamic.up()
    before = recorded(dynamic)
    iam.reset()
    native = NativeProject(folder, dynamic.env)

    for project, other in ((native, TYPE), (dynamic, NATIVE_KEY_TYPE)):
        (folder / "Pulumi.yaml").write_text(project.SETTINGS)
        project.declare(bob=inputs)
        preview = project.preview()
        assert "to update" in preview.text
        assert not {"to create", "to delete", "to replace"} & set(preview.text.split("\n"))
        assert "+ " not in preview.text.split("Resources:")[1]
        project.up()
        project.preview("--expect-no-changes")
        assert recorded(project) == before
        types = {each["type"] for each in json.loads(project.exported())["deployment"]["resources"]}
        assert other not in types

    assert iam.writes == []
    dynamic.destroy()
    restored = {"key": 1, "fleet": 1, "rotation": 0}[form]
    assert [status for _, status in iam.writes] == ["Active"] * restored


WRITTEN_SINCE = {"status_since": "changed_at", "pending": ""}
"""Outputs that the dynamic provider wrote next, and what they are the same as in state-0.1.0.json."""


@pytest.mark.nightly
@pytest.mark.parametrize("written_since", [{}, WRITTEN_SINCE], ids=["0.1.0", "before overrides"])
def test_every_state_that_the_dynamic_provider_ever_wrote_moves_without_a_change_of_a_key(
    tmp_path: Path,
    home: Path,
    iam: RecordingServer,
    outsider: Outsider,
    written_since: dict[str, str],
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob, "Inactive")
    state = json.loads(
        STATE_0_1_0.read_text().replace("AKIAOLDSTATE00000000", key).replace("old-bob", bob)
    )
    for resource in state["deployment"]["resources"]:
        if resource["type"] == TYPE:
            outputs = resource["outputs"]
            outputs |= {name: outputs.get(same, "") for name, same in written_since.items()}
    native = NativeProject.make_native(tmp_path / "native", engine_env(home, iam.url))
    (native.folder / "old.json").write_text(json.dumps(state))
    native.expect(0, "stack", "import", "--file", str(native.folder / "old.json"))
    inputs = {"access_key_id": key, "user_name": bob, "status": "Inactive"}
    native.declare(old={**inputs, "on_destroy": "restore"})
    iam.reset()

    assert "1 to update" in native.preview().text
    native.up()
    native.preview("--expect-no-changes")
    assert iam.writes == []
    native.destroy()
    assert iam.writes == [(key, "Active")]


@pytest.mark.nightly
def test_the_tokens_and_the_names_in_the_state_are_these(
    native: NativeProject, outsider: Outsider
) -> None:
    inputs = forms(outsider)
    native.declare(**inputs)
    native.up()

    found = json.loads(native.exported())["deployment"]["resources"]
    names = {each["urn"].rpartition("::")[2]: each for each in found}

    of_key = {"accessKeyId", "userName", "status", "onDestroy", "reason"}
    computed = (
        "desiredStatus accountId createDate changedAt adoptedStatus statusSince deactivatedBy"
    )
    assert names["key"]["type"] == "keyswitch:index:AccessKeyStatus"
    assert set(names["key"]["inputs"]) == of_key
    assert set(names["key"]["outputs"]) == {*of_key, *computed.split(), "pending"}
    of_fleet = {"keys", "maxChanges"}
    assert names["fleet"]["type"] == "keyswitch:index:AccessKeyFleet"
    assert set(names["fleet"]["inputs"]) == of_fleet
    of_records = {"statuses", "records", "pending", "accountId"}
    assert set(names["fleet"]["outputs"]) == {*of_fleet, *of_records}
    assert names["rotation"]["type"] == "keyswitch:index:AccessKeyRotation"
    assert set(names["rotation"]["outputs"]) == {"stage", "current", "previous"}
    assert {"rotation-current", "rotation-previous"} < set(names)


def recorded(project: Project) -> list[dict[str, Any]]:
    """What is recorded of each key and fleet, whoever wrote it."""
    kept = [each.get("outputs") for each in project.state()["deployment"]["resources"]]
    return [
        {
            name: value
            for name, value in outputs.items()
            if not name.startswith("__") and name not in ("stage", "user_name_resolved")
        }
        for outputs in kept
        if outputs and ("access_key_id" in outputs or "keys" in outputs)
    ]
