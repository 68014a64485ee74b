"""What the stack's state records of keys that a program has moved to another name, parent or form.

The engine creates what it finds under a new URN, and deletes the old one afterwards: neither call is shown
what was recorded under the other. So a program whose ``on_destroy="restore"`` depends on that reads it from
its own stack, by the engine's ``readStackResourceOutputs``, and hands it on as an input.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import grpc
import pulumi
from google.protobuf import struct_pb2
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.rpc import deserialize_properties_unwrap_secrets
from pulumi.runtime.settings import get_monitor

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, line
from keyswitch.model.fleet_state import parse_fleet_outputs
from keyswitch.model.inputs import ON_DESTROY
from keyswitch.model.parsing import handed_on, parse_outputs
from keyswitch.model.status import OnDestroy
from keyswitch.model.urn import FLEET_TYPE, KEY_TYPE
from keyswitch.program.in_thread import in_thread

_READ: Final = "pulumi:pulumi:readStackResourceOutputs"

Recorded = Mapping[str, dict[str, Any]]
"""Access key id to what is handed on of it, see :func:`keyswitch.model.parsing.handed_on`."""


def may_restore(*declared: object) -> bool:
    """Whether one of these inputs, bags of them included, is or may become ``on_destroy="restore"``."""
    wanted = [value.get(ON_DESTROY) if isinstance(value, Mapping) else value for value in declared]
    return any(isinstance(each, pulumi.Output) or each == OnDestroy.RESTORE for each in wanted)


async def recorded_in_state() -> Recorded:
    """What this stack's state records of each key; nothing, with a warning, where it cannot be read."""
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    args = struct_pb2.Struct()
    args.update({"stackName": name})
    request = resource_pb2.ResourceInvokeRequest(tok=_READ, args=args)
    monitor = get_monitor()
    if monitor is None or isinstance(monitor, MockMonitor):
        # A program under test, without an engine that keeps a state.
        return {}
    try:
        response = await in_thread(lambda: monitor.Invoke(request))
    except grpc.RpcError as error:
        details = error.details() if isinstance(error, grpc.Call) else ""
        pulumi.log.warn(line(catalogue.StateNotRead(stack=name, problem=details or "no answer")))
        return {}
    # Secrets among them are read too: what is handed on of a key is none.
    answer, _ = deserialize_properties_unwrap_secrets(getattr(response, "return"))
    outputs = answer.get("outputs")
    return _recorded(outputs) if isinstance(outputs, Mapping) else {}


def _recorded(resources: Mapping[str, Any]) -> Recorded:
    found: dict[str, dict[str, Any]] = {}
    for resource in resources.values():
        outputs = resource.get("outputs") if isinstance(resource, Mapping) else None
        if not isinstance(outputs, Mapping):
            continue
        try:
            if resource.get("type") == KEY_TYPE:
                records = [parse_outputs(outputs)]
            elif resource.get("type") == FLEET_TYPE:
                records = list(parse_fleet_outputs(outputs).values())
            else:
                continue
        except KeyswitchError:
            # What cannot be read is reported where it is used: under its own name.
            continue
        found.update({each.declaration.access_key_id: handed_on(each) for each in records})
    return found
