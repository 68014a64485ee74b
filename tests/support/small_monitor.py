"""The engine's side of a program: the resource monitor and the log, over gRPC."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import (
    callback_pb2,
    callback_pb2_grpc,
    engine_pb2,
    engine_pb2_grpc,
    provider_pb2,
    resource_pb2,
    resource_pb2_grpc,
)

from support.property_values import Bag, struct
from support.provider_host import StepError

STACK = "pulumi:pulumi:Stack"
FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
)
_HAS_STOPPED = "the run has failed"
_ENDED = "Resource monitor has terminated, shutting down"


class Engine(Protocol):
    """What a program is run by."""

    keeps_going: bool
    has_stopped: bool

    def register(self, urn: str, request: Any) -> tuple[str, Bag]:
        """The id and the outputs of a resource.

        :raises StepError: its step failed.
        """
        ...

    def set_outputs(self, urn: str, outputs: Any) -> None: ...
    def tell(self, urn: str, severity: str, text: str) -> None: ...
    def recorded(self) -> Bag: ...


class Monitor(engine_pb2_grpc.EngineServicer, resource_pb2_grpc.ResourceMonitorServicer):
    """Answers one program, and takes what its host logs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._hooks: dict[str, resource_pb2.RegisterResourceHookRequest] = {}
        self._root = ""

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Its address, while it is there."""
        server = grpc.server(ThreadPoolExecutor(64))
        engine_pb2_grpc.add_EngineServicer_to_server(self, server)
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(self, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.stop(None).wait()

    def call_hook(self, name: str, asked: resource_pb2.ResourceHookRequest, dry_run: bool) -> None:  # noqa: FBT001
        """Runs a hook of the program's.

        :raises StepError: what the hook raised.
        """
        hook = self._hooks[name]
        if dry_run and not hook.on_dry_run:
            return
        with grpc.insecure_channel(hook.callback.target) as channel:
            answer = callback_pb2_grpc.CallbacksStub(channel).Invoke(
                callback_pb2.CallbackInvokeRequest(
                    token=hook.callback.token, request=asked.SerializeToString()
                )
            )
        error = resource_pb2.ResourceHookResponse.FromString(answer.response).error
        if error:
            raise StepError(f'before hook "{name}" failed: {error}')

    def Log(self, request: Any, _context: Any) -> Any:  # noqa: N802 - gRPC's name, as those below
        severity = engine_pb2.LogSeverity.Name(request.severity).lower()
        if severity != "debug" and request.message != _ENDED:
            self._engine.tell(request.urn, severity, request.message)
        return empty_pb2.Empty()

    def GetRootResource(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: Any, _context: Any) -> Any:  # noqa: N802
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def GetDeploymentInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        return resource_pb2.DeploymentInfo(supportedFeatures=FEATURES)

    def RegisterResourceHook(self, request: Any, _context: Any) -> Any:  # noqa: N802
        self._hooks[request.name] = request
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
        if request.tok != "pulumi:pulumi:readStackResourceOutputs":
            context.abort(grpc.StatusCode.UNIMPLEMENTED, request.tok)
        answer = {"name": "test", "outputs": self._engine.recorded()}
        return provider_pb2.InvokeResponse(**{"return": struct(answer)})

    def RegisterResourceOutputs(self, request: Any, _context: Any) -> Any:  # noqa: N802
        self._engine.set_outputs(request.urn, request.outputs)
        return empty_pb2.Empty()

    def RegisterResource(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self._engine.has_stopped:
            context.abort(grpc.StatusCode.UNAVAILABLE, _HAS_STOPPED)
        parent = request.parent
        parents = f"{parent.split('::')[2]}$" if parent and STACK not in parent else ""
        urn = f"urn:pulumi:test::project::{parents}{request.type}::{request.name}"
        try:
            id_, outputs = self._engine.register(urn, request)
        except StepError:
            if not self._engine.keeps_going:
                context.abort(grpc.StatusCode.UNAVAILABLE, _HAS_STOPPED)
            return resource_pb2.RegisterResourceResponse(urn=urn, result=resource_pb2.Result.FAIL)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=id_, object=struct(outputs))
