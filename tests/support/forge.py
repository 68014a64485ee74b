"""The comments of a forge over HTTP, as GitHub and GitLab keep them."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from support.http import serving

GITHUB_TOKEN = "ghs_made-up"
GITLAB_TOKEN = "glpat-made-up"
OF_GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "acme/keys",
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_TOKEN": GITHUB_TOKEN,
}
OF_GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_ID": "1",
    "CI_MERGE_REQUEST_IID": "7",
    "COMMENT_TOKEN": GITLAB_TOKEN,
}
"""What a runner of each sets, but for the address."""
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


def in_a_job(of: str, api: str, merged: Path) -> dict[str, str]:
    """What a runner of a forge sets in each job, but for tokens.

    :param of: ``github`` or ``gitlab``.
    :param api: the address of the forge's API.
    :param merged: where the repository is cloned from.
    """
    if of == "github":
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_API_URL": api,
            "GITHUB_REPOSITORY": "acme/keys",
        }
    return {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": api,
        "CI_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_PIPELINE_ID": "11",
        "CI_DEFAULT_BRANCH": "main",
        "CI_SERVER_URL": "https://gitlab.example.com",
        "CI_REPOSITORY_URL": f"file://{merged}",
    }


@dataclass
class Comments:
    """The comments of pull request 7 of acme/keys, or the notes of merge request 7, and of issue 7, of project 1.

    What either forge does not have is answered with 404, a token that is none of its own with 401, a
    text that is too long with 422, and a list comes in pages.

    :param answers: given to the next requests, the first first; of ``None`` a request is answered as always.
    :param lost: how many comments it writes without an answer that says so.
    :param requests: the method and path of each.
    """

    url: str = ""
    answers: list[Response | None] = field(default_factory=list)
    lost: int = 0
    requests: list[tuple[str, str]] = field(default_factory=list)
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
        self.requests.append((request.method, request.path))
        answer = self.answers.pop(0) if self.answers else None
        return self._answer(request) if answer is None else answer

    def _answer(self, request: Request) -> Response:
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
            if self.lost:
                self.lost -= 1
                return Response("{}", 502)
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
def forge(ssl_context: ssl.SSLContext | None = None) -> Iterator[Comments]:
    comments = Comments()
    with serving(comments.app, ssl_context) as server:
        comments.url = server.url
        yield comments
