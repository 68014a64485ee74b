"""Recognises credentials that were pasted where they do not belong, so that they are never repeated.

A secret access key is 40 characters of base64, a session token some hundreds. Neither has a
prefix or a checksum, so this is a judgement by shape: random text mixes many different characters
and changes between capitals, small letters and digits at more than every other one. A git commit
(40 hexadecimal digits), a URL and a sentence do not. Both are recognised too where they are URL-encoded, or
broken by white space or by characters without width. Tokens of GitHub and of Pulumi have prefixes, and URLs say where
their user's password and their query stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final
from urllib.parse import unquote

_RUN: Final = r"(?:[A-Za-z0-9/+]|%2[FfBb])+"
_GAP: Final = re.compile(r"[ \t]*[\r\n][ \t\r\n]*|[ \u00ad\u200b-\u200f\u2060-\u2064\ufeff]+")
_BREAK: Final = re.compile(r"[^A-Za-z0-9/+% ]")
_BASE64_RUN: Final = re.compile(_RUN)
_WITH_PREFIX: Final = re.compile(
    r"\b(?:gh[opsur]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}|pul-[0-9a-f]{40})"
)
_USER_OF_URL: Final = re.compile(r"(?<=://)[^\s/?#@\"']+(?=@)")
_QUERY_OF_URL: Final = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s?#\"'<>]*\?)[^\s#\"'<>]+")
_WORD: Final = re.compile(r"[\w.-]+")
_SYMBOLS = "/+"
_SECRET_KEY_LENGTH = 40
_SESSION_TOKEN_LENGTH = 100
_LEAST_DISTINCT = 18
_LEAST_SHARE_OF_CHANGES = 0.3
_LEAST_SHARE_IN_BROKEN = 0.36
_LEAST_SHARE_IN_BLOCKS = 0.5
_LEAST_PIECE = 4
_MOST_PIECES = 12

REDACTED = "[redacted]"
REMOVED = "[removed: the shape of a secret]"
"""In the place of an input that must go no further; an input that is this is refused as one that was."""


def looks_secret(text: str) -> bool:
    """Whether ``text`` contains something of the shape of a secret access key or session token."""
    if _WITH_PREFIX.search(text) is not None:
        return True
    if any(_run_looks_secret(run.group()) for run in _BASE64_RUN.finditer(text)):
        return True
    return next(_broken(text), None) is not None


def is_refused(text: str) -> bool:
    """Whether an input is one that looks secret, or stands for one that did."""
    return looks_secret(text) or text.startswith(REMOVED)


def may_be_repeated(name: str, longest: int = 39) -> bool:
    """Whether a message may repeat a name or an id from an input: one word that is no secret.

    :param longest: in characters; a secret access key has 40.
    """
    return len(name) <= longest and _WORD.fullmatch(name) is not None and not looks_secret(name)


def without_secrets(bag: Mapping[str, Any]) -> dict[str, Any]:
    """The bag with whatever has the shape of a secret taken out, names too: an engine shows it whole."""
    secret = sorted(name for name in bag if looks_secret(name))
    names = {name: f"{REMOVED} {number}" for number, name in enumerate(secret, start=1)}
    return {names.get(name, name): _without_secret(value) for name, value in bag.items()}


def _without_secret(value: Any) -> Any:
    if isinstance(value, str):
        return REMOVED if looks_secret(value) else value
    if isinstance(value, Mapping):
        return without_secrets(value)
    return [_without_secret(part) for part in value] if isinstance(value, list) else value


def redact(text: str) -> str:
    """``text`` with everything of the shape of a secret replaced by ``[redacted]``.

    Of a URL also whom it names before its host, and its query.
    """
    text = _USER_OF_URL.sub(REDACTED, text)
    text = _QUERY_OF_URL.sub(rf"\g<1>{REDACTED}", text)
    text = _WITH_PREFIX.sub(REDACTED, text)
    text = _BASE64_RUN.sub(
        lambda run: REDACTED if _run_looks_secret(run.group()) else run.group(), text
    )
    for start, end in reversed(list(_broken(text))):
        text = f"{text[:start]}{REDACTED}{text[end:]}"
    return text


def _broken(text: str) -> Iterator[tuple[int, int]]:
    """Where secrets begin and end that something stands in the middle of."""
    for pieces in _side_by_side(text):
        first = 0
        while first < len(pieces):
            last = _end_of_broken(text, pieces, first)
            if last is None:
                first += 1
                continue
            yield pieces[first][0], pieces[last][1]
            first = last + 1


def _side_by_side(text: str) -> Iterator[list[tuple[int, int]]]:
    """The runs of base64 that stand next to each other, with a gap between; each place is looked at once."""
    pieces: list[tuple[int, int]] = []
    for run in _BASE64_RUN.finditer(text):
        if pieces and not _GAP.fullmatch(text, pieces[-1][1], run.start()):
            yield pieces
            pieces = []
        pieces.append(run.span())
    yield pieces


def _end_of_broken(text: str, pieces: list[tuple[int, int]], first: int) -> int | None:
    """The last of the pieces that make a secret from ``first`` on, the longest such.

    Words stand next to each other too: where nothing but blanks is between, it takes more to be one.
    """
    found, whole = None, ""
    for last in range(first, min(len(pieces), first + _MOST_PIECES)):
        piece = unquote(text[slice(*pieces[last])])
        if len(piece) < _LEAST_PIECE:
            break
        whole += piece
        is_long = len(whole) == _SECRET_KEY_LENGTH or len(whole) >= _SESSION_TOKEN_LENGTH
        between = text[pieces[first][1] : pieces[last][0]]
        share = _LEAST_SHARE_IN_BROKEN if _BREAK.search(between) else _LEAST_SHARE_IN_BLOCKS
        if is_long and last > first and _looks_random(whole, share):
            found = last
    return found


def _run_looks_secret(run: str) -> bool:
    run = unquote(run)
    if len(run) >= _SESSION_TOKEN_LENGTH:
        return _looks_random(run)
    return any(_looks_random(piece) for piece in _pieces(run))


def _pieces(run: str) -> list[str]:
    """The pieces of a secret key's length that begin or end where something else may adjoin it."""
    return [
        run[start : start + _SECRET_KEY_LENGTH]
        for start in range(len(run) - _SECRET_KEY_LENGTH + 1)
        if start == 0
        or run[start - 1] in _SYMBOLS
        or start + _SECRET_KEY_LENGTH == len(run)
        or run[start + _SECRET_KEY_LENGTH] in _SYMBOLS
    ]


def _looks_random(text: str, least_share_of_changes: float = _LEAST_SHARE_OF_CHANGES) -> bool:
    letters = [character for character in text if character not in _SYMBOLS]
    changes = sum(_kind(one) != _kind(next_one) for one, next_one in pairwise(letters))
    return (
        any(character.islower() for character in letters)
        and any(character.isupper() for character in letters)
        and len(set(text)) >= _LEAST_DISTINCT
        and changes >= least_share_of_changes * len(letters)
    )


def _kind(character: str) -> int:
    return 0 if character.isdigit() else 1 if character.islower() else 2
