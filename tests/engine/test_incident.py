"""An incident, and what comes after it, in every form: nothing of it is undone, and nobody is locked out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Response

from keyswitch.model.status import ObservedStatus
from support.engine import NewProject, Project, engine_env
from support.http import Call, RecordingServer, Rule, aws_error
from support.strict_iam import StrictIam

INCIDENT = {"status": "Inactive", "override": "INC-1 leaked"}


@pytest.fixture
def project(
    tmp_path: Path, home: Path, strict_server: RecordingServer, new_project: NewProject
) -> Project:
    env = engine_env(home, strict_server.url)
    return new_project(tmp_path / "incident", env)


def inactive(iam: StrictIam) -> set[str]:
    keys = [key for keys in iam.users.values() for key in keys]
    return {key for key in keys if iam.status(key) is ObservedStatus.INACTIVE}


@pytest.mark.real_engine
def test_a_run_of_a_checkout_without_the_incident_does_not_undo_it(
    project: Project, strict_iam: StrictIam
) -> None:
    alone, one_of_fleet = strict_iam.add_key("bob"), strict_iam.add_key("eve")
    active = {"user_name": "bob", "status": "Active"}
    of_fleet = {"user_name": "eve", "status": "Active"}
    merged = {
        "alone": {"access_key_id": alone, **active},
        "fleet": {"keys": {one_of_fleet: of_fleet}},
    }
    project.declare(**merged)
    project.up()
    project.declare(
        alone={"access_key_id": alone, **active, **INCIDENT},
        fleet={"keys": {one_of_fleet: {**of_fleet, **INCIDENT}}},
    )
    project.up("--target", "**::alone", "--target", "**::fleet")
    assert inactive(strict_iam) == {alone, one_of_fleet}
    project.declare(**merged)

    preview = project.preview(code=1)
    up = project.up("--continue-on-error", code=1)
    refreshed = project.up("--refresh", code=1)

    for key in (alone, one_of_fleet):
        told = preview.diagnostics(f"error: KS625 activating access key {key}")
        assert len(told) == 1
        assert 'override="INC-1 leaked" deactivated this key' in told[0]
    for run in (up, refreshed):
        assert "KS625" in run.text
    assert inactive(strict_iam) == {alone, one_of_fleet}


def test_two_keys_of_a_user_whose_account_is_reached_two_ways_are_never_both_deactivated(
    project: Project, strict_iam: StrictIam
) -> None:
    keys = [strict_iam.add_key("bob"), strict_iam.add_key("bob")]
    declared = {
        "user_name": "bob",
        "status": "Inactive",
        "safeguards": {"keep_one_active": True},
    }
    other_way = {"name": "x", "region": "us-west-2"}
    project.declare(
        a={**declared, "access_key_id": keys[0]},
        b={**declared, "access_key_id": keys[1], "account": other_way},
    )

    preview = project.preview(code=1)
    up = project.up("--continue-on-error", code=1)

    assert len(preview.diagnostics("error: KS605")) == 1
    assert "KS605" in up.text
    assert len(inactive(strict_iam)) == 1


def as_a_fleet(keys: list[str], **inputs: Any) -> dict[str, Any]:
    return {"all": {"keys": dict.fromkeys(keys, inputs)}}


def as_resources(keys: list[str], **inputs: Any) -> dict[str, Any]:
    return {f"key-{number}": {"access_key_id": key, **inputs} for number, key in enumerate(keys)}


@pytest.mark.parametrize("declare", [as_a_fleet, as_resources])
def test_an_incident_in_which_the_signing_key_leaked_too_leaves_no_leaked_key_active(
    project: Project, strict_iam: StrictIam, declare: Callable[..., dict[str, Any]]
) -> None:
    keys = [strict_iam.add_key(f"user-{number}") for number in range(12)]
    signer = keys[5]
    project.env["AWS_ACCESS_KEY_ID"] = signer
    project.declare(**declare(keys, **INCIDENT))

    preview = project.preview()
    up = project.up()

    assert len(preview.diagnostics("warning: KS626 access key " + signer)) == 1
    assert inactive(strict_iam) == set(keys)
    assert f"KS627 access key {signer}" in up.text
    states = json.dumps(project.state())
    assert states.count('"deactivated_by": "override"') == len(keys)


def test_the_signing_key_waits_for_a_key_that_takes_long_to_be_looked_at(
    project: Project, strict_iam: StrictIam, strict_server: RecordingServer
) -> None:
    signer, slow, dependant = (strict_iam.add_key(user) for user in ("ci", "slow", "bob"))
    project.env["AWS_ACCESS_KEY_ID"] = signer

    def slowly(call: Call) -> Response | None:
        if call.parameters.get("UserName") == "slow":
            time.sleep(3)
        return None

    strict_server.rules.append(slowly)
    project.declare(
        signer={"access_key_id": signer, "user_name": "ci", **INCIDENT},
        slow={"access_key_id": slow, "user_name": "slow", **INCIDENT},
        fleet={"keys": {dependant: {"user_name": "bob", **INCIDENT}}},
    )

    project.up()

    assert inactive(strict_iam) == {signer, slow, dependant}
    assert strict_server.writes[-1] == (signer, "Inactive")


def test_a_key_that_another_account_of_the_program_signs_with_stays_on_in_either_form(
    project: Project, strict_iam: StrictIam
) -> None:
    leaked, of_fleet = strict_iam.add_key("deploy-x"), strict_iam.add_key("deploy-y")
    kept = strict_iam.add_key("bob")
    credentials = project.folder / "credentials"
    credentials.write_text(
        "".join(
            f"[{profile}]\naws_access_key_id = {key}\naws_secret_access_key = made-up\n"
            for profile, key in (("x", leaked), ("y", of_fleet))
        )
    )
    project.env["AWS_SHARED_CREDENTIALS_FILE"] = str(credentials)
    project.declare(
        leaked={"access_key_id": leaked, "user_name": "deploy-x", "status": "Inactive"},
        fleet={"keys": {of_fleet: {"user_name": "deploy-y", "status": "Inactive"}}},
        kept={
            "access_key_id": kept,
            "user_name": "bob",
            "status": "Active",
            "account": {"name": "x", "profile": "x"},
        },
        others={
            "keys": {kept.replace("AKIA", "AKIB"): {"user_name": "bob", "status": "Active"}},
            "account": {"name": "y", "profile": "y"},
        },
    )

    preview = project.preview(code=1)
    project.up("--continue-on-error", code=1)

    for key, account in ((leaked, "x"), (of_fleet, "y")):
        (told,) = preview.diagnostics(f"error: KS601 deactivating access key {key}")
        assert f"Pulumi is authenticating with this key in account {account};" in told
    assert inactive(strict_iam) == set()


@pytest.mark.parametrize("declare", [as_a_fleet, as_resources])
def test_a_race_that_leaves_no_active_key_fails_and_is_recorded(
    project: Project,
    strict_iam: StrictIam,
    strict_server: RecordingServer,
    declare: Callable[..., dict[str, Any]],
) -> None:
    key, other = strict_iam.add_key("bob"), strict_iam.add_key("bob")

    def meanwhile(call: Call) -> None:
        if call.action == "UpdateAccessKey":
            strict_iam.set_status(other, ObservedStatus.INACTIVE)

    strict_server.after.append(meanwhile)
    safeguards = {"keep_one_active": True}
    project.declare(**declare([key], user_name="bob", status="Inactive", safeguards=safeguards))

    up = project.up(code=1)

    assert f"KS628 access key {key} of user bob" in up.text
    assert '"deactivated_by": "program"' in json.dumps(project.state())
    strict_server.after.clear()
    project.up()
    assert strict_server.writes == [(key, "Inactive")]


@pytest.mark.parametrize("declare", [as_a_fleet, as_resources])
def test_a_sibling_in_a_status_that_nobody_knows_stops_only_itself(
    project: Project, strict_iam: StrictIam, declare: Callable[..., dict[str, Any]]
) -> None:
    leaked, locked = strict_iam.add_key("bob"), strict_iam.add_key("bob")
    strict_iam.set_status(locked, ObservedStatus("Locked"))
    project.declare(**declare([leaked], user_name="bob", **INCIDENT))
    project.up()
    assert inactive(strict_iam) == {leaked}
    project.declare(**declare([leaked, locked], user_name="bob", **INCIDENT))

    preview = project.preview(code=1)

    (told,) = preview.diagnostics("error: KS221")
    assert f"access key {locked}" in told
    assert "AWS reports the status Locked" in told


def test_every_key_that_is_refused_is_named_in_one_run_whatever_it_is_refused_for(
    project: Project, strict_iam: StrictIam, strict_server: RecordingServer
) -> None:
    users = [f"user-{number}" for number in range(5)]
    adopted = {user: strict_iam.add_key(user) for user in users}
    missing = [f"AKIAMISSING{number:09d}" for number in range(6)]
    keys = {
        user: {"access_key_id": key, "user_name": user, "status": "Active"}
        for user, key in adopted.items()
    }
    project.declare(**keys)
    project.up()
    keys["user-0"]["status"] = "inactive"
    strict_server.rules.append(_not_to_be_looked_at(users[1:4]))
    project.declare(
        **keys,
        **{
            key: {"access_key_id": key, "user_name": "user-4", "status": "Active"}
            for key in missing
        },
        typo={"access_key_id": "AKIATYPO000000000000", "status": "off"},
        fleet={
            "keys": {
                "AKIAFLEET00000000000": {"status": "Off"},
                "AKIAFLEET00000000001": {"status": "Active", "user_name": "user-4"},
            }
        },
    )

    preview = project.preview(code=1)

    assert len(preview.diagnostics("error: KS103")) == 3
    assert len(preview.diagnostics("error: KS202")) == 7
    assert len(preview.diagnostics("error: KS301")) == 3
    assert "KS115" in preview.text


def _not_to_be_looked_at(users: list[str]) -> Rule:
    def rule(call: Call) -> Response | None:
        if call.action == "ListAccessKeys" and call.parameters.get("UserName") in users:
            return aws_error(403, "AccessDenied", "User: ci is not authorized")
        return None

    return rule
