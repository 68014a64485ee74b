"""The roles of a pipeline, shown on a server that evaluates their documents: what each may do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
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
    assert client.user(runs.user_name).path == path
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


def test_the_role_for_audits_may_ask_iam_whatever_a_command_asks() -> None:
    source = "".join(
        each.read_text() for each in (ROOT / "provider/keyswitch/iam").glob("boto*.py")
    )
    asked = set(re.findall(r'"(iam:\w+)"', source)) - {"iam:UpdateAccessKey"}
    audit = actions(roles_of(Repository="acme/keys")["audit"].permissions)

    assert asked == {action for action in audit if action.startswith("iam:")}
