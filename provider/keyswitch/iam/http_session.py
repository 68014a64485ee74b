"""botocore's HTTP session with an end to every request: in time, and in how much comes back.

botocore bounds each read of a socket by itself, so that an answer which never stops coming is read for
ever, into memory. Here the sending thread carries the end of its request, and every read of the connection, of the
status line and the headers, of a proxy's answer and of the body, asks it first. Nothing is sent after that end.

This module subclasses what botocore and urllib3 let one subclass, and is imported where a call is made.
"""

from __future__ import annotations

import io
import socket
import ssl
import threading
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any, Final

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.exceptions import BotoCoreError, ConnectTimeoutError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.utils import InstanceMetadataFetcher, get_environ_proxies

from keyswitch.iam.call_limits import Bounds

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse

_MOST_CONNECTIONS: Final = 50


class AnswerTooSlowError(ReadTimeoutError):
    """The answer was not whole in time; botocore tries such a call again."""

    fmt = "no whole answer within {seconds:g} seconds"


class AnswerTooLargeError(BotoCoreError):
    """The answer is larger than any of AWS's; botocore does not ask for such a one again."""

    fmt = "more than {bytes:,} bytes came back"


class _Request:
    """What is left of the bounds of one request, in the thread that sends it."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._ends = time.monotonic() + bounds.try_seconds
        self._bytes = 0
        self.failure: BotoCoreError | None = None

    def seconds_left(self) -> float:
        """More than none.

        :raises TimeoutError: there are none left.
        """
        left = self._ends - time.monotonic()
        if left <= 0:
            self.failure = AnswerTooSlowError(seconds=self._bounds.try_seconds)
            raise TimeoutError(str(self.failure))
        return left

    def count(self, received: int) -> None:
        """Takes note of bytes that were received.

        :raises OSError: they are too many.
        """
        self._bytes += received
        if self._bytes > self._bounds.answer_bytes:
            self.failure = AnswerTooLargeError(bytes=self._bounds.answer_bytes)
            raise OSError(str(self.failure))


class _Current(threading.local):
    request: _Request | None = None


_CURRENT: Final = _Current()


class _BoundedReader(io.RawIOBase):
    """Reads a socket for as long as the request of this thread may take."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, request: _Request) -> None:
        super().__init__()
        self._raw = raw
        self._sock = sock
        self._request = request

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """As a socket's own, within the bounds."""
        self._sock.settimeout(self._request.seconds_left())
        try:
            received: int | None = self._raw.readinto(buffer)
        except TimeoutError:
            self._request.seconds_left()
            raise
        self._request.count(received or 0)
        return received

    def fileno(self) -> int:
        """The socket's."""
        return self._raw.fileno()

    def close(self) -> None:
        """Drops the socket, as its own reader does."""
        self._raw.close()
        super().close()


class _BoundedResponse(HTTPResponse):
    """An answer, AWS's or a proxy's to CONNECT, that is read within the bounds of its request."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        if _CURRENT.request is not None:
            reader = _BoundedReader(self.fp.detach(), sock, _CURRENT.request)
            self.fp = io.BufferedReader(reader)


class _Bounded:
    """A connection on which nothing is sent once the time of its request is over."""

    response_class = _BoundedResponse
    sock: Any

    def send(self, data: Any) -> Any:
        """As http.client's, which connects first where that is needed."""
        request = _CURRENT.request
        if request is not None:
            left = request.seconds_left()
            if self.sock is not None:
                self.sock.settimeout(left)
        return super().send(data)  # type: ignore[misc]

    def connect(self) -> None:
        """As urllib3's: every address of the name is tried, each for as long as a connection may take."""
        super().connect()  # type: ignore[misc]
        if _CURRENT.request is not None:
            _CURRENT.request.seconds_left()


class _HttpConnection(_Bounded, AWSHTTPConnection):  # type: ignore[misc]
    pass


class _HttpsConnection(_Bounded, AWSHTTPSConnection):  # type: ignore[misc]
    pass


class _HttpPool(AWSHTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(AWSHTTPSConnectionPool):
    ConnectionCls = _HttpsConnection

    def _validate_conn(self, conn: Any) -> None:
        """Connects, as urllib3's; without its warning at each request where certificates are not to be checked."""
        if self.cert_reqs not in (ssl.CERT_NONE, "CERT_NONE"):
            super()._validate_conn(conn)
        elif conn.is_closed:
            conn.connect()


class BoundedSession(URLLib3Session):
    """Sends requests as botocore's own session does, each within ``bounds``.

    :param verify: whether a server's certificate is verified, or the CA bundle to do it by.
    :param proxies: URL of the proxy by scheme.
    """

    def __init__(
        self,
        bounds: Bounds,
        *,
        verify: bool | str = True,
        proxies: dict[str, str] | None = None,
    ) -> None:
        options: dict[str, Any] = {
            "verify": verify,
            "proxies": proxies,
            "timeout": (bounds.connect_seconds, bounds.try_seconds),
            "max_pool_connections": _MOST_CONNECTIONS,
            "socket_options": [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        }
        super().__init__(**options)
        self.timed_out = False
        self._bounds = bounds
        # The managers of proxies take theirs from this attribute too.
        self._pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
        self._manager.pool_classes_by_scheme = self._pool_classes_by_scheme  # type: ignore[attr-defined]

    def send(self, request: AWSRequest | AWSPreparedRequest) -> AWSResponse:
        """The whole answer. ``timed_out`` tells from then on whether any did not come in time.

        :raises AnswerTooSlowError: it did not come whole in time.
        :raises AnswerTooLargeError: it is too large.
        """
        current = _CURRENT.request = _Request(self._bounds)
        try:
            return super().send(request)
        except Exception as error:
            failure = current.failure or error
            self.timed_out |= isinstance(failure, (ConnectTimeoutError, ReadTimeoutError))
            if current.failure is not None:
                raise current.failure from None
            raise
        finally:
            _CURRENT.request = None


class BoundedMetadataFetcher(InstanceMetadataFetcher):
    """Asks a machine's metadata server as botocore does, each request within ``bounds``."""

    def __init__(self, bounds: Bounds, **options: Any) -> None:
        options["timeout"] = bounds.connect_seconds
        super().__init__(**options)
        proxies = get_environ_proxies(self.get_base_url())
        self._bounded = self._session = BoundedSession(bounds, proxies=proxies)

    @property
    def timed_out(self) -> bool:
        """Whether the server did not answer a question in time."""
        return self._bounded.timed_out
