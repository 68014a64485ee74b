"""What one process has seen of IAM, each thing looked at once.

The engine runs a preview and an update in processes of their own, and within one of them asks
about many keys, four at a time. A :class:`KeyCache` lives as long as such a process and
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

from keyswitch.iam.client import AccessKey, IamClient, LastUsed, NoSuchEntityError, key_in
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.status import Status
from keyswitch.model.user_names import folded
from keyswitch.reconcile.coordination import Shared


@dataclass
class _Seen:
    """What is known of one user. ``lock`` is held over looks, and by :meth:`KeyCache.alone_with`.

    :ivar began: the last write before the look, see :class:`~keyswitch.reconcile.coordination.Writes`.
    """

    lock: RLock = field(default_factory=RLock)
    keys: tuple[AccessKey, ...] | None = None
    missing: NoSuchEntityError | None = None
    began: int = 0


class KeyCache:
    """A :class:`~keyswitch.iam.client.IamClient` seen through what this process already knows.

    :param shared: what this process does through other views; their writes make a look here out of
        date too.
    """

    def __init__(self, client: IamClient, shared: Shared | None = None) -> None:
        self._client = client
        self._shared = shared or Shared()
        self._signing: frozenset[str] | None = None
        self._users: defaultdict[str | None, _Seen] = defaultdict(_Seen)
        self._users_lock = RLock()
        self._account_id: str | None = None
        self._account_unknown: KeyswitchError | None = None
        self._account_lock = RLock()

    @contextmanager
    def alone_with(self, user_name: str | None, account_id: str = "") -> Iterator[None]:
        """Keeps every other thread from judging or writing to this user meanwhile, by any view.

        A thread holds one user at a time, or two of them could wait for each other for ever.

        :param account_id: where the user's key was recorded, empty if it was not: this view's own
            account is known only once it was asked for.
        """
        account = self._account_id or account_id
        with self._shared.users.alone_with(account, user_name), self._seen(user_name).lock:
            yield

    def keys_of(
        self, user_name: str | None, *, fresh: bool = False, expecting: str | None = None
    ) -> tuple[AccessKey, ...]:
        """The user's keys; ``fresh`` asks IAM again whatever is known.

        :param expecting: the id of a key that may have been made since the last look: if it is not
            among the keys seen then, IAM is asked again.
        :raises NoSuchEntityError: there is no such user.
        :raises UserNameNeededError: see :meth:`IamClient.list_access_keys`.
        """
        seen = self._seen(user_name)
        with seen.lock:
            if fresh or self._outdated(seen, user_name):
                return self._look(seen, user_name)
            if seen.missing is not None:
                raise seen.missing
            if seen.keys is None or not _expected(expecting, seen.keys):
                return self._look(seen, user_name)
            return seen.keys

    def list_uncached(self, user_name: str | None) -> tuple[AccessKey, ...]:
        """The user's keys, asked again and not kept: for a caller that is alone with another user.

        :raises NoSuchEntityError: see :meth:`keys_of`, as the others.
        """
        with self._asking("iam:ListAccessKeys"):
            return self._client.list_access_keys(user_name)

    def some_key(self) -> str | None:
        """The id of any key that this process has seen, ``None`` if it has seen none."""
        with self._users_lock:
            seen = [user.keys for user in self._users.values()]
        return next((key.access_key_id for keys in seen for key in keys or ()), None)

    def update_access_key(self, access_key_id: str, user_name: str | None, status: Status) -> None:
        """Writes; every look that the write may have made untrue, in any view, is out of date then."""
        try:
            with self._asking("iam:UpdateAccessKey"):
                self._client.update_access_key(access_key_id, user_name, status)
        finally:
            self._shared.writes.note(access_key_id, user_name)
        if status is Status.INACTIVE:
            self._shared.accepted.add(access_key_id)

    def last_used(self, access_key_id: str) -> LastUsed:
        """See :meth:`IamClient.last_used`; asked each time, as it changes with every use."""
        with self._asking("iam:GetAccessKeyLastUsed"):
            return self._client.last_used(access_key_id)

    def attached_policies(self, user_name: str) -> tuple[str, ...]:
        """See :meth:`IamClient.attached_policies`; asked each time."""
        with self._asking("iam:ListAttachedUserPolicies"):
            return self._client.attached_policies(user_name)

    def signing_keys(self) -> frozenset[str]:
        """See :meth:`IamClient.signing_keys`; remembered, for they are asked for once they are off too."""
        if self._signing is None:
            self._signing = self._client.signing_keys()
        return self._signing

    def account_id(self) -> str:
        """The caller's account, asked once, and again only after a throttled call.

        :raises KeyswitchError: it could not be told, then or now.
        """
        with self._account_lock:
            if self._account_unknown is not None:
                raise self._account_unknown.with_context(None)
            if self._account_id is None:
                try:
                    self._account_id = self._client.account_id()
                except KeyswitchError as error:
                    if not isinstance(error.message, catalogue.Throttled):
                        self._account_unknown = error
                    raise
            return self._account_id

    def _look(self, seen: _Seen, user_name: str | None) -> tuple[AccessKey, ...]:
        """A look is as old as its beginning: a write that overtakes it makes it out of date."""
        seen.keys, seen.missing = None, None
        seen.began = self._shared.writes.now()
        try:
            seen.keys = self.list_uncached(user_name)
        except NoSuchEntityError as missing:
            seen.missing = missing
            raise
        return seen.keys

    @contextmanager
    def _asking(self, operation: str) -> Iterator[None]:
        """That AWS refuses the signer's calls needs no guess once this process has deactivated it."""
        try:
            yield
        except KeyswitchError as error:
            refused = isinstance(error.message, catalogue.NOT_ACCEPTED)
            if not refused or not self._shared.accepted:
                raise
            gone = self._shared.accepted & self.signing_keys()
            if not gone:
                raise
            raise KeyswitchError(
                catalogue.SignerGone(signers=" and ".join(sorted(gone)), operation=operation),
                error.attempt,
                error.answer,
            ) from None

    def _outdated(self, seen: _Seen, user_name: str | None) -> bool:
        ids = [key.access_key_id for key in seen.keys or ()]
        return self._shared.writes.outdated(seen.began, ids, user_name)

    def _seen(self, user_name: str | None) -> _Seen:
        with self._users_lock:
            return self._users[folded(user_name)]


def _expected(access_key_id: str | None, keys: tuple[AccessKey, ...]) -> bool:
    return access_key_id is None or key_in(keys, access_key_id) is not None
