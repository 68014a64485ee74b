"""What a pipeline meets: a forge's comments over HTTP, and a runner that takes its files word for word."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from werkzeug.wrappers import Request, Response

from support.http import serving

SECONDS = 180
FETCHES_PULUMI = "get.pulumi.com"
"""Not run here: the engine that the tests have stands in its place."""


@dataclass
class Comments:
    """The comments of one pull request, or the notes of one merge request."""

    url: str = ""
    bodies: dict[int, str] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    @Request.application
    def app(self, request: Request) -> Response:
        self.tokens.add(
            request.headers.get("Private-Token")
            or request.headers.get("Authorization", "").removeprefix("Bearer ")
        )
        last = request.path.rpartition("/")[2]
        if request.method == "GET":
            found: Any = [{"id": number, "body": body} for number, body in self.bodies.items()]
        else:
            body = json.loads(request.get_data())["body"]
            number = int(last) if last.isdigit() else len(self.bodies) + 101
            self.bodies[number] = body
            found = {"id": number, "body": body}
        return Response(json.dumps(found), content_type="application/json")


@contextmanager
def forge() -> Iterator[Comments]:
    comments = Comments()
    with serving(comments.app) as server:
        comments.url = server.url
        yield comments


@dataclass
class Workspace:
    """A checkout in which jobs run; ``env`` is the runner's own."""

    folder: Path
    env: dict[str, str]

    def github(self, path: Path, **context: Any) -> GithubRun:
        """Runs the one job of a workflow: every ``run`` in order, until one fails.

        :param context: what expressions find: ``vars``, ``secrets``, ``github``.
        """
        (job,) = YAML(typ="safe").load(path)["jobs"].values()
        run = GithubRun()
        for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"):
            (self.folder / name).write_text("")
        context["steps"] = {}
        for step in job["steps"]:
            script = step.get("run")
            if script is None or FETCHES_PULUMI in script:
                continue
            declared = {**job.get("env", {}), **step.get("env", {})}
            code, printed = self._bash(script, evaluated(declared, context), "-e")
            run.steps.append((step["name"], code, printed))
            if "id" in step:
                lines = (self.folder / "GITHUB_OUTPUT").read_text().splitlines()
                outputs = dict(line.split("=", 1) for line in lines)
                context["steps"][step["id"]] = {"outputs": outputs}
            if code:
                break
        run.summary = (self.folder / "GITHUB_STEP_SUMMARY").read_text()
        return run

    def gitlab(self, path: Path, job: str) -> tuple[int, str]:
        """Runs one job of a pipeline, all its lines in one shell, as GitLab's runner does."""
        pipeline = YAML(typ="safe").load(path)
        lines = [*pipeline[job]["before_script"], *pipeline[job]["script"]]
        script = "\n".join(line for line in lines if FETCHES_PULUMI not in line)
        declared = {**pipeline["variables"], **pipeline[job].get("variables", {})}
        known = {**self.env, "CI_PROJECT_DIR": str(self.folder)}
        values = {
            name: re.sub(r"\$(\w+)", lambda found: known[found[1]], str(value))
            for name, value in declared.items()
        }
        return self._bash(script, values, "-eo", "pipefail")

    def _bash(self, script: str, env: Mapping[str, str], *options: str) -> tuple[int, str]:
        path = self.folder / "GITHUB_PATH"
        added = path.read_text().split() if path.exists() else []
        search = os.pathsep.join([*reversed(added), self.env["PATH"]])
        places = {
            name: str(self.folder / name)
            for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", *options, "-c", script],
            cwd=self.folder,
            env={**self.env, **places, **env, "PATH": search},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return done.returncode, done.stdout


@dataclass
class GithubRun:
    """What a job did: each step's name, exit code and output, and the job's summary."""

    steps: list[tuple[str, int, str]] = field(default_factory=list)
    summary: str = ""

    @property
    def code(self) -> int:
        return self.steps[-1][1]

    @property
    def text(self) -> str:
        return "\n".join(f"== {name}: {code}\n{printed}" for name, code, printed in self.steps)


def evaluated(env: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, str]:
    """The values with their ``${{ a.b.c }}`` looked up."""

    def look_up(found: re.Match[str]) -> str:
        value: Any = context
        for part in found[1].split("."):
            value = value[part]
        return str(value)

    return {
        name: re.sub(r"\$\{\{ ([\w.]+) \}\}", look_up, str(value)) for name, value in env.items()
    }
