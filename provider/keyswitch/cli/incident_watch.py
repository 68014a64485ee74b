"""The wait for IAM to show a key Inactive: reads follow writes late, so one read is not enough."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from keyswitch.iam.client import IamClient, NoSuchEntityError, key_in
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue.ks3_aws import NOT_ACCEPTED
from keyswitch.messages.catalogue.ks3_denials import Denial
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.durations import Duration
from keyswitch.model.status import ObservedStatus
from keyswitch.reconcile.clock import Clock
from keyswitch.report.incident_json import Watched
from keyswitch.report.leaked_key import no_such_key

READS: Final = 3
"""So many in a row that show a key Inactive are the end of a watch."""
PAUSE: Final = timedelta(seconds=5)
_TOLD_EVERY: Final = timedelta(seconds=30)
_DELETED: Final = "deleted"
_HARMLESS: Final = (str(ObservedStatus.INACTIVE), str(ObservedStatus.EXPIRED), _DELETED)
_FOR_GOOD: Final = (
    Denial,
    *NOT_ACCEPTED,
    catalogue.CredentialsExpired,
    catalogue.NoCredentials,
)
"""What the next read would be refused for too."""


def watch_key(
    client: IamClient,
    access_key_id: str,
    user_name: str,
    timeout: Duration,
    *,
    is_owner_certain: bool,
    told: Callable[[str], None],
    clock: Clock,
) -> tuple[Watched, KeyswitchError | None]:
    """Reads ``iam:ListAccessKeys`` every few seconds until the key is Inactive, Expired or deleted in several reads.

    A read that fails does not end the watch, unless the next one would fail for the same reason.

    :param is_owner_certain: whether AWS named the user. Of another user, who may be the wrong one, a list without the key
        does not mean that the key is deleted.
    :param told: is called with a sentence when the status changes, and every half a minute.
    :return: how the watch ended; an error if that is not with such a key (KS771, KS772).
    """
    start = clock.monotonic()
    said_at, status, reads, problem = start, "", 0, ""
    while True:
        try:
            seen = _status(client, access_key_id, user_name)
            if seen == _DELETED and not is_owner_certain:
                raise _ended_by(access_key_id, no_such_key(user_name))
            is_owner_certain = True
        except KeyswitchError as error:
            seen, problem = "", error.cause
            if isinstance(error.message, catalogue.WatchEnded):
                return _ended(status, reads, clock.monotonic() - start, error)
            if isinstance(error.message, _FOR_GOOD):
                ended = _ended_by(access_key_id, problem)
                return _ended(status, reads, clock.monotonic() - start, ended)
        reads = reads + 1 if seen == status else 1
        now = clock.monotonic()
        if seen and seen != status:
            told(f"IAM shows the key {seen}.")
            said_at = now
        elif now - said_at >= _TOLD_EVERY.total_seconds():
            told(f"{int(now - start)} seconds: {_in_words(seen, problem)}.")
            said_at = now
        status = seen
        if status in _HARMLESS and reads >= READS:
            return _ended(status, reads, now - start, None)
        if now + PAUSE.total_seconds() - start > timeout.span.total_seconds():
            late = catalogue.NotSeenInactive(
                access_key_id=access_key_id, timeout=timeout, problem=_in_words(status, problem)
            )
            return _ended(status, reads, now - start, KeyswitchError(late))
        clock.sleep(PAUSE.total_seconds())


def _status(client: IamClient, access_key_id: str, user_name: str) -> str:
    try:
        key = key_in(client.list_access_keys(user_name), access_key_id)
    except NoSuchEntityError:
        return _DELETED
    return str(key.status) if key is not None else _DELETED


def _ended_by(access_key_id: str, problem: str) -> KeyswitchError:
    return KeyswitchError(catalogue.WatchEnded(access_key_id=access_key_id, problem=problem))


def _in_words(status: str, problem: str) -> str:
    return f"the key is {status}" if status else problem


def _ended(
    status: str, reads: int, seconds: float, error: KeyswitchError | None
) -> tuple[Watched, KeyswitchError | None]:
    return Watched(status, reads, int(seconds), str(error) if error is not None else ""), error
