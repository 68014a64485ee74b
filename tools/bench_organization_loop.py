"""What a script without keyswitch would do to list the keys of an organization; ``bench_organization.py`` measures it.

usage: bench_organization_loop.py ACCOUNTS_AT_A_TIME ROLE
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3

MAKING = threading.Lock()


def accounts(organizations: Any, parent_id: str, path: str) -> Iterator[tuple[str, str]]:
    """Id and OU path of each account below a root or OU."""
    for page in organizations.get_paginator("list_accounts_for_parent").paginate(
        ParentId=parent_id
    ):
        for row in page["Accounts"]:
            yield row["Id"], path
    pages = organizations.get_paginator("list_organizational_units_for_parent")
    for page in pages.paginate(ParentId=parent_id):
        for row in page["OrganizationalUnits"]:
            yield from accounts(organizations, row["Id"], f"{path}/{row['Name']}")


def rows_of(iam: Any, account_id: str, path: str) -> Iterator[dict[str, Any]]:
    """Each key of an account, with its last use and its user's policies."""
    for page in iam.get_paginator("list_users").paginate():
        for user in page["Users"]:
            name = user["UserName"]
            keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
            used = [iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"]) for key in keys]
            attached = iam.list_attached_user_policies(UserName=name) if keys else {}
            for key, last in zip(keys, used, strict=True):
                yield {
                    "account": account_id,
                    "ou": path,
                    "key": key["AccessKeyId"],
                    "status": key["Status"],
                    "used": str(last["AccessKeyLastUsed"].get("LastUsedDate")),
                    "policies": [each["PolicyName"] for each in attached["AttachedPolicies"]],
                }


def main() -> None:
    """Prints the keys of every account as JSON."""
    at_a_time, role = int(sys.argv[1]), sys.argv[2]
    session = boto3.Session(region_name="us-east-1")
    organizations, sts = session.client("organizations"), session.client("sts")
    own = sts.get_caller_identity()["Account"]
    organizations.list_accounts()
    (root,) = organizations.list_roots()["Roots"]

    def read(found: tuple[str, str]) -> list[dict[str, Any]]:
        account_id, path = found
        keys: dict[str, str] = {}
        if account_id != own:
            arn = f"arn:aws:iam::{account_id}:role/{role}"
            said = sts.assume_role(RoleArn=arn, RoleSessionName="loop")["Credentials"]
            keys = {
                "aws_access_key_id": said["AccessKeyId"],
                "aws_secret_access_key": said["SecretAccessKey"],
                "aws_session_token": said["SessionToken"],
            }
        with MAKING:
            iam = session.client("iam", **keys)
        return list(rows_of(iam, account_id, path))

    with ThreadPoolExecutor(at_a_time) as pool:
        read_rows = list(pool.map(read, accounts(organizations, root["Id"], "")))
    json.dump([row for rows in read_rows for row in rows], sys.stdout)


if __name__ == "__main__":
    main()
