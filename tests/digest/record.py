"""Records what ``pulumi preview --json`` really prints of each outcome, for the digest's tests.

Run from the top of the project, with the engine on PATH: ``python tests/digest/record.py``. The
emulator and the engine are real; ids, times and folders are made the same in every recording.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

from keyswitch.report.key_states import UNKNOWN  # noqa: E402
from support.engine import ROOT, Project, engine_env  # noqa: E402 - the tests' own parts, from a script
from support.http import RecordingServer, refuse, serving  # noqa: E402
from support.moto_iam import Outsider, moto_app  # noqa: E402

PREVIEWS = Path(__file__).parent / "previews"
OTHERS = """
import json, pathlib
import pulumi, keyswitch
from pulumi.dynamic import CreateResult, Resource, ResourceProvider, UpdateResult

class Nothing(ResourceProvider):
    def create(self, props): return CreateResult("id", props)
    def update(self, id, olds, news): return UpdateResult(news)

class Other(Resource, module="acme", name="Other"):
    def __init__(self, name, **props):
        super().__init__(Nothing(), name, props)

declared = json.loads(pathlib.Path("keys.json").read_text())
for name, size in declared.pop("others", {}).items():
    other = Other(name, size=size, password=pulumi.Output.secret("correct-horse-battery-staple"))
for name, inputs in declared.items():
    if inputs["status"] == "as other":
        inputs["status"] = other.id.apply(lambda _: "Inactive")
    keyswitch.AccessKeyStatus(name, **inputs)
"""
ROTATION = """
import json, pathlib
import keyswitch
keyswitch.AccessKeyRotation("bob", **json.loads(pathlib.Path("keys.json").read_text())["bob"])
"""
SECRET_IDS = """
import json, pathlib
import pulumi, keyswitch
for name, inputs in json.loads(pathlib.Path("keys.json").read_text()).items():
    key = pulumi.Output.secret(inputs.pop("access_key_id"))
    keyswitch.AccessKeyStatus(name, access_key_id=key, **inputs)
"""
FLEET = """
import json, pathlib
import keyswitch
declared = json.loads(pathlib.Path("keys.json").read_text())
keyswitch.AccessKeyFleet("all", keys=declared["all"], max_changes=declared.get("max_changes"))
"""
USERS = ("bob", "alice", "carol", "dave", "eve")
PLACES = ("sourcePosition", "stackTrace")
Outcome = Callable[[Project, Outsider, RecordingServer], None]


def key_of(
    outsider: Outsider, status: str = "Inactive", user: str = "bob", **inputs: Any
) -> dict[str, Any]:
    user_name = outsider.new_user(user)
    key = outsider.new_key(user_name)
    return {"access_key_id": key, "user_name": user_name, "status": status, **inputs}


def adopt(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """Two keys for the first time: one as declared, one to be switched."""
    project.declare(bob=key_of(outsider, "Active"), alice=key_of(outsider, user="alice"))


def no_change(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    project.declare(bob=key_of(outsider), alice=key_of(outsider, "Active", "alice"))
    project.up()


def declared(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """A change in the program, of a key that was used minutes ago and of one that never was."""
    bob, alice = key_of(outsider, "Active"), key_of(outsider, "Active", "alice")
    project.declare(bob=bob, alice=alice)
    project.up()
    outsider.use(bob["access_key_id"])
    project.declare(
        bob={**bob, "status": "Inactive", "reason": "rotated, OPS-123"},
        alice={**alice, "status": "Inactive"},
    )


def drift(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    bob = key_of(outsider)
    project.declare(bob=bob, alice=key_of(outsider, user="alice"))
    project.up()
    outsider.switch(bob["user_name"], bob["access_key_id"], "Active")


def drift_reported(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    bob = key_of(outsider, on_drift="report")
    project.declare(bob=bob)
    project.up()
    outsider.switch(bob["user_name"], bob["access_key_id"], "Active")


def hold(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    bob = key_of(outsider, "Active")
    project.declare(bob=bob)
    project.up()
    outsider.use(bob["access_key_id"])
    guarded = {"unused_for": "7d", "unmet": "hold"}
    project.declare(bob={**bob, "status": "Inactive", "safeguards": guarded})


def still_held(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    hold(project, outsider, iam)
    project.up()


def released(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    still_held(project, outsider, iam)
    (bob,) = json.loads((project.folder / "keys.json").read_text()).values()
    outsider.let_pass(bob["user_name"], days=8)


def refused(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """Three refusals of different kinds beside one key that may go."""
    bob = key_of(outsider, safeguards={"unused_for": "7d"})
    outsider.use(bob["access_key_id"])
    alone = key_of(outsider, user="carol", safeguards={"keep_one_active": True})
    missing = {**key_of(outsider, user="dave"), "access_key_id": "AKIANOTTHERE00000000"}
    project.declare(bob=bob, alone=alone, missing=missing, fine=key_of(outsider, user="eve"))


def bad_input(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    project.declare(bob=key_of(outsider, "disabled"))


def override(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    bob = key_of(outsider, override="INC-4711 leaked", safeguards={"unused_for": "7d"})
    outsider.use(bob["access_key_id"])
    project.declare(bob=bob)


def deleted_outside(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    bob = key_of(outsider)
    project.declare(bob=bob)
    project.up()
    outsider.delete_key(bob["user_name"], bob["access_key_id"])


def in_days(days: int) -> str:
    return str(datetime.now(timezone.utc).date() + timedelta(days=days))


def ends_soon(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """Of three keys that end one ends soon, and one is adopted and ends soon."""
    bob = key_of(outsider, "Active", active_until=in_days(9), reason="deploys the shop, OPS-128")
    alice = key_of(outsider, "Active", "alice", active_until=in_days(90))
    project.declare(bob=bob, alice=alice)
    project.up()
    carol = key_of(outsider, "Active", "carol", active_until=in_days(5), warn_before="7d")
    project.declare(bob=bob, alice=alice, carol=carol)


def ended(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """Of three keys whose date is over one will be deactivated, one is held, and one refused."""
    guarded = {"active_until": in_days(1), "safeguards": {"unused_for": "7d", "unmet": "hold"}}
    bob = key_of(outsider, "Active", active_until=in_days(1))
    alice = key_of(outsider, "Active", "alice", **guarded)
    carol = key_of(outsider, "Active", "carol", **{**guarded, "safeguards": {"unused_for": "7d"}})
    for used in (alice, carol):
        outsider.use(used["access_key_id"])
    project.declare(bob=bob, alice=alice, carol=carol)
    project.up()
    project.let_pass(days=2)


def fleet_ends(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """Of a fleet one key ends soon, and of one the date is over."""
    (project.folder / "__main__.py").write_text(FLEET)
    keys = [key_of(outsider, "Active", user) for user in USERS[:3]]
    for key, days in zip(keys, (1, 5), strict=False):
        key["active_until"] = in_days(days)
    project.declare(all={each.pop("access_key_id"): each for each in keys})
    project.up()
    project.let_pass(days=2)


def taken_out(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """One declaration is taken out, with on_destroy, and another key takes the place of a third."""
    bob, alice = key_of(outsider, on_destroy="restore"), key_of(outsider, user="alice")
    project.declare(bob=bob, alice=alice)
    project.up()
    project.declare(alice=key_of(outsider, user="alice"))


def others(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """The same stack holds resources that are none of keyswitch's."""
    (project.folder / "__main__.py").write_text(OTHERS)
    bob = key_of(outsider, "Active")
    project.declare(others={"one": 1, "two": 2, "three": 3}, bob=bob)
    project.up()
    project.declare(others={"one": 1, "two": 3, "four": 4}, bob={**bob, "status": "Inactive"})


def unreachable(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    project.declare(bob=key_of(outsider))
    project.up()
    denied = "User ci is not authorized"
    iam.rules.append(refuse("ListAccessKeys", 403, "AccessDenied", denied))


def switched_on(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    bob = key_of(outsider)
    project.declare(bob=bob)
    project.up()
    project.declare(bob={**bob, "status": "Active", "reason": "back in use, OPS-124"})


def not_looked_at(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """A status that depends on a resource which is yet to be created."""
    (project.folder / "__main__.py").write_text(OTHERS)
    project.declare(others={"one": 1}, bob=key_of(outsider, "as other"))


def recorded(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """Another reason, and a declaration that follows what was done by hand."""
    bob, alice = key_of(outsider, reason="rotated"), key_of(outsider, "Active", "alice")
    project.declare(bob=bob, alice=alice)
    project.up()
    outsider.switch(alice["user_name"], alice["access_key_id"], "Inactive")
    project.declare(
        bob={**bob, "reason": "rotated, OPS-125"}, alice={**alice, "status": "Inactive"}
    )


def secret_replaced(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """One key in the place of another, both ids being secrets of the program."""
    (project.folder / "__main__.py").write_text(SECRET_IDS)
    bob = key_of(outsider, "Active", on_destroy="deactivate")
    project.declare(bob=bob)
    project.up()
    new = outsider.new_key(bob["user_name"])
    project.declare(bob={**bob, "access_key_id": new})


def fleet(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """Of a fleet one key is switched, one has drifted, one is held, one is taken out, and one stays."""
    (project.folder / "__main__.py").write_text(FLEET)
    keys = {user: key_of(outsider, "Active", user) for user in USERS}
    off = key_of(outsider, "Active", "bob")
    fleet_ = {each.pop("access_key_id"): each for each in (*keys.values(), off)}
    project.declare(all=fleet_)
    project.up()
    ids = dict(zip((*USERS, "second"), fleet_, strict=True))
    outsider.switch(fleet_[ids["alice"]]["user_name"], ids["alice"], "Inactive")
    fleet_[ids["alice"]]["safeguards"] = {"allow_reactivation": True}
    fleet_[ids["bob"]] |= {"status": "Inactive", "reason": "rotated, OPS-126"}
    outsider.use(ids["carol"])
    held = {"unused_for": "7d", "unmet": "hold"}
    fleet_[ids["carol"]] |= {"status": "Inactive", "safeguards": held}
    del fleet_[ids["dave"]]
    project.declare(all=fleet_)


def fleet_refused(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """A change wider than max_changes, and a key that is not there."""
    (project.folder / "__main__.py").write_text(FLEET)
    keys = [key_of(outsider, user=user) for user in USERS]
    keys[4]["access_key_id"] = "AKIANOTTHERE00000000"
    project.declare(all={each.pop("access_key_id"): each for each in keys}, max_changes=2)


def failing_program(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    (project.folder / "__main__.py").write_text("import keyswitch\nraise ValueError('no')\n")


def rotation(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    (project.folder / "__main__.py").write_text(ROTATION)
    bob = outsider.new_user()
    previous, current = outsider.new_key(bob), outsider.new_key(bob)
    project.declare(bob={"user_name": bob, "current": current, "previous": previous})


def violated(project: Project, outsider: Outsider, iam: RecordingServer) -> None:
    """Of two Active keys one has no reason, which the sample pack asks for."""
    fine = key_of(outsider, "Active", "alice", reason="deploys the shop, OPS-127")
    project.declare(bob=key_of(outsider, "Active"), alice=fine)


def pack(folder: Path) -> Path:
    """The sample policy pack as a program of its own, in an environment of its own."""
    shutil.copytree(ROOT / "examples" / "gitops" / "policy", folder)
    (folder / "PulumiPolicy.yaml").unlink()
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    install = ["venv/bin/python", "-m", "pip", "install", "--quiet", "-r", "requirements.txt"]
    subprocess.run(install, cwd=folder, check=True, capture_output=True)
    program = folder / "pack"
    program.write_text(
        f'#!/bin/sh\ncd {folder} && exec venv/bin/python -u -m pulumi.policy "$@" .\n'
    )
    program.chmod(0o755)
    return program


OUTCOMES: tuple[Outcome, ...] = (
    adopt,
    no_change,
    declared,
    drift,
    drift_reported,
    hold,
    still_held,
    released,
    refused,
    bad_input,
    override,
    deleted_outside,
    taken_out,
    others,
    unreachable,
    switched_on,
    not_looked_at,
    recorded,
    secret_replaced,
    fleet,
    fleet_refused,
    failing_program,
    rotation,
    violated,
    ends_soon,
    ended,
    fleet_ends,
)
REFRESHED: tuple[Outcome, ...] = (drift, still_held, deleted_outside)
STREAMED: tuple[Outcome, ...] = (
    declared,
    refused,
    unreachable,
    fleet,
    others,
    secret_replaced,
    violated,
)


def neutral(printed: str, folder: Path, server: RecordingServer) -> str:
    """The recording without what differs from one to the next, or from machine to machine."""
    text = "\n".join(_neutral_parts(printed))
    ids = list(dict.fromkeys(re.findall(r"AKIA[A-Z2-7]{16}", text)))
    for number, access_key_id in enumerate(ids, start=1):
        text = text.replace(access_key_id, f"AKIAEXAMPLE{number:09d}")
    text = text.replace(str(folder), "/stack").replace(str(folder.parent), "")
    text = text.replace(server.url, "http://127.0.0.1:5000")
    text = re.sub(rf"\b({'|'.join(USERS)})-\d+\b", r"\1", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "2026-11-25T09:30:00Z", text)
    text = re.sub(r"\b\d{4}-\d\d-\d\d\b(?!T)", _as_of_then, text)
    text = re.sub(r"\b(\d+|a|an) (second|moment|minute)s? ago", "a minute ago", text)
    text = re.sub(
        rf"(?!{UNKNOWN})[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}", "4bab3003-request", text
    )
    return re.sub(r'("duration": )\d+', r"\g<1>1000000000", text) + "\n"


def _as_of_then(found: re.Match[str]) -> str:
    """A date as far from the day of all recordings as it is from today."""
    away = date.fromisoformat(found[0]) - datetime.now(timezone.utc).date()
    return str(date(2026, 11, 25) + away)


def _neutral_parts(printed: str) -> Iterator[str]:
    """The one document, or a line for each event that is no debugging."""
    try:
        yield json.dumps(without_places(json.loads(printed)), indent=1)
    except ValueError:
        for event in map(json.loads, printed.splitlines()):
            if event.get("diagnosticEvent", {}).get("severity") != "debug":
                yield json.dumps({**without_places(event), "timestamp": 1795598000})


def without_places(value: Any) -> Any:
    """Without the lines of source that the engine notes of each resource."""
    if isinstance(value, list):
        return [without_places(each) for each in value]
    if isinstance(value, dict):
        return {k: without_places(v) for k, v in value.items() if k not in PLACES}
    return value


def record(outcome: Outcome, *options: str, streaming: bool = False) -> str:
    with serving(moto_app()) as server, tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        project = Project.make(Path(folder) / "stack", engine_env(home, server.url))
        outcome(project, Outsider(server), server)
        if outcome is violated:
            options = (*options, "--policy-pack", str(pack(Path(folder) / "policy")))
        stream = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"} if streaming else {}
        printed = project.run("preview", "--json", *options, **stream).stdout
        return neutral(printed, project.folder, server)


def main() -> None:
    PREVIEWS.mkdir(exist_ok=True)
    named = sys.argv[1:]
    for outcome in OUTCOMES:
        if not named or outcome.__name__ in named:
            (PREVIEWS / f"{outcome.__name__}.json").write_text(record(outcome))
            if outcome in REFRESHED:
                path = PREVIEWS / f"{outcome.__name__}-refreshed.json"
                path.write_text(record(outcome, "--refresh"))
            if outcome in STREAMED:
                path = PREVIEWS / f"{outcome.__name__}.jsonl"
                path.write_text(record(outcome, streaming=True))
            sys.stdout.write(f"{outcome.__name__}\n")


if __name__ == "__main__":
    main()
