"""``keyswitch discover --organization`` over a socket, against the strict fake of an organization."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from werkzeug.wrappers import Response

from cli.conftest import Keyswitch, OneLine, until_kept
from keyswitch.cli.organization import OrganizationSelection
from keyswitch.cli.organization_walk import Asked
from keyswitch.cli.scan import Selection
from keyswitch.cli.signing import Signing
from keyswitch.model.durations import iso
from keyswitch.model.status import ObservedStatus
from keyswitch.report.inventory import RootKeys
from keyswitch.report.organization_scan import AccountFilter
from support.engine import ROOT
from support.http import Call, RecordingServer, aws_error, json_error, refuse, serving
from support.strict_iam import ACCOUNT
from support.strict_organization import ROLE, StrictOrganization, strict_organization_app

SHOP, DATA, OLD, SANDBOX = "222222222222", "333333333333", "444444444444", "555555555555"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
ALL = ("discover", "--organization", "--role", ROLE)
SCHEMA = json.loads((ROOT / "docs/reference/schemas/discover-organization.schema.json").read_text())


@pytest.fixture
def organization() -> StrictOrganization:
    """An account of each kind, each that is active with a key of its user bob."""
    made = StrictOrganization()
    workloads = made.add_unit("Workloads")
    prod = made.add_unit("Prod", workloads)
    made.add_account(SHOP, "shop", prod)
    made.add_account(OLD, "old", prod, "SUSPENDED")
    made.add_account(DATA, "data", workloads)
    made.add_account(SANDBOX, "sandbox-1")
    return made


@pytest.fixture
def keys(organization: StrictOrganization) -> dict[str, str]:
    """A key of each account that is active, by its account."""
    return {
        account.account_id: account.iam.add_key("bob")
        for account in organization.accounts.values()
        if account.state == "ACTIVE"
    }


@pytest.fixture
def server(organization: StrictOrganization) -> Iterator[RecordingServer]:
    with serving(strict_organization_app(organization)) as server:
        yield server


def read(run: Any) -> dict[str, Any]:
    """The JSON that a run printed, as its schema says."""
    bag: dict[str, Any] = json.loads(run.stdout)
    jsonschema.validate(bag, SCHEMA)
    return bag


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["account_id"] for row in rows]


def test_every_account_is_read_and_the_output_names_what_was_not(
    keyswitch: Keyswitch, keys: dict[str, str], server: RecordingServer
) -> None:
    run = keyswitch(*ALL, "--json")

    bag = read(run)
    assert [(row["account_id"], row["access_key_id"]) for row in bag["keys"]] == [
        (each, keys[each]) for each in (ACCOUNT, SANDBOX, DATA, SHOP)
    ]
    assert [(row["account_id"], row["ou_path"]) for row in bag["accounts"]] == [
        (ACCOUNT, "/"),
        (SANDBOX, "/"),
        (DATA, "/Workloads"),
        (SHOP, "/Workloads/Prod"),
    ]
    assert [each["name"] for each in bag["accounts"][3]["organizational_units"]] == [
        "Workloads",
        "Prod",
    ]
    assert ids(bag["skipped"]) == [OLD]
    assert bag["failed_roles"] == bag["failed_calls"] == bag["excluded"] == []
    assert run.stderr.startswith(
        f"warning: KS763 account {OLD} (old): AWS reports the state SUSPENDED for this account"
    )
    assumed = [c.parameters["RoleArn"] for c in server.calls if c.action == "AssumeRole"]
    assert sorted(assumed) == [f"arn:aws:iam::{each}:role/{ROLE}" for each in (SHOP, DATA, SANDBOX)]


def test_the_table_is_sorted_by_ou_and_a_second_one_counts_each_ou(
    keyswitch: Keyswitch, organization: StrictOrganization, keys: dict[str, str]
) -> None:
    organization.accounts[SHOP].iam.set_status(keys[SHOP], ObservedStatus.INACTIVE)

    lines = [" ".join(line.split()) for line in keyswitch(*ALL).stdout.splitlines()]

    rows = [line for line in lines if "AKIA" in line]
    assert [row.split()[:2] for row in rows] == [
        ["/", ACCOUNT],
        ["/", SANDBOX],
        ["/Workloads", DATA],
        ["/Workloads/Prod", SHOP],
    ]
    assert f"/Workloads/Prod {SHOP} (shop) {keys[SHOP]} bob Inactive" in rows[3]
    assert "/ 2 2 2 2 2" in lines
    assert "/Workloads/Prod 1 1 1 0 0" in lines
    assert "all 4 4 4 3 3" in lines
    assert lines[-1] == "Organization: 4 keys in 4 accounts, 1 not active."


def test_a_register_shows_until_when_keys_are_declared_active(
    keyswitch: Keyswitch, keys: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "Pulumi.prod.yaml"
    declared = f"{keys[SHOP]}: {{userName: bob, status: Active, activeUntil: '2030-01-31'}}"
    path.write_text(f"config:\n  keyswitch:keys:\n    {declared}\n")

    rows = read(keyswitch(*ALL, "--json", "--stack-config", str(path)))["keys"]
    table = keyswitch(*ALL, "--stack-config", str(path)).stdout

    assert {row["account_id"]: row["active_until"] for row in rows} == {
        ACCOUNT: None,
        SANDBOX: None,
        DATA: None,
        SHOP: "2030-01-31",
    }
    (shown,) = [line for line in table.splitlines() if "2030-01-31" in line]
    assert keys[SHOP] in shown


def test_an_account_that_cannot_be_read_is_named_after_the_others_were_printed(
    keyswitch: Keyswitch, organization: StrictOrganization, keys: dict[str, str]
) -> None:
    organization.accounts[SHOP].roles = {}

    run = keyswitch(*ALL, "--json", code=1)

    bag = read(run)
    assert [row["account_id"] for row in bag["keys"]] == [ACCOUNT, SANDBOX, DATA]
    (failed,) = bag["failed_roles"]
    assert (failed["account_id"], failed["code"], failed["operation"]) == (
        SHOP,
        "KS313",
        "sts:AssumeRole",
    )
    assert failed["role_arn"] == f"arn:aws:iam::{SHOP}:role/{ROLE}"
    assert f"error: KS313 account {SHOP} (shop): AWS refused to assume the role" in run.stderr
    assert run.stderr.splitlines()[-1].startswith(
        f"error: KS762 1 of 4 accounts could not be read, and their keys are missing: {SHOP} (shop)."
    )


def test_the_last_line_repeats_only_the_first_of_many_accounts(
    keyswitch: Keyswitch, organization: StrictOrganization
) -> None:
    for number in range(12):
        organization.add_account(f"6666666666{number:02d}", "more").roles = {}

    lines = keyswitch(*ALL, code=1).stderr.splitlines()

    assert sum("KS313 account 6666666666" in line for line in lines) == 12
    assert "666666666609 (more) and 2 more. Correct" in lines[-1]


def test_an_account_whose_users_may_not_be_listed_is_a_failed_call(
    keyswitch: Keyswitch, keys: dict[str, str], server: RecordingServer
) -> None:
    shop: set[str] = set()

    def note(call: Call) -> object:
        """The session of the shop is the one that is handed out for its role."""
        if call.action == "ListUsers" and call.signer in shop:
            return aws_error(
                403, "AccessDenied", "User: x is not authorized to perform: iam:ListUsers"
            )
        if call.action == "ListUsers" and not shop and call.signer.startswith("ASIA"):
            shop.add(call.signer)
            return aws_error(
                403, "AccessDenied", "User: x is not authorized to perform: iam:ListUsers"
            )
        return None

    server.rules.append(note)  # type: ignore[arg-type]

    bag = read(keyswitch(*ALL, "--json", code=1))

    (failed,) = bag["failed_calls"]
    assert (failed["code"], failed["operation"]) == ("KS301", "iam:ListUsers")
    assert failed["account_id"] not in ids(bag["accounts"])
    assert len(bag["accounts"]) == 3
    assert bag["failed_roles"] == []


def test_a_run_again_asks_only_the_accounts_that_failed(
    keyswitch: Keyswitch,
    organization: StrictOrganization,
    keys: dict[str, str],
    server: RecordingServer,
) -> None:
    organization.accounts[SHOP].roles = {}
    keyswitch(*ALL, code=1)
    organization.accounts[SHOP].roles = {ROLE: ""}
    server.reset()

    again = keyswitch(*ALL, "--json")

    assert "Going on from an earlier walk: 3 of 4 accounts are known. --fresh" in again.stderr
    assert sorted(ids(read(again)["keys"])) == sorted(keys)
    assert server.count("AssumeRole") == server.count("ListUsers") == 1
    server.reset()
    keyswitch(*ALL)
    assert server.count("ListUsers") == 4


def test_fresh_asks_every_account_again(
    keyswitch: Keyswitch,
    organization: StrictOrganization,
    keys: dict[str, str],
    server: RecordingServer,
) -> None:
    organization.accounts[SHOP].roles = {}
    keyswitch(*ALL, code=1)
    server.reset()

    keyswitch(*ALL, "--fresh", code=1)

    assert server.count("ListUsers") == 3


def test_ctrl_c_keeps_whole_accounts_and_the_users_of_those_under_way(
    keyswitch: Keyswitch,
    organization: StrictOrganization,
    keys: dict[str, str],
    server: RecordingServer,
    tmp_path: Path,
) -> None:
    """Interrupted once some users of the account are kept, which is when as many were seen."""
    for number in range(60):
        organization.accounts[SHOP].iam.add_key(f"user-{number:03d}")
    reached, released = threading.Event(), threading.Event()

    def hold(call: Call) -> None:
        if call.parameters.get("UserName") == "user-040":
            reached.set()
            released.wait(60)

    server.rules.append(hold)
    with subprocess.Popen(
        [sys.executable, "-m", "keyswitch", *ALL, "--json"], stderr=subprocess.PIPE, text=True
    ) as walking:
        assert reached.wait(30)
        until_kept(tmp_path, SHOP)
        walking.send_signal(signal.SIGINT)
        _, told = walking.communicate(timeout=30)
        released.set()

    assert walking.returncode == 1
    assert "KS761 the scan stopped early, with " in told
    assert "Traceback" not in told
    server.reset()
    bag = read(keyswitch(*ALL, "--json"))
    assert len(bag["keys"]) == 60 + len(keys)
    assert 0 < server.count("ListAccessKeys") < 60


def test_credentials_that_end_on_the_way_end_the_walk_which_is_gone_on_with(
    keyswitch: Keyswitch,
    organization: StrictOrganization,
    keys: dict[str, str],
    server: RecordingServer,
) -> None:
    rule = refuse("AssumeRole", 400, "ExpiredToken", "too late")
    server.rules.append(rule)

    told = keyswitch(*ALL, code=1)

    assert told.stderr.startswith("error: KS307 ")
    assert "account" not in told.stdout
    server.reset()
    assert len(read(keyswitch(*ALL, "--json"))["keys"]) == 4


@pytest.mark.parametrize(
    ("options", "accounts", "excluded"),
    [
        (("--ou", "ou-ab12-00000000"), [DATA, SHOP], []),
        (("--ou", "ou-ab12-00000001"), [SHOP], []),
        (("--ou", "r-ab12"), [ACCOUNT, SANDBOX, DATA, SHOP], []),
        (("--account-filter", "s*"), [SANDBOX, SHOP], [ACCOUNT, DATA, OLD]),
        (("--account-filter", "!sandbox-*"), [ACCOUNT, DATA, SHOP], [SANDBOX]),
        (("--ou", "ou-ab12-00000000", "--account-filter", DATA), [DATA], [SHOP, OLD]),
    ],
)
def test_accounts_are_selected_by_ou_and_by_filter(
    keyswitch: Keyswitch,
    keys: dict[str, str],
    options: tuple[str, ...],
    accounts: list[str],
    excluded: list[str],
) -> None:
    bag = read(keyswitch(*ALL, "--json", *options))

    assert ids(bag["accounts"]) == accounts
    assert ids(bag["excluded"]) == excluded


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--account-filter", "nobody"), "none of 5 accounts matches --account-filter"),
        (("--account-filter", "old"), "none of 1 selected account is ACTIVE"),
    ],
)
def test_a_selection_of_no_account_is_an_error(
    keyswitch: Keyswitch, options: tuple[str, ...], problem: str
) -> None:
    told = keyswitch(*ALL, *options, code=1)

    assert told.stderr.startswith(f"error: KS760 {problem}, so no account was looked at.")


def test_users_are_selected_in_every_account(
    keyswitch: Keyswitch, organization: StrictOrganization, keys: dict[str, str]
) -> None:
    only = organization.accounts[SHOP].iam.add_key("carol")

    (row,) = read(keyswitch(*ALL, "--json", "--user", "carol"))["keys"]

    assert (row["account_id"], row["access_key_id"]) == (SHOP, only)
    missing = keyswitch(*ALL, "--user", "nobody", code=1)
    assert missing.stderr.splitlines()[-1].startswith(
        f"error: KS709 user nobody does not exist in account {ACCOUNT} (management), nor in 3 others."
    )


def test_the_external_id_and_the_path_of_a_role_are_asked_for(
    keyswitch: Keyswitch, organization: StrictOrganization, server: RecordingServer
) -> None:
    for account in organization.accounts.values():
        account.roles = {"read": "ticket-1"}

    keyswitch(
        *("discover", "--organization", "--role", "security/read", "--external-id", "ticket-1")
    )

    arns = {call.parameters["RoleArn"] for call in server.calls if call.action == "AssumeRole"}
    assert f"arn:aws:iam::{SHOP}:role/security/read" in arns


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--organization",), "Use --role NAME with --organization"),
        (("--role", "audit"), "Use --role with --organization only."),
        (("--ou", "ou-ab12-00000000"), "Use --ou with --organization only."),
        (("--account-filter", "x"), "Use --account-filter with --organization only."),
        (("--external-id", "xx"), "Use --external-id with --organization only."),
        ((*ALL[1:], "--ou", "Workloads"), "--ou takes the id of an organizational unit or root"),
        ((*ALL[1:], "--ou", SECRET), "ou-… or r-…, not '[redacted]'."),
        (("--organization", "--role", "arn:aws:iam::1:role/x"), "takes the name of a role"),
        (("--organization", "--role", "no name"), "takes the name of a role"),
        ((*ALL[1:], "--external-id", "?"), "--external-id must have 2 to 1224"),
        ((*ALL[1:], "--account", "shop"), "Use --account or --organization, not both."),
        ((*ALL[1:], "--write", "Pulumi.prod.yaml"), "--write declares the keys of one account."),
        ((*ALL[1:], "--format", "python"), "--format python declares the keys of one account."),
    ],
)
def test_a_wrong_combination_is_wrong_usage_before_anything_is_asked(
    keyswitch: Keyswitch, server: RecordingServer, options: tuple[str, ...], words: str
) -> None:
    told = keyswitch("discover", *options, code=2)

    assert words in " ".join(told.stderr.split())
    assert server.calls == []


def test_without_the_account_of_the_credentials_no_organization_is_looked_at(
    keyswitch: Keyswitch, tmp_path: Path
) -> None:
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text("config:\n  aws:skipRequestingAccountId: true\n")

    told = keyswitch(*ALL, "--stack-config", str(path), code=2)

    assert "remove aws:skipRequestingAccountId" in " ".join(told.stderr.split())


def test_for_a_caller_who_may_not_ask_the_message_says_who_may(
    keyswitch: Keyswitch, organization: StrictOrganization, server: RecordingServer
) -> None:
    organization.may_ask = False

    told = keyswitch(*ALL, code=1)

    assert told.stderr.startswith(
        "error: KS330 this caller may not call organizations:ListRoots on the organization: "
        "AWS gives no reason (AccessDeniedException, request id "
    )
    assert "delegated administrator" in told.stderr
    assert server.count("AssumeRole") == 0


@pytest.mark.parametrize(
    "action", ["GetCallerIdentity", "GetAccountSummary", "GenerateCredentialReport"]
)
def test_an_entity_that_is_missed_by_a_call_about_none_is_an_answer_not_from_aws(
    keyswitch: Keyswitch, keys: dict[str, str], server: RecordingServer, action: str
) -> None:
    server.rules.append(refuse(action, 404, "NoSuchEntity", "what?"))
    options = (*ALL[1:], "--credential-report", "--fail-on", "critical")

    told = keyswitch("audit", *options, code=int(action == "GetCallerIdentity"))

    assert f"AWS answered NoSuchEntity to {'sts' if 'Caller' in action else 'iam'}:{action}" in (
        " ".join(told.output.split())
    )


def test_throttling_is_waited_out(
    keyswitch: Keyswitch, keys: dict[str, str], server: RecordingServer
) -> None:
    throttled: set[str] = set()

    def once(call: Call) -> object:
        if call.action in throttled or call.action not in ("ListAccounts", "AssumeRole"):
            return None
        throttled.add(call.action)
        if call.action == "ListAccounts":
            return json_error(400, "TooManyRequestsException", "Rate exceeded")
        return aws_error(400, "Throttling", "Rate exceeded")

    server.rules.append(once)  # type: ignore[arg-type]

    assert len(read(keyswitch(*ALL, "--json"))["keys"]) == 4
    assert throttled == {"ListAccounts", "AssumeRole"}


def test_names_that_somebody_else_wrote_steer_nothing_and_repeat_no_secret(
    keyswitch: Keyswitch, organization: StrictOrganization, keys: dict[str, str]
) -> None:
    organization.accounts[SHOP].name = "\x1b[31m::error::\u202eshop \ud800"
    organization.accounts[OLD].name = "##[error]old"
    organization.accounts[DATA].name = SECRET
    organization.units = {
        ou: (f"{SECRET} {name}", up) for ou, (name, up) in organization.units.items()
    }
    organization.accounts[SANDBOX].roles = {}

    for run in (keyswitch(*ALL, code=1), keyswitch(*ALL, "--json", code=1)):
        assert not [each for each in ("\x1b", "\u202e", "##[", SECRET) if each in run.output]
        assert run.output.encode()


@pytest.mark.parametrize("form", ["table", "json", "markdown", "html", "csv", "ocsf"])
def test_nor_do_they_in_any_form_of_an_audit(
    keyswitch: Keyswitch, organization: StrictOrganization, form: str
) -> None:
    for account in organization.accounts.values():
        account.name = f"\x1b[31m\n::error::\u202e##[error]x `|<script>alert(1)</script> {SECRET}"
    organization.accounts[SHOP].roles = {}

    told = keyswitch("audit", *ALL[1:], "--format", form, code=7).output

    assert not [each for each in ("\x1b", "\u202e", "##[", "\n::", SECRET) if each in told]
    assert SHOP in told
    if form == "html":
        assert "<script>alert" not in told


def test_an_ou_that_is_deleted_while_the_accounts_are_listed_is_passed_over(
    keyswitch: Keyswitch, organization: StrictOrganization, keys: dict[str, str]
) -> None:
    """AWS deletes an OU only when no account is in it."""
    gone = organization.add_unit("Gone")
    asked = organization.ask

    def ask(operation: str, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("ParentId") == gone:
            organization.units.pop(gone, None)
        return asked(operation, given)

    organization.ask = ask  # type: ignore[method-assign]

    assert len(read(keyswitch(*ALL, "--json"))["keys"]) == len(keys)
    assert keyswitch(*ALL, "--ou", gone, code=1).stderr.startswith("error: KS332 ")


def test_no_secret_and_no_session_is_kept_in_a_file(
    keyswitch: Keyswitch, organization: StrictOrganization, keys: dict[str, str], tmp_path: Path
) -> None:
    organization.accounts[SHOP].roles = {}
    keyswitch(*ALL, code=1)

    (journal,) = tmp_path.rglob("organization-*.jsonl")

    text = journal.read_text()
    assert keys[DATA] in text
    for secret in ("ASIA", "SecretAccessKey", "SessionToken", "made-up"):
        assert secret not in text


def test_progress_is_reported_in_lines_where_there_is_no_terminal(
    keyswitch: Keyswitch, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyswitch.cli.progress.ended_within", OneLine())

    told = keyswitch(*ALL).stderr

    assert "Looked at 4 of 4 accounts, 4 users." in told


@pytest.mark.parametrize(
    ("arn", "wanted", "code"),
    [(f"arn:aws-cn:iam::{ACCOUNT}:user/ci", "arn:aws-cn", 1), ("nothing", "arn:aws", 0)],
)
def test_a_role_is_asked_for_in_the_partition_of_the_credentials(
    keyswitch: Keyswitch,
    keys: dict[str, str],
    server: RecordingServer,
    arn: str,
    wanted: str,
    code: int,
) -> None:
    def caller(call: Call) -> object:
        if call.action != "GetCallerIdentity":
            return None
        told = f"<Arn>{arn}</Arn><Account>{ACCOUNT}</Account>"
        result = f"<GetCallerIdentityResult>{told}<UserId>A</UserId></GetCallerIdentityResult>"
        return Response(f"<GetCallerIdentityResponse>{result}</GetCallerIdentityResponse>")

    server.rules.append(caller)  # type: ignore[arg-type]

    keyswitch(*ALL, code=code)

    arns = {call.parameters["RoleArn"] for call in server.calls if call.action == "AssumeRole"}
    assert f"{wanted}:iam::{SHOP}:role/{ROLE}" in arns


def test_a_credential_report_passes_over_users_in_every_account_that_has_one(
    keyswitch: Keyswitch,
    organization: StrictOrganization,
    keys: dict[str, str],
    server: RecordingServer,
) -> None:
    for account in organization.accounts.values():
        account.iam.add_user("without-keys")
        account.iam.report_made = iso(datetime.now(timezone.utc))
    organization.accounts[SHOP].iam.denied.add("GenerateCredentialReport")

    run = keyswitch(*ALL, "--credential-report", "--json")

    assert sorted(ids(read(run)["keys"])) == sorted(keys)
    assert server.count("ListAccessKeys") == 4 + 1
    passed_over = {each["account_id"]: each["users_passed_over"] for each in read(run)["accounts"]}
    assert passed_over == {ACCOUNT: 1, SANDBOX: 1, DATA: 1, SHOP: 0}
    assert f"warning: KS731 account {SHOP} (shop): " in run.stderr
    assert "iam:GenerateCredentialReport" in run.stderr


def test_an_audit_asks_each_account_for_more(
    organization: StrictOrganization,
    keys: dict[str, str],
    server: RecordingServer,
    keyswitch: Keyswitch,
) -> None:
    organization.accounts[ACCOUNT].iam.users = {"nobody": {}, "other": {}}
    organization.accounts[SHOP].iam.root_keys = True
    organization.accounts[DATA].iam.denied.add("GetAccountSummary")
    organization.accounts[SANDBOX].iam.add_key("carol")
    organization.accounts[SANDBOX].iam.paths["carol"] = "/people/"
    client = Signing(None, None, None, None, None).client()
    accounts = OrganizationSelection((), AccountFilter(), ROLE, None)

    scan = accounts.scan(
        client,
        client.caller(),
        Selection(("carol", "bob", "nobody"), "/", fresh=True),
        Asked(root_keys=True, paths=True),
    )

    found = {each.member.account.account_id: each.inventory for each in scan.results}
    assert {account: each.root_keys for account, each in found.items()} == {
        ACCOUNT: RootKeys.ABSENT,
        SHOP: RootKeys.PRESENT,
        DATA: RootKeys.NOT_REPORTED,
        SANDBOX: RootKeys.ABSENT,
    }
    assert [(user.user_name, user.path) for user in found[SANDBOX].users] == [
        ("bob", "/"),
        ("carol", "/people/"),
    ]
    assert [user.user_name for user in found[SHOP].users] == ["bob"]
    assert [user.user_name for user in found[ACCOUNT].users] == ["nobody"]
    assert not found[SHOP].is_complete


def test_the_policies_of_the_page_allow_what_is_called_and_nothing_else(
    keyswitch: Keyswitch, keys: dict[str, str], server: RecordingServer, tmp_path: Path
) -> None:
    page = (ROOT / "docs/how-to/organization.md").read_text()
    allowed: set[str] = set()
    for policy in re.findall(r"```json\n(.*?)```", page, re.DOTALL):
        for statement in json.loads(policy)["Statement"]:
            actions = statement["Action"]
            allowed |= {actions} if isinstance(actions, str) else set(actions)

    exception = "- {path: /people/, control: rotated, reason: vendor, approvedBy: jane, until: 2099-03-31}\n"
    (tmp_path / "exceptions.yaml").write_text(exception)
    keyswitch("audit", *ALL[1:], "--credential-report", code=7)
    keyswitch("audit", *ALL[1:], "--user", "bob", "--exceptions", "exceptions.yaml", code=7)
    keyswitch(*ALL, "--ou", "ou-ab12-00000001")

    called = {call.action for call in server.calls} - {"GetCallerIdentity"}
    assert called == {action.partition(":")[2] for action in allowed}
