"""A recording HTTP server on loopback in front of a WSGI application that speaks IAM's protocol."""

from __future__ import annotations

import io
import json
import logging
import ssl
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import BaseServer
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.serving import make_server
from werkzeug.wrappers import Response

OUTSIDER = "OUTSIDER"
"""The signer of calls that are the test's own: neither recorded nor ruled."""

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class Call:
    """One request that IAM or STS received."""

    action: str
    parameters: dict[str, str]
    signer: str
    region: str
    user_agent: str


Rule = Callable[[Call], Response | None]
"""Answers a call in the application's stead, or returns None to let it through."""


@dataclass
class RecordingServer:
    """Keeps every call; ``rules`` may answer instead, ``after`` is told once a call is answered."""

    app: WsgiApp
    url: str = ""
    calls: list[Call] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    after: list[Callable[[Call], None]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        call = _call(body, environ)
        if call.signer == OUTSIDER:
            return self.app(environ, start_response)
        with self._lock:
            self.calls.append(call)
        for rule in list(self.rules):
            answer = rule(call)
            if answer is not None:
                return answer(environ, start_response)
        answered = list(self.app(environ, start_response))
        for tell in list(self.after):
            tell(call)
        return answered

    def reset(self) -> None:
        self.calls.clear()
        self.rules.clear()
        self.after.clear()

    def count(self, action: str) -> int:
        return sum(call.action == action for call in self.calls)

    def counts(self) -> dict[str, int]:
        return {action: self.count(action) for action in sorted({c.action for c in self.calls})}

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Key id and status of each UpdateAccessKey, in order."""
        return [
            (call.parameters["AccessKeyId"], call.parameters["Status"])
            for call in self.calls
            if call.action == "UpdateAccessKey"
        ]


def _call(body: bytes, environ: dict[str, Any]) -> Call:
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    text = body.decode(errors="replace")
    parameters = json.loads(text) if target else dict(parse_qsl(text))
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    signer, _, rest = authorization.partition("Credential=")[2].partition("/")
    region = "".join(rest.split("/")[1:2])
    action = parameters.pop("Action", "") or target.rpartition(".")[2]
    parameters.pop("Version", None)
    return Call(action, parameters, signer, region, environ.get("HTTP_USER_AGENT", ""))


@contextmanager
def running(server: BaseServer) -> Iterator[None]:
    """A server, in a thread of its own until it is left."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serving(app: WsgiApp, ssl_context: ssl.SSLContext | None = None) -> Iterator[RecordingServer]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    recorder = RecordingServer(app)
    server = make_server("127.0.0.1", 0, recorder, threaded=True, ssl_context=ssl_context)
    scheme = "https" if ssl_context else "http"
    recorder.url = f"{scheme}://127.0.0.1:{server.server_port}"
    with running(server):
        yield recorder


def aws_error(status: int, code: str, message: str) -> Response:
    """An error as IAM and STS write it."""
    request_id = uuid.uuid4()
    return Response(
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
        f"<Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        status=status,
        content_type="text/xml",
    )


def json_error(status: int, code: str, message: str) -> Response:
    """An error as Organizations writes it."""
    headers = {"x-amzn-RequestId": str(uuid.uuid4())}
    body = json.dumps({"__type": code, "Message": message})
    return Response(body, status, headers, content_type="application/x-amz-json-1.1")


def refuse(action: str, status: int, code: str, message: str, *, only: str = "") -> Rule:
    """A rule that answers ``action`` with an error, for the user ``only`` where one is given."""

    def rule(call: Call) -> Response | None:
        if call.action != action or (only and call.parameters.get("UserName") != only):
            return None
        return aws_error(status, code, message)

    return rule
