"""Keys as somebody declares them: in a register, in a stack's state, or in both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from keyswitch.model.pending import Pending
from keyswitch.model.status import Status


@dataclass(frozen=True)
class ExpectedKey:
    """A key as somebody declares it.

    :param user_name: empty where the declaration leaves it out.
    :param declared_by: the register or the resource that declares it, in words.
    :param carried_out: the status that the last update carried out; ``None`` where only a register is known.
    :param updated_at: when the last update ended, ISO 8601; empty where that is not known.
    :param pending: a switch that safeguards hold.
    :param may_wait: whether the declaration waits until it is safe to deactivate the key, as that of a rotation's
        previous key does.
    :param rotation_stage: of the rotation that it is declared in, as of the last update; empty for none.
    """

    access_key_id: str
    user_name: str
    status: Status
    declared_by: str = ""
    reason: str = ""
    carried_out: Status | None = None
    updated_at: str = ""
    pending: Pending | None = None
    rotation_stage: str = ""
    may_wait: bool = False

    @property
    def is_waiting(self) -> bool:
        """Whether the declared status may be still to come, for all that is known without a state."""
        return self.may_wait and self.carried_out is None


def with_recorded(
    declared: Mapping[str, ExpectedKey], recorded: Mapping[str, ExpectedKey]
) -> dict[str, ExpectedKey]:
    """What a register declares, with what the state says has become of each key so far.

    A key that only the state has is declared by another program of the stack, and stays.
    """
    both = {
        key: replace(
            recorded[key],
            user_name=each.user_name or recorded[key].user_name,
            status=each.status,
            declared_by=each.declared_by,
            reason=each.reason or recorded[key].reason,
            may_wait=each.may_wait,
        )
        if key in recorded
        else each
        for key, each in declared.items()
    }
    return {**recorded, **both}
