"""Values of a register, of which some are encrypted, in the form in which the parser judges the others."""

from __future__ import annotations

from typing import Any, Final

from keyswitch.cli.config_values import is_secure, without_quotes
from keyswitch.model.inputs import ACCOUNT, IN_CAMEL_CASE
from keyswitch.model.parsing import UNKNOWN
from keyswitch.model.register import value_of
from keyswitch.model.register_names import ACCOUNTS_KEY, DEFAULTS_KEY

_ACCOUNT: Final = IN_CAMEL_CASE[ACCOUNT]


def judged(name: str, value: object) -> Any:
    """A value as the program has it; what is encrypted is :data:`~keyswitch.model.parsing.UNKNOWN`.

    :param name: of the setting, below ``keyswitch:``.
    """
    if isinstance(value, str):
        return value_of(value)
    found = _known(value)
    if not isinstance(found, dict):
        return found
    if name == ACCOUNTS_KEY:
        return {each: _without_unknown(fields) for each, fields in found.items()}
    if name == DEFAULTS_KEY:
        return _without_unknown_parts(found)
    return {each: _without_unknown_parts(entry) for each, entry in found.items()}


def _known(value: object) -> object:
    if is_secure(value):
        return UNKNOWN
    if isinstance(value, dict):
        return {name: _known(each) for name, each in value.items()}
    if isinstance(value, list):
        listed = [_known(each) for each in value]
        return UNKNOWN if UNKNOWN in listed else listed
    if value is None or isinstance(value, bool | int | float):
        return value
    return without_quotes(value)


def _without_unknown(fields: object) -> object:
    """The fields of an account that are known: none of the others is needed."""
    if fields is UNKNOWN:
        return {}
    if not isinstance(fields, dict):
        return fields
    return {name: each for name, each in fields.items() if each is not UNKNOWN}


def _without_unknown_parts(entry: object) -> object:
    """An entry in which a map with a part that is not known is not known as a whole."""
    if not isinstance(entry, dict):
        return entry
    return {
        name: UNKNOWN if isinstance(each, dict) and UNKNOWN in each.values() else each
        for name, each in entry.items()
    }


def without_accounts(name: str, value: Any) -> Any:
    """The same where nobody can say which accounts there are."""
    if name == ACCOUNTS_KEY:
        return None
    if not isinstance(value, dict):
        return value
    if name == DEFAULTS_KEY:
        return _with_unknown_account(value)
    return {each: _with_unknown_account(entry) for each, entry in value.items()}


def _with_unknown_account(entry: Any) -> Any:
    is_named = isinstance(entry, dict) and isinstance(entry.get(_ACCOUNT), str)
    return {**entry, _ACCOUNT: UNKNOWN} if is_named else entry
