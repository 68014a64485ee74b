"""The keys that a stack's state declares, read from what ``pulumi stack export`` prints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.engine_values import is_secret
from keyswitch.model.fleet import STATUSES
from keyswitch.model.fleet_state import RECORDS, parse_fleet_outputs
from keyswitch.model.inputs import ACCESS_KEY_ID, ACTIVE_UNTIL, STATUS, USER_NAME
from keyswitch.model.parsing import parse_outputs
from keyswitch.model.rotation import STAGE
from keyswitch.model.state import DESIRED_STATUS, USER_NAME_RESOLVED, Record
from keyswitch.model.urn import FLEET_TYPE, KEY_TYPE, ROTATION_TYPE, Urn
from keyswitch.report.expected_keys import ExpectedKey
from keyswitch.report.key_states import bag_of, in_dynamic_form, key_id_of

NO_ACCOUNT: Final = ""
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z")
"""As the engine writes one, in UTC."""


def read_accounts(text: str, now: datetime) -> dict[str, dict[str, ExpectedKey]]:
    """The declared keys in what ``pulumi stack export`` printed: account id to key id to the key.

    Keys of which the state does not tell the account stand under :data:`NO_ACCOUNT`.

    :param now: as of when an ``active_until`` is over, an aware moment.
    :raises KeyswitchError: it is no such output (KS705).
    """
    found: dict[str, dict[str, ExpectedKey]] = {}
    resources, updated_at = _deployment(text)
    for account_id, expected in _expected(resources, updated_at, now):
        found.setdefault(account_id, {})[expected.access_key_id] = expected
    return found


def records_in(text: str) -> Iterator[Record]:
    """What is recorded of each key, in whichever account, in what ``pulumi stack export`` printed.

    What the program keeps secret is left out.

    :raises KeyswitchError: it is no such output (KS705).
    """
    for resource in _deployment(text)[0]:
        yield from (record for record, _ in _records(resource))


def secret_ends_in(text: str) -> tuple[str, ...]:
    """The names of the resources whose keys may have an end that the program keeps secret, as the state has them.

    :raises KeyswitchError: it is no such output (KS705).
    """
    found = []
    for resource in _deployment(text)[0]:
        urn = Urn(str(resource.get("urn")))
        outputs = bag_of(in_dynamic_form(resource, urn).get("outputs"))
        told = {KEY_TYPE: ACTIVE_UNTIL, FLEET_TYPE: RECORDS}.get(urn.kind)
        if told is not None and is_secret(outputs.get(told)):
            found.append(urn.name)
    return tuple(found)


def declaring_resources(text: str, access_key_id: str) -> Iterator[tuple[Urn, str, Record]]:
    """The resources that declare a key, in what ``pulumi stack export`` printed.

    Each comes with the name of its rotation, empty for none, and with what is recorded of the key.

    :raises KeyswitchError: it is no such output (KS705).
    """
    for resource in _deployment(text)[0]:
        parent = Urn(str(resource.get("parent") or ""))
        rotation = parent.name if parent.kind == ROTATION_TYPE else ""
        for record, _ in _records(resource):
            if record.declaration.access_key_id == access_key_id:
                yield Urn(str(resource.get("urn"))), rotation, record


def _deployment(text: str) -> tuple[list[Mapping[str, Any]], str]:
    """The resources, without what is only left to be deleted, and when the last update ended.

    :raises KeyswitchError: it is no export (KS705).
    """
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_export("empty" if not text.strip() else "not JSON") from None
    deployment = whole.get("deployment") if isinstance(whole, dict) else None
    if not isinstance(deployment, dict):
        raise _no_export("no deployment in it")
    resources = deployment.get("resources") or []
    if not isinstance(resources, list):
        raise _no_export("its resources are not a list")
    there: list[Mapping[str, Any]] = [
        each for each in resources if isinstance(each, dict) and each.get("delete") is not True
    ]
    return there, _moment_in(bag_of(deployment.get("manifest")).get("time"))


def _moment_in(text: object) -> str:
    """ISO 8601 in UTC, to the second; empty for what is no moment."""
    found = _MOMENT.match(text) if isinstance(text, str) else None
    return f"{found[1]}Z" if found else ""


def _records(resource: Mapping[str, Any]) -> list[tuple[Record, bool]]:
    """What is recorded of the keys of one resource, and whether each is a key of the root user.

    :raises KeyswitchError: it cannot be read (KS705).
    """
    urn = Urn(str(resource.get("urn")))
    if urn.kind not in (KEY_TYPE, FLEET_TYPE):
        return []
    state = in_dynamic_form(resource, urn)
    try:
        return _fleet_records(state) if urn.kind == FLEET_TYPE else [_record(state)]
    except KeyswitchError as error:
        part = getattr(error.message, "property", "outputs")
        raise _no_export(f"{part} of {urn.text} cannot be read") from None


def _expected(
    resources: Sequence[Mapping[str, Any]], updated_at: str, now: datetime
) -> Iterator[tuple[str, ExpectedKey]]:
    """Without keys of the root user, which no walk sees."""
    stages = _rotation_stages(resources)
    for resource in resources:
        urn = Urn(str(resource.get("urn")))
        for record, is_of_root in _records(resource):
            if not is_of_root:
                yield (
                    record.account_id,
                    ExpectedKey(
                        record.declaration.access_key_id,
                        record.user_name or "",
                        record.declared.as_of(now).status,
                        declared_by=f"resource {urn.name}",
                        reason=record.declaration.reason or "",
                        carried_out=record.declaration.status,
                        pending=record.pending,
                        updated_at=updated_at,
                        rotation_stage=stages.get(str(resource.get("parent")), ""),
                    ),
                )


def _rotation_stages(resources: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The stage of each rotation as the last update told it, by its URN."""
    return {
        urn.text: stage
        for each in resources
        if (urn := Urn(str(each.get("urn")))).kind == ROTATION_TYPE
        and isinstance(stage := bag_of(each.get("outputs")).get(STAGE), str)
    }


def _record(resource: Mapping[str, Any]) -> tuple[Record, bool]:
    """What is recorded, and whether it is a key of the root user."""
    outputs = bag_of(resource.get("outputs"))
    record = parse_outputs(_without_secrets(outputs, key_id_of(resource)))
    return record, isinstance(outputs.get(USER_NAME), str) and record.user_name is None


def _fleet_records(resource: Mapping[str, Any]) -> list[tuple[Record, bool]]:
    outputs: Any = _without_secrets_below(bag_of(resource.get("outputs")))
    recorded = {key: bag_of(each) for key, each in bag_of(outputs.get(RECORDS)).items()}
    desired = {key: each.get(DESIRED_STATUS) for key, each in recorded.items()}
    outputs[STATUSES] = {**desired, **bag_of(outputs.get(STATUSES))}
    records = parse_fleet_outputs(outputs).values()
    return [(record, record.user_name is None) for record in records]


def _without_secrets_below(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {
        name: _without_secrets_below(each) for name, each in value.items() if not is_secret(each)
    }


def _without_secrets(outputs: Mapping[str, Any], access_key_id: str) -> dict[str, Any]:
    """The outputs with what stands for those that the program made secrets, which are maps here."""
    told = {name: value for name, value in outputs.items() if not is_secret(value)}
    if USER_NAME not in told:
        told |= {USER_NAME: "", USER_NAME_RESOLVED: True}
    status = told.get(DESIRED_STATUS)
    return {ACCESS_KEY_ID: access_key_id, STATUS: status, **told}


def _no_export(problem: str) -> KeyswitchError:
    return KeyswitchError(catalogue.UnreadableExport(problem=problem))
