"""Recognises credentials that were pasted where they do not belong, so that they are never repeated.

A secret access key is 40 characters of base64, a session token some hundreds. Neither has a
prefix or a checksum, so this is a judgement by shape: mixed case and as many different characters
as random text has. A git commit (40 hexadecimal digits) and an ordinary sentence or URL pass.
"""

from __future__ import annotations

import re

_BASE64_RUN = re.compile(r"[A-Za-z0-9/+]+")
_HEXADECIMAL = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_SECRET_KEY_LENGTH = 40
_SESSION_TOKEN_LENGTH = 100
_RANDOM_TEXT_HAS_DISTINCT = 22

REDACTED = "[redacted]"


def looks_secret(text: str) -> bool:
    """Whether ``text`` contains something of the shape of a secret access key or session token."""
    return any(_run_looks_secret(run.group()) for run in _BASE64_RUN.finditer(text))


def redact(text: str) -> str:
    """``text`` with everything of the shape of a secret replaced by ``[redacted]``."""
    return _BASE64_RUN.sub(
        lambda run: REDACTED if _run_looks_secret(run.group()) else run.group(), text
    )


def _run_looks_secret(run: str) -> bool:
    if len(run) != _SECRET_KEY_LENGTH and len(run) < _SESSION_TOKEN_LENGTH:
        return False
    if _HEXADECIMAL.fullmatch(run):
        return False
    mixed_case = any(c.islower() for c in run) and any(c.isupper() for c in run)
    return mixed_case and len(set(run)) >= _RANDOM_TEXT_HAS_DISTINCT
