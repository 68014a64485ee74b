"""What ``pulumi preview --json`` streams with ``PULUMI_ENABLE_STREAMING_JSON_PREVIEW``, as the one document.

The stream is an event a line, and holds what the document leaves out: which policies are violated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from keyswitch.model.engine_values import is_secret
from keyswitch.model.urn import STACK_TYPE, Urn

VIOLATIONS: Final = "violations"
"""Where the document has the events of policies; the engine's own has no such part."""
RESULT: Final = "result"
"""Where it has the word for how the preview ended."""
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m|<\{%[^%]*%\}>")


def is_event(value: object) -> bool:
    """Whether it is one event of a stream, and no whole document."""
    return isinstance(value, dict) and isinstance(value.get("sequence"), int)


def events_in(text: str) -> Iterator[dict[str, Any]]:
    """The events of a stream; lines that are none are passed over.

    :raises ValueError: it ends in the middle.
    """
    last: dict[str, Any] = {}
    for line in text.splitlines():
        if not line.startswith("{"):
            continue
        event = json.loads(line)
        if is_event(event):
            last = event
            yield event
    if "cancelEvent" not in last:
        raise ValueError


def document_of(events: Iterable[Mapping[str, Any]], untold: str) -> dict[str, Any]:
    """The document that the same preview prints without streaming, with its violations of policies.

    :param untold: what stands for a secret.
    """
    steps: list[dict[str, Any]] = []
    found: dict[str, Any] = {}
    for event in events:
        for name, add in _PARTS.items():
            bag = event.get(name)
            if isinstance(bag, dict):
                add(found, steps, _plain(bag, untold))
    return {**found, "steps": steps} if steps else found


def _add_step(_: dict[str, Any], steps: list[dict[str, Any]], bag: dict[str, Any]) -> None:
    step = _step(bag)
    if step.get("op") != "same" or Urn(str(step.get("urn"))).type == STACK_TYPE:
        steps.append(step)


def _add_outputs(_: dict[str, Any], steps: list[dict[str, Any]], bag: dict[str, Any]) -> None:
    """What a refresh has found takes the place of its step."""
    step = _step(bag)
    if step.get("op") not in ("update", "delete"):
        return
    for number, earlier in enumerate(steps):
        if earlier.get("urn") == step.get("urn") and earlier.get("op") == "refresh":
            steps[number] = step
            return


def _step(bag: Mapping[str, Any]) -> dict[str, Any]:
    metadata = bag.get("metadata")
    step = metadata if isinstance(metadata, dict) else {}
    states = {"oldState": step.get("old"), "newState": step.get("new")}
    return {"op": step.get("op"), "urn": step.get("urn"), **states}


def _add_diagnostic(found: dict[str, Any], _: list[dict[str, Any]], bag: dict[str, Any]) -> None:
    if bag.get("severity") == "debug" or bag.get("ephemeral"):
        return
    text = f"{bag.get('prefix') or ''}{bag.get('message') or ''}"
    told = {**bag, "message": _COLOURS.sub("", text), "severity": bag.get("severity") or "info"}
    found.setdefault("diagnostics", []).append(told)


def _add_violation(found: dict[str, Any], _: list[dict[str, Any]], bag: dict[str, Any]) -> None:
    found.setdefault(VIOLATIONS, []).append(bag)


def _add_summary(found: dict[str, Any], _: list[dict[str, Any]], bag: dict[str, Any]) -> None:
    found["changeSummary"] = bag.get("resourceChanges")
    found[RESULT] = bag.get("result")


_PARTS: Final = {
    "resourcePreEvent": _add_step,
    "resOutputsEvent": _add_outputs,
    "diagnosticEvent": _add_diagnostic,
    "stdoutEvent": _add_diagnostic,
    "policyEvent": _add_violation,
    "summaryEvent": _add_summary,
}


def _plain(value: Any, untold: str) -> Any:
    """Each secret as the one word that the document has for it."""
    if is_secret(value):
        return untold
    if isinstance(value, dict):
        return {name: _plain(each, untold) for name, each in value.items()}
    return [_plain(each, untold) for each in value] if isinstance(value, list) else value
