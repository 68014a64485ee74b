"""The manifests of the Kubernetes operator, each checked by what checks it in its own world."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from support.engine import ROOT

GITOPS = ROOT / "examples" / "gitops"
MANIFESTS = sorted((GITOPS / "kubernetes").glob("*.yaml"))
PER_ACCOUNT = ROOT / "examples" / "organization" / "kubernetes"
CRD = "KEYSWITCH_OPERATOR_CRD"
REF = {"type": "Secret or Literal", "secret": {"name": "", "key": ""}, "literal": {"value": ""}}
STACK_FIELDS = {
    "stack": "",
    "backend": "",
    "projectRepo": "",
    "branch": "",
    "fluxSource": {"sourceRef": {"apiVersion": "", "kind": "", "name": ""}, "dir": ""},
    "serviceAccountName": "",
    "envRefs": {
        "PULUMI_CONFIG_PASSPHRASE": REF,
        "PULUMI_SKIP_CHECKPOINTS": REF,
        "AWS_REGION": REF,
    },
    "continueResyncOnCommitMatch": True,
    "resyncFrequencySeconds": 0,
    "refresh": True,
    "destroyOnFinalize": True,
    "workspaceTemplate": {"spec": {"image": ""}},
}
"""Of the operator's reference, those that the manifests use, each with a value of its type."""


def strangers(spec: object, known: object, path: str = "spec") -> list[str]:
    """What of a spec is in no reference, or of another type."""
    if not isinstance(spec, dict) or not isinstance(known, dict):
        return [] if type(spec) is type(known) else [path]
    return [
        found
        for name, value in spec.items()
        for found in strangers(value, known.get(name), f"{path}.{name}")
    ]


def checked(*command: str, folder: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_a_stack_of_the_operator_has_only_fields_of_its_reference(path: Path) -> None:
    manifest = YAML(typ="safe").load(path)

    assert (manifest["apiVersion"], manifest["kind"]) == ("pulumi.com/v1", "Stack")
    assert strangers(manifest["spec"], STACK_FIELDS) == []
    assert manifest["spec"]["refresh"] is True
    assert manifest["spec"]["continueResyncOnCommitMatch"] is True


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_kubeconform_finds_a_stack_to_be_one_of_the_operators(
    path: Path, checker: Callable[[str], str], tmp_path: Path
) -> None:
    conforms(path, checker, tmp_path)


def conforms(path: Path, checker: Callable[[str], str], tmp_path: Path) -> None:
    definition = os.environ.get(CRD)
    if not definition:
        pytest.skip(
            f"{CRD} names no file of the operator's; the workflow fetches one and runs this"
        )
    for version in YAML(typ="safe").load(Path(definition))["spec"]["versions"]:
        schema = json.dumps(version["schema"]["openAPIV3Schema"])
        (tmp_path / f"stack_{version['name']}.json").write_text(schema)

    location = f"{tmp_path}/{{{{ .ResourceKind }}}}_{{{{ .ResourceAPIVersion }}}}.json"
    checked(checker("kubeconform"), "-strict", "-schema-location", location, str(path))


def generated(spec: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What the generator of the accounts makes, asked as kustomize asks it; ``spec`` takes the place of parts of its own."""
    config = YAML(typ="safe").load(PER_ACCOUNT / "accounts.yaml")
    config["spec"] |= spec or {}
    (name,) = YAML(typ="safe").load(PER_ACCOUNT / "kustomization.yaml")["generators"]
    assert name == "accounts.yaml"
    function = YAML(typ="safe").load(
        config["metadata"]["annotations"]["config.kubernetes.io/function"]
    )
    asked = {
        "apiVersion": "config.kubernetes.io/v1",
        "kind": "ResourceList",
        "functionConfig": config,
    }
    done = subprocess.run(
        [sys.executable, function["exec"]["path"]],
        cwd=PER_ACCOUNT,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["apiVersion"], said["kind"]) == ("config.kubernetes.io/v1", "ResourceList")
    items: list[dict[str, Any]] = said["items"]
    return items


def test_each_account_has_a_stack_of_its_own_with_only_fields_of_the_operators_reference() -> None:
    stacks = generated()

    assert [each["spec"]["stack"] for each in stacks] == ["222222222222", "333333333333"]
    assert [each["metadata"]["name"] for each in stacks] == [
        "keys-222222222222",
        "keys-333333333333",
    ]
    for each in stacks:
        assert (each["apiVersion"], each["kind"]) == ("pulumi.com/v1", "Stack")
        assert strangers(each["spec"], STACK_FIELDS) == []
        assert each["spec"]["refresh"] is True
        assert each["spec"]["continueResyncOnCommitMatch"] is True
        assert each["spec"]["destroyOnFinalize"] is False


def test_the_resyncs_of_many_accounts_are_spread_and_each_is_always_the_same() -> None:
    accounts = [f"{number * 7_919_313_371 % 10**12:012d}" for number in range(200)]

    seconds = [each["spec"]["resyncFrequencySeconds"] for each in generated({"accounts": accounts})]

    assert all(3600 <= each < 5400 for each in seconds)
    assert len(set(seconds)) > 150
    again = generated({"accounts": accounts[::-1]})
    assert [each["spec"]["resyncFrequencySeconds"] for each in again] == seconds[::-1]


def test_an_account_id_without_quotes_is_refused() -> None:
    with pytest.raises(AssertionError, match="Write account ids in quotes"):
        generated({"accounts": [22222222222]})


def test_kubeconform_finds_the_stack_of_an_account_to_be_one_of_the_operators(
    checker: Callable[[str], str], tmp_path: Path
) -> None:
    path = tmp_path / "generated.yaml"
    path.write_text(json.dumps(generated()[0]))

    conforms(path, checker, tmp_path)


def test_kustomize_itself_runs_the_generator() -> None:
    kustomize = shutil.which("kustomize")
    if kustomize is None:
        pytest.skip("no kustomize on PATH")
    build = [kustomize, "build", "--enable-alpha-plugins", "--enable-exec", str(PER_ACCOUNT)]

    built = subprocess.run(build, capture_output=True, text=True, check=True).stdout

    stacks = list(YAML(typ="safe").load_all(built))
    assert [each["metadata"]["namespace"] for each in stacks] == ["keys", "keys"]
    assert [each["spec"] for each in stacks] == [each["spec"] for each in generated()]
