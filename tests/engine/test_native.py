"""What only the native provider has: programs in YAML, imports, functions, archives, and the command over its states."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner

from keyswitch import cli
from keyswitch.model.urn import NATIVE_KEY_TYPE
from keyswitch.plugin.native.plugin_version import PLUGIN_VERSION
from support.engine import ROOT, engine_env
from support.http import RecordingServer
from support.moto_iam import Outsider
from support.native_project import HOST, NativeProject, needs_host
from support.stack_exports import read_export

pytestmark = [
    pytest.mark.real_engine,
    needs_host,
]

ARCHIVES = sorted((ROOT / "build" / "plugin").glob("*.tar.gz"))


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


@pytest.mark.nightly
def test_a_program_reads_a_key_that_it_does_not_declare(
    native: NativeProject, outsider: Outsider, iam: RecordingServer
) -> None:
    key = declared(outsider, status="Inactive")
    found = {"type": NATIVE_KEY_TYPE, "get": {"id": key["access_key_id"]}}
    program = {"resources": {"bob": found}, "outputs": {"status": "${bob.status}"}}
    parts = (f"{name}: {json.dumps(part)}\n" for name, part in program.items())
    (native.folder / "Pulumi.yaml").write_text(f"{native.SETTINGS}{''.join(parts)}")

    native.up()

    assert native.stack_output("status") == "Active"
    outsider.switch(key["user_name"], key["access_key_id"], "Inactive")
    native.up()
    assert native.stack_output("status") == "Inactive"
    native.destroy()
    assert iam.writes == []


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

    found = read_export(native.exported(), "123456789012")

    assert [each.status for each in found.values()] == ["Active"]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server that has the files of a folder in one for each version."""

    class Handler(SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            return str(folder / path.removeprefix(f"/v{PLUGIN_VERSION}/"))

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.nightly
@pytest.mark.skipif(
    not ARCHIVES, reason="no archive in build/plugin; make plugin and make test-native build it"
)
@pytest.mark.parametrize("source", ["file", "server"])
def test_an_installed_archive_needs_nothing_on_path_but_the_engine(
    tmp_path: Path, home: Path, iam: RecordingServer, outsider: Outsider, source: str
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
    with served(archive.parent) as url:
        path = {"file": str(archive), "server": f"{url}/v${{VERSION}}"}[source]
        plugin = ("resource", "keyswitch", PLUGIN_VERSION)
        native.expect(0, "plugin", "install", *plugin, f"--{source}", path)

    native.up()

    assert iam.writes == [(key["access_key_id"], "Inactive")]


@pytest.mark.nightly
def test_the_engine_accepts_the_schema(native: NativeProject) -> None:
    plugin = Path(shutil.which("pulumi-resource-keyswitch") or "")

    schema = json.loads(native.expect(0, "package", "get-schema", str(plugin)).stdout)

    assert schema["name"] == "keyswitch"
