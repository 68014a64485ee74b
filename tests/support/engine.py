"""The real engine, run as a process on a project of its own."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar

from keyswitch.model.durations import iso, moment
from keyswitch.model.urn import NATIVE_KEY_TYPE

PROGRAM = """\
import json, pathlib
import pulumi
import keyswitch

for name, inputs in json.loads(pathlib.Path("keys.json").read_text()).items():
    if "current" in inputs:
        pulumi.export("stage", keyswitch.AccessKeyRotation(name, **inputs).stage)
    else:
        form = keyswitch.AccessKeyFleet if "keys" in inputs else keyswitch.AccessKeyStatus
        form(name, **inputs)
"""
REGISTER = "from keyswitch.program.register_program import declare_register\n\ndeclare_register()\n"
"""The program of this repository, which declares what the stack's config lists."""
TYPE = "pulumi-python:dynamic/keyswitch:AccessKeyStatus"
SECONDS = int(os.environ.get("KEYSWITCH_RUN_SECONDS", "120"))

ROOT = Path(__file__).parents[2]


def engine_is_there() -> bool:
    return bool(shutil.which("pulumi") and shutil.which("pulumi-language-python"))


@dataclass(frozen=True)
class Run:
    """What one command of the CLI did."""

    command: str
    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        return f"{self.stdout}\n{self.stderr}"

    @property
    def words(self) -> str:
        """The text with its white space folded: the display aligns columns."""
        return " ".join(self.text.split())

    def lines(self, containing: str) -> list[str]:
        """The distinct lines that hold a text, stripped."""
        return list(dict.fromkeys(ln.strip() for ln in self.text.splitlines() if containing in ln))

    def diagnostics(self, beginning: str) -> list[str]:
        """The messages under Diagnostics (or among ``--diff``'s loose lines) that begin so."""
        lines = (line.strip() for line in self.text.splitlines())
        return [line for line in lines if line.startswith(beginning)]

    def row(self, name: str) -> str:
        """The last line that the display showed of a resource."""
        rows = [
            line.strip()
            for line in self.stdout.splitlines()
            if any(f"{each} {name} " in line for each in (TYPE, NATIVE_KEY_TYPE))
        ]
        if rows and re.search(r" \d+ errors?(; [^:]*)?$", rows[-1]):
            # The end of a step that failed counts its errors; the row before it has the words.
            rows = [row for row in rows if "error: " in row] or rows
        return rows[-1] if rows else ""


@dataclass
class Project:
    """A Pulumi project in a folder of its own, with one stack on a file backend."""

    folder: Path
    env: dict[str, str]
    stack: str = "test"
    runs: list[Run] = field(default_factory=list)
    SETTINGS: ClassVar = "name: project\nruntime: python\n"
    DECLARED: ClassVar = "keys.json"
    """The file that :meth:`declare` writes."""
    FAILED_REFRESH: ClassVar = 1
    """What a refresh exits with that could not look at a key."""

    @classmethod
    def make(
        cls, folder: Path, env: dict[str, str], program: str = PROGRAM, *, options: str = ""
    ) -> Project:
        shutil.copytree(cls._with_new_stack(env), folder, dirs_exist_ok=True)
        (folder / "Pulumi.yaml").write_text(f"{cls.SETTINGS}{options}")
        (folder / "__main__.py").write_text(program)
        return cls(folder, cls._env(folder, env))

    @classmethod
    def _with_new_stack(cls, env: dict[str, str]) -> Path:
        """A folder in which the engine has made the stack, to be copied: it is made once for all."""
        folder = Path(env["HOME"]) / f"new-stack-of-{cls.__name__}"
        if not folder.is_dir():
            folder.mkdir(parents=True)
            (folder / "Pulumi.yaml").write_text(cls.SETTINGS)
            cls(folder, cls._env(folder, env)).expect(0, "stack", "init", cls.stack)
        return folder

    @classmethod
    def _env(cls, folder: Path, env: dict[str, str]) -> dict[str, str]:
        return {**env, "PULUMI_BACKEND_URL": f"file://{folder}", "PULUMI_STACK": cls.stack}

    def declare(self, **keys: dict[str, Any]) -> None:
        """Writes the program's resources: logical name to the inputs of a key, a fleet or a rotation."""
        (self.folder / "keys.json").write_text(json.dumps(keys))

    def run(self, *args: str, **env: str) -> Run:
        done = subprocess.run(
            ["pulumi", *args, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        run = Run(" ".join(args), done.returncode, done.stdout, done.stderr)
        self.runs.append(run)
        return run

    def expect(self, code: int, *args: str, **env: str) -> Run:
        run = self.run(*args, **env)
        assert run.code == code, f"pulumi {run.command} exited {run.code}\n{run.text}"
        assert "Traceback" not in run.text, run.text
        return run

    def configure(self, values: dict[str, str]) -> None:
        """Sets paths below ``keyswitch:`` in the stack's config, all in one command."""
        given = [("--plaintext", f"keyswitch:{path}={value}") for path, value in values.items()]
        self.expect(0, "config", "set-all", "--path", *itertools.chain.from_iterable(given))

    def preview(self, *args: str, code: int = 0, **env: str) -> Run:
        return self.expect(code, "preview", *args, **env)

    def up(self, *args: str, code: int = 0, **env: str) -> Run:
        """Without a preview before it, as ``up -f`` in a pipeline: twice as fast, and stricter."""
        return self.expect(code, "up", "--yes", "--skip-preview", *args, **env)

    def up_with_preview(self, *args: str, code: int = 0, **env: str) -> Run:
        return self.expect(code, "up", "--yes", *args, **env)

    def refresh(self, *args: str, code: int = 0, **env: str) -> Run:
        return self.expect(code, "refresh", "--yes", "--skip-preview", *args, **env)

    def destroy(self, *args: str, code: int = 0, **env: str) -> Run:
        return self.expect(code, "destroy", "--yes", "--skip-preview", *args, **env)

    def exported(self) -> str:
        """The state as the engine exports it."""
        return self.expect(0, "stack", "export").stdout

    def state(self) -> dict[str, Any]:
        return json.loads(self.exported())

    def let_pass(self, **span: float) -> None:
        """Time passes for the state and the program: switches were made, and ends come, that much earlier."""
        for name in (self.DECLARED, f"Pulumi.{self.stack}.yaml"):
            declared = self.folder / name
            if declared.exists():
                declared.write_text(made_earlier(declared.read_text(), **span))
        path = self.folder / "later.json"
        path.write_text(made_earlier(self.exported(), **span))
        self.expect(0, "stack", "import", "--file", str(path))

    def resources(self) -> dict[str, dict[str, Any]]:
        """The keys in state: logical name to the resource."""
        found = self.state()["deployment"].get("resources", [])
        return {r["urn"].rpartition("::")[2]: r for r in found if r["type"] == TYPE}

    def stack_output(self, name: str) -> str:
        return self.expect(0, "stack", "output", name).stdout.strip()

    def outputs(self, name: str) -> dict[str, Any]:
        outputs = self.resources()[name]["outputs"]
        return {key: value for key, value in outputs.items() if not key.startswith("__")}


_MOMENTS = (
    *("changed_at", "status_since", "active_until"),
    *("changedAt", "statusSince", "activeUntil"),
)


def made_earlier(state: str, **span: float) -> str:
    """A state's JSON, or a program's, with switches made, and ends set, that much earlier."""

    def earlier(found: re.Match[str]) -> str:
        begin, written = found.groups()
        if "T" in written:
            return f"{begin}{iso(moment(written) - timedelta(**span))}"
        return f"{begin}{date.fromisoformat(written) - timedelta(**span)}"

    return re.sub(rf'("(?:{"|".join(_MOMENTS)})": ")(\d[^"]+)', earlier, state)


MakeProject = Callable[..., Project]
NewProject = Callable[..., Project]
"""Of a folder, an environment, and the program: on whichever engine."""


def engine_env(home: Path, server_url: str) -> dict[str, str]:
    """An environment with made-up credentials for a local server, and nothing of the user's."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "PULUMI_HOME": str(home / "pulumi"),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "AWS_ACCESS_KEY_ID": "AKIATESTSIGNER000000",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_ENDPOINT_URL": server_url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(home / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "no-credentials"),
        "NO_PROXY": "127.0.0.1",
    }
