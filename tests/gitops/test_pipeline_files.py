"""The action, the component and the files that use them, each checked by what checks it in its own world."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gitops.test_files import GITOPS, checked
from pipelines import FILES, PAGE, with_address, with_tables
from support.engine import ROOT
from support.github_runner import ACTION, THIS
from support.gitlab_runner import as_yaml, included, spec
from support.pages import Shell, shown

WORKFLOWS_TO_COPY = [*(GITOPS / "github").glob("*.yml")]
WORKFLOWS = sorted([*WORKFLOWS_TO_COPY, *(ROOT / ".github/workflows").glob("*.yml")])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actionlint_finds_nothing_in_a_workflow(
    path: Path, checker: Callable[[str], str], tmp_path: Path
) -> None:
    """The action is linted as one of the same repository: then its inputs are checked too."""
    workflows = tmp_path / ".github/workflows"
    workflows.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    shutil.copy(ACTION, tmp_path)
    (workflows / path.name).write_text(path.read_text().replace(THIS, "./"))

    checked(checker("actionlint"), str(workflows / path.name), folder=tmp_path)


def test_actionlint_finds_nothing_in_the_steps_of_the_action(
    checker: Callable[[str], str], tmp_path: Path
) -> None:
    """A composite action is a job in another frame."""
    action = YAML(typ="safe").load(ACTION)
    inputs = {name: {"type": "string"} for name in action["inputs"]}
    workflow = {
        "on": {
            "workflow_call": {"inputs": inputs},
            "pull_request": {},
            "workflow_run": {"workflows": ["keys"]},
        },
        "jobs": {"job": {"runs-on": "ubuntu-latest", "steps": action["runs"]["steps"]}},
    }
    path = tmp_path / "action.yml"
    path.write_text(json.dumps(workflow))

    checked(checker("actionlint"), str(path))


def test_githubs_own_schema_allows_the_action() -> None:
    tool = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions"]

    checked(*tool, str(ACTION))


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.name)
def test_every_action_of_others_is_pinned_by_its_hash(path: Path) -> None:
    uses = [line.strip() for line in path.read_text().splitlines() if "uses:" in line]

    assert uses
    for line in uses:
        if line.endswith(THIS):
            continue
        version = line.partition("@")[2]
        assert len(version.partition(" # v")[0]) == 40, line
        assert " # v" in version, line


def test_gitlabs_own_schema_allows_the_component_and_the_pipeline_that_includes_it(
    tmp_path: Path,
) -> None:
    tool = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci"]
    pipeline = GITOPS / "gitlab/.gitlab-ci.yml"
    parts = {"spec": {"spec": {"inputs": spec()}}, "jobs": included(pipeline)}
    for name, part in parts.items():
        (tmp_path / f"{name}.yml").write_text(as_yaml(part))

    checked(
        *tool,
        "--data-transform",
        "gitlab-ci",
        str(pipeline),
        *(str(tmp_path / f"{name}.yml") for name in parts),
    )


def test_the_action_and_the_component_have_the_same_inputs_where_a_forge_lets_them() -> None:
    """A component has a job for each command, with a role of its own, and an image for what an action installs."""
    action = {*YAML(typ="safe").load(ACTION)["inputs"]}
    shared = {
        *("stack", "region", "comment", "fail-on", "issue", "work-dir", "requirements", "cloud-url")
    }

    assert action & {*spec()} == shared
    assert action - shared == {
        *("command", "role", "passphrase", "access-token", "token", "python-version"),
        "pulumi-version",
    }
    assert {*spec()} - shared == {
        *("preview-role", "apply-role", "audit-role", "correct", "audience", "image", "stage"),
        *("apply-stage", "job-prefix"),
    }


def test_the_page_says_what_each_input_and_output_is() -> None:
    page = PAGE.read_text()

    assert with_tables(page) == page, "run `make docs`"
    assert "the wheel" in with_tables(page, version="")
    assert "the wheel" not in with_tables(page, version="0.1.0")
    assert page.count("| `fail-on` |") == page.count("| `job-prefix` |") == 1


def test_one_command_names_the_mirror_in_each_workflow(tmp_path: Path) -> None:
    workflows = tmp_path / "a b" / ".github/workflows"
    shutil.copytree(GITOPS / "github", workflows)
    page = tmp_path / "page.md"
    page.write_text(with_tables(PAGE.read_text(), version=""))
    (command,) = shown(page, "tests/gitops/test_pipeline_files.py")

    Shell(tmp_path / "a b", {**os.environ}, {"COMMIT": "1" * 40}).type(command)

    texts = [path.read_text() for path in workflows.iterdir()]
    assert len(texts) == len(WORKFLOWS_TO_COPY)
    assert not any(THIS in text for text in texts)
    assert all(f"- uses: acme/keyswitch@{'1' * 40}\n" in text for text in texts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_example_uses_the_action_of_the_address_and_no_other(path: Path) -> None:
    text = path.read_text()
    assert with_address(text) == text, "run `make docs`"

    elsewhere = with_address(text, "github.com/acme/keys-as-code")

    uses = re.findall(r"\S+(?=@v0)", elsewhere)
    assert {each.removeprefix("$CI_SERVER_FQDN/") for each in uses} <= {
        "acme/keys-as-code",
        "acme/keys-as-code/keyswitch",
    }
    assert uses
    assert with_address(elsewhere) == text
    assert "OWNER/keyswitch" in with_address(text, "gitlab.com/acme/keys")


def test_the_action_and_the_component_run_the_same_pulumi() -> None:
    version = YAML(typ="safe").load(ACTION)["inputs"]["pulumi-version"]["default"]

    assert spec()["image"]["default"].endswith(f":{version}")


def test_what_the_action_installs_to_digest_and_comment_is_of_the_lock_and_suffices() -> None:
    locked = {
        block.split("\n    # via")[0].strip() for block in entries(ROOT / "requirements.lock")
    }
    own = {block.strip() for block in entries(ROOT / "tools/action/requirements.lock")}
    assert own
    assert own <= locked

    names = {block.split("==")[0] for block in own}
    code = (
        "import importlib.metadata as m, sys; sys.argv[1:] = ['comment', '--help']\n"
        "from keyswitch.cli import main\n"
        "import keyswitch.cli.forge_api, keyswitch.report.digest_formats, rich.table, rich.text\n"
        "found = m.packages_distributions()\n"
        "print({d for name in {*sys.modules} if '.' not in name for d in found.get(name, [])})\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    imported = {each.lower() for each in re.findall(r"'([\w.-]+)'", told)}
    assert {"click", "rich"} <= imported <= {*names, "keyswitch", "setuptools"}


def entries(path: Path) -> list[str]:
    return [
        block
        for block in re.split(r"\n(?=[a-z0-9])", path.read_text())
        if not block.startswith("#")
    ]
