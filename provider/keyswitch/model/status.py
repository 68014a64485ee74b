"""The words of the domain: what a key can be asked to be, and what it can be seen to be."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

_A_STATUS: Final = re.compile(r"[A-Za-z][A-Za-z0-9 _-]{0,31}")


class _Word(str, Enum):
    """A string enumeration that prints as its value on every supported Python."""

    def __str__(self) -> str:
        return str(self.value)


class Status(_Word):
    """A status that a program can declare: the two that ``iam:UpdateAccessKey`` can set."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"

    def change(self, ending: str) -> str:
        """What a change to this status is called: ``activated``, ``deactivates``, ``activating``.

        :param ending: what follows ``activat``.
        """
        return f"{'activat' if self is Status.ACTIVE else 'deactivat'}{ending}"


class ObservedStatus(_Word):
    """A status that a key can be found in.

    ``Active``, ``Inactive`` and ``Expired`` are what ``iam:ListAccessKeys`` answers; ``Deleted``
    is what keyswitch reports of a key that it once adopted and that is no longer there. Another word of
    AWS's is a status too, one that means neither Active nor Inactive here.
    """

    ACTIVE = "Active"
    INACTIVE = "Inactive"
    EXPIRED = "Expired"
    DELETED = "Deleted"

    @classmethod
    def _missing_(cls, value: object) -> ObservedStatus | None:
        """A status that this version does not know, as AWS wrote it; ``None`` for what is no word."""
        if not isinstance(value, str) or not _A_STATUS.fullmatch(value):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return unknown

    def __deepcopy__(self, _memo: object) -> ObservedStatus:
        """Itself: Python would look an unknown status up among the four that have names."""
        return self

    @property
    def is_known(self) -> bool:
        """Whether it is one of the four that this version knows the meaning of."""
        return self in tuple(ObservedStatus)

    def satisfies(self, declared: Status) -> bool:
        """Whether a key found in this status is as ``declared``: what is gone or expired is off."""
        if declared is Status.ACTIVE:
            return self is ObservedStatus.ACTIVE
        return self.is_known and self is not ObservedStatus.ACTIVE


class DeactivatedBy(_Word):
    """Who deactivated a key last, as far as its program has seen.

    ``confirmed`` is an override that the program has since taken out, still declaring Inactive.
    """

    NOBODY = "nobody"
    PROGRAM = "program"
    OVERRIDE = "override"
    CONFIRMED = "override, since confirmed"
    OUTSIDE = "outside"


class OnDestroy(_Word):
    """What happens to the key when its declaration is destroyed or replaced.

    ``leave`` makes no call, ``deactivate`` deactivates the key, ``restore`` sets it back to
    the status it had when it was adopted.
    """

    LEAVE = "leave"
    DEACTIVATE = "deactivate"
    RESTORE = "restore"


class OnDrift(_Word):
    """What happens to a key that somebody switched outside the program.

    ``enforce`` corrects it, as far as the safeguards allow; ``report`` warns in each run and
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
