"""What keyswitch asks of AWS Organizations, in AWS's words: a narrow protocol, and its answers.

:mod:`keyswitch.iam.boto_organizations` is the implementation over AWS. Only the management account of an organization
and its delegated administrators may ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

ACTIVE: Final = "ACTIVE"
"""The only state in which an account can be entered."""


@dataclass(frozen=True)
class Account:
    """One row of ``organizations:ListAccounts``.

    :param account_id: twelve digits.
    :param name: as whoever made the account wrote it, without secrets.
    :param state: ``ACTIVE``, ``PENDING_ACTIVATION``, ``SUSPENDED``, ``PENDING_CLOSURE`` or ``CLOSED``; empty where AWS
        tells none, as to a boto3 that knows ``Status`` alone, which AWS retires.
    """

    account_id: str
    name: str
    state: str

    @property
    def is_active(self) -> bool:
        """Whether it can be entered, as far as AWS tells: one whose state is not told may be."""
        return self.state in (ACTIVE, "")

    def __str__(self) -> str:
        return f"{self.account_id} ({self.name})" if self.name else self.account_id


@dataclass(frozen=True)
class OrganizationalUnit:
    """One organizational unit (OU).

    :param ou_id: ``ou-…``.
    :param name: as whoever made the OU wrote it, without secrets; the id where AWS tells none.
    """

    ou_id: str
    name: str


class Organizations(Protocol):
    """AWS Organizations as keyswitch sees it. Every method asks, and changes nothing.

    Each raises :class:`~keyswitch.messages.format.KeyswitchError`: KS330 for a caller who may not ask, KS331 for one whose
    account is in no organization, and what any call of AWS can fail with.
    """

    def accounts(self) -> tuple[Account, ...]:
        """Every account of the organization, in every state: all pages of ``organizations:ListAccounts``."""
        ...

    def root_ids(self) -> tuple[str, ...]:
        """The ids of the roots, ``r-…``, of which an organization has one: ``organizations:ListRoots``."""
        ...

    def accounts_for_parent(self, parent_id: str) -> tuple[Account, ...]:
        """The accounts directly below a root or OU: all pages of ``organizations:ListAccountsForParent``.

        :raises KeyswitchError: KS332, there is no such parent.
        """
        ...

    def organizational_units_for_parent(self, parent_id: str) -> tuple[OrganizationalUnit, ...]:
        """The OUs directly below a root or OU: all pages of ``organizations:ListOrganizationalUnitsForParent``.

        :raises KeyswitchError: KS332, there is no such parent.
        """
        ...

    def organizational_unit(self, ou_id: str) -> OrganizationalUnit:
        """One OU by its id: ``organizations:DescribeOrganizationalUnit``.

        :raises KeyswitchError: KS332, there is no such OU.
        """
        ...

    def parent_id(self, ou_id: str) -> str:
        """What an OU is directly below, a root or an OU: ``organizations:ListParents``.

        :raises KeyswitchError: KS332, there is no such OU.
        """
        ...
