"""Keeps one comment up to date over a forge's API.

The token goes to the address that the runner names, in one header, and nowhere else: no redirect is followed, and
no message holds it.
"""

from __future__ import annotations

import json
import os
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from keyswitch.cli.forge import Thread
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, shortened

_OWN_MARKER: Final = re.compile(r"<!-- keyswitch [a-z]+(?: [^<>]*)? -->")
_TRIES: Final = 4
_SECONDS: Final = 30
_LONGEST_WAIT: Final = 60.0
_PER_PAGE: Final = 100
_MOST_PAGES: Final = 100
_MOST_BYTES: Final = 50_000_000
_LONGEST_REASON: Final = 200
_TOO_MANY: Final = 429
_FORBIDDEN: Final = 403
_FAULT: Final = 500


@dataclass(frozen=True)
class Kept:
    """What became of a comment.

    :param action: ``created``, ``edited`` or ``unchanged``.
    :param number: the forge's own.
    """

    action: str
    number: int


def keep(thread: Thread, text: str, sleep: Callable[[float], None] | None = None) -> Kept:
    """Makes ``text`` the one comment that ends with its marker: edits the own one, or adds one.

    A call that fails for a moment starts the whole again, so that an answer that was lost adds no second comment.

    :raises KeyswitchError: the text has no marker (KS783), the forge refuses (KS781) or does not answer (KS782).
    """
    marker = _marker(text)
    if not _OWN_MARKER.fullmatch(marker):
        raise KeyswitchError(catalogue.NoComment())
    api = _Api(thread, _opener(thread.comments))
    tries = 0
    while True:
        tries += 1
        try:
            return _kept(api, text, marker)
        except _LaterError as later:
            if tries == _TRIES:
                raise later.error from None
            wait = 2.0**tries if later.seconds is None else later.seconds
        (sleep or time.sleep)(min(wait, _LONGEST_WAIT))


def _kept(api: _Api, text: str, marker: str) -> Kept:
    for each in api.own_comments():
        body, number = str(each.get("body")), each.get("id")
        if _marker(body) != marker or not isinstance(number, int):
            continue
        if body.splitlines() == text.splitlines():
            return Kept("unchanged", number)
        api.call(api.thread.verb, f"{api.thread.edited}/{number}", {"body": text})
        return Kept("edited", number)
    added = api.call("POST", api.thread.comments, {"body": text})
    return Kept("created", _number(added))


def _number(added: object) -> int:
    number = added.get("id") if isinstance(added, dict) else None
    return number if isinstance(number, int) else 0


def _marker(text: str) -> str:
    lines = text.rstrip().splitlines()
    return lines[-1].strip() if lines else ""


class _LaterError(Exception):
    """A call may go well in a moment.

    :param seconds: after how long the forge wants to be asked again, ``None`` if it did not say.
    """

    def __init__(self, error: KeyswitchError, seconds: float | None = None) -> None:
        super().__init__()
        self.error = error
        self.seconds = seconds


@dataclass(frozen=True)
class _Api:
    thread: Thread
    opener: OpenerDirector

    def own_comments(self) -> Iterator[Mapping[str, Any]]:
        """The oldest first. Whoever quotes the marker, or copies it, wrote none of them."""
        author = self._author()
        for page in range(1, _MOST_PAGES + 1):
            query = f"per_page={_PER_PAGE}&sort=asc&page={page}"
            found = self.call("GET", f"{self.thread.comments}?{query}")
            comments = [each for each in _listed(found) if isinstance(each, dict)]
            yield from (each for each in comments if author in _authors(each))
            if len(comments) < _PER_PAGE:
                return

    def _author(self) -> object:
        if self.thread.author:
            return self.thread.author
        me = self.call("GET", self.thread.user)
        return me.get("id") if isinstance(me, dict) else None

    def call(self, method: str, url: str, body: Mapping[str, str] | None = None) -> Any:
        """One call, and what its JSON holds.

        :raises _LaterError: the forge is busy, or cannot be reached.
        :raises KeyswitchError: it refuses (KS781).
        """
        data = None if body is None else json.dumps(body).encode()
        headers = {
            **self.thread.headers,
            "Content-Type": "application/json",
            "User-Agent": "keyswitch",
        }
        request = Request(url, data, headers, method=method)  # noqa: S310 - _address checks the scheme
        try:
            with self.opener.open(request, timeout=_SECONDS) as answer:
                return json.loads(answer.read(_MOST_BYTES))
        except HTTPError as refused:
            raise self._refusal(refused, method, url) from None
        except (URLError, HTTPException, OSError) as failure:
            raise _LaterError(self._undelivered(getattr(failure, "reason", failure))) from None
        except (ValueError, RecursionError):
            raise self._refused("no JSON", method, url) from None

    def _refusal(self, refused: HTTPError, method: str, url: str) -> Exception:
        reason = _reason(refused)
        told = f"{refused.code}: {reason}" if reason else str(refused.code)
        wanted = refused.headers.get("Retry-After", "")
        seconds = float(wanted) if re.fullmatch(r"[0-9]{1,6}", wanted) else None
        is_limit = refused.code == _FORBIDDEN and (
            seconds is not None or refused.headers.get("X-RateLimit-Remaining") == "0"
        )
        if is_limit or refused.code == _TOO_MANY or refused.code >= _FAULT:
            return _LaterError(self._undelivered(told), seconds)
        return self._refused(told, method, url)

    def _refused(self, answer: str, method: str, url: str) -> KeyswitchError:
        path = urlsplit(url).path
        return KeyswitchError(
            catalogue.CommentRefused(
                forge=self.thread.forge, answer=answer, method=method, path=path
            )
        )

    def _undelivered(self, problem: object) -> KeyswitchError:
        return KeyswitchError(
            catalogue.ForgeUnreachable(
                forge=self.thread.forge,
                host=urlsplit(self.thread.comments).hostname,
                attempts=f"{_TRIES} times",
                problem=shortened(str(problem), _LONGEST_REASON),
            )
        )


def _reason(refused: HTTPError) -> str:
    """The forge's own word, where it gives one."""
    try:
        told = json.loads(refused.read(_MOST_BYTES))
    except (ValueError, RecursionError, OSError, HTTPException):
        return ""
    found = told.get("message") or told.get("error") if isinstance(told, dict) else None
    return (
        shortened(found if isinstance(found, str) else json.dumps(found), _LONGEST_REASON)
        if found
        else ""
    )


def _listed(found: object) -> list[Any]:
    return found if isinstance(found, list) else []


def _authors(comment: Mapping[str, Any]) -> tuple[object, ...]:
    """GitHub's login, GitLab's id."""
    user, author = comment.get("user"), comment.get("author")
    return (
        user.get("login") if isinstance(user, dict) else None,
        author.get("id") if isinstance(author, dict) else None,
    )


def _opener(url: str) -> OpenerDirector:
    """What opens that URL, by the runner's proxies and authorities; it follows no redirect."""
    opener = OpenerDirector()
    handlers = [ProxyHandler(), HTTPDefaultErrorHandler(), HTTPErrorProcessor()]
    for handler in (*handlers, _https() if url.startswith("https:") else HTTPHandler()):
        opener.add_handler(handler)
    return opener


def _https() -> HTTPSHandler:
    context = ssl.create_default_context()
    authority = os.environ.get("CI_SERVER_TLS_CA_FILE")
    if authority and Path(authority).is_file():
        context.load_verify_locations(authority)
    return HTTPSHandler(context=context)
