"""Keyswitch: the status of AWS IAM access keys as code, for Pulumi programs in Python.

A name is loaded when it is first asked for, so that a program starts with no more than it uses.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from keyswitch._version import __version__

if TYPE_CHECKING:
    from keyswitch.model.status import OnDestroy, OnDrift, Status, WhenUnmet
    from keyswitch.program.access_key_fleet import AccessKeyFleet
    from keyswitch.program.access_key_rotation import AccessKeyRotation
    from keyswitch.program.access_key_status import AccessKeyStatus
    from keyswitch.program.args import AccessKeyStatusArgs, Account, Safeguards

__all__ = [
    "AccessKeyFleet",
    "AccessKeyRotation",
    "AccessKeyStatus",
    "AccessKeyStatusArgs",
    "Account",
    "OnDestroy",
    "OnDrift",
    "Safeguards",
    "Status",
    "WhenUnmet",
    "__version__",
]

_MODULES: Final = {
    **dict.fromkeys(("AccessKeyStatusArgs", "Account", "Safeguards"), "keyswitch.program.args"),
    "AccessKeyFleet": "keyswitch.program.access_key_fleet",
    "AccessKeyRotation": "keyswitch.program.access_key_rotation",
    "AccessKeyStatus": "keyswitch.program.access_key_status",
    **dict.fromkeys(("OnDestroy", "OnDrift", "Status", "WhenUnmet"), "keyswitch.model.status"),
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
