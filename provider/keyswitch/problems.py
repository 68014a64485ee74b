"""Judges single inputs: what a value of each property may look like, and what to say if it does not.

The answer to a bad value is a :class:`Problem`, which never repeats what may be a secret.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from keyswitch import catalogue
from keyswitch.catalogue import Entry
from keyswitch.errors import message
from keyswitch.secrets import looks_secret
from keyswitch.status import OnDestroy, Status

ACCESS_KEY_ID: Final = "access_key_id"
STATUS: Final = "status"
USER_NAME: Final = "user_name"
REASON: Final = "reason"
ON_DESTROY: Final = "on_destroy"
INPUTS: Final = (ACCESS_KEY_ID, STATUS, USER_NAME, REASON, ON_DESTROY)
REQUIRED: Final = (ACCESS_KEY_ID, STATUS)

Spelling = Mapping[str, str]
"""How one front spells each of :data:`INPUTS`; one with a space is not written by hand there."""

IN_PROGRAMS: Final[Spelling] = {name: name for name in INPUTS}

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
_REPEATABLE_NAME = re.compile(r"[\w.-]{1,39}")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one property. ``repeatable`` says that its value may be printed."""

    property: str
    entry: Entry
    fields: Mapping[str, object]
    repeatable: bool = False

    def __str__(self) -> str:
        return message(self.entry, None, None, **self.fields)

    def told_of(self, subject: str) -> str:
        """The message with what it is about, for a place that no resource's row names."""
        return message(self.entry, subject, None, **self.fields)


def problems_of(
    given: Mapping[str, object], known: Mapping[str, object], spelling: Spelling
) -> list[Problem]:
    """Everything wrong with a bag of inputs.

    :param given: every input that is given, by property name; unknown ones by the name they have.
    :param known: those of them whose value is known by now.
    :param spelling: how this front spells each property: messages speak its language.
    """
    missing = [
        _problem(name, catalogue.MISSING_PROPERTY, property=spelling[name])
        for name in REQUIRED
        if name not in given
    ]
    bad = [_problem_of_value(name, known[name], spelling[name]) for name in INPUTS if name in known]
    return [
        *_unknown_properties(given, spelling),
        *missing,
        *(problem for problem in bad if problem),
    ]


def _unknown_properties(given: Iterable[str], spelling: Spelling) -> list[Problem]:
    names = [spelling[name] for name in INPUTS if " " not in spelling[name]]
    problems = []
    for name in sorted(set(given) - set(INPUTS)):
        shown = name if _REPEATABLE_NAME.fullmatch(name.strip()) else "(not repeated)"
        close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        problems.append(
            _problem(
                shown,
                catalogue.UNKNOWN_PROPERTY,
                property=shown,
                suggestion=f"Did you mean {close[0]}? " if close else "",
                known=", ".join(names),
            )
        )
    return problems


def _problem(name: str, entry: Entry, *, repeatable: bool = False, **fields: object) -> Problem:
    return Problem(name, entry, fields, repeatable)


def _problem_of_value(name: str, value: object, spelt: str) -> Problem | None:
    if not isinstance(value, str):
        return _problem(name, catalogue.NOT_A_STRING, property=spelt, kind=_kind(name, value))
    if looks_secret(value):
        return _problem(name, catalogue.SECRET_PASTED, property=spelt)
    find = _FINDERS.get(name)
    return find(value, spelt) if find is not None else None


def _kind(name: str, value: object) -> str:
    if isinstance(value, bool):
        word = "true" if value else "false"
        hint = f' (did you mean "{_SYNONYMS[word]}"?)' if name == STATUS else ""
        return f"the boolean {word}{hint}"
    if isinstance(value, float | int):
        return "a number"
    return "a list" if isinstance(value, list) else "a map"


def _problem_of_access_key_id(value: str, spelt: str) -> Problem | None:
    if value.startswith("ASIA") and _ACCESS_KEY_ID.fullmatch(value):
        return _problem(ACCESS_KEY_ID, catalogue.TEMPORARY_KEY, access_key_id=value)
    if _ACCESS_KEY_ID.fullmatch(value):
        return None
    if re.fullmatch(r"[A-Za-z0-9_]*", value):
        problem = f"it has {len(value)} characters"
    else:
        problem = "it has characters other than letters, digits and underscores"
    return _problem(ACCESS_KEY_ID, catalogue.BAD_ACCESS_KEY_ID, property=spelt, problem=problem)


def _problem_of_status(value: str, _spelt: str) -> Problem | None:
    if value in {str(status) for status in Status}:
        return None
    synonym = _SYNONYMS.get(value.lower())
    close = difflib.get_close_matches(value.lower(), ("active", "inactive"), n=1, cutoff=0.6)
    meant = synonym or (Status(close[0].capitalize()) if close else None)
    return _problem(
        STATUS,
        catalogue.BAD_STATUS,
        repeatable=_is_short(value),
        value=_shown(value),
        suggestion=f' (did you mean "{meant}"?)' if meant else "",
    )


def _problem_of_user_name(value: str, spelt: str) -> Problem | None:
    strange = sorted(set(re.sub(_USER_NAME_CHARACTER, "", value)))
    if strange:
        problem = f"it contains {' '.join(repr(character) for character in strange[:5])}"
    elif not 1 <= len(value) <= _USER_NAME_MAX:
        problem = f"it has {len(value)} characters"
    else:
        return None
    return _problem(USER_NAME, catalogue.BAD_USER_NAME, property=spelt, problem=problem)


def _problem_of_on_destroy(value: str, spelt: str) -> Problem | None:
    words = [str(word) for word in OnDestroy]
    if value in words:
        return None
    close = difflib.get_close_matches(value.lower(), words, n=1, cutoff=0.6)
    return _problem(
        ON_DESTROY,
        catalogue.BAD_ON_DESTROY,
        repeatable=_is_short(value),
        property=spelt,
        value=_shown(value),
        suggestion=f' (did you mean "{close[0]}"?)' if close else "",
    )


_FINDERS: Final[Mapping[str, Callable[[str, str], Problem | None]]] = {
    ACCESS_KEY_ID: _problem_of_access_key_id,
    STATUS: _problem_of_status,
    USER_NAME: _problem_of_user_name,
    ON_DESTROY: _problem_of_on_destroy,
}


def _is_short(value: str) -> bool:
    return len(value) <= _REPEATABLE_LENGTH


def _shown(value: str) -> str:
    return f'"{value}"' if _is_short(value) else "(too long to be one, and not repeated)"
