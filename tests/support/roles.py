"""The roles of ``examples/roles``: as CloudFormation creates them in moto, and as the program declares them."""

from __future__ import annotations

import ast
import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import boto3
from moto.core.common_models import CloudFormationModel
from moto.iam.models import iam_backends

from support.engine import ROOT
from support.http import OUTSIDER

EXAMPLE = ROOT / "examples" / "roles"
PURPOSES = ("preview", "apply", "audit")
Document = dict[str, Any]
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Declared:
    """A role by its documents, whoever made it.

    :ivar policies: the role's own policies by their names.
    """

    name: str
    trust: Document
    policies: dict[str, Document]

    @property
    def permissions(self) -> Document:
        """What the role may do, as one document."""
        statements = [each for policy in self.policies.values() for each in policy["Statement"]]
        return {"Version": "2012-10-17", "Statement": statements}


class OidcProvider(CloudFormationModel):
    """What moto's CloudFormation lacks: it takes on every subclass that there is when it first looks."""

    def __init__(self, arn: str) -> None:
        self.physical_resource_id = arn

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::IAM::OIDCProvider"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        _name: str,
        cloudformation_json: Document,
        account_id: str,
        *_region: str,
        **_more: Any,
    ) -> Any:
        given = cloudformation_json["Properties"]
        backend = iam_backends[account_id]["aws"]
        made = backend.create_open_id_connect_provider(given["Url"], [], given["ClientIdList"], [])
        return cls(made.arn)


def client(service: str, url: str, session: dict[str, str] | None = None) -> Any:
    """The test's own calls, in the account of the session if there is one."""
    own = {"AccessKeyId": OUTSIDER, "SecretAccessKey": "any", "SessionToken": None}
    signer = session or own
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=signer["AccessKeyId"],
        aws_secret_access_key=signer["SecretAccessKey"],
        aws_session_token=signer["SessionToken"],
    )


def deployed(url: str, template: Path, **parameters: str) -> dict[str, Declared]:
    """The roles of a new stack by their purpose, with names of their own if ``Name`` is omitted."""
    given = {"Name": f"keys{next(_NUMBERS)}", **parameters}
    cloudformation = client("cloudformation", url)
    stack = cloudformation.create_stack(
        StackName=f"roles-{next(_NUMBERS)}",
        TemplateBody=template.read_text(),
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in given.items()
        ],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )["StackId"]
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]}
    return {
        purpose: created(client("iam", url), outputs[f"{purpose.title()}RoleArn"])
        for purpose in PURPOSES
    }


def created(iam: Any, arn: str) -> Declared:
    """A role as IAM shows it."""
    name = arn.rpartition("/")[2]
    policies = iam.list_role_policies(RoleName=name)["PolicyNames"]
    return Declared(
        name,
        _read(iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]),
        {
            each: _read(iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"])
            for each in policies
        },
    )


def _read(document: Document | str) -> Document:
    """moto keeps a policy that stands in a role's own resource as Python writes it."""
    if not isinstance(document, str):
        return document
    text = unquote(document)
    read: Document = ast.literal_eval(text) if text.startswith("{'") else json.loads(text)
    return read
