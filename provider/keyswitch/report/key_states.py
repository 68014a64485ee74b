"""What a resource's state says of a key, declared by itself or in a fleet, as far as a digest tells it.

Only what a reader of a pull request may see is kept: ids, users, statuses, reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from keyswitch.model.camel_case import as_dynamic
from keyswitch.model.engine_values import UNKNOWN, UNTOLD
from keyswitch.model.fleet import DEFAULTS, KEYS, STATUSES
from keyswitch.model.fleet_state import RECORDS
from keyswitch.model.inputs import (
    ACCESS_KEY_ID,
    ACTIVE_UNTIL,
    INPUTS,
    ON_DESTROY,
    ON_DRIFT,
    OVERRIDE,
    REASON,
    SAFEGUARDS,
    STATUS,
    USER_NAME,
)
from keyswitch.model.overlay import overlaid
from keyswitch.model.state import ADOPTED_STATUS
from keyswitch.model.status import OnDrift, WhenUnmet
from keyswitch.model.urn import Urn

_NOT_TOLD: Final = (UNTOLD, UNKNOWN)


@dataclass(frozen=True)
class KeyState:
    """What a step says of a key, before it or after it; empty text where it does not tell.

    Of ``on_destroy`` and ``override`` it says if they are secrets (:data:`UNTOLD`), as of an
    override that will be known only in the update.

    :param may_hold: whether its safeguards hold a switch, or it is not told what they do.
    :param may_report: the same of an ``on_drift`` that only reports.
    :param is_partly_unknown: whether an input is a secret, or will be known only in the update.
    """

    access_key_id: str = ""
    user_name: str = ""
    status: str = ""
    reason: str = ""
    active_until: str = ""
    on_destroy: str = ""
    adopted_status: str = ""
    override: str = ""
    is_retained: bool = False
    may_hold: bool = False
    may_report: bool = False
    is_partly_unknown: bool = False


def key_state(state: Mapping[str, Any], *, with_id: bool = False) -> KeyState:
    """The program's inputs, and over them what was recorded.

    :param with_id: whether the resource's own id, which is never a secret, is its key's.
    """
    inputs, outputs = (bag_of(state.get(part)) for part in ("inputs", "outputs"))
    both = {**inputs, **outputs}

    def said(name: str) -> str:
        value = both.get(name)
        return clean(value) if isinstance(value, str) and value != UNKNOWN else ""

    def told(name: str) -> str:
        value = said(name)
        return value if value != UNTOLD else ""

    return KeyState(
        told(ACCESS_KEY_ID) or (key_id_of(state) if with_id else ""),
        told(USER_NAME),
        told(STATUS),
        told(REASON),
        told(ACTIVE_UNTIL),
        said(ON_DESTROY),
        told(ADOPTED_STATUS),
        UNTOLD if both.get(OVERRIDE) == UNKNOWN else said(OVERRIDE),
        state.get("retainOnDelete") is True,
        _may_be(inputs, SAFEGUARDS, "unmet", WhenUnmet.HOLD),
        _may_be(inputs, ON_DRIFT, "", OnDrift.REPORT),
        _holds(inputs, _NOT_TOLD),
    )


def _may_be(inputs: Mapping[str, Any], name: str, within: str, word: str) -> bool:
    """Whether an input, or what stands under a name within it, is a word or is not told."""
    value = inputs.get(name)
    if isinstance(value, dict):
        value = value.get(within)
    return value == word or value in _NOT_TOLD


def _holds(value: object, words: tuple[str, ...]) -> bool:
    if isinstance(value, dict):
        return any(_holds(each, words) for each in value.values())
    if isinstance(value, list):
        return any(_holds(each, words) for each in value)
    return value in words


def key_id_of(state: Mapping[str, Any]) -> str:
    """The id of a resource of keyswitch's, which is that of its key; empty if it has none."""
    value = state.get("id")
    return clean(value) if isinstance(value, str) else ""


def clean(text: str) -> str:
    """JSON can hold half a character, which no output can."""
    return text.encode("utf-8", "replace").decode()


def bag_of(value: object) -> dict[str, Any]:
    """A state's inputs or outputs, an empty map where it has none."""
    return value if isinstance(value, dict) else {}


def in_dynamic_form(state: Mapping[str, Any], urn: Urn) -> dict[str, Any]:
    """A resource's state; that of the native provider as the dynamic one would have written it."""
    if urn.kind == urn.type:
        return dict(state)
    inputs, outputs = as_dynamic(*(bag_of(state.get(part)) for part in ("inputs", "outputs")))
    return {**state, "inputs": inputs, "outputs": outputs}


def keys_of_fleet(
    state: Mapping[str, Any], *, with_recorded: bool = False
) -> dict[str, dict[str, Any]]:
    """Key id to a state as that of a key that is declared by itself.

    :param with_recorded: those too that are only recorded any more, for the end of their declaration failed.
    """
    inputs, outputs = (bag_of(state.get(part)) for part in ("inputs", "outputs"))
    defaults = _told_or(inputs.get(DEFAULTS), (ON_DESTROY, ON_DRIFT))
    shared = {**defaults, SAFEGUARDS: inputs.get(SAFEGUARDS)}
    entries, statuses = bag_of(inputs.get(KEYS)), bag_of(inputs.get(STATUSES))
    records, live = bag_of(outputs.get(RECORDS)), bag_of(outputs.get(STATUSES))

    def declared(key: str, status: object) -> dict[str, Any]:
        own = _told_or(entries.get(key), (ON_DESTROY, ON_DRIFT, SAFEGUARDS))
        return {**overlaid(shared, own), ACCESS_KEY_ID: key, STATUS: status}

    return {
        key: {
            "inputs": declared(key, status),
            "outputs": {**bag_of(records.get(key)), STATUS: live[key]} if key in live else {},
            "retainOnDelete": state.get("retainOnDelete"),
        }
        for key, status in {**(live if with_recorded else {}), **statuses}.items()
    }


def _told_or(value: object, names: tuple[str, ...]) -> dict[str, Any]:
    """A map of inputs; of one that is a secret as a whole, so is each of those that matter."""
    return dict.fromkeys(names, value) if isinstance(value, str) else bag_of(value)


def changed_inputs(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of keyswitch's inputs in which two states differ; none where one of them has no inputs."""
    was, becomes = bag_of(before.get("inputs")), bag_of(after.get("inputs"))
    names = [name for name in INPUTS if was.get(name) != becomes.get(name)]
    return tuple(names) if was and becomes else ()
