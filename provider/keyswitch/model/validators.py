"""Checks single inputs: what a value of each may look like, and what to say if it does not.

Each check is given any value and how the front spells its input. It answers with the message of what is
wrong, which never repeats what may be a secret, or with ``None``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import counted
from keyswitch.messages.redact import is_refused
from keyswitch.model.aws_settings import ACCOUNT_ID
from keyswitch.model.change_limit import WRITTEN as LIMIT
from keyswitch.model.change_limit import MaxChanges
from keyswitch.model.durations import IN_GO, Duration
from keyswitch.model.durations import WRITTEN as DURATION
from keyswitch.model.roles import (
    EXTERNAL_ID,
    NO_EXTERNAL_ID,
    NO_SESSION_NAME,
    ROLE_ARN,
    SESSION_NAME,
    session_seconds,
)
from keyswitch.model.status import Status
from keyswitch.model.until import WRITTEN as DATE_OR_MOMENT
from keyswitch.model.until import Until

Check = Callable[[object, str], Message | None]

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
_NOT_BLANK: Final = r"[\s\S]*\S[\s\S]*"


def kind_of(value: object) -> str:
    """What a value is instead of what it should be, in words."""
    if isinstance(value, bool):
        return f"the boolean {'true' if value else 'false'}"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, float | int):
        return "a number"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, Mapping):
        return "a map"
    return "None" if value is None else f"an object of the class {type(value).__name__}"


def secret(value: object, spelt: str) -> Message | None:
    """What may be a secret is refused in every input."""
    if isinstance(value, str) and is_refused(value):
        return catalogue.SecretPasted(property=spelt)
    return None


def text(value: object, spelt: str) -> Message | None:
    """Any string."""
    if not isinstance(value, str):
        return catalogue.NotAString(property=spelt, kind=kind_of(value))
    return secret(value, spelt)


def boolean(value: object, spelt: str) -> Message | None:
    """A boolean."""
    if isinstance(value, bool):
        return None
    not_one = catalogue.NotABoolean(property=spelt, kind=kind_of(value))
    return secret(value, spelt) or not_one


def _string(check: Callable[[str, str], Message | None]) -> Check:
    """A check that is given strings only."""

    def of_any(value: object, spelt: str) -> Message | None:
        return text(value, spelt) or check(str(value), spelt)

    of_any.__doc__ = check.__doc__
    return of_any


@_string
def access_key_id(value: str, spelt: str) -> Message | None:
    """The id of a long-term key."""
    if _ACCESS_KEY_ID.fullmatch(value):
        if value.startswith("ASIA"):
            return catalogue.TemporaryKey(property=spelt, access_key_id=value)
        return None
    if re.fullmatch(r"[A-Za-z0-9_]*", value):
        problem = f"has {counted(len(value), 'character')}"
    else:
        problem = "contains characters other than letters, digits and underscores"
    return catalogue.BadAccessKeyId(property=spelt, problem=problem)


def status(value: object, spelt: str) -> Message | None:
    """A status to declare; what was probably meant is suggested."""
    if isinstance(value, bool):
        meant = _SYNONYMS[str(value).lower()]
        kind = f'{kind_of(value)} (did you mean "{meant}"?)'
        return catalogue.NotAString(property=spelt, kind=kind)
    return text(value, spelt) or _not_a_status(str(value))


def _not_a_status(value: str) -> Message | None:
    if value in {str(known) for known in Status}:
        return None
    close = difflib.get_close_matches(value.lower(), ("active", "inactive"), n=1, cutoff=0.6)
    meant = _SYNONYMS.get(value.lower()) or (Status(close[0].capitalize()) if close else None)
    suggestion = f' (did you mean "{meant}"?)' if meant else ""
    return catalogue.BadStatus(value=_shown(value), suggestion=suggestion)


@_string
def user_name(value: str, spelt: str) -> Message | None:
    """The name of an IAM user."""
    strange = sorted(set(re.sub(_USER_NAME_CHARACTER, "", value)))
    if strange:
        problem = f"contains {' '.join(repr(character) for character in strange[:5])}"
    elif not 1 <= len(value) <= _USER_NAME_MAX:
        problem = f"has {counted(len(value), 'character')}"
    else:
        return None
    return catalogue.BadUserName(property=spelt, problem=problem)


def word(words: type[Enum]) -> Check:
    """One of the words of an enumeration."""
    known = [str(each) for each in words]

    @_string
    def check(value: str, spelt: str) -> Message | None:
        if value in known:
            return None
        close = difflib.get_close_matches(value.lower(), known, n=1, cutoff=0.6)
        return catalogue.UnknownWord(
            property=spelt,
            value=_shown(value),
            words=" or ".join(f'"{each}"' for each in known),
            suggestion=f' (did you mean "{close[0]}"?)' if close else "",
        )

    return check


@_string
def duration(value: str, spelt: str) -> Message | None:
    """A duration such as ``7d``."""
    try:
        Duration.read(value)
    except ValueError as error:
        problem = f"{_shown(value)}: {error}" if _is_short(value) else str(error)
        return catalogue.NotADuration(property=spelt, problem=problem)
    return None


@_string
def active_until(value: str, spelt: str) -> Message | None:
    """A date, or a moment with its offset."""
    try:
        Until.read(value)
    except ValueError as error:
        problem = f"{_shown(value)}: {error}" if _is_short(value) else str(error)
        return catalogue.NotADate(property=spelt, problem=problem)
    return None


@_string
def override(value: str, spelt: str) -> Message | None:
    """The words of an override, which may not be blank."""
    return None if value.strip() else catalogue.EmptyOverride(property=spelt)


def _of_account(problem_of: Callable[[str], str | None]) -> Check:
    """A check of one field of an account, from what says in words what is wrong with it."""

    @_string
    def check(value: str, spelt: str) -> Message | None:
        problem = problem_of(value)
        return catalogue.BadAccount(property=spelt, problem=problem) if problem else None

    return check


def _session_problem(value: str) -> str | None:
    try:
        session_seconds(value)
    except ValueError as error:
        return str(error)
    return None


filled = _of_account(lambda value: None if value.strip() else "is empty")
role_arn = _of_account(lambda value: None if ROLE_ARN.fullmatch(value) else "not the ARN of a role")
session_name = _of_account(lambda value: None if SESSION_NAME.fullmatch(value) else NO_SESSION_NAME)
external_id = _of_account(lambda value: None if EXTERNAL_ID.fullmatch(value) else NO_EXTERNAL_ID)
session_duration = _of_account(_session_problem)


def account_id(value: object) -> str:
    """An account id as text: YAML, and ``pulumi config set --path``, make a number of its digits."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.0f}" if is_number else str(value)


def account_ids(value: object, spelt: str) -> Message | None:
    """A list of account ids, not an empty one."""
    listed = value if isinstance(value, list | tuple) else ()
    if listed and all(ACCOUNT_ID.fullmatch(account_id(each)) for each in listed):
        return None
    problem = "not a list of account ids, twelve digits each, in quotes if the first is a 0"
    return secret(value, spelt) or catalogue.BadAccount(property=spelt, problem=problem)


def max_changes(value: object, _spelt: str) -> Message | None:
    """A number of keys, or a share of all."""
    try:
        MaxChanges.read(value)
    except ValueError as error:
        return catalogue.BadMaxChanges(problem=error)
    return None


PATTERNS: Final[Mapping[Check, str]] = {
    access_key_id: f"(?!ASIA){_ACCESS_KEY_ID.pattern}",
    user_name: f"{_USER_NAME_CHARACTER}{{1,{_USER_NAME_MAX}}}",
    duration: DURATION.pattern,
    active_until: DATE_OR_MOMENT,
    override: _NOT_BLANK,
    filled: _NOT_BLANK,
    role_arn: ROLE_ARN.pattern,
    session_name: SESSION_NAME.pattern,
    external_id: EXTERNAL_ID.pattern,
    session_duration: IN_GO.pattern,
    max_changes: LIMIT.pattern,
}
"""For schemas: what the whole of every text matches that a check finds nothing wrong with. A text that matches may be
wrong nevertheless, for instance a date that there is not."""


def _is_short(value: str) -> bool:
    return len(value) <= _REPEATABLE_LENGTH


def _shown(value: str) -> str:
    return f'"{value}"' if _is_short(value) else "(too long, not shown)"
