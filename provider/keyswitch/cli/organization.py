"""The accounts of an organization: the options that select them, and the scan of those selected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import click

from keyswitch.cli.command import gathering
from keyswitch.cli.organization_walk import NO_MORE, Asked, Into, Walk
from keyswitch.cli.progress import working
from keyswitch.cli.scan import Selection
from keyswitch.iam.boto_directory import BotoDirectory
from keyswitch.iam.boto_organizations import BotoOrganizations
from keyswitch.iam.client import Caller
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, counted
from keyswitch.model.roles import EXTERNAL_ID, NO_EXTERNAL_ID
from keyswitch.model.user_names import folded
from keyswitch.report.organization_scan import (
    AccountFilter,
    AccountResult,
    FailedCall,
    FailedRole,
    Member,
    OrganizationScan,
    place_of,
)
from keyswitch.report.organization_walk import members

_PARENT: Final = re.compile(r"r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}")
_ROLE: Final = re.compile(r"/?(?:[\x21-\x2e\x30-\x7e]+/)*[\w+=,.@-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class OrganizationSelection:
    """Which accounts of the organization are looked at, and how they are entered.

    :param ou_ids: only accounts below these OUs or roots, at any depth; every account without any.
    :param role: the name of the role in each account, with or without a path.
    :param external_id: what its trust policy asks for.
    """

    ou_ids: tuple[str, ...]
    account_filter: AccountFilter
    role: str
    external_id: str | None

    def scan(
        self, client: BotoDirectory, caller: Caller, selection: Selection, asked: Asked = NO_MORE
    ) -> OrganizationScan:
        """Every account that is selected, and of each the users that are.

        :param client: whose credentials list the accounts and assume the roles.
        :param caller: who that is.
        :param asked: what else an audit asks.
        :raises KeyswitchError: the accounts cannot be listed, none is selected (KS760), the walk ended early, or a user
            that was named is in none of the accounts (KS709).
        """
        if not caller.account_id:
            raise click.UsageError(
                "--organization has to know the account of the credentials: remove "
                "aws:skipRequestingAccountId from the file of --stack-config."
            )
        with working("listing the accounts of the organization"):
            found = members(BotoOrganizations(client), self.ou_ids)
        inside = [each for each in found if self.account_filter.selects(each.account)]
        selected = [each for each in inside if each.account.is_active]
        if not selected:
            raise KeyswitchError(catalogue.NoAccountSelected(problem=self._problem(found, inside)))
        way = Into(client, caller, self.role, self.external_id, selection, asked)
        walk = Walk(way, (*sorted(self.ou_ids), "", *sorted(self.account_filter.patterns)))
        walk.run(selected)
        results = tuple(sorted(walk.results, key=lambda each: place_of(each.member)))
        if not walk.failures:
            _refuse_missing_users(selection, results)
        return OrganizationScan(
            caller.account_id,
            results,
            tuple(each for each in walk.failures if isinstance(each, FailedRole)),
            tuple(each for each in walk.failures if isinstance(each, FailedCall)),
            tuple(each for each in inside if not each.account.is_active),
            tuple(each for each in found if each not in inside),
            min((each.inventory.since for each in walk.results), default=walk.began),
        )

    def _problem(self, found: Sequence[Member], inside: Sequence[Member]) -> str:
        if inside:
            return f"none of {counted(len(inside), 'selected account')} is ACTIVE"
        if found:
            return f"none of {counted(len(found), 'account')} matches --account-filter"
        return "there is no account in these organizational units"


def _refuse_missing_users(selection: Selection, results: Sequence[AccountResult]) -> None:
    """A user that is in some of the accounts only is none that is missing."""
    there = {folded(user.user_name) for each in results for user in each.inventory.users}
    missing = [name for name in selection.users if folded(name) not in there]
    if missing:
        others = f", nor in {len(results) - 1} others" if len(results) > 1 else ""
        account = f"{results[0].member}{others}"
        raise KeyswitchError(catalogue.NoSuchUser(user_name=", ".join(missing), account=account))


def _selected(
    *,
    is_organization: bool,
    ou_ids: tuple[str, ...],
    account_filter: tuple[str, ...],
    role: str | None,
    external_id: str | None,
) -> OrganizationSelection | None:
    given = {
        "--ou": ou_ids,
        "--account-filter": account_filter,
        "--role": role,
        "--external-id": external_id,
    }
    named = [name for name, value in given.items() if value]
    if not is_organization:
        if named:
            raise click.UsageError(f"Use {named[0]} with --organization only.")
        return None
    if not role:
        raise click.UsageError(
            "Use --role NAME with --organization: the role to assume in each account."
        )
    if role.startswith("arn:") or not _ROLE.fullmatch(role):
        raise click.UsageError(
            "--role takes the name of a role, such as audit or security/audit, not an ARN."
        )
    wrong = next((each for each in ou_ids if not _PARENT.fullmatch(each)), None)
    if wrong is not None:
        raise click.UsageError(
            f"--ou takes the id of an organizational unit or root, ou-… or r-…, not {wrong!r}."
        )
    if external_id and not EXTERNAL_ID.fullmatch(external_id):
        raise click.UsageError(f"--external-id {NO_EXTERNAL_ID}.")
    units = tuple(dict.fromkeys(ou_ids))
    return OrganizationSelection(units, AccountFilter(account_filter), role, external_id)


organization_options = gathering(
    click.option(
        "--organization",
        "is_organization",
        is_flag=True,
        help="Look at every account of the AWS organization, with credentials of its management account or of a "
        "delegated administrator.",
    ),
    click.option(
        "--ou",
        "ou_ids",
        multiple=True,
        metavar="OU",
        help="Only accounts below this organizational unit or root (ou-… or r-…). Repeat the option for several.",
    ),
    click.option(
        "--account-filter",
        multiple=True,
        metavar="PATTERN",
        help="Only accounts whose whole id or name matches, such as '*-prod'; '!sandbox-*' leaves accounts out. "
        "Repeat the option for several.",
    ),
    click.option(
        "--role",
        metavar="NAME",
        help="Assume the role of this name in each account but the one of the credentials.",
    ),
    click.option("--external-id", metavar="ID", help="The external id that the role asks for."),
    argument="organization",
    make=_selected,
)
"""The options by which a command selects accounts; they make its argument ``organization``, ``None`` without
``--organization``."""
