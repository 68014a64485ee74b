"""A decision about one key put into words: the refusal, the warning or the note that a reader sees."""

from __future__ import annotations

from dataclasses import dataclass

from keyswitch import catalogue
from keyswitch.decision import Action, Cause, Decision
from keyswitch.declaration import Declaration
from keyswitch.errors import Attempt, KeyswitchError, message
from keyswitch.sighting import Sighting
from keyswitch.status import ObservedStatus


@dataclass(frozen=True)
class Judgement:
    """A decision about one key, with what it was judged from."""

    decision: Decision
    declaration: Declaration
    sighting: Sighting
    recorded_status: ObservedStatus | None = None
    account_id: str = ""

    def refusal(self) -> KeyswitchError | None:
        """The error of a decision to refuse."""
        if self.decision.action is not Action.REFUSE:
            return None
        seen = self.sighting
        adopting = self.recorded_status is None
        attempt = Attempt(
            "adopting" if adopting else "keeping",
            self.declaration.access_key_id,
            self.declaration.user_name or seen.user_name,
            "" if adopting else str(self.declaration.status),
        )
        if self.decision.cause is Cause.OTHER_OWNER:
            return KeyswitchError(
                catalogue.KEY_OF_ANOTHER_USER,
                attempt,
                seen.answer,
                owner=seen.other_owner,
                user_name=self.declaration.user_name,
            )
        if self.decision.cause is Cause.UNDECIDED:
            return KeyswitchError(
                catalogue.DELETED_OR_RENAMED, attempt, seen.answer, user_name=seen.user_name
            )
        if self.decision.cause is Cause.EXPIRED:
            return KeyswitchError(catalogue.EXPIRED_BUT_ACTIVE, attempt)
        if self.decision.cause is Cause.GONE:
            return KeyswitchError(catalogue.DELETED_BUT_ACTIVE, attempt, seen.answer)
        return KeyswitchError(
            seen.absence or catalogue.KEY_NOT_FOUND,
            attempt,
            seen.answer,
            user_name=seen.user_name,
            account=f"account {self.account_id}" if self.account_id else "this account",
            keys=", ".join(f"{key.access_key_id} {key.status}" for key in seen.listed) or "none",
        )

    def warning(self) -> str | None:
        """What a reviewer should know of a decision that is carried out, or of a key that is kept."""
        key = Attempt("", self.declaration.access_key_id, self.sighting.user_name)
        if self.decision.action is Action.SWITCH and self.decision.cause is Cause.DRIFT:
            return message(
                catalogue.DRIFTED,
                key,
                observed=self.sighting.status,
                declared=self.declaration.status,
            )
        if self.decision.action is not Action.REFUSE and self.decision.cause is Cause.GONE:
            unverified = "" if self.account_id else " (which account this is was not checked)"
            return message(catalogue.GONE, key, unverified=unverified)
        return None

    def note(self) -> str | None:
        """What explains a step that will switch nothing, although its diff shows a status."""
        if (
            self.decision.action is not Action.RECORD
            or self.decision.cause is not Cause.AS_DECLARED
        ):
            return None
        if self.recorded_status in (None, self.sighting.status):
            return None
        key = Attempt("", self.declaration.access_key_id, self.sighting.user_name)
        return message(catalogue.ALREADY, key, observed=self.sighting.status)
