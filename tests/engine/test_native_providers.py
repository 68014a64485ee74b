"""Several providers of one run, and what each is configured with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Response

from engine.test_native import declared
from keyswitch.model.camel_case import renamed
from keyswitch.model.inputs import camel
from keyswitch.model.urn import NATIVE_KEY_TYPE
from support.engine import Project, engine_env
from support.http import Call, RecordingServer, aws_error
from support.moto_iam import Outsider
from support.native_project import NativeProject, needs_host

pytestmark = [
    pytest.mark.real_engine,
    needs_host,
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


def in_two_providers(native: NativeProject, **keys: dict[str, Any]) -> None:
    """Declares each key through an explicit provider of its own."""
    resources = {f"own-{name}": {"type": "pulumi:providers:keyswitch"} for name in keys}
    for name, inputs in keys.items():
        resources[name] = {
            "type": NATIVE_KEY_TYPE,
            "properties": renamed(inputs, camel),
            "options": {"provider": f"${{own-{name}}}"},
        }
    program = f"{native.SETTINGS}resources: {json.dumps(resources)}\n"
    (native.folder / "Pulumi.yaml").write_text(program)


@pytest.mark.nightly
def test_explicit_providers_of_one_run_keep_a_users_last_key_together(
    native: NativeProject, outsider: Outsider, iam: RecordingServer
) -> None:
    user = outsider.new_user()
    both = {
        name: {
            "access_key_id": outsider.new_key(user),
            "user_name": user,
            "status": "Inactive",
            "safeguards": {"keep_one_active": True},
        }
        for name in ("one", "other")
    }
    in_two_providers(native, **both)

    assert native.preview(code=1).text.count("error: Preview failed: KS605") <= 1
    assert "KS605" in native.preview(code=1).text
    up = native.up(code=1)

    assert "KS605" in up.text
    assert [status for _, status in iam.writes] == ["Inactive"]


@pytest.mark.nightly
def test_a_key_in_two_explicit_providers_is_refused_and_one_that_moves_between_them_stays(
    native: NativeProject, outsider: Outsider, iam: RecordingServer
) -> None:
    key = declared(outsider, on_destroy="deactivate")
    in_two_providers(native, one=key)
    native.up()
    in_two_providers(native, one=key, other=key)
    assert f"KS110 declaring access key {key['access_key_id']}" in native.preview(code=1).text

    in_two_providers(native, other=key)
    native.up()

    assert iam.writes == []
    native.preview("--expect-no-changes")


BOTH = f"""
import json, pathlib
import keyswitch, pulumi

for name, inputs in json.loads(pathlib.Path("keys.json").read_text()).items():
    dynamic = keyswitch.AccessKeyStatus(name, **inputs)
    native = {{
        "accessKeyId": inputs["access_key_id"],
        "userName": inputs["user_name"],
        "status": inputs["status"],
    }}
    after = pulumi.ResourceOptions(depends_on=[dynamic])
    pulumi.CustomResource("{NATIVE_KEY_TYPE}", f"native-{{name}}", native, after)
"""


@pytest.mark.nightly
def test_a_key_in_both_providers_of_one_program_is_refused(
    tmp_path: Path, home: Path, iam: RecordingServer, outsider: Outsider
) -> None:
    project = Project.make(tmp_path / "both", engine_env(home, iam.url), BOTH)
    settings = (project.folder / "Pulumi.yaml").read_text()
    (project.folder / "Pulumi.yaml").write_text(f"{settings}{NativeProject.PLUGINS}")
    key = declared(outsider)
    project.declare(bob=key)

    for run in (project.preview(code=1), project.up(code=1)):
        assert f"KS110 declaring access key {key['access_key_id']}" in run.text
        assert "bob and native-bob" in run.text
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
