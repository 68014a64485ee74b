"""The engine's protocol, as the installed ``pulumi`` package has it, without the package itself.

``import pulumi`` takes half of the time in which the provider could have begun to serve.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pulumi.runtime.proto import (
        alias_pb2,
        engine_pb2,
        engine_pb2_grpc,
        plugin_pb2,
        provider_pb2,
        provider_pb2_grpc,
        resource_pb2,
        resource_pb2_grpc,
        status_pb2,
    )

__all__ = [
    "alias_pb2",
    "engine_pb2",
    "engine_pb2_grpc",
    "plugin_pb2",
    "provider_pb2",
    "provider_pb2_grpc",
    "resource_pb2",
    "resource_pb2_grpc",
    "status_pb2",
]

_PACKAGE: Final = "keyswitch_engine_protocol"


def _package() -> str:
    """A package of this process's own over the folder of the protocol."""
    if _PACKAGE not in sys.modules:
        found = importlib.util.find_spec("pulumi")
        if found is None or found.origin is None:
            raise ModuleNotFoundError(name="pulumi")
        package = ModuleType(_PACKAGE)
        package.__path__ = [str(Path(found.origin).parent / "runtime" / "proto")]
        sys.modules[_PACKAGE] = package
    return _PACKAGE


def __getattr__(name: str) -> ModuleType:
    if name not in __all__:
        raise AttributeError(name)
    module = import_module(f"{_package()}.{name}")
    globals()[name] = module
    return module
