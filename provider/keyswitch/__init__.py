"""Keyswitch: the status of AWS IAM access keys as code, for Pulumi programs in Python."""

from keyswitch.args import AccessKeyStatusArgs, Account, Safeguards
from keyswitch.fleet_resource import AccessKeyFleet
from keyswitch.resource import AccessKeyStatus
from keyswitch.rotation import AccessKeyRotation
from keyswitch.status import OnDestroy, OnDrift, Status, WhenUnmet
from keyswitch.version import __version__

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
