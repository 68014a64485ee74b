"""What a scan of an organization found, as tables and JSON, and what it could not find, on standard error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import click

from keyswitch.cli.command import Failed
from keyswitch.cli.tables import Found, key_bag, listed_keys, print_listing, titles_of_keys
from keyswitch.messages import catalogue
from keyswitch.messages.format import counted, line
from keyswitch.messages.printable import printable
from keyswitch.model.durations import iso
from keyswitch.model.status import ObservedStatus
from keyswitch.report.controls import violations_by_key
from keyswitch.report.controls.control import Evidence, Violation
from keyswitch.report.json_text import json_text
from keyswitch.report.organization_scan import (
    AccountFailure,
    AccountResult,
    Member,
    OrganizationScan,
)
from keyswitch.report.text_table import Listing

VERSION: Final = 1
"""Of the JSON; it grows where a field changes its meaning or goes."""
_UNITS: Final = ("OU", "accounts", "users with keys", "keys", "Active", "with findings")
_UNKNOWN: Final = "unknown"
_NAMED: Final = 10
"""The most accounts that the last line repeats: each has a line of its own before."""


def print_keys(scan: OrganizationScan, ends: Mapping[str, str], now: datetime) -> None:
    """The keys of all accounts in one table, then a row for each OU and one for the whole.

    :param ends: until when keys are declared Active, by id; a column shows that if there is any.
    """
    found = _found(scan, now)
    rows = [
        (each.member.ou_path or _UNKNOWN, str(each.member), *row)
        for each in scan.results
        for row in listed_keys(each.inventory, found, ends, now)
    ]
    print_listing(Listing(("OU", "account", *titles_of_keys(ends)), rows, names=5))
    units = [_counts(path or _UNKNOWN, results, found) for path, results in scan.by_ou.items()]
    click.echo()
    print_listing(Listing(_UNITS, [*units, _counts("all", scan.results, found)], names=1))
    click.echo(_closing(scan, len(rows)))


def _found(scan: OrganizationScan, now: datetime) -> Found:
    found: dict[str, list[Violation]] = {}
    for each in scan.results:
        found |= violations_by_key(Evidence(each.inventory, None, now))
    return found


def _counts(path: str, results: Sequence[AccountResult], found: Found) -> tuple[str, ...]:
    keys = [seen for each in results for _, seen in each.inventory.keys]
    with_keys = sum(bool(user.keys) for each in results for user in each.inventory.users)
    active = sum(seen.key.status is ObservedStatus.ACTIVE for seen in keys)
    with_findings = sum(seen.key.access_key_id in found for seen in keys)
    return (path, *map(str, (len(results), with_keys, len(keys), active, with_findings)))


def _closing(scan: OrganizationScan, keys: int) -> str:
    told = f"{counted(keys, 'key')} in {counted(len(scan.results), 'account')}"
    passed_over = sum(each.inventory.passed_over for each in scan.results)
    parts = (
        (len(scan.failures), "could not be read"),
        (len(scan.skipped), "not active"),
        (len(scan.excluded), "left out by --account-filter"),
        (passed_over, "users without keys in the credential reports"),
    )
    rest = [f"{count} {words}" for count, words in parts if count]
    return printable(f"Organization: {told}{''.join(f', {each}' for each in rest)}.")


def to_json(scan: OrganizationScan, ends: Mapping[str, str], now: datetime) -> str:
    """For a machine: every account and every key in full.

    :param ends: see :func:`print_keys`.
    """
    found = _found(scan, now)
    bag = {
        "version": VERSION,
        "caller_account_id": scan.caller_account,
        "since": iso(scan.since),
        "accounts": [
            {
                **_member_bag(each.member),
                "users": len(each.inventory.users),
                "keys": sum(1 for _ in each.inventory.keys),
                "credential_report": each.inventory.report or None,
                "users_passed_over": each.inventory.passed_over,
            }
            for each in scan.results
        ],
        "keys": [
            {
                "account_id": each.member.account.account_id,
                **key_bag(
                    user, seen, [v.message.code for v in found.get(seen.key.access_key_id, ())]
                ),
                "active_until": ends.get(seen.key.access_key_id),
            }
            for each in scan.results
            for user, seen in each.inventory.keys
        ],
        "failed_roles": [
            {**_failure_bag(each), "role_arn": each.role_arn} for each in scan.failed_roles
        ],
        "failed_calls": [_failure_bag(each) for each in scan.failed_calls],
        "skipped": [_member_bag(each) for each in scan.skipped],
        "excluded": [_member_bag(each) for each in scan.excluded],
    }
    return json_text(bag)


def _member_bag(member: Member) -> dict[str, Any]:
    units = member.units
    return {
        "account_id": member.account.account_id,
        "name": member.account.name,
        "state": member.account.state,
        "ou_path": None if units is None else member.ou_path,
        "organizational_units": None
        if units is None
        else [{"id": each.ou_id, "name": each.name} for each in units],
    }


def _failure_bag(failure: AccountFailure) -> dict[str, Any]:
    return {
        **_member_bag(failure.member),
        "operation": failure.operation,
        "code": failure.message.code,
        "reason": failure.reason,
    }


def tell_missing(scan: OrganizationScan) -> None:
    """Every account that is not in the results and was not left out on purpose, a line each on standard error."""
    for member in scan.skipped:
        message = catalogue.AccountNotActive(state=member.account.state or _UNKNOWN)
        click.echo(f"warning: {line(message, f'account {member}')}", err=True)
    for failure in scan.failures:
        click.echo(f"error: {failure.reason}", err=True)


def refuse_missing(scan: OrganizationScan) -> None:
    """Ends the command with exit code 1 where an account could not be read; what was read is printed by then.

    :raises Failed: KS762.
    """
    failures = scan.failures
    if not failures:
        return
    named = ", ".join(str(each.member) for each in failures[:_NAMED])
    more = len(failures) - _NAMED
    message = catalogue.AccountsNotRead(
        failed=len(failures),
        accounts=scan.looked_at,
        ids=f"{named} and {more} more" if more > 0 else named,
    )
    raise Failed(line(message))
