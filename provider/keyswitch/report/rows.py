"""The rows of a digest: one key each, what becomes of it, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import Any, Final

from keyswitch.messages.format import in_one_line, shortened
from keyswitch.messages.printable import printable

_LONGEST_REASON: Final = 300


class Outcome(Enum):
    """What becomes of a key, in the order in which a reviewer wants to know.

    ``verdict`` follows a number of keys, ``why`` stands in a key's own row.
    """

    REFUSED = ("refused", "refused")
    FAILED = ("failed", "failed")
    HELD = ("held", "hold")
    DRIFT = ("drifted, to be corrected", "drift")
    DEACTIVATED = ("to deactivate", "declared")
    ACTIVATED = ("to activate", "declared")
    CHANGED_ON_DESTROY = ("to change by on_destroy", "no longer declared")
    DRIFT_REPORTED = ("drifted, only reported", "drift, reported")
    ENDS_SOON = ("ending soon", "ends soon")
    NOT_LOOKED_AT = ("not looked at", "not looked at")
    GONE = ("deleted outside Pulumi", "deleted outside")
    NO_LONGER_DECLARED = ("no longer declared", "no longer declared")
    ADOPTED = ("adopted as found", "adopted as found")
    RECORDED = ("recorded only", "record only")

    def __init__(self, verdict: str, why: str) -> None:
        self.verdict = verdict
        self.why = why


@dataclass(frozen=True)
class Row:
    """One key that something happens to, or that there is something to say about.

    :param name: the logical name of its resource.
    :param before: the status that it has as far as the preview tells; empty if it does not.
    :param after: the one that it will have.
    :param code: of the message that says why, or empty.
    :param why: in a reader's words, without secrets.
    :param last_use: where a message tells it, else empty.
    :param used_by: who uses the key by CloudTrail, or why that is not known; empty where nobody asked.
    """

    name: str
    access_key_id: str
    user_name: str
    before: str
    after: str
    outcome: Outcome
    code: str
    why: str
    last_use: str
    used_by: str = ""

    def printable(self) -> Row:
        """The same as it can be shown anywhere."""
        told: dict[str, Any] = {
            name: printable(value) for name, value in asdict(self).items() if isinstance(value, str)
        }
        return replace(self, **told)


def in_short(text: str) -> str:
    """One line without secrets, as it can be shown, not too long for a table."""
    return shortened(in_one_line(text), _LONGEST_REASON)
