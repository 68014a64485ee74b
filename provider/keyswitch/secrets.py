"""Recognises credentials that were pasted where they do not belong, so that they are never repeated.

A secret access key is 40 characters of base64, a session token some hundreds. Neither has a
prefix or a checksum, so this is a judgement by shape: random text mixes many different characters
and changes between capitals, small letters and digits at more than every other one. A git commit
(40 hexadecimal digits), a URL and a sentence do not.
"""

from __future__ import annotations

import re
from itertools import pairwise

_BASE64_RUN = re.compile(r"[A-Za-z0-9/+]+")
_SYMBOLS = "/+"
_SECRET_KEY_LENGTH = 40
_SESSION_TOKEN_LENGTH = 100
_LEAST_DISTINCT = 18
_LEAST_SHARE_OF_CHANGES = 0.3

REDACTED = "[redacted]"
REMOVED = "[removed: the shape of a secret]"
"""In the place of an input that must go no further; an input that is this is refused as one that was."""


def looks_secret(text: str) -> bool:
    """Whether ``text`` contains something of the shape of a secret access key or session token."""
    return any(_run_looks_secret(run.group()) for run in _BASE64_RUN.finditer(text))


def is_refused(text: str) -> bool:
    """Whether an input is one that looks secret, or stands for one that did."""
    return looks_secret(text) or text.startswith(REMOVED)


def redact(text: str) -> str:
    """``text`` with everything of the shape of a secret replaced by ``[redacted]``."""
    return _BASE64_RUN.sub(
        lambda run: REDACTED if _run_looks_secret(run.group()) else run.group(), text
    )


def _run_looks_secret(run: str) -> bool:
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


def _looks_random(text: str) -> bool:
    letters = [character for character in text if character not in _SYMBOLS]
    changes = sum(_kind(one) != _kind(next_one) for one, next_one in pairwise(letters))
    return (
        any(character.islower() for character in letters)
        and any(character.isupper() for character in letters)
        and len(set(text)) >= _LEAST_DISTINCT
        and changes >= _LEAST_SHARE_OF_CHANGES * len(letters)
    )


def _kind(character: str) -> int:
    return 0 if character.isdigit() else 1 if character.islower() else 2
