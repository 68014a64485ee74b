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
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from support.http import serving

SECONDS = 180
FETCHES_PULUMI = "get.pulumi.com"
"""Not run here: the engine that the tests have stands in its place."""


GITHUB_TOKEN = "ghs_made-up"
GITLAB_TOKEN = "glpat-made-up"
OWN = 42
"""Whom the tokens belong to."""
LONGEST = {"github": 65_536, "gitlab": 1_000_000}
GITHUB = Map(
    [
        Rule("/repos/acme/keys/issues/7/comments", endpoint="list", methods=["GET"]),
        Rule("/repos/acme/keys/issues/7/comments", endpoint="add", methods=["POST"]),
        Rule("/repos/acme/keys/issues/comments/<int:number>", endpoint="edit", methods=["PATCH"]),
    ]
)
GITLAB_NOTES = "/projects/1/merge_requests/7/notes"
GITLAB = Map(
    [
        Rule("/user", endpoint="me", methods=["GET"]),
        Rule(GITLAB_NOTES, endpoint="list", methods=["GET"]),
        Rule(GITLAB_NOTES, endpoint="add", methods=["POST"]),
        Rule(f"{GITLAB_NOTES}/<int:number>", endpoint="edit", methods=["PUT"]),
    ]
)


@dataclass
class Comments:
    """The comments of pull request 7 of acme/keys, or the notes of merge request 7 of project 1.

    What either forge does not have is answered with 404, a token that is none of its own with 401, a
    text that is too long with 422, and a list comes in pages.
    """

    url: str = ""
    bodies: dict[int, str] = field(default_factory=dict)
    authors: dict[int, int] = field(default_factory=dict)

    def of_others(self, *bodies: str) -> None:
        """What somebody else wrote."""
        for body in bodies:
            number = len(self.bodies) + 1
            self.bodies[number], self.authors[number] = body, 1

    @property
    def own(self) -> list[str]:
        """What the pipeline wrote."""
        return [body for number, body in self.bodies.items() if self.authors[number] == OWN]

    @Request.application
    def app(self, request: Request) -> Response:
        is_github = request.headers.get("Authorization") == f"Bearer {GITHUB_TOKEN}"
        if not is_github and request.headers.get("Private-Token") != GITLAB_TOKEN:
            return Response("{}", 401)
        routes = (GITHUB if is_github else GITLAB).bind_to_environ(request.environ)
        try:
            endpoint, values = routes.match()
        except HTTPException as error:
            return Response("{}", error.code)
        found: Any = {"id": OWN}
        headers = {}
        if endpoint == "list":
            found, headers = self._page(request)
        elif endpoint != "me":
            body = json.loads(request.get_data())["body"]
            if len(body) > LONGEST["github" if is_github else "gitlab"]:
                return Response("{}", 422)
            number = values.get("number", len(self.bodies) + 1)
            if endpoint == "edit" and self.authors.get(number) != OWN:
                return Response("{}", 404)
            self.bodies[number], self.authors[number] = body, OWN
            found = self._comment(number)
        return Response(json.dumps(found), headers=headers, content_type="application/json")

    def _page(self, request: Request) -> tuple[list[Any], dict[str, str]]:
        size, page = (request.args.get(name, default, int) for name, default in _PAGING)
        numbers = sorted(self.bodies)
        shown = numbers[(page - 1) * size : page * size]
        more = str(page + 1) if page * size < len(numbers) else ""
        return [self._comment(number) for number in shown], {"X-Next-Page": more}

    def _comment(self, number: int) -> dict[str, Any]:
        author = self.authors[number]
        login = "github-actions[bot]" if author == OWN else "bob"
        who = {"user": {"login": login}, "author": {"id": author}}
        return {"id": number, "body": self.bodies[number], **who}


_PAGING = (("per_page", 30), ("page", 1))


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
        """Runs the jobs of a workflow in order: of each every ``run``, until one fails.

        :param context: what expressions find: ``vars``, ``secrets``, ``github``.
        """
        workflow = YAML(typ="safe").load(path)
        # Only where bash is asked for by name does a pipe fail with its first part.
        assert workflow["defaults"]["run"]["shell"] == "bash"
        run = GithubRun()
        (self.folder / "GITHUB_STEP_SUMMARY").write_text("")
        for name, job in workflow["jobs"].items():
            self._job(name, job, run, {**context, "steps": {}})
        run.summary = (self.folder / "GITHUB_STEP_SUMMARY").read_text()
        return run

    def _job(
        self, name: str, job: Mapping[str, Any], run: GithubRun, context: dict[str, Any]
    ) -> None:
        for file in ("GITHUB_OUTPUT", "GITHUB_PATH"):
            (self.folder / file).write_text("")
        run.codes[name] = 0
        for step in job["steps"]:
            script = step.get("run")
            if script is None or FETCHES_PULUMI in script:
                continue
            declared = {**job.get("env", {}), **step.get("env", {})}
            code, printed = self._bash(script, evaluated(declared, context), "-eo", "pipefail")
            run.steps.append((step["name"], code, printed))
            if "id" in step:
                lines = (self.folder / "GITHUB_OUTPUT").read_text().splitlines()
                outputs = dict(line.split("=", 1) for line in lines)
                context["steps"][step["id"]] = {"outputs": outputs}
            run.codes[name] = code
            if code:
                break

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
    """What the jobs did: each one's exit code, each step's with its output, and their summaries."""

    steps: list[tuple[str, int, str]] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)
    summary: str = ""

    @property
    def code(self) -> int:
        return max(self.codes.values())

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
