"""Accounts of an organization that the audit could not read."""

from __future__ import annotations

from keyswitch.messages.catalogue import Message
from keyswitch.report.controls.control import Control, Severity


class AccountNotRead(Message):
    """Nothing is known of its keys."""

    code = "KS813"
    title = "Account not read"
    text = "the access keys of account {account} are not known: {problem}"
    remedy = "Correct what the cause names, such as the role of --role in that account. Then run the audit again."
    why = "An account that could not be read must not count as one without findings."
    account: object
    problem: object


CONTROL = Control(
    "account-read",
    Severity.HIGH,
    AccountNotRead,
    "Every account that the audit is about could be read as a whole.",
    is_about_keys=False,
)
