"""Measures keyswitch beside the engine's floor and a plain boto3 loop, in one run, alternating.

``make bench`` writes ``docs/performance.json``, the tables of ``docs/performance.md`` and the plot
``docs/images/performance.svg``. The emulator answers in this process; what is measured is the processes of
the engine, the program and the plugin.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import boto3
import psutil
from botocore.config import Config

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from bench_report import write_report  # noqa: E402 - beside this file
from support.engine import Project, engine_env  # noqa: E402 - the tests' own parts, from a script
from support.http import OUTSIDER, Call, RecordingServer, serving  # noqa: E402
from support.moto_iam import moto_app  # noqa: E402

AT_A_TIME = 8
SAMPLED_EVERY_SECONDS = 0.05
OPERATIONS = ("preview", "preview --refresh", "up, no change", "refresh", "up, all flipped")
COMMANDS = {
    "preview": ("preview",),
    "preview --refresh": ("preview", "--refresh"),
    "up, no change": ("up", "--yes", "--skip-preview"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
    "up, all flipped": ("up", "--yes", "--skip-preview"),
}
PROGRAMS = {
    "resources": """
import json, pathlib, keyswitch
for key, entry in json.loads(pathlib.Path("keys.json").read_text()).items():
    keyswitch.AccessKeyStatus(key, access_key_id=key, **entry)
""",
    "fleet": """
import json, pathlib, keyswitch
keyswitch.AccessKeyFleet("all", keys=json.loads(pathlib.Path("keys.json").read_text()))
""",
    "floor": """
import json, pathlib
from pulumi.dynamic import CreateResult, Resource
from nothing import Nothing

class Floor(Resource, module="floor", name="Floor"):
    def __init__(self, name, **props):
        super().__init__(Nothing(), name, props)

for key, entry in json.loads(pathlib.Path("keys.json").read_text()).items():
    Floor(key, access_key_id=key, **entry)
""",
}
NOTHING = """
from pulumi.dynamic import CreateResult, ResourceProvider, UpdateResult

class Nothing(ResourceProvider):
    serialize_as_secret_always = False
    def create(self, props): return CreateResult(props["access_key_id"], props)
    def update(self, id, olds, news): return UpdateResult(news)
    def diff(self, id, olds, news):
        from pulumi.dynamic import DiffResult
        return DiffResult(changes=olds["status"] != news["status"])
"""


@dataclass
class Measure:
    """One run: wall and CPU seconds, the most memory of each process (MB), and IAM's calls."""

    wall: float
    cpu: float
    memory: dict[str, float]
    calls: int


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


class Sampler:
    """Follows a process and its children until they end."""

    def __init__(self, process: psutil.Popen) -> None:
        self._process = process
        self._cpu: dict[int, float] = {}
        self.memory: dict[str, float] = {}
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        while self._process.poll() is None:
            try:
                family = [self._process, *self._process.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            for each in family:
                self._look_at(each)
            time.sleep(SAMPLED_EVERY_SECONDS)

    def _look_at(self, process: psutil.Process) -> None:
        try:
            with process.oneshot():
                times, memory = process.cpu_times(), process.memory_info().rss / 1e6
                name = _role(process.cmdline())
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            return
        self._cpu[process.pid] = times.user + times.system
        self.memory[name] = max(self.memory.get(name, 0), round(memory, 1))

    def cpu(self) -> float:
        """Seconds of all of them."""
        self._thread.join(5)
        return sum(self._cpu.values())


def _role(command: list[str]) -> str:
    words = " ".join(command)
    if "dynamic" in words:
        return "plugin"
    if "pulumi-language-python-exec" in words:
        return "program"
    return Path(command[0]).name if command else "?"


@dataclass
class Contestant:
    """One way to declare the same keys."""

    name: str
    project: Project
    keys: dict[str, str]
    status: str = "Active"

    def declare(self) -> None:
        """Writes the program's data."""
        entries = {
            key: {"user_name": user, "status": self.status} for key, user in self.keys.items()
        }
        (self.project.folder / "keys.json").write_text(json.dumps(entries))

    def measure(self, operation: str, iam: RecordingServer) -> Measure:
        """Runs one command of the engine."""
        if operation == "up, all flipped":
            self.status = "Inactive" if self.status == "Active" else "Active"
            self.declare()
        iam.calls.clear()
        started = time.perf_counter()
        process = psutil.Popen(
            ["pulumi", *COMMANDS[operation], "--non-interactive", "--suppress-outputs"],
            cwd=self.project.folder,
            env=self.project.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        sampler = Sampler(process)
        _, errors = process.communicate()
        wall = time.perf_counter() - started
        if process.returncode:
            raise SystemExit(f"{self.name}, {operation}: exit {process.returncode}\n{errors}")
        return Measure(wall, sampler.cpu(), sampler.memory, len(iam.calls))


FLEET = "fleet"


class Loop:
    """What a script would do: the same calls, as many users at a time, no engine."""

    name = "boto3 loop"

    def __init__(self, url: str, keys: dict[str, str]) -> None:
        self.keys = keys
        self.status = "Active"
        self._iam = _client(url, "AKIATESTSIGNER000000")

    def measure(self, operation: str, iam: RecordingServer) -> Measure:
        """A look at each user, and for a flip the look before it, the switch and the look after it."""
        flips = operation == "up, all flipped"
        if flips:
            self.status = "Inactive" if self.status == "Active" else "Active"
        iam.calls.clear()
        own = psutil.Process()
        started, cpu = time.perf_counter(), sum(own.cpu_times()[:2])
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            list(pool.map(lambda item: self._do(*item, flips=flips), self.keys.items()))
        spent = sum(own.cpu_times()[:2]) - cpu
        return Measure(time.perf_counter() - started, spent, {}, len(iam.calls))

    def _do(self, key: str, user: str, *, flips: bool) -> None:
        self._iam.list_access_keys(UserName=user)
        if not flips:
            return
        self._iam.list_access_keys(UserName=user)
        self._iam.update_access_key(UserName=user, AccessKeyId=key, Status=self.status)
        self._iam.list_access_keys(UserName=user)


EVERYBODY = ["floor", "resources", FLEET, Loop.name]


def _client(url: str, signer: str) -> Any:
    return boto3.client(
        "iam",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=signer,
        aws_secret_access_key="made-up",  # noqa: S106 - the emulator's
        config=Config(max_pool_connections=AT_A_TIME),
    )


def made_keys(url: str, count: int, stem: str) -> dict[str, str]:
    """Key id to user name, of as many new users."""
    iam = _client(url, OUTSIDER)

    def make(number: int) -> tuple[str, str]:
        user = f"{stem}-{number:05d}"
        iam.create_user(UserName=user)
        return iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"], user

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return dict(pool.map(make, range(count)))


@contextmanager
def emulator(latency_ms: int) -> Iterator[tuple[RecordingServer, Callable[[], None]]]:
    """IAM, and what makes every call of the contestants late from then on."""

    def late(_call: Call) -> None:
        time.sleep(latency_ms / 1000)

    with serving(moto_app()) as server:
        reset = urllib.request.Request(f"{server.url}/moto-api/reset", method="POST")  # noqa: S310 - the emulator's
        urllib.request.urlopen(reset).close()  # noqa: S310
        yield server, lambda: server.rules.append(late) if latency_ms else None


def measured(size: int, latency_ms: int, repeat: int, names: list[str]) -> list[Result]:
    """Every contestant at one size, one after the other in each round."""
    results = []
    with emulator(latency_ms) as (server, make_late), tempfile.TemporaryDirectory() as folder:
        contestants: list[Contestant | Loop] = []
        for name in names:
            keys = made_keys(server.url, size, name.replace(" ", ""))
            if name == Loop.name:
                contestants.append(Loop(server.url, keys))
                continue
            env = engine_env(Path(folder) / "home", server.url)
            project = Project.make(Path(folder) / name, env, PROGRAMS[name])
            (project.folder / "nothing.py").write_text(NOTHING)
            contestant = Contestant(name, project, keys)
            contestant.declare()
            contestant.measure("up, no change", server)
            contestants.append(contestant)
        make_late()
        for operation in OPERATIONS:
            rows = [Result(each.name, size, latency_ms, operation) for each in contestants]
            for _ in range(repeat):
                for contestant, row in zip(contestants, rows, strict=True):
                    row.runs.append(contestant.measure(operation, server))
            results += rows
            for row in rows:
                sys.stdout.write(
                    f"{size:5} {latency_ms:3} ms {operation:18} {row.contestant:11} {row.wall:8.2f} s\n"
                )
                sys.stdout.flush()
    return results


def machine() -> str:
    """What it ran on, without a name."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}, the emulator on the same cores"
    )


def main() -> None:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1,10,100,1000", help="numbers of keys")
    parser.add_argument(
        "--fleet-sizes", default="5000", help="more of them, for the fleet and the loop alone"
    )
    parser.add_argument("--latencies", default="40", help="milliseconds added to each call")
    parser.add_argument(
        "--late-sizes", default="100", help="the sizes that are measured with latency"
    )
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    options = parser.parse_args()
    sizes, more, latencies, late = (
        [int(each) for each in text.split(",") if each]
        for text in (options.sizes, options.fleet_sizes, options.latencies, options.late_sizes)
    )
    rounds = [(size, 0, EVERYBODY) for size in sizes]
    rounds += [(size, latency, EVERYBODY) for latency in latencies if latency for size in late]
    rounds += [(size, 0, [FLEET, Loop.name]) for size in more]
    results: list[Result] = []
    for size, latency, names in rounds:
        results += measured(size, latency, options.repeat, names)
        bag = {
            "machine": machine(),
            "repeat": options.repeat,
            "results": [asdict(each) | {"wall": each.wall} for each in results],
        }
        write_report(bag, options.out)


if __name__ == "__main__":
    main()
