"""KS2..: about the key as it was found."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class UserNotFound(Message):
    code = "KS201"
    title = "User not found"
    text = (
        "user {user_name} does not exist in {account}, and IAM reports no other owner of this"
        " key{hint}"
    )
    remedy = "Check the user name, and which account the credentials belong to."
    user_name: object
    account: object
    hint: object = ""


class KeyNotFound(Message):
    code = "KS202"
    title = "Key not found"
    text = "user {user_name} in {account} has no such key{hint} (found: {keys})"
    remedy = (
        "Check the access key id and the user name. keyswitch adopts existing keys and never "
        "creates one."
    )
    user_name: object
    account: object
    hint: object = ""
    keys: object


class KeyOfAnotherUser(Message):
    code = "KS203"
    title = "Key of another user"
    text = "the key belongs to user {owner}, not to {user_name}"
    remedy = (
        "Declare the user name {owner}, or check the access key id. A user keeps its keys "
        "when it is renamed."
    )
    owner: object
    user_name: object


class WrongAccount(Message):
    code = "KS204"
    title = "Wrong account"
    text = (
        "the credentials belong to account {caller_account}, but the key was adopted in "
        "account {account}; keyswitch cannot see the key from here"
    )
    remedy = "Use credentials of account {account}. Nothing was changed."
    why = (
        "With the wrong credentials every key looks deleted. keyswitch compares accounts "
        "before it believes that."
    )
    caller_account: object
    account: object


class DeletedButActive(Message):
    code = "KS205"
    title = "Deleted, but declared Active"
    text = "the key was deleted outside Pulumi, and AWS cannot restore a deleted key"
    remedy = (
        "Remove the declaration, or declare Inactive. Create a new key where one is still needed."
    )


class ExpiredButActive(Message):
    code = "KS206"
    title = "Expired, but declared Active"
    text = "the key is Expired, and AWS does not reactivate an expired key"
    remedy = (
        "Declare Inactive, or remove the declaration. Create a new key where one is still needed."
    )


class OwnerUnknown(Message):
    code = "KS207"
    title = "Owner unknown"
    text = (
        "no user name is declared, iam:GetAccessKeyLastUsed reports no owner (AWS refuses the"
        " call without permission, and for a key that does not exist), and temporary "
        "credentials have no keys of their own"
    )
    remedy = "Declare the user name, or allow iam:GetAccessKeyLastUsed. Check the access key id."


class OwnKeyNotFound(Message):
    code = "KS208"
    title = "Not a key of the caller"
    text = (
        "no user name is declared, iam:GetAccessKeyLastUsed reports no owner, and the key is "
        "not one of the caller's own in {account} (found: {keys})"
    )
    remedy = "Declare the user name, or allow iam:GetAccessKeyLastUsed. Check the access key id."
    account: object
    keys: object


class Gone(Message):
    code = "KS209"
    title = "Deleted, and declared Inactive"
    text = "was deleted outside Pulumi{unverified}, which satisfies Inactive"
    remedy = "You can remove the declaration."
    unverified: object = ""


class Drifted(Message):
    code = "KS210"
    title = "Drift"
    text = "is {observed} but declared {declared}: changed outside Pulumi"
    remedy = "{corrects} it. To keep it {observed}, declare {observed}."
    why = (
        "The program states the status that the key should have. Set on_drift=report to be "
        "told of changes by others without correcting them."
    )
    observed: object
    declared: object
    corrects: object


class NotLookedAt(Message):
    code = "KS211"
    title = "Not looked at in this preview"
    text = (
        "{properties} will be known only in the update, so this preview did not look at the "
        "live status"
    )
    remedy = "The update looks before it changes anything."
    properties: object


class DeletedOrRenamed(Message):
    code = "KS212"
    title = "Deleted, or user renamed"
    text = (
        "user {user_name} no longer exists, and IAM does not report whether the key is "
        "deleted or belongs to a renamed user"
    )
    remedy = (
        "If the user was renamed, declare the new name. If the user was deleted, remove the "
        "declaration. If you allow iam:GetAccessKeyLastUsed, keyswitch finds renamed users by"
        " itself."
    )
    why = (
        "A renamed user keeps its keys. keyswitch does not take such a key for deleted "
        "without proof."
    )
    user_name: object


class AlreadyAsDeclared(Message):
    code = "KS213"
    title = "Already as declared"
    text = "already {observed}, as declared"
    remedy = "Only the recorded state will be updated."
    observed: object


class Contradiction(Message):
    code = "KS214"
    title = "Contradiction in IAM"
    text = (
        "IAM reports user {user_name} as the owner but does not list the key among that user's keys"
    )
    remedy = (
        "A change is probably in progress: run again in a moment, which is safe. If the "
        "message comes again, the key may be the root user's: declare no user name, and use "
        "credentials of the root user."
    )
    user_name: object


class NotTheRootUser(Message):
    code = "KS215"
    title = "Root user's key with other credentials"
    text = (
        "the key was adopted as the caller's own, but these are temporary credentials, which "
        "have no keys"
    )
    remedy = "Use the credentials that adopted the key."


class ExpiredNotRestored(Message):
    code = "KS216"
    title = "Expired, not restored"
    text = (
        "was Active when it was adopted and is Expired now, so on_destroy=restore cannot restore it"
    )
    remedy = "The key stays as it is."


class EndedNotRestored(Message):
    code = "KS228"
    title = "Ended, not restored"
    text = "was declared Active until {active_until}; that is over, so on_destroy=restore will not activate the key"
    remedy = "To have the key Active again, declare it again with a later active_until."
    why = "Whoever removes the declaration of a key that has ended does not expect the key to be Active again."
    active_until: object


class Adopted(Message):
    code = "KS217"
    title = "Adopted as found"
    text = "already {observed}; adopting it without changes"
    observed: object


class AdoptedAndChanged(Message):
    code = "KS218"
    title = "Adopted and changed"
    text = "is {observed} but declared {declared}; will be adopted and {change}"
    remedy = "To keep it {observed}, declare {observed}."
    observed: object
    declared: object
    change: object


class ChangedAsDeclared(Message):
    code = "KS219"
    title = "Changed as declared"
    text = "will be {change}, as declared"
    change: object


class NoLongerDeclared(Message):
    code = "KS220"
    title = "No longer declared"
    text = "no longer declared; on_destroy={on_destroy}: {outcome}"
    remedy = "To keep managing the key, declare it again."
    on_destroy: object
    outcome: object


class UnknownStatus(Message):
    code = "KS221"
    title = "Unknown status"
    text = (
        "AWS reports the status {observed}, which this version of keyswitch does not know; "
        "keyswitch treats the key as neither Active nor Inactive and will not change it"
    )
    remedy = (
        "Look up the status in AWS's documentation, and change the key with the AWS CLI if "
        "needed. A newer keyswitch may know the status. Other keys of this program are not "
        "affected."
    )
    observed: object


class DeclaredUnderAnotherName(Message):
    code = "KS222"
    title = "Declared under another name before"
    text = "was declared under another name before; keyswitch keeps its record"
    remedy = "on_destroy=restore goes back to {adopted}, the status at the first adoption."
    adopted: object


class RestoresTo(Message):
    code = "KS223"
    title = "Status that a restore goes back to"
    text = "on_destroy=restore will go back to {observed}, the status at this adoption"
    remedy = (
        "To do something else when the declaration ends, declare on_destroy=leave or "
        "on_destroy=deactivate."
    )
    observed: object


class FoundDeleted(Message):
    code = "KS224"
    title = "Found deleted by a refresh"
    text = "was deleted outside Pulumi{unverified}; last seen {recorded}"
    remedy = (
        "Remove the declaration, or declare Inactive, which a deleted key satisfies. Create a"
        " new key where one is still needed."
    )
    unverified: object = ""
    recorded: object


class EndsSoon(Message):
    code = "KS226"
    title = "Active until a date that is near"
    text = (
        "is declared Active until {active_until}, which ends {left}; the first update after that will deactivate the "
        "key"
    )
    remedy = "Create another key and move the callers to it. Or extend active_until."
    why = "AWS has no expiry for the access keys of users: active_until is that."
    active_until: object
    left: object


class Ended(Message):
    code = "KS227"
    title = "Active until a date that is over"
    text = "was declared Active until {active_until}; that is over, so the key is declared Inactive now"
    remedy = "To keep the key Active, extend active_until."
    active_until: object


class AdoptedTogether(Message):
    code = "KS225"
    title = "Several keys adopted as found"
    text = "{count} keys are already as declared; adopting them without changes"
    count: object
