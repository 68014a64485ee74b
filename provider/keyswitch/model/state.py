"""What a program declares of one key, and what is recorded of it between runs.

Both write themselves to bags of properties, which :mod:`keyswitch.model.parsing` reads. Property names
are public for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from keyswitch.model.account import DeclaredAccount
from keyswitch.model.durations import Duration
from keyswitch.model.inputs import STATUS, USER_NAME, written
from keyswitch.model.pending import Pending
from keyswitch.model.safeguards import NO_SAFEGUARDS, DeclaredSafeguards
from keyswitch.model.status import DeactivatedBy, ObservedStatus, OnDestroy, OnDrift, Status
from keyswitch.model.until import Until

DESIRED_STATUS: Final = "desired_status"
ACCOUNT_ID: Final = "account_id"
CREATE_DATE: Final = "create_date"
CHANGED_AT: Final = "changed_at"
ADOPTED_STATUS: Final = "adopted_status"
STATUS_SINCE: Final = "status_since"
DEACTIVATED_BY: Final = "deactivated_by"
PENDING: Final = "pending"
COMPUTED: Final = (
    DESIRED_STATUS,
    ACCOUNT_ID,
    CREATE_DATE,
    CHANGED_AT,
    ADOPTED_STATUS,
    STATUS_SINCE,
    DEACTIVATED_BY,
    PENDING,
)

USER_NAME_RESOLVED: Final = "user_name_resolved"
"""Whether user_name in the outputs was looked up, not declared: a refresh is given the outputs only
and has to tell the two apart."""

NOT_KEPT: Final = "(not kept)"
"""Stands for the words of an override of which only that there was one is recorded."""


@dataclass(frozen=True)
class Declaration:
    """What a program declares of one key; ``None`` stands for what it omits."""

    access_key_id: str
    status: Status
    user_name: str | None = None
    reason: str | None = None
    active_until: Until | None = None
    warn_before: Duration | None = None
    on_destroy: OnDestroy | None = None
    on_drift: OnDrift | None = None
    safeguards: DeclaredSafeguards = NO_SAFEGUARDS
    override: str | None = None
    account: DeclaredAccount | None = None

    @property
    def enforced(self) -> bool:
        """Whether drift is to be corrected; an override is for an incident, which no policy holds up."""
        return self.on_drift is not OnDrift.REPORT or self.override is not None

    @property
    def has_ended(self) -> bool:
        """Whether it was declared Active until a moment that has come."""
        return self.status is Status.INACTIVE and self.active_until is not None

    def as_of(self, now: datetime) -> Declaration:
        """The same as it holds at a moment: Inactive, where it was declared Active until then or earlier.

        :param now: an aware moment.
        """
        if self.active_until is None:
            return self
        return replace(self, status=self.active_until.status_at(now, self.status))

    @property
    def may_deactivate_signer(self) -> bool:
        """Whether this may deactivate the key also where the key signs the calls of the program."""
        allowed = self.override is not None or bool(self.safeguards.allow_own_key)
        return self.status is Status.INACTIVE and allowed

    def to_inputs(self, status: Status | ObservedStatus | None = None) -> dict[str, Any]:
        """A fresh bag that parses to this declaration, or to one of another ``status``."""
        bag = written(self)
        return bag if status is None else {**bag, STATUS: str(status)}


@dataclass(frozen=True)
class Record:
    """What the engine keeps of one key between runs.

    ``user_name`` is the owner as resolved (``None`` for the root user), ``account_id`` empty where
    it was not asked for, ``changed_at`` empty until this program switches the key for the first
    time, ``adopted_status`` the status in which the key was found at adoption, ``status_since`` when
    the present one was first seen or set (empty in a state of keyswitch 0.1.0), ``deactivated_by`` who
    deactivated the key last (``None`` in a state that does not tell), ``pending`` a switch that is held.
    The status of the ``declaration`` is the one last carried out: that of a held switch stands in
    ``pending``. Times are ISO 8601.
    """

    declaration: Declaration
    user_name: str | None
    status: ObservedStatus
    account_id: str
    create_date: str
    changed_at: str
    adopted_status: ObservedStatus
    status_since: str = ""
    pending: Pending | None = None
    deactivated_by: DeactivatedBy | None = None

    @property
    def inactive_by(self) -> DeactivatedBy:
        """By whose word an Inactive key is so, for a program that declares Active.

        The program's, where it declared Inactive and that was carried out; an override's, until the
        program has declared Inactive without it; else somebody else's. An end that only found the key Inactive
        is no word of the program's: nobody may have seen it.
        """
        found_so = self.declaration.has_ended and self.deactivated_by is DeactivatedBy.OUTSIDE
        if self.declaration.status is not Status.INACTIVE or found_so:
            return DeactivatedBy.OUTSIDE
        if self._under_override:
            return DeactivatedBy.OVERRIDE
        return DeactivatedBy.PROGRAM

    @property
    def restorable_from(self) -> DeactivatedBy:
        """The same for a restore, which no program asks for in so many words.

        An override's, also where the program has since declared Inactive without it; the program's, only
        where the last switch that was seen is its own.
        """
        overridden = self.deactivated_by in (DeactivatedBy.OVERRIDE, DeactivatedBy.CONFIRMED)
        if overridden or self.declaration.override is not None:
            return DeactivatedBy.OVERRIDE
        off = self.declaration.status is Status.INACTIVE and self.changed_at != ""
        ours = off and self.status_since in ("", self.changed_at)
        return DeactivatedBy.PROGRAM if ours else DeactivatedBy.OUTSIDE

    @property
    def _under_override(self) -> bool:
        """A state that does not tell who deactivated the key is read as it always was."""
        if self.deactivated_by is None:
            return False
        by_override = self.deactivated_by is DeactivatedBy.OVERRIDE
        return by_override or self.declaration.override is not None

    @property
    def override_in_words(self) -> str | None:
        """The words of the override that it was last carried out with, as far as they are recorded."""
        words = self.declaration.override
        return None if words == NOT_KEPT else words

    def with_override_hidden(self, stand_in: str) -> Record:
        """The record with ``stand_in`` for the words of its override, for messages."""
        if self.declaration.override is None:
            return self
        return replace(self, declaration=replace(self.declaration, override=stand_in))

    def carried_out(self, declaration: Declaration, *, switched: bool) -> Record:
        """The record once ``declaration`` is carried out, or was found to be.

        :param switched: whether that took a switch.
        """
        by = self.brought_up_to_date().deactivated_by
        overridden = by in (DeactivatedBy.OVERRIDE, DeactivatedBy.CONFIRMED)
        if not self.status.satisfies(declaration.status):
            pass
        elif declaration.status is Status.ACTIVE:
            by = DeactivatedBy.NOBODY
        elif declaration.override is not None:
            by = DeactivatedBy.OVERRIDE
        elif overridden:
            by = DeactivatedBy.CONFIRMED
        elif switched:
            by = DeactivatedBy.PROGRAM
        return replace(self, declaration=declaration, deactivated_by=by)

    def overridden_by(self, declaration: Declaration, now: str) -> Record:
        """The record once AWS has accepted what an override asks for, and no look has shown it yet."""
        by = DeactivatedBy.OVERRIDE
        return replace(self, declaration=declaration, changed_at=now, deactivated_by=by)

    def brought_up_to_date(self) -> Record:
        """The record with what an older state tells only by the override that it holds."""
        if self.deactivated_by is not None or self.declaration.override is None:
            return self
        return replace(self, deactivated_by=DeactivatedBy.OVERRIDE)

    def holding(self, status: Status, pending: Pending, before: Record | None) -> Record:
        """The record while a switch is held: what was last carried out is remembered as it was.

        :param status: the one last carried out.
        :param before: what was recorded until now.
        """
        by = before.deactivated_by if before is not None else self.deactivated_by
        if before is not None and before.inactive_by is DeactivatedBy.OVERRIDE:
            by = DeactivatedBy.OVERRIDE
        declaration = replace(self.declaration, status=status)
        return replace(self, declaration=declaration, pending=pending, deactivated_by=by)

    @property
    def never_carried_out(self) -> bool:
        """Whether the declared status was held ever since the key was adopted."""
        held = self.pending is not None and self.changed_at == ""
        return held and not self.adopted_status.satisfies(self.declaration.status)

    def seen_as(self, status: ObservedStatus, now: str) -> Record:
        """The record once the key was seen in ``status``, by somebody else's doing if that is new."""
        if status == self.status:
            return self
        went_off = self.status is ObservedStatus.ACTIVE
        by = DeactivatedBy.OUTSIDE if went_off else self.deactivated_by
        if self._under_override:
            by = DeactivatedBy.OVERRIDE
        return replace(self, status=status, status_since=now, deactivated_by=by)

    @property
    def declared(self) -> Declaration:
        """What the program last declared: a held switch's status too."""
        if self.pending is None:
            return self.declaration
        return replace(self.declaration, status=self.pending.target)

    def to_outputs(self) -> dict[str, Any]:
        """A fresh bag: the dynamic provider host writes a key of its own into what it is given."""
        bag = {
            **self.declaration.to_inputs(self.status),
            USER_NAME: self.user_name or "",
            DESIRED_STATUS: str(self.declaration.status),
            ACCOUNT_ID: self.account_id,
            CREATE_DATE: self.create_date,
            CHANGED_AT: self.changed_at,
            ADOPTED_STATUS: str(self.adopted_status),
            STATUS_SINCE: self.status_since,
            PENDING: str(self.pending or ""),
            USER_NAME_RESOLVED: self.declaration.user_name is None,
        }
        if self.deactivated_by is not None:
            bag[DEACTIVATED_BY] = str(self.deactivated_by)
        return bag

    def to_inputs(self) -> dict[str, Any]:
        """The inputs after a refresh: with the live status, so that a preview shows its drift.

        Not where the program has nothing to change: a held switch and a drift that is only reported
        keep the status that was declared. One that cannot be declared (Expired, Deleted) stands in
        the outputs only.
        """
        declarable = self.status in (ObservedStatus.ACTIVE, ObservedStatus.INACTIVE)
        shown = declarable and self.declaration.enforced and self.pending is None
        return self.declared.to_inputs(self.status if shown else None)
