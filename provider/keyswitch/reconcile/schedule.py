"""What is to be done with each key of a fleet, in an order that its safeguards can rely on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keyswitch.iam.concurrently import ask_all
from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.state import Declaration, Record
from keyswitch.model.status import Status
from keyswitch.reconcile.on_destroy import target_on_destroy

ROOT_USER: Final = ""
"""Stands for the account's root user, whose keys IAM lists without a name."""


@dataclass(frozen=True)
class Task:
    """What is to be done with one key.

    :param user: the account and the name, as far as they are known: the keys of one are taken in turn.
    :param goes_on: whether the key is, or is to be, Active: another key of the user may need one.
    """

    access_key_id: str
    user: tuple[DeclaredAccount | None, str]
    goes_on: bool
    do: Callable[[], None]


def do_all(
    tasks: Sequence[Task],
    failures: dict[str, KeyswitchError],
    at_a_time: int,
    before_each: Callable[[], None] = lambda: None,
) -> None:
    """Does them, users several at a time; those that become Inactive after those that become Active.

    The keys of one user are done by the caller's own thread.

    :param failures: gets those that failed, by key id.
    :raises Exception: what ``before_each`` raised; no further one was begun.
    """

    def do_group(group: Sequence[Task]) -> dict[str, KeyswitchError | None]:
        results: dict[str, KeyswitchError | None] = {}
        for task in group:
            before_each()
            results[task.access_key_id] = _failure_of(task)
        return results

    def tell(_: Sequence[Task], results: Mapping[str, KeyswitchError | None]) -> None:
        failures.update({key: error for key, error in results.items() if error is not None})

    for goes_on in (True, False):
        groups: defaultdict[object, list[Task]] = defaultdict(list)
        for task in tasks:
            if task.goes_on is goes_on:
                groups[task.user].append(task)
        if len(groups) == 1:
            (group,) = groups.values()
            tell(group, do_group(group))
        elif groups:
            ask_all(groups.values(), do_group, tell, at_a_time)


def task_of(key: Declaration, user_name: str | None, do: Callable[[Declaration], None]) -> Task:
    """What is to be done with a declared key.

    :param user_name: as far as it is known, else ``None``.
    """
    goes_on = key.status is Status.ACTIVE
    user = (key.account, key.access_key_id if user_name is None else user_name.casefold())
    return Task(key.access_key_id, user, goes_on, lambda: do(key))


def task_of_end(record: Record, user_name: str | None, do: Callable[[Record], None]) -> Task:
    """What is to be done with a key whose declaration ends; ``user_name`` as in :func:`task_of`."""
    key = record.declaration
    goes_on = target_on_destroy(record) is Status.ACTIVE
    user = (key.account, key.access_key_id if user_name is None else user_name.casefold())
    return Task(key.access_key_id, user, goes_on, lambda: do(record))


def _failure_of(task: Task) -> KeyswitchError | None:
    """An error of our own making must not cost the records of the other keys."""
    try:
        task.do()
    except KeyswitchError as error:
        return error
    except Exception as error:  # noqa: BLE001 - becomes the failure of this one key
        attempt = Attempt("working on", task.access_key_id)
        return KeyswitchError(catalogue.InternalError(kind=type(error).__name__), attempt)
    return None
