"""What ``pulumi preview --json`` printed, or streamed, as far as a digest needs it: parsed once, then typed.

Of states only what a reader of a pull request may see is kept: ids, users, statuses, reasons. The
rest, and with it whatever other resources hold, is never looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.camel_case import in_snake_case
from keyswitch.model.engine_values import UNTOLD
from keyswitch.model.fleet import STATUSES
from keyswitch.model.inputs import ACCESS_KEY_ID
from keyswitch.model.urn import FLEET_TYPE, ROTATION_TYPE, Urn
from keyswitch.report.key_states import (
    KeyState,
    bag_of,
    changed_inputs,
    clean,
    in_dynamic_form,
    key_state,
    keys_of_fleet,
)
from keyswitch.report.preview_stream import RESULT, VIOLATIONS, document_of, events_in, is_event


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

    @property
    def is_replacement(self) -> bool:
        """Whether another key takes a key's place; ids may be secrets, so the engine's word counts first."""
        before, after = self.before.access_key_id, self.after.access_key_id
        if self.op == "delete":
            return False
        return self.op == "replace" or bool(before and after and before != after)


@dataclass(frozen=True)
class Diagnostic:
    """A message of the engine, a provider or the program; the severity is ``error``, ``warning`` or ``info``."""

    urn: Urn
    severity: str
    text: str


@dataclass(frozen=True)
class Violation:
    """A policy that a resource, or the stack as a whole, goes against, so that the preview fails."""

    policy: str
    pack: str
    urn: Urn


@dataclass(frozen=True)
class Preview:
    """One preview, complete or failed: its steps, its messages, and how many resources each op concerns.

    :param violations: of policies that must be kept.
    :param is_failure: whether the engine says that it failed.
    :param is_stream: whether it tells the two before, which only a stream of events does.
    """

    steps: tuple[Step, ...]
    diagnostics: tuple[Diagnostic, ...]
    counts: Mapping[str, int]
    violations: tuple[Violation, ...] = ()
    is_failure: bool = False
    is_stream: bool = False

    @property
    def stack(self) -> str:
        """``PROJECT/STACK``, empty where the preview did not come so far."""
        urns = [*(step.urn for step in self.steps), *(each.urn for each in self.diagnostics)]
        return next((f"{urn.project}/{urn.stack}" for urn in urns if urn.project), "")


def read_preview(text: str) -> Preview:
    """Reads what the command printed, a document or a stream of events; what stands before is passed over.

    :raises KeyswitchError: it is no such output (KS701), or nothing at all (KS717).
    """
    start = text.find("{")
    if start < 0:
        if not text.strip():
            raise KeyswitchError(catalogue.NoPreview())
        raise _unreadable("no JSON in it")
    try:
        whole = json.JSONDecoder().raw_decode(text, start)[0]
        is_stream = is_event(whole)
        if is_stream:
            whole = document_of(events_in(text[start:]), UNTOLD)
    except ValueError:
        raise _unreadable("not JSON, or cut off") from None
    except RecursionError:
        raise _unreadable("nested too deeply") from None
    if not isinstance(whole, dict) or not {"steps", "diagnostics", "changeSummary"} & set(whole):
        raise _unreadable("neither steps nor diagnostics nor a changeSummary in it")
    return Preview(
        tuple(_steps(whole)),
        tuple(_diagnostics(whole)),
        {
            op: count
            for op, count in _map(whole, "changeSummary", "it").items()
            if isinstance(count, int) and not isinstance(count, bool)
        },
        tuple(_violations(whole)),
        whole.get(RESULT) == "failed",
        is_stream,
    )


_OF_THE_ENGINE: Final = re.compile(
    rf"^error: (?:Preview failed: |{ROTATION_TYPE} resource '[^']*' has a problem: )"
)
"""What the engine puts before the native provider's own words."""
_WHOLE: Final = ("create", "delete", "refresh", "read")
"""Words of the engine's for what happens to a fleet as a whole."""


def _steps(whole: Mapping[str, Any]) -> Iterator[Step]:
    for number, step in enumerate(_list(whole, "steps"), start=1):
        where = f"step {number}"
        urn = Urn(_text(step, "urn", where))
        old, new = (
            in_dynamic_form(_map(step, part, where), urn) for part in ("oldState", "newState")
        )
        if urn.kind == FLEET_TYPE:
            yield from _steps_of_fleet(_text(step, "op", where), urn, old, new)
            continue
        yield Step(
            _text(step, "op", where),
            urn,
            key_state(old, with_id=True),
            key_state(new),
            changed_inputs(old, new),
        )


def _steps_of_fleet(
    op: str, urn: Urn, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Step]:
    """One for each key, as if it were declared by itself."""
    was, becomes = keys_of_fleet(old, with_recorded=True), keys_of_fleet(new)
    if not isinstance(bag_of(new.get("inputs")).get(STATUSES, {}), Mapping):
        # Unknown or a secret as a whole: what becomes of a key is not in it.
        for key in sorted(was):
            declared = key_state({"inputs": {ACCESS_KEY_ID: key}})
            yield Step(op, urn, key_state(was[key]), declared)
        return
    for key in sorted({*was, *becomes}):
        before, after = was.get(key), becomes.get(key)
        if op in _WHOLE:
            word = op
        elif before is None or after is None:
            word = "create" if before is None else "delete"
        else:
            word = "update" if changed_inputs(before, after) else "same"
        changed = changed_inputs(before or {}, after or {})
        yield Step(word, urn, key_state(before or {}), key_state(after or {}), changed)


def _diagnostics(whole: Mapping[str, Any]) -> Iterator[Diagnostic]:
    for number, each in enumerate(_list(whole, "diagnostics"), start=1):
        where = f"diagnostic {number}"
        urn = Urn(_text(each, "urn", where, optional=True))
        message = _text(each, "message", where, optional=True)
        unwrapped = _OF_THE_ENGINE.sub("error: ", message)
        if urn.kind != urn.type or unwrapped != message:
            message = in_snake_case(unwrapped)
        yield Diagnostic(urn, _text(each, "severity", where), message)


def _violations(whole: Mapping[str, Any]) -> Iterator[Violation]:
    """Those that fail the preview: neither advice nor what an exception lets pass."""
    for number, each in enumerate(_list(whole, VIOLATIONS), start=1):
        if each.get("enforcementLevel") == "mandatory" and not each.get("exceptions"):
            where = f"policy event {number}"
            policy = _text(each, "policyName", where)
            pack = _text(each, "policyPackName", where, optional=True)
            yield Violation(policy, pack, Urn(_text(each, "resourceUrn", where, optional=True)))


def _map(bag: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    value = bag.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _unreadable(f"{key} of {where} is not a map")
    return value


def _list(bag: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    value = bag.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise _unreadable(f"{key} is not a list of maps")
    return value


def _text(bag: Mapping[str, Any], key: str, where: str, *, optional: bool = False) -> str:
    value = bag.get(key)
    if isinstance(value, str):
        return clean(value)
    if optional and value is None:
        return ""
    raise _unreadable(f"{where} has no {key}")


def _unreadable(problem: str) -> KeyswitchError:
    return KeyswitchError(catalogue.UnreadablePreview(problem=problem))
