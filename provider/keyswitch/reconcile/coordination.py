"""What protects a user, shared by all reconcilers of one process, whichever way each reaches AWS.

A program may reach one AWS account by two ways: with the stack's own settings and with an ``account``,
or with two of those. Two keys of one user may then be in the hands of two reconcilers. So what they must
know of each other is kept here, by what is true of AWS: key ids are unique everywhere, user names within
an account. Of two keys of one user that go Inactive in one run, the second is judged as if the first had gone already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from threading import Condition, Lock, get_ident

from keyswitch.model.status import Status
from keyswitch.model.user_names import folded

AloneInRun = Callable[[str | None], AbstractContextManager[None]]
"""Of a user's name, ``None`` for the root user."""


def alone_in_process(_user_name: str | None) -> AbstractContextManager[None]:
    """Waits for nobody: there is no other process in the run."""
    return nullcontext()


class Writes:
    """Which keys and users were written to, in order: a look from before a write is out of date."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._count = 0
        self._last_of_key: dict[str, int] = {}
        self._last_of_user: dict[str | None, int] = {}

    def now(self) -> int:
        """The number of the last write."""
        return self._count

    def note(self, access_key_id: str, user_name: str | None) -> None:
        """Notes a write, once it is answered or has failed."""
        with self._lock:
            self._count += 1
            self._last_of_key[access_key_id] = self._count
            self._last_of_user[folded(user_name)] = self._count

    def outdated(self, began: int, access_key_ids: Iterable[str], user_name: str | None) -> bool:
        """Whether any of these was written to since a look began.

        :param began: what :meth:`now` answered then.
        :param access_key_ids: the keys that the look found.
        :param user_name: the user that it was of.
        """
        with self._lock:
            if self._last_of_user.get(folded(user_name), 0) > began:
                return True
            return any(self._last_of_key.get(each, 0) > began for each in access_key_ids)


@dataclass(frozen=True)
class _Hold:
    thread: int
    account_id: str
    user_name: str | None

    def excludes(self, other: _Hold) -> bool:
        """Users of one name are two only where it is known that their accounts are."""
        if self.thread == other.thread or self.user_name != other.user_name:
            return False
        ids = {self.account_id, other.account_id}
        return "" in ids or len(ids) == 1


class UserLocks:
    """Lets one thread at a time judge and write for a user.

    :param alone_in_run: waits for the other processes of the run in the same way.
    """

    def __init__(self, alone_in_run: AloneInRun = alone_in_process) -> None:
        self._alone_in_run = alone_in_run
        self._changed = Condition()
        self._holds: list[_Hold] = []

    @contextmanager
    def alone_with(self, account_id: str, user_name: str | None) -> Iterator[None]:
        """Waits until no other thread is alone with this user. A thread may enter again.

        :param account_id: twelve digits, empty where it is not known: then every user of that name is
            taken to be this one.
        :param user_name: ``None`` for the root user.
        """
        hold = _Hold(get_ident(), account_id, folded(user_name))
        with self._changed:
            self._changed.wait_for(lambda: not any(hold.excludes(held) for held in self._holds))
            is_nested = hold in self._holds
            self._holds.append(hold)
        try:
            with nullcontext() if is_nested else self._alone_in_run(user_name):
                yield
        finally:
            with self._changed:
                self._holds.remove(hold)
                self._changed.notify_all()


class Shared:
    """What the reconcilers of one process know of each other.

    :ivar planned: key id to status, of the switches that were judged and allowed.
    :ivar deactivated: the same of the deactivations that were made.
    :ivar accepted: ids of keys whose deactivation AWS has accepted.
    :param alone_in_run: see :class:`UserLocks`.
    """

    def __init__(
        self,
        planned: dict[str, Status] | None = None,
        deactivated: dict[str, Status] | None = None,
        alone_in_run: AloneInRun = alone_in_process,
    ) -> None:
        self.writes = Writes()
        self.users = UserLocks(alone_in_run)
        self.planned = {} if planned is None else planned
        self.deactivated = {} if deactivated is None else deactivated
        self.accepted: set[str] = set()
