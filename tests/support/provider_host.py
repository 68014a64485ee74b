"""The real dynamic provider host, asked as the engine asks it: bags in, bags out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from support.forking_python import ForkingPython
from support.property_values import Bag, bag, struct, with_marks_of, without_marks

_SECONDS = 60


class StepError(Exception):
    """A step that the provider, a hook or the engine refused."""


class PartlyDoneError(StepError):
    """A step that failed and has outputs that are kept nevertheless (``ErrorResourceInitFailed``)."""

    def __init__(self, failed: provider_pb2.ErrorResourceInitFailed) -> None:
        count = len(failed.reasons)
        listed = "\n".join(f"* {reason}" for reason in failed.reasons)
        super().__init__(f"{count} error{'s' * (count > 1)} occurred:\n{listed}")
        self.id = failed.id
        self.outputs = bag(failed.properties)


class ProviderHost:
    """Its calls. It accepts no secrets, so that marks are taken off before a call and put back after it."""

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub) -> None:
        self._stub = stub

    @classmethod
    @contextmanager
    def running(
        cls,
        python: ForkingPython,
        folder: Path,
        env: dict[str, str],
        engine: str,
        config: Mapping[str, str],
    ) -> Iterator[ProviderHost]:
        """A host in a process of its own.

        :param engine: the address that it logs to.
        """
        read, write = os.pipe()
        process = python.start(("-m", "pulumi.dynamic", engine), folder, env, write, 2)
        os.close(write)
        try:
            with os.fdopen(read) as out:
                port = int(out.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = provider_pb2_grpc.ResourceProviderStub(channel)
                request = provider_pb2.ConfigureRequest(args=struct(dict(config)))
                stub.Configure(request, timeout=_SECONDS)
                yield cls(stub)
        finally:
            process.kill()

    def check(self, urn: str, olds: Bag, news: Bag) -> Bag:
        """The checked inputs."""
        request = provider_pb2.CheckRequest(urn=urn, olds=_sent(olds), news=_sent(news))
        answer = self._call(self._stub.Check, request)
        for failure in answer.failures:
            raise StepError(f"{failure.property}: {failure.reason}")
        return with_marks_of(bag(answer.inputs), news)

    def diff(
        self, urn: str, id_: str, olds: Bag, news: Bag, ignored: Sequence[str] = ()
    ) -> tuple[bool, bool]:
        """Whether anything changes, and whether that replaces the resource."""
        request = provider_pb2.DiffRequest(
            urn=urn, id=id_, olds=_sent(olds), news=_sent(news), ignoreChanges=ignored
        )
        answer = self._call(self._stub.Diff, request)
        is_same = answer.changes == provider_pb2.DiffResponse.DIFF_NONE
        return not is_same, bool(answer.replaces)

    def create(self, urn: str, news: Bag) -> tuple[str, Bag]:
        """The id and the outputs."""
        request = provider_pb2.CreateRequest(urn=urn, properties=_sent(news))
        answer = self._call(self._stub.Create, request)
        return answer.id, with_marks_of(bag(answer.properties), news)

    def update(self, urn: str, id_: str, olds: Bag, news: Bag, ignored: Sequence[str] = ()) -> Bag:
        """The outputs."""
        request = provider_pb2.UpdateRequest(
            urn=urn, id=id_, olds=_sent(olds), news=_sent(news), ignoreChanges=ignored
        )
        answer = self._call(self._stub.Update, request)
        return with_marks_of(bag(answer.properties), news)

    def read(self, urn: str, id_: str, outputs: Bag, inputs: Bag) -> tuple[Bag, Bag] | None:
        """The outputs and the inputs as found; ``None`` for a resource that is gone."""
        request = provider_pb2.ReadRequest(
            urn=urn, id=id_, properties=_sent(outputs), inputs=_sent(inputs)
        )
        answer = self._call(self._stub.Read, request)
        if not answer.id:
            return None
        found = with_marks_of(bag(answer.properties), outputs)
        return found, with_marks_of(bag(answer.inputs), inputs)

    def delete(self, urn: str, id_: str, outputs: Bag) -> None:
        request = provider_pb2.DeleteRequest(urn=urn, id=id_, properties=_sent(outputs))
        self._call(self._stub.Delete, request)

    @staticmethod
    def _call(method: Callable[..., Any], request: Any) -> Any:
        try:
            return method(request, timeout=_SECONDS)
        except grpc.RpcError as error:
            for name, value in error.trailing_metadata() or ():
                if name == "grpc-status-details-bin":
                    failed = provider_pb2.ErrorResourceInitFailed()
                    status_pb2.Status.FromString(value).details[0].Unpack(failed)
                    raise PartlyDoneError(failed) from None
            raise StepError(error.details()) from None


def _sent(values: Bag) -> Any:
    return struct(without_marks(values))
