"""What only the native provider has: programs in YAML, imports, migration, and the command over its states."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from werkzeug.wrappers import Response

from engine.test_public import STATE_0_1_0
from keyswitch import __version__, cli
from keyswitch.model.urn import NATIVE_KEY_TYPE
from support.engine import ROOT, TYPE, Project, engine_env
from support.http import Call, RecordingServer, aws_error
from support.moto_iam import Outsider
from support.native_project import HOST, NativeProject

pytestmark = [
    pytest.mark.real_engine,
    pytest.mark.skipif(
        shutil.which(HOST) is None, reason=f"no {HOST} on PATH; make test-native brings one"
    ),
]

ARCHIVES = sorted((ROOT / "build" / "plugin").glob("*.tar.gz"))


@pytest.fixture
def native(tmp_path: Path, home: Path, iam: RecordingServer) -> NativeProject:
    return NativeProject.make_native(tmp_path / "native", engine_env(home, iam.url))


def digest(preview: str) -> str:
    done = CliRunner().invoke(cli.main, ["digest", "-", "--format", "text"], input=preview)
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def declared(outsider: Outsider, **more: Any) -> dict[str, Any]:
    user = outsider.new_user()
    return {
        "access_key_id": outsider.new_key(user),
        "user_name": user,
        "status": "Active",
        **more,
    }


@pytest.mark.nightly
def test_a_preview_shows_drift_in_the_diff_and_the_digest_says_the_same(
    native: NativeProject, outsider: Outsider, iam: RecordingServer
) -> None:
    key = declared(outsider, status="Inactive")
    native.declare(bob=key)
    assert "1 key to deactivate" in digest(native.preview("--json").stdout)
    native.up()
    outsider.switch(key["user_name"], key["access_key_id"], "Active")

    preview = native.preview("--diff")

    assert '~ status: "Active" => "Inactive"' in preview.words
    assert "1 key drifted, to be corrected" in digest(native.preview("--json").stdout)
    native.up()
    assert iam.writes == [(key["access_key_id"], "Inactive")] * 2


@pytest.mark.nightly
def test_the_digest_names_each_refusal_with_its_code(
    native: NativeProject, outsider: Outsider
) -> None:
    safe = {"unused_for": "7d"}
    used = declared(outsider, status="Inactive", safeguards=safe)
    native.declare(bob=used, wrong=declared(outsider, status="off"))

    said = digest(native.preview("--json", code=1).stdout)

    assert "KS602" in said or "KS608" in said, said
    assert "KS103" in said


@pytest.mark.nightly
@pytest.mark.parametrize(("parallel", "named"), [("16", 3), ("1", 1)])
def test_a_preview_names_every_refused_key_unless_it_asks_about_one_after_the_other(
    native: NativeProject, outsider: Outsider, iam: RecordingServer, parallel: str, named: int
) -> None:
    wrong = {f"wrong-{number}": declared(outsider, status="off") for number in range(3)}
    native.declare(**wrong, bob=declared(outsider, status="Inactive"))

    preview = native.preview("--parallel", parallel, code=1)

    assert preview.text.count("error: KS103 ") >= named
    assert f"KS115 {named} of" in preview.text
    assert iam.writes == []


@pytest.mark.nightly
def test_an_import_declares_the_key_as_it_is(native: NativeProject, outsider: Outsider) -> None:
    key = declared(outsider)
    native.up()

    imported = native.expect(
        0,
        "import",
        "keyswitch:index:AccessKeyStatus",
        "bob",
        key["access_key_id"],
        "--yes",
        "--skip-preview",
        "--protect=false",
    )

    assert f"access_key_id: {key['access_key_id']}" in imported.words.replace(
        "accessKeyId", "access_key_id"
    )
    native.declare(bob={"access_key_id": key["access_key_id"], "status": "Active"})
    native.preview("--expect-no-changes")


def forms(outsider: Outsider) -> dict[str, dict[str, Any]]:
    """The inputs of a key, a fleet and a rotation, each of which changes a key when it is first declared."""
    key, in_fleet = declared(outsider, status="Inactive"), declared(outsider, status="Inactive")
    rotating, replaced = declared(outsider), declared(outsider)
    both = outsider.new_key(rotating["user_name"])
    assert replaced["user_name"] != rotating["user_name"]
    return {
        "key": {**key, "on_destroy": "restore", "reason": "OPS-1"},
        "fleet": {
            "keys": {
                in_fleet.pop("access_key_id"): {**in_fleet, "on_destroy": "restore"},
                replaced.pop("access_key_id"): replaced,
            },
            "max_changes": 5,
        },
        "rotation": {
            "user_name": rotating["user_name"],
            "previous": rotating["access_key_id"],
            "current": both,
            "overlap": "7d",
        },
    }


@pytest.mark.parametrize(
    "form", ["key", *(pytest.param(f, marks=pytest.mark.nightly) for f in ("fleet", "rotation"))]
)
def test_a_stack_moves_between_the_providers_with_one_update_and_no_change_of_a_key(
    tmp_path: Path, home: Path, iam: RecordingServer, outsider: Outsider, form: str
) -> None:
    folder, env = tmp_path / "moved", engine_env(home, iam.url)
    inputs = forms(outsider)[form]
    dynamic = Project.make(folder, env)
    dynamic.declare(bob=inputs)
    dynamic.up()
    before = recorded(dynamic)
    iam.reset()
    native = NativeProject(folder, dynamic.env)

    for project, other in ((native, TYPE), (dynamic, NATIVE_KEY_TYPE)):
        (folder / "Pulumi.yaml").write_text(project.SETTINGS)
        project.declare(bob=inputs)
        preview = project.preview()
        assert "to update" in preview.text
        assert not {"to create", "to delete", "to replace"} & set(preview.text.split("\n"))
        assert "+ " not in preview.text.split("Resources:")[1]
        project.up()
        project.preview("--expect-no-changes")
        assert recorded(project) == before
        types = {each["type"] for each in json.loads(project.exported())["deployment"]["resources"]}
        assert other not in types

    assert iam.writes == []
    dynamic.destroy()
    restored = {"key": 1, "fleet": 1, "rotation": 0}[form]
    assert [status for _, status in iam.writes] == ["Active"] * restored


WRITTEN_SINCE = {"status_since": "changed_at", "pending": ""}
"""Outputs that the dynamic provider wrote next, and what they are the same as in state-0.1.0.json."""


@pytest.mark.nightly
@pytest.mark.parametrize("written_since", [{}, WRITTEN_SINCE], ids=["0.1.0", "before overrides"])
def test_every_state_that_the_dynamic_provider_ever_wrote_moves_without_a_change_of_a_key(
    tmp_path: Path,
    home: Path,
    iam: RecordingServer,
    outsider: Outsider,
    written_since: dict[str, str],
) -> None:
    bob = outsider.new_user()
    key = outsider.new_key(bob, "Inactive")
    state = json.loads(
        STATE_0_1_0.read_text().replace("AKIAOLDSTATE00000000", key).replace("old-bob", bob)
    )
    for resource in state["deployment"]["resources"]:
        if resource["type"] == TYPE:
            outputs = resource["outputs"]
            outputs |= {name: outputs.get(same, "") for name, same in written_since.items()}
    native = NativeProject.make_native(tmp_path / "native", engine_env(home, iam.url))
    (native.folder / "old.json").write_text(json.dumps(state))
    native.expect(0, "stack", "import", "--file", str(native.folder / "old.json"))
    inputs = {"access_key_id": key, "user_name": bob, "status": "Inactive"}
    native.declare(old={**inputs, "on_destroy": "restore"})
    iam.reset()

    assert "1 to update" in native.preview().text
    native.up()
    native.preview("--expect-no-changes")
    assert iam.writes == []
    native.destroy()
    assert iam.writes == [(key, "Active")]


@pytest.mark.nightly
def test_the_tokens_and_the_names_in_the_state_are_these(
    native: NativeProject, outsider: Outsider
) -> None:
    inputs = forms(outsider)
    native.declare(**inputs)
    native.up()

    found = json.loads(native.exported())["deployment"]["resources"]
    names = {each["urn"].rpartition("::")[2]: each for each in found}

    of_key = {"accessKeyId", "userName", "status", "onDestroy", "reason"}
    computed = (
        "desiredStatus accountId createDate changedAt adoptedStatus statusSince deactivatedBy"
    )
    assert names["key"]["type"] == "keyswitch:index:AccessKeyStatus"
    assert set(names["key"]["inputs"]) == of_key
    assert set(names["key"]["outputs"]) == {*of_key, *computed.split(), "pending"}
    of_fleet = {"keys", "maxChanges"}
    assert names["fleet"]["type"] == "keyswitch:index:AccessKeyFleet"
    assert set(names["fleet"]["inputs"]) == of_fleet
    of_records = {"statuses", "records", "pending", "accountId"}
    assert set(names["fleet"]["outputs"]) == {*of_fleet, *of_records}
    assert names["rotation"]["type"] == "keyswitch:index:AccessKeyRotation"
    assert set(names["rotation"]["outputs"]) == {"stage", "current", "previous"}
    assert {"rotation-current", "rotation-previous"} < set(names)


def recorded(project: Project) -> list[dict[str, Any]]:
    """What is recorded of each key and fleet, whoever wrote it."""
    kept = [each.get("outputs") for each in project.state()["deployment"]["resources"]]
    return [
        {
            name: value
            for name, value in outputs.items()
            if not name.startswith("__") and name not in ("stage", "user_name_resolved")
        }
        for outputs in kept
        if outputs and ("access_key_id" in outputs or "keys" in outputs)
    ]


@pytest.mark.nightly
def test_an_explicit_provider_has_settings_of_its_own(
    native: NativeProject, outsider: Outsider, iam: RecordingServer
) -> None:
    key = declared(outsider, status="Inactive")
    for account, code in (("123456789012", 0), ("999999999999", 1)):
        resources = {
            "own": {
                "type": "pulumi:providers:keyswitch",
                "properties": {"allowedAccountIds": [account]},
            },
            "bob": {
                "type": NATIVE_KEY_TYPE,
                "properties": {
                    "accessKeyId": key["access_key_id"],
                    "userName": key["user_name"],
                    "status": "Inactive",
                },
                "options": {"provider": "${own}"},
            },
        }
        program = f"{native.SETTINGS}resources: {json.dumps(resources)}\n"
        (native.folder / "Pulumi.yaml").write_text(program)
        preview = native.preview(code=code)
        assert ("999999999999" in preview.text) == bool(code), preview.text
    assert iam.writes == []


@pytest.mark.nightly
def test_other_credentials_in_the_config_take_effect_although_the_refresh_before_uses_the_old_ones(
    native: NativeProject, outsider: Outsider, iam: RecordingServer
) -> None:
    key = declared(outsider)
    del native.env["AWS_ACCESS_KEY_ID"], native.env["AWS_SECRET_ACCESS_KEY"]

    def sign_with(access_key_id: str) -> None:
        values = {"accessKey": access_key_id, "secretKey": "made-up"}
        for name, value in values.items():
            native.expect(0, "config", "set", f"keyswitch:{name}", value, "--secret")

    def refuse_the_first(call: Call) -> Response | None:
        is_first = call.signer == "AKIAFIRSTSIGNER00000"
        return aws_error(403, "InvalidClientTokenId", "not valid") if is_first else None

    sign_with("AKIAFIRSTSIGNER00000")
    native.declare(bob=key)
    native.up()
    iam.rules.append(refuse_the_first)
    assert "KS3" in native.preview(code=1).text

    sign_with("AKIAOTHERSIGNER00000")
    native.declare(bob={**key, "status": "Inactive"})
    preview = native.preview()
    assert "will be deactivated, as declared" in preview.text
    native.up()
    assert iam.writes == [(key["access_key_id"], "Inactive")]
    native.preview("--expect-no-changes")


@pytest.mark.nightly
def test_functions_answer_in_a_program(native: NativeProject, outsider: Outsider) -> None:
    key = declared(outsider)
    arguments = {"accessKeyId": key["access_key_id"]}
    asked = {"fn::invoke": {"function": "keyswitch:getAccessKeyOwner", "arguments": arguments}}
    program = {"variables": {"owner": asked}, "outputs": {"user": "${owner.userName}"}}
    parts = (f"{name}: {json.dumps(part)}\n" for name, part in program.items())
    (native.folder / "Pulumi.yaml").write_text(f"{native.SETTINGS}{''.join(parts)}")

    native.up()

    assert native.stack_output("user") == key["user_name"]


@pytest.mark.nightly
def test_an_audit_compares_with_a_native_state(
    native: NativeProject, outsider: Outsider, tmp_path: Path, iam: RecordingServer
) -> None:
    native.declare(bob=declared(outsider))
    native.up()
    from keyswitch.report.stack_state import read_export

    found = read_export(native.exported(), "123456789012")

    assert [each.status for each in found.values()] == ["Active"]


@pytest.mark.nightly
@pytest.mark.skipif(
    not ARCHIVES, reason="no archive in build/plugin; make plugin and make test-native build it"
)
def test_an_installed_archive_needs_nothing_on_path_but_the_engine(
    tmp_path: Path, home: Path, iam: RecordingServer, outsider: Outsider
) -> None:
    (archive,) = ARCHIVES
    checksum, _, name = (archive.parent / "SHA256SUMS").read_text().strip().partition("  ")
    assert (checksum, name) == (hashlib.sha256(archive.read_bytes()).hexdigest(), archive.name)
    env = engine_env(home, iam.url) | {"PULUMI_HOME": str(tmp_path / "pulumi-home")}
    native = NativeProject.make_native(tmp_path / "installed", env)
    key = declared(outsider, status="Inactive")
    native.declare(bob=key)
    program = native.folder / "Pulumi.yaml"
    program.write_text(program.read_text().replace(native.PLUGINS, ""))
    folders = [str(Path(shutil.which(each) or "").parent) for each in ("pulumi", HOST)]
    native.env["PATH"] = os.pathsep.join([*folders, "/usr/bin", "/bin"])
    assert shutil.which("pulumi-resource-keyswitch", path=native.env["PATH"]) is None
    version = ("keyswitch", __version__, "--file", str(archive))
    native.expect(0, "plugin", "install", "resource", *version)

    native.up()

    assert iam.writes == [(key["access_key_id"], "Inactive")]


@pytest.mark.nightly
def test_the_engine_accepts_the_schema(native: NativeProject) -> None:
    plugin = Path(shutil.which("pulumi-resource-keyswitch") or "")

    schema = json.loads(native.expect(0, "package", "get-schema", str(plugin)).stdout)

    assert schema["name"] == "keyswitch"
