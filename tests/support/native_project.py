"""A project in Pulumi's YAML, whose keys the native provider declares; the same calls and words as one in Python."""

from __future__ import annotations

import json
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from keyswitch.model.camel_case import as_dynamic, in_snake_case, renamed
from keyswitch.model.inputs import camel
from keyswitch.model.urn import NATIVE_FLEET_TYPE, NATIVE_KEY_TYPE, ROTATION_TYPE, Urn
from support.engine import PROGRAM, Project, Run

HOST = "pulumi-language-yaml"
PLUGINS = Path(sys.executable).parent
needs_host = pytest.mark.skipif(
    shutil.which(HOST) is None, reason=f"no {HOST} on PATH; make test-native brings one"
)


@dataclass
class NativeProject(Project):
    """Programs other than the usual one are in Python, and skipped."""

    PLUGINS: ClassVar = f"""\
plugins:
  providers:
    - name: keyswitch
      path: {PLUGINS}
"""
    SETTINGS: ClassVar = f"name: project\nruntime: yaml\n{PLUGINS}"
    DECLARED: ClassVar = "Pulumi.yaml"
    FAILED_REFRESH: ClassVar = 0
    """The engine shows the failure as a warning; the next preview fails by it."""
    options: str = ""

    @classmethod
    def make_native(
        cls, folder: Path, env: dict[str, str], program: str = PROGRAM, *, options: str = ""
    ) -> NativeProject:
        if program != PROGRAM:
            pytest.skip("a program in Python, which declares dynamic resources")
        if shutil.which(HOST) is None:
            pytest.skip(f"no {HOST} on PATH; make test-native brings one")
        project = cls.make(folder, env, options=options)
        assert isinstance(project, NativeProject)
        project.options = options
        project.declare()
        return project

    def declare(self, **keys: dict[str, Any]) -> None:
        resources = {
            name: {"type": _type_of(inputs), "properties": renamed(inputs, camel)}
            for name, inputs in keys.items()
        }
        program: dict[str, Any] = {"resources": resources, "outputs": {}}
        for name, each in resources.items():
            if each["type"] == ROTATION_TYPE:
                program["outputs"]["stage"] = f"${{{name}.stage}}"
        text = "".join(f"{part}: {json.dumps(each)}\n" for part, each in program.items() if each)
        (self.folder / "Pulumi.yaml").write_text(f"{self.SETTINGS}{self.options}{text}")

    def run(self, *args: str, **env: str) -> Run:
        given = [re.sub("^aws:", "keyswitch:", each) for each in args]
        run = super().run(*given, **env)
        return Run(run.command, run.code, _in_snake_case(run.stdout), _in_snake_case(run.stderr))

    def exported(self) -> str:
        return super().run("stack", "export").stdout

    def state(self) -> dict[str, Any]:
        """With the types and names of the dynamic resources."""
        state = super().state()
        for each in state["deployment"].get("resources", []):
            if each["type"] in (NATIVE_KEY_TYPE, NATIVE_FLEET_TYPE):
                each["type"] = Urn(each["urn"]).kind
                each["inputs"], each["outputs"] = as_dynamic(
                    each.get("inputs", {}), each.get("outputs", {})
                )
        return state


def _type_of(inputs: dict[str, Any]) -> str:
    if "current" in inputs:
        return ROTATION_TYPE
    return NATIVE_FLEET_TYPE if "keys" in inputs else NATIVE_KEY_TYPE


def _in_snake_case(text: str) -> str:
    """What is printed, in the words of the other providers: the tests are the same."""
    return in_snake_case(text).replace("error: Preview failed: KS", "error: KS")
