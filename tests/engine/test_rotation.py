"""A rotation through the engine: the stages, each carried on by another ``up``, from a program or the register."""

from __future__ import annotations

import json
from typing import Any

import pytest

from keyswitch.model.camel_case import renamed
from keyswitch.model.inputs import camel
from support.engine import REGISTER, MakeProject, Project
from support.http import RecordingServer
from support.moto_iam import Outsider


@pytest.fixture(params=["program", pytest.param("register", marks=pytest.mark.nightly)])
def rotation(
    request: pytest.FixtureRequest, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> Project:
    if request.param == "program":
        return make_project()
    if request.config.getoption("native"):
        pytest.skip("the register's program is one in Python")
    return project_of_register(make_project, monkeypatch)


def project_of_register(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose rotations are those of ``keyswitch:rotations``."""
    project = make_project("registered", REGISTER)

    def declare(**rotations: dict[str, Any]) -> None:
        entries = {name: renamed(inputs, camel) for name, inputs in rotations.items()}
        project.expect(0, "config", "set", "keyswitch:rotations", json.dumps(entries))

    monkeypatch.setattr(project, "declare", declare)
    return project


def stage(project: Project) -> str:
    outputs = json.loads(project.expect(0, "stack", "output", "--json").stdout)
    return str(outputs["stage"] if "stage" in outputs else outputs["rotations"][0]["stage"])


def test_each_up_carries_the_rotation_one_stage_on_and_nothing_is_ever_deleted(
    rotation: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    old = outsider.new_key(bob)
    outsider.let_pass(bob, days=365)
    new = outsider.new_key(bob)
    outsider.use(old)
    keys = {"user_name": bob, "current": new, "previous": old}
    rotation.declare(bob={**keys, "overlap": "7d", "soak": "14d"})
    iam.reset()

    assert "KS611" in rotation.preview().row("bob-previous")
    rotation.up()
    assert stage(rotation).startswith("overlap until 20")
    rotation.preview("--expect-no-changes")

    outsider.let_pass(bob, days=8)
    outsider.use(old)
    rotation.up("--refresh")
    assert stage(rotation) == "waiting for first use of the current key"
    assert rotation.outputs("bob-previous")["pending"].endswith("waits for successor")
    rotation.up()
    assert iam.writes == []

    outsider.let_pass(bob, hours=1)
    outsider.use(new)
    rotation.up()
    assert iam.writes == [(old, "Inactive")]
    assert stage(rotation).startswith("soaking since 20")

    rotation.let_pass(days=15)
    rotation.up("--refresh")
    assert stage(rotation) == "done: the previous key may be deleted"
    rotation.preview("--expect-no-changes")

    rotation.destroy()
    assert iam.writes == [(old, "Inactive")]
    assert outsider.status(bob, old) == "Inactive"


def test_the_previous_key_stays_on_while_the_current_one_cannot_be_switched_on(
    rotation: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    old, new = outsider.new_key(bob), outsider.new_key(bob, "Inactive")
    outsider.use(new)
    rotation.declare(bob={"user_name": bob, "current": new, "previous": old, "overlap": "1s"})

    assert "KS606" in rotation.preview(code=1).row("bob-current")
    assert "KS606" in rotation.up(code=1).row("bob-current")

    assert iam.writes == []


def test_the_next_rotation_takes_the_current_key_for_the_previous_one(
    rotation: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    first = outsider.new_key(bob)
    rotation.declare(bob={"user_name": bob, "current": first})
    rotation.up()
    assert stage(rotation) == "settled: there is no previous key"

    second = outsider.new_key(bob)
    outsider.use(second)
    rotation.declare(bob={"user_name": bob, "current": second, "previous": first, "overlap": "9d"})
    preview = rotation.preview()
    assert "KS611" in preview.row("bob-previous")
    rotation.up()
    assert iam.writes == []

    outsider.let_pass(bob, days=10)
    rotation.up()
    assert iam.writes == [(first, "Inactive")]


def test_an_override_ends_the_overlap_at_once_whatever_is_wrong_with_the_current_key(
    rotation: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    old, new = outsider.new_key(bob), outsider.new_key(bob)
    keys = {"user_name": bob, "current": new, "previous": old}
    rotation.declare(bob=keys)
    rotation.up()
    rotation.declare(bob={**keys, "override": "INC-4711 leaked"})

    outsider.switch(bob, new, "Inactive")
    iam.reset()

    up = rotation.up()

    assert "KS612" in up.row("bob-previous")
    assert "KS611" in up.row("bob-current")
    assert iam.writes == [(old, "Inactive")]
    rotation.declare(bob={"user_name": bob, "current": new, "override": "INC-4711 leaked"})
    assert "KS125" in rotation.preview(code=1).text


def test_a_duration_that_is_none_is_told_before_anything_is_asked(
    rotation: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    iam.reset()
    rotation.declare(bob={"user_name": bob, "current": "AKIANOTTHERE00000000", "soak": "14"})

    told = rotation.preview(code=1).text
    assert "KS117 " in told
    assert 'soak is not a duration: "14": not a number with a unit' in told
    assert iam.calls == []


def test_a_rotation_is_taken_back_by_swapping_the_ids(
    rotation: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    old, new = outsider.new_key(bob), outsider.new_key(bob)
    outsider.use(new)
    outsider.let_pass(bob, seconds=2)
    rotation.declare(bob={"user_name": bob, "current": new, "previous": old, "overlap": "1s"})
    rotation.up()
    assert iam.writes == [(old, "Inactive")]
    back = {"user_name": bob, "current": old, "previous": new, "overlap": "1s"}
    rotation.declare(bob=back)
    assert "KS606" in rotation.preview(code=1).row("bob-current")

    rotation.declare(bob={**back, "allow_reactivation": True})
    rotation.up()

    assert iam.writes == [(old, "Inactive"), (old, "Active")]
    assert stage(rotation) == "waiting for first use of the current key"


def test_the_register_has_a_table_of_its_keys_and_its_rotations_whatever_the_form_of_the_keys(
    make_project: MakeProject,
    monkeypatch: pytest.MonkeyPatch,
    iam: RecordingServer,
    outsider: Outsider,
) -> None:
    project = project_of_register(make_project, monkeypatch)
    bob, eve = outsider.new_user(), outsider.new_user()
    old, new, hers = outsider.new_key(bob), outsider.new_key(bob), outsider.new_key(eve)
    iam.reset()
    entries = {hers: {"userName": eve, "status": "Active", "reason": "deploys"}}
    project.expect(0, "config", "set", "keyswitch:keys", json.dumps(entries))
    until = {"active_until": "2999-12-31", "reason": "OPS-1"}
    project.declare(bob={"user_name": bob, "current": new, "previous": old, **until})

    for fleet in ("false", "true"):
        project.expect(0, "config", "set", "keyswitch:fleet", fleet)
        assert "KS611" in project.preview().row("bob-previous")
        project.up()
        outputs = json.loads(project.expect(0, "stack", "output", "--json").stdout)
        rows = {row["key"]: (row["user"], row["status"], row["reason"]) for row in outputs["keys"]}
        assert rows == {
            hers: (eve, "Active", "deploys"),
            new: (bob, "Active", "OPS-1"),
            old: (bob, "Active", "OPS-1"),
        }
        assert "held since" in {row["key"]: row["pending"] for row in outputs["keys"]}[old]
        (row,) = outputs["rotations"]
        assert (row["rotation"], row["current"], row["previous"]) == ("bob", new, old)
        assert row["stage"].startswith("overlap until 20")
        assert outputs["dueNext"] == [{"key": new, "user": bob, "activeUntil": "2999-12-31"}]
    assert iam.writes == []

    project.declare(bob={"user_name": bob, "current": new, "previous": hers})
    assert f"KS166 access key {hers}: the register declares" in project.preview(code=1).text


def test_the_pipelines_own_key_stays_on_until_the_pipeline_signs_with_the_new_one(
    rotation: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    ci = outsider.new_user("ci")
    old, new = outsider.new_key(ci), outsider.new_key(ci)
    outsider.let_pass(ci, seconds=2)
    rotation.declare(ci={"user_name": ci, "current": new, "previous": old, "overlap": "1s"})
    rotation.env["AWS_ACCESS_KEY_ID"] = old

    for _ in range(2):
        rotation.up()
        pending = rotation.outputs("ci-previous")["pending"]
        assert pending.endswith("waits for allow_own_key, successor")

    outsider.let_pass(ci, seconds=2)
    rotation.env["AWS_ACCESS_KEY_ID"] = new
    for _ in range(2):
        rotation.up()
    assert iam.writes == [(old, "Inactive")]


def test_the_key_that_a_role_was_assumed_with_is_the_own_one_too(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    project = make_project()
    ci = outsider.new_user("ci")
    key = outsider.new_key(ci)
    config = project.folder / "aws-config"
    config.write_text(
        "[profile base]\n"
        f"aws_access_key_id = {key}\naws_secret_access_key = made-up\n"
        "[profile deploy]\nsource_profile = base\n"
        "role_arn = arn:aws:iam::123456789012:role/deploy\n"
    )
    del project.env["AWS_ACCESS_KEY_ID"], project.env["AWS_SECRET_ACCESS_KEY"]
    project.env |= {"AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "deploy"}
    project.declare(ci={"access_key_id": key, "user_name": ci, "status": "Inactive"})

    assert f"KS601 deactivating access key {key}" in project.preview(code=1).row("ci")
    assert "KS601" in project.up(code=1).row("ci")

    assert iam.count("AssumeRole") >= 2
    assert iam.writes == []
