"""The process that the engine starts as ``pulumi-resource-keyswitch``: its gRPC calls, answered."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty

from keyswitch.iam.user_agent import Origin
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, line
from keyswitch.model.camel_case import in_camel_case
from keyswitch.model.register_names import OF_A_REGISTER
from keyswitch.plugin.native import protos, wire
from keyswitch.plugin.native.detailed_diff import differences
from keyswitch.plugin.native.engine import Engine
from keyswitch.plugin.native.functions import FUNCTIONS
from keyswitch.plugin.native.keys import Keys, PartlyDoneError
from keyswitch.plugin.native.plugin_version import PLUGIN_VERSION
from keyswitch.plugin.native.rotations import construct
from keyswitch.plugin.native.settings import names_credentials, quiet_seconds, settings_of
from keyswitch.plugin.process_state import PROCESS

if TYPE_CHECKING:
    from pulumi.runtime.proto import provider_pb2 as pb

_LARGEST_MESSAGE: Final = 400 << 20
"""The engine's own limit, in bytes."""
_CALLS_AT_ONCE: Final = 10_000
"""A Construct keeps its thread until the calls about its keys have found one."""
R = TypeVar("R")


def reported(method: Callable[..., R]) -> Callable[..., R]:
    """Has an error of ours shown as its message alone, and what was done all the same kept."""

    @functools.wraps(method)
    def wrapper(self: Any, request: Any, context: grpc.ServicerContext) -> R:
        code = grpc.StatusCode.UNKNOWN
        try:
            return method(self, request, context)
        except PartlyDoneError as error:
            context.set_trailing_metadata(_kept(error))
            text = str(error)
        except KeyswitchError as error:
            text = "\n".join(error.lines)
        except grpc.RpcError as error:
            # The engine refuses what it is asked only while it ends a run, and has said why.
            code, text = grpc.StatusCode.UNAVAILABLE, str(error)
        context.abort(code, in_camel_case(text))
        raise AssertionError  # abort has raised

    return wrapper


def answered(method: Callable[..., R]) -> Callable[..., R]:
    """The same for a call that others wait for, see :meth:`ProcessState.wait_for_others`."""
    return reported(PROCESS.counted(method))


def _kept(error: PartlyDoneError) -> tuple[tuple[str, bytes]]:
    failed = protos.provider_pb2.ErrorResourceInitFailed(
        id=error.id,
        properties=error.properties,
        inputs=error.inputs,
        reasons=[in_camel_case(each) for each in error.lines],
        refresh_before_update=True,
    )
    status = protos.status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0])
    status.details.add().Pack(failed)
    return (("grpc-status-details-bin", status.SerializeToString()),)


class Provider(protos.provider_pb2_grpc.ResourceProviderServicer):
    """Answers every call of the engine; those about keys by :class:`~keyswitch.plugin.native.keys.Keys`."""

    def __init__(self, engine_address: str) -> None:
        self._engine = Engine(engine_address)
        PROCESS.join(engine_address)
        self._keys = Keys(self._engine)

    @answered
    def Handshake(self, request: pb.ProviderHandshakeRequest, _context: Any) -> Any:
        """Takes the engine's address, where the command line did not have it."""
        self._engine.address = request.engine_address or self._engine.address
        PROCESS.join(self._engine.address)
        return protos.provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    @answered
    def Attach(self, request: Any, _context: Any) -> Empty:
        """Takes the address of the engine that this process was attached to by hand."""
        self._engine.address = request.address
        PROCESS.join(self._engine.address)
        return Empty()

    @answered
    def GetPluginInfo(self, _request: Empty, _context: Any) -> Any:
        """The version."""
        return protos.plugin_pb2.PluginInfo(version=PLUGIN_VERSION)

    @answered
    def GetSchema(self, _request: Any, _context: Any) -> Any:
        """What programs may write."""
        schema = json.loads(files(__package__).joinpath("schema.json").read_text())
        text = json.dumps({**schema, "version": PLUGIN_VERSION})
        return protos.provider_pb2.GetSchemaResponse(schema=text)

    @answered
    def CheckConfig(self, request: pb.CheckRequest, _context: Any) -> Any:
        """Refuses settings that cannot be read, under the names that the user wrote.

        A register of keys in the stack's config has the same namespace, and is no setting of the provider.
        """
        failure = protos.provider_pb2.CheckFailure
        failures = []
        for name in OF_A_REGISTER:
            if name in request.news:
                del request.news[name]
        try:
            given = wire.read(request.news).values
            settings = settings_of(given)
            quiet_seconds(given)
            if not names_credentials(settings, os.environ):
                self._engine.log("WARNING", line(catalogue.NoCredentialsNamed()))
        except KeyswitchError as error:
            reason = in_camel_case(str(error))
            failures.append(failure(reason=reason))
        return protos.provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    @answered
    def DiffConfig(self, request: pb.DiffRequest, _context: Any) -> Any:
        """Another configuration is an update of the provider, never another provider."""
        before, after = (wire.read(each).values for each in (request.old_inputs, request.news))
        changed = differences(before, after)
        pb2 = protos.provider_pb2
        some = pb2.DiffResponse.DIFF_SOME if changed else pb2.DiffResponse.DIFF_NONE
        return pb2.DiffResponse(changes=some, diffs=sorted(changed))

    @answered
    def Configure(self, request: pb.ConfigureRequest, _context: Any) -> Any:
        """Takes the settings."""
        given = wire.read(request.args).values
        self._keys.settings = settings_of(given)
        PROCESS.quiet_seconds = quiet_seconds(given)
        return protos.provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @answered
    def Check(self, request: pb.CheckRequest, _context: Any) -> pb.CheckResponse:
        """See :meth:`Keys.check`, as the following."""
        return self._keys.check(request)

    @answered
    def Diff(self, request: pb.DiffRequest, _context: Any) -> pb.DiffResponse:
        """See :meth:`Keys.diff`."""
        return self._keys.diff(request)

    @answered
    def Create(self, request: pb.CreateRequest, _context: Any) -> pb.CreateResponse:
        """See :meth:`Keys.create`."""
        return self._keys.create(request)

    @answered
    def Update(self, request: pb.UpdateRequest, _context: Any) -> pb.UpdateResponse:
        """See :meth:`Keys.update`."""
        return self._keys.update(request)

    @answered
    def Read(self, request: pb.ReadRequest, _context: Any) -> pb.ReadResponse:
        """See :meth:`Keys.read`."""
        return self._keys.read(request)

    @answered
    def Delete(self, request: pb.DeleteRequest, _context: Any) -> Empty:
        """See :meth:`Keys.delete`."""
        return self._keys.delete(request)

    @reported
    def Construct(self, request: pb.ConstructRequest, _context: Any) -> pb.ConstructResponse:
        """Registers a rotation; others do not wait for it, since it waits for the calls about its keys."""
        return construct(request, self._engine, self._keys.refusals)

    @answered
    def Invoke(self, request: pb.InvokeRequest, _context: Any) -> Any:
        """Calls a function of the package."""
        function = FUNCTIONS.get(request.tok)
        if function is None:
            unknown = catalogue.UnknownFunction(version=PLUGIN_VERSION, token=request.tok)
            raise KeyswitchError(unknown)
        client = PROCESS.client_in(None, self._keys.settings, Origin())
        response = protos.provider_pb2.InvokeResponse()
        found = wire.write(function(client, wire.read(request.args).values))
        # The engine's name of this field is a word of Python's.
        getattr(response, "return").CopyFrom(found)
        return response

    @answered
    def GetMapping(self, _request: Any, _context: Any) -> Any:
        """No other tool's state can be converted."""
        return protos.provider_pb2.GetMappingResponse()

    @answered
    def GetMappings(self, _request: Any, _context: Any) -> Any:
        """The same."""
        return protos.provider_pb2.GetMappingsResponse()

    @answered
    def Cancel(self, _request: Empty, _context: Any) -> Empty:
        """The engine also says so at the end of every run; a key that is in progress is finished."""
        return Empty()


def main() -> None:
    """Serves on a free port of 127.0.0.1, which the engine reads from standard output."""
    address = sys.argv[-1] if ":" in sys.argv[-1] else ""
    options = [(f"grpc.max_{way}_message_length", _LARGEST_MESSAGE) for way in ("receive", "send")]
    server = grpc.server(ThreadPoolExecutor(_CALLS_AT_ONCE), options=options)
    protos.provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(address), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
