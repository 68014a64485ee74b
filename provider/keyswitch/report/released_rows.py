"""The row of a digest for a key that is no longer declared: what becomes of it by its ``on_destroy``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.parse import Reading
from keyswitch.messages.redact import redact
from keyswitch.model.engine_values import UNTOLD
from keyswitch.model.inputs import ACTIVE_UNTIL
from keyswitch.model.status import ObservedStatus, OnDestroy, Status
from keyswitch.report.key_states import KeyState
from keyswitch.report.rows import Outcome, Row, in_short

_CHANGES: Final = {f"will be {status.change('ed')}": str(status) for status in Status}
_WORDS: Final = frozenset(str(word) for word in OnDestroy)


def let_go(name: str, state: KeyState, readings: Mapping[type[Message], Reading]) -> Row:
    """The row of a key that is no longer declared.

    :param name: of its resource.
    :param state: what was recorded of it.
    :param readings: the messages about it that count; where they do not tell what becomes of it,
        its ``on_destroy`` does.
    """
    told = readings.get(catalogue.NoLongerDeclared)
    before = state.status
    if state.is_retained:
        target, kept = "", "retain_on_delete"
    elif told is not None:
        target, before = _as_told(told.fields.get("outcome", ""), before)
        kept = f"on_destroy is {told.fields.get('on_destroy')}"
        against = readings.get(catalogue.NotRestored)
        if against is not None:
            kept = in_short(f"{kept}, but {against.fields.get('reasons')}")
        ended = readings.get(catalogue.EndedNotRestored)
        if ended is not None:
            kept = in_short(f"{kept}, but {ACTIVE_UNTIL} {ended.fields.get(ACTIVE_UNTIL)} is over")
    elif state.on_destroy == UNTOLD:
        target, kept = UNTOLD, "its on_destroy is a secret here"
    else:
        policy = OnDestroy(state.on_destroy) if state.on_destroy in _WORDS else OnDestroy.LEAVE
        target, kept = _at_end(policy, state), f"on_destroy is {policy}"
    return Row(
        redact(name),
        redact(state.access_key_id),
        redact(state.user_name),
        before,
        target if target not in ("", UNTOLD) else before,
        Outcome.CHANGED_ON_DESTROY if target else Outcome.NO_LONGER_DECLARED,
        "",
        f"declaration removed; {kept}",
        "",
    )


def _as_told(outcome: str, recorded: str) -> tuple[str, str]:
    """The status that a key is switched to, or nothing, and the one that it has before."""
    active, inactive = str(Status.ACTIVE), str(Status.INACTIVE)
    target = _CHANGES.get(outcome)
    if target is not None:
        return target, inactive if target == active else active
    stays = outcome.removeprefix("stays ")
    return "", stays if stays != outcome else recorded


def _at_end(policy: OnDestroy, state: KeyState) -> str:
    """The status that ``on_destroy`` sets, if that changes what is recorded."""
    if policy is OnDestroy.LEAVE or state.status == str(ObservedStatus.DELETED):
        return ""
    if policy is OnDestroy.DEACTIVATE:
        return str(Status.INACTIVE)
    # A key that is Inactive and has an end is so by that end, or by somebody else.
    has_ended = state.active_until and state.status == str(Status.INACTIVE)
    if state.adopted_status == str(Status.ACTIVE) and (state.override or has_ended):
        return ""
    restorable = state.adopted_status in (str(Status.ACTIVE), str(Status.INACTIVE))
    return state.adopted_status if restorable else ""
