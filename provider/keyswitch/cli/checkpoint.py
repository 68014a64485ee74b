"""What a walk has seen so far, kept so that the next one goes on where it ended.

One line of JSON for each user or account, written as it is seen. It holds ids, names, statuses and dates, no
secret, and is readable by its owner alone. A checkpoint that cannot be kept is gone without.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final

from keyswitch import __version__
from keyswitch.iam.client import AccessKey, Caller, LastUsed
from keyswitch.model.aws_settings import ACCOUNT_ID
from keyswitch.model.durations import iso, moment
from keyswitch.model.status import ObservedStatus
from keyswitch.reconcile.clock import Clock
from keyswitch.report.inventory import Inventory, RootKeys, SeenKey, SeenUser

KEPT: Final = timedelta(hours=1)
"""How long what was seen of a user counts: after that it is looked at anew."""
_FEW_USERS: Final = 20
"""Of an account: to ask about so many again costs less than to keep each of them in every account."""
_DAMAGED: Final = (ValueError, TypeError, RecursionError)
"""What the reading of a line can raise that something else wrote."""


class _Journal:
    """Lines in a file of its owner's, each with a moment, a name, a bag, and a sum by which damage shows.

    :param path: ``None`` where nothing can be kept.
    :ivar is_kept: whether another walk can go on from here.
    """

    def __init__(self, path: Path | None, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._is_begun = False
        self.is_kept = path is not None

    def add(self, name: str, bag: object) -> None:
        """Keeps a line, at once."""
        if self._path is None or not self.is_kept:
            return
        line = [iso(self._clock.now()), name, bag]
        try:
            with self._opened(self._path) as file:
                file.write("\n" + json.dumps([*line, _sum_of(line)]))
        except OSError:
            self.is_kept = False

    def end(self) -> None:
        """Throws it away."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def lines(self) -> Iterator[tuple[datetime, str, Any]]:
        """Those that still count. One that is damaged, of another version or of a time to come is none.

        Once there is one, the next is added to them; else the file is begun anew.
        """
        if self._path is None:
            return
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return
        now = self._clock.now()
        for line in lines:
            with suppress(*_DAMAGED):
                written, name, bag, summed = json.loads(line)
                if summed != _sum_of([written, name, bag]):
                    continue
                at = moment(written)
                if now - KEPT <= at <= now:
                    yield at, name, bag
                    self._is_begun = True

    def _opened(self, path: Path) -> IO[str]:
        if not self._is_begun:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            self._is_begun = True
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        return os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8")


class Checkpoint:
    """The checkpoint of one walk over the users of an account.

    :param folder: where journals are kept; it is made if need be.
    :param caller: who walks, and where: others may see other things. Without an account of twelve
        digits, which the file is named after, there is no telling, and nothing is kept.
    :param selection: what tells this walk from others of the same caller.
    :param fresh: whether what an earlier walk left is thrown away.
    :param at_first: so many users are kept together, once they are seen; an account of fewer is asked again.
    :ivar seen: each user that was looked at, ``None`` for one that is not there.
    :ivar since: when the first of them was looked at; now, if none was.
    """

    def __init__(
        self,
        folder: Path,
        caller: Caller,
        selection: Iterable[str],
        *,
        fresh: bool = False,
        clock: Clock | None = None,
        at_first: int = 1,
    ) -> None:
        clock = clock or Clock()
        self._at_first = at_first
        self._not_kept: list[str] = []
        self._journal = _Journal(_path(folder, "walk", caller, selection), clock)
        self.seen: dict[str, SeenUser | None] = {}
        self.since = clock.now()
        for at, name, bag in () if fresh else self._journal.lines():
            self.seen[name] = _user(bag) if bag is not None else None
            self.since = min(self.since, at)

    @property
    def is_kept(self) -> bool:
        """Whether another walk can go on from here."""
        return self._journal.is_kept

    def note(self, user_name: str, seen: SeenUser | None) -> None:
        """Keeps one user, at once but for the first ones."""
        self.seen[user_name] = seen
        self._not_kept.append(user_name)
        if len(self.seen) >= self._at_first:
            for name in self._not_kept:
                user = self.seen[name]
                self._journal.add(name, asdict(user) if user else None)
            self._not_kept.clear()

    def end(self) -> None:
        """Throws the checkpoint away: the walk is whole."""
        self._journal.end()


class AccountsCheckpoint:
    """The checkpoint of one walk over the accounts of an organization; those under way have one each.

    :param folder: see :class:`Checkpoint`, as for the others.
    :ivar seen: each account that was read, by its id.
    :ivar began: when this walk began.
    """

    def __init__(
        self, folder: Path, caller: Caller, selection: Sequence[str], *, fresh: bool = False
    ) -> None:
        self._folder = folder
        self._caller = caller
        self._selection = selection
        self._fresh = fresh
        clock = Clock()
        self.began = clock.now()
        self._journal = _Journal(_path(folder, "organization", caller, selection), clock)
        self.seen: dict[str, Inventory] = {}
        for _, name, bag in () if fresh else self._journal.lines():
            inventory = _inventory(bag)
            if inventory.since >= self.began - KEPT:
                self.seen[name] = inventory

    @property
    def is_kept(self) -> bool:
        """Whether another walk can go on from here."""
        return self._journal.is_kept

    def of_account(self, account_id: str) -> Checkpoint:
        """The checkpoint of an account that is not among those."""
        caller = Caller(account_id, self._caller.arn, self._caller.endpoint)
        selection = ("organization", *self._selection)
        return Checkpoint(self._folder, caller, selection, fresh=self._fresh, at_first=_FEW_USERS)

    def note(self, account_id: str, inventory: Inventory) -> None:
        """Keeps one account, at once."""
        self.seen[account_id] = inventory
        told = {"since": iso(inventory.since), "root_keys": inventory.root_keys.name}
        self._journal.add(account_id, {**asdict(inventory), **told})

    def end(self) -> None:
        """Throws the checkpoint away: every account was read."""
        self._journal.end()


def _path(folder: Path, kind: str, caller: Caller, selection: Iterable[str]) -> Path | None:
    if not ACCOUNT_ID.fullmatch(caller.account_id):
        return None
    told = (caller.endpoint, caller.arn, *selection)
    named = hashlib.sha256("\0".join(told).encode()).hexdigest()[:16]
    return folder / f"{kind}-{caller.account_id}-{named}.jsonl"


def _sum_of(line: Sequence[object]) -> str:
    told = json.dumps([__version__, *line])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _inventory(bag: dict[str, Any]) -> Inventory:
    return Inventory(
        tuple(_user(each) for each in bag["users"]),
        moment(bag["since"]),
        bag["is_complete"],
        RootKeys[bag["root_keys"]],
        bag["report"],
        bag["passed_over"],
    )


def _user(bag: dict[str, Any]) -> SeenUser:
    keys = tuple(_key(each) for each in bag["keys"])
    policies = bag["policies"]
    attached = None if policies is None else tuple(policies)
    return SeenUser(bag["user_name"], keys, attached, bag.get("path", ""))


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
