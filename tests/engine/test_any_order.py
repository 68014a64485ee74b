"""The model of any order, through the real engine, in either form.

``KEYSWITCH_STEPS`` says how many steps each form takes; a few hundred take some minutes.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from engine.test_fleet import FLEET, declare_as
from keyswitch.model.fleet_state import parse_fleet_outputs
from keyswitch.model.parsing import parse_outputs
from keyswitch.model.state import Record
from keyswitch.model.status import Status
from support.any_order import AnyOrder, Declared, Faults, Outcome, Write
from support.engine import NewProject, Project, Run, engine_env
from support.hostile import Exchange, loses_the_answer, network, passes, resets
from support.http import Call, serving
from support.strict_app import strict_app
from support.strict_iam import StrictIam

STEPS = int(os.environ.get("KEYSWITCH_STEPS", "64"))
STEPS_OF_ONE = 8
TELLS_OF_A_SWITCH = re.compile(
    r"(?:KS210|KS218|KS219|KS612|KS617) access key (AKIASTRICT\d+)"
    r"|KS220 access key (AKIASTRICT\d+)[^\n]*it is switched"
)
KEY = re.compile(r"AKIASTRICT\d+")
PAST_THE_LIMIT = re.compile(r"Of this fleet only (.*?), by override,")
ERROR = re.compile(r"KS\d{3} [a-z ]+ access key (AKIASTRICT\d+)")


class Nth:
    """The n-th write meets its fault."""

    def __init__(self, failing: Mapping[int, str]) -> None:
        self._failing = failing
        self._asked = 0
        self._lock = threading.Lock()

    def __call__(self, exchange: Exchange) -> None:
        with self._lock:
            self._asked += 1
            fault = self._failing.get(self._asked)
        {None: passes, "before": resets, "after": loses_the_answer}[fault](exchange)


class ThroughTheEngine:
    """A stack of an engine's, on a way to the strict fake."""

    def __init__(self, folder: Path, home: Path, form: str, new_project: NewProject) -> None:
        self.iam = StrictIam()
        self.is_fleet = form == "fleet"
        self._form = form
        self.written = 0
        self._writes: list[Write] = []
        self._open = ExitStack()
        server = self._open.enter_context(serving(strict_app(self.iam)))
        server.rules.append(self._keep)
        self._way = self._open.enter_context(network(server.url))
        self._project: Project = new_project(folder, engine_env(home, self._way.url))
        self._project.expect(0, "config", "set", "aws:maxRetries", "1")
        self._project.declare()

    def _keep(self, call: Call) -> None:
        if call.action == "UpdateAccessKey":
            keys = self.iam.users[call.parameters["UserName"]]
            before = {key: each.status for key, each in keys.items()}
            status = Status(call.parameters["Status"])
            self._writes.append(Write(call.parameters["AccessKeyId"], status, before))

    def records(self) -> Mapping[str, Record]:
        found: dict[str, Record] = {}
        for resource in self._project.state()["deployment"].get("resources", []):
            outputs = resource.get("outputs", {})
            if resource["type"] == FLEET:
                found.update(parse_fleet_outputs(outputs))
            elif "access_key_id" in outputs:
                found[outputs["access_key_id"]] = parse_outputs(outputs)
        return found

    def preview(self, declared: Declared) -> tuple[set[str], list[Write]]:
        run = self._run(declared, "preview")
        told = {key for pair in TELLS_OF_A_SWITCH.findall(run.text) for key in pair if key}
        if "KS621" in run.text:
            told = set(KEY.findall("".join(PAST_THE_LIMIT.findall(run.words))))
        return told, self._taken()

    def refresh(self) -> list[Write]:
        self._project.refresh()
        return self._taken()

    def run(self, declared: Declared, faults: Faults) -> Outcome:
        self._way.faults["UpdateAccessKey", ""] = Nth(faults.writes)
        if faults.unseen is not None:
            self._way.faults["ListAccessKeys", faults.unseen] = resets
        run = self._run(declared, "up", "--yes", "--skip-preview", "--continue-on-error")
        self._way.faults.clear()
        failed = {key for line in run.diagnostics("error:") for key in ERROR.findall(line)}
        failed |= {key for line in run.diagnostics("* KS") for key in ERROR.findall(line)}
        writes = self._taken()
        if "KS621" in run.text:
            past = set(KEY.findall("".join(PAST_THE_LIMIT.findall(run.words))))
            failed |= (self.records().keys() | declared.keys.keys()) - past
        assert bool(failed) is (run.code != 0), run.text
        self.written += len(writes)
        return Outcome(writes, failed)

    def is_unchanged(self, declared: Declared) -> bool:
        return self._run(declared, "preview", "--expect-no-changes").code == 0

    def close(self) -> None:
        self._open.close()

    def _run(self, declared: Declared, *command: str) -> Run:
        entries = {}
        for key, each in sorted(declared.keys.items()):
            entries[key] = {k: v for k, v in each.to_inputs().items() if k != "access_key_id"}
        limit = {"max_changes": declared.max_changes} if declared.max_changes else {}
        declare_as(self._form, self._project, entries, **limit)
        # Of two keys that must not both go off, a run in parallel may pick another than its preview.
        run = self._project.run(*command, "--parallel", "1")
        assert "Traceback" not in run.text, run.text
        return run

    def _taken(self) -> list[Write]:
        taken, self._writes = self._writes, []
        return taken


@pytest.mark.parametrize("form", ["resources", "fleet"])
def test_in_any_order_nothing_is_switched_that_is_not_asked_for(
    tmp_path: Path, home: Path, new_project: NewProject, form: str
) -> None:
    worlds: list[ThroughTheEngine] = []

    class AnyOrderOfEngine(AnyOrder):
        def __init__(self) -> None:
            folder = tmp_path / f"stack-{len(worlds)}"
            worlds.append(ThroughTheEngine(folder, home, form, new_project))
            super().__init__(worlds[-1])

    run_state_machine_as_test(
        AnyOrderOfEngine,
        settings=settings(
            max_examples=STEPS // STEPS_OF_ONE,
            stateful_step_count=STEPS_OF_ONE,
            deadline=None,
            derandomize="KEYSWITCH_STEPS" not in os.environ,
            database=None,
            print_blob=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert sum(world.written for world in worlds) > 0
