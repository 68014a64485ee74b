"""What a pipeline decides by: four facts about a preview, each true or false."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Final

from keyswitch.report.digest import Digest
from keyswitch.report.rows import Outcome

PREFIX: Final = "KEYSWITCH_"
"""Of each name in the dotenv form: GitLab makes variables of later jobs from it."""
_CHANGES: Final = (
    Outcome.DRIFT,
    Outcome.DEACTIVATED,
    Outcome.ACTIVATED,
    Outcome.CHANGED_ON_DESTROY,
    Outcome.NOT_LOOKED_AT,
)
"""What a run changes, or may change: a key that was not looked at is judged in the run."""
_DRIFTED: Final = (Outcome.DRIFT, Outcome.DRIFT_REPORTED, Outcome.GONE)


class FailOn(IntEnum):
    """From which outcome of a preview on a pipeline fails; each includes those before."""

    NEVER = 0
    REFUSED = 1
    DRIFT = 2
    CHANGED = 3


@dataclass(frozen=True)
class Outputs:
    """What becomes of the keys, in short.

    :param changed: whether a run would change the status of a key, or another resource of the stack; never
        after a preview that failed, for nothing of that can be applied.
    :param refused: whether a key is refused, or a policy is violated.
    :param drift: whether a key is not as it was left: somebody changed its status, or deleted the key.
    :param failed: whether the preview failed for whatever reason, so that nothing can be applied.
    """

    changed: bool = False
    refused: bool = False
    drift: bool = False
    failed: bool = False

    @classmethod
    def of(cls, digest: Digest) -> Outputs:
        """Those of a digest."""
        seen = {row.outcome for row in digest.rows}
        return cls(
            changed=not digest.failed and bool(seen.intersection(_CHANGES) or digest.others),
            refused=Outcome.REFUSED in seen or bool(digest.violations),
            drift=bool(seen.intersection(_DRIFTED)),
            failed=digest.failed,
        )

    def to_dotenv(self) -> str:
        """A line ``KEYSWITCH_CHANGED=true`` for each, as GitHub's outputs and GitLab's dotenv reports are written."""
        facts = asdict(self).items()
        return "".join(f"{PREFIX}{name.upper()}={str(fact).lower()}\n" for name, fact in facts)

    def exit_code(self, fail_on: FailOn) -> int:
        """0 if nothing came of what a pipeline fails on; 1 if the preview failed or refuses a key; 7 for the others."""
        if fail_on is FailOn.NEVER:
            return 0
        if self.failed or self.refused:
            return 1
        found = self.drift and fail_on >= FailOn.DRIFT
        return 7 if found or (self.changed and fail_on is FailOn.CHANGED) else 0


UNREADABLE: Final = Outputs(failed=True)
"""What is known of what is no preview."""
