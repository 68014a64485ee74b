"""IAM user names, which IAM keeps as they were written and compares without letter case."""

from __future__ import annotations


def same_user(one: str | None, other: str | None) -> bool:
    """Whether two names are of one user; ``None``, the root user, is the same as ``None`` only."""
    return folded(one) == folded(other)


def folded(user_name: str | None) -> str | None:
    """What all spellings of one name have in common, for whoever looks names up."""
    return user_name.casefold() if user_name is not None else None
