"""Names and words of the native provider, which spells inputs and outputs in camel case, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from keyswitch.model.fleet import KEYS, STATUSES
from keyswitch.model.fleet_state import RECORDS
from keyswitch.model.inputs import IN_CAMEL_CASE, STATUS, USER_NAME
from keyswitch.model.register_names import OF_A_REGISTER
from keyswitch.model.state import PENDING, USER_NAME_RESOLVED

_BY_ID: Final = (KEYS, STATUSES, RECORDS, PENDING)
"""Maps whose names are ids."""
_SPELT: Final = {name: spelt for name, spelt in IN_CAMEL_CASE.items() if name != spelt} | {
    "max_changes": "maxChanges"
}
_NAMES: Final = {spelt: name for name, spelt in _SPELT.items()}


def _any_of(words: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!aws:)\b({'|'.join(sorted(words, key=len, reverse=True))})\b")


_NAME: Final = _any_of(_SPELT)
_SPELT_NAME: Final = _any_of(_NAMES)
_AS_WRITTEN: Final = re.compile(r"(no property \S+ here)")
_SETTING: Final = re.compile(r"(?<![:\w])aws:(?=[A-Za-z0-9]+\b(?!:))")
_OWN_SETTING: Final = re.compile(r"(?<![:\w])keyswitch:(?=[A-Za-z0-9]+\b(?!:))")
_OF_REGISTER: Final = re.compile(rf"(keyswitch:(?:{'|'.join(OF_A_REGISTER)})\b)")


def snake(name: str) -> str:
    """``userName`` as everything else spells it: ``user_name``."""
    return re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name)


def renamed(bag: Mapping[str, Any], rename: Callable[[str], str]) -> dict[str, Any]:
    """Inputs or outputs with each name spelled anew, in the maps among them too; ids stay."""
    found: dict[str, Any] = {}
    for name, value in bag.items():
        if not isinstance(value, Mapping):
            found[rename(name)] = value
        elif snake(name) in _BY_ID:
            found[rename(name)] = {
                key: renamed(each, rename) if isinstance(each, Mapping) else each
                for key, each in value.items()
            }
        else:
            found[rename(name)] = renamed(value, rename)
    return found


def statuses_apart(bag: Mapping[str, Any]) -> dict[str, Any]:
    """A fleet's inputs with the statuses in a map of their own, as the dynamic provider keeps them.

    Where the keys, or one of them, are not a map, as what is secret or not known, the statuses are the same.
    """
    if STATUSES in bag or KEYS not in bag:
        return dict(bag)
    keys = bag[KEYS]
    if not isinstance(keys, Mapping):
        return {**bag, STATUSES: keys}
    entries, statuses = {}, {}
    for key, entry in keys.items():
        given = dict(entry) if isinstance(entry, Mapping) else entry
        statuses[key] = given.pop(STATUS, None) if isinstance(given, dict) else given
        entries[key] = given
    return {**bag, KEYS: entries, STATUSES: statuses}


def as_dynamic(
    inputs: Mapping[str, Any], outputs: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The inputs and outputs in a state, as the dynamic provider would have written them."""
    given, kept = renamed(inputs, snake), renamed(outputs, snake)
    if kept:
        kept.setdefault(USER_NAME_RESOLVED, given.get(USER_NAME) is None)
    return statuses_apart(given), kept


def outputs_as_dynamic(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The same of outputs alone, where those of the dynamic provider stay as they are.

    Whether the program named the user cannot be seen from them, and counts as no.
    """
    return as_dynamic({}, outputs)[1]


def is_in_camel_case(outputs: Mapping[str, Any]) -> bool:
    """Whether it was the native provider that wrote them."""
    return renamed(outputs, snake) != outputs


def in_camel_case(message: str) -> str:
    """A message with each input, and each setting, as programs of the native provider spell it.

    What a program wrote wrongly stays as it wrote it.
    """
    parts = _AS_WRITTEN.split(message)
    parts[::2] = [_NAME.sub(lambda found: _SPELT[found[1]], part) for part in parts[::2]]
    return _SETTING.sub("keyswitch:", "".join(parts))


def in_snake_case(message: str) -> str:
    """The same back."""
    parts = _OF_REGISTER.split(message)
    parts[::2] = [
        _SPELT_NAME.sub(lambda found: _NAMES[found[1]], _OWN_SETTING.sub("aws:", part))
        for part in parts[::2]
    ]
    return "".join(parts)
