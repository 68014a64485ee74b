"""The roles of a pipeline: the template and the program declare the same, and the page's commands create them."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint
import pytest
from moto.organizations.models import organizations_backends
from ruamel.yaml import YAML
from werkzeug.wrappers import Response

from support import aws_cli
from support.engine import ROOT
from support.environments import installed_once
from support.http import Call, RecordingServer, serving
from support.moto_iam import ACCOUNT, moto_app
from support.pages import Shell, shown
from support.roles import EXAMPLE, PURPOSES, Declared, client, created, deployed
from support.roles_program import ACCOUNT as OF_PROGRAM

TEMPLATES = (EXAMPLE / "roles.yaml", EXAMPLE / "member.yaml")
PROGRAM = EXAMPLE / "pulumi" / "__main__.py"
PAGE = ROOT / "docs/how-to/ci-oidc.md"
THIS = "tests/gitops/test_roles.py"
PIPELINE = "111111111111"
CONFIG_SET = ["pulumi", "config", "set"]
ALL = {"Organization": "true", "StateBucket": "acme-state", "Users": "machines/*"}
ALIKE = {
    "github": {"Repository": "acme/keys"},
    "github-all": {"Repository": "acme/keys", "Branch": "release/1.x", **ALL},
    "github-immutable": {"Repository": "acme@123456/keys@456789", "Environment": ""},
    "github-enterprise": {"Repository": "a/b", "Issuer": "github.acme.example/_services/token"},
    "gitlab": {"Repository": "acme/tools/keys", "Forge": "GitLab", "Issuer": "gitlab.com", **ALL},
    "member": {"PipelineAccountId": PIPELINE, "Users": "machines/*"},
}
"""Parameters of the templates; the program's config has the same names with a small first letter."""
REFUSED = {
    "Repository": ["", "keys", "acme/*", 'acme/keys","repo:evil/keys', "acme/keys:pull_request"],
    "Issuer": ["https://gitlab.com", "gitlab.com:8443", 'gitlab.com"'],
    "Branch": ["*", "main?", 'main", "repo:evil/keys:ref:refs/heads/main', "${Name}"],
    "Environment": ["*", 'x", "repo:evil/keys:environment:x'],
    "Users": ["", "/machines/*", "${aws:username}", 'x", "arn:aws:iam::123456789012:user/y'],
    "StateBucket": ["*", "a/b"],
    "Name": ["", "a/b", "*"],
    "Forge": ["Gitea"],
    "CreateOidcProvider": ["yes"],
    "Organization": ["yes"],
}
pytestmark = pytest.mark.filterwarnings(
    "ignore:Tried to parse AWS..CloudFormation..WaitConditionHandle"
)


def of_program(parameters: dict[str, str]) -> dict[str, str]:
    return {name[0].lower() + name[1:]: value for name, value in parameters.items()}


def of_readme() -> dict[str, str]:
    """What the commands of the README set."""
    (block,) = shown(EXAMPLE / "README.md", THIS)
    commands = [shlex.split(line) for line in block.text.splitlines()]
    assert [words[:2] for words in (commands[0], commands[-1])] == [
        ["pulumi", "stack"],
        ["pulumi", "up"],
    ]
    return {words[3]: words[4] for words in commands[1:-1] if words[:3] == CONFIG_SET}


RUNS: dict[str, tuple[dict[str, str], str]] = {
    **{case: (of_program({"Name": case, **each}), "aws") for case, each in ALIKE.items()},
    **{f"gov-{case}": (of_program(each), "aws-us-gov") for case, each in ALIKE.items()},
    **{
        f"{name}={value}": (of_program({"Repository": "acme/keys", name: value}), "aws")
        for name, values in REFUSED.items()
        for value in values
    },
    "existing": (of_program({**ALIKE["gitlab"], "CreateOidcProvider": "false"}), "aws"),
    "no-instance": ({"forge": "GitLab", "repository": "acme/keys"}, "aws"),
    "readme": (of_readme(), "aws"),
}
"""The configs that the program is run with, and the partition of the account."""


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the program declares in each of the runs, or the error that it ends with."""
    locked = ["--require-hashes", "-r", str(ROOT / "requirements-aws.lock")]
    python = installed_once(tmp_path_factory, "aws", locked, ROOT)
    done = subprocess.run(
        [str(python), "-m", "support.roles_program", str(PROGRAM)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        input=json.dumps(list(RUNS.values())),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(RUNS, json.loads(done.stdout), strict=True))


def roles_of(made: list[dict[str, Any]]) -> dict[str, Declared]:
    """The roles that a program declares, by their purpose."""
    roles = {}
    for role in (each for each in made if each["type"] == "Role"):
        policies = {
            each["name"]: json.loads(each["policy"])
            for each in made
            if each["type"] == "RolePolicy" and each["role"] == role["name"]
        }
        trust = json.loads(role["assumeRolePolicy"])
        roles[role["name"].rpartition("-")[2]] = Declared(role["name"], trust, policies)
    return roles


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with serving(moto_app()) as server:
        client("iam", server.url)
        yield server


@cache
def template(path: Path) -> Any:
    return cfnlint.decode.decode(str(path))[0]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_the_template_is_without_findings(path: Path) -> None:
    found = cfnlint.api.lint_file(path)

    assert [f"{each.linenumber}: {each.message}" for each in found] == []


@pytest.mark.parametrize("case", ALIKE)
def test_both_forms_declare_the_same_roles(
    server: RecordingServer, declared: dict[str, Any], case: str
) -> None:
    path = TEMPLATES["PipelineAccountId" in ALIKE[case]]
    provider = {"CreateOidcProvider": "false"} if path == TEMPLATES[0] else {}

    stack = deployed(server.url, path, Name=case, **ALIKE[case], **provider)

    assert set(stack) == set(PURPOSES)
    assert roles_of(declared[case]) == stack
    assert ACCOUNT == OF_PROGRAM


def is_provider(made: dict[str, Any]) -> bool:
    return bool(made["type"] == "OpenIdConnectProvider")


@pytest.mark.parametrize("case", ["github-enterprise", "gitlab"])
def test_both_forms_create_the_same_oidc_provider(
    server: RecordingServer, declared: dict[str, Any], case: str
) -> None:
    (provider,) = filter(is_provider, declared[case])

    roles = deployed(server.url, TEMPLATES[0], **ALIKE[case])

    (principal,) = (each["Principal"] for each in roles["apply"].trust["Statement"])
    made = client("iam", server.url).get_open_id_connect_provider(
        OpenIDConnectProviderArn=principal["Federated"]
    )
    assert provider["url"] == f"https://{made['Url']}" == f"https://{ALIKE[case]['Issuer']}"
    assert provider["clientIdLists"] == made["ClientIDList"]


def test_both_forms_leave_an_oidc_provider_that_exists(
    server: RecordingServer, declared: dict[str, Any]
) -> None:
    iam = client("iam", server.url)
    before = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]

    deployed(server.url, TEMPLATES[0], Repository="acme/keys", CreateOidcProvider="false")

    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == before
    assert not any(map(is_provider, declared["existing"]))
    assert set(roles_of(declared["existing"])) == set(PURPOSES)


def test_both_forms_keep_the_oidc_provider_of_the_account_when_they_are_deleted() -> None:
    provider = template(TEMPLATES[0])["Resources"]["OidcProvider"]

    assert provider["DeletionPolicy"] == "RetainExceptOnCreate"
    assert provider["UpdateReplacePolicy"] == "Retain"
    of_program = PROGRAM.read_text().partition("aws.iam.OpenIdConnectProvider(")[2]
    assert "retain_on_delete=True" in of_program.partition("\n    )\n")[0]


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values]
)
def test_both_forms_refuse_a_value_that_would_widen_a_document(
    declared: dict[str, Any], name: str, value: str
) -> None:
    parameter = template(TEMPLATES[0])["Parameters"][name]

    assert value not in parameter.get("AllowedValues", [])
    assert not re.fullmatch(parameter.get("AllowedPattern", "(?!)"), value)
    assert declared[f"{name}={value}"].startswith(
        f"{name[0].lower()}{name[1:]} is {value!r}, which does not match "
    )


def test_both_forms_have_the_same_patterns_and_defaults() -> None:
    source = PROGRAM.read_text()
    for path in TEMPLATES:
        for name, parameter in template(path)["Parameters"].items():
            pattern = parameter.get("AllowedPattern") or "|".join(parameter["AllowedValues"])
            own = name[0].lower() + name[1:]
            assert f'    "{own}": "{pattern}",\n' in source
            assert f'    "{own}": "{parameter.get("Default", "")}",\n' in source


def test_gitlab_without_the_address_of_its_instance_is_refused(declared: dict[str, Any]) -> None:
    assert declared["no-instance"] == (
        "For GitLab, set issuer to the address of the instance, such as gitlab.com"
    )
    (rule,) = template(TEMPLATES[0])["Rules"].values()
    (assertion,) = rule["Assertions"]
    assert assertion["AssertDescription"] == (
        "For GitLab, set Issuer to the address of the instance, such as gitlab.com"
    )


def test_every_arn_is_one_of_the_accounts_partition(declared: dict[str, Any]) -> None:
    for case in ALIKE:
        arns = re.findall(r"arn:([\w-]*):", json.dumps(declared[f"gov-{case}"]))
        assert set(arns) == {"aws-us-gov"}
    for path in TEMPLATES:
        text = path.read_text()
        assert text.count("arn:") == text.count("arn:${AWS::Partition}:") > 0


def test_in_the_account_of_the_pipeline_member_creates_no_role(server: RecordingServer) -> None:
    """A stack set of the whole organization reaches that account too, which has roles of these names."""
    cloudformation = client("cloudformation", server.url)
    made = cloudformation.create_stack(
        StackName="same",
        TemplateBody=TEMPLATES[1].read_text(),
        Parameters=[{"ParameterKey": "PipelineAccountId", "ParameterValue": ACCOUNT}],
    )

    (stack,) = cloudformation.describe_stacks(StackName=made["StackId"])["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack.get("Outputs", []) == []


def activation(call: Call) -> Response | None:
    """AWS's answer to the operation, which moto lacks."""
    name = "ActivateOrganizationsAccess"
    answer = f"<{name}Response><{name}Result/></{name}Response>"
    return Response(answer) if call.action == name else None


def test_the_pages_commands_create_the_roles_here_and_in_every_account(
    server: RecordingServer, tmp_path: Path
) -> None:
    organizations_backends.reset()
    organizations = client("organizations", server.url)
    organizations.create_organization(FeatureSet="ALL")
    (root,) = organizations.list_roots()["Roots"]
    made = organizations.create_account(AccountName="shop", Email="shop@acme.example")
    member = made["CreateAccountStatus"]["AccountId"]
    aws_cli.put_into(tmp_path)
    env = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "any",
    }
    shell = Shell(ROOT, env, {"r-ab12": root["Id"]})
    server.rules.append(activation)

    for step in shown(PAGE, THIS):
        shell.type(step)

    assert server.count("ActivateOrganizationsAccess") == 1
    iam = client("iam", server.url)
    for purpose in PURPOSES:
        arn = f"arn:aws:iam::{ACCOUNT}:role/keyswitch-{purpose}"
        assert {"keys", "state"} == set(created(iam, arn).policies)
    assumed = client("sts", server.url).assume_role(
        RoleArn=f"arn:aws:iam::{member}:role/any", RoleSessionName="test"
    )["Credentials"]
    in_member = client("iam", server.url, assumed)
    audit = created(in_member, f"arn:aws:iam::{member}:role/keyswitch-audit")
    (statement,) = audit.trust["Statement"]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def test_the_pages_step_for_github_writes_the_profile_that_the_page_shows(tmp_path: Path) -> None:
    page = PAGE.read_text()
    (profile,) = re.findall(
        r'```ini title="~/.aws/config"\n(\[profile shop\].*?)\n```', page, re.DOTALL
    )
    (block,) = re.findall(r'```yaml title="\.github/[^\n]*\n(.*?)```', page, re.DOTALL)
    (step,) = YAML(typ="safe").load(block)

    env = {**os.environ, "HOME": str(tmp_path), **dict.fromkeys(step["env"], profile)}
    subprocess.run(["bash", "-ec", step["run"]], env=env, check=True)

    assert (tmp_path / ".aws" / "config").read_text() == f"{profile}\n"


def test_the_readmes_config_is_one_that_the_program_takes(declared: dict[str, Any]) -> None:
    roles = roles_of(declared["readme"])

    assert set(roles) == set(PURPOSES)
    assert "user/machines/*" in str(roles["apply"].permissions)
