"""Makes one switch: a single write, done when IAM is *seen* to have done it."""

from __future__ import annotations

from typing import Final

from keyswitch import catalogue
from keyswitch.clock import Clock, Patience
from keyswitch.errors import Attempt, KeyswitchError, telling
from keyswitch.gateway import NoSuchEntityError
from keyswitch.sighting import Sighting
from keyswitch.status import ObservedStatus, Status
from keyswitch.view import PhaseView

_MAY_HAVE_LANDED: Final = (
    catalogue.NO_ANSWER,
    catalogue.UNREADABLE_ANSWER,
    catalogue.SERVICE_FAILURE,
)


class Switch:
    """``iam:UpdateAccessKey`` and the looks after it. The caller is alone with the key's user."""

    def __init__(self, view: PhaseView, clock: Clock, patience: Patience) -> None:
        self._view = view
        self._clock = clock
        self._patience = patience

    def make(self, access_key_id: str, seen: Sighting, target: Status) -> ObservedStatus:
        """Writes once, whatever comes back, and believes what is seen afterwards.

        :param seen: the key as it was seen a moment ago.
        :returns: the status that IAM was seen to show.
        :raises KeyswitchError: KS302, KS404 and whatever AWS refused; running again is safe.
        """
        goal = f"from {seen.status} to {target}"
        with telling(Attempt("switching", access_key_id, seen.user_name, goal)):
            try:
                self._view.update_access_key(access_key_id, seen.user_name, target)
            except NoSuchEntityError as missing:
                what = self._what_vanished(access_key_id, seen.user_name)
                raise KeyswitchError(catalogue.VANISHED, None, missing.answer, what=what) from None
            except KeyswitchError as fault:
                if fault.entry not in _MAY_HAVE_LANDED or not self._landed(
                    access_key_id, seen.user_name, target
                ):
                    raise
            return self._wait_until_seen(access_key_id, seen.user_name, target)

    def _wait_until_seen(
        self, access_key_id: str, user_name: str | None, target: Status
    ) -> ObservedStatus:
        """A look that fails counts as one that does not see it yet."""
        started = self._clock.monotonic()
        pause = self._patience.first_pause
        while True:
            try:
                observed = self._status_of(access_key_id, user_name)
                unseen = KeyswitchError(
                    catalogue.NOT_SEEN, seconds=self._patience.limit, observed=observed
                )
            except KeyswitchError as fault:
                observed, unseen = None, fault
            if observed is ObservedStatus.DELETED:
                what = f"no key {access_key_id} of this user"
                raise KeyswitchError(catalogue.VANISHED, what=what)
            if observed is not None and observed.value == target.value:
                return observed
            if self._clock.monotonic() - started >= self._patience.limit:
                raise unseen
            self._clock.sleep(pause)
            pause = min(pause * 2, self._patience.longest_pause)

    def _status_of(self, access_key_id: str, user_name: str | None) -> ObservedStatus:
        try:
            keys = self._view.keys_of(user_name, fresh=True)
        except NoSuchEntityError:
            return ObservedStatus.DELETED
        for key in keys:
            if key.access_key_id == access_key_id:
                return key.status
        return ObservedStatus.DELETED

    def _landed(self, access_key_id: str, user_name: str | None, target: Status) -> bool:
        try:
            return self._status_of(access_key_id, user_name).value == target.value
        except KeyswitchError:
            return False

    def _what_vanished(self, access_key_id: str, user_name: str | None) -> str:
        try:
            self._view.keys_of(user_name, fresh=True)
        except NoSuchEntityError:
            return f"no user {user_name}"
        except KeyswitchError:
            return "no such user, or no such key of this user"
        return f"no key {access_key_id} of this user"
