"""A stand-in for the pulumi-aws plugin, for tests of programs that use the pulumi-aws SDK.

The engine starts it as it would start the real one; it speaks the engine's protocol by the SDK's
``pulumi.provider.experimental`` and does with boto3 what a user of the real one sees of a few
resources: see ``resources.py``. Credentials and endpoints are boto3's own business (the environment;
``AWS_ENDPOINT_URL``), of the provider's configuration only region, keys, token and profile are read.
Left out are the schema, functions, assumed roles, the check of credentials at the start, and state
of a creation that failed half-way.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from typing import Any

import boto3
import grpc
import grpc.aio
from botocore.exceptions import BotoCoreError, ClientError
from pulumi.provider.experimental import provider as protocol
from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2_grpc
from pulumi.runtime.rpc import UNKNOWN
from resources import KINDS, AbsentError, AwsError, Bag, Client, Input, Kind

DEFAULTS = "__defaults"
GONE = frozenset({"NoSuchEntity", "ResourceNotFoundException"})
SESSION = {
    "aws_access_key_id": "accessKey",
    "aws_secret_access_key": "secretKey",
    "aws_session_token": "token",
    "profile_name": "profile",
}

Values = dict[str, PropertyValue]


def plain(value: PropertyValue) -> Any:
    """The value without its marks; what is not known yet is the engine's word for it."""
    inner = value.value
    if isinstance(inner, Computed):
        return UNKNOWN
    if isinstance(inner, Mapping):
        return {key: plain(item) for key, item in inner.items()}
    if isinstance(inner, tuple):
        return [plain(item) for item in inner]
    return inner


def bag(values: Values) -> Bag:
    """What the program or AWS said, without nulls and the engine's own bookkeeping."""
    found = {key: plain(value) for key, value in values.items() if not key.startswith("__")}
    return {key: value for key, value in found.items() if value is not None}


def wrapped(value: Any) -> PropertyValue:
    if isinstance(value, dict):
        return PropertyValue({key: wrapped(item) for key, item in value.items()})
    if isinstance(value, list):
        return PropertyValue([wrapped(item) for item in value])
    if isinstance(value, int) and not isinstance(value, bool):
        return PropertyValue(float(value))
    return PropertyValue(value)


def values(kind: Kind, props: Bag, *sources: Values) -> Values:
    """The properties with their marks: secret by their kind, or as they were in one of the sources."""
    marked = {key for source in sources for key, value in source.items() if value.contains_secret()}
    secret = kind.secrets | marked
    known = {key: value for key, value in props.items() if value is not None}
    return {key: wrapped(value).with_secret(key in secret) for key, value in known.items()}


def unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(unknown, value.values()))
    return bool(value == UNKNOWN)


def kept(kind: Kind, olds: Bag, news: Bag) -> Bag:
    """The old state as far as an update leaves it: without the inputs that the program took back."""
    return {
        key: value
        for key, value in olds.items()
        if key in news or key not in kind.inputs or kind.inputs[key].computed
    }


def difference(spec: Input, old: Any, new: Any) -> protocol.PropertyDiff | None:
    """Between state and program; empty and absent are the same."""
    if (old or None) == (new or None) or (new is None and spec.computed):
        return None
    word = "DELETE" if new is None else "ADD" if old is None else "UPDATE"
    what = protocol.PropertyDiffKind[f"{word}_REPLACE" if spec.replaces else word]
    return protocol.PropertyDiff(what, input_diff=False)


def kind_of(type_token: str) -> Kind:
    if type_token not in KINDS:
        raise AwsError(f"the stand-in of the tests does not imitate {type_token}")
    return KINDS[type_token]


def refusal(kind: Kind, name: str, value: Any) -> str | None:
    if name not in kind.inputs:
        return "the stand-in of the tests does not imitate this input"
    choices = kind.inputs[name].choices
    if choices and not unknown(value) and value not in choices:
        listed = " ".join(f'"{choice}"' for choice in choices)
        return f"expected {name} to be one of [{listed}], got {value}"
    return None


def is_gone(error: ClientError) -> bool:
    told = error.response["Error"]
    return told["Code"] in GONE or "marked for deletion" in told.get("Message", "")


def words(client: Client, error: ClientError) -> str:
    """The error as the AWS SDK for Go writes it."""
    told, meta = error.response["Error"], error.response["ResponseMetadata"]
    return (
        f"operation error {client.meta.service_model.service_id}: {error.operation_name}, "
        f"https response error StatusCode: {meta['HTTPStatusCode']}, "
        f"RequestID: {meta.get('RequestId', '')}, {told['Code']}: {told.get('Message', '')}"
    )


async def ask(doing: str, client: Client, call: Callable[..., Any], *args: Any) -> Any:
    """Runs calls of boto3 beside the event loop."""
    try:
        return await asyncio.to_thread(call, client, *args)
    except ClientError as error:
        refused = AbsentError if is_gone(error) else AwsError
        raise refused(f"{doing}: {words(client, error)}") from error
    except BotoCoreError as error:
        raise AwsError(f"{doing}: {error}") from error


class AwsProvider(protocol.Provider):
    _client: Callable[..., Client]
    _region: str

    def _of(self, type_token: str, props: Bag) -> tuple[Kind, Client]:
        kind = kind_of(type_token)
        return kind, self._client(kind.service, props.get("region", self._region))

    async def configure(self, request: protocol.ConfigureRequest) -> protocol.ConfigureResponse:
        config = bag(request.args)
        session = boto3.Session(**{name: config.get(key) for name, key in SESSION.items()})
        named = (config.get("region"), os.environ.get("AWS_REGION"), session.region_name)
        self._region = next(filter(None, named), "us-east-1")
        self._client = functools.cache(session.client)
        return protocol.ConfigureResponse(accept_secrets=True, supports_preview=True)

    async def invoke(self, request: protocol.InvokeRequest) -> protocol.InvokeResponse:
        raise AwsError(f"the stand-in of the tests does not imitate {request.tok}")

    async def check(self, request: protocol.CheckRequest) -> protocol.CheckResponse:
        kind = kind_of(request.type)
        news, olds = bag(request.new_inputs), bag(request.old_inputs)
        failures = [
            protocol.CheckFailure(name, reason)
            for name, value in news.items()
            if (reason := refusal(kind, name, value))
        ]
        defaults = {key: spec.default for key, spec in kind.inputs.items()}
        if kind.named:
            was_made_up = "name" in plain(request.old_inputs.get(DEFAULTS, wrapped([])))
            made_up = f"{request.name}-{request.random_seed.hex()[:7]}"
            defaults["name"] = olds["name"] if was_made_up else made_up
        filled = {k: v for k, v in defaults.items() if v is not None and k not in news}
        inputs = values(kind, {**news, **filled}, request.new_inputs)
        return protocol.CheckResponse({**inputs, DEFAULTS: wrapped(sorted(filled))}, failures)

    async def diff(self, request: protocol.DiffRequest) -> protocol.DiffResponse:
        kind = kind_of(request.type)
        olds, news = bag(request.old_state), bag(request.new_inputs)
        found = {
            name: changed
            for name, spec in kind.inputs.items()
            if (changed := difference(spec, olds.get(name), news.get(name)))
        }
        return protocol.DiffResponse(
            changes=bool(found),
            replaces=[name for name in found if kind.inputs[name].replaces],
            diffs=list(found),
            detailed_diff=found,
        )

    async def create(self, request: protocol.CreateRequest) -> protocol.CreateResponse:
        inputs = bag(request.properties)
        kind, client = self._of(request.type, inputs)
        if request.preview:
            later = [name for name, spec in kind.inputs.items() if spec.computed]
            state = {**dict.fromkeys(("id", *kind.outputs, *later), UNKNOWN), **inputs}
            return protocol.CreateResponse(properties=values(kind, state, request.properties))
        doing = kind.creating.format(noun=kind.noun, title=inputs[kind.title])
        new_id, outputs = await ask(doing, client, kind.create, inputs)
        state = {**inputs, **outputs, "id": new_id}
        return protocol.CreateResponse(new_id, values(kind, state, request.properties))

    async def read(self, request: protocol.ReadRequest) -> protocol.ReadResponse:
        olds = bag(request.properties)
        kind, client = self._of(request.type, olds)
        doing = f"reading {kind.noun} ({request.resource_id})"
        try:
            found = await ask(doing, client, kind.read, request.resource_id, olds)
        except AbsentError:
            return protocol.ReadResponse()
        state = {**olds, **found, "id": request.resource_id}
        names = bag(request.inputs) if olds else kind.inputs
        inputs = {name: state.get(name) for name in names}
        defaults = request.inputs.get(DEFAULTS, wrapped([]))
        marks = (request.properties, request.inputs)
        return protocol.ReadResponse(
            request.resource_id,
            values(kind, state, *marks),
            {**values(kind, inputs, *marks), DEFAULTS: defaults},
        )

    async def update(self, request: protocol.UpdateRequest) -> protocol.UpdateResponse:
        olds, news = bag(request.olds), bag(request.news)
        kind, client = self._of(request.type, olds)
        state = {**kept(kind, olds, news), **news}
        if not request.preview:
            doing = f"updating {kind.noun} ({request.resource_id})"
            await ask(doing, client, kind.update, request.resource_id, olds, news)
            state |= await ask(doing, client, kind.read, request.resource_id, state)
        return protocol.UpdateResponse(values(kind, state, request.olds, request.news))

    async def delete(self, request: protocol.DeleteRequest) -> None:
        olds = bag(request.properties)
        kind, client = self._of(request.type, olds)
        doing = f"deleting {kind.noun} ({request.resource_id})"
        with contextlib.suppress(AbsentError):
            await ask(doing, client, kind.delete, request.resource_id, olds)


class OneLine(grpc.aio.ServerInterceptor):
    """Answers an AwsError as itself: the SDK's server wraps every error in a traceback."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler

        async def answer(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            try:
                return await handler.unary_unary(request, context)
            except Exception as error:
                if isinstance(error.__context__, AwsError):
                    await context.abort(grpc.StatusCode.UNKNOWN, str(error.__context__))
                raise

        return grpc.unary_unary_rpc_method_handler(
            answer, handler.request_deserializer, handler.response_serializer
        )


async def serve(engine_address: str) -> None:
    server = grpc.aio.server(interceptors=[OneLine()])
    servicer = ProviderServicer([], version("pulumi-aws"), AwsProvider(), engine_address)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()


def main() -> None:
    asyncio.run(serve(sys.argv[-1]))
