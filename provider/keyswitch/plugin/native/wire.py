"""Values as the engine sends them, and back.

Inputs and outputs have the names of :mod:`keyswitch.model.inputs` and :mod:`keyswitch.model.state` inside, and are in
camel case on the wire. What is a secret on the way in is one on the way out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from keyswitch.model.engine_values import OF_A_SECRET, OF_AN_OUTPUT, SIGNATURE
from keyswitch.model.engine_values import UNKNOWN as UNKNOWN_VALUE
from keyswitch.model.inputs import IN_CAMEL_CASE
from keyswitch.model.parsing import UNKNOWN

_IN_SNAKE_CASE: Final = sorted((name for name in IN_CAMEL_CASE if "_" in name), key=len)
_NAME_IN_TEXT: Final = re.compile(rf"\b({'|'.join(reversed(_IN_SNAKE_CASE))}|max_changes)\b")
_AS_WRITTEN: Final = re.compile(r"(no property \S+ here)")
_SETTING_IN_TEXT: Final = re.compile(r"(?<![:\w])aws:(?=[A-Za-z0-9]+\b(?!:))")


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


def camel(name: str) -> str:
    """``user_name`` as it is on the wire."""
    return re.sub("_(.)", lambda found: found[1].upper(), name)


def snake(name: str) -> str:
    """``userName`` as it is inside."""
    return re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name)


def in_the_words_of_the_wire(text: str) -> str:
    """A message with each input, and each setting, as programs of this provider spell it.

    What a program wrote wrongly stays as it wrote it.
    """
    parts = _AS_WRITTEN.split(text)
    parts[::2] = [_NAME_IN_TEXT.sub(lambda found: camel(found[1]), part) for part in parts[::2]]
    return _SETTING_IN_TEXT.sub("keyswitch:", "".join(parts))


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
