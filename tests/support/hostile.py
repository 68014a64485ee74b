"""A hostile network: a small HTTP server between the provider and IAM, whose faults are programmed."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from support.http import running

SECONDS = 30
SILENT_SECONDS = 120


@dataclass
class Exchange:
    """One request on its way to IAM."""

    handler: BaseHTTPRequestHandler
    upstream: tuple[str, int]
    body: bytes
    parameters: dict[str, str]

    @property
    def action(self) -> str:
        return self.parameters.get("Action", "")

    def ask(self) -> tuple[int, str, bytes]:
        """What IAM itself answers: status, content type, body."""
        connection = http.client.HTTPConnection(*self.upstream, timeout=SECONDS)
        headers = {name: value for name, value in self.handler.headers.items() if name != "Host"}
        connection.request(self.handler.command, self.handler.path, self.body, headers)
        answer = connection.getresponse()
        found = answer.status, answer.headers.get("Content-Type", ""), answer.read()
        connection.close()
        return found

    def say(
        self, status: int, content_type: str, body: bytes, *, length: int | None = None
    ) -> None:
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", content_type)
        self.handler.send_header("Content-Length", str(len(body) if length is None else length))
        self.handler.end_headers()
        self.handler.wfile.write(body)
        self.handler.wfile.flush()

    def reset(self) -> None:
        """Closes the connection with RST."""
        linger = struct.pack("ii", 1, 0)
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.handler.close_connection = True
        with suppress(OSError):
            self.handler.connection.close()


Fault = Callable[[Exchange], None]


def passes(exchange: Exchange) -> None:
    exchange.say(*exchange.ask())


def resets(exchange: Exchange) -> None:
    """Before IAM has heard of it."""
    exchange.reset()


def loses_the_answer(exchange: Exchange) -> None:
    """IAM does it, and nobody hears of that."""
    exchange.ask()
    exchange.reset()


def truncates(exchange: Exchange) -> None:
    status, content_type, body = exchange.ask()
    exchange.say(status, content_type, body[: len(body) // 2], length=len(body))
    exchange.reset()


def says(status: int, body: str, content_type: str = "text/xml", *, asks: bool = False) -> Fault:
    """Answers in IAM's stead; ``asks`` lets IAM do it all the same."""

    def fault(exchange: Exchange) -> None:
        if asks:
            exchange.ask()
        exchange.say(status, content_type, body.encode())

    return fault


def error(status: int, code: str) -> Fault:
    """As AWS writes errors."""
    return says(
        status,
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>said AWS</Message>"
        "</Error><RequestId>r</RequestId></ErrorResponse>",
    )


def late(seconds: float) -> Fault:
    def fault(exchange: Exchange) -> None:
        time.sleep(seconds)
        passes(exchange)

    return fault


def is_silent(exchange: Exchange) -> None:
    """Takes the request and says nothing, until whoever asked has hung up."""
    connection = exchange.handler.connection
    connection.settimeout(SILENT_SECONDS)
    with suppress(OSError):
        connection.recv(1)
    exchange.handler.close_connection = True


def is_silent_about_it(exchange: Exchange) -> None:
    """IAM does it, and nothing is heard of that, nor of anything else."""
    exchange.ask()
    is_silent(exchange)


def drips(exchange: Exchange) -> None:
    """An answer that begins well and then comes byte by byte, until whoever asked has hung up."""
    exchange.handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    _on_and_on(exchange, b" ", pause=0.02)


def drips_a_header(exchange: Exchange) -> None:
    """Not even the headers end, and each byte comes long before a read of it would be given up."""
    exchange.handler.wfile.write(b"HTTP/1.1 200 OK\r\nServer: ")
    _on_and_on(exchange, b"x", pause=0.02)


def asks_to_go_on(exchange: Exchange) -> None:
    """``100 Continue``, for ever."""
    _on_and_on(exchange, b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.02)


def floods(exchange: Exchange) -> None:
    """As much as whoever asked will take."""
    exchange.handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    _on_and_on(exchange, b" " * 65536)


def having_done_it(fault: Fault) -> Fault:
    """The fault, once IAM has done what was asked."""

    def done(exchange: Exchange) -> None:
        exchange.ask()
        fault(exchange)

    return done


def _on_and_on(exchange: Exchange, piece: bytes, pause: float = 0) -> None:
    exchange.handler.close_connection = True
    with suppress(OSError):
        while True:
            exchange.handler.wfile.write(piece)
            time.sleep(pause)


def once(fault: Fault) -> Fault:
    """The fault for the first request of each kind about each key or user, and no more."""
    met: set[tuple[str, ...]] = set()
    lock = threading.Lock()

    def first(exchange: Exchange) -> None:
        about = (exchange.action, *sorted(exchange.parameters.values()))
        with lock:
            new = about not in met
            met.add(about)
        (fault if new else passes)(exchange)

    return first


class Throttle:
    """A token bucket: so many requests a second, and a few at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self.rate = rate
        self.burst = burst
        self.passed = 0
        self.refused = 0
        self._tokens = float(burst)
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, exchange: Exchange) -> None:
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
            self._at = now
            is_free = self._tokens >= 1
            if is_free:
                self._tokens -= 1
                self.passed += 1
            else:
                self.refused += 1
        (passes if is_free else error(400, "Throttling"))(exchange)


class StaleReads:
    """Lists answer for so long after a write as they did before it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._known: dict[str, tuple[int, str, bytes]] = {}
        self._until: dict[str, float] = {}

    def __call__(self, exchange: Exchange) -> None:
        user = exchange.parameters.get("UserName", "")
        if exchange.action == "UpdateAccessKey":
            passes(exchange)
            self._until[user] = time.monotonic() + self.seconds
        elif exchange.action == "ListAccessKeys":
            if time.monotonic() >= self._until.get(user, 0) or user not in self._known:
                self._known[user] = exchange.ask()
            exchange.say(*self._known[user])
        else:
            passes(exchange)


@dataclass
class Network:
    """The way to IAM.

    :ivar faults: what befalls a request, by action and user; empty text stands for any.
    """

    upstream: tuple[str, int]
    url: str = ""
    faults: dict[tuple[str, str], Fault] = field(default_factory=dict)
    delay: float = 0.0

    def fault_of(self, exchange: Exchange) -> Fault:
        action, user = exchange.action, exchange.parameters.get("UserName", "")
        asked = ((action, user), ("", user), (action, ""), ("", ""))
        return next((self.faults[each] for each in asked if each in self.faults), passes)


@contextmanager
def network(url: str) -> Iterator[Network]:
    parts = urlsplit(url)
    way = Network((parts.hostname or "", parts.port or 0))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            exchange = Exchange(self, way.upstream, body, dict(parse_qsl(body.decode())))
            if way.delay:
                time.sleep(way.delay)
            with suppress(ConnectionError):
                way.fault_of(exchange)(exchange)

        def __getattr__(self, name: str) -> Any:
            """GET and PUT, of metadata services, and CONNECT, of a proxy, as POST."""
            if name.startswith("do_"):
                return self.do_POST
            raise AttributeError(name)

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    way.url = f"http://127.0.0.1:{server.server_address[1]}"
    with running(server):
        yield way
