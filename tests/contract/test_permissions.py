"""The policies of docs/permissions.md are enough, and no permission of them is too many: shown on a server that enforces them."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.durations import Duration
from keyswitch.model.safeguards import NO_SAFEGUARDS, DeclaredSafeguards
from keyswitch.model.state import Declaration
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.reconcile.diff import Action
from keyswitch.reconcile.plan import Plan
from keyswitch.reconcile.reconciler import Reconciler
from support.engine import ROOT
from support.versitygw import ACCOUNT, Versity, versity
from support.world import Calendar

PAGE = (ROOT / "docs" / "permissions.md").read_text()
OF_PAGE = re.findall(r"(For [^\n]+:)\n\n```json\n(.*?)```", PAGE, re.DOTALL)
PREVIEW, UP = (json.loads(text.replace("123456789012", ACCOUNT)) for _, text in OF_PAGE)
UNUSED = DeclaredSafeguards(unused_for=Duration.read("7d"))
Policy = dict[str, Any]


@pytest.fixture(scope="module")
def iam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Versity]:
    with versity(tmp_path_factory.mktemp("versitygw")) as server:
        yield server


class Runs:
    """What a pipeline with one policy can do about a key of somebody else's."""

    def __init__(self, iam: Versity, policy: Policy) -> None:
        self.iam = iam
        self.signer = iam.new_key(iam.new_user())
        iam.permit(iam.owners[self.signer], policy)
        self.user_name = iam.new_user()
        self.key = iam.new_key(self.user_name)

    def declared(
        self, safeguards: DeclaredSafeguards = NO_SAFEGUARDS, *, named: bool = True
    ) -> Declaration:
        user_name = self.user_name if named else None
        return Declaration(self.key, Status.INACTIVE, user_name, safeguards=safeguards)

    def preview(self, declaration: Declaration) -> Plan:
        return self._reconciler().plan(declaration, None, for_reader=True)

    def up(self, declaration: Declaration) -> None:
        self._reconciler().apply(declaration, None)

    def _reconciler(self) -> Reconciler:
        """A month later, when the key was long not used."""
        today = datetime.now(timezone.utc) + timedelta(days=30)
        return Reconciler(self.iam.client(self.signer), Calendar(today))


def without(policy: Policy, action: str) -> Policy:
    """The policy without a permission."""
    left = copy.deepcopy(policy)
    for statement in left["Statement"]:
        actions = statement["Action"]
        listed = [actions] if isinstance(actions, str) else actions
        statement["Action"] = [each for each in listed if each != action]
    left["Statement"] = [each for each in left["Statement"] if each["Action"]]
    assert left != policy
    return left


def refused(error: KeyswitchError, operation: str, runs: Runs) -> bool:
    signer = f"arn:aws:iam::{ACCOUNT}:user/{runs.iam.owners[runs.signer]}"
    return (
        type(error.message) is catalogue.AccessDenied
        and f"{signer} may not call {operation} on arn:aws:iam::" in str(error)
        and ": no identity-based policy allows that (AccessDenied, " in str(error)
    )


def test_the_page_has_a_policy_for_previews_and_one_for_updates() -> None:
    assert [words.split(",")[0] for words, _ in OF_PAGE] == [
        "For previews",
        "For `up` and `destroy`:",
    ]


@pytest.mark.parametrize("named", [True, False])
def test_with_the_policy_for_previews_a_preview_sees_everything_and_nothing_can_be_switched(
    iam: Versity, *, named: bool
) -> None:
    runs = Runs(iam, PREVIEW)

    plan = runs.preview(runs.declared(UNUSED, named=named))

    assert plan.decision.action is Action.SWITCH
    assert plan.refusal() is None
    assert plan.observation.user_name == runs.user_name
    assert "has never been used (created" in " ".join([*plan.notes(), *plan.warnings()])
    assert "could not" not in " ".join(plan.warnings())
    with pytest.raises(KeyswitchError) as raised:
        runs.up(runs.declared(UNUSED, named=named))
    assert refused(raised.value, "iam:UpdateAccessKey", runs)
    assert iam.status(runs.key) == "Active"


@pytest.mark.parametrize("named", [True, False])
def test_with_the_policy_for_updates_a_key_is_switched(iam: Versity, *, named: bool) -> None:
    runs = Runs(iam, UP)

    assert runs.preview(runs.declared(UNUSED, named=named)).refusal() is None
    runs.up(runs.declared(UNUSED, named=named))

    assert iam.status(runs.key) == "Inactive"


@pytest.mark.parametrize("policy", [PREVIEW, UP], ids=["preview", "up"])
def test_without_the_permission_to_list_nothing_is_seen(iam: Versity, policy: Policy) -> None:
    runs = Runs(iam, without(policy, "iam:ListAccessKeys"))

    with pytest.raises(KeyswitchError) as raised:
        runs.preview(runs.declared())

    assert refused(raised.value, "iam:ListAccessKeys", runs)


@pytest.mark.parametrize("policy", [PREVIEW, UP], ids=["preview", "up"])
def test_without_the_permission_to_ask_for_the_last_use_what_needs_it_says_so(
    iam: Versity, policy: Policy
) -> None:
    runs = Runs(iam, without(policy, "iam:GetAccessKeyLastUsed"))
    reason = "iam:GetAccessKeyLastUsed is not allowed: no identity-based policy allows that"

    (warning, _last_active) = runs.preview(runs.declared()).warnings()
    assert warning.startswith("KS615")
    assert reason in warning
    assert str(runs.preview(runs.declared(UNUSED)).refusal()).startswith("KS608")
    assert reason in str(runs.preview(runs.declared(UNUSED)).refusal())


def test_without_the_permission_to_update_nothing_is_switched(iam: Versity) -> None:
    runs = Runs(iam, without(UP, "iam:UpdateAccessKey"))

    with pytest.raises(KeyswitchError) as raised:
        runs.up(runs.declared())

    assert refused(raised.value, "iam:UpdateAccessKey", runs)
    assert iam.status(runs.key) == "Active"


def test_users_that_a_policy_is_narrowed_to_are_switched_and_no_others(iam: Versity) -> None:
    runs, other = Runs(iam, UP), Runs(iam, UP)
    narrowed = copy.deepcopy(UP)
    narrowed["Statement"][0]["Resource"] = f"arn:aws:iam::{ACCOUNT}:user/{runs.user_name}"
    for each in (runs, other):
        iam.permit(iam.owners[each.signer], narrowed)

    runs.up(runs.declared())
    with pytest.raises(KeyswitchError) as raised:
        other.up(other.declared())

    assert iam.status(runs.key) == "Inactive"
    assert refused(raised.value, "iam:ListAccessKeys", other)


def test_a_deny_goes_before_what_is_allowed(iam: Versity) -> None:
    """Where AWS speaks of an explicit deny, this server says that nothing allows it."""
    denied = copy.deepcopy(UP)
    deny = {"Effect": "Deny", "Action": "iam:UpdateAccessKey", "Resource": "*"}
    denied["Statement"].append(deny)
    runs = Runs(iam, denied)

    with pytest.raises(KeyswitchError) as raised:
        runs.up(runs.declared())

    assert refused(raised.value, "iam:UpdateAccessKey", runs)
    assert iam.status(runs.key) == "Active"


def test_discover_needs_to_list_users_besides_what_previews_need(iam: Versity) -> None:
    runs = Runs(iam, PREVIEW)
    client = iam.client(runs.signer)

    with pytest.raises(KeyswitchError) as raised:
        client.users()
    assert refused(raised.value, "iam:ListUsers", runs)

    more = copy.deepcopy(PREVIEW)
    more["Statement"].append({"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"})
    iam.permit(iam.owners[runs.signer], more)
    assert runs.user_name in [user.name for user in client.users()]


def test_a_key_that_was_switched_off_signs_nothing_any_more(iam: Versity) -> None:
    runs = Runs(iam, UP)
    own = Runs(iam, UP)
    iam.permit(runs.user_name, UP)
    client = iam.client(runs.key)
    assert [key.status for key in client.list_access_keys(None)] == [ObservedStatus.ACTIVE]

    own.up(Declaration(runs.key, Status.INACTIVE, runs.user_name))

    with pytest.raises(KeyswitchError) as raised:
        client.list_access_keys(None)
    assert type(raised.value.message) is catalogue.CredentialsRefused
    iam.switch(runs.key, "Active")
    assert [key.status for key in client.list_access_keys(None)] == [ObservedStatus.ACTIVE]


def test_a_wrong_secret_is_refused(iam: Versity) -> None:
    signer = Runs(iam, UP).signer

    with pytest.raises(KeyswitchError) as raised:
        iam.client(signer, "anothers-secret").list_access_keys(None)

    assert type(raised.value.message) is catalogue.CredentialsRefused
    assert "anothers-secret" not in str(raised.value)
