"""The engine that started this process: its log, and whether it is still there."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from keyswitch.model.camel_case import in_camel_case
from keyswitch.plugin.host import require_engine_at
from keyswitch.plugin.native import protos

if TYPE_CHECKING:
    from pulumi.runtime.proto.engine_pb2_grpc import EngineStub

_LOG_SECONDS: Final = 30.0


@dataclass
class Engine:
    """The engine at an address; one without an address, as in ``plugin run``, hears nothing."""

    address: str

    @cached_property
    def _stub(self) -> EngineStub:
        import grpc

        return protos.engine_pb2_grpc.EngineStub(grpc.insecure_channel(self.address))

    def log(self, severity: str, text: str, urn: str = "") -> None:
        """Shows a line on the row of a resource, or of the stack.

        :param severity: ``INFO``, ``WARNING`` or ``ERROR``; an error by itself fails nothing.
        """
        import grpc

        message = in_camel_case(text)
        request: Any = protos.engine_pb2.LogRequest(
            severity=protos.engine_pb2.LogSeverity.Value(severity), message=message, urn=urn
        )
        try:
            if self.address:
                self._stub.Log(request, timeout=_LOG_SECONDS)
                return
        except grpc.RpcError:
            # What was done must be recorded, whether anybody hears of it or not.
            pass
        sys.stderr.write(f"{severity.lower()}: {message}\n")

    def require(self) -> None:
        """Returns while the engine is there.

        :raises ConnectionRefusedError: it is gone, and nobody records what is done from now on.
        """
        require_engine_at(self.address)


@dataclass(frozen=True)
class EngineRow:
    """The row of one resource."""

    engine: Engine
    urn: str

    def note(self, texts: Iterable[str]) -> None:
        """Shows each as a note."""
        for text in texts:
            self.engine.log("INFO", text, self.urn)

    def warn(self, texts: Iterable[str]) -> None:
        """Shows each as a warning."""
        for text in texts:
            self.engine.log("WARNING", text, self.urn)

    def error(self, texts: Iterable[str]) -> None:
        """Shows each as an error, which by itself fails nothing."""
        for text in texts:
            self.engine.log("ERROR", text, self.urn)

    def tell(self, text: str) -> None:
        """Shows one warning."""
        self.warn([text])
