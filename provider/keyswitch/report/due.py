"""Which keys fall due: declared Active until a date that is near, or over while the key is still Active.

Whose they are is the user's tag in IAM. What cannot be looked at is said, and leaves no key out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from keyswitch.iam.client import (
    AccessKey,
    Directory,
    NoSuchEntityError,
    OwnerNotToldError,
    key_in,
)
from keyswitch.iam.concurrently import AT_A_TIME, ask_all
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, in_one_line
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.durations import Duration
from keyswitch.model.state import Declaration
from keyswitch.model.status import ObservedStatus
from keyswitch.model.until import Until
from keyswitch.model.user_names import same_user

OWNER_TAG: Final = "owner"
_NO_TAG: Final = "the user has no tag {tag}"


@dataclass(frozen=True)
class DueKey:
    """A key that falls due.

    :param user_name: empty where neither the declaration nor IAM names it.
    :param status: as just seen; ``None`` where it could not be looked at.
    :param owner: the value of the user's tag, empty where it is not known.
    :param owner_unknown: then, why.
    """

    access_key_id: str
    active_until: Until
    user_name: str = ""
    account: DeclaredAccount | None = None
    reason: str = ""
    status: ObservedStatus | None = None
    owner: str = ""
    owner_unknown: str = ""

    @classmethod
    def declared(cls, key: Declaration, user_name: str | None) -> DueKey | None:
        """As it is declared; ``None`` for a key without an end.

        :param user_name: the one that is recorded, if any.
        """
        if key.active_until is None:
            return None
        return cls(
            key.access_key_id,
            key.active_until,
            key.user_name or user_name or "",
            key.account,
            key.reason or "",
        )


@dataclass(frozen=True)
class Due:
    """What falls due.

    :param at: when that was asked, an aware moment.
    :param within: how far ahead.
    :param owner_tag: the key of the tag that names an owner.
    :param source: what declares the keys, in words.
    :param keys: by owner, those of unknown owners last; of one owner the earliest first.
    """

    at: datetime
    within: Duration
    owner_tag: str
    source: str
    keys: tuple[DueKey, ...]

    @property
    def by_owner(self) -> dict[str, list[DueKey]]:
        """Under the owner's name, or under why it is not known: ``owner unknown: ...``."""
        found: dict[str, list[DueKey]] = {}
        for each in self.keys:
            title = each.owner or f"owner unknown: {each.owner_unknown}"
            found.setdefault(title, []).append(each)
        return found


def due_keys(
    declared: Iterable[DueKey],
    client_in: Callable[[DeclaredAccount | None], Directory],
    now: datetime,
    within: Duration,
    owner_tag: str,
) -> tuple[DueKey, ...]:
    """Those that end within a span, or have ended, and are not Inactive already.

    Each costs one ListAccessKeys and one ListUserTags, and one GetAccessKeyLastUsed if its user is not named, or
    has no such key any more: a renamed user is followed.

    :param client_in: the client to an account, the same at every call; called from several threads.
    :param now: an aware moment.
    """
    near = [each for each in declared if each.active_until.end - now <= within.span]
    found: list[DueKey] = []

    def tell(_: DueKey, seen: DueKey | None) -> None:
        if seen is not None:
            found.append(seen)

    ask_all(near, lambda key: _looked_at(key, client_in(key.account), owner_tag), tell, AT_A_TIME)
    return tuple(sorted(found, key=_order))


def _order(key: DueKey) -> tuple[bool, str, str, datetime, str]:
    end = key.active_until.end
    return key.owner == "", key.owner, key.owner_unknown, end, key.access_key_id


def _looked_at(key: DueKey, client: Directory, owner_tag: str) -> DueKey | None:
    """With status and owner, as far as they can be looked at; ``None`` for a key that is Inactive, or gone."""
    try:
        user_name = key.user_name or client.last_used(key.access_key_id).user_name
    except (KeyswitchError, OwnerNotToldError, NoSuchEntityError) as error:
        return replace(key, owner_unknown=f"the user is not known: {_why(error)}")
    if user_name is None:
        return replace(key, owner_unknown="the key is the root user's")
    try:
        seen, user_name = _seen_with_owner(key.access_key_id, user_name, client)
    except KeyswitchError:
        # The status is left out, and the tags are another permission.
        return _with_owner(replace(key, user_name=user_name), client, owner_tag)
    if seen is None or seen.status is not ObservedStatus.ACTIVE:
        return None
    found = replace(key, user_name=user_name, status=seen.status)
    return _with_owner(found, client, owner_tag)


def _seen_with_owner(
    access_key_id: str, user_name: str, client: Directory
) -> tuple[AccessKey | None, str]:
    """The key, ``None`` if it is gone, and its user: another than the one that is named, if that was renamed."""
    seen = _seen_with(access_key_id, user_name, client)
    if seen is not None:
        return seen, user_name
    try:
        owner = client.last_used(access_key_id).user_name
    except (OwnerNotToldError, NoSuchEntityError):
        owner = None
    if owner is None or same_user(owner, user_name):
        return None, user_name
    return _seen_with(access_key_id, owner, client), owner


def _seen_with(access_key_id: str, user_name: str, client: Directory) -> AccessKey | None:
    try:
        return key_in(client.list_access_keys(user_name), access_key_id)
    except NoSuchEntityError:
        return None


def _with_owner(key: DueKey, client: Directory, owner_tag: str) -> DueKey:
    try:
        tags = _folded(client.user_tags(key.user_name))
    except (KeyswitchError, NoSuchEntityError) as error:
        return replace(key, owner_unknown=_why(error))
    owner = tags.get(owner_tag.casefold(), "").strip()
    return replace(key, owner=owner, owner_unknown="" if owner else _NO_TAG.format(tag=owner_tag))


def _folded(tags: Mapping[str, str]) -> dict[str, str]:
    """IAM keeps the letter case of a tag's key, and takes no second one that differs in nothing else."""
    return {key.casefold(): value for key, value in tags.items()}


def _why(error: Exception) -> str:
    if isinstance(error, NoSuchEntityError):
        return "there is no such user or key"
    if isinstance(error, OwnerNotToldError):
        return "iam:GetAccessKeyLastUsed is not allowed"
    if isinstance(error, KeyswitchError) and isinstance(error.message, catalogue.Denial):
        return f"{error.message.operation} is not allowed"
    return in_one_line(f"{error.code} {error.cause}" if isinstance(error, KeyswitchError) else "")
