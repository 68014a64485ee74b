"""The roles of a pipeline, shown on a server that evaluates their documents: what each may do, and who may assume it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from contract.test_permissions import OF_PAGE, PAGE, UNUSED, Runs, refused
from keyswitch.messages.format import KeyswitchError
from keyswitch.reconcile.diff import Action
from support.engine import ROOT
from support.http import serving
from support.moto_iam import ACCOUNT as OF_MOTO
from support.moto_iam import moto_app
from support.roles import EXAMPLE, PURPOSES, Declared, deployed
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
EVERYTHING = {"Organization": "true", "StateBucket": "acme-state", "Users": "machines/*"}
WRITES: dict[str, dict[str, str]] = {
    "create_access_key": {},
    "delete_access_key": {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"},
    "put_user_policy": {"PolicyName": "any", "PolicyDocument": "{}"},
    "tag_user": {},
    "delete_user": {},
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


@cache
def _deployed(given: tuple[tuple[str, str], ...]) -> str:
    with serving(moto_app()) as server:
        roles = deployed(server.url, EXAMPLE / "roles.yaml", **dict(given))
    bag = {purpose: [each.name, each.trust, each.policies] for purpose, each in roles.items()}
    return json.dumps(bag).replace(OF_MOTO, ACCOUNT)


def roles_of(**given: str) -> dict[str, Declared]:
    """The roles as CloudFormation creates them, in the server's account."""
    asked = {"CreateOidcProvider": "false", **given}
    bag = json.loads(_deployed(tuple(sorted(asked.items()))))
    return {purpose: Declared(*each) for purpose, each in bag.items()}


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


def is_accepted(iam: Versity, role: str, subject: str, audience: str, issuer: str = ISSUER) -> bool:
    sts = boto3.client(
        "sts",
        endpoint_url=iam.url,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )
    claims = {"iss": f"https://{issuer}", "aud": audience, "sub": subject}
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


class AsRole(Runs):
    """What a role of the pipeline can do about a key of a user below a path."""

    def __init__(self, iam: Versity, purpose: str, path: str = "/machines/") -> None:
        role = roles_of(Repository="acme/keys", **EVERYTHING)[purpose]
        super().__init__(iam, role.permissions)
        self.user_name = iam.new_user(path)
        self.key = iam.new_key(self.user_name)


def test_with_the_role_for_previews_a_preview_sees_everything_and_nothing_can_be_changed(
    iam: Versity,
) -> None:
    runs = AsRole(iam, "preview")

    plan = runs.preview(runs.declared(UNUSED))

    assert plan.decision.action is Action.SWITCH
    assert plan.refusal() is None
    assert "could not" not in " ".join(plan.warnings())
    with pytest.raises(KeyswitchError) as raised:
        runs.up(runs.declared(UNUSED))
    assert refused(raised.value, "iam:UpdateAccessKey", runs)
    assert iam.status(runs.key) == "Active"


def test_with_the_role_for_updates_a_key_is_changed(iam: Versity) -> None:
    runs = AsRole(iam, "apply")

    assert runs.preview(runs.declared(UNUSED, named=False)).refusal() is None
    runs.up(runs.declared(UNUSED, named=False))

    assert iam.status(runs.key) == "Inactive"


@pytest.mark.parametrize("path", ["/", "/people/", "/machines2/"])
@pytest.mark.parametrize("purpose", ["preview", "apply"])
def test_users_elsewhere_than_the_roles_are_for_are_neither_seen_nor_changed(
    iam: Versity, purpose: str, path: str
) -> None:
    runs = AsRole(iam, purpose, path)

    with pytest.raises(KeyswitchError) as raised:
        runs.preview(runs.declared())
    assert refused(raised.value, "iam:ListAccessKeys", runs)
    with pytest.raises(ClientError, match="AccessDenied"):
        signing(runs).update_access_key(
            UserName=runs.user_name, AccessKeyId=runs.key, Status="Inactive"
        )
    assert iam.status(runs.key) == "Active"


@pytest.mark.parametrize("path", ["/", "/people/"])
def test_the_role_for_audits_sees_every_user_and_changes_nothing(iam: Versity, path: str) -> None:
    runs = AsRole(iam, "audit", path)
    client = iam.client(runs.signer)

    assert runs.user_name in [user.name for user in client.users()]
    assert [key.access_key_id for key in client.list_access_keys(runs.user_name)] == [runs.key]
    assert runs.preview(runs.declared(UNUSED)).refusal() is None
    assert signing(runs).list_user_tags(UserName=runs.user_name)["Tags"] == []
    with pytest.raises(KeyswitchError) as raised:
        runs.up(runs.declared())
    assert refused(raised.value, "iam:UpdateAccessKey", runs)
    assert iam.status(runs.key) == "Active"


@pytest.mark.parametrize("purpose", PURPOSES)
def test_no_role_may_create_or_delete_a_key_or_change_a_user(iam: Versity, purpose: str) -> None:
    runs = AsRole(iam, purpose)
    client = signing(runs)

    for operation, more in WRITES.items():
        given: dict[str, Any] = {"UserName": runs.user_name, **more}
        if operation == "tag_user":
            given["Tags"] = [{"Key": "a", "Value": "b"}]
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(client, operation)(**given)


def signing(runs: Runs) -> Any:
    return boto3.client(
        "iam",
        endpoint_url=runs.iam.url,
        region_name="us-east-1",
        aws_access_key_id=runs.signer,
        aws_secret_access_key=runs.iam.secrets[runs.signer],
    )


def actions(document: dict[str, Any]) -> dict[str, str]:
    """The resource of each action that a document allows."""
    found = {}
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow"
        listed = statement["Action"]
        for action in [listed] if isinstance(listed, str) else listed:
            found[action] = statement["Resource"]
    return found


def test_the_roles_have_the_permissions_that_the_pages_name_and_no_others() -> None:
    preview, up = (
        actions(json.loads(text.replace("123456789012", ACCOUNT))) for _, text in OF_PAGE
    )
    roles = roles_of(Repository="acme/keys", Organization="true")
    page = (ROOT / "docs/how-to/organization.md").read_text()
    page = page.replace("keyswitch-audit", roles["audit"].name)
    caller, member = (
        actions(json.loads(text)) for text in re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    )
    users = f"arn:aws:iam::{ACCOUNT}:user/*"
    more = {"iam:ListAttachedUserPolicies": users}

    assert actions(roles["preview"].policies["keys"]) == {**preview, **more}
    assert actions(roles["apply"].policies["keys"]) == {**up, **more}
    audit = dict.fromkeys(("iam:ListUserTags", "cloudtrail:LookupEvents"), "*")
    assert actions(roles["audit"].policies["keys"]) == {**member, **audit}
    assert all(f"`{action}`" in PAGE for action in {**more, **audit})
    of_others = {each: roles["audit"].policies[each] for each in ("organization", "members")}
    assert {k: v for each in of_others.values() for k, v in actions(each).items()} == caller
