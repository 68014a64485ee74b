"""An organization in memory, as strict as AWS where the emulator is not: its accounts, their roles and their IAM.

Pages of a few rows, some of them empty and not the last; tokens that belong to one list; only the management account and
delegated administrators may ask; roles that trust one account, and an external id. An account's IAM is a strict one of its
own, reached by the session of a role that was assumed.
"""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from werkzeug.wrappers import Request, Response

from keyswitch.iam.organizations import Account, OrganizationalUnit
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from support.http import aws_error, json_error
from support.strict_app import answer
from support.strict_iam import ACCOUNT, AwsRefusal, StrictIam

ROOT_ID = "r-ab12"
ROLE = "audit"
_MOST = 20
_PARENT = re.compile(r"(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})")
_ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role/(?:.*/)?([^/]+)")


@dataclass
class StrictAccount:
    """An account, and the roles in it that trust the caller: name to external id, empty for none."""

    account_id: str
    name: str
    state: str = "ACTIVE"
    parent_id: str = ROOT_ID
    iam: StrictIam = field(default_factory=StrictIam)
    roles: dict[str, str] = field(default_factory=lambda: {ROLE: ""})


@dataclass
class StrictOrganization:
    """The organization of the account that the tests sign in, which is its management account.

    ``tells`` are the fields in which an account's state is answered. No two keys have one id.
    """

    page: int = 2
    is_in_use: bool = True
    may_ask: bool = True
    tells: tuple[str, ...] = ("State", "Status")
    units: dict[str, tuple[str, str]] = field(default_factory=dict)
    accounts: dict[str, StrictAccount] = field(default_factory=dict)
    _numbers: Any = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.add_account(ACCOUNT, "management")

    @property
    def own(self) -> StrictAccount:
        return self.accounts[ACCOUNT]

    def add_unit(self, name: str, parent_id: str = ROOT_ID) -> str:
        ou_id = f"ou-ab12-{len(self.units):08d}"
        self.units[ou_id] = (name, parent_id)
        return ou_id

    def add_account(
        self, account_id: str, name: str, parent_id: str = ROOT_ID, state: str = "ACTIVE"
    ) -> StrictAccount:
        iam = StrictIam(_numbers=self._numbers)
        made = StrictAccount(account_id, name, state, parent_id, iam)
        self.accounts[account_id] = made
        return made

    def ask(self, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        """One call, as AWS answers or refuses it."""
        if not self.is_in_use:
            message = "Your account is not a member of an organization."
            raise AwsRefusal(400, "AWSOrganizationsNotInUseException", message)
        if not self.may_ask:
            message = "You don't have permissions to access this resource."
            raise AwsRefusal(400, "AccessDeniedException", message)
        if operation == "ListRoots":
            return self._page("Roots", [{"Id": ROOT_ID, "Name": "Root"}], operation, given)
        if operation == "ListAccounts":
            rows = [self._row(each) for each in self.accounts.values()]
            return self._page("Accounts", rows, operation, given)
        if operation == "ListAccountsForParent":
            parent = self._parent(given)
            rows = [self._row(each) for each in self.accounts.values() if each.parent_id == parent]
            return self._page("Accounts", rows, operation, given)
        if operation == "ListOrganizationalUnitsForParent":
            parent = self._parent(given)
            rows = [
                {"Id": ou_id, "Name": name}
                for ou_id, (name, parent_id) in self.units.items()
                if parent_id == parent
            ]
            return self._page("OrganizationalUnits", rows, operation, given)
        if operation == "DescribeOrganizationalUnit":
            ou_id = self._unit(given["OrganizationalUnitId"], "OrganizationalUnit")
            return {"OrganizationalUnit": {"Id": ou_id, "Name": self.units[ou_id][0]}}
        if operation == "ListParents":
            parent_id = self.units[self._unit(given["ChildId"], "Child")][1]
            kind = "ROOT" if parent_id == ROOT_ID else "ORGANIZATIONAL_UNIT"
            return {"Parents": [{"Id": parent_id, "Type": kind}]}
        raise AwsRefusal(400, "UnknownOperationException", "")

    def enter(self, role_arn: str, external_id: str) -> StrictAccount:
        """The account of a role, if the role trusts whoever asks."""
        found = _ROLE_ARN.fullmatch(role_arn)
        account = self.accounts.get(found[1]) if found else None
        trusted = account.roles.get(found[2]) if account and found else None
        if account is None or account.state != "ACTIVE" or trusted != external_id:
            message = (
                f"User: arn:aws:iam::{ACCOUNT}:user/ci is not authorized to perform: "
                f"sts:AssumeRole on resource: {role_arn}"
            )
            raise AwsRefusal(403, "AccessDenied", message)
        return account

    def _row(self, account: StrictAccount) -> dict[str, Any]:
        states = dict.fromkeys(self.tells, account.state)
        return {"Id": account.account_id, "Name": account.name, **states}

    def _parent(self, given: dict[str, Any]) -> str:
        parent_id = str(given["ParentId"])
        if not _PARENT.fullmatch(parent_id):
            raise AwsRefusal(400, "InvalidInputException", "You specified an invalid value.")
        if parent_id != ROOT_ID and parent_id not in self.units:
            message = "We can't find a root or OU with the ParentId that you specified."
            raise AwsRefusal(400, "ParentNotFoundException", message)
        return parent_id

    def _unit(self, ou_id: str, kind: str) -> str:
        if ou_id not in self.units:
            message = "You specified an organizational unit that doesn't exist."
            raise AwsRefusal(400, f"{kind}NotFoundException", message)
        return ou_id

    def _page(
        self, name: str, rows: list[dict[str, Any]], operation: str, given: dict[str, Any]
    ) -> dict[str, Any]:
        """Begins with an empty page wherever there is more than one, as AWS may at any time."""
        if not 1 <= int(given.get("MaxResults", 1)) <= _MOST:
            raise AwsRefusal(400, "InvalidInputException", "MaxResults")
        place = f"{operation} {given.get('ParentId', '')}"
        token = str(
            given.get("NextToken") or f"{place} {0 if len(rows) > self.page else self.page}"
        )
        before, _, number = token.rpartition(" ")
        if before != place:
            raise AwsRefusal(400, "InvalidInputException", "INVALID_NEXT_TOKEN")
        end = int(number)
        more = {"NextToken": f"{place} {end + self.page}"} if end < len(rows) else {}
        return {name: rows[max(0, end - self.page) : end], **more}


def strict_organization_app(organization: StrictOrganization) -> Callable[..., Iterable[bytes]]:
    """Organizations, STS and the IAM of every account, each over its own protocol."""
    sessions: dict[str, StrictAccount] = {}

    @Request.application
    def app(request: Request) -> Response:
        target = request.headers.get("X-Amz-Target", "")
        if target:
            try:
                given = json.loads(request.get_data())
                said = organization.ask(target.rpartition(".")[2], given)
            except AwsRefusal as refusal:
                return json_error(refusal.http_status, refusal.code, refusal.message)
            return Response(json.dumps(said), content_type="application/x-amz-json-1.1")
        signer = request.headers.get("Authorization", "").partition("Credential=")[2]
        signer = signer.partition("/")[0]
        form = request.form
        try:
            if form["Action"] == "AssumeRole":
                account = organization.enter(form["RoleArn"], form.get("ExternalId", ""))
                key = f"ASIA{uuid.uuid4().hex[:16].upper()}"
                sessions[key] = account
                return Response(_session(key), content_type="text/xml")
            iam = sessions.get(signer, organization.own).iam
            iam.admit(signer)
            return answer(iam, signer, form)
        except AwsRefusal as refusal:
            return aws_error(refusal.http_status, refusal.code, escape(refusal.message))

    return app


def _session(key: str) -> str:
    return (
        f"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId>"
        "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
        "</AssumeRoleResponse>"
    )


class FakeOrganizations:
    """The strict model behind the :class:`keyswitch.iam.organizations.Organizations` protocol."""

    def __init__(self, organization: StrictOrganization) -> None:
        self._organization = organization

    def accounts(self) -> tuple[Account, ...]:
        return tuple(map(_account, self._all("ListAccounts", "Accounts")))

    def root_ids(self) -> tuple[str, ...]:
        return tuple(each["Id"] for each in self._all("ListRoots", "Roots"))

    def accounts_for_parent(self, parent_id: str) -> tuple[Account, ...]:
        rows = self._all("ListAccountsForParent", "Accounts", ParentId=parent_id)
        return tuple(map(_account, rows))

    def organizational_units_for_parent(self, parent_id: str) -> tuple[OrganizationalUnit, ...]:
        operation = "ListOrganizationalUnitsForParent"
        rows = self._all(operation, "OrganizationalUnits", ParentId=parent_id)
        return tuple(OrganizationalUnit(each["Id"], each["Name"]) for each in rows)

    def organizational_unit(self, ou_id: str) -> OrganizationalUnit:
        said = self._ask("DescribeOrganizationalUnit", OrganizationalUnitId=ou_id)
        return OrganizationalUnit(ou_id, said["OrganizationalUnit"]["Name"])

    def parent_id(self, ou_id: str) -> str:
        return str(self._ask("ListParents", ChildId=ou_id)["Parents"][0]["Id"])

    def _all(self, operation: str, name: str, **given: str) -> list[dict[str, Any]]:
        said = self._ask(operation, **given)
        rows = list(said[name])
        while "NextToken" in said:
            said = self._ask(operation, **given, NextToken=said["NextToken"])
            rows += said[name]
        return rows

    def _ask(self, operation: str, **given: str) -> dict[str, Any]:
        try:
            return self._organization.ask(operation, given)
        except AwsRefusal as refusal:
            raise _error(refusal, f"organizations:{operation}", given) from None


def _account(row: dict[str, Any]) -> Account:
    return Account(row["Id"], row["Name"], row.get("State") or row["Status"])


def _error(refusal: AwsRefusal, operation: str, given: dict[str, str]) -> KeyswitchError:
    if refusal.code == "AWSOrganizationsNotInUseException":
        return KeyswitchError(catalogue.NotInOrganization())
    if refusal.code == "AccessDeniedException":
        return KeyswitchError(
            catalogue.OrganizationNotReadable(
                principal="this caller",
                operation=operation,
                resource="the organization",
                reason="AWS gives no reason",
            )
        )
    return KeyswitchError(catalogue.NoSuchParent(parent=next(iter(given.values()))))
