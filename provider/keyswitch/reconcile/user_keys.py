"""A key and the others of its user, as the safeguards judge them: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from keyswitch.iam.client import AccessKey, key_in
from keyswitch.model.status import ObservedStatus, Status


@dataclass(frozen=True)
class UserKeys:
    """A key and the others of its user, as just seen.

    :param planned: key id to status, of the changes that this process has already allowed.
    """

    key: AccessKey
    others: tuple[AccessKey, ...] = ()
    planned: Mapping[str, Status] = field(default_factory=dict)

    @classmethod
    def of(
        cls, listed: tuple[AccessKey, ...], access_key_id: str, planned: Mapping[str, Status]
    ) -> UserKeys:
        """From a list that the key is in."""
        keys = {key.access_key_id: key for key in listed}
        return cls(keys.pop(access_key_id), tuple(keys.values()), planned)

    def other(self, access_key_id: str | None) -> AccessKey | None:
        """That other key of the user, if there is one of that id."""
        return key_in(self.others, access_key_id)

    @property
    def another_stays_active(self) -> bool:
        """Whether the user keeps another Active key."""
        return any(self.stays_active(other) for other in self.others)

    def stays_active(self, other: AccessKey) -> bool:
        """Whether another key is Active once this process's changes are made."""
        if other.access_key_id in self.planned:
            return self.planned[other.access_key_id] is Status.ACTIVE
        return other.status is ObservedStatus.ACTIVE

    def state_of(self, other: AccessKey) -> str:
        """``is Active``, or ``will be Inactive after this run``."""
        planned = self.planned.get(other.access_key_id)
        return f"is {other.status}" if planned is None else f"will be {planned} after this run"

    def __str__(self) -> str:
        """``AKIA... is Inactive, AKIA... will be Inactive after this run``, or that there is none."""
        words = [f"{other.access_key_id} {self.state_of(other)}" for other in self.others]
        return ", ".join(words) or "the user has no other key"
