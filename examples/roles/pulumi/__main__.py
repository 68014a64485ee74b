"""The roles of roles.yaml, or with ``pipelineAccountId`` those of member.yaml, from the same documents."""

import json
import re
from pathlib import Path

import pulumi
import pulumi_aws as aws

DOCUMENTS = Path(__file__).parents[1]
PURPOSES = ("preview", "apply", "audit")
DEFAULTS = {
    "forge": "GitHub",
    "issuer": "token.actions.githubusercontent.com",
    "createOidcProvider": "true",
    "repository": "",
    "branch": "main",
    "environment": "production",
    "users": "*",
    "stateBucket": "",
    "organization": "false",
    "name": "keyswitch",
    "pipelineAccountId": "",
}
PATTERNS = {
    "forge": "GitHub|GitLab",
    "issuer": "[a-z0-9.-]+(/[A-Za-z0-9._/-]+)?",
    "createOidcProvider": "true|false",
    "repository": "[A-Za-z0-9_.-]+(@[0-9]+)?(/[A-Za-z0-9_.-]+(@[0-9]+)?)+",
    "branch": "[A-Za-z0-9_./-]+",
    "environment": "[A-Za-z0-9_./-]*",
    "users": "[A-Za-z0-9_+=,.@*?-][A-Za-z0-9_+=,.@/*?-]*",
    "stateBucket": "([a-z0-9][a-z0-9.-]+)?",
    "organization": "true|false",
    "name": "[A-Za-z0-9_+=,.@-]{1,50}",
    "pipelineAccountId": "[0-9]{12}",
}
ONLY_OF_MEMBERS = {"pipelineAccountId"}
OF_MEMBERS = {"users", "name", "pipelineAccountId"}

config = pulumi.Config()
given = {name: config.get(name) for name in DEFAULTS}
inputs = {n: default if given[n] is None else given[n] for n, default in DEFAULTS.items()}
is_member = bool(inputs["pipelineAccountId"])
for name in OF_MEMBERS if is_member else DEFAULTS.keys() - ONLY_OF_MEMBERS:
    if not re.fullmatch(PATTERNS[name], inputs[name]):
        raise ValueError(f"{name} is {inputs[name]!r}, which does not match {PATTERNS[name]}")
on_github = inputs["forge"] == "GitHub"
if not (is_member or on_github) and inputs["issuer"] == DEFAULTS["issuer"]:
    raise ValueError("For GitLab, set issuer to the address of the instance, such as gitlab.com")

audience = "sts.amazonaws.com" if on_github else f"https://{inputs['issuer']}"
account_id = aws.get_caller_identity().account_id
fixed = {
    **{name[0].upper() + name[1:]: value for name, value in inputs.items()},
    "AWS::Partition": aws.get_partition().partition,
    "AWS::AccountId": account_id,
    "Audience": audience,
    "Ref": f"refs/heads/{inputs['branch']}" if on_github else inputs["branch"],
}


def subjects(purpose: str) -> list[str]:
    """The ``sub`` of each token that may assume the role."""
    if on_github:
        repository = f"repo:{inputs['repository']}"
        if purpose == "preview":
            return [f"{repository}:pull_request"]
        main = f"{repository}:ref:refs/heads/{inputs['branch']}"
        if purpose == "apply" and inputs["environment"]:
            return [main, f"{repository}:environment:{inputs['environment']}"]
        return [main]
    branch = "*" if purpose == "preview" else inputs["branch"]
    return [f"project_path:{inputs['repository']}:ref_type:branch:ref:{branch}"]


def document(path: str, purpose: str) -> str:
    """A file of ``policies`` or ``trust`` with the values for its placeholders."""
    values = {**fixed, "Purpose": purpose, "Subjects": '", "'.join(subjects(purpose))}
    text = (DOCUMENTS / path).read_text()
    return json.dumps(json.loads(re.sub(r"\$\{([\w:]+)\}", lambda found: values[found[1]], text)))


def trust(purpose: str) -> str:
    """The file that says who may assume the role."""
    if is_member:
        return "trust/member.json"
    return "trust/preview.json" if purpose == "preview" else "trust/main.json"


def policies(purpose: str) -> dict[str, str]:
    """The file of each policy of the role, by the policy's name."""
    found = {"keys": f"policies/{purpose}.json"}
    if is_member:
        return found
    if inputs["stateBucket"]:
        found["state"] = f"policies/{'write' if purpose == 'apply' else 'read'}-state.json"
    if inputs["organization"] == "true":
        found["members"] = "policies/members.json"
        if purpose == "audit":
            found["organization"] = "policies/organization.json"
    return found


if not is_member and inputs["createOidcProvider"] == "true":
    aws.iam.OpenIdConnectProvider(
        "forge",
        url=f"https://{inputs['issuer']}",
        client_id_lists=[audience],
        opts=pulumi.ResourceOptions(retain_on_delete=True),
    )
for purpose in PURPOSES:
    role = aws.iam.Role(
        purpose,
        name=f"{inputs['name']}-{purpose}",
        assume_role_policy=document(trust(purpose), purpose),
    )
    for name, path in policies(purpose).items():
        aws.iam.RolePolicy(
            f"{purpose}-{name}", name=name, role=role.name, policy=document(path, purpose)
        )
    pulumi.export(f"{purpose}RoleArn", role.arn)
