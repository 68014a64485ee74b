"""A native provider that does nothing, for ``bench.py``: what the engine costs a provider of keyswitch's kind."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import grpc
from google.protobuf.empty_pb2 import Empty

from keyswitch.plugin.native.protos import plugin_pb2, provider_pb2, provider_pb2_grpc

TEXT: Final = {"type": "string"}
INPUTS: Final = {"accessKeyId": TEXT, "userName": TEXT, "status": TEXT}
SCHEMA: Final = {
    "name": "floor",
    "version": "0.1.0",
    "resources": {"floor:index:Floor": {"inputProperties": INPUTS, "properties": INPUTS}},
}


class Floor(provider_pb2_grpc.ResourceProviderServicer):
    """Hands back what it is given."""

    def Handshake(self, _request: Any, _context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        return plugin_pb2.PluginInfo(version="0.1.0")

    def GetSchema(self, _request: Any, _context: Any) -> Any:
        return provider_pb2.GetSchemaResponse(schema=json.dumps(SCHEMA))

    def CheckConfig(self, request: Any, _context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, _request: Any, _context: Any) -> Any:
        return provider_pb2.DiffResponse()

    def Configure(self, _request: Any, _context: Any) -> Any:
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: Any, _context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, _context: Any) -> Any:
        changed = request.news["status"] != request.old_inputs["status"]
        kind = (
            provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        )
        return provider_pb2.DiffResponse(changes=kind)

    def Create(self, request: Any, _context: Any) -> Any:
        id_ = "" if request.preview else request.properties["accessKeyId"]
        return provider_pb2.CreateResponse(id=id_, properties=request.properties)

    def Update(self, request: Any, _context: Any) -> Any:
        return provider_pb2.UpdateResponse(properties=request.news)

    def Read(self, request: Any, _context: Any) -> Any:
        return provider_pb2.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    def Delete(self, _request: Any, _context: Any) -> Empty:
        return Empty()

    def Cancel(self, _request: Any, _context: Any) -> Empty:
        return Empty()


if __name__ == "__main__":
    server = grpc.server(ThreadPoolExecutor())
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Floor(), server)
    sys.stdout.write(f"{server.add_insecure_port('127.0.0.1:0')}\n")
    server.start()
    sys.stdout.flush()
    server.wait_for_termination()
