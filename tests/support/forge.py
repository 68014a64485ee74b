"""What a pipeline meets: a forge's comments over HTTP, and a runner that takes its files word for word."""

from __future__ import annotations

import json
import os
import re
import shutil
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
GITLAB_NOTES = "/projects/1/<any(merge_requests, issues):place>/7/notes"
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
    """The comments of pull request 7 of acme/keys, or the notes of merge request 7, and of issue 7, of project 1.

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
    """A checkout of a pull request in which jobs run; ``env`` is the runner's own.

    ``merged`` is what the default branch holds; ``scoped`` are GitLab's variables of one environment.
    """

    folder: Path
    env: dict[str, str]
    merged: Path
    scoped: dict[str, dict[str, str]] = field(default_factory=dict)

    def github(self, path: Path, **context: Any) -> GithubRun:
        """Runs the jobs of a workflow in order: of each every ``run``, until one fails.

        Artifacts go from job to job; of the default branch a job has only what it names.

        :param context: what expressions find: ``vars``, ``secrets``, ``github``.
        """
        workflow = YAML(typ="safe").load(path)
        # Only where bash is asked for by name does a pipe fail with its first part.
        assert workflow["defaults"]["run"]["shell"] == "bash"
        run = GithubRun()
        self._summary.write_text("")
        needs: dict[str, Any] = {}
        kept = self._emptied("artifacts")
        for name, job in workflow["jobs"].items():
            steps: dict[str, Any] = {}
            self._job(name, job, run, {**context, "needs": needs, "steps": steps}, kept)
            outputs = evaluated(job.get("outputs", {}), {"steps": steps})
            needs[name] = {"result": _RESULTS[bool(run.codes[name])], "outputs": outputs}
        run.summary = self._summary.read_text()
        return run

    def _job(
        self,
        name: str,
        job: Mapping[str, Any],
        run: GithubRun,
        context: dict[str, Any],
        kept: Path,
    ) -> None:
        folder = self._checked_out(job)
        for file in ("GITHUB_OUTPUT", "GITHUB_PATH"):
            (folder / file).write_text("")
        run.codes[name] = 0
        for step in job["steps"]:
            _hand_on(step, folder, kept)
            script = step.get("run")
            if script is None or FETCHES_PULUMI in script:
                continue
            declared = {**job.get("env", {}), **step.get("env", {})}
            code, printed = self._bash(folder, script, evaluated(declared, context))
            run.steps.append((step["name"], code, printed))
            if "id" in step:
                lines = (folder / "GITHUB_OUTPUT").read_text().splitlines()
                outputs = dict(line.split("=", 1) for line in lines)
                context["steps"][step["id"]] = {"outputs": outputs}
            run.codes[name] = code
            if code:
                break

    def _checked_out(self, job: Mapping[str, Any]) -> Path:
        given = [step["with"] for step in job["steps"] if _is(step, "checkout")]
        if given and "ref" not in given[0]:
            return self.folder
        folder = self._emptied("of-the-default-branch")
        for name in given[0]["sparse-checkout"].split() if given else ():
            shutil.copy(self.merged / name, folder)
        return folder

    def gitlab(self, path: Path, job: str) -> tuple[int, str]:
        """Runs one job of a pipeline, all its lines in one shell, as GitLab's runner does.

        One that checks out nothing finds what the jobs kept that it needs.
        """
        pipeline = YAML(typ="safe").load(path)
        asked = pipeline[job]
        script = "\n".join([*asked["before_script"], *asked["script"]])
        declared = {**pipeline["variables"], **asked.get("variables", {})}
        folder = self.folder
        if declared.get("GIT_STRATEGY") == "none":
            folder = self._emptied("of-nothing")
            for needed in asked["needs"]:
                for kept in pipeline[needed]["artifacts"]["paths"]:
                    shutil.copy(self.folder / kept, folder)
        place = asked.get("environment", "")
        place = place if isinstance(place, str) else place["name"]
        known = {**self.env, **self.scoped.get(place, {}), "CI_PROJECT_DIR": str(folder)}
        values = {
            name: re.sub(r"\$(\w+)", lambda found: known[found[1]], str(value))
            for name, value in declared.items()
        }
        return self._bash(folder, script, {**known, **values})

    @property
    def _summary(self) -> Path:
        return self.folder.parent / "GITHUB_STEP_SUMMARY"

    def _emptied(self, name: str) -> Path:
        """A folder of its own for a job, with the environment of the jobs before, as a runner caches one."""
        folder = self.folder.parent / name
        cached = folder / ".venv"
        if not folder.exists():
            folder.mkdir()
            cached.symlink_to(self.folder / ".venv")
        for each in folder.iterdir():
            if each == cached:
                continue
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        return folder

    def _bash(self, folder: Path, script: str, env: Mapping[str, str]) -> tuple[int, str]:
        path = folder / "GITHUB_PATH"
        added = path.read_text().split() if path.exists() else []
        search = os.pathsep.join([*reversed(added), self.env["PATH"]])
        places = {name: str(folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_PATH")}
        places["GITHUB_STEP_SUMMARY"] = str(self._summary)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=folder,
            env={**self.env, **places, **env, "PATH": search},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return done.returncode, done.stdout


_RESULTS = ("success", "failure")


def _is(step: Mapping[str, Any], action: str) -> bool:
    return str(step.get("uses", "")).startswith(f"actions/{action}@")


def _hand_on(step: Mapping[str, Any], folder: Path, kept: Path) -> None:
    """What the actions for artifacts do; nothing to download fails a step only."""
    given = step.get("with", {})
    if _is(step, "upload-artifact"):
        (kept / given["name"]).mkdir()
        shutil.copy(folder / given["path"], kept / given["name"])
    elif _is(step, "download-artifact"):
        found = kept / given["name"]
        assert found.exists() or step["continue-on-error"]
        if found.exists():
            shutil.copytree(found, folder / given["path"], dirs_exist_ok=True)


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
            # What a step did not come to say is empty.
            value = value.get(part, "") if isinstance(value, Mapping) else ""
        return str(value)

    return {
        name: re.sub(r"\$\{\{ ([\w.]+) \}\}", look_up, str(value)) for name, value in env.items()
    }
