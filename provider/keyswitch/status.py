"""The words of the domain: what a key can be asked to be, and what it can be seen to be."""

from __future__ import annotations

from enum import Enum


class _Word(str, Enum):
    """A string enumeration that prints as its value on every supported Python."""

    def __str__(self) -> str:
        return str(self.value)


class Status(_Word):
    """A status that a program can declare: the two that ``iam:UpdateAccessKey`` can set."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"


class ObservedStatus(_Word):
    """A status that a key can be found in.

    ``Active``, ``Inactive`` and ``Expired`` are what ``iam:ListAccessKeys`` answers; ``Deleted``
    is what keyswitch reports of a key that it once adopted and that is no longer there.
    """

    ACTIVE = "Active"
    INACTIVE = "Inactive"
    EXPIRED = "Expired"
    DELETED = "Deleted"

    def satisfies(self, declared: Status) -> bool:
        """Whether a key found in this status is as ``declared``: what is gone or expired is off."""
        if declared is Status.INACTIVE:
            return self is not ObservedStatus.ACTIVE
        return self is ObservedStatus.ACTIVE


class OnDestroy(_Word):
    """What happens to the key when its declaration is destroyed or replaced.

    ``leave`` makes no call, ``deactivate`` switches the key off, ``restore`` switches it back to
    the status it had when it was adopted.
    """

    LEAVE = "leave"
    DEACTIVATE = "deactivate"
    RESTORE = "restore"


class OnDrift(_Word):
    """What happens to a key that somebody switched outside the program.

    ``enforce`` switches it back, as far as the safeguards allow; ``report`` warns in each run and
    switches nothing.
    """

    ENFORCE = "enforce"
    REPORT = "report"


class WhenUnmet(_Word):
    """What becomes of a switch that a safeguard does not allow.

    ``refuse`` fails the run; ``hold`` leaves the key as it is, with a warning, until a later run
    finds the safeguards met.
    """

    REFUSE = "refuse"
    HOLD = "hold"
