"""The resources of the stand-in: boto3 calls over plain bags, under pulumi-aws's property names.

One :class:`Kind` each, in :data:`KINDS`. An input that is not in its table is refused by the
provider rather than ignored, so that a test never believes in what did not happen. Left out are
those inputs, the provider's default tags, retries that wait for AWS to settle, and the real
provider's validation of values other than the few in ``choices``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Client = Any
Bag = dict[str, Any]

CURRENT = "AWSCURRENT"
SEPARATOR = "|"


class AwsError(Exception):
    """A refusal in the words of the real provider: one line, and nothing of Python."""


class AbsentError(AwsError):
    """What was asked for is not there (any more)."""


@dataclass(frozen=True)
class Input:
    """``computed``: AWS decides what the program leaves open, and that is no difference."""

    default: Any = None
    choices: tuple[str, ...] = ()
    replaces: bool = False
    computed: bool = False


@dataclass(frozen=True)
class Kind:
    """A type of resource. ``outputs`` are what only AWS can tell, ``title`` the input that a failed
    creation is called by; ``noun`` and ``creating`` are words of the real provider's messages."""

    noun: str
    service: str
    inputs: Mapping[str, Input]
    outputs: tuple[str, ...]
    create: Callable[[Client, Bag], tuple[str, Bag]]
    read: Callable[[Client, str, Bag], Bag]
    update: Callable[[Client, str, Bag, Bag], None]
    delete: Callable[[Client, str, Bag], None]
    secrets: frozenset[str] = frozenset()
    title: str = "name"
    named: bool = True
    creating: str = "creating {noun} ({title})"


def _given(**inputs: Any) -> Bag:
    return {name: value for name, value in inputs.items() if value not in (None, "", [])}


def _tag_rows(bag: Bag) -> list[Bag]:
    return [{"Key": key, "Value": value} for key, value in (bag.get("tags") or {}).items()]


def _tags(rows: list[Bag]) -> Bag:
    tags = {row["Key"]: row["Value"] for row in rows}
    return {"tags": tags or None, "tagsAll": tags}


def _retag(
    olds: Bag, news: Bag, tag: Callable[[list[Bag]], Any], untag: Callable[[list[str]], Any]
) -> None:
    before, after = olds.get("tags") or {}, news.get("tags") or {}
    if gone := sorted(before.keys() - after.keys()):
        untag(gone)
    if after != before and after:
        tag(_tag_rows(news))


def _create_user(iam: Client, inputs: Bag) -> tuple[str, Bag]:
    name = inputs["name"]
    optional = _given(Tags=_tag_rows(inputs))
    iam.create_user(UserName=name, Path=inputs["path"], **optional)
    return name, _read_user(iam, name, {})


def _read_user(iam: Client, user_id: str, state: Bag) -> Bag:
    user = iam.get_user(UserName=state.get("name", user_id))["User"]
    return {
        "arn": user["Arn"],
        "name": user["UserName"],
        "path": user["Path"],
        "uniqueId": user["UserId"],
        **_tags(user.get("Tags", [])),
    }


def _update_user(iam: Client, _: str, olds: Bag, news: Bag) -> None:
    name = news["name"]
    if (olds["name"], olds["path"]) != (name, news["path"]):
        iam.update_user(UserName=olds["name"], NewUserName=name, NewPath=news["path"])
    _retag(
        olds,
        news,
        lambda rows: iam.tag_user(UserName=name, Tags=rows),
        lambda keys: iam.untag_user(UserName=name, TagKeys=keys),
    )


def _delete_user(iam: Client, _: str, state: Bag) -> None:
    name = state["name"]
    if state.get("forceDestroy"):
        for row in _key_rows(iam, name):
            iam.delete_access_key(UserName=name, AccessKeyId=row["AccessKeyId"])
    iam.delete_user(UserName=name)


def _key_rows(iam: Client, user: str) -> list[Bag]:
    pages = iam.get_paginator("list_access_keys").paginate(UserName=user)
    return [row for page in pages for row in page["AccessKeyMetadata"]]


def _key_outputs(row: Bag) -> Bag:
    created = row["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"createDate": created, "status": row["Status"], "user": row["UserName"]}


def _create_key(iam: Client, inputs: Bag) -> tuple[str, Bag]:
    row = iam.create_access_key(UserName=inputs["user"])["AccessKey"]
    key_id = row["AccessKeyId"]
    if inputs["status"] != row["Status"]:
        _update_key(iam, key_id, {}, inputs)
    outputs = {**_key_outputs(row), "status": inputs["status"], "secret": row["SecretAccessKey"]}
    return key_id, outputs


def _read_key(iam: Client, key_id: str, state: Bag) -> Bag:
    user = state.get("user") or iam.get_access_key_last_used(AccessKeyId=key_id)["UserName"]
    for row in _key_rows(iam, user):
        if row["AccessKeyId"] == key_id:
            return _key_outputs(row)
    raise AbsentError(key_id)


def _update_key(iam: Client, key_id: str, _: Bag, news: Bag) -> None:
    iam.update_access_key(UserName=news["user"], AccessKeyId=key_id, Status=news["status"])


def _delete_key(iam: Client, key_id: str, state: Bag) -> None:
    iam.delete_access_key(UserName=state["user"], AccessKeyId=key_id)


def _create_secret(manager: Client, inputs: Bag) -> tuple[str, Bag]:
    optional = _given(
        Description=inputs.get("description"),
        KmsKeyId=inputs.get("kmsKeyId"),
        Tags=_tag_rows(inputs),
    )
    arn = manager.create_secret(Name=inputs["name"], **optional)["ARN"]
    return arn, _read_secret(manager, arn, {})


def _read_secret(manager: Client, arn: str, _: Bag) -> Bag:
    answer = manager.describe_secret(SecretId=arn)
    if answer.get("DeletedDate"):
        raise AbsentError(arn)
    return {
        "arn": answer["ARN"],
        "description": answer.get("Description", ""),
        "kmsKeyId": answer.get("KmsKeyId", ""),
        "name": answer["Name"],
        "region": manager.meta.region_name,
        **_tags(answer.get("Tags", [])),
    }


def _update_secret(manager: Client, arn: str, olds: Bag, news: Bag) -> None:
    wanted = {name: news.get(name, "") for name in ("description", "kmsKeyId")}
    if any(olds.get(name, "") != value for name, value in wanted.items()):
        kms = _given(KmsKeyId=wanted["kmsKeyId"])
        manager.update_secret(SecretId=arn, Description=wanted["description"], **kms)
    _retag(
        olds,
        news,
        lambda rows: manager.tag_resource(SecretId=arn, Tags=rows),
        lambda keys: manager.untag_resource(SecretId=arn, TagKeys=keys),
    )


def _delete_secret(manager: Client, arn: str, state: Bag) -> None:
    days = int(state.get("recoveryWindowInDays", 30))
    how = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    manager.delete_secret(SecretId=arn, **how)


def _create_version(manager: Client, inputs: Bag) -> tuple[str, Bag]:
    answer = manager.put_secret_value(
        SecretId=inputs["secretId"], SecretString=inputs["secretString"]
    )
    version_id = SEPARATOR.join((inputs["secretId"], answer["VersionId"]))
    return version_id, _read_version(manager, version_id, {})


def _read_version(manager: Client, version_id: str, state: Bag) -> Bag:
    secret, _, version = version_id.partition(SEPARATOR)
    answer = manager.get_secret_value(SecretId=secret, VersionId=version)
    return {
        "arn": answer["ARN"],
        "region": manager.meta.region_name,
        "secretArn": answer["ARN"],
        "secretId": secret,
        "secretString": answer["SecretString"],
        "versionId": version,
        "versionStages": sorted(answer["VersionStages"]),
    }


def _update_version(manager: Client, version_id: str, olds: Bag, news: Bag) -> None:
    """Nothing of a version changes in place."""


def _delete_version(manager: Client, version_id: str, state: Bag) -> None:
    """As AWS has it, a version loses its labels but for the current one, and stays."""
    secret, _, version = version_id.partition(SEPARATOR)
    for stage in set(state.get("versionStages", [])) - {CURRENT}:
        manager.update_secret_version_stage(
            SecretId=secret, VersionStage=stage, RemoveFromVersionId=version
        )


PLAIN = Input()
REPLACES = Input(replaces=True)
REGION = Input(replaces=True, computed=True)

KINDS: Mapping[str, Kind] = {
    "aws:iam/user:User": Kind(
        noun="IAM User",
        service="iam",
        inputs={
            "forceDestroy": Input(default=False),
            "name": PLAIN,
            "path": Input("/"),
            "tags": PLAIN,
        },
        outputs=("arn", "tagsAll", "uniqueId"),
        create=_create_user,
        read=_read_user,
        update=_update_user,
        delete=_delete_user,
    ),
    "aws:iam/accessKey:AccessKey": Kind(
        noun="IAM Access Key",
        service="iam",
        title="user",
        inputs={"status": Input("Active", choices=("Active", "Inactive")), "user": REPLACES},
        outputs=("createDate", "secret"),
        create=_create_key,
        read=_read_key,
        update=_update_key,
        delete=_delete_key,
        secrets=frozenset({"secret"}),
        named=False,
    ),
    "aws:secretsmanager/secret:Secret": Kind(
        noun="Secrets Manager Secret",
        service="secretsmanager",
        inputs={
            "description": PLAIN,
            "forceOverwriteReplicaSecret": Input(default=False),
            "kmsKeyId": PLAIN,
            "name": REPLACES,
            "recoveryWindowInDays": Input(30),
            "region": REGION,
            "tags": PLAIN,
        },
        outputs=("arn", "tagsAll"),
        create=_create_secret,
        read=_read_secret,
        update=_update_secret,
        delete=_delete_secret,
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Kind(
        noun="Secrets Manager Secret Version",
        service="secretsmanager",
        title="secretId",
        inputs={"region": REGION, "secretId": REPLACES, "secretString": REPLACES},
        outputs=("arn", "secretArn", "versionId", "versionStages"),
        create=_create_version,
        read=_read_version,
        update=_update_version,
        delete=_delete_version,
        secrets=frozenset({"secretString"}),
        named=False,
        creating="putting Secrets Manager Secret ({title}) value",
    ),
}
