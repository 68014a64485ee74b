"""Keys minted by pulumi-aws, from day 0 to the deletion, by the example's own program and README.

With the real plugin where there is one, else with the stand-in for it (``support/aws_plugin``).
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from support.engine import ROOT, Project, engine_env
from support.environments import installed_once
from support.forking_python import ForkingPython
from support.http import RecordingServer
from support.moto_iam import Outsider
from support.pages import shown

pytestmark = [pytest.mark.real_engine, pytest.mark.plain_python, pytest.mark.nightly]

EXAMPLE = ROOT / "examples" / "rotation-with-pulumi-aws"
LOCK = ROOT / "requirements-aws.lock"
STAND_IN = ROOT / "tests" / "support" / "aws_plugin" / "pulumi-resource-aws"
PLUGIN = "pulumi-resource-aws"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkingPython]:
    """A virtual environment as ``pip install keyswitch[aws]`` makes it."""
    locked = ["--require-hashes", "-r", str(LOCK)]
    python_of_aws = installed_once(tmp_path_factory, "aws", locked, ROOT)
    (packages,) = python_of_aws.parents[1].glob("lib/python*/site-packages")
    (packages / "keyswitch.pth").write_text(f"{ROOT / 'provider'}\n")
    with ForkingPython(tmp_path_factory.mktemp("forking"), str(python_of_aws)) as python:
        yield python


def plugin_of(version: str) -> Path:
    """The real plugin where there is one."""
    home = Path(os.environ.get("PULUMI_HOME", "~/.pulumi")).expanduser()
    real = home / "plugins" / f"resource-aws-v{version}" / PLUGIN
    on_path = shutil.which(PLUGIN)
    return real if real.exists() else Path(on_path) if on_path else STAND_IN


@pytest.fixture
def example(environment: ForkingPython, tmp_path: Path, iam: RecordingServer) -> Project:
    """The example, unchanged, in a folder of its own."""
    folder = tmp_path / "example"
    shutil.copytree(EXAMPLE, folder)
    (version,) = re.findall(r"(?m)^pulumi-aws==([\d.]+)", LOCK.read_text())
    env = engine_env(tmp_path, iam.url)
    settings = f"config: {{rotation-with-pulumi-aws:secretName: {tmp_path.name}}}\n"
    (folder / "Pulumi.dev.yaml").write_text(settings)
    plugins = Path(env["PULUMI_HOME"]) / "plugins" / f"resource-aws-v{version}"
    plugins.mkdir(parents=True)
    (plugins / PLUGIN).symlink_to(plugin_of(version))
    env["PATH"] = f"{environment.bin}:{env['PATH']}"
    env |= {"PULUMI_BACKEND_URL": f"file://{folder}", "AWS_REGION": "us-east-1"}
    return Project(folder, env, stack="dev")


class Readme:
    """The example's README, one block of commands after the other."""

    def __init__(self, project: Project, user_name: str) -> None:
        self._project = project
        self._user_name = user_name
        self._blocks = iter(shown(project.folder / "README.md", "tests/engine/test_minted.py"))

    def follow_next(self) -> list[str]:
        """Runs the next block, and answers the standard output of each command."""
        outputs = []
        for line in next(self._blocks).text.splitlines():
            words = shlex.split(line)[1:]
            words = [self._user_name if word == "ci" else word for word in words]
            confirmed = ["--yes"] if words == ["up"] else []
            outputs.append(self._project.expect(0, *words, *confirmed).stdout)
        return outputs


def stored_key(example: Project, iam: RecordingServer) -> str:
    name = example.expect(0, "config", "get", "secretName").stdout.strip()
    manager = boto3.client(
        "secretsmanager",
        endpoint_url=iam.url,
        region_name="us-east-1",
        aws_access_key_id="OUTSIDER",
        aws_secret_access_key="any",
    )
    stored = json.loads(manager.get_secret_value(SecretId=name)["SecretString"])
    assert len(stored["AWS_SECRET_ACCESS_KEY"]) == 40
    return str(stored["AWS_ACCESS_KEY_ID"])


def stage(project: Project) -> str:
    return project.stack_output("stage")


def test_from_the_first_key_to_the_deletion_of_the_old_one(
    example: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    ci = f"ci-{outsider.new_user('day').rpartition('-')[2]}"
    readme = Readme(example, ci)

    readme.follow_next()
    old = stored_key(example, iam)
    assert stage(example) == "settled: there is no previous key"
    example.preview("--expect-no-changes")
    outsider.let_pass(ci, days=365)
    outsider.use(old)

    overlap = readme.follow_next()[-1]
    new = stored_key(example, iam)
    assert new != old
    assert overlap.startswith("overlap until 20")
    assert outsider.status(ci, old) == outsider.status(ci, new) == "Active"

    outsider.let_pass(ci, days=5)
    outsider.use(old)
    example.up()
    assert stage(example).startswith("overlap until 20")

    outsider.let_pass(ci, days=3)
    example.up("--refresh")
    assert stage(example) == "waiting for first use of the current key"
    assert iam.writes == []

    outsider.use(old)
    outsider.let_pass(ci, minutes=1)
    outsider.use(new)
    example.up()
    assert stage(example) == "waiting until the previous key is unused"
    outsider.let_pass(ci, days=2)
    outsider.use(new)
    example.up()
    assert iam.writes == [(old, "Inactive")]
    assert stage(example).startswith("soaking since 20")
    example.up("--refresh")
    assert iam.writes == [(old, "Inactive")]

    example.expect(0, "config", "set", "--path", "generations[2]", "gen-2027")
    third = example.preview(code=1)
    example.expect(0, "config", "rm", "--path", "generations[2]")
    assert (
        f"user {ci} already has two keys ({old} Inactive, {new} Active), which is AWS's limit"
        in " ".join(third.text.split())
    )

    example.let_pass(days=15)
    example.up()
    assert stage(example) == "done: the previous key may be deleted"
    assert outsider.status(ci, old) == "Inactive"

    readme.follow_next()
    assert outsider.status(ci, old) is None
    assert outsider.status(ci, new) == "Active"
    assert stage(example) == "settled: there is no previous key"
    example.preview("--expect-no-changes")


def test_the_secret_is_nowhere_in_plain_text_and_nowhere_in_what_keyswitch_records(
    example: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    ci = f"ci-{outsider.new_user('secret').rpartition('-')[2]}"
    Readme(example, ci).follow_next()
    shown = example.expect(0, "stack", "export", "--show-secrets").stdout
    (secret,) = set(re.findall(r'"secret": (?:\{[^}]*"plaintext": )?"\\?"?([\w/+]{40})', shown))

    assert secret not in example.expect(0, "stack", "export").stdout
    for resource in json.loads(shown)["deployment"]["resources"]:
        if "keyswitch" in resource["type"]:
            assert secret not in json.dumps(resource)
    for run in example.runs:
        assert run.command.endswith("--show-secrets") or secret not in run.text
