"""mypy and pyright find in a program what keyswitch would refuse in its preview."""

from __future__ import annotations

import json
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
keyswitch.AccessKeyStatus(
    "i", access_key_id=ID, status="Active", active_until="2027-03-31", warn_before="30d"
)
keyswitch.AccessKeyFleet(
    "j",
    keys={ID: {"status": "Active", "active_until": "2027-03-31"}},
    defaults={"warn_before": "30d"},
)
keyswitch.AccessKeyRotation("k", user_name="bob", current=ID, active_until="2027-03-31")
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
    'keyswitch.AccessKeyStatus("a", access_key_id=ID, status="Active", active_until=20270331)',
    'keyswitch.AccessKeyFleet("a", keys={}, defaults={"active_until": "2027-03-31"})',
    'keyswitch.AccessKeyFleet("a", keys={}, account={"role_arn": "arn"})',
]


def mypy(program: Path) -> set[int]:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", program.name]
    printed = run(command, program, {"MYPYPATH": str(ROOT / "provider")})
    return {int(line) for line in re.findall(r"(?m)^program\.py:(\d+): error", printed)}


def pyright(program: Path) -> set[int]:
    """As people run it: in its standard mode, not in that of the package that pip installs it from."""
    settings = {"typeCheckingMode": "standard", "extraPaths": [str(ROOT / "provider")]}
    (program.parent / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    printed = run([*command, program.name], program, {})
    found = json.loads(printed)["generalDiagnostics"]
    return {each["range"]["start"]["line"] + 1 for each in found if each["severity"] == "error"}


def run(command: list[str], program: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=program.parent,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module", params=[mypy, pyright])
def wrong_lines(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> set[int]:
    """Of one program with the right lines first and then the wrong ones: a checker takes seconds to start."""
    program = tmp_path_factory.mktemp("typed") / "program.py"
    program.write_text(RIGHT + "\n".join(WRONG) + "\n")
    found: set[int] = request.param(program)
    return found


def test_a_right_program_is_accepted(wrong_lines: set[int]) -> None:
    assert [line for line in wrong_lines if line <= RIGHT.count("\n")] == []


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_line_is_found(wrong_lines: set[int], line: str) -> None:
    assert RIGHT.count("\n") + WRONG.index(line) + 1 in wrong_lines
