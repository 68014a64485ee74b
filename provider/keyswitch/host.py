"""Speaks to the reader from inside the engine's dynamic provider host, past what its API offers.

The host (``pulumi.dynamic.__main__``) shows any error as a traceback, and gives a provider neither
the URN of the resource it is called for nor a way to warn. Both can be had from the host's own
call frame: its gRPC ``context`` and ``request``. Nothing is patched but the one context object of
the call that fails, so other providers in the same process keep their own errors. Should the host
change, an error is shown with its traceback again and a warning under the stack's row: worse to
read, and never wrong. ``tests/engine/test_messages.py`` says when these workarounds can go.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, ParamSpec, TypeVar

from keyswitch.errors import KeyswitchError

P = ParamSpec("P")
R = TypeVar("R")


def clean_errors(method: Callable[P, R]) -> Callable[P, R]:
    """Has a :class:`KeyswitchError` of ``method`` shown as its message alone."""

    @functools.wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except KeyswitchError as error:
            _abort_with(str(error))
            raise

    return wrapper


def warn(text: str) -> None:
    """Shows a warning on the row of the resource that the host is being called for."""
    import grpc
    from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

    urn = urn_of_call()
    with grpc.insecure_channel(sys.argv[1]) as channel:
        engine_pb2_grpc.EngineStub(channel).Log(
            engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=text, urn=urn)
        )


def urn_of_call() -> str:
    """The URN of the resource that the host is being called for; empty should the host change."""
    request = _host_frame_value("request", "urn")
    return str(request.urn) if request is not None else ""


def _abort_with(text: str) -> None:
    context = _host_frame_value("context", "abort")
    if context is None:
        return
    abort = context.abort
    context.abort = lambda code, _details: abort(code, text)


def _host_frame_value(name: str, attribute: str) -> Any:
    """The nearest local variable ``name`` with ``attribute`` among the callers, else ``None``."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        value = frame.f_locals.get(name)
        if value is not None and hasattr(value, attribute):
            return value
        frame = frame.f_back
    return None
