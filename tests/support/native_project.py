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

from keyswitch.model.camel_case import in_snake_case, renamed, snake
from keyswitch.model.inputs import camel
from keyswitch.model.urn import NATIVE_KEY_TYPE
from support.engine import PROGRAM, Project, Run

HOST = "pulumi-language-yaml"
PLUGINS = Path(sys.executable).parent


@dataclass
class NativeProject(Project):
    """Programs other than the usual one are in Python, and skipped."""

    SETTINGS: ClassVar = f"""\
name: project
runtime: yaml
plugins:
  providers:
    - name: keyswitch
      path: {PLUGINS}
"""
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
            name: {"type": NATIVE_KEY_TYPE, "properties": renamed(inputs, camel)}
            for name, inputs in keys.items()
        }
        program = f"resources: {json.dumps(resources)}\n" if resources else ""
        (self.folder / "Pulumi.yaml").write_text(f"{self.SETTINGS}{self.options}{program}")

    def run(self, *args: str, **env: str) -> Run:
        given = [re.sub("^aws:", "keyswitch:", each) for each in args]
        run = super().run(*given, **env)
        return Run(run.command, run.code, _in_snake_case(run.stdout), _in_snake_case(run.stderr))

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(super().run("stack", "export").stdout)
        return found

    def resources(self) -> dict[str, dict[str, Any]]:
        found = self.state()["deployment"].get("resources", [])
        return {
            each["urn"].rpartition("::")[2]: {
                **each,
                "inputs": renamed(each.get("inputs", {}), snake),
                "outputs": renamed(each.get("outputs", {}), snake),
            }
            for each in found
            if each["type"] == NATIVE_KEY_TYPE
        }

    def outputs(self, name: str) -> dict[str, Any]:
        resource = self.resources()[name]
        resolved = "user_name" not in resource["inputs"]
        return {**resource["outputs"], "user_name_resolved": resolved}


def _in_snake_case(text: str) -> str:
    """What is printed, in the words of the other providers: the tests are the same."""
    return in_snake_case(text).replace("error: Preview failed: KS", "error: KS")
