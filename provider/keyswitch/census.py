"""All keys of many users, looked at several users at a time.

Each user costs one ListAccessKeys, and one with keys one GetAccessKeyLastUsed for each and one
ListAttachedUserPolicies. What is not allowed of the latter two is left out, by name; a key that
cannot be listed ends the walk, for a census that passed over keys would be taken for whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice

from keyswitch import catalogue
from keyswitch.errors import KeyswitchError
from keyswitch.gateway import AccessKey, Directory, LastUsed, NoSuchEntityError, OwnerNotToldError

AT_A_TIME = 8
"""Users looked at in parallel; botocore slows down by itself where IAM asks for it."""


@dataclass(frozen=True)
class SeenKey:
    """One key; ``used`` is ``None`` where IAM did not tell when it was last used."""

    key: AccessKey
    used: LastUsed | None


@dataclass(frozen=True)
class SeenUser:
    """One user and its keys; ``policies`` is ``None`` where IAM did not tell those attached to it."""

    user_name: str
    keys: tuple[SeenKey, ...]
    policies: tuple[str, ...] | None


def look_at(gateway: Directory, user_name: str) -> SeenUser | None:
    """One user, ``None`` if it is not there.

    :raises KeyswitchError: its keys cannot be listed, or AWS cannot be reached.
    """
    try:
        keys = gateway.list_access_keys(user_name)
        seen = tuple(SeenKey(key, _last_used(gateway, key)) for key in keys)
        return SeenUser(user_name, seen, _policies(gateway, user_name) if keys else ())
    except NoSuchEntityError:
        return None


def walk(
    gateway: Directory,
    user_names: Iterable[str],
    tell: Callable[[str, SeenUser | None], None],
    at_a_time: int = AT_A_TIME,
) -> None:
    """Looks at every user, and tells of each as soon as it is seen, in no order.

    :param user_names: whom to look at; they are taken one by one.
    :param tell: is given a name and what :func:`look_at` answered, never from two threads at once.
    :raises KeyswitchError: one could not be looked at; of those under way, what was seen is told.
    """
    names = iter(user_names)
    with ThreadPoolExecutor(at_a_time) as pool:
        running: dict[Future[SeenUser | None], str] = {}
        failure: KeyswitchError | None = None
        while True:
            if failure is None:
                running.update(_started(pool, gateway, names, at_a_time - len(running)))
            if not running:
                break
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                name = running.pop(future)
                try:
                    seen = future.result()
                except KeyswitchError as error:
                    failure = failure or error
                else:
                    tell(name, seen)
    if failure is not None:
        raise failure


def _started(
    pool: ThreadPoolExecutor, gateway: Directory, names: Iterator[str], free: int
) -> dict[Future[SeenUser | None], str]:
    return {pool.submit(look_at, gateway, name): name for name in islice(names, free)}


def _last_used(gateway: Directory, key: AccessKey) -> LastUsed | None:
    try:
        return gateway.last_used(key.access_key_id)
    except (OwnerNotToldError, NoSuchEntityError):
        return None


def _policies(gateway: Directory, user_name: str) -> tuple[str, ...] | None:
    try:
        return gateway.attached_policies(user_name)
    except KeyswitchError as error:
        if error.entry is catalogue.ACCESS_DENIED:
            return None
        raise
