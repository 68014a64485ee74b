"""What the small engine keeps of a stack, and what it answers of one phase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.forking_python import ForkingPython
from support.property_values import Bag
from support.small_monitor import STACK

_DYNAMIC = "pulumi-python:"


@dataclass(frozen=True)
class Resource:
    """What the state holds of one resource."""

    urn: str
    inputs: Bag
    outputs: Bag
    id: str = ""
    custom: bool = False
    parent: str = ""
    dependencies: tuple[str, ...] = ()
    protect: bool = False
    retain: bool = False
    failed_before: bool = False

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]

    @property
    def type(self) -> str:
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def is_key(self) -> bool:
        return self.custom and self.type.startswith(_DYNAMIC)


@dataclass(frozen=True)
class Message:
    """What a resource, or with an empty URN the stack, was told."""

    urn: str
    severity: str
    text: str


@dataclass
class Outcome:
    """What one phase did: an operation for each resource, and every message in its order."""

    operations: dict[str, str] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    program_failed: bool = False

    @property
    def succeeded(self) -> bool:
        return not (self.failed or self.program_failed)

    @property
    def has_changes(self) -> bool:
        return any(each != "same" for each in self.operations.values())


@dataclass(frozen=True)
class Stack:
    """A program, where it runs, and its state."""

    python: ForkingPython
    folder: Path
    env: dict[str, str]
    config: Mapping[str, str]
    state: dict[str, Resource]


def aliased(alias: Any, urn: str) -> str:
    """The URN that an alias stands for: one by itself, or what differs from the resource's own."""
    if isinstance(alias, str):
        return alias
    if alias.urn:
        return str(alias.urn)
    spec = alias.spec
    start, project, types, name = urn.split("::")
    parents, _, own = types.rpartition("$")
    if spec.parentUrn:
        parents = spec.parentUrn.split("::")[2]
    if spec.noParent or parents == STACK:
        parents = ""
    qualified = f"{parents}$" if parents else ""
    return "::".join((start, project, f"{qualified}{spec.type or own}", spec.name or name))
