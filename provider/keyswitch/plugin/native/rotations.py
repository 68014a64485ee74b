"""Rotations: a component, whose two keys are resources of this provider that the engine is asked to register."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

import grpc
from google.protobuf.json_format import MessageToDict

from keyswitch.model.camel_case import renamed, snake
from keyswitch.model.durations import Duration
from keyswitch.model.engine_values import OF_A_RESOURCE, SIGNATURE
from keyswitch.model.inputs import camel
from keyswitch.model.parsing import UNKNOWN, DeclarationError, Unknown
from keyswitch.model.rotation import (
    CURRENT,
    DEFAULTS,
    OF_A_ROTATION,
    OVERLAP,
    PREVIOUS,
    SOAK,
    STAGE,
    has_no_previous,
    inputs_of_current,
    inputs_of_previous,
    problems_of_rotation,
)
from keyswitch.model.status import ObservedStatus
from keyswitch.model.urn import KEY_TYPE, NATIVE_KEY_TYPE, ROTATION_TYPE
from keyswitch.model.validation import Problem
from keyswitch.plugin.native import protos, wire
from keyswitch.plugin.native.engine import Engine, EngineRow
from keyswitch.plugin.native.forms import by_name
from keyswitch.plugin.native.plugin_version import PLUGIN_VERSION
from keyswitch.plugin.native.refusals import Refusals
from keyswitch.plugin.operations import refuse_ignored_changes
from keyswitch.reconcile.rotation_stage import CurrentKey, PreviousKey, stage_of

if TYPE_CHECKING:
    from pulumi.runtime.proto import provider_pb2 as pb
    from pulumi.runtime.proto import resource_pb2
    from pulumi.runtime.proto.resource_pb2_grpc import ResourceMonitorStub

_PACKAGE: Final = "keyswitch"
_OF_THE_KEYS_TOO: Final = ("protect", "retainOnDelete")
"""Options of a component that hold for the resources in it."""
_OF_CURRENT: Final = ("createDate", "status")
_OF_PREVIOUS: Final = ("status", "statusSince", "pending")
"""The outputs of each key that a stage follows from."""

Bag = Mapping[str, Any]


def construct(
    request: pb.ConstructRequest, engine: Engine, refusals: Refusals
) -> pb.ConstructResponse:
    """Registers the component and its keys, and says where the rotation stands.

    :raises KeyswitchError: what is wrong with the inputs; in a preview as :class:`Refusals` says.
    """
    with grpc.insecure_channel(request.monitorEndpoint) as channel:
        monitor = protos.resource_pb2_grpc.ResourceMonitorStub(channel)
        registration = _Registration.of_component(request, monitor)
        return _constructed(request, registration, engine, refusals)


def _constructed(
    request: pb.ConstructRequest, registration: _Registration, engine: Engine, refusals: Refusals
) -> pb.ConstructResponse:
    inputs = wire.read(request.inputs)
    given, secret = by_name(inputs.values, OF_A_ROTATION), {snake(name) for name in inputs.secret}
    stage: str | Unknown = UNKNOWN
    names = [each.in_camel_case for each in OF_A_ROTATION]
    refuse_ignored_changes(request.ignoreChanges, names, f"rotation {request.name}")
    problems = problems_of_rotation(given, request.name)
    if not problems:
        keys = registration.keys(with_previous=not has_no_previous(given))
        stage = _stage(given, keys)
    elif request.dryRun:
        row = EngineRow(engine, registration.urn)
        refusals.refuse(row, [request.name], _error(problems, secret))
    else:
        raise _error(problems, secret)
    is_secret = secret & {OVERLAP, SOAK}
    return registration.finished({STAGE: stage}, [STAGE] if is_secret else [])


def _error(problems: Sequence[Problem], secret: Collection[str]) -> DeclarationError:
    return DeclarationError(problems, None).without_values_of(secret)


def _stage(given: Bag, keys: Mapping[str, Bag]) -> str | Unknown:
    """Unknown while an output, or a duration, that the stage follows from is.

    :param keys: the outputs of each key.
    """
    of_previous = keys.get(PREVIOUS)
    seen = [of_previous.get(name) for name in _OF_PREVIOUS] if of_previous is not None else []
    spans = [given.get(name, DEFAULTS[name]) for name in (OVERLAP, SOAK)]
    of_current = [keys[CURRENT].get(name) for name in _OF_CURRENT]
    known = [*of_current, *spans, *seen]
    if not all(isinstance(each, str) for each in known):
        return UNKNOWN
    made, status, overlap, soak, *recorded = map(str, known)
    current = CurrentKey(made, ObservedStatus(status))
    previous = PreviousKey.recorded(*recorded) if recorded else None
    now = datetime.now(timezone.utc)
    return stage_of(previous, current, Duration.read(overlap), Duration.read(soak), now)


@dataclass
class _Registration:
    """A component that is being registered.

    :ivar references: to its keys, by the names of the component's outputs.
    """

    request: pb.ConstructRequest
    monitor: ResourceMonitorStub
    urn: str = ""
    references: dict[str, Bag] = field(default_factory=dict)
    _urns: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_component(
        cls, request: pb.ConstructRequest, monitor: ResourceMonitorStub
    ) -> _Registration:
        """Registers the component itself."""
        registration = cls(request, monitor)
        component = registration._registered(
            type=ROTATION_TYPE,
            name=request.name,
            parent=request.parent,
            dependencies=request.dependencies,
            providers=request.providers,
            aliases=request.aliases,
        )
        registration.urn = component.urn
        return registration

    def keys(self, *, with_previous: bool) -> dict[str, Bag]:
        """Registers the keys, the previous one after the current one, and returns the outputs of each."""
        given = {snake(name): value for name, value in MessageToDict(self.request.inputs).items()}
        outputs = {CURRENT: self._key(CURRENT, inputs_of_current(given))}
        if with_previous:
            after = self._urns[CURRENT]
            outputs[PREVIOUS] = self._key(PREVIOUS, inputs_of_previous(given), after)
        return outputs

    def finished(self, outputs: Bag, secret: Collection[str]) -> pb.ConstructResponse:
        """Ends the registration.

        In an update, what is not known is of a key whose step has failed, or was left out.

        :param secret: the names of the outputs that are secrets.
        """
        known = {
            name: value
            for name, value in outputs.items()
            if self.request.dryRun or value is not UNKNOWN
        }
        state = wire.write({**known, **self.references}, secret)
        self.monitor.RegisterResourceOutputs(
            protos.resource_pb2.RegisterResourceOutputsRequest(urn=self.urn, outputs=state)
        )
        return protos.provider_pb2.ConstructResponse(urn=self.urn, state=state)

    def _key(self, role: str, inputs: Bag, *after: str) -> Bag:
        """Registers one key, and returns its outputs.

        :param inputs: by property name, with the engine's marks of secrets and of what is not known yet.
        :param after: the URNs of what it waits for.
        """
        of_inputs = [urn for each in self.request.inputDependencies.values() for urn in each.urns]
        dynamic = protos.alias_pb2.Alias(spec=protos.alias_pb2.Alias.Spec(type=KEY_TYPE))
        key = self._registered(
            type=NATIVE_KEY_TYPE,
            name=f"{self.request.name}-{role}",
            parent=self.urn,
            custom=True,
            object=wire.write(renamed(inputs, camel)),
            dependencies=sorted({*of_inputs, *after}),
            provider=self.request.providers.get(_PACKAGE, ""),
            aliases=[dynamic],
        )
        self._urns[role] = key.urn
        is_there = key.result == protos.resource_pb2.SUCCESS and key.id
        if is_there or self.request.dryRun:
            self.references[role] = {
                SIGNATURE: OF_A_RESOURCE,
                "urn": key.urn,
                "id": key.id,
                "packageVersion": PLUGIN_VERSION,
            }
        return wire.read(key.object).values

    def _registered(self, **properties: Any) -> resource_pb2.RegisterResourceResponse:
        """Registers a resource, with the options of the component that hold for its keys too."""
        request = self.request
        inherited = {
            name: getattr(request, name) for name in _OF_THE_KEYS_TOO if request.HasField(name)
        }
        registered: resource_pb2.RegisterResourceResponse = self.monitor.RegisterResource(
            protos.resource_pb2.RegisterResourceRequest(
                **properties,
                **inherited,
                deletedWith=request.deletedWith,
                acceptSecrets=True,
                acceptResources=True,
                supportsResultReporting=True,
            )
        )
        return registered
