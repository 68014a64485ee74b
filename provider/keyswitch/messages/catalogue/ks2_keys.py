"""KS2..: about the key as it was found."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class UserNotFound(Message):
    code = "KS201"
    title = "No such user"
    text = (
        "there is no user {user_name} in {account}, and no owner of this key is known there{hint}"
    )
    remedy = "Check the user name and the account that the credentials belong to."

    user_name: object
    account: object
    hint: object = ""


class KeyNotFound(Message):
    code = "KS202"
    title = "No such key of this user"
    text = "user {user_name} in {account} has no such key{hint} (found there: {keys})"
    remedy = (
        "Check the access key id and the user name; keyswitch adopts keys that exist and "
        "never makes one."
    )

    user_name: object
    account: object
    hint: object = ""
    keys: object


class KeyOfAnotherUser(Message):
    code = "KS203"
    title = "The key of another user"
    text = "the key belongs to user {owner}, not to {user_name}"
    remedy = (
        "Declare the user name {owner}, or check the access key id. A renamed user keeps its keys."
    )

    owner: object
    user_name: object


class WrongAccount(Message):
    code = "KS204"
    title = "Another account"
    text = (
        "the credentials belong to account {caller_account}, but the key was adopted in "
        "account {account}; that it is not found here says nothing about it"
    )
    remedy = "Use credentials of account {account}. Nothing was changed and nothing was dropped."

    caller_account: object
    account: object


class DeletedButActive(Message):
    code = "KS205"
    title = "Deleted, but declared Active"
    text = "the key was deleted outside this program, and a deleted key cannot be brought back"
    remedy = (
        "Remove its declaration, or declare it Inactive; mint a new key where one is still needed."
    )


class ExpiredButActive(Message):
    code = "KS206"
    title = "Expired, but wanted Active"
    text = "the key is Expired, and AWS does not switch an expired key on"
    remedy = (
        "Declare it Inactive, or remove its declaration; mint a new key where one is still needed."
    )


class OwnerUnknown(Message):
    code = "KS207"
    title = "The owner cannot be told"
    text = (
        "no user name is declared, iam:GetAccessKeyLastUsed does not tell the owner (AWS "
        "refuses it without permission, and for a key that does not exist), and temporary "
        "credentials have no user of their own to look at"
    )
    remedy = (
        "Declare the user name, or allow iam:GetAccessKeyLastUsed, and check the access key id."
    )


class OwnKeyNotFound(Message):
    code = "KS208"
    title = "No such key of the signer"
    text = (
        "no user name is declared, iam:GetAccessKeyLastUsed does not tell the owner, and the "
        "key is not one of the signer's own in {account} (found there: {keys})"
    )
    remedy = (
        "Declare the user name, or allow iam:GetAccessKeyLastUsed, and check the access key id."
    )

    account: object
    keys: object


class Gone(Message):
    code = "KS209"
    title = "Deleted, and declared Inactive"
    text = "the key was deleted outside this program{unverified}; Inactive is satisfied"
    remedy = "The declaration can go."

    unverified: object = ""


class Drifted(Message):
    code = "KS210"
    title = "Drift"
    text = "found {observed}, declared {declared}: it was switched outside this program"
    remedy = "It will be switched back to {declared}; to keep what was found, declare {observed}."

    observed: object
    declared: object


class NotLookedAt(Message):
    code = "KS211"
    title = "Not looked at in this preview"
    text = "{properties} will be known only in the update, so this preview did not look at the key"
    remedy = "The update looks before it switches anything."

    properties: object


class DeletedOrRenamed(Message):
    code = "KS212"
    title = "Deleted, or its user renamed"
    text = (
        "there is no user {user_name} any more, and IAM does not tell whether the key is gone"
        " with it or belongs to the user under a new name"
    )
    remedy = (
        "If the user was renamed, declare its new name. If it was deleted, remove the "
        "declaration. With iam:GetAccessKeyLastUsed allowed, keyswitch finds a renamed user "
        "by itself."
    )

    user_name: object


class Already(Message):
    code = "KS213"
    title = "Already so"
    text = "found {observed} already, as declared"
    remedy = "Nothing will be switched; only the record is brought up to date."

    observed: object


class Contradiction(Message):
    code = "KS214"
    title = "IAM contradicts itself"
    text = (
        "IAM says that the key belongs to user {user_name}, and does not list it among that user's"
    )
    remedy = (
        "A change is probably under way: run again in a moment; it is safe. If the message "
        "comes again, the key may be the root user's: declare no user name, and sign with "
        "credentials of the root user."
    )

    user_name: object


class NotTheRootUser(Message):
    code = "KS215"
    title = "The root user's key, and other credentials"
    text = (
        "the key was adopted as the signer's own, and these are temporary credentials, which "
        "own no key"
    )
    remedy = "Use the credentials that it was adopted with."


class ExpiredNotRestored(Message):
    code = "KS216"
    title = "Expired, and left so"
    text = (
        "the key was Active when it was adopted and is Expired now, so that it cannot be restored"
    )
    remedy = "It was let go as it is."


class Adopted(Message):
    code = "KS217"
    title = "Adopted as it is"
    text = "found {observed}, declared {declared}: it is adopted as it is"
    remedy = "Nothing will be switched."

    observed: object
    declared: object


class AdoptedAndSwitched(Message):
    code = "KS218"
    title = "Adopted, and switched"
    text = "found {observed}, declared {declared}: it is adopted, and switched to {declared}"
    remedy = "To leave it as it is, declare {observed}."

    observed: object
    declared: object


class Switched(Message):
    code = "KS219"
    title = "Switched, as declared"
    text = "found {observed}, declared {declared}: it is switched to {declared}"
    remedy = "Nothing to do."

    observed: object
    declared: object


class LetGo(Message):
    code = "KS220"
    title = "No longer declared"
    text = "it is no longer declared, and on_destroy={on_destroy}: {outcome}"
    remedy = "To go on with it, declare it again."

    on_destroy: object
    outcome: object


class UnknownStatus(Message):
    code = "KS221"
    title = "A status that keyswitch does not know"
    text = (
        "AWS shows the key as {observed}, a status that this version of keyswitch does not "
        "know; keyswitch counts the key as neither Active nor Inactive and does not switch "
        "the key"
    )
    remedy = (
        "Look the status up in AWS's documentation, and change the key with the AWS CLI if "
        "that is needed. A newer keyswitch may know the status. Other keys of this program "
        "are not affected."
    )

    observed: object


class Moved(Message):
    code = "KS222"
    title = "Declared under another name before"
    text = (
        "this program declared the key under another name before; what is recorded of the key"
        " is kept"
    )
    remedy = (
        "on_destroy=restore goes back to {adopted}, the status in which the key was first adopted."
    )

    adopted: object


class RestoresTo(Message):
    code = "KS223"
    title = "What a restore goes back to"
    text = "on_destroy=restore goes back to {observed}, the status in which the key is adopted now"
    remedy = (
        "Declare on_destroy=leave or deactivate if the end of this declaration should do "
        "something else."
    )

    observed: object


class FoundDeleted(Message):
    code = "KS224"
    title = "A refresh found the key deleted"
    text = (
        "the key was deleted outside this program{unverified}; it was {recorded} when it was "
        "seen last"
    )
    remedy = (
        "Take its declaration out; or declare it Inactive, which a deleted key satisfies. "
        "Mint a new key where one is still needed."
    )

    unverified: object = ""
    recorded: object
