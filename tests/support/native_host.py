"""The native provider as the engine runs it: a process of its own, asked over gRPC, and an engine that hears its log."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)

from keyswitch.model.urn import NATIVE_KEY_TYPE
from keyswitch.plugin.native import wire

EXECUTABLE = Path(sys.executable).parent / "pulumi-resource-keyswitch"


@dataclass
class Heard(engine_pb2_grpc.EngineServicer):
    """What the provider logged: severity, the resource's name, text."""

    lines: list[tuple[str, str, str]] = field(default_factory=list)

    def Log(self, request: Any, context: Any) -> Empty:  # noqa: N802 - the engine's name of the call
        severity = engine_pb2.LogSeverity.Name(request.severity)
        self.lines.append((severity, request.urn.rpartition("::")[2], request.message))
        return Empty()


@dataclass
class NativeHost:
    """Calls by the names and with the values of a test."""

    stub: provider_pb2_grpc.ResourceProviderStub
    heard: Heard

    def urn(self, name: str, token: str = NATIVE_KEY_TYPE) -> str:
        return f"urn:pulumi:test::project::{token}::{name}"

    def configure(self, **settings: Any) -> None:
        self.stub.Configure(provider_pb2.ConfigureRequest(args=wire.write(settings)))

    def check(
        self, name: str, inputs: dict[str, Any], token: str = NATIVE_KEY_TYPE
    ) -> dict[str, Any]:
        request = provider_pb2.CheckRequest(urn=self.urn(name, token), news=wire.write(inputs))
        return wire.read(self.stub.Check(request).inputs).values

    def create(
        self,
        name: str,
        inputs: dict[str, Any],
        token: str = NATIVE_KEY_TYPE,
        *,
        preview: bool = False,
        secret: tuple[str, ...] = (),
    ) -> Any:
        request = provider_pb2.CreateRequest(
            urn=self.urn(name, token), properties=wire.write(inputs, secret), preview=preview
        )
        return self.stub.Create(request)


@contextmanager
def native_host(env: dict[str, str], *command: str) -> Iterator[NativeHost]:
    """A process of the provider; started by ``command``, if it is given."""
    heard = Heard()
    engine = grpc.server(ThreadPoolExecutor(4))
    engine_pb2_grpc.add_EngineServicer_to_server(heard, engine)
    port = engine.add_insecure_port("127.0.0.1:0")
    engine.start()
    with subprocess.Popen(
        [*(command or [str(EXECUTABLE)]), f"127.0.0.1:{port}"],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            served = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{served}") as channel:
                yield NativeHost(provider_pb2_grpc.ResourceProviderStub(channel), heard)
        finally:
            process.terminate()
    engine.stop(None)


def kept_by(error: grpc.RpcError) -> provider_pb2.ErrorResourceInitFailed:
    """What the engine keeps of a call that failed."""
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    failed = provider_pb2.ErrorResourceInitFailed()
    status_pb2.Status.FromString(details).details[0].Unpack(failed)
    return failed
