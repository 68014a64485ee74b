"""Values as the engine sends them, and back.

Inputs and outputs have the names of :mod:`keyswitch.model.inputs` and :mod:`keyswitch.model.state` inside, and are in
camel case on the wire. What is a secret on the way in is one on the way out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from keyswitch.model.engine_values import OF_A_SECRET, OF_AN_OUTPUT, SIGNATURE
from keyswitch.model.engine_values import UNKNOWN as UNKNOWN_VALUE
from keyswitch.model.parsing import UNKNOWN


@dataclass(frozen=True)
class Bag:
    """What a struct holds.

    :param values: by the names on the wire; :data:`~keyswitch.model.parsing.UNKNOWN` for what is not known yet.
    :param secret: the names of those at the top of which any part is a secret.
    """

    values: dict[str, Any]
    secret: frozenset[str]


def read(struct: Struct) -> Bag:
    """Reads a struct; of secrets and outputs what they hold."""
    values = MessageToDict(struct)
    secret = frozenset(name for name, value in values.items() if _has_secret(value))
    return Bag({name: _plain(value) for name, value in values.items()}, secret)


def write(values: Mapping[str, Any], secret: Collection[str] = ()) -> Struct:
    """A struct of values; those of the names in ``secret`` as secrets."""
    struct = Struct()
    struct.update(
        {
            name: {SIGNATURE: OF_A_SECRET, "value": _known(value)}
            if name in secret
            else _known(value)
            for name, value in values.items()
        }
    )
    return struct


def _has_secret(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_has_secret, value))
    if not isinstance(value, dict):
        return False
    if value.get(SIGNATURE) == OF_A_SECRET or (
        value.get(SIGNATURE) == OF_AN_OUTPUT and value.get("secret")
    ):
        return True
    return any(map(_has_secret, value.values()))


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if not isinstance(value, dict):
        return UNKNOWN if value == UNKNOWN_VALUE else value
    if value.get(SIGNATURE) == OF_AN_OUTPUT and "value" not in value:
        return UNKNOWN
    if SIGNATURE in value:
        return _plain(value.get("value"))
    return {name: _plain(part) for name, part in value.items()}


def _known(value: Any) -> Any:
    if value is UNKNOWN:
        return UNKNOWN_VALUE
    if isinstance(value, Mapping):
        return {name: _known(part) for name, part in value.items()}
    return [_known(part) for part in value] if isinstance(value, list | tuple) else value
