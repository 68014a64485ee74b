"""Where comments of a pull request, a merge request or an issue stand, as a runner of GitHub or GitLab tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError

BOT: Final = "github-actions[bot]"
"""Who writes with the token of a GitHub job."""


@dataclass(frozen=True)
class Thread:
    """Where comments stand.

    :param forge: ``GitHub`` or ``GitLab``.
    :param where: in words, ``pull request 7``.
    :param comments: the URL of the list.
    :param edited: the URL of one comment, without its number.
    :param verb: the method that edits one.
    :param headers: what says who asks.
    :param author: the login whose comments are edited; empty to ask the forge whose token it is.
    :param user: the URL of who that is.
    """

    forge: str
    where: str
    comments: str
    edited: str
    verb: str
    headers: Mapping[str, str] = field(repr=False)
    author: str = ""
    user: str = ""

    @classmethod
    def found(
        cls,
        env: Mapping[str, str],
        *,
        pull_request: int | None = None,
        issue: int | None = None,
        author: str = BOT,
    ) -> Thread:
        """What the runner's environment names, unless a number does.

        :raises KeyswitchError: it names none, or no token (KS780).
        """
        if env.get("GITHUB_ACTIONS") == "true":
            return cls._github(env, pull_request, issue, author)
        if env.get("GITLAB_CI") == "true":
            return cls._gitlab(env, pull_request, issue)
        raise _nowhere("neither GITHUB_ACTIONS nor GITLAB_CI is true")

    @classmethod
    def _github(
        cls, env: Mapping[str, str], pull_request: int | None, issue: int | None, author: str
    ) -> Thread:
        named = re.fullmatch(r"refs/pull/([0-9]+)/\w+", env.get("GITHUB_REF", ""))
        number = issue or pull_request or (int(named[1]) if named else None)
        if number is None:
            raise _nowhere("GITHUB_REF is not that of a pull request")
        repository = quote(_variable(env, "GITHUB_REPOSITORY"))
        issues = f"{_address(env, 'GITHUB_API_URL')}/repos/{repository}/issues"
        headers = {
            "Authorization": f"Bearer {_token(env, 'GITHUB_TOKEN')}",
            "Accept": "application/vnd.github+json",
        }
        where = f"{'issue' if issue else 'pull request'} {number}"
        comments = f"{issues}/{number}/comments"
        return cls("GitHub", where, comments, f"{issues}/comments", "PATCH", headers, author)

    @classmethod
    def _gitlab(cls, env: Mapping[str, str], pull_request: int | None, issue: int | None) -> Thread:
        number = issue or pull_request or _variable(env, "CI_MERGE_REQUEST_IID")
        api = _address(env, "CI_API_V4_URL")
        place = f"{'issues' if issue else 'merge_requests'}/{quote(str(number), safe='')}"
        project = quote(_variable(env, "CI_PROJECT_ID"), safe="")
        notes = f"{api}/projects/{project}/{place}/notes"
        headers = {"PRIVATE-TOKEN": _token(env, "COMMENT_TOKEN")}
        where = f"{'issue' if issue else 'merge request'} {number}"
        return cls("GitLab", where, notes, notes, "PUT", headers, user=f"{api}/user")


def _variable(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise _nowhere(f"{name} is not set")
    return value


def _address(env: Mapping[str, str], name: str) -> str:
    url = _variable(env, name).rstrip("/")
    if not re.fullmatch(r"https?://[^\s?#@]+", url) or not _has_host(url):
        raise _nowhere(f"{name} is not an address")
    return url


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _token(env: Mapping[str, str], name: str) -> str:
    """A header takes one line of visible characters; what is wrong with another one is not repeated."""
    token = _variable(env, name)
    if not re.fullmatch(r"[!-~]+", token):
        raise _nowhere(f"{name} is not a token")
    return token


def _nowhere(problem: str) -> KeyswitchError:
    return KeyswitchError(catalogue.NoForge(problem=problem))
