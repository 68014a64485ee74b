"""The keys that a stack's state declares, read from what ``pulumi stack export`` prints."""

from __future__ import annotations

import json
from collections.abc import Iterable

from keyswitch import catalogue
from keyswitch.audit import STATUSES, ExpectedKey
from keyswitch.declaration import ACCOUNT_ID
from keyswitch.errors import KeyswitchError
from keyswitch.preview import KEY_TYPE, Urn, bag_of
from keyswitch.properties import ACCESS_KEY_ID, STATUS, USER_NAME


def read_export(text: str, account_id: str) -> dict[str, ExpectedKey]:
    """The declared keys of one account in what ``pulumi stack export`` printed, by id.

    :param account_id: keys adopted in another account are left out.
    :raises KeyswitchError: it is no such output (KS705).
    """
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_export("it is empty" if not text.strip() else "it is no JSON") from None
    deployment = whole.get("deployment") if isinstance(whole, dict) else None
    if not isinstance(deployment, dict):
        raise _no_export("it has no deployment")
    resources = deployment.get("resources") or []
    if not isinstance(resources, list):
        raise _no_export("its resources are no list")
    return dict(_expected(resources, account_id))


def _expected(resources: Iterable[object], account_id: str) -> Iterable[tuple[str, ExpectedKey]]:
    for resource in resources:
        if not isinstance(resource, dict) or Urn(str(resource.get("urn"))).type != KEY_TYPE:
            continue
        inputs, outputs = (bag_of(resource.get(part)) for part in ("inputs", "outputs"))
        key = inputs.get(ACCESS_KEY_ID) or outputs.get(ACCESS_KEY_ID)
        status = inputs.get(STATUS)
        if not isinstance(key, str) or status not in STATUSES:
            raise _no_export(f"a key of it has no usable {ACCESS_KEY_ID} or {STATUS}")
        if outputs.get(ACCOUNT_ID) in (account_id, "", None):
            user = outputs.get(USER_NAME) or inputs.get(USER_NAME)
            yield key, ExpectedKey(key, user if isinstance(user, str) else "", STATUSES[status])


def _no_export(problem: str) -> KeyswitchError:
    return KeyswitchError(catalogue.UNREADABLE_EXPORT, problem=problem)
