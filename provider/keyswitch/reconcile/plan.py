"""A decision about one key put into words: the refusal, the warnings and notes that a reader sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from keyswitch.iam.client import LastUsed
from keyswitch.iam.key_ids import account_of
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import Attempt, KeyswitchError, line
from keyswitch.model.durations import iso, moment, until
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import ObservedStatus, OnDestroy, Status
from keyswitch.model.until import Until
from keyswitch.reconcile.diff import Action, Cause, Decision
from keyswitch.reconcile.evidence import Usage
from keyswitch.reconcile.observe import Observation
from keyswitch.reconcile.safeguards import Unmet, guarding, use_in_words, where_used
from keyswitch.reconcile.user_keys import UserKeys

_NOT_AS_AFTER_THE_END: Final = (Cause.UNMET, Cause.DRIFT, Cause.DRIFT_REPORTED)
"""Why a key may be Active after its end, of which each run warns."""
_RECENT_USE: Final = timedelta(days=7)
"""A key that was used since then is taken to be in use: a reviewer is warned, not only told."""


@dataclass(frozen=True)
class Plan:
    """A decision about one key, with what it was judged from.

    :param record: what was recorded of the key before; ``None`` if it is to be adopted.
    :param now: when it was judged, in UTC.
    :param unmet: the safeguards against the switch.
    :param planned: see :class:`~keyswitch.reconcile.safeguards.UserKeys`.
    :param signing_keys: see :class:`~keyswitch.reconcile.safeguards.Evidence`; empty but for a key that signs and
        is deactivated all the same.
    :param usage: when the key was last used, where that was looked up for a reader.
    :param is_preview: whether a reader sees this before the update.
    """

    decision: Decision
    declaration: Declaration
    observation: Observation
    record: Record | None
    account_id: str
    now: datetime
    unmet: tuple[Unmet, ...] = ()
    planned: Mapping[str, Status] = field(default_factory=dict)
    signing_keys: Mapping[str, str] = field(default_factory=dict)
    usage: Usage | None = None
    is_preview: bool = False

    @property
    def held_since(self) -> str:
        """When the switch was first held, ISO 8601: now, unless it was so before."""
        pending = self.record.pending if self.record else None
        if pending is not None and pending.target is self.declaration.status:
            return pending.since
        return iso(self.now)

    def refusal(self) -> KeyswitchError | None:
        """The error of a decision to refuse."""
        if self.decision.action is not Action.REFUSE:
            return None
        return self._refusal_of_switch() if self.unmet else self._refusal_of_key()

    def _refusal_of_switch(self) -> KeyswitchError:
        first, *others = self.unmet
        attempt = Attempt(
            self._declared.change("ing"),
            self.declaration.access_key_id,
            self.observation.user_name,
        )
        ended = [line(_ended(self.declaration))] if self.declaration.has_ended else []
        return KeyswitchError(first.message, attempt, None, also=[*others, *ended])

    def _refusal_of_key(self) -> KeyswitchError:
        seen = self.observation
        adopting = self.record is None
        attempt = Attempt(
            "adopting" if adopting else "keeping",
            self.declaration.access_key_id,
            self.declaration.user_name or seen.user_name,
            "" if adopting else str(self.declaration.status),
        )
        if self.decision.cause is Cause.OTHER_OWNER:
            return KeyswitchError(
                catalogue.KeyOfAnotherUser(
                    owner=seen.other_owner, user_name=self.declaration.user_name
                ),
                attempt,
                seen.answer,
            )
        if self.decision.cause is Cause.UNDECIDED:
            return KeyswitchError(
                catalogue.DeletedOrRenamed(user_name=seen.user_name), attempt, seen.answer
            )
        if self.decision.cause is Cause.EXPIRED:
            return KeyswitchError(catalogue.ExpiredButActive(), attempt)
        if self.decision.cause is Cause.UNKNOWN_STATUS:
            return KeyswitchError(catalogue.UnknownStatus(observed=self._seen), attempt)
        if self.decision.cause is Cause.GONE:
            return KeyswitchError(catalogue.DeletedButActive(), attempt, seen.answer)
        told = {
            "user_name": seen.user_name,
            "account": f"account {self.account_id}" if self.account_id else "this account",
            "hint": self._hint_of_account(),
            "keys": ", ".join(f"{key.access_key_id} {key.status}" for key in seen.listed) or "none",
        }
        absence = seen.absence or catalogue.KeyNotFound
        return KeyswitchError(absence.of(told), attempt, seen.answer)

    def _hint_of_account(self) -> str:
        named = account_of(self.declaration.access_key_id)
        if named is None or not self.account_id or named == self.account_id:
            return ""
        return f"; the id belongs to account {named}"

    def warnings(self) -> tuple[str, ...]:
        """What a reviewer should know of a decision that is carried out, or of a key that is kept."""
        return tuple(self._warnings())

    def notes(self, *, with_adoption: bool = True) -> tuple[str, ...]:
        """What explains a step, and nobody need worry about.

        :param with_adoption: whether that includes an adoption without a change.
        """
        return (*self._notes_of_the_end(), *self._notes(with_adoption=with_adoption))

    @property
    def is_adopted_as_declared(self) -> bool:
        """Whether the key is adopted, and already in the very status that is declared."""
        new = self.record is None and self.decision.action is Action.RECORD
        return new and str(self._seen) == str(self._declared)

    def _warnings(self) -> Iterator[str]:
        """The gravest last: a terminal's row shows that one."""
        action, cause = self.decision.action, self.decision.cause
        if action is Action.REFUSE:
            return
        end = self._end_to_warn_of
        if end is not None:
            left = until(end.end, self.now)
            yield self._about_key(catalogue.EndsSoon(active_until=end, left=left))
        if self.declaration.has_ended and cause in _NOT_AS_AFTER_THE_END:
            yield self._about_key(_ended(self.declaration))
        if action is Action.SWITCH and self._declared is Status.INACTIVE:
            yield from self._warnings_of_switching_off()
        if cause is Cause.DRIFT:
            when = "The next" if self.is_preview else "This"
            yield self._about_key(
                catalogue.Drifted(
                    observed=self._seen,
                    declared=self._declared,
                    corrects=f"{when} update {self._declared.change('es')}",
                )
            )
        if cause is Cause.DRIFT_REPORTED:
            yield self._about_key(
                catalogue.DriftReported(observed=self._seen, declared=self._declared)
            )
        if cause is Cause.UNMET:
            yield self._about_key(
                catalogue.Held(
                    observed=self._seen,
                    change=self._declared.change("ed"),
                    since=self.held_since,
                    reasons="; ".join(rule.cause for rule in self.unmet),
                )
            )
        if cause is Cause.GONE:
            yield self._about_key(catalogue.Gone(unverified=_unverified(self.account_id)))
        if action is Action.SWITCH and self.declaration.override is not None:
            overridden = guarding(self.declaration.safeguards, Status.INACTIVE)
            yield self._about_key(
                catalogue.Overridden(
                    override=self.declaration.override, safeguards=", ".join(overridden) or "none"
                )
            )

    def _warnings_of_switching_off(self) -> Iterator[str]:
        keys = self._keys
        used = self.usage.last_used if self.usage else None
        if self.usage is not None and used is None:
            yield self._about_key(catalogue.LastUseNotSeen(reason=self.usage.failure))
        if used is not None and self._is_recent(used):
            told = use_in_words(used, keys.key, self.now)
            yield self._about_key(catalogue.LastUse(used=told))
        if not keys.another_stays_active:
            yield self._about_key(catalogue.NoOtherActiveKey(others=keys))
        if self.signing_keys:
            where = where_used(self.signing_keys, keys.key)
            yield self._about_key(catalogue.SigningKeyToBeDeactivated(where=where))

    def _notes_of_the_end(self) -> Iterator[str]:
        action, cause = self.decision.action, self.decision.cause
        is_told = cause in _NOT_AS_AFTER_THE_END
        if self.declaration.has_ended and action is Action.SWITCH and not is_told:
            yield self._about_key(_ended(self.declaration))

    def _notes(self, *, with_adoption: bool) -> Iterator[str]:
        action, cause = self.decision.action, self.decision.cause
        recorded = self.record.status if self.record else None
        recorded_only = action is Action.RECORD and cause in (Cause.AS_DECLARED, Cause.EXPIRED)
        if recorded_only and recorded not in (None, self._seen):
            yield self._about_key(catalogue.AlreadyAsDeclared(observed=self._seen))
        if self.record is None and action in (Action.RECORD, Action.SWITCH):
            if action is Action.SWITCH:
                yield self._about_key(
                    catalogue.AdoptedAndChanged(
                        observed=self._seen,
                        declared=self._declared,
                        change=self._declared.change("ed"),
                    )
                )
            elif with_adoption:
                yield self._about_key(catalogue.Adopted(observed=self._seen))
            if self.declaration.on_destroy is OnDestroy.RESTORE:
                yield self._about_key(catalogue.RestoresTo(observed=self._seen))
        if action is not Action.SWITCH:
            return
        pending = self.record.pending if self.record else None
        if pending and pending.target is self._declared and self.declaration.override is None:
            yield self._about_key(
                catalogue.Released(since=self.held_since, change=self._declared.change("ed"))
            )
        elif self.record is not None and cause is Cause.DECLARED:
            yield self._about_key(catalogue.ChangedAsDeclared(change=self._declared.change("ed")))
        used = self.usage.last_used if self.usage else None
        if used is not None and not self._is_recent(used):
            told = use_in_words(used, self._keys.key, self.now)
            yield self._about_key(catalogue.LastUse(used=told))

    @property
    def _end_to_warn_of(self) -> Until | None:
        """The end of a key that is, or becomes, Active, once it is near."""
        declared, seen = self.declaration, self._seen
        stays = seen is ObservedStatus.ACTIVE or self.decision.action is Action.SWITCH
        if declared.active_until is None or declared.status is Status.INACTIVE or not stays:
            return None
        is_near = declared.active_until.is_near(self.now, declared.warn_before)
        return declared.active_until if is_near else None

    @property
    def _seen(self) -> ObservedStatus:
        return self.observation.status

    @property
    def _declared(self) -> Status:
        return self.declaration.status

    def _is_recent(self, used: LastUsed) -> bool:
        return used.date is not None and self.now - moment(used.date) < _RECENT_USE

    @property
    def _keys(self) -> UserKeys:
        return UserKeys.of(self.observation.listed, self.declaration.access_key_id, self.planned)

    def _about_key(self, message: Message) -> str:
        key = Attempt("", self.declaration.access_key_id, self.observation.user_name)
        return line(message, key)


def _ended(declaration: Declaration) -> catalogue.Ended:
    return catalogue.Ended(active_until=declaration.active_until)


def found_deleted(record: Record) -> str:
    """The warning of a refresh that finds a key deleted (KS224).

    :param record: what was recorded of it before.
    """
    return line(
        catalogue.FoundDeleted(unverified=_unverified(record.account_id), recorded=record.status),
        Attempt("", record.declaration.access_key_id, record.user_name),
    )


def _unverified(account_id: str) -> str:
    return "" if account_id else " (account not verified)"
