"""Who may assume the roles of a pipeline, shown on a server that evaluates their trust: by claims of a token."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from contract.test_roles import roles_of
from support.roles import PURPOSES
from support.versitygw import ACCOUNT, Versity, versity

ISSUER = "127.0.0.1"
"""Once the trust accepts a token, the server asks its issuer for the key of the signature, of loopback not even that."""
GITHUB, GITLAB = "github", "gitlab"
AUDIENCE = {GITHUB: "sts.amazonaws.com", GITLAB: f"https://{ISSUER}"}
ACCEPTED = "Couldn't retrieve verification key from your identity provider"
REFUSED = ("could not be validated", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
STATEMENTS = {
    GITHUB: {"Repository": "acme/keys"},
    GITLAB: {"Repository": "acme/keys", "Forge": "GitLab"},
    "branch-only": {"Repository": "acme/keys", "Environment": ""},
    "immutable": {"Repository": "acme@12/keys@34"},
}


@pytest.fixture(scope="module")
def iam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Versity]:
    with versity(tmp_path_factory.mktemp("versitygw")) as server:
        root = boto_root(server)
        root.create_open_id_connect_provider(
            Url=f"https://{ISSUER}",
            ClientIDList=[*AUDIENCE.values(), "another"],
            ThumbprintList=["0" * 40],
        )
        for forge, given in STATEMENTS.items():
            for purpose, role in roles_of(Issuer=ISSUER, **given).items():
                root.create_role(
                    RoleName=f"{forge}-{purpose}", AssumeRolePolicyDocument=json.dumps(role.trust)
                )
        yield server


def boto_root(server: Versity) -> Any:
    return boto3.client(
        "iam",
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id=(key := next(iter(server.secrets))),
        aws_secret_access_key=server.secrets[key],
    )


def token(claims: dict[str, Any]) -> str:
    """A token of the issuer, whose signature nobody looks at before the trust."""
    parts = ({"alg": "RS256", "typ": "JWT", "kid": "any"}, claims, "any")
    written = (base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in parts)
    return ".".join(each.rstrip("=") for each in written)


def is_accepted(
    iam: Versity, role: str, subject: str, audience: str, issuer: str = ISSUER, **more: str
) -> bool:
    sts = boto3.client(
        "sts",
        endpoint_url=iam.url,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )
    claims = {"iss": f"https://{issuer}", "aud": audience, "sub": subject, **more}
    with pytest.raises(ClientError) as raised:
        sts.assume_role_with_web_identity(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}",
            RoleSessionName="test",
            WebIdentityToken=token(claims),
        )
    answer = str(raised.value)
    assert (ACCEPTED in answer) != any(each in answer for each in REFUSED), answer
    return ACCEPTED in answer


NOBODY: set[str] = set()
MAIN = {"apply", "audit"}
TOKENS = [
    (GITHUB, "repo:acme/keys:pull_request", {"preview"}),
    (GITHUB, "repo:acme/keys:ref:refs/heads/main", MAIN),
    (GITHUB, "repo:acme/keys:environment:production", {"apply"}),
    (GITHUB, "repo:acme/keys:environment:Production", NOBODY),
    (GITHUB, "repo:acme/keys:environment:staging", NOBODY),
    (GITHUB, "repo:acme/keys:ref:refs/heads/feature", NOBODY),
    (GITHUB, "repo:acme/keys:ref:refs/heads/main2", NOBODY),
    (GITHUB, "repo:acme/keys:ref:refs/heads/x/main", NOBODY),
    (GITHUB, "repo:acme/keys:ref:refs/tags/main", NOBODY),
    (GITHUB, "repo:acme/keys:ref:refs/pull/1/merge", NOBODY),
    (GITHUB, "repo:mallory/keys:pull_request", NOBODY),
    (GITHUB, "repo:mallory/keys:ref:refs/heads/main", NOBODY),
    (GITHUB, "repo:acme/keys-2:pull_request", NOBODY),
    (GITHUB, "repo:acme/keys-2:ref:refs/heads/main", NOBODY),
    (GITHUB, "repo:acme-2/keys:ref:refs/heads/main", NOBODY),
    (GITHUB, "repo:Acme/keys:ref:refs/heads/main", NOBODY),
    (GITHUB, "repo:acme/Keys:pull_request", NOBODY),
    (GITHUB, "repo:acme/keys:pull_request:environment:production", NOBODY),
    (GITHUB, "repo:acme/keys:pull_request_target", NOBODY),
    (GITHUB, "repo:acme@12/keys@34:ref:refs/heads/main", NOBODY),
    (GITHUB, "", NOBODY),
    ("branch-only", "repo:acme/keys:ref:refs/heads/main", MAIN),
    ("branch-only", "repo:acme/keys:environment:production", NOBODY),
    ("branch-only", "repo:acme/keys:environment:", NOBODY),
    ("immutable", "repo:acme@12/keys@34:pull_request", {"preview"}),
    ("immutable", "repo:acme@12/keys@34:ref:refs/heads/main", MAIN),
    ("immutable", "repo:acme@12/keys@34:environment:production", {"apply"}),
    ("immutable", "repo:acme/keys:ref:refs/heads/main", NOBODY),
    ("immutable", "repo:acme@12/keys@35:ref:refs/heads/main", NOBODY),
    ("immutable", "repo:acme@13/keys@34:pull_request", NOBODY),
    (GITLAB, "project_path:acme/keys:ref_type:branch:ref:main", {"preview", *MAIN}),
    (GITLAB, "project_path:acme/keys:ref_type:branch:ref:feature", {"preview"}),
    (GITLAB, "project_path:acme/keys:ref_type:branch:ref:main2", {"preview"}),
    (GITLAB, "project_path:acme/keys:ref_type:branch:ref:Main", {"preview"}),
    (GITLAB, "project_path:acme/keys:ref_type:tag:ref:main", NOBODY),
    (GITLAB, "project_path:mallory/keys:ref_type:branch:ref:main", NOBODY),
    (GITLAB, "project_path:acme/keys-2:ref_type:branch:ref:main", NOBODY),
    (GITLAB, "project_path:acme/keys/sub:ref_type:branch:ref:main", NOBODY),
    (GITLAB, "project_path:Acme/keys:ref_type:branch:ref:main", NOBODY),
    (GITLAB, "repo:acme/keys:ref:refs/heads/main", NOBODY),
    (GITLAB, "", NOBODY),
]


@pytest.mark.parametrize(("roles", "subject", "expected"), TOKENS)
def test_a_token_is_accepted_by_the_roles_that_it_is_for_alone(
    iam: Versity, roles: str, subject: str, expected: set[str]
) -> None:
    audience = AUDIENCE[GITLAB if roles == GITLAB else GITHUB]

    accepted = {each for each in PURPOSES if is_accepted(iam, f"{roles}-{each}", subject, audience)}

    assert accepted == expected


@pytest.mark.parametrize(
    ("forge", "subject", "ref", "expected"),
    [
        (GITHUB, "repo:acme/keys:environment:production", "refs/heads/main", {"apply"}),
        (GITHUB, "repo:acme/keys:environment:production", "refs/heads/feature", NOBODY),
        (GITHUB, "repo:acme/keys:environment:production", "refs/pull/1/merge", NOBODY),
        (GITHUB, "repo:acme/keys:environment:production", "refs/tags/main", NOBODY),
        (GITHUB, "repo:acme/keys:ref:refs/heads/main", "refs/heads/main", MAIN),
        (GITHUB, "repo:acme/keys:pull_request", "refs/pull/1/merge", {"preview"}),
        (GITLAB, "project_path:acme/keys:ref_type:branch:ref:main", "main", {"preview", *MAIN}),
    ],
)
def test_where_aws_knows_the_branch_an_environment_of_another_branch_changes_no_key(
    iam: Versity, forge: str, subject: str, ref: str, expected: set[str]
) -> None:
    """A workflow of any branch can name the environment, and GitHub creates one that is not there."""
    asked = {each: (f"{forge}-{each}", subject, AUDIENCE[forge]) for each in PURPOSES}

    assert {each for each, of in asked.items() if is_accepted(iam, *of, ref=ref)} == expected


@pytest.mark.parametrize(
    ("audience", "issuer"),
    [("another", ISSUER), (AUDIENCE[GITLAB], ISSUER), (AUDIENCE[GITHUB], "127.0.0.2")],
)
def test_a_token_for_somebody_else_or_of_another_issuer_is_refused(
    iam: Versity, audience: str, issuer: str
) -> None:
    for purpose in PURPOSES:
        role = f"{GITHUB}-{purpose}"
        for subject in ("repo:acme/keys:pull_request", "repo:acme/keys:ref:refs/heads/main"):
            assert not is_accepted(iam, role, subject, audience, issuer)


@pytest.mark.parametrize(
    "given", [{}, {"Forge": "GitLab", "Issuer": "gitlab.com"}], ids=[GITHUB, GITLAB]
)
def test_iam_takes_the_trust_of_a_public_forge(iam: Versity, given: dict[str, str]) -> None:
    """Of these it demands that the trust names a subject."""
    root = boto_root(iam)
    for role in roles_of(Repository="acme/keys", **given).values():
        root.create_role(RoleName=role.name, AssumeRolePolicyDocument=json.dumps(role.trust))
        without = json.dumps(role.trust).replace(":sub", ":jti")
        with pytest.raises(ClientError, match="MalformedPolicyDocument"):
            root.create_role(RoleName="open", AssumeRolePolicyDocument=without)
