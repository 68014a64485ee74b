"""Runs jobs of a GitLab pipeline that includes the component of this repository, word for word."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from package_metadata import REPOSITORY
from pipelines import named
from support.engine import ROOT
from support.runner import INSTALLS, Runner, environment

COMPONENT = ROOT / "templates" / "keyswitch.yml"
NAMED = f"$CI_SERVER_FQDN/{named(REPOSITORY)}/keyswitch@v0"
_INPUT = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")


def spec() -> dict[str, Any]:
    """The inputs that the component declares."""
    found: dict[str, Any] = YAML(typ="safe").load(_parts()[0])["spec"]["inputs"]
    return found


def rendered(given: Mapping[str, object]) -> dict[str, Any]:
    """The component with its inputs put in, as GitLab puts them in; ``extends`` is left to its reader.

    :raises AssertionError: GitLab refuses an input.
    """
    values = {}
    declared = spec()
    assert set(given) <= set(declared)
    for name, each in declared.items():
        assert name in given or "default" in each, f"{name} is required"
        value = given.get(name, each.get("default"))
        assert isinstance(value, bool if each.get("type") == "boolean" else str), name
        assert value in each.get("options", [value]), name
        assert re.search(each.get("regex", ""), str(value)), name
        values[name] = value
    jobs: dict[str, Any] = _put_in(YAML(typ="safe").load(_parts()[1]), values)
    return jobs


def included(path: Path) -> dict[str, Any]:
    """A pipeline with its component in the place of its ``include``."""
    pipeline = YAML(typ="safe").load(path)
    (component,) = pipeline.pop("include")
    assert component["component"] == NAMED
    return {**rendered(component["inputs"]), **pipeline}


def job_of(pipeline: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A job with what it extends."""
    job = dict(pipeline[name])
    if "extends" in job:
        base = job_of(pipeline, job.pop("extends"))
        variables = {**base.get("variables", {}), **job.get("variables", {})}
        job = {**base, **job, "variables": variables}
    return job


def _parts() -> list[str]:
    head, body = COMPONENT.read_text().split("\n---\n")
    return [head, body]


def _put_in(value: Any, values: Mapping[str, object]) -> Any:
    if isinstance(value, dict):
        return {_put_in(name, values): _put_in(each, values) for name, each in value.items()}
    if isinstance(value, list):
        return [_put_in(each, values) for each in value]
    if not isinstance(value, str):
        return value
    whole = _INPUT.fullmatch(value)
    if whole:
        return values[whole[1]]
    return _INPUT.sub(
        lambda found: (
            str(values[found[1]]).lower()
            if isinstance(values[found[1]], bool)
            else str(values[found[1]])
        ),
        value,
    )


def as_yaml(pipeline: Mapping[str, Any]) -> str:
    """For GitLab's schema."""
    written = io.StringIO()
    YAML().dump(dict(pipeline), written)
    return written.getvalue()


@dataclass
class GitlabRunner(Runner):
    """A runner of GitLab's."""

    def job(self, pipeline: Mapping[str, Any], name: str) -> tuple[int, str]:
        """Runs one job, all its lines in one shell; the exit code, and what was printed.

        The project's variables have precedence over those that the file declares.

        One that checks out nothing finds what the jobs kept that it needs, in a folder that no job empties.
        """
        asked = job_of(pipeline, name)
        lines = [*asked["before_script"], *asked["script"]]
        declared = {**pipeline.get("variables", {}), **asked["variables"]}
        folder = self.folder
        if declared.get("GIT_STRATEGY") == "none":
            folder = self.folder.parent / "of-nothing"
            folder.mkdir(exist_ok=True)
        place = asked.get("environment", "")
        place = place if isinstance(place, str) else place["name"]
        known = {**self.env, **self.scoped.get(place, {}), "CI_PROJECT_DIR": str(folder)}
        if not self.installs:
            lines = [line for line in lines if not INSTALLS.search(line)]
            lines = [line.replace("python -m venv .venv", "true") for line in lines]
            own = self.folder.parent / "environment"
            if not own.exists():
                environment(own)
            known["PATH"] = f"{own / 'bin'}:{known['PATH']}"
        values = {
            each: re.sub(r"\$(\w+)", lambda found: known.get(found[1], ""), str(value))
            for each, value in declared.items()
        }
        if folder != self.folder:
            self._handed_on(pipeline, asked, folder, values["KEYSWITCH_LEFT"])
        return self.bash(folder, "\n".join(lines), {**values, **known})

    def _handed_on(
        self, pipeline: Mapping[str, Any], asked: Mapping[str, Any], folder: Path, left: str
    ) -> None:
        for needed in asked["needs"]:
            for path in job_of(pipeline, needed)["artifacts"]["paths"]:
                kept = path.replace("$KEYSWITCH_LEFT", left)
                if (self.folder / kept).exists():
                    (folder / kept).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(self.folder / kept, folder / kept, follow_symlinks=False)
