"""One message of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One message: ``cause`` and ``remedy`` are ``str.format`` templates with named fields."""

    code: str
    title: str
    cause: str
    remedy: str
