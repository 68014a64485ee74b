"""The ways to declare keys that ``bench.py`` measures: each does the same to as many keys of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import boto3
import psutil
from botocore.config import Config

from keyswitch.iam.concurrently import AT_A_TIME

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.engine import Project, engine_env  # noqa: E402 - the tests' own parts, from a script
from support.http import OUTSIDER, RecordingServer  # noqa: E402
from support.interrupts import let_interrupts_through  # noqa: E402

SAMPLED_EVERY_SECONDS = 0.05
FLIPPED: Final = "up, all flipped"
ENGINE_COMMANDS: Final = {
    "preview": ("preview",),
    "preview --refresh": ("preview", "--refresh"),
    "up, no change": ("up", "--yes", "--skip-preview"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
    FLIPPED: ("up", "--yes", "--skip-preview"),
}
TERRAFORM_COMMANDS: Final = {
    "preview": ("plan",),
    "preview --refresh": ("plan",),
    "up, no change": ("apply", "-auto-approve"),
    "refresh": ("apply", "-refresh-only", "-auto-approve"),
    FLIPPED: ("apply", "-auto-approve"),
}
OPERATIONS = tuple(ENGINE_COMMANDS)
SAVED_ONCE: Final = " saved once"
RECORDED_ONCE: Final = {"PULUMI_SKIP_CHECKPOINTS": "true"}
"""Has the engine write its record at the end of a run only; also of the adoption, which no row shows."""
NO_VARIABLES: Final[Mapping[str, str]] = {}
PROGRAMS: Final = {
    "resources": """
import json, pathlib, keyswitch
for key, entry in json.loads(pathlib.Path("keys.json").read_text()).items():
    keyswitch.AccessKeyStatus(key, access_key_id=key, **entry)
""",
    "fleet": """
import json, pathlib, keyswitch
keyswitch.AccessKeyFleet("all", keys=json.loads(pathlib.Path("keys.json").read_text()))
""",
    "resources of accounts": """
import json, pathlib, keyswitch
for name, keys in json.loads(pathlib.Path("keys.json").read_text()).items():
    account = keyswitch.Account(name, role_arn=f"arn:aws:iam::{name}:role/keys")
    for key, entry in keys.items():
        keyswitch.AccessKeyStatus(key, access_key_id=key, account=account, **entry)
""",
    "fleets of accounts": """
import json, pathlib, keyswitch
for name, keys in json.loads(pathlib.Path("keys.json").read_text()).items():
    account = keyswitch.Account(name, role_arn=f"arn:aws:iam::{name}:role/keys")
    keyswitch.AccessKeyFleet(name, keys=keys, account=account)
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
TERRAFORM_PROGRAM = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region = "us-east-1"
}
resource "aws_iam_access_key" "key" {
  for_each = jsondecode(file("keys.json"))
  user     = each.value.user_name
  status   = each.value.status
}
"""


@dataclass
class Measure:
    """One run: wall and CPU seconds, the most memory of each process (MB), and IAM's calls."""

    wall: float
    cpu: float
    memory: dict[str, float]
    calls: int


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
    if any(each in words for each in ("dynamic", "terraform-provider-aws", "pulumi-resource-")):
        return "plugin"
    if any(each in words for each in ("pulumi-language-python-exec", "bench_loop.py")):
        return "program"
    return Path(command[0]).name if command else "?"


def measured(
    command: Sequence[str], folder: Path, env: dict[str, str], iam: RecordingServer
) -> Measure:
    """One command from its start to its end, which has to be a good one."""
    let_interrupts_through()
    iam.calls.clear()
    started = time.perf_counter()
    process = psutil.Popen(
        command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    sampler = Sampler(process)
    _, errors = process.communicate()
    wall = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} in {folder.name}: {process.returncode}\n{errors}")
    return Measure(wall, sampler.cpu(), sampler.memory, len(iam.calls))


class _Declared:
    """Keys whose status stands in a file that the program reads."""

    operations: ClassVar = OPERATIONS
    """What is measured of it."""

    def __init__(self, name: str, folder: Path, keys: dict[str, str]) -> None:
        self.name = name
        self._folder = folder
        self._keys = keys
        self._status = "Active"

    def _declare(self) -> None:
        entries = {
            key: {"user_name": user, "status": self._status} for key, user in self._keys.items()
        }
        (self._folder / "keys.json").write_text(json.dumps(entries))

    def _flip(self) -> None:
        self._status = _other(self._status)
        self._declare()


class Engine(_Declared):
    """A program of the real engine's: keyswitch in either form, or a provider that does nothing.

    Its name is that of its program, and may say how it is run (``SAVED_ONCE``).
    """

    variables: ClassVar[Mapping[str, str]] = NO_VARIABLES

    def __init__(
        self,
        name: str,
        folder: Path,
        iam: RecordingServer,
        keys: dict[str, str],
        url: str | None = None,
    ) -> None:
        """:param url: the way to IAM, if it is not asked directly."""
        super().__init__(name, folder, keys)
        env = {**engine_env(folder.parent / "home", url or iam.url), **self.variables}
        self._project = self._make(env)
        self._declare()
        self.adoption = self.measure("up, no change", iam, RECORDED_ONCE)

    def _make(self, env: dict[str, str]) -> Project:
        """The program's project."""
        project = Project.make(self._folder, env, PROGRAMS[self.name.removesuffix(SAVED_ONCE)])
        (self._folder / "nothing.py").write_text(NOTHING)
        return project

    def measure(
        self, operation: str, iam: RecordingServer, variables: Mapping[str, str] = NO_VARIABLES
    ) -> Measure:
        """One command of the CLI.

        :param variables: more of its environment.
        """
        if operation == FLIPPED:
            self._flip()
        quietly = ("--non-interactive", "--suppress-outputs")
        command = ("pulumi", *ENGINE_COMMANDS[operation], *quietly)
        return measured(command, self._folder, {**self._project.env, **variables}, iam)


class SavedOnce(Engine):
    """The same, whose record the engine writes once, at the end of a run: of steps alone it makes a difference."""

    operations = (FLIPPED,)
    variables = RECORDED_ONCE


class Terraform(_Declared):
    """Terraform's own resource, which mints the keys it declares: its users have one key more."""

    def __init__(self, name: str, folder: Path, iam: RecordingServer, keys: dict[str, str]) -> None:
        super().__init__(name, folder, keys)
        folder.mkdir()
        (folder / "main.tf").write_text(TERRAFORM_PROGRAM)
        kept = {each: os.environ[each] for each in ("TF_CLI_CONFIG_FILE",) if each in os.environ}
        self._env = {**engine_env(folder.parent / "home", iam.url), **kept}
        self._declare()
        measured(("terraform", "init", "-input=false"), folder, self._env, iam)
        self.measure("up, no change", iam)

    def measure(self, operation: str, iam: RecordingServer) -> Measure:
        """One command of Terraform: a plan of it looks at every key, as its refresh does."""
        if operation == FLIPPED:
            self._flip()
        command = ("terraform", *TERRAFORM_COMMANDS[operation], "-input=false", "-no-color")
        return measured(command, self._folder, self._env, iam)


class Loop(_Declared):
    """What a script would do: the same calls, as many users at a time, no engine."""

    def __init__(self, name: str, folder: Path, iam: RecordingServer, keys: dict[str, str]) -> None:
        super().__init__(name, folder, keys)
        folder.mkdir()
        self._env = engine_env(folder, iam.url)
        self._declare()

    def measure(self, operation: str, iam: RecordingServer) -> Measure:
        """One run of the script; whatever an engine calls it, it looks, or it looks and switches."""
        command = [sys.executable, str(ROOT / "tools" / "bench_loop.py"), str(AT_A_TIME)]
        if operation == FLIPPED:
            self._flip()
            command.append("--switch")
        return measured(command, self._folder, self._env, iam)


def _other(status: str) -> str:
    return "Inactive" if status == "Active" else "Active"


def made_keys(url: str, count: int, stem: str) -> dict[str, str]:
    """Key id to user name, of as many new users."""
    iam = boto3.client(
        "iam",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=OUTSIDER,
        aws_secret_access_key="made-up",  # noqa: S106 - the emulator's
        config=Config(max_pool_connections=AT_A_TIME),
    )

    def make(number: int) -> tuple[str, str]:
        user = f"{stem}-{number:05d}"
        iam.create_user(UserName=user)
        return iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"], user

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return dict(pool.map(make, range(count)))
