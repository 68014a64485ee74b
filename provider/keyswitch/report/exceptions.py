"""Exceptions of an audit: findings that somebody has approved until a date. They are shown, never hidden.

In ``keyswitch:exceptions`` of a stack's config, or in a file of its own: a list of entries such as ::

    - user: ci-*
      control: rotated
      reason: the vendor rotates in March, OPS-311
      approvedBy: jane@example.com
      until: "2027-03-31"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from itertools import islice
from typing import Final

from keyswitch.messages.redact import is_refused, may_be_repeated
from keyswitch.model.aws_settings import ACCOUNT_ID
from keyswitch.model.durations import iso
from keyswitch.model.until import Until
from keyswitch.model.validators import kind_of
from keyswitch.report.controls import CONTROLS, control_named

SUBJECTS: Final = ("key", "user", "path")
"""What an entry is about: a pattern of one of them, in which ``*`` stands for any text."""
FIELDS: Final[Mapping[str, str]] = {
    "key": "An access key id, or a pattern in which * stands for any text.",
    "user": "The name of an IAM user, or a pattern; capitals do not matter.",
    "path": "The path of users, such as /service/, or a pattern.",
    "account": "Only findings in this account, twelve digits in quotes. Controls about no key need it, and none of "
    "key, user and path.",
    "control": "The control, by its name or its code.",
    "reason": "Why the finding is accepted.",
    "approvedBy": "Who approved it.",
    "until": "When the exception ends: a date, whose whole day in UTC counts, or an ISO 8601 moment with its time "
    "zone. In quotes.",
}
"""What an entry may have, and what each says."""
_WORDS: Final = ("control", "reason", "approvedBy")
_UNTIL: Final = "until"
_ACCOUNT: Final = "account"
_OF_SHELLS: Final = re.compile(r"[\[?]")
_NAMES: Final = (*SUBJECTS, *_WORDS, _UNTIL, _ACCOUNT)
NOT_EXCEPTED: Final = ("exception-ended", "exception-matched")
"""Controls of which there are no exceptions."""
OF_ACCOUNTS: Final = tuple(
    name
    for name, control in CONTROLS.items()
    if not control.is_about_keys and name not in NOT_EXCEPTED
)
"""Their findings are about no key and no user, so that no pattern is of one."""


class ExceptionProblemError(Exception):
    """What is wrong with a list of exceptions, in words that repeat no secret."""


@dataclass(frozen=True)
class AuditException:
    """One exception.

    :param subject: ``key``, ``user`` or ``path``: what the pattern is about; ``account`` for a control about no key.
    :param pattern: in which ``*`` stands for any text; a user's name is matched in any letter case, as IAM does.
    :param control: the name of a control.
    :param approved_by: who answers for it.
    :param account: the only account that it is about, twelve digits; empty for any.
    """

    subject: str
    pattern: str
    control: str
    reason: str
    approved_by: str
    until: Until
    account: str = ""

    @property
    def about(self) -> str:
        """Its subject in words: ``user ci-*``."""
        of = f"{self.subject} {self.pattern}"
        is_narrowed = self.account and self.subject != _ACCOUNT
        return f"{of} in account {self.account}" if is_narrowed else of

    def covers(
        self, control: str, *, account_id: str, access_key_id: str, user_name: str, path: str
    ) -> bool:
        """Whether it is about a finding, ended or not.

        :param path: of the user; empty where it is not known, which no pattern matches.
        """
        if control != self.control or self.account not in ("", account_id):
            return False
        if self.subject == _ACCOUNT:
            return True
        if self.subject == "user":
            return bool(user_name) and _matches(user_name.casefold(), self.pattern.casefold())
        value = access_key_id if self.subject == "key" else path
        return bool(value) and _matches(value, self.pattern)


def _matches(text: str, pattern: str) -> bool:
    """Whether a pattern is of the whole text: brackets and question marks, which a path can hold, are themselves."""
    return fnmatchcase(text, _OF_SHELLS.sub(r"[\g<0>]", pattern))


def read_exceptions(listed: object) -> tuple[AuditException, ...]:
    """The exceptions that a list of maps holds; none for ``None``.

    :raises ExceptionProblemError: it is no such list. Everything that is wrong is named, in one text.
    """
    problems = [str(each) for each in problems_of_exceptions(listed)]
    if problems:
        raise ExceptionProblemError("; ".join(problems))
    return tuple(map(_read, listed)) if isinstance(listed, list) else ()


@dataclass(frozen=True)
class ExceptionProblem:
    """The first thing that is wrong with an entry.

    :ivar number: of the entry, counted from one; ``None`` where the list is none.
    """

    number: int | None
    text: str

    def __str__(self) -> str:
        return self.text if self.number is None else f"entry {self.number} {self.text}"


def problems_of_exceptions(listed: object) -> Iterator[ExceptionProblem]:
    """What is wrong with a list of exceptions, in words that repeat no secret."""
    if listed is None:
        return
    if not isinstance(listed, list):
        yield ExceptionProblem(None, f"they are {kind_of(listed)} and not a list")
        return
    for number, entry in enumerate(listed, start=1):
        if not isinstance(entry, Mapping):
            yield ExceptionProblem(number, f"is {kind_of(entry)} and not a map")
        else:
            yield from (ExceptionProblem(number, each) for each in islice(_problems(entry), 1))


def _read(entry: Mapping[str, object]) -> AuditException:
    """The exception of an entry that nothing is wrong with."""
    subject = next((name for name in SUBJECTS if name in entry), _ACCOUNT)
    return AuditException(
        subject,
        str(entry[subject]),
        control_named(str(entry["control"])),
        str(entry["reason"]),
        str(entry["approvedBy"]),
        Until.read(_written(entry[_UNTIL])),
        str(entry.get(_ACCOUNT, "")),
    )


def _problems(entry: Mapping[object, object]) -> Iterator[str]:
    unknown = [name for name in entry if name not in _NAMES]
    if unknown:
        names = [name for name in unknown if isinstance(name, str) and may_be_repeated(name)]
        yield f"has an unknown field{f' {names[0]}' if names else ''}: there are {', '.join(_NAMES)}"
    subjects = [name for name in SUBJECTS if name in entry]
    known = control_named(str(entry.get("control")))
    yield from _problems_of_subject(entry, subjects, known)
    for name in (*subjects, *_WORDS):
        value = entry.get(name)
        if not isinstance(value, str) or not value.strip():
            yield f"has no {name}" if value in (None, "") else f"has a {name} that is no text"
        elif is_refused(value):
            yield f"has a {name} that looks like a secret"
    if _UNTIL not in entry:
        yield "has no until, and an exception must end"
    account = entry.get(_ACCOUNT)
    if _ACCOUNT in entry and not (isinstance(account, str) and ACCOUNT_ID.fullmatch(account)):
        yield "has an account that is not twelve digits in quotes"
    if known not in CONTROLS or known in NOT_EXCEPTED:
        there = ", ".join(name for name in CONTROLS if name not in NOT_EXCEPTED)
        yield f"names no control: there are {there}"
    try:
        Until.read(_written(entry.get(_UNTIL)))
    except ValueError as error:
        yield f'has an until that cannot be read ({error}): write a date in quotes, such as "2027-01-31"'


def _problems_of_subject(
    entry: Mapping[object, object], subjects: list[str], control: str
) -> Iterator[str]:
    if control in OF_ACCOUNTS:
        if subjects or _ACCOUNT not in entry:
            yield f"is of {control}, which is about no key: it needs account, and none of key, user and path"
    elif len(subjects) != 1:
        yield f"has {' and '.join(subjects) or 'none'} of key, user and path, and needs one"


def _written(until: object) -> str:
    """A date or a moment as text: YAML reads one without quotes as such, a moment as one in UTC."""
    if isinstance(until, datetime):
        return iso(until if until.tzinfo else until.replace(tzinfo=timezone.utc))
    return str(until)
