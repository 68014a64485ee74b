"""The functions of the package: what a program may ask about keys without declaring any."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from keyswitch.iam.boto import BotoClient
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import Attempt, KeyswitchError
from keyswitch.model import validators

Arguments = Mapping[str, Any]


def access_keys(client: BotoClient, given: Arguments) -> dict[str, Any]:
    """The keys of a user, the signer's own if none is named (``iam:ListAccessKeys``)."""
    user_name = given.get("userName")
    if user_name is not None:
        _refuse(validators.user_name(user_name, "userName"))
    keys = client.list_access_keys(user_name)
    return {
        "keys": [
            {
                "accessKeyId": key.access_key_id,
                "userName": key.user_name or "",
                "status": str(key.status),
                "createDate": key.create_date,
            }
            for key in keys
        ]
    }


def access_key_last_used(client: BotoClient, given: Arguments) -> dict[str, Any]:
    """When and by what a key was last used, and whose it is (``iam:GetAccessKeyLastUsed``)."""
    used = client.last_used(_id_in(given))
    return {
        "userName": used.user_name or "",
        "lastUsedDate": used.date or "",
        "serviceName": used.service_name if used.date else "",
        "region": used.region if used.date else "",
    }


def access_key_owner(client: BotoClient, given: Arguments) -> dict[str, Any]:
    """The user that a key belongs to, empty for the root user (``iam:GetAccessKeyLastUsed``)."""
    return {"userName": client.last_used(_id_in(given)).user_name or ""}


def caller_account(client: BotoClient, _given: Arguments) -> dict[str, Any]:
    """The account of the credentials that sign (``sts:GetCallerIdentity``)."""
    return {"accountId": client.account_id()}


FUNCTIONS: Final[Mapping[str, Callable[[BotoClient, Arguments], dict[str, Any]]]] = {
    "keyswitch:index:getAccessKeys": access_keys,
    "keyswitch:index:getAccessKeyLastUsed": access_key_last_used,
    "keyswitch:index:getAccessKeyOwner": access_key_owner,
    "keyswitch:index:getCallerAccount": caller_account,
}


def _id_in(given: Arguments) -> str:
    access_key_id = given.get("accessKeyId")
    _refuse(validators.access_key_id(access_key_id, "accessKeyId"))
    return str(access_key_id)


def _refuse(message: Message | None) -> None:
    if message is not None:
        raise KeyswitchError(message, Attempt("asking about", ""))
