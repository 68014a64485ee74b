"""A type checker finds in a program what keyswitch would refuse in its preview."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.engine import ROOT

RIGHT = """\
import json
import pulumi
import keyswitch

ID = "AKIAIOSFODNN7EXAMPLE"
later = pulumi.Config().require_secret("status")
keyswitch.AccessKeyStatus("a", access_key_id=ID, status="Inactive", on_destroy="restore")
keyswitch.AccessKeyStatus("b", access_key_id=ID, status=keyswitch.Status.ACTIVE, on_drift="report")
keyswitch.AccessKeyStatus("c", access_key_id=pulumi.Output.from_input(ID), status=later)
keyswitch.AccessKeyStatus(
    "d", access_key_id=ID, status="Active", safeguards={"unused_for": "7d", "unmet": "hold"}
)
keyswitch.AccessKeyStatus(
    "e", keyswitch.AccessKeyStatusArgs(access_key_id=ID, status="Active"), opts=None
)
keyswitch.AccessKeyStatus("f", access_key_id=ID, status="Active", account={"name": "shop"})
keyswitch.AccessKeyFleet("g", keys={ID: {"status": "Inactive", "user_name": "bob"}}, max_changes="10%")
keyswitch.AccessKeyFleet("h", keys=json.loads("{}"), defaults={"on_drift": "report"})
"""
WRONG = [
    'keyswitch.AccessKeyStatus("a", access_key_id=ID, status="Inactiv")',
    'keyswitch.AccessKeyStatus("a", status="Inactive")',
    'keyswitch.AccessKeyStatus("a", access_key_id=ID)',
    'keyswitch.AccessKeyStatus("a", access_key_id=ID, status="Active", user="bob")',
    'keyswitch.AccessKeyStatusArgs(access_key_id=ID, status="on")',
    'keyswitch.Safeguards(unused_fr="7d")',
    'keyswitch.Safeguards(unmet="wait")',
    'keyswitch.AccessKeyFleet("a", keys={ID: {"status": "off"}})',
    'keyswitch.AccessKeyFleet("a", keys={ID: {"user_name": "bob"}})',
    'keyswitch.AccessKeyFleet("a", keys={ID: {"status": "Active", "reson": "x"}})',
    'keyswitch.AccessKeyFleet("a", keys={}, safeguards={"unused_fr": "7d"})',
    'keyswitch.AccessKeyFleet("a", keys={}, defaults={"on_drift": "ignore"})',
    'keyswitch.AccessKeyFleet("a", keys={}, account={"role_arn": "arn"})',
]


def mypy(program: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", program.name],
        cwd=program.parent,
        env={"MYPYPATH": str(ROOT / "provider"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of one program with the right lines first and then the wrong ones: mypy takes seconds to start."""
    program = tmp_path_factory.mktemp("typed") / "program.py"
    program.write_text(RIGHT + "\n".join(WRONG) + "\n")
    return mypy(program)


def test_a_right_program_is_accepted(complaints: str) -> None:
    lines = [int(line) for line in re.findall(r"(?m)^program\.py:(\d+): error", complaints)]

    assert [line for line in lines if line <= RIGHT.count("\n")] == [], complaints


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_line_is_found(complaints: str, line: str) -> None:
    number = RIGHT.count("\n") + WRONG.index(line) + 1

    assert re.search(rf"(?m)^program\.py:{number}: error: ", complaints), complaints
