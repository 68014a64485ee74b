"""AWS Organizations over boto3, signed as the calls of IAM are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from keyswitch.iam import errors
from keyswitch.iam.boto import BotoClient, at_most
from keyswitch.iam.call_limits import BOUNDS
from keyswitch.iam.errors import Call
from keyswitch.iam.organizations import Account, OrganizationalUnit
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import AwsAnswer, KeyswitchError
from keyswitch.messages.redact import redact

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

T = TypeVar("T")
_NOT_IN_USE: Final = "AWSOrganizationsNotInUseException"
_NO_SUCH_PARENT: Final = (
    "ParentNotFoundException",
    "OrganizationalUnitNotFoundException",
    "ChildNotFoundException",
)


class BotoOrganizations:
    """:class:`~keyswitch.iam.organizations.Organizations` over boto3.

    :param client: whose credentials ask.
    """

    def __init__(self, client: BotoClient) -> None:
        self._client = client

    def accounts(self) -> tuple[Account, ...]:
        """See :meth:`Organizations.accounts`."""
        return self._pages("ListAccounts", "Accounts", _account)

    def root_ids(self) -> tuple[str, ...]:
        """See :meth:`Organizations.root_ids`."""
        return self._pages("ListRoots", "Roots", lambda row: str(row["Id"]))

    def accounts_for_parent(self, parent_id: str) -> tuple[Account, ...]:
        """See :meth:`Organizations.accounts_for_parent`."""
        return self._pages("ListAccountsForParent", "Accounts", _account, parent_id)

    def organizational_units_for_parent(self, parent_id: str) -> tuple[OrganizationalUnit, ...]:
        """See :meth:`Organizations.organizational_units_for_parent`."""
        operation = "ListOrganizationalUnitsForParent"
        return self._pages(operation, "OrganizationalUnits", _unit, parent_id)

    def organizational_unit(self, ou_id: str) -> OrganizationalUnit:
        """See :meth:`Organizations.organizational_unit`."""
        with self._calling("DescribeOrganizationalUnit", ou_id) as organizations:
            answer = organizations.describe_organizational_unit(OrganizationalUnitId=ou_id)
            return _unit(answer["OrganizationalUnit"])

    def parent_id(self, ou_id: str) -> str:
        """See :meth:`Organizations.parent_id`."""
        with self._calling("ListParents", ou_id) as organizations:
            (parent,) = organizations.list_parents(ChildId=ou_id)["Parents"]
            return str(parent["Id"])

    def _pages(
        self, operation: str, rows: str, read: Callable[[Any], T], parent_id: str | None = None
    ) -> tuple[T, ...]:
        """Each row of every page; a page may be empty and not the last, as AWS says of all these lists."""
        from botocore import xform_name

        given = {"ParentId": parent_id} if parent_id is not None else {}
        with self._calling(operation, parent_id) as organizations:
            pages = organizations.get_paginator(xform_name(operation)).paginate(**given)
            most = BOUNDS.pages_of_an_organization
            found = at_most(most, pages, f"organizations:{operation}")
            return tuple(read(row) for page in found for row in page[rows])

    @contextmanager
    def _calling(self, operation: str, parent_id: str | None) -> Iterator[Any]:
        """The client, for a call and the reading of its answer."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        named = f"organizations:{operation}"
        clients = self._client.clients(named)
        try:
            organizations = clients.organizations
        except (BotoCoreError, ValueError, RuntimeError, OSError) as error:
            raise errors.unmade(error, Call(named, "AWS", "the organization")) from None
        call = Call(named, organizations.meta.endpoint_url, "the organization")
        try:
            yield organizations
        except ClientError as error:
            raise _answer_of(error, call, parent_id) from None
        except (BotoCoreError, ResponseParserError) as error:
            raise errors.unanswered(error, call) from None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise errors.garbled(error, call) from None


def _answer_of(error: ClientError, call: Call, parent_id: str | None) -> KeyswitchError:
    said = error.response.get("Error", {})
    code = said.get("Code") or ""
    answer = AwsAnswer(code, error.response.get("ResponseMetadata", {}).get("RequestId", ""))
    if code == _NOT_IN_USE:
        return KeyswitchError(catalogue.NotInOrganization(), None, answer)
    if code in _NO_SUCH_PARENT and parent_id is not None:
        return KeyswitchError(catalogue.NoSuchParent(parent=parent_id), None, answer)
    found = errors.answered(error, call)
    if type(found.message) is catalogue.AccessDenied:
        told: Message = catalogue.OrganizationNotReadable.of(vars(found.message))
        return KeyswitchError(told, None, answer)
    return found


def _account(row: Any) -> Account:
    """AWS renames ``Status`` to ``State``, and answers with either or both."""
    state = row.get("State") or row.get("Status") or ""
    return Account(str(row["Id"]), redact(str(row.get("Name") or "")), str(state))


def _unit(row: Any) -> OrganizationalUnit:
    return OrganizationalUnit(str(row["Id"]), redact(str(row.get("Name") or row["Id"])))
