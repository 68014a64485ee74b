"""Exceptions that have ended."""

from __future__ import annotations

from keyswitch.messages.catalogue import Message
from keyswitch.report.controls.control import Control, Severity


class ExceptionEnded(Message):
    """What it excepted is a finding again."""

    code = "KS810"
    title = "Exception ended"
    text = "the exception of {control} for {subject}, approved by {approved_by}, ended on {until}"
    remedy = "Fix what it excepted, or have the exception approved again with a later until. Or remove the entry."
    why = "An exception that outlives its date is a rule that nobody decided."
    control: object
    subject: object
    approved_by: object
    until: object


CONTROL = Control(
    "exception-ended",
    Severity.MEDIUM,
    ExceptionEnded,
    "No exception is past its until.",
    is_about_keys=False,
)
