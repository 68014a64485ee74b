"""The safeguards that a status change must meet: pure, rule by rule.

A rule judges an :class:`Evidence`, which :mod:`keyswitch.reconcile.evidence` gathers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from keyswitch.iam.client import AccessKey, LastUsed
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import line
from keyswitch.model.durations import after, ago, is_to_come, iso, moment
from keyswitch.model.safeguards import DeclaredSafeguards
from keyswitch.model.status import DeactivatedBy, Status
from keyswitch.reconcile.user_keys import UserKeys

QUARANTINE_POLICY: Final = "AWSCompromisedKeyQuarantine"
"""What the names of the policies begin with that AWS attaches to the user of a leaked key."""


@dataclass(frozen=True)
class Untold:
    """IAM did not tell what a safeguard asks about.

    :param reason: why not, in words.
    :param other: the user whom IAM answered about instead; empty where IAM did not answer.
    """

    reason: str = ""
    other: str = ""


@dataclass(frozen=True)
class Evidence:
    """What was looked up to judge one switch.

    :param now: the time of day in UTC.
    :param keys: the key and the others of its user.
    :param inactive_by: by whose word an Inactive key is so.
    :param override: the words of the override that it is Inactive by, or what stands for them.
    :param last_used: of the key; ``None`` where it was not asked.
    :param successor_last_used: the same of the successor.
    :param signing_keys: id to whose calls it signs, directly or by a role: the name of one of the
        program's accounts, or empty for those of the key's own.
    :param policies: names of the user's attached policies; ``None`` as above.
    """

    now: datetime
    keys: UserKeys
    inactive_by: DeactivatedBy = DeactivatedBy.PROGRAM
    override: str = "an override"
    last_used: LastUsed | Untold | None = None
    successor_last_used: LastUsed | Untold | None = None
    signing_keys: Mapping[str, str] = field(default_factory=dict)
    policies: tuple[str, ...] | Untold | None = None

    @property
    def key(self) -> AccessKey:
        """The key that is to be switched."""
        return self.keys.key


@dataclass(frozen=True)
class Unmet:
    """One safeguard that does not allow the switch, in the catalogue's words."""

    safeguard: str
    message: Message

    @property
    def cause(self) -> str:
        """Why, without the remedy."""
        return self.message.cause

    def __str__(self) -> str:
        return line(self.message)


def guarding(safeguards: DeclaredSafeguards, target: Status) -> tuple[str, ...]:
    """The names of the safeguards that a switch to ``target`` has to meet."""
    return tuple(
        name
        for name in _RULES[target]
        if bool(getattr(safeguards, name)) is not (name in _ON_UNLESS_SET)
    )


def unmet(safeguards: DeclaredSafeguards, target: Status, evidence: Evidence) -> tuple[Unmet, ...]:
    """Every safeguard that stands against switching to ``target``."""
    judged = {name: rule(safeguards, evidence) for name, rule in _RULES[target].items()}
    return tuple(Unmet(name, against) for name, against in judged.items() if against)


def no_longer_met(safeguards: DeclaredSafeguards, keys: UserKeys) -> str | None:
    """The safeguard that another's switch made untrue while this key was deactivated, by name."""
    if safeguards.keep_one_active and not keys.another_stays_active:
        return "keep_one_active"
    successor = keys.other(safeguards.successor)
    gone = successor is None or not keys.stays_active(successor)
    return "successor" if safeguards.successor is not None and gone else None


def use_in_words(used: LastUsed, key: AccessKey, now: datetime) -> str:
    """``was last used 3 hours ago by s3 in eu-west-1 (2026-11-24T19:00:00Z)``, or that it never has been."""
    if used.date is None:
        if not key.create_date:
            return "has never been used"
        return f"has never been used (created {ago(key.create_date, now)}, {key.create_date})"
    by = f" by {used.service_name} in {used.region}"
    return f"was last used {ago(used.date, now)}{by} ({used.date})"


def where_used(signing_keys: Mapping[str, str], key: AccessKey) -> str:
    """In which other account of the program a key signs calls; empty for those by which it is changed itself."""
    account = signing_keys[key.access_key_id]
    return f" in account {account}" if account else ""


def _own_key(safeguards: DeclaredSafeguards, evidence: Evidence) -> Message | None:
    if safeguards.allow_own_key or evidence.key.access_key_id not in evidence.signing_keys:
        return None
    return catalogue.OwnKeyInUse(where=where_used(evidence.signing_keys, evidence.key))


def _unused_for(safeguards: DeclaredSafeguards, evidence: Evidence) -> Message | None:
    wanted, key = safeguards.unused_for, evidence.key
    if wanted is None:
        return None
    used = _use_of("unused_for", key, evidence.last_used, evidence.now)
    if not isinstance(used, LastUsed):
        return used
    since = used.date or key.create_date
    if not since:
        return _last_use_not_told("unused_for", key, Untold(_NO_DATE))
    free_at = after(since, wanted.span)
    if evidence.now >= free_at:
        return None
    told = use_in_words(used, key, evidence.now)
    return catalogue.UsedTooRecently(
        unused_for=wanted,
        used=told,
        free_at=iso(free_at),
    )


def _overlap(safeguards: DeclaredSafeguards, evidence: Evidence) -> Message | None:
    wanted, successor = safeguards.overlap, evidence.keys.other(safeguards.successor)
    if wanted is None or successor is None:
        return None
    created = successor.create_date or iso(evidence.now)
    free_at = after(created, wanted.span)
    if evidence.now >= free_at:
        return None
    return catalogue.OverlapTooShort(
        overlap=wanted,
        successor=successor.access_key_id,
        created=f"{ago(created, evidence.now)} ({created})",
        free_at=iso(free_at),
    )


def _successor(safeguards: DeclaredSafeguards, evidence: Evidence) -> Message | None:
    wanted, successor = safeguards.successor, evidence.keys.other(safeguards.successor)
    if wanted is None:
        return None
    if successor is None or not evidence.keys.stays_active(successor):
        seen = "the user has no such key"
        if successor is not None:
            seen = f"that key {evidence.keys.state_of(successor)}"
        return catalogue.SuccessorNotActive(successor=wanted, seen=seen)
    used = _use_of("successor", evidence.key, evidence.last_used, evidence.now)
    successor_used = _use_of("successor", successor, evidence.successor_last_used, evidence.now)
    if not isinstance(used, LastUsed):
        return used
    if not isinstance(successor_used, LastUsed):
        return successor_used
    taken_over = successor_used.date
    if taken_over is not None and (used.date is None or moment(taken_over) > moment(used.date)):
        return None
    return catalogue.SuccessorNotUsed(
        successor=wanted,
        successor_used=use_in_words(successor_used, successor, evidence.now),
        used=use_in_words(used, evidence.key, evidence.now),
    )


def _keep_one_active(safeguards: DeclaredSafeguards, evidence: Evidence) -> Message | None:
    if not safeguards.keep_one_active or evidence.keys.another_stays_active:
        return None
    return catalogue.LastActiveKey(others=evidence.keys)


def _reactivation(safeguards: DeclaredSafeguards, evidence: Evidence) -> Message | None:
    if safeguards.allow_reactivation or evidence.inactive_by is DeactivatedBy.PROGRAM:
        return None
    if evidence.inactive_by is DeactivatedBy.OVERRIDE:
        return catalogue.OverrideWithdrawn(override=evidence.override)
    return catalogue.DeactivatedOutside()


def _quarantined(safeguards: DeclaredSafeguards, evidence: Evidence) -> Message | None:
    if not safeguards.refuse_quarantined:
        return None
    if evidence.policies is None or isinstance(evidence.policies, Untold):
        return catalogue.QuarantineNotReported(
            user_name=evidence.key.user_name,
            reason=evidence.policies.reason if evidence.policies else "AWS gives no reason",
        )
    found = [name for name in evidence.policies if name.startswith(QUARANTINE_POLICY)]
    if not found:
        return None
    return catalogue.Quarantined(policies=", ".join(sorted(found)))


_Rule = Callable[[DeclaredSafeguards, Evidence], Message | None]
_RULES: Final[Mapping[Status, Mapping[str, _Rule]]] = {
    Status.INACTIVE: {
        "allow_own_key": _own_key,
        "unused_for": _unused_for,
        "overlap": _overlap,
        "successor": _successor,
        "keep_one_active": _keep_one_active,
    },
    Status.ACTIVE: {
        "allow_reactivation": _reactivation,
        "refuse_quarantined": _quarantined,
    },
}
_ON_UNLESS_SET: Final = frozenset({"allow_own_key", "allow_reactivation"})
"""The safeguards that a program has to turn off itself."""

_NOT_ALLOWED: Final = "iam:GetAccessKeyLastUsed is not allowed"
_NO_DATE: Final = "IAM reports neither a use nor the creation date"


def _last_use_not_told(safeguard: str, key: AccessKey, untold: Untold | None) -> Message:
    told = {"safeguard": safeguard, "key": key.access_key_id}
    if untold is not None and untold.other:
        owner = f"user {key.user_name}" if key.user_name else "the root user"
        return catalogue.AboutAnotherUser(**told, owner=owner, other=untold.other)
    reason = (untold and untold.reason) or _NOT_ALLOWED
    return catalogue.LastUseNotReported(**told, reason=reason)


def _use_of(
    safeguard: str, key: AccessKey, used: LastUsed | Untold | None, now: datetime
) -> LastUsed | Message:
    """The last use, if a safeguard can be judged by it."""
    if not isinstance(used, LastUsed):
        return _last_use_not_told(safeguard, key, used)
    if used.date and is_to_come(used.date, now):
        return catalogue.LastUseInFuture(safeguard=safeguard, key=key.access_key_id, date=used.date)
    return used
