"""What IAM says of one key that only its id is known of: whose it is, its status, its last use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from keyswitch.iam.client import (
    AccessKey,
    IamClient,
    LastUsed,
    NoSuchEntityError,
    OwnerNotToldError,
    key_in,
)
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.reconcile.safeguards import use_in_words


@dataclass(frozen=True)
class KnownKey:
    """A key, as far as IAM says.

    :param key: ``None`` where its keys' list is refused, or does not have it.
    :param used: ``None`` where IAM does not say.
    :param problem: why one of them is ``None``; empty if neither is.
    """

    access_key_id: str
    key: AccessKey | None = None
    used: LastUsed | None = None
    problem: str = ""

    @property
    def user_name(self) -> str:
        """The owner; empty where that is not known, and for the root user."""
        names = (each.user_name for each in (self.key, self.used) if each is not None)
        return next((name for name in names if name), "")

    def in_words(self, now: datetime) -> str:
        """One sentence: the status and the last use, or why they are not known."""
        of = f" of user {self.user_name}" if self.user_name else ""
        subject = f"Access key {self.access_key_id}{of}"
        used = self.used
        if self.key is not None and used is not None:
            return f"{subject} is {self.key.status} and {use_in_words(used, self.key, now)}."
        if used is None:
            return f"{subject}: its status and last use are unknown, because {self.problem}."
        by = f" by {used.service_name} in {used.region}"
        last = f"was last used {used.date}{by}" if used.date else "has never been used"
        return f"{subject} {last}; its status is unknown, because {self.problem}."


def known_key(client: IamClient, access_key_id: str) -> KnownKey:
    """Asks IAM: ``iam:GetAccessKeyLastUsed``, and ``iam:ListAccessKeys`` of the owner. Neither must be allowed.

    :raises KeyswitchError: AWS cannot be reached, or does not accept the credentials.
    """
    try:
        used = client.last_used(access_key_id)
    except OwnerNotToldError as error:
        problem = (
            "iam:GetAccessKeyLastUsed is not allowed for this key, or the key is not in this account: "
            f"{error.reason}"
        )
        return KnownKey(access_key_id, problem=problem)
    except NoSuchEntityError:
        return KnownKey(access_key_id, problem="there is no such key in this account")
    if used.user_name is None:
        return KnownKey(access_key_id, used=used, problem="IAM names no user that has the key")
    try:
        key = key_in(client.list_access_keys(used.user_name), access_key_id)
    except NoSuchEntityError:
        return KnownKey(access_key_id, used=used, problem="the user does not exist")
    except KeyswitchError as error:
        if not isinstance(error.message, catalogue.Denial):
            raise
        problem = f"{error.message.operation} is not allowed: {error.message.reason}"
        return KnownKey(access_key_id, used=used, problem=problem)
    problem = "" if key is not None else "the user no longer has the key"
    return KnownKey(access_key_id, key, used, problem)
