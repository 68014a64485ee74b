"""Whether a message can be ours, as far as the engine's own step tells: the step is no program's word."""

from __future__ import annotations

from typing import Final

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.parse import Reading
from keyswitch.report.preview_json import Step

_SAME: Final = ("same", "refresh", "read", "delete")
"""The engine's words for steps that declare nothing new of a key."""
_OF_RECORDED: Final = ("update",)
"""And for what happens to a key that is recorded already."""


def is_borne_out(reading: Reading, step: Step) -> bool:
    """Whether a message is about the step's key, and says nothing that the step speaks against.

    A hold needs safeguards that hold, a drift that is only reported an ``on_drift`` that reports, an
    adoption a key that is not recorded yet, an end the date that is declared. What is a secret, or not known before the update, speaks
    against nothing.
    """
    ids = {step.before.access_key_id, step.after.access_key_id} - {""}
    are_told = bool(step.after.access_key_id) or not step.is_replacement
    if ids and are_told and reading.access_key_id not in ids:
        return False
    until = reading.fields.get("active_until")
    if ids and until is not None and not _is_told(until, step):
        return False
    if step.op in _SAME:
        return True
    target = reading.fields.get("declared") or reading.goal[1]
    is_towards = not target or step.after.status in ("", target)
    return is_towards and _needed(reading, step)


def _is_told(until: str, step: Step) -> bool:
    declared = (step.before.active_until, step.after.active_until)
    return until in declared or step.after.is_partly_unknown


def _needed(reading: Reading, step: Step) -> bool:
    """Whether the step has what the message cannot be without."""
    needed: dict[type[Message] | None, bool] = {
        catalogue.Held: step.after.may_hold,
        catalogue.DriftReported: step.after.may_report,
        catalogue.NotLookedAt: step.after.is_partly_unknown,
        catalogue.Adopted: step.op not in _OF_RECORDED,
        catalogue.AlreadyAsDeclared: step.op in _OF_RECORDED,
    }
    return needed.get(reading.entry, True)
