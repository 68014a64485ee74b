"""What one phase of one process has seen of IAM, each thing looked at once.

The engine runs a preview and an update in processes of their own, and within one of them asks
about many keys, four at a time. A :class:`PhaseView` lives as long as such a process and
guarantees: one ListAccessKeys per user however many of its keys are asked about, also when they
are asked about at the same time; never an answer from before a write; at most one
GetCallerIdentity, failed ones too unless throttled: each key that is adopted would wait for another.
An absent user is remembered, any other fault of a look is not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock

from keyswitch import catalogue
from keyswitch.errors import KeyswitchError
from keyswitch.gateway import AccessKey, Gateway, LastUsed, NoSuchEntityError
from keyswitch.status import Status


@dataclass
class _Seen:
    """What is known of one user. ``lock`` is held over looks, and by :meth:`PhaseView.alone_with`.

    A write may concern it under another name and without its lock.
    """

    lock: RLock = field(default_factory=RLock)
    keys: tuple[AccessKey, ...] | None = None
    missing: NoSuchEntityError | None = None

    def forget(self) -> None:
        self.keys = None
        self.missing = None


class PhaseView:
    """A :class:`~keyswitch.gateway.Gateway` seen through what this phase already knows."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._users: defaultdict[str | None, _Seen] = defaultdict(_Seen)
        self._users_lock = RLock()
        self._known_under: defaultdict[str, set[str | None]] = defaultdict(set)
        self._writes = 0
        self._written: dict[str, int] = {}
        self._account_id: str | None = None
        self._account_unknown: KeyswitchError | None = None
        self._account_lock = RLock()

    @contextmanager
    def alone_with(self, user_name: str | None) -> Iterator[None]:
        """Keeps every other thread from looking at or writing to this user meanwhile.

        A thread holds one user at a time, or two of them could wait for each other for ever.
        """
        with self._seen(user_name).lock:
            yield

    def keys_of(
        self, user_name: str | None, *, fresh: bool = False, expecting: str | None = None
    ) -> tuple[AccessKey, ...]:
        """The user's keys; ``fresh`` asks IAM again whatever is known.

        :param expecting: the id of a key that may have been made since the last look: if it is not
            among the keys seen then, IAM is asked again.
        :raises NoSuchEntityError: there is no such user.
        :raises UserNameNeededError: see :meth:`Gateway.list_access_keys`.
        """
        seen = self._seen(user_name)
        with seen.lock:
            keys, missing = (None, None) if fresh else (seen.keys, seen.missing)
            if missing is not None:
                raise missing
            if keys is None or not _expected(expecting, keys):
                return self._look(seen, user_name)
            return keys

    def glance(self, user_name: str | None) -> tuple[AccessKey, ...]:
        """The user's keys, asked again and not kept: for a caller that is alone with another user.

        :raises NoSuchEntityError: see :meth:`keys_of`, as the others.
        """
        return self._gateway.list_access_keys(user_name)

    def some_key(self) -> str | None:
        """The id of any key that this phase has seen, ``None`` if it has seen none."""
        with self._users_lock:
            seen = [user.keys for user in self._users.values()]
        return next((key.access_key_id for keys in seen for key in keys or ()), None)

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        """Writes, and forgets everything that the write may have made untrue."""
        try:
            self._gateway.update_access_key(access_key_id, user_name, status)
        finally:
            self._forget(access_key_id, user_name)

    def last_used(self, access_key_id: str) -> LastUsed:
        """See :meth:`Gateway.last_used`; asked each time, as it changes with every use."""
        return self._gateway.last_used(access_key_id)

    def attached_policies(self, user_name: str) -> tuple[str, ...]:
        """See :meth:`Gateway.attached_policies`; asked each time."""
        return self._gateway.attached_policies(user_name)

    def signing_keys(self) -> frozenset[str]:
        """See :meth:`Gateway.signing_keys`."""
        return self._gateway.signing_keys()

    def account_id(self) -> str:
        """The caller's account, asked once, and again only after a throttled call.

        :raises KeyswitchError: it could not be told, then or now.
        """
        with self._account_lock:
            if self._account_unknown is not None:
                raise self._account_unknown.during(None)
            if self._account_id is None:
                try:
                    self._account_id = self._gateway.account_id()
                except KeyswitchError as error:
                    if error.entry is not catalogue.THROTTLED:
                        self._account_unknown = error
                    raise
            return self._account_id

    def _look(self, seen: _Seen, user_name: str | None) -> tuple[AccessKey, ...]:
        """A look that was under way when one of its keys was written is not kept."""
        seen.forget()
        with self._users_lock:
            began = self._writes
        try:
            keys = self._gateway.list_access_keys(user_name)
        except NoSuchEntityError as missing:
            with self._users_lock:
                if self._writes == began:
                    seen.missing = missing
            raise
        ids = [key.access_key_id for key in keys]
        with self._users_lock:
            if all(self._written.get(each, 0) <= began for each in ids):
                seen.keys = keys
                for each in ids:
                    self._known_under[each].add(user_name)
        return keys

    def _seen(self, user_name: str | None) -> _Seen:
        with self._users_lock:
            return self._users[user_name]

    def _forget(self, access_key_id: str, user_name: str | None) -> None:
        """The key may be known under another name too: its owner's old one, or none at all."""
        with self._users_lock:
            self._writes += 1
            self._written[access_key_id] = self._writes
            for name in {user_name, *self._known_under.pop(access_key_id, ())}:
                self._users[name].forget()


def _expected(access_key_id: str | None, keys: tuple[AccessKey, ...]) -> bool:
    return access_key_id is None or any(key.access_key_id == access_key_id for key in keys)
