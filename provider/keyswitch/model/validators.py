"""Judges single inputs: what a value of each property may look like, and what to say if it does not.

The answer to a bad value is a :class:`Problem`, which never repeats what may be a secret.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import line
from keyswitch.messages.redact import is_refused
from keyswitch.model.aws_settings import ACCOUNT_ID
from keyswitch.model.durations import Duration
from keyswitch.model.fields import ACCESS_KEY_ID, ON_DESTROY, ON_DRIFT, OVERRIDE, STATUS, USER_NAME
from keyswitch.model.roles import (
    EXTERNAL_ID,
    NO_EXTERNAL_ID,
    NO_SESSION_NAME,
    ROLE_ARN,
    SESSION_NAME,
    session_seconds,
)
from keyswitch.model.status import OnDestroy, OnDrift, Status, WhenUnmet

_ACCESS_KEY_ID = re.compile(r"[A-Za-z0-9_]{16,128}")
_USER_NAME_CHARACTER = r"[A-Za-z0-9_+=,.@-]"
_USER_NAME_MAX = 128
_SYNONYMS: Final[Mapping[str, Status]] = {
    **dict.fromkeys(("on", "enabled", "enable", "true", "activated"), Status.ACTIVE),
    **dict.fromkeys(
        ("off", "disabled", "disable", "false", "deactivated", "expired"), Status.INACTIVE
    ),
}
_REPEATABLE_LENGTH = 20
_NOT_TOLD: Final = "(a secret, not shown)"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one property."""

    property: str
    message: Message

    def __str__(self) -> str:
        return line(self.message)

    def with_subject(self, subject: str) -> str:
        """The message with what it is about, for a place that no resource's row names."""
        return line(self.message, subject)

    def without_value(self) -> Problem:
        """The same problem with what its program keeps secret: no value is repeated, and no name of its own."""
        if isinstance(self.message, catalogue.UnknownProperty):
            hidden: Message = replace(self.message, property=_NOT_TOLD)
        elif isinstance(self.message, catalogue.BadStatus | catalogue.UnknownWord):
            hidden = replace(self.message, value=_NOT_TOLD)
        elif isinstance(self.message, catalogue.NotADuration | catalogue.BadUserName):
            hidden = replace(self.message, problem="the value is a secret and not shown")
        else:
            return self
        return replace(self, message=hidden)


def problem_of_value(top: str, name: str, value: object, spelt: str) -> list[Problem]:
    """What is wrong with a value of ``name``, told of the input ``top`` that it is in."""
    if isinstance(value, str) and is_refused(value):
        return [Problem(top, catalogue.SecretPasted(property=spelt))]
    if name in _BOOLEANS:
        if isinstance(value, bool):
            return []
        kind = "a string" if isinstance(value, str) else kind_of(name, value)
        return [Problem(top, catalogue.NotABoolean(property=spelt, kind=kind))]
    if name == _ACCOUNT_IDS:
        return _problems_of_account_ids(top, value, spelt)
    if not isinstance(value, str):
        return [Problem(top, catalogue.NotAString(property=spelt, kind=kind_of(name, value)))]
    find = _FINDERS.get(name)
    problem = find(value, spelt) if find is not None else None
    return [replace(problem, property=top)] if problem is not None else []


def kind_of(name: str, value: object) -> str:
    """What a value of ``name`` is instead of what it should be, in words."""
    if isinstance(value, bool):
        word = "true" if value else "false"
        hint = f' (did you mean "{_SYNONYMS[word]}"?)' if name == STATUS else ""
        return f"the boolean {word}{hint}"
    if isinstance(value, float | int):
        return "a number"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, Mapping):
        return "a map"
    return "None" if value is None else f"an object of the class {type(value).__name__}"


def _problem_of_access_key_id(value: str, spelt: str) -> Problem | None:
    if value.startswith("ASIA") and _ACCESS_KEY_ID.fullmatch(value):
        return Problem(ACCESS_KEY_ID, catalogue.TemporaryKey(property=spelt, access_key_id=value))
    if _ACCESS_KEY_ID.fullmatch(value):
        return None
    if re.fullmatch(r"[A-Za-z0-9_]*", value):
        problem = f"has {len(value)} characters"
    else:
        problem = "contains characters other than letters, digits and underscores"
    return Problem(ACCESS_KEY_ID, catalogue.BadAccessKeyId(property=spelt, problem=problem))


def _problem_of_status(value: str, _spelt: str) -> Problem | None:
    if value in {str(status) for status in Status}:
        return None
    synonym = _SYNONYMS.get(value.lower())
    close = difflib.get_close_matches(value.lower(), ("active", "inactive"), n=1, cutoff=0.6)
    meant = synonym or (Status(close[0].capitalize()) if close else None)
    return Problem(
        STATUS,
        catalogue.BadStatus(
            value=_shown(value), suggestion=f' (did you mean "{meant}"?)' if meant else ""
        ),
    )


def _problem_of_user_name(value: str, spelt: str) -> Problem | None:
    strange = sorted(set(re.sub(_USER_NAME_CHARACTER, "", value)))
    if strange:
        problem = f"contains {' '.join(repr(character) for character in strange[:5])}"
    elif not 1 <= len(value) <= _USER_NAME_MAX:
        problem = f"has {len(value)} characters"
    else:
        return None
    return Problem(USER_NAME, catalogue.BadUserName(property=spelt, problem=problem))


def _problem_of_word(words: type[Enum]) -> Callable[[str, str], Problem | None]:
    known = [str(word) for word in words]

    def find(value: str, spelt: str) -> Problem | None:
        if value in known:
            return None
        close = difflib.get_close_matches(value.lower(), known, n=1, cutoff=0.6)
        return Problem(
            spelt,
            catalogue.UnknownWord(
                property=spelt,
                value=_shown(value),
                words=" or ".join(f'"{word}"' for word in known),
                suggestion=f' (did you mean "{close[0]}"?)' if close else "",
            ),
        )

    return find


def _problem_of_duration(value: str, spelt: str) -> Problem | None:
    try:
        Duration.read(value)
    except ValueError as error:
        problem = f"{_shown(value)}: {error}" if _is_short(value) else str(error)
        return Problem(spelt, catalogue.NotADuration(property=spelt, problem=problem))
    return None


def _problem_of_override(value: str, spelt: str) -> Problem | None:
    if value.strip():
        return None
    return Problem(OVERRIDE, catalogue.EmptyOverride(property=spelt))


def _problem_of_blank(value: str, spelt: str) -> Problem | None:
    if value.strip():
        return None
    return Problem(spelt, catalogue.BadAccount(property=spelt, problem="is empty"))


def _problem_of_role_arn(value: str, spelt: str) -> Problem | None:
    if ROLE_ARN.fullmatch(value):
        return None
    return Problem(spelt, catalogue.BadAccount(property=spelt, problem="not the ARN of a role"))


def _problem_of_session_name(value: str, spelt: str) -> Problem | None:
    if SESSION_NAME.fullmatch(value):
        return None
    return Problem(spelt, catalogue.BadAccount(property=spelt, problem=NO_SESSION_NAME))


def _problem_of_external_id(value: str, spelt: str) -> Problem | None:
    if EXTERNAL_ID.fullmatch(value):
        return None
    return Problem(spelt, catalogue.BadAccount(property=spelt, problem=NO_EXTERNAL_ID))


def _problem_of_session_duration(value: str, spelt: str) -> Problem | None:
    try:
        session_seconds(value)
    except ValueError as error:
        return Problem(spelt, catalogue.BadAccount(property=spelt, problem=str(error)))
    return None


def account_id(value: object) -> str:
    """An account id as text: YAML, and ``pulumi config set --path``, make a number of its digits."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.0f}" if is_number else str(value)


def _problems_of_account_ids(top: str, value: object, spelt: str) -> list[Problem]:
    listed = value if isinstance(value, list | tuple) else ()
    if listed and all(ACCOUNT_ID.fullmatch(account_id(each)) for each in listed):
        return []
    problem = "not a list of account ids, twelve digits each, in quotes if the first is a 0"
    return [Problem(top, catalogue.BadAccount(property=spelt, problem=problem))]


_ACCOUNT_IDS: Final = "allowed_account_ids"
_BOOLEANS: Final = frozenset(
    {"keep_one_active", "allow_own_key", "allow_reactivation", "refuse_quarantined"}
)
_FINDERS: Final[Mapping[str, Callable[[str, str], Problem | None]]] = {
    ACCESS_KEY_ID: _problem_of_access_key_id,
    STATUS: _problem_of_status,
    USER_NAME: _problem_of_user_name,
    ON_DESTROY: _problem_of_word(OnDestroy),
    ON_DRIFT: _problem_of_word(OnDrift),
    OVERRIDE: _problem_of_override,
    "unused_for": _problem_of_duration,
    "overlap": _problem_of_duration,
    "successor": _problem_of_access_key_id,
    "unmet": _problem_of_word(WhenUnmet),
    **dict.fromkeys(("name", "region", "profile"), _problem_of_blank),
    "external_id": _problem_of_external_id,
    "role_arn": _problem_of_role_arn,
    "session_name": _problem_of_session_name,
    "duration": _problem_of_session_duration,
}


def _is_short(value: str) -> bool:
    return len(value) <= _REPEATABLE_LENGTH


def _shown(value: str) -> str:
    return f'"{value}"' if _is_short(value) else "(too long, not shown)"
