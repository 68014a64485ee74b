"""A forward proxy on loopback: counts what passes, and sends every name to one server a scheme."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from support.http import running


@dataclass
class Proxy:
    """``passed`` holds what was asked of it: ``CONNECT host:443``, ``POST http://host/``."""

    plain: tuple[str, int]
    secure: tuple[str, int]
    url: str = ""
    passed: list[str] = field(default_factory=list)


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 0


@contextmanager
def proxying(plain_url: str, secure_url: str) -> Iterator[Proxy]:
    proxy = Proxy(_address(plain_url), _address(secure_url))

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            request = self.rfile.readline()
            method, url, _ = request.decode().split(" ", 2)
            proxy.passed.append(f"{method} {url}")
            target = proxy.secure if method == "CONNECT" else proxy.plain
            with socket.create_connection(target) as upstream:
                if method == "CONNECT":
                    while self.rfile.readline().strip():
                        pass
                    self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    upstream.sendall(request)
                back = threading.Thread(target=pump, args=(upstream, self.connection), daemon=True)
                back.start()
                pump_file(self, upstream)
                back.join(timeout=5)

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)

    def pump_file(handler: socketserver.StreamRequestHandler, sink: socket.socket) -> None:
        with suppress(OSError):
            while chunk := handler.rfile.read1(65536):  # type: ignore[attr-defined]
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    with running(server):
        yield proxy
