"""What ``pulumi preview --json`` printed, as far as a digest needs it: parsed once, then typed.

Of states only what a reader of a pull request may see is kept: ids, users, statuses, reasons. The
rest, and with it whatever other resources hold, is never looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from keyswitch import catalogue
from keyswitch.declaration import ADOPTED_STATUS
from keyswitch.errors import KeyswitchError
from keyswitch.fleet_declaration import DEFAULTS, KEYS, STATUSES
from keyswitch.fleet_state import RECORDS
from keyswitch.properties import (
    ACCESS_KEY_ID,
    INPUTS,
    ON_DESTROY,
    OVERRIDE,
    REASON,
    SAFEGUARDS,
    STATUS,
    USER_NAME,
)

KEY_TYPE: Final = "pulumi-python:dynamic/keyswitch:AccessKeyStatus"
FLEET_TYPE: Final = "pulumi-python:dynamic/keyswitch:AccessKeyFleet"
ROTATION_TYPE: Final = "keyswitch:index:AccessKeyRotation"
STACK_TYPE: Final = "pulumi:pulumi:Stack"
UNTOLD: Final = "[secret]"
"""What the engine writes for a secret."""
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""And for a value that is not known before the update."""


@dataclass(frozen=True)
class Urn:
    """A resource's name: ``urn:pulumi:STACK::PROJECT::PARENTS$TYPE::NAME``; empty parts where it is none."""

    text: str

    @property
    def stack(self) -> str:
        """``PROJECT/STACK``."""
        stack, _, rest = self.text.removeprefix("urn:pulumi:").partition("::")
        project = rest.partition("::")[0]
        return f"{project}/{stack}" if project else ""

    @property
    def type(self) -> str:
        """The type without its parents'."""
        return self.text.partition("::")[2].partition("::")[2].partition("::")[0].rpartition("$")[2]

    @property
    def name(self) -> str:
        """The logical name."""
        return self.text.rpartition("::")[2] if "::" in self.text else ""


@dataclass(frozen=True)
class KeyState:
    """What a step says of a key, before it or after it; empty text where it does not tell.

    Of ``on_destroy`` and ``override`` it is told if they are secrets (:data:`UNTOLD`).
    """

    access_key_id: str = ""
    user_name: str = ""
    status: str = ""
    reason: str = ""
    on_destroy: str = ""
    adopted_status: str = ""
    override: str = ""
    is_retained: bool = False


@dataclass(frozen=True)
class Step:
    """One step that the engine plans, or the part of it that is about one key of a fleet.

    :param op: its word: create, update, same, delete, ...
    :param changed: the names of keyswitch's inputs that an update changes.
    """

    op: str
    urn: Urn
    before: KeyState
    after: KeyState
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnostic:
    """A message of the engine, a provider or the program; the severity is ``error``, ``warning`` or ``info``."""

    urn: Urn
    severity: str
    text: str


@dataclass(frozen=True)
class Preview:
    """One preview, complete or failed: its steps, its messages, and how many resources each op concerns."""

    steps: tuple[Step, ...]
    diagnostics: tuple[Diagnostic, ...]
    counts: Mapping[str, int]

    @property
    def stack(self) -> str:
        """``PROJECT/STACK``, empty where the preview did not come so far."""
        urns = [*(step.urn for step in self.steps), *(each.urn for each in self.diagnostics)]
        return next((urn.stack for urn in urns if urn.stack), "")


def read_preview(text: str) -> Preview:
    """Reads what the command printed; lines before the first brace are passed over.

    :raises KeyswitchError: it is no such output (KS701).
    """
    start = text.find("{")
    if start < 0:
        problem = "it is empty" if not text.strip() else "it holds no JSON"
        raise KeyswitchError(catalogue.UNREADABLE_PREVIEW, problem=problem)
    try:
        whole = json.JSONDecoder().raw_decode(text, start)[0]
    except ValueError:
        raise _unreadable("it is no JSON, or ends in the middle") from None
    except RecursionError:
        raise _unreadable("it is nested too deeply") from None
    if not isinstance(whole, dict) or not {"steps", "diagnostics", "changeSummary"} & set(whole):
        raise _unreadable("it has neither steps nor diagnostics nor a changeSummary")
    return Preview(
        tuple(_steps(whole)),
        tuple(_diagnostics(whole)),
        {
            op: count
            for op, count in _map(whole, "changeSummary", "it").items()
            if isinstance(count, int) and not isinstance(count, bool)
        },
    )


def _steps(whole: Mapping[str, Any]) -> Iterator[Step]:
    for number, step in enumerate(_list(whole, "steps"), start=1):
        where = f"step {number}"
        old, new = _map(step, "oldState", where), _map(step, "newState", where)
        urn = Urn(_text(step, "urn", where))
        if urn.type == FLEET_TYPE:
            yield from _steps_of_fleet(_text(step, "op", where), urn, old, new)
            continue
        yield Step(
            _text(step, "op", where),
            urn,
            _key_state(old, with_id=True),
            _key_state(new),
            _changed(old, new),
        )


def _steps_of_fleet(
    op: str, urn: Urn, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Step]:
    """One for each key, as if it were declared by itself."""
    was, becomes = _keys_of_fleet(old, with_recorded=True), _keys_of_fleet(new)
    if not isinstance(bag_of(new.get("inputs")).get(STATUSES, {}), Mapping):
        # Unknown or a secret as a whole: of no key it is told what becomes of it.
        for key in sorted(was):
            declared = _key_state({"inputs": {ACCESS_KEY_ID: key}})
            yield Step(op, urn, _key_state(was[key]), declared)
        return
    for key in sorted({*was, *becomes}):
        before, after = was.get(key), becomes.get(key)
        if op in _WHOLE:
            word = op
        elif before is None or after is None:
            word = "create" if before is None else "delete"
        else:
            word = "update" if _changed(before, after) else "same"
        changed = _changed(before or {}, after or {})
        yield Step(word, urn, _key_state(before or {}), _key_state(after or {}), changed)


_WHOLE: Final = ("create", "delete", "refresh", "read")


def _keys_of_fleet(
    state: Mapping[str, Any], *, with_recorded: bool = False
) -> dict[str, dict[str, Any]]:
    """Key id to a state as that of a key that is declared by itself.

    :param with_recorded: those too that are only recorded any more, for they could not be let go.
    """
    inputs, outputs = (bag_of(state.get(part)) for part in ("inputs", "outputs"))
    shared = {**bag_of(inputs.get(DEFAULTS)), SAFEGUARDS: inputs.get(SAFEGUARDS)}
    entries, statuses = bag_of(inputs.get(KEYS)), bag_of(inputs.get(STATUSES))
    records, live = bag_of(outputs.get(RECORDS)), bag_of(outputs.get(STATUSES))
    return {
        key: {
            "inputs": {**shared, **bag_of(entries.get(key)), ACCESS_KEY_ID: key, STATUS: status},
            "outputs": {**bag_of(records.get(key)), STATUS: live[key]} if key in live else {},
            "retainOnDelete": state.get("retainOnDelete"),
        }
        for key, status in {**(live if with_recorded else {}), **statuses}.items()
    }


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    was, becomes = bag_of(before.get("inputs")), bag_of(after.get("inputs"))
    names = [name for name in INPUTS if was.get(name) != becomes.get(name)]
    return tuple(names) if was and becomes else ()


def _diagnostics(whole: Mapping[str, Any]) -> Iterator[Diagnostic]:
    for number, each in enumerate(_list(whole, "diagnostics"), start=1):
        where = f"diagnostic {number}"
        yield Diagnostic(
            Urn(_text(each, "urn", where, optional=True)),
            _text(each, "severity", where),
            _text(each, "message", where, optional=True),
        )


def _key_state(state: Mapping[str, Any], *, with_id: bool = False) -> KeyState:
    """The program's inputs, and over them what was recorded.

    :param with_id: whether the resource's own id, which is never a secret, is its key's.
    """
    inputs, outputs = (bag_of(state.get(part)) for part in ("inputs", "outputs"))
    both = {**inputs, **outputs}

    def said(name: str) -> str:
        value = both.get(name)
        return _clean(value) if isinstance(value, str) and value != UNKNOWN else ""

    def told(name: str) -> str:
        value = said(name)
        return value if value != UNTOLD else ""

    return KeyState(
        told(ACCESS_KEY_ID) or (key_id_of(state) if with_id else ""),
        told(USER_NAME),
        told(STATUS),
        told(REASON),
        said(ON_DESTROY),
        told(ADOPTED_STATUS),
        said(OVERRIDE),
        state.get("retainOnDelete") is True,
    )


def key_id_of(state: Mapping[str, Any]) -> str:
    """The id of a resource of keyswitch's, which is that of its key; empty if it has none."""
    value = state.get("id")
    return _clean(value) if isinstance(value, str) else ""


def _clean(text: str) -> str:
    """JSON can hold half a character, which no output can."""
    return text.encode("utf-8", "replace").decode()


def bag_of(value: object) -> dict[str, Any]:
    """A state's inputs or outputs, an empty map where it has none."""
    return value if isinstance(value, dict) else {}


def _map(bag: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    value = bag.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _unreadable(f"{key} of {where} is no map")
    return value


def _list(bag: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    value = bag.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise _unreadable(f"{key} is no list of maps")
    return value


def _text(bag: Mapping[str, Any], key: str, where: str, *, optional: bool = False) -> str:
    value = bag.get(key)
    if isinstance(value, str):
        return _clean(value)
    if optional and value is None:
        return ""
    raise _unreadable(f"{where} has no {key}")


def _unreadable(problem: str) -> KeyswitchError:
    return KeyswitchError(catalogue.UNREADABLE_PREVIEW, problem=problem)
