"""The workarounds for the engine's dynamic provider host (``pulumi.dynamic.__main__``), all of them.

The host gives a provider neither the URN of the resource that a call is for nor a way to warn. Both can be
had from the host's own call frame: its gRPC ``context`` and ``request``. Nothing is patched but the one
context object of the call that fails, so other providers in the same process keep their own errors. Should
the host change, an error is shown with its traceback again and a warning under the stack's row: worse to
read, and never wrong. What cannot be told at all fails nothing.

What there is, why, and the test that fails once it can go:

:func:`clean_errors`
    The host shows any error as a traceback.
    ``test_the_engine_still_shows_another_providers_error_as_a_traceback``
:class:`Row`
    A warning from inside the host is no warning of the resource.
    ``test_the_engine_still_shows_a_warning_from_inside_a_plugin_as_no_warning_of_the_resource``
:func:`partly_done`
    The host has no way to keep what a call that fails has done.
    ``test_the_host_still_cannot_keep_what_a_failing_call_has_done``
:func:`urn_of_call`, :func:`ignored_properties`
    The host gives a provider neither the URN nor the option ``ignore_changes``.
    ``test_the_host_still_tells_a_provider_neither_the_urn_nor_what_is_ignored``
:func:`without_provider`
    The host writes a property of its own into every bag.
    ``test_the_host_still_adds_a_property_of_its_own``
:func:`require_engine`
    The host outlives an engine that was killed, and goes on with the call that it is in.
    ``test_what_a_killed_command_leaves_behind_begins_no_further_switch_and_can_be_taken_back`` needs it.
"""

from __future__ import annotations

import asyncio
import functools
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from types import FrameType
from typing import Any, ParamSpec, TypeVar

from keyswitch.messages.format import KeyswitchError

_PROVIDER = "__provider"
_UNKNOWN_CODE = 2
"""gRPC's, which the host ends every failed call with."""
_CONNECT_SECONDS = 1.0
_LOG_SECONDS = 30.0
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


class Row:
    """The row of the resource that the host is being called for, also for other threads to write on."""

    def __init__(self) -> None:
        self._urn = urn_of_call()

    def warn(self, texts: Iterable[str]) -> None:
        """Shows each as a warning."""
        self._log("WARNING", list(texts))

    def error(self, texts: Iterable[str]) -> None:
        """Shows each as an error, which by itself fails nothing."""
        self._log("ERROR", list(texts))

    def _log(self, severity: str, listed: list[str]) -> None:
        if not listed:
            return
        import grpc
        from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

        with grpc.insecure_channel(engine_address()) as channel:
            engine = engine_pb2_grpc.EngineStub(channel)
            for text in listed:
                request = engine_pb2.LogRequest(
                    severity=engine_pb2.LogSeverity.Value(severity), message=text, urn=self._urn
                )
                try:
                    engine.Log(request, timeout=_LOG_SECONDS)
                except grpc.RpcError:
                    # What was done must be recorded, told or not; the engine shows this stream too.
                    sys.stderr.write(f"{severity.lower()}: {text}\n")

    def tell(self, text: str) -> None:
        """Shows one warning."""
        self.warn([text])


def partly_done(id_: str, outs: Mapping[str, Any], reasons: Iterable[str]) -> None:
    """Has the engine keep ``outs`` although the call is about to fail, and try again the next time.

    By ``ErrorResourceInitFailed``, which the host has no way to raise. Should the host change, the
    state is left as it was, and the next run finds what was done.

    :param outs: with the host's own property.
    """
    from pulumi.runtime import rpc
    from pulumi.runtime.proto import provider_pb2, status_pb2

    context = _host_frame_value("context", "set_trailing_metadata")
    if context is None:
        return
    loop = asyncio.new_event_loop()
    properties = loop.run_until_complete(rpc.serialize_properties(dict(outs), {}))
    loop.close()
    failed = provider_pb2.ErrorResourceInitFailed(
        id=id_, properties=properties, reasons=list(reasons)
    )
    status = status_pb2.Status(code=_UNKNOWN_CODE)
    status.details.add().Pack(failed)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))


def without_provider(bag: Mapping[str, Any]) -> dict[str, Any]:
    """A fresh copy without the host's own property, which it puts into every bag."""
    return {name: value for name, value in bag.items() if name != _PROVIDER}


def urn_of_call() -> str:
    """The URN of the resource that the host is being called for; empty should the host change."""
    request = _host_frame_value("request", "urn")
    return str(request.urn) if request is not None else ""


def ignored_properties() -> tuple[str, ...]:
    """The property paths of ``ignore_changes`` in the call that the host is in: Diff and Update have them."""
    request = _host_frame_value("request", "ignoreChanges")
    return tuple(request.ignoreChanges) if request is not None else ()


def require_engine() -> None:
    """Returns while the engine that the host serves is there.

    An engine that was killed leaves its hosts behind, which go on with the calls that they are in.

    :raises ConnectionRefusedError: it is gone, and nobody records what is done from now on.
    """
    require_engine_at(engine_address())


def require_engine_at(where: str) -> None:
    """The same of an engine at ``HOST:PORT``; one without an address is there."""
    address, _, port = where.rpartition(":")
    if not port.isdecimal():
        return
    try:
        socket.create_connection((address, int(port)), _CONNECT_SECONDS).close()
    except ConnectionRefusedError:
        raise
    except OSError:
        # Anything but a refusal says nothing about the engine.
        return


def engine_address() -> str:
    """The host's last argument: flags for its log and its traces may stand before it."""
    return sys.argv[-1]


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
