"""The life of one declared key: looked at, adopted, switched, refreshed, let go.

Knows nothing of how it is called: a dynamic provider today. Guarantees, each from a live look:

* nothing is switched but to the declared status, once, and only after a fresh look;
* a switch is done when IAM is *seen* to have done it, whatever the write itself answered;
* what cannot be looked at is an error, never "no change";
* every error says what was attempted, on which key and user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from keyswitch import catalogue
from keyswitch.clock import Clock, Patience
from keyswitch.decision import Action, Cause, Memory, decide
from keyswitch.declaration import Declaration, Record
from keyswitch.errors import Attempt, KeyswitchError, message
from keyswitch.gateway import Gateway, NoSuchEntityError
from keyswitch.judgement import Judgement
from keyswitch.sighting import Finder, Sighting
from keyswitch.status import ObservedStatus, OnDestroy, Status
from keyswitch.view import PhaseView

T = TypeVar("T")

_MOST_NAMES_FOLLOWED = 3
_MAY_HAVE_LANDED = (
    catalogue.NO_ANSWER,
    catalogue.UNREADABLE_ANSWER,
    catalogue.SERVICE_FAILURE,
)


class Lifecycle:
    """Carries one phase's declarations out. Safe to share between threads."""

    def __init__(
        self, gateway: Gateway, clock: Clock | None = None, patience: Patience | None = None
    ) -> None:
        self._view = PhaseView(gateway)
        self._finder = Finder(self._view)
        self._clock = clock or Clock()
        self._patience = patience or Patience()

    def judge(self, declaration: Declaration, record: Record | None) -> Judgement:
        """Looks at the key, through what this phase has seen, and decides.

        :param record: what is recorded of the key; ``None`` if it is to be adopted.
        :raises KeyswitchError: the key cannot be looked at.
        """
        access_key_id, user_name = declaration.access_key_id, declaration.user_name
        with _telling(_looking(access_key_id, user_name, record)):
            seen = self._finder.look_following(access_key_id, user_name, record)
            return self._judged(declaration, record, seen)

    def apply(self, declaration: Declaration, record: Record | None) -> Record:
        """Adopts or updates: looks afresh, switches if that is needed, and records.

        :raises KeyswitchError: a refusal, or a fault; running again is safe.
        """

        def carry_out(seen: Sighting) -> Record:
            judgement = self._judged(declaration, record, seen)
            refusal = judgement.refusal()
            if refusal is not None:
                raise refusal
            account_id = (record.account_id if record else "") or self._view.account_id()
            status, changed_at = seen.status, record.changed_at if record else ""
            if judgement.decision.action is Action.SWITCH:
                status = self._switch(declaration.access_key_id, seen, declaration.status)
                changed_at = f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}"
            return Record(
                declaration=declaration,
                user_name=seen.user_name,
                status=status,
                account_id=account_id,
                create_date=seen.create_date or (record.create_date if record else ""),
                changed_at=changed_at,
                adopted_status=record.adopted_status if record else seen.status,
            )

        return self._alone(declaration.access_key_id, declaration.user_name, record, carry_out)

    def read(self, record: Record) -> tuple[Record, str | None]:
        """Refreshes what is recorded: the live status, and the owner's present name.

        A renamed user is followed, so that a refresh never stands in the way of the program that
        names it anew; where that cannot be told, nothing is changed and the second value is a
        warning. What was desired, and when, is left as it is.
        """
        access_key_id = record.declaration.access_key_id
        with _telling(_looking(access_key_id, None, record)):
            seen = self._finder.look_following(access_key_id, None, record)
        if seen.undecided:
            key = Attempt("", access_key_id, record.user_name)
            warning = message(
                catalogue.DELETED_OR_RENAMED, key, seen.answer, user_name=seen.user_name
            )
            return record, warning
        declared = record.declaration
        if declared.user_name is not None and seen.user_name is not None:
            declared = replace(declared, user_name=seen.user_name)
        refreshed = replace(
            record,
            declaration=declared,
            status=seen.status,
            user_name=seen.user_name,
            create_date=seen.create_date or record.create_date,
        )
        return refreshed, None

    def destroy(self, record: Record) -> str | None:
        """Lets the key go as ``on_destroy`` says. A key that is already gone is fine.

        :returns: a warning, if the key could not be restored because it has expired.
        :raises KeyswitchError: it could not be looked at or switched; the record must be kept.
        """
        target = _target_on_destroy(record)
        if target is None:
            return None
        access_key_id = record.declaration.access_key_id

        def let_go(seen: Sighting) -> str | None:
            key = Attempt("letting go of", access_key_id, seen.user_name)
            if seen.undecided:
                raise KeyswitchError(
                    catalogue.DELETED_OR_RENAMED, key, seen.answer, user_name=seen.user_name
                )
            if seen.status is ObservedStatus.DELETED or seen.status.satisfies(target):
                return None
            if seen.status is ObservedStatus.EXPIRED:
                return message(catalogue.EXPIRED_NOT_RESTORED, key)
            self._switch(access_key_id, seen, target)
            return None

        return self._alone(access_key_id, None, record, let_go)

    def _alone(
        self,
        access_key_id: str,
        user_name: str | None,
        record: Record | None,
        act: Callable[[Sighting], T],
    ) -> T:
        """Acts on a fresh look, while no other thread looks at or writes to the key's user.

        A renamed user is followed by letting go of the one name before taking hold of the next.
        """
        with _telling(_looking(access_key_id, user_name, record)):
            asked = self._finder.whom_to_ask(access_key_id, user_name, record)
            for _ in range(_MOST_NAMES_FOLLOWED):
                with self._view.alone_with(asked):
                    seen = self._finder.look(access_key_id, asked, record, fresh=True)
                    if user_name is not None or seen.other_owner is None:
                        return act(seen)
                asked = seen.other_owner
            raise KeyswitchError(catalogue.CONTRADICTION, user_name=asked)

    def _judged(self, declaration: Declaration, record: Record | None, seen: Sighting) -> Judgement:
        decision = decide(
            declaration.status,
            seen.status,
            Memory(record.declaration.status, record.status) if record else None,
            owned_by_another=seen.other_owner is not None,
            undecided=seen.undecided,
            otherwise_changed=record is not None and _otherwise_changed(declaration, record, seen),
        )
        tells_account = decision.cause in (Cause.ABSENT, Cause.GONE)
        return Judgement(
            decision,
            declaration,
            seen,
            recorded_status=record.status if record else None,
            account_id=self._account_if_told() if tells_account else "",
        )

    def _account_if_told(self) -> str:
        """For a message that says more with the account, and enough without."""
        try:
            return self._view.account_id()
        except KeyswitchError:
            return ""

    def _switch(self, access_key_id: str, seen: Sighting, target: Status) -> ObservedStatus:
        """Writes once, whatever comes back, and believes what is seen afterwards."""
        goal = f"from {seen.status} to {target}"
        with _telling(Attempt("switching", access_key_id, seen.user_name, goal)):
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


def _looking(access_key_id: str, user_name: str | None, record: Record | None) -> Attempt:
    known = user_name or (record.user_name if record else None)
    return Attempt("looking at", access_key_id, known)


@contextmanager
def _telling(attempt: Attempt) -> Iterator[None]:
    """Gives an error from below, which does not know what it serves, its attempt."""
    try:
        yield
    except KeyswitchError as error:
        if error.attempt is not None:
            raise
        raise error.during(attempt) from None


def _otherwise_changed(declaration: Declaration, record: Record, seen: Sighting) -> bool:
    redeclared = replace(record.declaration, status=declaration.status) != declaration
    return redeclared or seen.user_name != record.user_name


def _target_on_destroy(record: Record) -> Status | None:
    if record.declaration.on_destroy is OnDestroy.DEACTIVATE:
        return Status.INACTIVE
    if record.declaration.on_destroy is OnDestroy.RESTORE:
        if record.adopted_status is ObservedStatus.ACTIVE:
            return Status.ACTIVE
        return Status.INACTIVE
    return None
