"""Finds one key in IAM: with which user, in which account, in which status, or truly gone.

"Not there" is the one answer that must not be taken lightly: credentials of another account, a
renamed user and a missing permission all look like it. A :class:`Observer` says ``DELETED`` only
where the user is there and does not list the key, or where IAM could have named another owner and
did not; where it cannot tell, it says that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keyswitch.iam.client import (
    AccessKey,
    NoSuchEntityError,
    OwnerNotToldError,
    UserNameNeededError,
    key_in,
)
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import AwsAnswer, KeyswitchError
from keyswitch.model.state import Record
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.model.user_names import same_user
from keyswitch.reconcile.cache import KeyCache


@dataclass(frozen=True)
class Observation:
    """What was seen of one key.

    :param user_name: whose key it is, or whose it was looked for.
    :param other_owner: the user whose key it is, where that is not the one asked for.
    :param absence: the catalogue's message that says best why the key was not found.
    :param listed: the keys that the user asked for was seen to have.
    :param answer: AWS's own words, where it answered that something is not there.
    """

    status: ObservedStatus
    user_name: str | None
    create_date: str = ""
    other_owner: str | None = None
    absence: type[Message] | None = None
    listed: tuple[AccessKey, ...] = ()
    answer: AwsAnswer | None = None

    @property
    def undecided(self) -> bool:
        """Whether it cannot be told if the key is deleted or its user renamed."""
        return self.absence is catalogue.DeletedOrRenamed

    def of_listed(self, changes: Mapping[str, Status]) -> dict[str, Status]:
        """Those among changes, by key id, that are about keys of this user."""
        ids = (key.access_key_id for key in self.listed)
        return {each: changes[each] for each in ids if each in changes}


class Observer:
    """Looks for keys through a :class:`~keyswitch.reconcile.cache.KeyCache`. Holds no lock."""

    def __init__(self, cache: KeyCache) -> None:
        self._cache = cache

    def whom_to_ask(
        self, access_key_id: str, user_name: str | None, record: Record | None
    ) -> str | None:
        """Whose keys to look through: the declared user's, the recorded one's, the owner's.

        ``None`` stands for the signer's own, where IAM tells no owner, or that it is the root user.
        """
        if user_name is not None:
            return user_name
        if record is not None:
            return record.user_name
        owner = self._owner(access_key_id)
        if owner is not None and self._is_own_key_of_root(access_key_id, owner):
            return None
        return owner

    def _is_own_key_of_root(self, access_key_id: str, owner: str) -> bool:
        """Whether the root user signs, and has the key that IAM says is of a user ``owner`` who does not."""
        try:
            if key_in(self._cache.keys_of(owner), access_key_id) is not None:
                return False
        except NoSuchEntityError:
            pass
        try:
            own = self._cache.list_uncached(None)
        except (NoSuchEntityError, UserNameNeededError):
            return False
        except KeyswitchError as fault:
            if isinstance(fault.message, catalogue.Denial):
                return False
            raise
        key = key_in(own, access_key_id)
        return key is not None and key.user_name is None

    def look_following(
        self, access_key_id: str, user_name: str | None, record: Record | None
    ) -> Observation:
        """Looks for the key, and once more with its owner if no user is declared.

        :raises KeyswitchError: see :meth:`look`.
        """
        asked = self.whom_to_ask(access_key_id, user_name, record)
        seen = self.look(access_key_id, asked, record)
        if user_name is None and seen.other_owner is not None:
            return self.look(access_key_id, seen.other_owner, record)
        return seen

    def look(
        self, access_key_id: str, asked: str | None, record: Record | None, *, fresh: bool = False
    ) -> Observation:
        """Looks for the key among those of ``asked``, and for its owner if it is not there.

        :param asked: from :meth:`whom_to_ask`, or the ``other_owner`` of an earlier look.
        :param record: what is recorded of it, for the account that it must be in.
        :param fresh: ask IAM again, whatever this process has seen.
        :raises KeyswitchError: KS204 if these are another account's credentials, KS207 if the
            signer has no keys of its own, KS214 if IAM contradicts itself, and whatever keeps the
            client from looking.
        """
        answer: AwsAnswer | None = None
        keys: tuple[AccessKey, ...] | None = None
        try:
            may_be_new = access_key_id if record is None else None
            keys = self._cache.keys_of(asked, fresh=fresh, expecting=may_be_new)
        except NoSuchEntityError as missing:
            answer = missing.answer
        except UserNameNeededError as needed:
            unknown = catalogue.OwnerUnknown if record is None else catalogue.NotTheRootUser
            raise KeyswitchError(unknown(), None, needed.answer) from None
        key = key_in(keys or (), access_key_id)
        if key is not None:
            found = key.user_name or asked
            return Observation(key.status, found, key.create_date, listed=keys or ())
        self._refuse_another_account(record)
        owner = self._other_owner(access_key_id, asked, record)
        absence = None if owner else self._absence(asked, record, user_exists=keys is not None)
        return Observation(
            ObservedStatus.DELETED,
            asked,
            other_owner=owner,
            absence=absence,
            listed=keys or (),
            answer=answer,
        )

    def _other_owner(
        self, access_key_id: str, asked: str | None, record: Record | None
    ) -> str | None:
        """The owner as IAM tells it; else the recorded one, if the key is still there."""
        owner = self._owner(access_key_id)
        if owner is not None and same_user(owner, asked):
            raise KeyswitchError(catalogue.Contradiction(user_name=asked))
        if owner is not None:
            return owner
        if record is None or same_user(record.user_name, asked):
            return None
        try:
            keys = self._cache.list_uncached(record.user_name)
        except (NoSuchEntityError, UserNameNeededError):
            return None
        return record.user_name if key_in(keys, access_key_id) is not None else None

    def _absence(
        self, asked: str | None, record: Record | None, *, user_exists: bool
    ) -> type[Message]:
        if asked is None:
            return catalogue.OwnKeyNotFound
        if user_exists:
            return catalogue.KeyNotFound
        if record is None or self._would_be_told_an_owner():
            return catalogue.UserNotFound
        return catalogue.DeletedOrRenamed

    def _would_be_told_an_owner(self) -> bool:
        """Whether IAM names owners to this caller at all, tried on a key that is known to exist.

        It refuses the question for a key that does not exist just as it does without permission.
        """
        known = self._cache.some_key()
        return known is not None and self._owner(known) is not None

    def _owner(self, access_key_id: str) -> str | None:
        try:
            return self._cache.last_used(access_key_id).user_name
        except (NoSuchEntityError, OwnerNotToldError):
            return None

    def _refuse_another_account(self, record: Record | None) -> None:
        if record is None or not record.account_id:
            return
        caller = self._cache.account_id()
        if caller and caller != record.account_id:
            raise KeyswitchError(
                catalogue.WrongAccount(caller_account=caller, account=record.account_id)
            )
