"""The sample policy pack: its rules, and the pack itself in Pulumi's own policy host."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from ruamel.yaml import YAML

from keyswitch.model.durations import iso
from support.engine import ROOT, TYPE
from support.environments import installed_once

PACK = ROOT / "examples" / "gitops" / "policy"
NOW = datetime.now(timezone.utc)
KEY = "AKIAIOSFODNN7EXAMPLE"


@pytest.fixture(scope="module")
def analyzer(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """The pack, installed as its requirements say and started as the engine starts one."""
    folder = tmp_path_factory.mktemp("pack") / "policy"
    shutil.copytree(PACK, folder)
    python = installed_once(tmp_path_factory, "policy", ["-r", "requirements.txt"], folder)
    with subprocess.Popen(
        [str(python), "-u", "-m", "pulumi.policy", "127.0.0.1:1", "."],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    ) as host:
        assert host.stdout is not None
        port = int(host.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
        host.terminate()


def properties(**values: Any) -> Struct:
    found = Struct()
    found.update({"access_key_id": KEY, "user_name": "bob", **values})
    return found


def violations(analyzer: Any, kind: str = TYPE, **values: Any) -> list[str]:
    request = analyzer_pb2.AnalyzeRequest(
        type=kind, name="bob", urn=f"urn:pulumi:s::p::{kind}::bob", properties=properties(**values)
    )
    return [each.policyName for each in analyzer.Analyze(request).diagnostics]


def violations_of_stack(analyzer: Any, kind: str = TYPE, **values: Any) -> list[str]:
    resource = analyzer_pb2.AnalyzerResource(
        type=kind, name="bob", urn=f"urn:pulumi:s::p::{kind}::bob", properties=properties(**values)
    )
    request = analyzer_pb2.AnalyzeStackRequest(resources=[resource])
    return [each.message for each in analyzer.AnalyzeStack(request).diagnostics]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"status": "Active"}, ["active-needs-a-reason"]),
        ({"status": "Active", "reason": ""}, ["active-needs-a-reason"]),
        ({"status": "Active", "reason": "deploys the shop"}, []),
        ({"status": "Inactive"}, []),
    ],
)
def test_an_active_key_needs_a_reason(
    analyzer: Any, values: dict[str, str], found: list[str]
) -> None:
    assert violations(analyzer, **values) == found


FLEET = "pulumi-python:dynamic/keyswitch:AccessKeyFleet"
OTHER = "AKIAI44QH8DHBEXAMPLE"


def test_each_active_key_of_a_fleet_needs_a_reason_too(analyzer: Any) -> None:
    statuses = {KEY: "Active", OTHER: "Active"}

    def found(*with_reason: str) -> list[str]:
        keys = {key: {"reason": "deploys"} if key in with_reason else {} for key in statuses}
        return violations(analyzer, kind=FLEET, keys=keys, statuses=statuses)

    assert found() == ["active-needs-a-reason"] * 2
    assert found(KEY) == ["active-needs-a-reason"]
    assert found(KEY, OTHER) == []
    off = dict.fromkeys(statuses, "Inactive")
    assert violations(analyzer, kind=FLEET, keys={}, statuses=off) == []


def test_an_old_key_of_a_fleet_is_named_unless_its_switch_off_is_held(analyzer: Any) -> None:
    records = {key: {"create_date": iso(NOW - timedelta(days=91))} for key in (KEY, OTHER)}
    held = "Inactive, held since 2026-01-01T09:00:00Z, waits for unused_for"

    (found,) = violations_of_stack(
        analyzer,
        FLEET,
        keys={KEY: {}, OTHER: {}},
        statuses={KEY: "Active", OTHER: "Active"},
        pending={OTHER: held},
        records=records,
    )

    assert f"access key {KEY} is 91 days old" in found


def test_keys_of_the_native_provider_are_judged_by_the_same_rules(analyzer: Any) -> None:
    key, fleet = (f"keyswitch:index:{each}" for each in ("AccessKeyStatus", "AccessKeyFleet"))
    old = iso(NOW - timedelta(days=91))
    assert violations(analyzer, key, status="Active") == ["active-needs-a-reason"]
    assert violations(analyzer, key, status="Active", reason="deploys") == []
    assert violations_of_stack(analyzer, key, status="Active", createDate=old) != []
    assert violations_of_stack(analyzer, key, status="Inactive", createDate=old) == []

    keys = {KEY: {"status": "Active"}, OTHER: {"status": "Inactive"}}
    assert violations(analyzer, fleet, keys=keys) == ["active-needs-a-reason"]
    records = {each: {"createDate": old} for each in keys}
    (found,) = violations_of_stack(analyzer, fleet, keys=keys, records=records)
    assert f"access key {KEY} is 91 days old" in found


def test_other_resources_are_not_its_business(analyzer: Any) -> None:
    assert violations(analyzer, kind="acme:index:Thing", status="Active") == []


@pytest.mark.parametrize(
    ("days", "status", "is_violation"),
    [(89, "Active", False), (91, "Active", True), (91, "Inactive", False), (None, "Active", False)],
)
def test_no_key_older_than_90_days_stays_active(
    analyzer: Any,
    days: int | None,
    status: str,
    is_violation: bool,  # noqa: FBT001 - a row of the table
) -> None:
    made = "" if days is None else iso(NOW - timedelta(days=days))

    found = violations_of_stack(analyzer, status=status, create_date=made)

    assert bool(found) is is_violation
    if is_violation:
        assert "is 91 days old and Active; rotate it, then declare it Inactive" in found[0]


def test_an_old_key_whose_switch_off_is_held_is_no_violation_and_one_held_on_is(
    analyzer: Any,
) -> None:
    made = iso(NOW - timedelta(days=91))

    def found(target: str) -> list[str]:
        return violations_of_stack(
            analyzer,
            status="Active",
            desired_status="Active",
            create_date=made,
            pending=f"{target}, held since 2026-01-01T09:00:00Z, waits for unused_for",
        )

    assert found("Inactive") == []
    assert len(found("Active")) == 1


def test_the_pack_is_mandatory_and_its_policies_are_described(analyzer: Any) -> None:
    from google.protobuf.empty_pb2 import Empty

    info = analyzer.GetAnalyzerInfo(Empty())

    assert info.name == "access-keys"
    assert [(p.name, p.enforcementLevel) for p in info.policies] == [
        ("active-needs-a-reason", analyzer_pb2.MANDATORY),
        ("no-old-key-is-active", analyzer_pb2.MANDATORY),
    ]
    assert all(policy.description.endswith(".") for policy in info.policies)


def test_the_packs_folder_is_whole() -> None:
    assert {path.name for path in PACK.iterdir() if path.is_file()} == {
        "PulumiPolicy.yaml",
        "__main__.py",
        "requirements.txt",
        "rules.py",
    }
    manifest = YAML(typ="safe").load(PACK / "PulumiPolicy.yaml")
    assert manifest["runtime"] == {"name": "python", "options": {"virtualenv": "venv"}}
