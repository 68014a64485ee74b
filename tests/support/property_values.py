"""Bags of properties as the engine keeps them: JSON, with its marks of secrets and unknowns."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format, struct_pb2

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"

Bag = dict[str, Any]


def struct(bag: Bag) -> struct_pb2.Struct:
    """As gRPC carries it."""
    return json_format.ParseDict(bag, struct_pb2.Struct())


def bag(found: struct_pb2.Struct) -> Bag:
    """As the state keeps it."""
    return json_format.MessageToDict(found)


def is_secret(value: Any) -> bool:
    return isinstance(value, dict) and value.get(_SIGNATURE) == _SECRET


def without_marks(value: Any) -> Any:
    """What a provider that accepts no secrets is sent."""
    if is_secret(value):
        return without_marks(value["value"])
    if isinstance(value, dict):
        return {name: without_marks(each) for name, each in value.items()}
    if isinstance(value, list):
        return [without_marks(each) for each in value]
    return value


def encrypted(value: Any) -> Any:
    """As an export of the state shows it."""
    if is_secret(value):
        return {_SIGNATURE: _SECRET, "ciphertext": "v1:made-up"}
    if isinstance(value, dict):
        return {name: encrypted(each) for name, each in value.items()}
    return [encrypted(each) for each in value] if isinstance(value, list) else value


def with_marks_of(values: Any, inputs: Any) -> Any:
    """Marks what the inputs of the same name have marked, as the engine does with what such a provider answers."""
    if is_secret(inputs):
        return {_SIGNATURE: _SECRET, "value": without_marks(values)}
    if isinstance(values, dict) and isinstance(inputs, dict):
        return {name: with_marks_of(each, inputs.get(name)) for name, each in values.items()}
    if isinstance(values, list) and isinstance(inputs, list) and len(values) == len(inputs):
        return [with_marks_of(one, other) for one, other in zip(values, inputs, strict=True)]
    return values


def changed(old: Bag, new: Bag) -> list[str]:
    """What the display shows of a changed resource, sorted: ``~status``, ``+reason``."""
    marks = dict.fromkeys(new.keys() - old.keys(), "+")
    marks |= dict.fromkeys(old.keys() - new.keys(), "-")
    marks |= {name: "~" for name in old.keys() & new.keys() if old[name] != new[name]}
    shown = (name for name in sorted(marks) if not name.startswith("__"))
    return [f"{marks[name]}{name}" for name in shown]
