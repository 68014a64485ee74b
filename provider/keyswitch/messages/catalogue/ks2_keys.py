"""KS2..: about the key as it was found."""

from __future__ import annotations

from keyswitch.messages.catalogue.entry import Entry

USER_NOT_FOUND = Entry(
    "KS201",
    "No such user",
    "there is no user {user_name} in {account}, and no owner of this key is known there{hint}",
    "Check the user name and the account that the credentials belong to.",
)
KEY_NOT_FOUND = Entry(
    "KS202",
    "No such key of this user",
    "user {user_name} in {account} has no such key{hint} (found there: {keys})",
    "Check the access key id and the user name; keyswitch adopts keys that exist and never makes one.",
)
KEY_OF_ANOTHER_USER = Entry(
    "KS203",
    "The key of another user",
    "the key belongs to user {owner}, not to {user_name}",
    "Declare the user name {owner}, or check the access key id. A renamed user keeps its keys.",
)
WRONG_ACCOUNT = Entry(
    "KS204",
    "Another account",
    "the credentials belong to account {caller_account}, but the key was adopted in account "
    "{account}; that it is not found here says nothing about it",
    "Use credentials of account {account}. Nothing was changed and nothing was dropped.",
)
DELETED_BUT_ACTIVE = Entry(
    "KS205",
    "Deleted, but declared Active",
    "the key was deleted outside this program, and a deleted key cannot be brought back",
    "Remove its declaration, or declare it Inactive; mint a new key where one is still needed.",
)
EXPIRED_BUT_ACTIVE = Entry(
    "KS206",
    "Expired, but wanted Active",
    "the key is Expired, and AWS does not switch an expired key on",
    "Declare it Inactive, or remove its declaration; mint a new key where one is still needed.",
)
OWNER_UNKNOWN = Entry(
    "KS207",
    "The owner cannot be told",
    "no user name is declared, iam:GetAccessKeyLastUsed does not tell the owner (AWS refuses it "
    "without permission, and for a key that does not exist), and temporary credentials have no "
    "user of their own to look at",
    "Declare the user name, or allow iam:GetAccessKeyLastUsed, and check the access key id.",
)
OWN_KEY_NOT_FOUND = Entry(
    "KS208",
    "No such key of the signer",
    "no user name is declared, iam:GetAccessKeyLastUsed does not tell the owner, and the key is not "
    "one of the signer's own in {account} (found there: {keys})",
    "Declare the user name, or allow iam:GetAccessKeyLastUsed, and check the access key id.",
)
GONE = Entry(
    "KS209",
    "Deleted, and declared Inactive",
    "the key was deleted outside this program{unverified}; Inactive is satisfied",
    "The declaration can go.",
)
DRIFTED = Entry(
    "KS210",
    "Drift",
    "found {observed}, declared {declared}: it was switched outside this program",
    "It will be switched back to {declared}; to keep what was found, declare {observed}.",
)
NOT_LOOKED_AT = Entry(
    "KS211",
    "Not looked at in this preview",
    "{properties} will be known only in the update, so this preview did not look at the key",
    "The update looks before it switches anything.",
)
DELETED_OR_RENAMED = Entry(
    "KS212",
    "Deleted, or its user renamed",
    "there is no user {user_name} any more, and IAM does not tell whether the key is gone with it "
    "or belongs to the user under a new name",
    "If the user was renamed, declare its new name. If it was deleted, remove the declaration. "
    "With iam:GetAccessKeyLastUsed allowed, keyswitch finds a renamed user by itself.",
)
ALREADY = Entry(
    "KS213",
    "Already so",
    "found {observed} already, as declared",
    "Nothing will be switched; only the record is brought up to date.",
)
CONTRADICTION = Entry(
    "KS214",
    "IAM contradicts itself",
    "IAM says that the key belongs to user {user_name}, and does not list it among that user's",
    "A change is probably under way: run again in a moment; it is safe. If the message comes again, the key may be the "
    "root user's: declare no user name, and sign with credentials of the root user.",
)
NOT_THE_ROOT_USER = Entry(
    "KS215",
    "The root user's key, and other credentials",
    "the key was adopted as the signer's own, and these are temporary credentials, which own no key",
    "Use the credentials that it was adopted with.",
)
EXPIRED_NOT_RESTORED = Entry(
    "KS216",
    "Expired, and left so",
    "the key was Active when it was adopted and is Expired now, so that it cannot be restored",
    "It was let go as it is.",
)
ADOPTED = Entry(
    "KS217",
    "Adopted as it is",
    "found {observed}, declared {declared}: it is adopted as it is",
    "Nothing will be switched.",
)
ADOPTED_AND_SWITCHED = Entry(
    "KS218",
    "Adopted, and switched",
    "found {observed}, declared {declared}: it is adopted, and switched to {declared}",
    "To leave it as it is, declare {observed}.",
)
SWITCHED = Entry(
    "KS219",
    "Switched, as declared",
    "found {observed}, declared {declared}: it is switched to {declared}",
    "Nothing to do.",
)
LET_GO = Entry(
    "KS220",
    "No longer declared",
    "it is no longer declared, and on_destroy={on_destroy}: {outcome}",
    "To go on with it, declare it again.",
)
UNKNOWN_STATUS = Entry(
    "KS221",
    "A status that keyswitch does not know",
    "AWS shows the key as {observed}, a status that this version of keyswitch does not know; keyswitch "
    "counts the key as neither Active nor Inactive and does not switch the key",
    "Look the status up in AWS's documentation, and change the key with the AWS CLI if that is needed. A newer "
    "keyswitch may know the status. Other keys of this program are not affected.",
)
MOVED = Entry(
    "KS222",
    "Declared under another name before",
    "this program declared the key under another name before; what is recorded of the key is kept",
    "on_destroy=restore goes back to {adopted}, the status in which the key was first adopted.",
)
FOUND_DELETED = Entry(
    "KS224",
    "A refresh found the key deleted",
    "the key was deleted outside this program{unverified}; it was {recorded} when it was seen last",
    "Take its declaration out; or declare it Inactive, which a deleted key satisfies. Mint a new key where one is still "
    "needed.",
)
RESTORES_TO = Entry(
    "KS223",
    "What a restore goes back to",
    "on_destroy=restore goes back to {observed}, the status in which the key is adopted now",
    "Declare on_destroy=leave or deactivate if the end of this declaration should do something else.",
)
