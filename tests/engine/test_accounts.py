"""Several accounts in one program, and never the wrong one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.engine import ROOT, MakeProject, Project
from support.http import RecordingServer
from support.moto_iam import SHOP, Elsewhere, Outsider, role_in
from support.pages import shown

THIS = "tests/engine/test_accounts.py"
ACCOUNTS = {"shop": SHOP, "data": "333333333333"}


def role(name: str) -> str:
    return role_in(ACCOUNTS[name])


@pytest.fixture
def three(make_project: MakeProject, iam: RecordingServer, outsider: Outsider) -> Project:
    """A program with a user of the same name in three accounts, each with a key."""
    project: Project = make_project()
    bob = outsider.new_user("everywhere")
    keys = {"own": outsider.new_key(bob)}
    for name, account in ACCOUNTS.items():
        keys[name] = Elsewhere(iam, account).new_key(bob)
    iam.reset()
    project.env |= {"USER_NAME": bob, "KEYS": json.dumps(keys)}
    return project


def declare(project: Project, status: str, **fields: dict[str, Any]) -> dict[str, str]:
    keys: dict[str, str] = json.loads(project.env["KEYS"])
    said = {
        name: {"name": name, "role_arn": role(name), **fields.get(name, {})} for name in ACCOUNTS
    }
    accounts = {
        name: {field: value for field, value in account.items() if value is not None}
        for name, account in said.items()
    }
    declared = {
        name: {
            "access_key_id": key,
            "user_name": project.env["USER_NAME"],
            "status": status,
            "on_destroy": "restore",
            **({"account": accounts[name]} if name in ACCOUNTS else {}),
        }
        for name, key in keys.items()
    }
    project.declare(**declared)
    return keys


def test_keys_in_three_accounts_are_adopted_refreshed_and_let_go_each_in_its_own(
    three: Project, iam: RecordingServer, outsider: Outsider
) -> None:
    keys = declare(three, "Inactive")

    three.preview()
    three.up()
    assert sorted(iam.writes) == sorted((key, "Inactive") for key in keys.values())
    for name, account in ACCOUNTS.items():
        assert three.outputs(name)["account_id"] == account
        assert Elsewhere(iam, account).status(three.env["USER_NAME"], keys[name]) == "Inactive"
    three.preview("--expect-no-changes")
    three.preview("--expect-no-changes", "--refresh")

    iam.reset()
    three.refresh()
    assumed = [call.parameters["RoleArn"] for call in iam.calls if call.action == "AssumeRole"]
    assert sorted(assumed) == sorted(role(account) for account in ACCOUNTS)

    iam.reset()
    three.destroy()
    assert sorted(iam.writes) == sorted((key, "Active") for key in keys.values())


def test_the_role_session_and_the_user_agent_lead_back_to_the_stack(
    three: Project, iam: RecordingServer
) -> None:
    declare(three, "Inactive")
    three.env["GITHUB_SHA"] = "3f786850e387550fdab836ed7e6dc881de23001b"

    three.up()

    sessions = {c.parameters["RoleSessionName"] for c in iam.calls if c.action == "AssumeRole"}
    assert sessions == {"keyswitch-project-test"}
    for call in iam.calls:
        assert " project/project stack/test commit/3f786850e387" in call.user_agent


def test_another_way_into_the_same_account_is_an_update_and_no_replacement(
    three: Project, iam: RecordingServer
) -> None:
    declare(three, "Inactive")
    three.up()
    iam.reset()

    declare(three, "Inactive", shop={"session_name": "by-another-name"})
    preview = three.preview()
    assert "1 to update" in preview.text
    three.up()

    assert iam.writes == []
    three.preview("--expect-no-changes")


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_a_profile_lets_the_preview_enter_an_account_by_a_role_that_only_reads(
    three: Project, iam: RecordingServer, forge: str
) -> None:
    """As the page has it: the program and the state name the profile, and each pipeline says its role."""
    on_github, on_gitlab = (
        each for each in shown(ROOT / "docs/how-to/ci-oidc.md", THIS) if each.file
    )
    lines = on_github if forge == "github" else on_gitlab
    config, token = three.folder / "aws-config", three.folder / "token"
    token.write_text("a-web-identity-token")
    three.env["AWS_CONFIG_FILE"] = str(config)
    if forge == "gitlab":
        del three.env["AWS_ACCESS_KEY_ID"], three.env["AWS_SECRET_ACCESS_KEY"]
        three.env["AWS_WEB_IDENTITY_TOKEN_FILE"] = str(token)
    (shop, data) = ({"profile": name, "role_arn": None} for name in ACCOUNTS)

    def as_role(purpose: str) -> None:
        text = lines.text.replace("-preview", f"-{purpose}")
        text = text.replace("/builds/acme/keys.tmp/aws-token", str(token))
        own, _, profile = text.rpartition("[profile shop]")
        profiles = (
            f"[profile {name}]{profile}\n".replace("222222222222", ACCOUNTS[name])
            for name in ACCOUNTS
        )
        config.write_text(own + "".join(profiles))
        if forge == "gitlab":
            three.env["AWS_ROLE_ARN"] = f"arn:aws:iam::123456789012:role/keyswitch-{purpose}"
        iam.reset()

    as_role("apply")
    declare(three, "Inactive", shop=shop, data=data)
    three.up()
    assert roles_entered(iam) == {
        f"arn:aws:iam::{a}:role/keyswitch-apply" for a in ACCOUNTS.values()
    }

    as_role("preview")
    three.preview("--expect-no-changes", "--refresh")
    assert roles_entered(iam) == {
        f"arn:aws:iam::{a}:role/keyswitch-preview" for a in ACCOUNTS.values()
    }
    by_token = [call for call in iam.calls if call.action == "AssumeRoleWithWebIdentity"]
    assert bool(by_token) == (forge == "gitlab")


def roles_entered(iam: RecordingServer) -> set[str]:
    return {call.parameters["RoleArn"] for call in iam.calls if call.action == "AssumeRole"}


def test_a_refresh_by_the_wrong_account_loses_nothing(three: Project, iam: RecordingServer) -> None:
    keys = declare(three, "Inactive")
    three.up()
    own = dict(three.env)
    three.env |= Elsewhere(iam, SHOP).environment
    for run in (three.refresh(code=three.FAILED_REFRESH), three.destroy(code=1)):
        assert f"KS204 looking at access key {keys['own']}" in run.text
    assert "own" in three.resources()
    three.env.clear()
    three.env.update(own)
    three.up()

    declare(three, "Inactive", shop={"role_arn": role("data")})
    iam.reset()

    preview = three.preview(code=1)
    assert f"KS204 looking at access key {keys['shop']}" in preview.text
    assert f"belong to account {ACCOUNTS['data']}, but the key was adopted in account" in (
        preview.text
    )
    assert three.up(code=1).text.count("KS204")
    assert sorted(three.resources()) == ["data", "own", "shop"]
    assert iam.writes == []


@pytest.mark.real_engine
@pytest.mark.parametrize("rule", ["allowedAccountIds", "forbiddenAccountIds"])
def test_an_account_that_is_not_allowed_stops_before_iam_is_asked_anything(
    project: Project, iam: RecordingServer, outsider: Outsider, rule: str
) -> None:
    bob = outsider.new_user()
    project.declare(
        bob={"access_key_id": outsider.new_key(bob), "user_name": bob, "status": "Inactive"}
    )
    other, own = "999999999999", "123456789012"
    listed = other if rule == "allowedAccountIds" else own
    project.expect(0, "config", "set", "--path", f"aws:{rule}[0]", listed)
    iam.reset()

    for run in (project.preview(code=1), project.up(code=1)):
        assert "KS316 looking at access key" in run.row("bob")
        assert own in run.row("bob")
        assert listed in run.row("bob")

    assert {call.action for call in iam.calls} == {"GetCallerIdentity"}


def test_each_account_is_asked_for_once_a_process(three: Project, iam: RecordingServer) -> None:
    fields = {name: {"allowed_account_ids": [account]} for name, account in ACCOUNTS.items()}
    declare(three, "Inactive", **fields)
    iam.reset()

    three.up()

    assert iam.count("AssumeRole") == len(ACCOUNTS)
    # The stack's own has no rule to be judged by, and is asked for to be recorded.
    assert iam.count("GetCallerIdentity") == len(ACCOUNTS) + 1
