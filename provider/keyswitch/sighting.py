"""Finds one key in IAM: with which user, in which account, in which status, or truly gone.

"Not there" is the one answer that must not be taken lightly: credentials of another account, a
renamed user and a missing permission all look like it. A :class:`Finder` says ``DELETED`` only
after it has ruled out what can be ruled out.
"""

from __future__ import annotations

from dataclasses import dataclass

from keyswitch import catalogue
from keyswitch.catalogue import Entry
from keyswitch.declaration import Record
from keyswitch.errors import KeyswitchError
from keyswitch.gateway import AccessKey, NoSuchEntityError, OwnerNotToldError, UserNameNeededError
from keyswitch.status import ObservedStatus
from keyswitch.view import PhaseView


@dataclass(frozen=True)
class Whom:
    """Whose keys are asked for.

    ``user_name`` is ``None`` for the signer's own. ``owner_told`` says that IAM has just named the
    owner, ``owner_missing`` that it has just said there is none.
    """

    user_name: str | None
    declared: bool = False
    owner_told: bool = False
    owner_missing: bool = False


@dataclass(frozen=True)
class Sighting:
    """What was seen of one key.

    ``user_name`` is whose key it is, or was asked for where it is ``DELETED``; ``other_owner`` is
    set if it belongs to another user than the declared one. ``absence`` is the catalogue entry
    that tells a ``DELETED`` best, ``listed`` the keys that were there instead.
    """

    status: ObservedStatus
    user_name: str | None
    create_date: str = ""
    other_owner: str | None = None
    absence: Entry | None = None
    listed: tuple[AccessKey, ...] = ()


class Finder:
    """Looks for keys through a :class:`~keyswitch.view.PhaseView`."""

    def __init__(self, view: PhaseView) -> None:
        self._view = view

    def whom_to_ask(self, access_key_id: str, user_name: str | None, record: Record | None) -> Whom:
        """The declared user, else the recorded one, else the owner by GetAccessKeyLastUsed."""
        if user_name is not None:
            return Whom(user_name, declared=True)
        if record is not None:
            return Whom(record.user_name)
        try:
            return Whom(self._view.last_used(access_key_id).user_name, owner_told=True)
        except NoSuchEntityError:
            return Whom(None, owner_missing=True)
        except OwnerNotToldError:
            return Whom(None)

    def find(
        self, access_key_id: str, whom: Whom, record: Record | None, *, fresh: bool = False
    ) -> Sighting:
        """Looks for the key.

        :param whom: from :meth:`whom_to_ask`.
        :param record: what is recorded of it, for the account that it must be in.
        :param fresh: ask IAM again, whatever this phase has seen.
        :raises KeyswitchError: KS204 if these are another account's credentials, KS207 if the
            owner can be found in no way, and whatever keeps the gateway from looking.
        """
        if whom.owner_missing:
            return Sighting(ObservedStatus.DELETED, None, absence=catalogue.OWNER_NOT_FOUND)
        try:
            keys = self._view.keys_of(whom.user_name, fresh=fresh)
        except NoSuchEntityError:
            return self._not_there(access_key_id, whom, record, catalogue.USER_NOT_FOUND, ())
        except UserNameNeededError:
            raise KeyswitchError(catalogue.OWNER_UNKNOWN) from None
        for key in keys:
            if key.access_key_id == access_key_id:
                return Sighting(key.status, key.user_name or whom.user_name, key.create_date)
        entry = catalogue.OWN_KEY_NOT_FOUND if whom.user_name is None else catalogue.KEY_NOT_FOUND
        return self._not_there(access_key_id, whom, record, entry, keys)

    def _not_there(
        self,
        access_key_id: str,
        whom: Whom,
        record: Record | None,
        absence: Entry,
        listed: tuple[AccessKey, ...],
    ) -> Sighting:
        self._refuse_another_account(record)
        owner = None if whom.owner_told else self._owner(access_key_id, whom, record)
        if owner is not None and owner != whom.user_name:
            if whom.declared:
                return Sighting(ObservedStatus.DELETED, whom.user_name, other_owner=owner)
            return self.find(access_key_id, Whom(owner, owner_told=True), record)
        return Sighting(ObservedStatus.DELETED, whom.user_name, absence=absence, listed=listed)

    def _owner(self, access_key_id: str, whom: Whom, record: Record | None) -> str | None:
        """The owner as IAM tells it; else the recorded one, if the key is still there."""
        try:
            return self._view.last_used(access_key_id).user_name
        except (NoSuchEntityError, OwnerNotToldError):
            pass
        if record is None or record.user_name == whom.user_name:
            return None
        try:
            keys = self._view.keys_of(record.user_name)
        except (NoSuchEntityError, UserNameNeededError):
            return None
        is_there = any(key.access_key_id == access_key_id for key in keys)
        return record.user_name if is_there else None

    def _refuse_another_account(self, record: Record | None) -> None:
        if record is None or not record.account_id:
            return
        caller = self._view.account_id()
        if caller and caller != record.account_id:
            raise KeyswitchError(
                catalogue.WRONG_ACCOUNT, caller_account=caller, account=record.account_id
            )
