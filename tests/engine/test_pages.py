"""The pages that show commands: each is run, in order, and prints what the page shows."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from keyswitch.cli import main
from snippets import wanted
from support.aws_cli import put_into
from support.engine import PROGRAM, ROOT, SECONDS, Project, engine_env
from support.http import RecordingServer, serving
from support.moto_iam import SHOP, Elsewhere, Outsider
from support.pages import Shell, Shown, shown
from support.strict_app import strict_app
from support.strict_iam import StrictIam
from support.unfinished import run_in_the_middle_of_a_switch, send, with_children

pytestmark = pytest.mark.real_engine

DOCS = ROOT / "docs"
STUCK = DOCS / "stuck.md"
INCIDENT = DOCS / "how-to" / "incident.md"
WITHOUT_KEYSWITCH = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "keyswitch":
            raise ModuleNotFoundError("No module named 'keyswitch'")

sys.meta_path.insert(0, Absent())
"""


def test_the_tutorial_from_nothing_to_a_pull_request(
    tmp_path: Path, home: Path, wheel: Path
) -> None:
    iam = StrictIam()
    now = datetime.now(timezone.utc)
    old = iam.add_key("bob", made=now - timedelta(days=400))
    new = iam.add_key("bob", made=now - timedelta(hours=1))
    iam.used[new] = f"{now - timedelta(minutes=3):%Y-%m-%dT%H:%M:%SZ}"
    with serving(strict_app(iam)) as server:
        env = {
            **engine_env(home, server.url),
            "PIP_COMPILE": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            **{
                f"GIT_{who}_{what}": "bob@example.com"
                for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")
            },
            "PULUMI_BACKEND_URL": f"file://{tmp_path}",
        }
        live = {
            "AKIARZPUZDIKEMGV2SRQ": old,
            "AKIARZPUZDIKA4D2NPC6": new,
            wanted(): str(wheel),
        }
        reader = Shell(tmp_path, env, live)
        for step in shown(DOCS / "tutorial.md", "tutorial"):
            reader.type(step)

    assert server.writes == [(old, "Inactive")]


def test_the_adoption_of_an_account(root: Project, outsider: Outsider) -> None:
    path = f"/{outsider.new_user('machines')}/"
    user = outsider.new_user("ci", path)
    keys = [outsider.new_key(user, status) for status in ("Active", "Inactive")]
    live = dict(zip(("AKIARZPUZDIKG5CUL7IB", "AKIARZPUZDIKMUJKCENL"), keys, strict=True))
    reader = Shell(root.folder, root.env, {**live, "/machines/": path})

    for step in shown(DOCS / "how-to" / "adopt.md", "adopt"):
        reader.type(step)
    for step, code in zip(shown(DOCS / "how-to" / "audit.md", "audit"), (0, 7), strict=True):
        reader.type(step, code)


@pytest.mark.parametrize("form", ["false", pytest.param("true", marks=pytest.mark.nightly)])
def test_an_incident_from_the_first_line_to_the_last(
    root: Project,
    iam: RecordingServer,
    outsider: Outsider,
    tmp_path: Path,
    form: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the AWS CLI, and of other keys by what keyswitch incident prints for the program alone.

    In either form, and once of a rotation's key.
    """
    bob, eve = outsider.new_user(), outsider.new_user()
    key, other = outsider.new_key(bob), outsider.new_key(bob)
    previous, current = outsider.new_key(eve), outsider.new_key(eve)
    entry = {"userName": bob, "status": "Active"}
    values = {f"keys.{each}.{name}": entry[name] for each in (key, other) for name in entry}
    rotation = {"userName": eve, "current": current, "previous": previous}
    values |= {f"rotations.eve.{name}": value for name, value in rotation.items()}
    root.configure({**values, "fleet": form})
    root.up()
    put_into(tmp_path)
    env = {**root.env, "PATH": f"{tmp_path}:{root.env['PATH']}"}

    def read(leaked: str, *blocks: str) -> None:
        reader = Shell(root.folder, env, {"AKIAIOSFODNN7EXAMPLE": leaked, "bob": bob})
        for block in blocks:
            for step in shown(INCIDENT, block):
                reader.type(step)

    read(key, "incident-whose", "incident-now")
    assert outsider.status(bob, key) == "Inactive"
    assert "KS606" in root.up(code=1).text
    assert outsider.status(bob, key) == "Inactive"
    register = root.folder / "Pulumi.test.yaml"
    without_the_edit = register.read_text()
    read(key, "incident-declare", "incident-apply", "incident-verify", "incident-agrees")
    assert iam.writes == [(key, "Inactive")]
    merged = register.read_text()
    register.write_text(without_the_edit)
    refused = root.up(code=1)
    assert "KS625" in refused.text
    assert outsider.status(bob, key) == "Inactive"
    register.write_text(merged)

    monkeypatch.chdir(root.folder)
    options = ("--stack-config", register.name, "--reason", "INC-4711 leaked", "--json")
    told_to = {"declare", "apply", "verify", "agrees"}
    reader = Shell(root.folder, env, {})
    others = (other, previous) if form == "true" else (other,)
    for leaked in others:
        told = CliRunner(env=env).invoke(main, ["incident", leaked, *options])
        for each in json.loads(told.stdout)["commands"]:
            if each["purpose"] in told_to:
                reader.type(Shown(each["command"]))
    assert iam.writes == [(each, "Inactive") for each in (key, *others)]


@pytest.fixture
def prod(tmp_path: Path, home: Path, iam: RecordingServer) -> Project:
    """A stack of that name, as the pages have it."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: project\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    env = {**engine_env(home, iam.url), "PULUMI_BACKEND_URL": f"file://{folder}"}
    project = Project(folder, env, stack="prod")
    project.expect(0, "stack", "init", project.stack)
    return project


def declared(project: Project, outsider: Outsider) -> tuple[str, str]:
    bob = outsider.new_user()
    key = outsider.new_key(bob)
    project.declare(bob={"access_key_id": key, "user_name": bob, "status": "Inactive"})
    return bob, key


def test_a_run_that_was_killed_leaves_a_lock_and_a_pending_create(
    prod: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    declared(prod, outsider)
    with run_in_the_middle_of_a_switch(prod, iam) as (killed, _):
        send(with_children(killed))
        killed.wait(SECONDS)
    reader = Shell(prod.folder, prod.env, {})

    up, *ways_out = shown(STUCK, "locked")
    reader.type(up, code=1)
    for step in ways_out:
        reader.type(step)
    warned = prod.up()
    assert "pending operations from previous deployment" in warned.text
    for step in shown(STUCK, "pending"):
        assert "pending operations" not in reader.type(step)
    prod.preview("--expect-no-changes")


@pytest.mark.plain_python
def test_a_state_whose_provider_is_not_installed(
    prod: Project, outsider: Outsider, tmp_path: Path
) -> None:
    bob, key = declared(prod, outsider)
    prod.up()
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent" / "sitecustomize.py").write_text(WITHOUT_KEYSWITCH)
    env = {**prod.env, "PYTHONPATH": str(tmp_path / "absent")}
    reader = Shell(prod.folder, env, {})

    destroy, delete = shown(STUCK, "moved")
    reader.type(destroy, code=1)
    reader.type(delete)

    assert prod.resources() == {}
    assert outsider.status(bob, key) == "Inactive"


def test_a_refresh_by_another_account_loses_nothing(
    prod: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    declared(prod, outsider)
    prod.up()

    refused = prod.refresh(code=1, **Elsewhere(iam, SHOP).environment)

    assert "KS204" in refused.text
    assert f"the credentials belong to account {SHOP}, but the key was adopted in" in refused.text
    assert set(prod.resources()) == {"bob"}
    prod.preview("--expect-no-changes")


def test_a_state_that_was_edited(prod: Project, outsider: Outsider) -> None:
    _, key = declared(prod, outsider)
    prod.up()
    state = prod.expect(0, "stack", "export").stdout
    path = prod.folder / "edited.json"
    path.write_text(state.replace('"adopted_status": "Active"', '"adopted_status": "on"'))
    prod.expect(0, "stack", "import", "--file", str(path))
    reader = Shell(prod.folder, prod.env, {})

    refused = prod.refresh(code=1)
    assert "KS501" in refused.text
    assert "has no usable adopted_status" in refused.text
    for step in shown(STUCK, "edited"):
        reader.type(step)
    assert prod.outputs("bob")["access_key_id"] == key
