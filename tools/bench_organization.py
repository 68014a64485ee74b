"""Measures ``keyswitch discover --organization`` beside a plain boto3 loop of the same calls, alternating."""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import boto3
from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends

from bench_contestants import ROOT, Measure, RecordingServer, measured
from keyswitch.iam.concurrently_by_group import AT_A_TIME_IN_ALL
from support.engine import engine_env
from support.http import OUTSIDER

USERS_OF_AN_ACCOUNT: Final = 5
ACCOUNTS_OF_AN_OU: Final = 20
ROLE: Final = "audit"
KEYSWITCH, LOOP = "keyswitch", "boto3 loop"
COMMANDS: Final = {
    KEYSWITCH: (
        *(sys.executable, "-m", "keyswitch", "discover", "--fresh", "--json"),
        *("--organization", "--role", ROLE),
    ),
    LOOP: (
        sys.executable,
        str(ROOT / "tools" / "bench_organization_loop.py"),
        str(AT_A_TIME_IN_ALL),
        ROLE,
    ),
}


Emulator = Callable[[], AbstractContextManager[tuple[RecordingServer, Any]]]


def organization(
    emulator: Emulator, sizes: Sequence[int], latencies: Sequence[int], repeat: int
) -> Iterator[dict[str, Any]]:
    """A row for each size, latency and contestant: the median in seconds, and the most memory in MB."""
    for size in sizes:
        with emulator() as (iam, late), tempfile.TemporaryDirectory() as folder:
            make_organization(iam.url, size)
            for latency in latencies:
                late.seconds = latency / 1000
                yield from _rows(iam, Path(folder), size, latency, repeat)


def make_organization(url: str, size: int) -> None:
    """So many accounts of so many users with a key each, twenty in an OU; the management account has no users."""
    organizations_backends.reset()
    client = boto3.client(
        "organizations",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=OUTSIDER,
        aws_secret_access_key="any",  # noqa: S106 - the emulator's
    )
    client.create_organization(FeatureSet="ALL")
    (root,) = client.list_roots()["Roots"]
    ou_id = ""
    for number in range(size - 1):
        if number % ACCOUNTS_OF_AN_OU == 0:
            name = f"unit-{number // ACCOUNTS_OF_AN_OU:02d}"
            made = client.create_organizational_unit(ParentId=root["Id"], Name=name)
            ou_id = made["OrganizationalUnit"]["Id"]
        name = f"account-{number:04d}"
        made = client.create_account(AccountName=name, Email=f"{name}@example.com")
        account_id = made["CreateAccountStatus"]["AccountId"]
        client.move_account(
            AccountId=account_id, SourceParentId=root["Id"], DestinationParentId=ou_id
        )
        _make_users(account_id)


def _make_users(account_id: str) -> None:
    iam = iam_backends[account_id]["aws"]
    for number in range(USERS_OF_AN_ACCOUNT):
        user = f"user-{number}"
        iam.create_user("us-east-1", user)
        iam.create_access_key(user)


def _rows(
    iam: RecordingServer, folder: Path, size: int, latency: int, repeat: int
) -> Iterator[dict[str, Any]]:
    env = engine_env(folder, iam.url)
    runs: dict[str, list[Measure]] = {name: [] for name in COMMANDS}
    for _ in range(repeat):
        for name, command in COMMANDS.items():
            runs[name].append(measured(command, folder, env, iam))
    for name, found in runs.items():
        middle = sorted(found, key=lambda each: each.wall)[len(found) // 2]
        row = {
            "contestant": name,
            "accounts": size,
            "users": (size - 1) * USERS_OF_AN_ACCOUNT,
            "latency_ms": latency,
            "repeat": repeat,
            "wall": round(statistics.median(each.wall for each in found), 3),
            "cpu": round(middle.cpu, 1),
            "memory": round(max(middle.memory.values()), 1),
            "calls": middle.calls,
        }
        sys.stdout.write(
            f"{size:5} accounts {latency:3} ms {name:11} {row['wall']:8.2f} s {row['memory']:6.0f} MB "
            f"{row['calls']:6} calls\n"
        )
        sys.stdout.flush()
        yield row
