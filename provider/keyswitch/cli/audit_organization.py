"""The audit of an organization: every account that was read is judged, and one that was not is a finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone

from keyswitch.cli.declarations import Declarations
from keyswitch.cli.organization import OrganizationSelection
from keyswitch.cli.organization_walk import Asked
from keyswitch.cli.scan import Selection
from keyswitch.iam.boto_directory import BotoDirectory
from keyswitch.iam.client import Caller
from keyswitch.messages.format import counted
from keyswitch.report.audit import Audit, Question
from keyswitch.report.audit_findings import AccountToAudit, Unread, audit_of
from keyswitch.report.controls.account_read import AccountNotRead
from keyswitch.report.controls.control import Evidence, Violation
from keyswitch.report.exceptions import AuditException
from keyswitch.report.organization_scan import AccountFailure, AccountResult, OrganizationScan


def audit_organization(
    client: BotoDirectory,
    caller: Caller,
    organization: OrganizationSelection,
    selection: Selection,
    declarations: Declarations,
    exceptions: Sequence[AuditException],
    question: Question,
) -> Audit:
    """The audit of every account that is selected.

    :raises KeyswitchError: see :meth:`~keyswitch.cli.organization.OrganizationSelection.scan`.
    """

    def declared_users(account_id: str) -> tuple[str, ...]:
        is_own = account_id == caller.account_id
        return declarations.users_of_member(account_id, is_own=is_own)

    asked = Asked(
        root_keys=selection.is_complete,
        paths=any(each.subject == "path" for each in exceptions),
        always=declared_users,
    )
    scan = organization.scan(client, caller, selection, asked)
    now = datetime.now(timezone.utc)

    def to_audit(result: AccountResult) -> AccountToAudit:
        account = result.member.account
        expected = declarations.of_member(
            account.account_id,
            is_own=account.account_id == caller.account_id,
            there=frozenset(seen.key.access_key_id for _, seen in result.inventory.keys),
        )
        evidence = Evidence(result.inventory, expected, now, question.thresholds)
        return AccountToAudit(account.account_id, evidence, account.name, result.member.ou_path)

    return audit_of(
        [to_audit(each) for each in scan.results],
        exceptions,
        question,
        now,
        [_unread(each) for each in scan.failures],
        (*_left_out(scan), *_in_no_account(scan, organization, declarations)),
        is_whole=not organization.ou_ids and not scan.excluded,
    )


def _unread(failure: AccountFailure) -> Unread:
    problem = failure.reason.removesuffix(".")
    message = AccountNotRead(account=failure.member, problem=problem)
    return Unread(failure.member.account.account_id, Violation(message))


def _left_out(scan: OrganizationScan) -> Iterator[str]:
    for member in scan.skipped:
        state = member.account.state or "in an unknown state"
        yield f"Account {member} was not looked at: AWS says that the account is {state}."
    if scan.excluded:
        left_out = counted(len(scan.excluded), "account")
        yield f"{left_out} of the organization were not selected by --account-filter."


def _in_no_account(
    scan: OrganizationScan, organization: OrganizationSelection, declarations: Declarations
) -> Iterator[str]:
    """Declared keys of accounts that nobody listed: with --ou they may be in another OU."""
    if organization.ou_ids:
        return
    failed = (each.member for each in scan.failures)
    read = (each.member for each in scan.results)
    listed = {each.account.account_id for each in (*read, *failed, *scan.skipped, *scan.excluded)}
    for account_id, keys in declarations.keys_by_account.items():
        if account_id not in listed:
            were = "was" if keys == 1 else "were"
            told = f"{counted(keys, 'declared key')} of account {account_id} {were} not looked for"
            yield f"{told}: the account is not in this organization."
