"""KS77.: about an incident, which ``keyswitch incident`` shows."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class StatusNotKnown(Message):
    code = "KS770"
    title = "Status of a leaked key not known"
    text = "IAM did not say the status of access key {access_key_id}"
    remedy = (
        "Treat the key as Active. Run the command that the output shows first, with credentials of the key's "
        "account."
    )
    access_key_id: object


class NotSeenInactive(Message):
    code = "KS771"
    title = "Key not seen Inactive"
    text = "IAM did not show access key {access_key_id} Inactive within {timeout}: {problem}"
    remedy = (
        "Deactivate the key with the command that the output shows first. Then run this command again with "
        "--watch."
    )
    access_key_id: object
    timeout: object
    problem: object


class WatchEnded(Message):
    code = "KS772"
    title = "Watch ended"
    text = "IAM cannot be asked for the status of access key {access_key_id} any more: {problem}"
    remedy = (
        "Run this command again with other credentials. If this key signed the calls, AWS may refuse them because "
        "the key is Inactive now."
    )
    access_key_id: object
    problem: object


class EditNotConfirmed(Message):
    code = "KS773"
    title = "Edit not confirmed"
    text = "the edit of {path} was not confirmed, because nobody answered"
    remedy = "The file is unchanged. Run the command again with --yes, or on a terminal."
    path: object


class ChangedMeanwhile(Message):
    code = "KS774"
    title = "File changed meanwhile"
    text = "somebody changed {path} after the edit was shown"
    remedy = (
        "The file is as they left it. Run the command again, which shows the edit of the new file."
    )
    path: object


class EntryNotEdited(Message):
    code = "KS775"
    title = "Register not edited"
    text = "the register in {path} was not edited: {problem}"
    remedy = (
        "The file is unchanged. Edit the entry by hand: status: Inactive, override with the reason, and neither "
        "activeUntil nor warnBefore."
    )
    path: object
    problem: object
