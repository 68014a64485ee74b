"""The emulator: moto's IAM and STS, with the changes that somebody else might make behind Pulumi."""

from __future__ import annotations

import contextlib
import itertools
import json
from datetime import timedelta
from typing import Any

import boto3
from botocore.config import Config
from moto.iam.models import iam_backends
from moto.server import DomainDispatcherApplication, create_backend_app

from support.engine import Project
from support.http import OUTSIDER, RecordingServer

ACCOUNT = "123456789012"
_NUMBERS = itertools.count(1)


def _policy_arn(policy: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{policy}"


def moto_app() -> Any:
    return DomainDispatcherApplication(create_backend_app)


class Outsider:
    """Somebody with a console: makes users and keys, and changes them without telling Pulumi.

    Its own calls are neither recorded nor ruled.
    """

    def __init__(self, server: RecordingServer) -> None:
        self._url = server.url
        self._iam = boto3.client(
            "iam",
            endpoint_url=server.url,
            region_name="us-east-1",
            aws_access_key_id=OUTSIDER,
            aws_secret_access_key="outsider",
            config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
        )

    def new_user(self, stem: str = "bob", path: str = "/") -> str:
        user_name = f"{stem}-{next(_NUMBERS)}"
        self._ask("create_user", UserName=user_name, Path=path)
        return user_name

    def new_key(self, user_name: str, status: str = "Active") -> str:
        made = self._ask("create_access_key", UserName=user_name)
        access_key_id: str = made["AccessKey"]["AccessKeyId"]
        if status != "Active":
            self.switch(user_name, access_key_id, status)
        return access_key_id

    def switch(self, user_name: str, access_key_id: str, status: str) -> None:
        self._ask("update_access_key", UserName=user_name, AccessKeyId=access_key_id, Status=status)

    def status(self, user_name: str, access_key_id: str) -> str | None:
        rows = self._ask("list_access_keys", UserName=user_name)["AccessKeyMetadata"]
        return {row["AccessKeyId"]: row["Status"] for row in rows}.get(access_key_id)

    def delete_key(self, user_name: str, access_key_id: str) -> None:
        self._ask("delete_access_key", UserName=user_name, AccessKeyId=access_key_id)

    def rename(self, user_name: str, new_name: str) -> None:
        self._ask("update_user", UserName=user_name, NewUserName=new_name)

    def attach(self, user_name: str, policy: str) -> None:
        """A customer managed policy of that name, attached to the user."""
        statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        with contextlib.suppress(self._iam.exceptions.EntityAlreadyExistsException):
            self._ask("create_policy", PolicyName=policy, PolicyDocument=document)
        self._ask("attach_user_policy", UserName=user_name, PolicyArn=_policy_arn(policy))

    def tag(self, user_name: str, **tags: str) -> None:
        listed: Any = [{"Key": key, "Value": value} for key, value in tags.items()]
        self._ask("tag_user", UserName=user_name, Tags=listed)

    def detach(self, user_name: str, policy: str) -> None:
        self._ask("detach_user_policy", UserName=user_name, PolicyArn=_policy_arn(policy))

    def use(self, access_key_id: str) -> None:
        """A call that is signed with the key, which IAM takes note of."""
        client = boto3.client(
            "sts",
            endpoint_url=self._url,
            region_name="eu-west-1",
            aws_access_key_id=access_key_id,
            aws_secret_access_key="any",
        )
        client.get_caller_identity()

    def let_pass(self, user_name: str, **span: float) -> None:
        """Time passes for a user's keys: they were made, and used, that much longer ago."""
        for key in iam_backends[ACCOUNT]["aws"].users[user_name].access_keys:
            key.create_date -= timedelta(**span)
            if key.last_used is not None:
                key.last_used._timestamp -= timedelta(**span)

    def adopted(self, project: Project, **inputs: Any) -> tuple[str, str]:
        """A new user and key, declared as ``bob`` in the project and adopted."""
        user_name = self.new_user()
        access_key_id = self.new_key(user_name)
        declared = {"access_key_id": access_key_id, "user_name": user_name, **inputs}
        project.declare(bob=declared)
        project.up()
        return user_name, access_key_id

    def _ask(self, operation: str, **parameters: Any) -> Any:
        return getattr(self._iam, operation)(**parameters)


SHOP = "222222222222"
"""An account that is not the stack's own."""


def role_in(account_id: str) -> str:
    return f"arn:aws:iam::{account_id}:role/keys"


class Elsewhere:
    """Somebody in another account: the emulator keeps accounts apart by the role assumed."""

    def __init__(self, server: RecordingServer, account_id: str) -> None:
        common: dict[str, Any] = {"endpoint_url": server.url, "region_name": "us-east-1"}
        sts = boto3.client("sts", aws_access_key_id=OUTSIDER, aws_secret_access_key="any", **common)
        session = sts.assume_role(RoleArn=role_in(account_id), RoleSessionName="outsider")[
            "Credentials"
        ]
        self.environment = {
            "AWS_ACCESS_KEY_ID": str(session["AccessKeyId"]),
            "AWS_SECRET_ACCESS_KEY": str(session["SecretAccessKey"]),
            "AWS_SESSION_TOKEN": str(session["SessionToken"]),
        }
        self._iam = boto3.client(
            "iam",
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
            **common,
        )

    def new_key(self, user_name: str) -> str:
        self._iam.create_user(UserName=user_name)
        made = self._iam.create_access_key(UserName=user_name)
        return str(made["AccessKey"]["AccessKeyId"])

    def status(self, user_name: str, key: str) -> str | None:
        rows = self._iam.list_access_keys(UserName=user_name)["AccessKeyMetadata"]
        return {row["AccessKeyId"]: str(row["Status"]) for row in rows}.get(key)
