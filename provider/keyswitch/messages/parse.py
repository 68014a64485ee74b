"""Reads messages back: what :func:`keyswitch.messages.format.message` made, taken apart again.

For whoever has a preview's text and nothing else. A message of another version of keyswitch, whose
words have changed, still tells its code, its key and its text. So does whatever a program logs that
begins with a code: what is not one of our own messages as a whole is kept apart from one that is.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from keyswitch.messages.catalogue import ALL, Message

_BY_CODE = {entry.code: entry for entry in ALL}
_CODE = re.compile(r"\bKS[1-9]\d\d\b")
_SUBJECT = re.compile(
    r"(?P<verb>[a-z ]*?)\s?access key (?P<key>[A-Za-z0-9_]{16,128})(?: of user (?P<user>[\w+=,.@-]{1,128}))?"
    r"[^:]*: ",
    re.ASCII,
)

_OTHER_SUBJECT = re.compile(
    r"(?:entry|key|account|the fleet|the stack|keyswitch:\w+)[^:]{0,160}::? "
)
"""What else a message can be about: a part of the register, or of a fleet's inputs."""
_GOALS = {
    **dict.fromkeys(("activating", "activated"), ("Inactive", "Active")),
    **dict.fromkeys(("deactivating", "deactivated"), ("Active", "Inactive")),
}
"""The statuses before and after, by the words that messages have for a change."""
_SEVERITIES = ("", "warning: ", "error: ")
"""What the engine prints before a message."""


@dataclass(frozen=True)
class Reading:
    """One message as read.

    :param code: ``KS`` and three digits.
    :param entry: its catalogue entry, ``None`` for a code of another version.
    :param access_key_id: the key that it is about, empty where it names none; so is ``user_name``.
    :param goal: the statuses before and after the change that it is about; empty text where it is about none.
    :param cause: why, without subject and remedy where they could be told apart.
    :param fields: the values in the entry's cause; empty where the words differ.
    :param is_worded: whether it is in the entry's own words, cause and remedy, to its end.
    :param is_whole: whether moreover nothing but its severity stands before it.
    """

    code: str
    entry: type[Message] | None
    cause: str
    access_key_id: str = ""
    user_name: str = ""
    goal: tuple[str, str] = ("", "")
    fields: Mapping[str, str] = field(default_factory=dict)
    is_worded: bool = False
    is_whole: bool = False


def read(text: str) -> Reading | None:
    """The first message in a diagnostic's text, ``None`` if it holds none of keyswitch's."""
    line = " ".join(text.split())
    found = _CODE.search(line)
    if found is None:
        return None
    code, rest = found.group(), line[found.end() :].lstrip()
    subject = _SUBJECT.match(rest)
    if subject is not None:
        rest = rest[subject.end() :]
    entry = _BY_CODE.get(code)
    matched = None
    if entry is not None and subject is None and (named := _OTHER_SUBJECT.match(rest)):
        matched = _pattern_of(code).match(rest, named.end())
    if matched is None and entry is not None:
        matched = _pattern_of(code).match(rest)
    found_fields = matched.groupdict() if matched else {}
    change = found_fields.get("change") or (subject.group("verb") if subject else "")
    return Reading(
        code,
        entry,
        matched.group("cause") if matched else rest,
        (subject.group("key") or "") if subject else "",
        (subject.group("user") or "") if subject else "",
        _GOALS.get(change, ("", "")),
        {name: value for name, value in found_fields.items() if name != "cause"},
        is_worded=matched is not None,
        is_whole=matched is not None and line[: found.start()] in _SEVERITIES,
    )


@cache
def _pattern_of(code: str) -> re.Pattern[str]:
    """A message's text as a pattern, up to where its remedy, or AWS's answer, begins."""
    entry = _BY_CODE[code]
    cause = _regex(entry.text, named=True)
    remedy = f" {_regex(entry.remedy, named=False)}" if entry.remedy else ""
    return re.compile(rf"(?P<cause>{cause})(?: \([^()]*\))?\.{remedy}(?= KS\d|$)")


def _regex(template: str, *, named: bool) -> str:
    parts, seen = [], set()
    for literal, name, _spec, _conversion in string.Formatter().parse(" ".join(template.split())):
        parts.append(re.escape(literal))
        if name is None:
            continue
        if named and name not in seen:
            parts.append(f"(?P<{name}>.*?)")
        else:
            parts.append(f"(?P={name})" if named else ".*?")
        seen.add(name)
    return "".join(parts)
