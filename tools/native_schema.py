"""Writes the schema of the native provider from the tables of inputs (``make docs``)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final

from keyswitch.model.camel_case import in_camel_case
from keyswitch.model.fleet import DEFAULTS, KEYS, OF_A_FLEET, OF_A_FLEETS_KEY, OF_DEFAULTS
from keyswitch.model.inputs import (
    ACCOUNT,
    IN_ACCOUNT,
    IN_SAFEGUARDS,
    OF_A_KEY,
    SAFEGUARDS,
    Input,
)
from keyswitch.model.rotation import OF_A_ROTATION
from keyswitch.model.status import OnDestroy, OnDrift, Status, WhenUnmet
from keyswitch.model.urn import (
    FLEET_TYPE,
    KEY_TYPE,
    NATIVE_FLEET_TYPE,
    NATIVE_KEY_TYPE,
    ROTATION_TYPE,
)
from package_metadata import REPOSITORY

PAGE: Final = Path(__file__).resolve().parents[1] / "provider/keyswitch/plugin/native/schema.json"
GO_MODULE: Final = f"{REPOSITORY or 'keyswitch.invalid'}/sdk/go"
"""The SDK for Go; the ``go.mod`` of each example in Go names it too."""
TEXT: Final = {"type": "string"}
BOOLEAN: Final = {"type": "boolean"}
LIST: Final = {"type": "array", "items": TEXT}
ENUMS: Final = (Status, OnDestroy, OnDrift, WhenUnmet)
OUTPUTS_OF_A_KEY: Final = {
    "userName": "The owner as found; empty for the account's root user.",
    "status": "The status as last seen: `Active`, `Inactive`, `Expired` or `Deleted`.",
    "desiredStatus": "The status as last declared and carried out.",
    "accountId": "The account that the key was adopted in.",
    "createDate": "When the key was created, ISO 8601.",
    "changedAt": "When keyswitch last changed the status, ISO 8601; empty if it never has.",
    "adoptedStatus": "The status in which the key was found when it was adopted.",
    "statusSince": "When the present status was first seen or set, ISO 8601.",
    "deactivatedBy": "Who deactivated the key last, as far as keyswitch has seen: `nobody`, `program`, "
    "`override`, `override, since confirmed` or `outside`.",
    "pending": "What a held change waits for, and since when; empty if none is held.",
}
OUTPUTS_OF_A_FLEET: Final = {
    "statuses": "The status of each key as last seen.",
    "pending": "What each held change waits for, and since when; keys without one are not in it.",
}
OUTPUTS_OF_A_ROTATION: Final = {
    "stage": "Where the rotation stands; begins with settled, overlap, waiting, soaking or done.",
    "current": "The key that is kept Active.",
    "previous": "The key that is rotated out; none if there is none.",
}
LISTS: Final = ("allowedAccountIds", "forbiddenAccountIds", "userAgents")
"""Settings that are lists of text, as the following two."""
FILES: Final = ("sharedConfigFiles", "sharedCredentialsFiles")
SECRET: Final = ("secretKey", "token")
FLAGS: Final = (
    "insecure",
    "skipMetadataApiCheck",
    "skipRegionValidation",
    "skipRequestingAccountId",
    "useDualstackEndpoint",
    "useFipsEndpoint",
)
WORDS: Final = (
    "accessKey",
    "customCaBundle",
    "ec2MetadataServiceEndpoint",
    "ec2MetadataServiceEndpointMode",
    "httpProxy",
    "httpsProxy",
    "noProxy",
    "profile",
    "region",
    "retryMode",
    "stsRegion",
)


def reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/types/keyswitch:index:{name}"}


def reference_of(token: str) -> dict[str, Any]:
    return {"$ref": f"#/resources/{token}"}


def described(one: Input, kind: Mapping[str, Any]) -> dict[str, Any]:
    return {**kind, "description": in_camel_case(one.in_markdown)}


def kind_of(one: Input) -> dict[str, Any]:
    of_name = {
        SAFEGUARDS: reference("Safeguards"),
        ACCOUNT: reference("Account"),
        KEYS: {"type": "object", "additionalProperties": reference("FleetKey")},
        DEFAULTS: reference("FleetDefaults"),
        "allowed_account_ids": LIST,
    }
    if one.name in of_name:
        return of_name[one.name]
    if isinstance(one.read, type) and issubclass(one.read, Enum):
        return {"oneOf": [TEXT, reference(one.read.__name__)]}
    return BOOLEAN if one.read is bool else TEXT


def properties(inputs: Iterable[Input]) -> dict[str, Any]:
    return {each.in_camel_case: described(each, kind_of(each)) for each in inputs}


def required(inputs: Iterable[Input]) -> list[str]:
    return [each.in_camel_case for each in inputs if each.required]


def structure(description: str, inputs: Iterable[Input]) -> dict[str, Any]:
    listed = list(inputs)
    return {
        "description": description,
        "type": "object",
        "properties": properties(listed),
        "required": required(listed),
    }


def words(kind: type[Enum]) -> dict[str, Any]:
    values = [{"name": str(each.value).capitalize(), "value": each.value} for each in kind]
    return {"type": "string", "enum": values}


def resource(
    description: str, inputs: tuple[Input, ...], outputs: Mapping[str, Any], dynamic: str
) -> dict[str, Any]:
    return {
        "description": description,
        "inputProperties": properties(inputs),
        "requiredInputs": required(inputs),
        "properties": {**properties(inputs), **outputs},
        "required": sorted({*required(inputs), *outputs}),
        "aliases": [{"type": dynamic}],
    }


def rotation() -> dict[str, Any]:
    kinds = {"stage": TEXT, **dict.fromkeys(("current", "previous"), reference_of(NATIVE_KEY_TYPE))}
    outputs = {
        name: {**kinds[name], "description": says} for name, says in OUTPUTS_OF_A_ROTATION.items()
    }
    return {
        "description": "Two keys of one user, of which the older one is deactivated when that is safe.",
        "isComponent": True,
        "inputProperties": properties(OF_A_ROTATION),
        "requiredInputs": required(OF_A_ROTATION),
        "properties": outputs,
        "required": ["current", "stage"],
    }


def settings() -> dict[str, Any]:
    of_roles = {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}}
    return {
        **dict.fromkeys(WORDS, TEXT),
        "refusalWait": {
            **TEXT,
            "description": "How long nothing else may have been in progress before a refused key fails a preview. "
            "Default: `2s`.",
        },
        **{name: {**TEXT, "secret": True} for name in SECRET},
        **dict.fromkeys(FLAGS, BOOLEAN),
        **dict.fromkeys((*LISTS, *FILES), LIST),
        "maxRetries": {"type": "integer"},
        "assumeRoles": {"type": "array", "items": of_roles},
        "assumeRoleWithWebIdentity": {**of_roles, "secret": True},
        "endpoints": {
            "type": "array",
            "items": {"type": "object", "additionalProperties": TEXT},
        },
    }


def function(description: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> dict[str, Any]:
    needed = [name for name in inputs if name == "accessKeyId"]
    return {
        "description": description,
        "inputs": {"type": "object", "properties": inputs, "required": needed},
        "outputs": {"type": "object", "properties": outputs, "required": sorted(outputs)},
    }


def functions() -> dict[str, Any]:
    id_, user = {"accessKeyId": TEXT}, {"userName": TEXT}
    keys = {"keys": {"type": "array", "items": reference("AccessKey")}}
    use = dict.fromkeys(("userName", "lastUsedDate", "serviceName", "region"), TEXT)
    return {
        "keyswitch:index:getAccessKeys": function(
            "The keys of a user, the signer's own if none is named.", user, keys
        ),
        "keyswitch:index:getAccessKeyLastUsed": function(
            "When and by what a key was last used, and whose it is.", id_, use
        ),
        "keyswitch:index:getAccessKeyOwner": function(
            "The user that a key belongs to, empty for the root user.", id_, user
        ),
        "keyswitch:index:getCallerAccount": function(
            "The account of the credentials that sign.", {}, {"accountId": TEXT}
        ),
    }


def origin(address: str) -> dict[str, str]:
    """Where the plugin comes from: the engine looks there for the archive of its platform, by the archive's name."""
    if not address:
        return {}
    return {
        "repository": f"https://{address}",
        "pluginDownloadURL": f"https://{address}/releases/download/v${{VERSION}}",
    }


def schema() -> dict[str, Any]:
    """The whole schema."""
    of_key = {name: {**TEXT, "description": says} for name, says in OUTPUTS_OF_A_KEY.items()}
    texts = {"type": "object", "additionalProperties": TEXT}
    in_fleet = {name: {**texts, "description": says} for name, says in OUTPUTS_OF_A_FLEET.items()}
    in_fleet["records"] = {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "additionalProperties": {"$ref": "pulumi.json#/Any"},
        },
        "description": "What is recorded of each key.",
    }
    in_fleet["accountId"] = {**TEXT, "description": "The account of the keys."}
    seen = dict.fromkeys(("accessKeyId", "userName", "status", "createDate"), TEXT)
    key = resource("The status of one access key.", OF_A_KEY, of_key, KEY_TYPE)
    for part in ("inputProperties", "properties"):
        key[part]["accessKeyId"]["willReplaceOnChanges"] = True
    fleet = resource("The statuses of many keys.", OF_A_FLEET, in_fleet, FLEET_TYPE)
    configuration = settings()
    return {
        "name": "keyswitch",
        "displayName": "Keyswitch",
        "description": "The status of existing AWS IAM access keys as code.",
        "keywords": ["pulumi", "aws", "iam", "category/cloud", "kind/native"],
        "license": "Apache-2.0",
        **origin(REPOSITORY),
        "publisher": "Keyswitch",
        "config": {"variables": configuration},
        "provider": {"inputProperties": configuration},
        "types": {
            **{f"keyswitch:index:{each.__name__}": words(each) for each in ENUMS},
            "keyswitch:index:Safeguards": structure(
                "What a status change of a key has to meet.", IN_SAFEGUARDS
            ),
            "keyswitch:index:Account": structure("How to act in one account.", IN_ACCOUNT),
            "keyswitch:index:FleetKey": structure("One key of a fleet.", OF_A_FLEETS_KEY),
            "keyswitch:index:FleetDefaults": structure(
                "What holds for keys that have none of their own.", OF_DEFAULTS
            ),
            "keyswitch:index:AccessKey": {
                "description": "A key as `iam:ListAccessKeys` lists it.",
                "type": "object",
                "properties": seen,
                "required": sorted(seen),
            },
        },
        "resources": {
            NATIVE_KEY_TYPE: key,
            NATIVE_FLEET_TYPE: fleet,
            ROTATION_TYPE: rotation(),
        },
        "functions": functions(),
        "language": {
            "nodejs": {"packageName": "@keyswitch/keyswitch", "respectSchemaVersion": True},
            "python": {
                "packageName": "pulumi_keyswitch",
                "pyproject": {"enabled": True},
                "respectSchemaVersion": True,
            },
            "go": {"importBasePath": f"{GO_MODULE}/keyswitch", "respectSchemaVersion": True},
            "csharp": {"rootNamespace": "Keyswitch", "respectSchemaVersion": True},
        },
    }


def text() -> str:
    """The file, as it should be."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    PAGE.write_text(text())
