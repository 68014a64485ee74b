"""What is wrong with an account's keys: against what is declared, and against the controls.

The controls are named by title and version, never by a bare number: CIS renumbers them. Only Active
keys are judged by them, as by AWS Security Hub. A key's age is counted from its CreateDate: the
credential report's "last rotated" moves with every change of status.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.model.durations import is_to_come, moment
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.model.user_names import folded
from keyswitch.reconcile.safeguards import QUARANTINE_POLICY, use_in_words
from keyswitch.report.inventory import Inventory, SeenKey, SeenUser

_OLD: Final = timedelta(days=90)
_UNUSED: Final = timedelta(days=45)
_UNUSED_FOR_LONG: Final = timedelta(days=90)

_CIS: Final = "CIS AWS Foundations Benchmark"
_FSBP: Final = "AWS Foundational Security Best Practices v1.0.0"
_HUB: Final = "AWS Security Hub"
ROTATED: Final = (
    f"{_CIS} v5.0.0 1.13 / v3.0.0 1.14: Ensure access keys are rotated every 90 days or less",
    f"{_FSBP} IAM.3: IAM users' access keys should be rotated every 90 days or less",
)
UNUSED_45: Final = (
    f"{_CIS} v5.0.0 1.11 / v3.0.0 1.12: Ensure credentials unused for 45 days or more are disabled",
    f"{_HUB} IAM.22: IAM user credentials unused for 45 days should be removed",
)
UNUSED_90: Final = (f"{_FSBP} IAM.8: Unused IAM user credentials should be removed",)
ONE_ACTIVE: Final = (
    f"{_CIS} v5.0.0 1.12 / v3.0.0 1.13: Ensure there is only one active access key for any single IAM user",
)


@dataclass(frozen=True)
class ExpectedKey:
    """A key as somebody declares it; ``user_name`` is empty where the declaration leaves it out."""

    access_key_id: str
    user_name: str
    status: Status


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with one key.

    :param message: what, in the catalogue's words.
    :param controls: titles, with their documents and versions, of what it goes against.
    """

    message: Message
    access_key_id: str
    user_name: str
    controls: tuple[str, ...] = ()


def findings(
    inventory: Inventory, expected: Mapping[str, ExpectedKey] | None, now: datetime
) -> tuple[Finding, ...]:
    """Everything that is wrong, in the order of users, keys and codes.

    :param expected: what is declared, by key id; ``None`` if that is not asked.
        A key of a user that the inventory does not hold is known to be gone only if that is complete.
    :param now: an aware moment.
    """
    found = [
        finding
        for user, key in inventory.keys
        for finding in (*of_controls(user, key, now), *_of_declaration(key, expected))
    ]
    found += _gone(inventory, expected or {})
    return tuple(sorted(found, key=lambda f: (f.user_name, f.access_key_id, f.message.code)))


def of_controls(user: SeenUser, seen: SeenKey, now: datetime) -> Iterator[Finding]:
    """What the controls and AWS itself say against one key."""
    if seen.key.status is not ObservedStatus.ACTIVE:
        return
    made = moment(seen.key.create_date) if seen.key.create_date else None
    if made is not None and now - made > _OLD:
        yield _finding(catalogue.Old(days=(now - made).days), seen, ROTATED)
    if seen.used is None or (seen.used.date and is_to_come(seen.used.date, now)):
        yield _finding(catalogue.LastUseUnknown(), seen)
    else:
        last = moment(seen.used.date) if seen.used.date else made
        if last is not None and now - last >= _UNUSED:
            controls = UNUSED_45 + (UNUSED_90 if now - last >= _UNUSED_FOR_LONG else ())
            used = use_in_words(seen.used, seen.key, now)
            yield _finding(catalogue.Unused(used=used), seen, controls)
    active = sum(each.key.status is ObservedStatus.ACTIVE for each in user.keys)
    if active > 1:
        yield _finding(catalogue.SeveralActive(count=active), seen, ONE_ACTIVE)
    quarantine = [name for name in user.policies or () if name.startswith(QUARANTINE_POLICY)]
    if quarantine:
        yield _finding(catalogue.QuarantinedUser(policies=", ".join(quarantine)), seen)


def _of_declaration(seen: SeenKey, expected: Mapping[str, ExpectedKey] | None) -> Iterator[Finding]:
    if expected is None:
        return
    declared = expected.get(seen.key.access_key_id)
    if declared is None:
        yield _finding(catalogue.Undeclared(status=seen.key.status), seen)
    elif not seen.key.status.satisfies(declared.status):
        yield _finding(
            catalogue.NotAsDeclared(observed=seen.key.status, declared=declared.status), seen
        )


def _gone(inventory: Inventory, expected: Mapping[str, ExpectedKey]) -> Iterator[Finding]:
    there = {seen.key.access_key_id for _, seen in inventory.keys}
    looked_at = {folded(user.user_name) for user in inventory.users}
    for key in expected.values():
        known = inventory.is_complete or folded(key.user_name) in looked_at
        if known and key.access_key_id not in there:
            named = f"user {key.user_name} has no such key"
            seen = named if key.user_name else "no user of the account has it"
            gone = catalogue.DeclaredButGone(declared=key.status, seen=seen)
            yield Finding(gone, key.access_key_id, key.user_name)


def _finding(message: Message, seen: SeenKey, controls: tuple[str, ...] = ()) -> Finding:
    key = seen.key
    return Finding(message, key.access_key_id, key.user_name or "", controls)
