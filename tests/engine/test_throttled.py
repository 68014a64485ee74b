"""IAM that lets only so many requests a second through: a run takes longer, and fails at nothing.

``KEYSWITCH_THROTTLED_KEYS`` and ``KEYSWITCH_THROTTLED_TO`` say how many keys at how many requests a second;
500 at 5 take half an hour. How near a run comes to the rate is measured by ``make bench``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.test_fleet import declare_as, keys_of, with_status
from support.engine import NewProject, Project, engine_env
from support.hostile import Network, Throttle
from support.http import RecordingServer
from support.moto_iam import Outsider

KEYS = int(os.environ.get("KEYSWITCH_THROTTLED_KEYS", "10"))
A_SECOND = int(os.environ.get("KEYSWITCH_THROTTLED_TO", "20"))


@pytest.mark.parametrize("form", ["resources", "fleet"])
def test_a_throttled_run_adopts_and_switches_every_key(
    way: Network,
    iam: RecordingServer,
    outsider: Outsider,
    tmp_path: Path,
    home: Path,
    new_project: NewProject,
    form: str,
) -> None:
    project: Project = new_project(tmp_path / "throttled", engine_env(home, way.url))
    keys = keys_of(outsider, KEYS)
    way.faults["", ""] = throttle = Throttle(rate=A_SECOND, burst=5)
    for status in ("Active", "Inactive"):
        declare_as(form, project, with_status(keys, status))
        project.up()

    assert throttle.refused > 0
    assert sorted(iam.writes) == sorted((key, "Inactive") for key in keys)
    project.preview("--expect-no-changes")
