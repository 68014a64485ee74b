"""What a program declares of one key, and what is recorded of it between runs.

Both write themselves to bags of properties, which :mod:`keyswitch.parsing` reads. Property names
are public for ever.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from keyswitch.accounts import ACCOUNT_NAMES, DeclaredAccount
from keyswitch.properties import (
    ACCESS_KEY_ID,
    ACCOUNT,
    ON_DESTROY,
    ON_DRIFT,
    OVERRIDE,
    REASON,
    SAFEGUARD_NAMES,
    SAFEGUARDS,
    STATUS,
    USER_NAME,
)
from keyswitch.safeguards import NO_SAFEGUARDS, DeclaredSafeguards
from keyswitch.status import ObservedStatus, OnDestroy, OnDrift, Status

DESIRED_STATUS: Final = "desired_status"
ACCOUNT_ID: Final = "account_id"
CREATE_DATE: Final = "create_date"
CHANGED_AT: Final = "changed_at"
ADOPTED_STATUS: Final = "adopted_status"
STATUS_SINCE: Final = "status_since"
PENDING: Final = "pending"
COMPUTED: Final = (
    DESIRED_STATUS,
    ACCOUNT_ID,
    CREATE_DATE,
    CHANGED_AT,
    ADOPTED_STATUS,
    STATUS_SINCE,
    PENDING,
)

USER_NAME_RESOLVED: Final = "user_name_resolved"
"""Whether user_name in the outputs was looked up, not declared: a refresh is given the outputs only
and has to tell the two apart."""

JUDGED_BY: Final = frozenset(
    {ACCESS_KEY_ID, STATUS, USER_NAME, SAFEGUARDS, OVERRIDE, ON_DRIFT, ACCOUNT}
)
"""The inputs without which a key cannot be judged."""


@dataclass(frozen=True)
class Declaration:
    """What a program declares of one key; ``None`` stands for what it omits."""

    access_key_id: str
    status: Status
    user_name: str | None = None
    reason: str | None = None
    on_destroy: OnDestroy | None = None
    on_drift: OnDrift | None = None
    safeguards: DeclaredSafeguards = NO_SAFEGUARDS
    override: str | None = None
    account: DeclaredAccount | None = None

    @property
    def enforced(self) -> bool:
        """Whether drift is to be mended; an override is for an incident, which no policy holds up."""
        return self.on_drift is not OnDrift.REPORT or self.override is not None

    def to_inputs(self, status: Status | ObservedStatus | None = None) -> dict[str, Any]:
        """A fresh bag that parses to this declaration, or to one of another ``status``."""
        given = {
            ACCESS_KEY_ID: self.access_key_id,
            STATUS: status or self.status,
            USER_NAME: self.user_name,
            REASON: self.reason,
            ON_DESTROY: self.on_destroy,
            ON_DRIFT: self.on_drift,
            OVERRIDE: self.override,
        }
        bag: dict[str, Any] = _given(given)
        safeguards = _given({name: getattr(self.safeguards, name) for name in SAFEGUARD_NAMES})
        if safeguards:
            bag[SAFEGUARDS] = safeguards
        if self.account is not None:
            bag[ACCOUNT] = _given({name: getattr(self.account, name) for name in ACCOUNT_NAMES})
        return bag


@dataclass(frozen=True)
class Pending:
    """A switch that is held.

    :param target: the status that it would set.
    :param since: when a run first held it, ISO 8601.
    :param waits_for: the names of the safeguards that were not met when this was recorded.
    """

    target: Status
    since: str
    waits_for: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.target}, held since {self.since}, waits for {', '.join(self.waits_for)}"

    @classmethod
    def read(cls, text: str) -> Pending | None:
        """What ``str()`` made; ``None`` for an empty text.

        :raises ValueError: it is neither.
        """
        if not text:
            return None
        match = re.fullmatch(r"(Active|Inactive), held since (\S+), waits for (\S.*)", text)
        if match is None:
            raise ValueError("it is no held switch")
        return cls(Status(match[1]), match[2], tuple(match[3].split(", ")))


@dataclass(frozen=True)
class Record:
    """What the engine keeps of one key between runs.

    ``user_name`` is the owner as resolved (``None`` for the root user), ``account_id`` empty where
    it was not asked for, ``changed_at`` empty until this program switches the key for the first
    time, ``adopted_status`` the status in which the key was found at adoption, ``status_since`` when
    the present one was first seen or set (empty in a state of keyswitch 0.1.0), ``pending`` a
    switch that is held. The status of the
    ``declaration`` is the one last carried out: that of a held switch stands in ``pending``. Times
    are ISO 8601.
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

    @property
    def switched_off_by_program(self) -> bool:
        """Whether it was this program that switched the key off, as far as it has seen."""
        off = self.declaration.status is Status.INACTIVE and self.changed_at != ""
        return off and self.status_since in ("", self.changed_at)

    @property
    def never_carried_out(self) -> bool:
        """Whether the declared status was held ever since the key was adopted."""
        held = self.pending is not None and self.changed_at == ""
        return held and not self.adopted_status.satisfies(self.declaration.status)

    def seen_as(self, status: ObservedStatus, now: str) -> Record:
        """The record once the key was seen in ``status``."""
        since = self.status_since if status is self.status else now
        return replace(self, status=status, status_since=since)

    @property
    def declared(self) -> Declaration:
        """What the program last declared: a held switch's status too."""
        if self.pending is None:
            return self.declaration
        return replace(self.declaration, status=self.pending.target)

    def to_outputs(self) -> dict[str, Any]:
        """A fresh bag: the dynamic provider host writes a key of its own into what it is given."""
        return {
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

    def to_inputs(self) -> dict[str, Any]:
        """The inputs after a refresh: with the live status, so that a preview shows its drift.

        Not where the program has nothing to change: a held switch and a drift that is only reported
        keep the status that was declared. One that cannot be declared (Expired, Deleted) stands in
        the outputs only.
        """
        declarable = self.status in (ObservedStatus.ACTIVE, ObservedStatus.INACTIVE)
        shown = declarable and self.declaration.enforced and self.pending is None
        return self.declared.to_inputs(self.status if shown else None)


def _given(bag: Mapping[str, object]) -> dict[str, Any]:
    """Without what is omitted; everything but booleans and lists as text."""
    return {
        name: list(value)
        if isinstance(value, tuple)
        else value
        if isinstance(value, bool)
        else str(value)
        for name, value in bag.items()
        if value is not None
    }
