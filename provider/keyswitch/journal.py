"""What a walk has seen so far, kept so that the next one goes on where it ended.

One line of JSON for each user, written as it is seen. It holds ids, names, statuses and dates, no
secret, and is readable by its owner alone.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from keyswitch.census import SeenKey, SeenUser
from keyswitch.gateway import AccessKey, LastUsed
from keyswitch.status import ObservedStatus

KEPT_SECONDS: Final = 3600
"""How long what was seen counts: after that a walk begins anew."""


class Journal:
    """The journal of one walk.

    :param folder: where journals are kept; it is made if need be.
    :param account_id: whose users they are.
    :param selection: what tells this walk from others of the same account.
    :param fresh: whether what an earlier walk left is thrown away.
    """

    def __init__(
        self, folder: Path, account_id: str, selection: Iterable[str], *, fresh: bool = False
    ) -> None:
        named = hashlib.sha256("\0".join(selection).encode()).hexdigest()[:12]
        self._path = folder / f"walk-{account_id}-{named}.jsonl"
        self._kept = not fresh and self._is_young()
        self.seen: dict[str, SeenUser | None] = dict(self._lines()) if self._kept else {}

    def note(self, user_name: str, seen: SeenUser | None) -> None:
        """Keeps one user, at once."""
        if not self._kept:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.unlink(missing_ok=True)
            self._path.touch(0o600)
            self._kept = True
        self.seen[user_name] = seen
        with self._path.open("a") as file:
            file.write(json.dumps([user_name, asdict(seen) if seen else None]) + "\n")

    def end(self) -> None:
        """Throws the journal away: the walk is whole."""
        self._path.unlink(missing_ok=True)

    def _is_young(self) -> bool:
        try:
            return time.time() - self._path.stat().st_mtime < KEPT_SECONDS
        except OSError:
            return False

    def _lines(self) -> Iterable[tuple[str, SeenUser | None]]:
        """A last line that was cut off, or one of another version, is a user not seen."""
        for line in self._path.read_text().splitlines():
            with suppress(ValueError, KeyError, TypeError):
                name, bag = json.loads(line)
                yield name, _user(bag) if bag is not None else None


def _user(bag: dict[str, Any]) -> SeenUser:
    keys = tuple(_key(each) for each in bag["keys"])
    policies = bag["policies"]
    return SeenUser(bag["user_name"], keys, None if policies is None else tuple(policies))


def _key(bag: dict[str, Any]) -> SeenKey:
    key = bag["key"]
    used = bag["used"]
    return SeenKey(
        AccessKey(
            key["access_key_id"],
            key["user_name"],
            ObservedStatus(key["status"]),
            key["create_date"],
        ),
        None if used is None else LastUsed(**used),
    )
