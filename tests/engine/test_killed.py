"""Runs that are killed or interrupted at any moment: nothing wrong is done, and the next run goes on.

``KEYSWITCH_MOMENTS`` says how often, ``KEYSWITCH_SEED`` which moments; 50 take some minutes.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time

import psutil
import pytest

from engine.test_fleet import declare_as
from keyswitch.iam.concurrently import AT_A_TIME
from support.engine import SECONDS, MakeProject, Project
from support.http import Call, RecordingServer
from support.moto_iam import Outsider
from support.unfinished import begin_up, run_in_the_middle_of_a_switch, send, with_children

pytestmark = [pytest.mark.real_engine, pytest.mark.plain_python]

CHANGES = 40
SAVED_ONCE = {"PULUMI_SKIP_CHECKPOINTS": "true"}
"""The engine then records all steps of a run when the run ends, and none before."""
MOMENTS = int(os.environ.get("KEYSWITCH_MOMENTS", "2"))
SEED = os.environ.get("KEYSWITCH_SEED", "0")
WAYS = ("kill the command", "kill the plugin", "kill both", "Ctrl-C")


def plugins_of(command: psutil.Process) -> list[psutil.Process]:
    """The host of the program's dynamic providers, or the native provider."""
    names = ("dynamic", "pulumi-resource-keyswitch")
    children = command.children(recursive=True)
    return [each for each in children if any(n in word for word in each.cmdline() for n in names)]


def until_quiet(iam: RecordingServer) -> None:
    """Until nobody has asked IAM anything for a while."""
    seen = -1
    while seen != len(iam.calls):
        seen = len(iam.calls)
        time.sleep(0.5)


def ended(
    project: Project, way: str, after_writes: int, iam: RecordingServer, *, held: bool = False
) -> None:
    """One ``up`` that is ended once IAM was asked for more switches than these.

    What a killed command leaves behind finishes the calls that it is in.

    :param held: whether these are answered only once the command has ended.
    """
    reached, over = threading.Event(), threading.Event()

    def count(call: Call) -> None:
        if call.action == "UpdateAccessKey" and len(iam.writes) > after_writes:
            reached.set()
            assert not held or over.wait(SECONDS)

    iam.after.append(count)
    command = begin_up(project, "--parallel", "8")
    assert reached.wait(SECONDS)
    all_of_it = with_children(command)
    plugins = plugins_of(command)
    assert plugins
    victims = {
        "kill the command": [command],
        "kill the plugin": plugins,
        "kill both": [command, *plugins],
        "Ctrl-C": [command],
    }[way]
    send(victims, signal.SIGINT if way == "Ctrl-C" else signal.SIGKILL)
    command.wait(SECONDS)
    over.set()
    until_quiet(iam)
    send(all_of_it)
    iam.after.clear()


def declare(project: Project, form: str, keys: dict[str, str], status: str) -> None:
    entries = {key: {"user_name": user, "status": status} for key, user in keys.items()}
    declare_as(form, project, entries)


def without_broken_attributes(project: Project) -> None:
    """Removes what Pulumi's own file backend cannot read after it was killed while writing it."""
    for path in (project.folder / ".pulumi" / "stacks").rglob("*.attrs"):
        if path.stat().st_size == 0:
            path.unlink()


def is_locked(project: Project) -> bool:
    return any((project.folder / ".pulumi" / "locks").rglob("*.json"))


@pytest.mark.parametrize(
    ("form", "saved", "first"),
    [
        pytest.param("resources", {}, 0, marks=pytest.mark.nightly),
        ("fleet", {}, 2),
        pytest.param("resources", SAVED_ONCE, 0, marks=pytest.mark.nightly),
    ],
    ids=["resources", "fleet", "resources saved once"],
)
def test_whenever_a_run_ends_iam_saw_what_the_program_asks_for_and_the_next_run_goes_on(
    make_project: MakeProject,
    iam: RecordingServer,
    outsider: Outsider,
    form: str,
    saved: dict[str, str],
    first: int,
) -> None:
    project = make_project("killed")
    project.env |= saved
    users = [outsider.new_user() for _ in range(CHANGES)]
    keys = {outsider.new_key(user): user for user in users}
    declare(project, form, keys, "Active")
    project.up()
    choice = random.Random(f"{form} {SEED}")  # noqa: S311 - a moment, not a secret
    for moment in range(MOMENTS):
        status = "Inactive" if moment % 2 == 0 else "Active"
        declare(project, form, keys, status)
        iam.reset()

        ended(project, WAYS[(first + moment) % len(WAYS)], choice.randrange(CHANGES - 1), iam)

        assert {each for _, each in iam.writes} == {status}, SEED
        without_broken_attributes(project)
        if is_locked(project):
            locked = project.run("up", "--yes", "--skip-preview")
            assert locked.code != 0
            assert "the stack is currently locked" in locked.text
            project.expect(0, "cancel", "--yes")
        project.up()
        assert {each for _, each in iam.writes} == {status}
        assert {outsider.status(user, key) for key, user in keys.items()} == {status}
        project.preview("--expect-no-changes")


@pytest.mark.parametrize(
    ("form", "saved"),
    [("fleet", {}), pytest.param("resources", SAVED_ONCE, marks=pytest.mark.nightly)],
    ids=["fleet", "resources saved once"],
)
def test_what_a_killed_command_leaves_behind_begins_no_further_switch_and_can_be_taken_back(
    make_project: MakeProject,
    iam: RecordingServer,
    outsider: Outsider,
    form: str,
    saved: dict[str, str],
) -> None:
    """docs/how-to/fleets.md, docs/reliability.md: what was switched is not in the state, and a program
    that is reverted before it was carried out once finds keys that somebody switched off."""
    project = make_project("killed")
    project.env |= saved
    users = [outsider.new_user() for _ in range(CHANGES)]
    keys = {outsider.new_key(user): user for user in users}
    declare(project, form, keys, "Active")
    project.up()
    declare(project, form, keys, "Inactive")
    iam.reset()

    ended(project, "kill the command", 5, iam, held=True)

    switched = {key for key, _ in iam.writes}
    assert 5 < len(switched) <= 5 + AT_A_TIME
    iam.reset()
    without_broken_attributes(project)
    project.expect(0, "cancel", "--yes")
    declare(project, form, keys, "Active")
    refused = project.preview(code=1)
    assert {line.split()[5] for line in refused.diagnostics("error: KS606")} == switched
    declare(project, form, keys, "Inactive")
    project.up()
    assert sorted(iam.writes) == sorted((key, "Inactive") for key in keys.keys() - switched)
    declare(project, form, keys, "Active")
    project.up()
    assert {outsider.status(user, key) for key, user in keys.items()} == {"Active"}


def test_an_interrupt_lets_the_step_of_a_fleet_end_and_be_recorded(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    project = make_project("killed")
    users = [outsider.new_user() for _ in range(CHANGES)]
    keys = {outsider.new_key(user): user for user in users}
    declare(project, "fleet", keys, "Active")
    project.up()
    declare(project, "fleet", keys, "Inactive")
    iam.reset()

    ended(project, "Ctrl-C", 5, iam)

    assert len(iam.writes) == CHANGES
    assert not is_locked(project)
    project.preview("--expect-no-changes")


def test_an_adoption_that_was_killed_leaves_no_trace_where_a_run_is_saved_once(
    make_project: MakeProject, iam: RecordingServer, outsider: Outsider
) -> None:
    """docs/reliability.md: the next run adopts the key as it is by then."""
    project = make_project()
    project.env |= SAVED_ONCE
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})
    with run_in_the_middle_of_a_switch(project, iam) as (killed, let_go):
        all_of_it = with_children(killed)
        send([killed])
        killed.wait(SECONDS)
        let_go.set()
        until_quiet(iam)
        send(all_of_it)
    assert outsider.status(bob, key) == "Inactive"

    without_broken_attributes(project)
    project.expect(0, "cancel", "--yes")
    assert "pending operations" not in project.up().text

    assert project.outputs("bob")["adopted_status"] == "Inactive"
