"""Measures many accounts of three keys each beside one account with as many keys, alternating."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from bench_contestants import FLIPPED, Engine, RecordingServer
from support.moto_iam import Elsewhere

KEYS_OF_AN_ACCOUNT: Final = 3
OPERATIONS: Final = ("preview", FLIPPED)
FORMS: Final = {"resources": "resources of accounts", "fleets": "fleets of accounts"}
ONE: Final = "200000000000"
Emulator = Callable[[], AbstractContextManager[tuple[RecordingServer, Any]]]


class OfAccounts(Engine):
    """A program that declares keys in some accounts, each reached by its role."""

    def __init__(
        self, form: str, folder: Path, iam: RecordingServer, keys: dict[str, dict[str, str]]
    ) -> None:
        self._of_account = keys
        super().__init__(FORMS[form], folder, iam, {})

    def _declare(self) -> None:
        entries = {
            account: {
                key: {"user_name": user, "status": self._status} for key, user in keys.items()
            }
            for account, keys in self._of_account.items()
        }
        (self._folder / "keys.json").write_text(json.dumps(entries))


def made_in(iam: RecordingServer, account: str, count: int) -> dict[str, str]:
    """Key id to user name, of as many new users of the account."""
    elsewhere = Elsewhere(iam, account)
    users = [f"user-{number:05d}" for number in range(count)]
    return {elsewhere.new_key(user): user for user in users}


def accounts(emulator: Emulator, numbers: Sequence[int], repeat: int) -> Iterator[dict[str, Any]]:
    """A row for each form, number of accounts and operation: the medians of both, in seconds."""
    for form in FORMS:
        for number in numbers:
            with emulator() as (iam, _late), tempfile.TemporaryDirectory() as folder:
                yield from _rows(form, iam, Path(folder), number, repeat)


def _rows(
    form: str, iam: RecordingServer, folder: Path, number: int, repeat: int
) -> Iterator[dict[str, Any]]:
    count = number * KEYS_OF_AN_ACCOUNT
    ids = [f"{300_000_000_000 + each}" for each in range(number)]
    one = {ONE: made_in(iam, ONE, count)}
    many = {each: made_in(iam, each, KEYS_OF_AN_ACCOUNT) for each in ids}
    programs = {
        name: OfAccounts(form, folder / name, iam, keys)
        for name, keys in (("one", one), ("many", many))
    }
    for operation in OPERATIONS:
        walls: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(repeat):
            for name, program in programs.items():
                walls[name].append(program.measure(operation, iam).wall)
        row = {name: statistics.median(each) for name, each in walls.items()}
        sys.stdout.write(
            f"{number:5} accounts {form:11} {operation:18} {row['many']:8.2f} s, "
            f"one account {row['one']:8.2f} s\n"
        )
        sys.stdout.flush()
        yield {"form": form, "accounts": number, "keys": count, "operation": operation, **row}
