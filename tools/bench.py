"""Measures keyswitch beside the engine's floor, Terraform and a plain boto3 loop, in one run, alternating.

``make bench`` writes ``docs/performance.json``, the table of ``docs/performance.md`` and the plot
``docs/images/performance.svg``. The emulator answers in this process; what is measured is the processes of
the engine, the program and the plugin. Terraform takes part where it is installed; where its AWS provider comes from
is told by the file that ``TF_CLI_CONFIG_FILE`` names, as ever.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil

from bench_accounts import accounts
from bench_audit import audits
from bench_contestants import (
    OPERATIONS,
    ROOT,
    SAVED_ONCE,
    Engine,
    Loop,
    Measure,
    RecordingServer,
    SavedOnce,
    Terraform,
    made_keys,
)
from bench_native import NATIVE_CONTESTANTS
from bench_organization import organization
from bench_report import ROLES, with_new_rows, write_report
from support.hostile import Throttle, network
from support.http import Call, serving
from support.moto_iam import moto_app

Contestant = Engine | Terraform | Loop
FLOOR, FLEET, TERRAFORM, LOOP = "floor", "fleet", "Terraform", "boto3 loop"
EVERYBODY: Final = {
    FLOOR: Engine,
    "resources": Engine,
    f"{FLOOR}{SAVED_ONCE}": SavedOnce,
    f"resources{SAVED_ONCE}": SavedOnce,
    FLEET: Engine,
    TERRAFORM: Terraform,
    LOOP: Loop,
}
OF_NATIVE: Final = {
    "resources": Engine,
    f"resources{SAVED_ONCE}": SavedOnce,
    **NATIVE_CONTESTANTS,
    FLEET: Engine,
    TERRAFORM: Terraform,
    LOOP: Loop,
}
"""Who takes part with ``--native``."""


@dataclass
class Result:
    """All runs of one contestant at one size, one latency and one operation."""

    contestant: str
    keys: int
    latency_ms: int
    operation: str
    runs: list[Measure] = field(default_factory=list)

    @property
    def wall(self) -> float:
        """The median, in seconds."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def row(self) -> dict[str, Any]:
        """What the report keeps: the median, and what the run in the middle cost."""
        middle = sorted(self.runs, key=lambda run: run.wall)[len(self.runs) // 2]
        return {
            "contestant": self.contestant,
            "keys": self.keys,
            "latency_ms": self.latency_ms,
            "operation": self.operation,
            "repeat": len(self.runs),
            "wall": round(self.wall, 3),
            "cpu": round(middle.cpu, 1),
            "memory": {role: mb for role, mb in middle.memory.items() if role in ROLES},
            "calls": middle.calls,
        }


class Late:
    """What each call of IAM waits for, from when it is set."""

    seconds = 0.0

    def __call__(self, _call: Call) -> None:
        time.sleep(self.seconds)


@contextmanager
def emulator() -> Iterator[tuple[RecordingServer, Late]]:
    """IAM, without a memory of the size before."""
    with serving(moto_app()) as server:
        reset = urllib.request.Request(f"{server.url}/moto-api/reset", method="POST")  # noqa: S310 - the emulator's
        urllib.request.urlopen(reset).close()  # noqa: S310
        late = Late()
        server.rules.append(late)
        yield server, late


def rounds(
    size: int,
    latencies: Sequence[int],
    repeat: int,
    names: Sequence[str],
    operations: Sequence[str],
) -> Iterator[list[Result]]:
    """The rows of one operation after the other; in each round every contestant has its turn."""
    with emulator() as (server, late), tempfile.TemporaryDirectory() as folder:
        contestants: list[Contestant] = [
            (EVERYBODY | OF_NATIVE)[name](
                name,
                Path(folder) / name.replace(" ", "-"),
                server,
                made_keys(server.url, size, name.replace(" ", "-")),
            )
            for name in names
        ]
        for latency in latencies:
            late.seconds = latency / 1000
            for operation in operations:
                running = [
                    each
                    for each in contestants
                    if operation in each.operations and not (latency and FLOOR in each.name)
                ]
                rows = [Result(each.name, size, latency, operation) for each in running]
                for _ in range(repeat):
                    for contestant, row in zip(running, rows, strict=True):
                        row.runs.append(contestant.measure(operation, server))
                yield rows


def throttled(size: int, a_second: int) -> Iterator[dict[str, Any]]:
    """What a run that adopts so many keys makes of so many calls a second."""
    for name in ("resources", FLEET):
        with (
            emulator() as (server, _late),
            network(server.url) as way,
            tempfile.TemporaryDirectory() as folder,
        ):
            way.faults["", ""] = Throttle(rate=a_second, burst=a_second)
            keys = made_keys(server.url, size, name)
            run = Engine(name, Path(folder) / name, server, keys, way.url).adoption
            share = run.calls / run.wall / a_second
            sys.stdout.write(f"{size:5} at {a_second} a second {name:11} {share:.0%} of the rate\n")
            sys.stdout.flush()
            yield {"contestant": name, "keys": size, "a_second": a_second, "run": asdict(run)}


def tell(rows: list[Result]) -> None:
    """One line for each contestant."""
    for row in rows:
        sys.stdout.write(
            f"{row.keys:5} {row.latency_ms:3} ms {row.operation:18} {row.contestant:20} {row.wall:8.2f} s\n"
        )
    sys.stdout.flush()


def machine() -> str:
    """What it ran on, without a name."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}, the emulator on the same cores"
    )


def numbers(text: str) -> list[int]:
    """``1,10,100`` of the command line."""
    return [int(each) for each in text.split(",") if each]


def known(out: Path) -> dict[str, Any]:
    """What was measured before."""
    nothing = {
        "machine": machine(),
        "results": [],
        "native_results": [],
        "throttled": [],
        "accounts": None,
        "audits": [],
        "organization": None,
    }
    before = out / "performance.json"
    return nothing | (json.loads(before.read_text()) if before.exists() else {})


def main() -> None:
    """Measures and writes, after every size and latency what there is; what is not measured stays as it was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=numbers, default="1,10,100,1000", help="numbers of keys")
    parser.add_argument(
        "--fleet-sizes", type=numbers, default="5000", help="more, for the fleet and the loop alone"
    )
    parser.add_argument(
        "--latencies", type=numbers, default="0,40", help="milliseconds added to each call"
    )
    parser.add_argument("--repeat", type=int, default=3, help="runs, of which the median is told")
    parser.add_argument(
        "--throttled",
        type=numbers,
        default="500,5",
        help="how many keys at how many calls a second",
    )
    parser.add_argument(
        "--accounts", type=numbers, default="1,10,100", help="numbers of accounts of three keys"
    )
    parser.add_argument(
        "--audit",
        type=numbers,
        default="5000,300",
        help="how many users, and how many of them have a key",
    )
    parser.add_argument(
        "--organization",
        type=numbers,
        nargs="?",
        const="10,100,200",
        help="measure the scan of an organization instead, of so many accounts of five users",
    )
    parser.add_argument(
        "--operations", nargs="+", choices=OPERATIONS, default=OPERATIONS, metavar="OPERATION"
    )
    parser.add_argument("--native", action="store_true", help="measure the native provider")
    parser.add_argument("--contestants", nargs="+", choices=EVERYBODY | OF_NATIVE, metavar="NAME")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="the folder written to")
    options = parser.parse_args()
    installed = [
        name
        for name in options.contestants or (OF_NATIVE if options.native else EVERYBODY)
        if name != TERRAFORM or shutil.which("terraform")
    ]
    operations = options.operations
    results: list[Result] = []
    bag = known(options.out)
    measured = "native_results" if options.native else "results"
    earlier = bag[measured]
    if options.organization:
        rows_of_organization = organization(
            emulator, options.organization, options.latencies, options.repeat
        )
        bag["organization"] = {"machine": machine(), "rows": list(rows_of_organization)}
        write_report(bag, options.out)
        return
    if options.accounts:
        rows_of_accounts = list(accounts(emulator, options.accounts, options.repeat))
        bag["accounts"] = {
            "machine": machine(),
            "repeat": options.repeat,
            "rows": rows_of_accounts,
        }
        write_report(bag, options.out)
    if options.throttled:
        bag["throttled"] = list(throttled(*options.throttled))
    if options.audit:
        bag["audits"] = [
            audits(emulator, *options.audit, latency, options.repeat)
            for latency in options.latencies
        ]
        write_report(bag, options.out)
    for size, names in [
        *((size, [FLEET, LOOP]) for size in options.fleet_sizes),
        *((size, installed) for size in options.sizes),
    ]:
        for rows in rounds(size, options.latencies, options.repeat, names, operations):
            tell(rows)
            results += rows
            if rows[0].operation != operations[-1]:
                continue
            bag["machine"] = machine()
            bag[measured] = with_new_rows(earlier, [each.row for each in results])
            write_report(bag, options.out)


if __name__ == "__main__":
    main()
