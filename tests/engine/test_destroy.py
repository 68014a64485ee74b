"""Delete: the key is let go as ``on_destroy`` says, and never while the program declares it."""

from __future__ import annotations

import pytest

from support.engine import MakeProject, Project
from support.http import RecordingServer
from support.moto_iam import Outsider

LEAVE: dict[str, str] = {}
DEACTIVATE = {"on_destroy": "deactivate"}
RESTORE = {"on_destroy": "restore"}
REACTIVATE = {"safeguards": {"allow_reactivation": True}}


ENDS = {
    # adopted, declared, on_destroy, left
    "omitted": ("Active", "Inactive", LEAVE, "Inactive"),
    "left": ("Active", "Active", {"on_destroy": "leave"}, "Active"),
    "deactivated": ("Active", "Active", DEACTIVATE, "Inactive"),
    "restored": ("Active", "Inactive", RESTORE, "Active"),
    "restored-off": ("Inactive", "Active", {**RESTORE, **REACTIVATE}, "Inactive"),
}


@pytest.mark.dynamic("the native provider refreshes first, and so looks at every key")
def test_destroy_leaves_each_key_as_on_destroy_says(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    users = {name: outsider.new_user() for name in ENDS}
    keys = {name: outsider.new_key(users[name], end[0]) for name, end in ENDS.items()}
    project.declare(
        **{
            name: {
                "access_key_id": keys[name],
                "user_name": users[name],
                "status": declared,
                **on_destroy,
            }
            for name, (_, declared, on_destroy, _) in ENDS.items()
        }
    )
    project.up()
    project.preview("--refresh", "--expect-no-changes")
    iam.reset()

    project.destroy()

    left = {name: end[3] for name, end in ENDS.items()}
    assert {name: outsider.status(users[name], keys[name]) for name in ENDS} == left
    switched = [(keys[name], end[3]) for name, end in ENDS.items() if end[3] != end[1]]
    assert sorted(iam.writes) == sorted(switched)
    asked = {call.parameters.get("UserName") for call in iam.calls}
    assert not asked & {users["omitted"], users["left"]}


@pytest.mark.parametrize(
    "flags",
    [[], ["--refresh"], pytest.param(["--run-program"], marks=pytest.mark.real_engine)],
)
def test_every_way_to_destroy_deactivates(
    project: Project, outsider: Outsider, flags: list[str]
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Active", **DEACTIVATE})
    project.up()

    project.destroy(*flags)

    assert outsider.status(bob, key) == "Inactive"
    assert project.resources() == {}


@pytest.mark.parametrize("flags", [[], ["--refresh"]])
def test_a_key_that_is_already_gone_is_fine(
    project: Project, outsider: Outsider, iam: RecordingServer, flags: list[str]
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Active", **DEACTIVATE})
    project.up()
    outsider.delete_key(bob, key)

    project.destroy(*flags)

    assert project.resources() == {}
    assert iam.writes == []


@pytest.mark.parametrize("flags", [[], ["--refresh"]])
def test_a_declaration_taken_out_of_the_program_deactivates(
    project: Project, outsider: Outsider, flags: list[str]
) -> None:
    bob = outsider.new_user()
    key, other = outsider.new_key(bob), outsider.new_key(bob)
    declared = {"user_name": bob, "status": "Active", **DEACTIVATE}
    project.declare(
        first={"access_key_id": key, **declared}, second={"access_key_id": other, **declared}
    )
    project.up()
    project.declare(second={"access_key_id": other, **declared})

    project.up(*flags)

    assert outsider.status(bob, key) == "Inactive"
    assert outsider.status(bob, other) == "Active"


@pytest.mark.parametrize("flags", [[], ["--refresh"]])
def test_a_new_logical_name_without_an_alias_leaves_the_key_as_the_program_declares_it(
    project: Project, iam: RecordingServer, outsider: Outsider, flags: list[str]
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    declared = {"access_key_id": key, "user_name": bob, "status": "Active", **DEACTIVATE}
    project.declare(old=declared)
    project.up()
    project.declare(new=declared)

    up = project.up(*flags)

    assert "1 created" in up.text
    assert "1 deleted" in up.text
    assert list(project.resources()) == ["new"]
    assert iam.writes == []


@pytest.mark.real_engine
def test_a_target_of_the_old_name_alone_lets_the_key_go_and_the_next_update_mends_it(
    project: Project, outsider: Outsider
) -> None:
    """The one hole: the engine does not show the plugin a declaration that is not a target."""
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    declared = {"access_key_id": key, "user_name": bob, "status": "Active", **DEACTIVATE}
    declared = {**declared, **REACTIVATE}
    project.declare(old=declared)
    project.up()
    old = project.resources()["old"]["urn"]
    project.declare(new=declared)

    project.up("--target", old)
    assert outsider.status(bob, key) == "Inactive"

    project.up()
    assert outsider.status(bob, key) == "Active"


def test_two_names_that_swap_their_keys_switch_nothing(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    one = {"access_key_id": outsider.new_key(bob), "status": "Active", **RESTORE}
    two = {"access_key_id": outsider.new_key(bob), "status": "Active", **RESTORE}
    project.declare(a=one, b=two)
    project.up()
    project.declare(a=two, b=one)

    project.up()

    assert iam.writes == []
    assert project.outputs("a")["access_key_id"] == two["access_key_id"]


@pytest.mark.parametrize(("on_destroy", "left"), [(LEAVE, "Active"), (DEACTIVATE, "Inactive")])
def test_another_access_key_id_replaces_and_treats_the_old_key_as_on_destroy_says(
    project: Project,
    iam: RecordingServer,
    outsider: Outsider,
    on_destroy: dict[str, str],
    left: str,
) -> None:
    bob = outsider.new_user()
    old, new = outsider.new_key(bob), outsider.new_key(bob, "Inactive")
    declared = {"user_name": bob, "status": "Active", **on_destroy, **REACTIVATE}
    project.declare(bob={"access_key_id": old, **declared})
    project.up()
    project.declare(bob={"access_key_id": new, **declared})

    assert "1 to replace" in project.preview().text
    project.up()

    assert project.resources()["bob"]["id"] == new
    assert outsider.status(bob, new) == "Active"
    assert outsider.status(bob, old) == left


def test_on_destroy_can_be_changed_by_an_update_without_a_write(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    declared = {"access_key_id": key, "user_name": bob, "status": "Active"}
    project.declare(bob={**declared, **DEACTIVATE})
    project.up()
    project.declare(bob=declared)
    project.up()

    project.destroy()

    assert iam.writes == []


MOVING = """\
import json, pathlib
import pulumi, keyswitch

class Team(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("acme:index:Team", "team")

for name, inputs in json.loads(pathlib.Path("keys.json").read_text()).items():
    opts = pulumi.ResourceOptions(parent=Team()) if inputs.pop("in_team", False) else None
    form = keyswitch.AccessKeyFleet if "keys" in inputs else keyswitch.AccessKeyStatus
    form(name, **inputs, opts=opts)
"""


def test_a_key_that_moves_within_its_program_still_goes_back_to_what_it_was_adopted_in(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    project = make_project(program=MOVING)
    bob, eve = outsider.new_user(), outsider.new_user()
    keys = {bob: outsider.new_key(bob), eve: outsider.new_key(eve)}
    off = {"status": "Inactive", "on_destroy": "restore"}

    def alone(user: str, **more: object) -> dict[str, object]:
        return {"access_key_id": keys[user], "user_name": user, **off, **more}

    project.declare(bob=alone(bob), eve=alone(eve))
    adopted = project.preview()
    assert (
        f"KS223 access key {keys[bob]} of user {bob}: on_destroy=restore will go back to Active"
        in (adopted.words)
    )
    project.up()
    assert len(iam.writes) == 2
    project.declare(
        bob=alone(bob, in_team=True), fleet={"keys": {keys[eve]: {"user_name": eve, **off}}}
    )

    moved = project.preview()
    project.up()
    for user in (bob, eve):
        assert f"KS222 access key {keys[user]} of user {user}" in moved.words
    project.preview("--expect-no-changes")
    project.up("--refresh")
    assert len(iam.writes) == 2
    project.destroy()

    assert {outsider.status(user, key) for user, key in keys.items()} == {"Active"}
