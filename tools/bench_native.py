"""The native provider, and one that does nothing, as contestants of ``bench.py``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import ClassVar, Final

from bench_contestants import FLIPPED, RECORDED_ONCE, SAVED_ONCE, Engine
from keyswitch.model.urn import NATIVE_KEY_TYPE
from support.engine import Project

NATIVE: Final = "native"
NATIVE_IN_PYTHON: Final = "native, Python"
NATIVE_FLOOR: Final = "native floor"
FLOOR_SCRIPT: Final = Path(__file__).with_name("bench_floor.py")
PROGRAM_IN_PYTHON: Final = f"""
import json, pathlib, pulumi
for key, entry in json.loads(pathlib.Path("keys.json").read_text()).items():
    pulumi.CustomResource("{NATIVE_KEY_TYPE}", key, {{
        "accessKeyId": key, "userName": entry["user_name"], "status": entry["status"],
    }})
"""


class Native(Engine):
    """A program in YAML with a resource for each key."""

    package: ClassVar = "keyswitch"
    type: ClassVar = NATIVE_KEY_TYPE

    def _make(self, env: dict[str, str]) -> Project:
        project = Project.make(self._folder, env, PROGRAM_IN_PYTHON)
        self._plugins().mkdir(exist_ok=True)
        return project

    def _plugins(self) -> Path:
        """The folder of the plugin's executable."""
        return Path(sys.executable).parent

    def _settings(self, runtime: str) -> str:
        plugin = {"name": self.package, "path": str(self._plugins())}
        return (
            f"name: project\nruntime: {runtime}\nplugins: {json.dumps({'providers': [plugin]})}\n"
        )

    def _declare(self) -> None:
        resources = {
            key: {
                "type": self.type,
                "properties": {"accessKeyId": key, "userName": user, "status": self._status},
            }
            for key, user in self._keys.items()
        }
        program = f"{self._settings('yaml')}resources: {json.dumps(resources)}\n"
        (self._folder / "Pulumi.yaml").write_text(program)


class NativeInPython(Native):
    """The same keys from a program in Python."""

    def _declare(self) -> None:
        super(Native, self)._declare()
        (self._folder / "Pulumi.yaml").write_text(self._settings("python"))


class NativeFloor(Native):
    """A native provider that does nothing, with as many resources."""

    package: ClassVar = "floor"
    type: ClassVar = "floor:index:Floor"

    def _plugins(self) -> Path:
        return self._folder / "plugin"

    def _make(self, env: dict[str, str]) -> Project:
        project = super()._make(env)
        executable = self._plugins() / "pulumi-resource-floor"
        executable.write_text(f'#!/bin/sh\nexec {sys.executable} {FLOOR_SCRIPT} "$@"\n')
        executable.chmod(0o755)
        return project


class NativeSavedOnce(Native):
    """The state is written once, at the end of a run."""

    operations = (FLIPPED,)
    variables = RECORDED_ONCE


class NativeFloorSavedOnce(NativeFloor):
    """The same of the provider that does nothing."""

    operations = (FLIPPED,)
    variables = RECORDED_ONCE


NATIVE_CONTESTANTS: Final[dict[str, type[Native]]] = {
    NATIVE_FLOOR: NativeFloor,
    NATIVE: Native,
    NATIVE_IN_PYTHON: NativeInPython,
    f"{NATIVE_FLOOR}{SAVED_ONCE}": NativeFloorSavedOnce,
    f"{NATIVE}{SAVED_ONCE}": NativeSavedOnce,
}
