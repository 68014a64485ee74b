"""Keyswitch: the status of AWS IAM access keys as code, for Pulumi programs in Python."""

from keyswitch.resource import AccessKeyStatus, AccessKeyStatusArgs
from keyswitch.status import OnDestroy, Status
from keyswitch.version import __version__

__all__ = ["AccessKeyStatus", "AccessKeyStatusArgs", "OnDestroy", "Status", "__version__"]
