"""A forward proxy on loopback: counts what passes, and sends every name to one server."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Proxy:
    """``passed`` holds what was asked of it: ``CONNECT host:443``, ``POST http://host/``."""

    target: tuple[str, int]
    url: str = ""
    passed: list[str] = field(default_factory=list)


@contextmanager
def proxying(target_url: str) -> Iterator[Proxy]:
    address = urlsplit(target_url)
    proxy = Proxy((address.hostname or "", address.port or 0))

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            request = self.rfile.readline()
            method, url, _ = request.decode().split(" ", 2)
            proxy.passed.append(f"{method} {url}")
            with socket.create_connection(proxy.target) as upstream:
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

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
