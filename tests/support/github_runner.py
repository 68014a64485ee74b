"""Runs workflows of GitHub Actions, and the composite action of this repository in them, word for word."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from package_metadata import REPOSITORY
from pipelines import named
from support.engine import ROOT
from support.runner import FETCHES_PULUMI, INSTALLS, Runner, environment

ACTION = ROOT / "action.yml"
THIS = f"{named(REPOSITORY)}@v0"
"""How the examples name the action."""
FILES = ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
_TOKEN = re.compile(r"'(?:[^']|'')*'|[\w.-]+(?![\w.(-])|&&|\|\||!(?!=)")
_WORDS = {"&&": " and ", "||": " or ", "!": " not ", "true": "True", "false": "False"}


@dataclass
class GithubRun:
    """What the jobs did: each one's exit code and outputs, each step's with what it printed, and their summaries."""

    steps: list[tuple[str, int, str]] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    summary: str = ""
    signed_in: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        return max(self.codes.values())

    @property
    def text(self) -> str:
        return "\n".join(f"== {name}: {code}\n{printed}" for name, code, printed in self.steps)


@dataclass
class GithubRunner(Runner):
    """A runner of GitHub's."""

    def workflow(self, path: Path, **context: Any) -> GithubRun:
        """Runs the jobs of a workflow in order; artifacts go from job to job.

        :param context: what expressions find: ``vars``, ``secrets``, ``github``.
        """
        run = GithubRun()
        needs: dict[str, Any] = {}
        kept = self._emptied("artifacts")
        for name, job in YAML(typ="safe").load(path)["jobs"].items():
            known = {"vars": {}, "secrets": {}, **context, "needs": needs}
            needed = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            failed = any(needs[each]["result"] != "success" for each in needed)
            if not _truth(job.get("if", "success()"), known, failed=failed):
                needs[name] = {"result": "skipped"}
                continue
            _Job(self, run, name, kept, self._checked_out(job)).steps(job, known)
            needs[name] = {"result": "failure" if run.codes[name] else "success"}
        return run

    def action(
        self,
        given: Mapping[str, Any],
        artifacts: Callable[[Path], None] = lambda _: None,
        **context: Any,
    ) -> GithubRun:
        """Runs the action alone, in the checkout.

        :param artifacts: leaves what another job kept.
        """
        run = GithubRun()
        kept = self._emptied("artifacts")
        artifacts(kept)
        job = {"steps": [{"uses": THIS, "with": given}]}
        _Job(self, run, "job", kept, self.folder).steps(job, context)
        return run

    def _checked_out(self, job: Mapping[str, Any]) -> Path:
        is_given = any(_is(step, "actions/checkout") for step in job["steps"])
        return self.folder if is_given else self._emptied("of-nothing")

    def _emptied(self, name: str) -> Path:
        folder = self.folder.parent / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder


class _Job:
    """One job: a temporary folder and files of its own."""

    def __init__(
        self, runner: GithubRunner, run: GithubRun, name: str, kept: Path, folder: Path
    ) -> None:
        self.runner, self.run, self.name, self.kept, self.folder = runner, run, name, kept, folder
        self.temp = folder.parent / f"temp-of-{name}"
        shutil.rmtree(self.temp, ignore_errors=True)
        self.temp.mkdir()
        self.added: list[str] = []
        run.codes[name] = 0

    def steps(self, job: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        known = {**context, "runner": {"temp": str(self.temp)}}
        env = texts(job.get("env", {}), known)
        for step in job["steps"]:
            if step.get("uses") == THIS:
                self._composite(texts(step["with"], known), known, env)
            elif "uses" in step:
                self._stand_in(step, known)

    def _composite(
        self, given: Mapping[str, str], context: Mapping[str, Any], env: Mapping[str, str]
    ) -> None:
        action = YAML(typ="safe").load(ACTION)
        assert set(given) <= set(action["inputs"])
        inputs = {}
        for name, each in action["inputs"].items():
            assert name in given or not each.get("required")
            inputs[name] = given.get(name, text(each.get("default", ""), context))
        steps: dict[str, Any] = {}
        known = {**context, "inputs": inputs, "steps": steps, "env": env}
        for step in action["runs"]["steps"]:
            if not _truth(
                step.get("if", "success()"), known, failed=bool(self.run.codes[self.name])
            ):
                continue
            outcome, outputs = self._step(step, known, env)
            if "id" in step:
                steps[step["id"]] = {"outcome": outcome, "outputs": outputs}
        self.run.outputs[self.name] = {
            name: text(each["value"], known) for name, each in action["outputs"].items()
        }

    def _step(
        self, step: Mapping[str, Any], context: Mapping[str, Any], env: Mapping[str, str]
    ) -> tuple[str, dict[str, str]]:
        if "uses" in step:
            return self._stand_in(step, context), {}
        assert step["shell"] == "bash"
        script = step["run"]
        if FETCHES_PULUMI in script:
            return "success", {}
        folder = self.folder / text(step.get("working-directory", ""), context)
        if INSTALLS.search(script) and not self.runner.installs:
            self._installed(script, folder)
            return "success", {}
        files = {name: self.temp / name for name in FILES}
        for file in files.values():
            file.write_text("")
        declared = {**env, **texts(step.get("env", {}), context)}
        places = {name: str(file) for name, file in files.items()}
        places |= {"RUNNER_TEMP": str(self.temp), "GITHUB_ACTION_PATH": str(ROOT)}
        places |= {"PATH": os.pathsep.join([*reversed(self.added), self.runner.env["PATH"]])}
        code, printed = self.runner.bash(folder, script, {**places, **declared})
        self.added += files["GITHUB_PATH"].read_text().split()
        self.run.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        self.run.steps.append((step["name"], code, printed))
        self.run.codes[self.name] = self.run.codes[self.name] or code
        lines = files["GITHUB_OUTPUT"].read_text().splitlines()
        return ("failure" if code else "success"), dict(line.split("=", 1) for line in lines)

    def _installed(self, script: str, folder: Path) -> None:
        """What the step would leave: the action's own environment, or that of the program."""
        own = "$RUNNER_TEMP/keyswitch" in script
        place = self.temp / "keyswitch" if own else folder / ".venv"
        if not place.exists():
            environment(place)
        if not own:
            self.added.append(str(place / "bin"))

    def _stand_in(self, step: Mapping[str, Any], context: Mapping[str, Any]) -> str:
        """What the actions of others do; nothing to download fails a step only."""
        given = texts(step.get("with", {}), context)
        if _is(step, "actions/upload-artifact"):
            shutil.copytree(given["path"], self.kept / given["name"], symlinks=True)
        elif _is(step, "actions/download-artifact"):
            found = self.kept / given["name"]
            assert found.exists() or step["continue-on-error"]
            if found.exists():
                shutil.copytree(found, given["path"], symlinks=True)
        elif _is(step, "aws-actions/configure-aws-credentials"):
            self.run.signed_in.append(given["role-to-assume"])
        return "success"


def _is(step: Mapping[str, Any], action: str) -> bool:
    return str(step.get("uses", "")).startswith(f"{action}@")


def texts(values: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, str]:
    """The values with their ``${{ }}`` evaluated."""
    return {name: text(value, context) for name, value in values.items()}


def text(value: object, context: Mapping[str, Any]) -> str:
    """One value with its ``${{ }}`` evaluated."""
    written = str(value).lower() if isinstance(value, bool) else str(value)
    return re.sub(
        r"\$\{\{ (.+?) \}\}", lambda found: str(evaluated(found[1], context) or ""), written
    )


def _truth(condition: str, context: Mapping[str, Any], *, failed: bool) -> bool:
    """Of an ``if``: without a word about how it went so far, it means success."""
    inner = re.sub(r"^\$\{\{ (.+) \}\}$", r"\1", condition.strip())
    asks = "cancelled()" in inner or "success()" in inner
    return bool(evaluated(inner, context, failed=failed)) and (asks or not failed)


def evaluated(expression: str, context: Mapping[str, Any], *, failed: bool = False) -> Any:
    """What an expression of GitHub's is; a name that nothing has is empty."""

    def at(path: str) -> Any:
        value: Any = context
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return "" if value is None else value

    def word(found: re.Match[str]) -> str:
        token = found[0]
        if token.startswith("'"):
            return repr(token[1:-1].replace("''", "'"))
        return _WORDS.get(token) or (token if token.isdigit() else f"at({token!r})")

    functions = {
        "at": at,
        "contains": lambda where, what: what in where,
        "fromJSON": json.loads,
        "cancelled": lambda: False,
        "success": lambda: not failed,
    }
    translated = _TOKEN.sub(word, expression).strip()
    return eval(translated, {"__builtins__": {}}, functions)  # noqa: S307 - of this repository's files
