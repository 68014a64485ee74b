"""Adoption in minutes: ``keyswitch discover --write``, and the preview right after."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from keyswitch.report.digest import digest
from keyswitch.report.preview_json import read_preview
from keyswitch.report.rows import Outcome
from support.engine import Project
from support.http import RecordingServer
from support.moto_iam import Outsider

pytestmark = pytest.mark.real_engine

CONFIG = "Pulumi.test.yaml"


def keyswitch(project: Project, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "keyswitch", *args],
        cwd=project.folder,
        env=project.env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_was_discovered_is_adopted_as_it_is_and_no_key_changes(
    root: Project,
    iam: RecordingServer,
    outsider: Outsider,
    set_key: Callable[..., None],
) -> None:
    path = f"/{outsider.new_user('team')}/"
    users = [outsider.new_user(stem, path) for stem in ("ann", "bea", "cem")]
    keys = {
        outsider.new_key(user, status): status
        for user in users
        for status in ("Active", "Inactive")
    }
    declared = next(iter(keys))
    set_key(declared, status="Active", reason="deploys the shop")
    config = root.folder / CONFIG
    before = config.read_text()

    told = keyswitch(root, "discover", "--path-prefix", path, "--write", CONFIG)

    assert told.returncode == 0, told.stderr
    assert f"{CONFIG}: 5 keys added, 1 already declared." in told.stderr
    added = re.sub(r"(?m)^    (?!AKIA).*\n|^  .*keys:\n", "", config.read_text())
    assert set(before.splitlines()) <= set(config.read_text().splitlines())
    assert added.count("AKIA") == 6

    iam.reset()
    preview = root.preview("--json")
    rows = digest(read_preview(preview.stdout)).rows
    assert {row.access_key_id: row.after for row in rows} == keys
    assert {row.outcome for row in rows} == {Outcome.ADOPTED}
    root.up()
    assert iam.writes == []
    root.preview("--expect-no-changes")
    audited = keyswitch(root, "audit", "--stack", "test", "--path-prefix", path, "--json")
    assert json.loads(audited.stdout)["findings"] == []
    assert audited.returncode == 0


def test_the_program_that_discover_prints_declares_the_same(
    project: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    path = f"/{outsider.new_user('team')}/"
    user = outsider.new_user("ann", path)
    keys = {outsider.new_key(user, status): status for status in ("Active", "Inactive")}

    program = keyswitch(project, "discover", "--path-prefix", path, "--format", "python").stdout
    (project.folder / "__main__.py").write_text(program)

    iam.reset()
    project.up()
    assert iam.writes == []
    assert {name: project.outputs(name)["status"] for name in keys} == keys
