"""What a look at the accounts of an organization found, and what it could not find.

The outcome is pure: three lists say which accounts were read, which could not be entered and which could not be read, and
two more which were not to be looked at. Each account of the organization, or of the OUs asked for, is in exactly one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final

from keyswitch.iam.organizations import Account, OrganizationalUnit
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import AwsAnswer, line
from keyswitch.report.inventory import Inventory

_LEAVES_OUT: Final = "!"


@dataclass(frozen=True)
class Member:
    """An account, and where in the organization it is.

    :param units: the OUs that it is in, from the top down; empty directly below the root, ``None`` for an account
        that joined or moved while the organization was listed.
    """

    account: Account
    units: tuple[OrganizationalUnit, ...] | None = ()

    @property
    def ou_path(self) -> str:
        """The names of its OUs, ``/Workloads/Prod``; ``/`` directly below the root, empty where it is not known."""
        return "" if self.units is None else f"/{'/'.join(each.name for each in self.units)}"

    def __str__(self) -> str:
        return str(self.account)


@dataclass(frozen=True)
class AccountResult:
    """An account that was read."""

    member: Member
    inventory: Inventory


@dataclass(frozen=True)
class AccountFailure:
    """An account that is missing from the results, and why.

    :param operation: the operation of AWS that failed, ``sts:AssumeRole`` or ``iam:ListUsers``.
    :param message: why, in the catalogue's words.
    :param answer: AWS's code and request id, where AWS answered at all.
    """

    member: Member
    operation: str
    message: Message
    answer: AwsAnswer | None = None

    @property
    def reason(self) -> str:
        """Why, in one line about the account."""
        return line(self.message, f"account {self.member}", self.answer)


@dataclass(frozen=True)
class FailedRole(AccountFailure):
    """An account that could not be entered.

    :param role_arn: the role that was asked for; empty in the caller's own account.
    """

    role_arn: str = ""


@dataclass(frozen=True)
class FailedCall(AccountFailure):
    """An account that was entered, and of which a call failed: nothing of it is in the results."""


@dataclass(frozen=True)
class OrganizationScan:
    """The outcome, each list in the order of OU paths and account ids.

    :param caller_account: the account of the credentials, twelve digits.
    :param results: the accounts that were read.
    :param failed_roles: those that could not be entered.
    :param failed_calls: those that were entered and not read.
    :param skipped: those that are not ACTIVE, which nobody can enter.
    :param excluded: those that the filter leaves out.
    :param since: when the first of the results was looked at, an aware moment.
    """

    caller_account: str
    results: tuple[AccountResult, ...]
    failed_roles: tuple[FailedRole, ...]
    failed_calls: tuple[FailedCall, ...]
    skipped: tuple[Member, ...]
    excluded: tuple[Member, ...]
    since: datetime

    @property
    def failures(self) -> tuple[AccountFailure, ...]:
        """Both kinds, in the same order."""
        both = (*self.failed_roles, *self.failed_calls)
        return tuple(sorted(both, key=lambda each: place_of(each.member)))

    @property
    def looked_at(self) -> int:
        """How many accounts were to be read."""
        return len(self.results) + len(self.failed_roles) + len(self.failed_calls)

    @property
    def by_ou(self) -> Mapping[str, tuple[AccountResult, ...]]:
        """The results by OU path, in order; an OU of which nothing was read is not among them."""
        found: dict[str, list[AccountResult]] = {}
        for each in self.results:
            found.setdefault(each.member.ou_path, []).append(each)
        return {path: tuple(each) for path, each in found.items()}


@dataclass(frozen=True)
class AccountFilter:
    """Which accounts are looked at, by shell patterns of their whole ids or names, in any letter case.

    :param patterns: one that begins with ``!`` leaves out what it matches, whatever the others say; with none that
        selects, every account is selected.
    """

    patterns: tuple[str, ...] = ()

    def selects(self, account: Account) -> bool:
        """Whether the account is to be looked at."""
        out = [each[1:] for each in self.patterns if each.startswith(_LEAVES_OUT)]
        wanted = [each for each in self.patterns if not each.startswith(_LEAVES_OUT)]
        return not _matches(account, out) and (not wanted or _matches(account, wanted))


def _matches(account: Account, patterns: Iterable[str]) -> bool:
    texts = (account.account_id, account.name.casefold())
    return any(fnmatchcase(text, each.casefold()) for each in patterns for text in texts)


def place_of(member: Member) -> tuple[bool, str, str]:
    """What members are sorted by: OU path, account id; those whose OU is not known come last."""
    return (member.units is None, member.ou_path, member.account.account_id)


def role_arn(name: str, account_id: str, partition: str) -> str:
    """The ARN of a role of that name in an account.

    :param name: with or without a path, ``audit`` or ``/security/audit``.
    :param partition: ``aws``, ``aws-cn``, ...
    """
    return f"arn:{partition}:iam::{account_id}:role/{name.lstrip('/')}"
