"""What a walk has seen so far, kept so that the next one goes on where it ended.

One line of JSON for each user, written as it is seen. It holds ids, names, statuses and dates, no
secret, and is readable by its owner alone. A checkpoint that cannot be kept is gone without.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final

from keyswitch.iam.client import AccessKey, Caller, LastUsed
from keyswitch.model.aws_settings import ACCOUNT_ID
from keyswitch.model.durations import iso, moment
from keyswitch.model.status import ObservedStatus
from keyswitch.reconcile.clock import Clock
from keyswitch.report.inventory import SeenKey, SeenUser

KEPT: Final = timedelta(hours=1)
"""How long what was seen of a user counts: after that it is looked at anew."""


class Checkpoint:
    """The checkpoint of one walk.

    :param folder: where journals are kept; it is made if need be.
    :param caller: who walks, and where: others may see other things. Without an account of twelve
        digits, which the file is named after, there is no telling, and nothing is kept.
    :param selection: what tells this walk from others of the same caller.
    :param fresh: whether what an earlier walk left is thrown away.
    :ivar seen: each user that was looked at, ``None`` for one that is not there.
    :ivar since: when the first of them was looked at; now, if none was.
    :ivar is_kept: whether another walk can go on from here.
    """

    def __init__(
        self,
        folder: Path,
        caller: Caller,
        selection: Iterable[str],
        *,
        fresh: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or Clock()
        told = (caller.endpoint, caller.arn, *selection)
        named = hashlib.sha256("\0".join(told).encode()).hexdigest()[:16]
        self.is_kept = ACCOUNT_ID.fullmatch(caller.account_id) is not None
        account_id = caller.account_id if self.is_kept else "unknown"
        self._path = folder / f"walk-{account_id}-{named}.jsonl"
        self.seen: dict[str, SeenUser | None] = {}
        self.since = self._clock.now()
        if self.is_kept and not fresh:
            for at, name, user in self._lines():
                self.seen[name] = user
                self.since = min(self.since, at)
        self._is_begun = bool(self.seen)

    def note(self, user_name: str, seen: SeenUser | None) -> None:
        """Keeps one user, at once."""
        self.seen[user_name] = seen
        if not self.is_kept:
            return
        line = [iso(self._clock.now()), user_name, asdict(seen) if seen else None]
        try:
            with self._opened() as file:
                file.write("\n" + json.dumps(line))
        except OSError:
            self.is_kept = False

    def end(self) -> None:
        """Throws the checkpoint away: the walk is whole."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _opened(self) -> IO[str]:
        """Added to what is of use, or begun anew."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._is_begun:
            self._path.unlink(missing_ok=True)
            self._is_begun = True
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        return os.fdopen(os.open(self._path, flags, 0o600), "a", encoding="utf-8")

    def _lines(self) -> Iterator[tuple[datetime, str, SeenUser | None]]:
        """A last line that was cut off, or one of another version, is a user not seen."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return
        oldest = self._clock.now() - KEPT
        for line in lines:
            with suppress(ValueError, KeyError, TypeError):
                written, name, bag = json.loads(line)
                at = moment(written)
                if at >= oldest:
                    yield at, name, _user(bag) if bag is not None else None


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
