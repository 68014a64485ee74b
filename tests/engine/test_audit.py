"""An audit beside the state of a stack: what keyswitch is at work on is in progress, in every form."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from support.engine import MakeProject, Project
from support.moto_iam import Outsider


def audited(project: Project, path: str) -> dict[str, Any]:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "keyswitch", "audit", "--json"),
            *("--state", "-", "--path-prefix", path),
        ],
        cwd=project.folder,
        env=project.env,
        input=project.exported(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 7), done.stderr
    bag: dict[str, Any] = json.loads(done.stdout)
    assert bag["fails"] is (done.returncode == 7)
    return bag


def verdicts(bag: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(each["code"], each["access_key_id"]): each["verdict"] for each in bag["findings"]}


HELD = {"status": "Inactive", "safeguards": {"unused_for": "7d", "unmet": "hold"}}


@pytest.mark.parametrize("form", ["key", "fleet"])
def test_a_held_deactivation_is_in_progress_and_drift_is_not(
    make_project: MakeProject, outsider: Outsider, form: str
) -> None:
    path = f"/{outsider.new_user('team')}/"
    bob = outsider.new_user("bob", path)
    key = outsider.new_key(bob)
    outsider.let_pass(bob, days=100)
    outsider.use(key)
    project = make_project()

    def declare(**entry: Any) -> None:
        entry["user_name"] = bob
        if form == "fleet":
            project.declare(all={"keys": {key: entry}})
        else:
            project.declare(bob={"access_key_id": key, **entry})

    declare(**HELD)
    project.up()
    held = audited(project, path)

    assert verdicts(held) == {("KS803", key): "in progress", ("KS804", key): "in progress"}
    assert held["keys"][0]["progress"].startswith("deactivation held since 20")
    assert held["keys"][0]["progress"].endswith("waits for unused_for")
    assert held["keys"][0]["declared_by"] == f"resource {'all' if form == 'fleet' else 'bob'}"

    declare(status="Inactive")
    project.up()
    assert verdicts(audited(project, path)) == {}
    outsider.switch(bob, key, "Active")
    assert verdicts(audited(project, path)) == {("KS803", key): "open", ("KS804", key): "open"}


def test_both_keys_of_a_rotation_are_in_progress_until_the_previous_one_is_off(
    make_project: MakeProject, outsider: Outsider
) -> None:
    path = f"/{outsider.new_user('team')}/"
    bob = outsider.new_user("bob", path)
    old = outsider.new_key(bob)
    outsider.let_pass(bob, days=100)
    new = outsider.new_key(bob)
    outsider.use(old)
    project = make_project()
    project.declare(bob={"user_name": bob, "current": new, "previous": old, "overlap": "7d"})
    project.up()

    overlap = audited(project, path)

    assert verdicts(overlap) == {
        ("KS803", old): "in progress",
        ("KS804", old): "in progress",
        ("KS806", old): "in progress",
        ("KS806", new): "in progress",
    }
    assert all("rotation: overlap until 20" in each["because"] for each in overlap["findings"])

    outsider.let_pass(bob, days=8)
    outsider.use(new)
    project.up("--refresh")
    soak = audited(project, path)
    assert verdicts(soak) == {}
    assert {each["progress"].partition(" since")[0] for each in soak["keys"]} == {
        "rotation: soaking"
    }
