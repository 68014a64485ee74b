"""The SDKs of each language: they compile strictly, and a preview names every refused key in each of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from support.engine import Project, engine_env
from support.http import RecordingServer
from support.languages import EXAMPLES, PYTHON_SDK, copy_of, env_of, skip_without
from support.moto_iam import Outsider
from support.native_project import NativeProject

pytestmark = [pytest.mark.real_engine, pytest.mark.nightly, pytest.mark.plain_python]

LOOPING = ("typescript", "go", "python")
GO_SDK = "keyswitch.invalid/sdk/go/..."
OF_PULUMIS_GENERATOR = ("--disable-error-code=return-value", "--disable-error-code=var-annotated")
"""What mypy holds against each package that it makes."""


def forty_keys_of_which_five_are_refused(outsider: Outsider) -> dict[str, dict[str, Any]]:
    """By id; the register's program keeps one key of each user Active, and five are a user's only one."""
    keys = {}
    for number in range(40):
        user = outsider.new_user()
        status = "Inactive" if number % 8 == 3 else "Active"
        keys[outsider.new_key(user)] = {"userName": user, "status": status}
    return keys


@pytest.mark.parametrize("language", LOOPING)
def test_a_preview_names_every_refused_key_in_each_language(
    language: str, tmp_path: Path, home: Path, iam: RecordingServer, outsider: Outsider
) -> None:
    skip_without(language)
    keys = forty_keys_of_which_five_are_refused(outsider)
    folder = copy_of(EXAMPLES / "register" / language, tmp_path)
    YAML().dump({"config": {"keyswitch:keys": keys}}, folder / "Pulumi.dev.yaml")
    env = {**engine_env(home, iam.url), **env_of(language)}
    project = Project(folder, {**env, "PULUMI_BACKEND_URL": f"file://{folder}"}, stack="dev")
    project.expect(0, "stack", "init", "dev")

    assert_all_are_refused(project, keys, iam)


def test_a_preview_names_every_refused_key_in_yaml(
    tmp_path: Path, home: Path, iam: RecordingServer, outsider: Outsider
) -> None:
    skip_without("yaml")
    keys = forty_keys_of_which_five_are_refused(outsider)
    project = NativeProject.make_native(tmp_path / "project", engine_env(home, iam.url))
    safe = {"safeguards": {"keep_one_active": True}}
    project.declare(
        **{
            key: {
                "access_key_id": key,
                "user_name": one["userName"],
                "status": one["status"],
                **safe,
            }
            for key, one in keys.items()
        }
    )

    assert_all_are_refused(project, keys, iam)


def assert_all_are_refused(
    project: Project, keys: dict[str, dict[str, Any]], iam: RecordingServer
) -> None:
    refused = sorted(key for key, one in keys.items() if one["status"] == "Inactive")

    preview = project.preview(code=1)

    assert len(refused) == 5
    assert f"KS115 5 of 40 declared keys are refused: {', '.join(refused)}." in preview.text
    for key in refused:
        assert f"KS605 deactivating access key {key} " in preview.text
    assert iam.writes == []


def test_programs_in_typescript_compile_strictly(tmp_path: Path) -> None:
    skip_without("typescript")
    for example in EXAMPLES.glob("*/typescript"):
        folder = copy_of(example, tmp_path / example.parent.name)
        compiled("node_modules/.bin/tsc", "--noEmit", "--project", ".", folder=folder)


def test_the_sdk_and_the_programs_in_go_are_vetted() -> None:
    skip_without("go")
    for example in EXAMPLES.glob("*/go"):
        compiled("go", "vet", "-mod=readonly", ".", folder=example)
    compiled("go", "vet", "-mod=readonly", GO_SDK, folder=EXAMPLES / "one-key" / "go")


def test_the_sdk_and_the_programs_in_python_have_types(tmp_path: Path) -> None:
    skip_without("python")
    mypy = (sys.executable, "-m", "mypy", "--config-file=", f"--cache-dir={tmp_path}")
    compiled(*mypy, *OF_PULUMIS_GENERATOR, "--package=pulumi_keyswitch", folder=PYTHON_SDK)
    for example in EXAMPLES.glob("*/python"):
        compiled(*mypy, "--strict", "--follow-imports=silent", "__main__.py", folder=example)


def compiled(*command: str, folder: Path) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(PYTHON_SDK)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
