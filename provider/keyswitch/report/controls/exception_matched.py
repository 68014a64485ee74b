"""Exceptions that except nothing."""

from __future__ import annotations

from keyswitch.messages.catalogue import Message
from keyswitch.report.controls.control import Control, Severity


class ExceptionUnmatched(Message):
    """A leftover, or a mistyped name."""

    code = "KS811"
    title = "Exception without a finding"
    text = "the exception of {control} for {subject} matches no finding"
    remedy = "If its finding is fixed, remove the entry. Otherwise check how key, user, path and control are spelled."
    why = "An exception for nothing covers the next finding that happens to match."
    control: object
    subject: object


CONTROL = Control(
    "exception-matched",
    Severity.LOW,
    ExceptionUnmatched,
    "Every exception excepts a finding.",
    is_about_keys=False,
)
