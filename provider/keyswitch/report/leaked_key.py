"""What AWS says of a leaked key, of which only the id is known. What AWS does not say costs a sentence each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, TypeVar

from keyswitch.iam.client import (
    AccessKey,
    Caller,
    Directory,
    LastUsed,
    NoSuchEntityError,
    OwnerNotToldError,
    key_in,
)
from keyswitch.iam.key_ids import account_of
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.aws_settings import ACCOUNT_ID
from keyswitch.model.status import ObservedStatus
from keyswitch.reconcile.safeguards import QUARANTINE_POLICY

T = TypeVar("T")
_OF_A_SESSION: Final = "ASIA"
_OF_THE_NETWORK: Final = "KS4"
"""What the codes of messages begin with that are about the way to AWS: the next call would wait as long."""


class Standing(str, Enum):
    """What is known of whose key it is."""

    OF_A_USER = "user"
    OF_THE_ROOT_USER = "root_user"
    OF_ANOTHER_ACCOUNT = "another_account"
    DELETED = "deleted"
    OF_A_SESSION = "session"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LeakedKey:
    """A key, as far as AWS says.

    :param account_id: the key's own account, twelve digits; empty where that is not known.
    :param caller: who asked; ``None`` where that is not known.
    :param user_name: the owner; empty where neither IAM nor a declaration names one.
    :param key: ``None`` where the list of the owner's keys is not known, or does not have the key.
    :param used: ``None`` where IAM does not say.
    :param others: the other keys of the owner.
    :param policies: AWS's quarantine policies of the owner; ``None`` where they are not known.
    :param signs: whether this key signs the calls of this command.
    :param unknown: what AWS did not say, and why, a sentence each.
    """

    access_key_id: str
    standing: Standing = Standing.UNKNOWN
    account_id: str = ""
    caller: Caller | None = None
    user_name: str = ""
    key: AccessKey | None = None
    used: LastUsed | None = None
    others: tuple[AccessKey, ...] = ()
    policies: tuple[str, ...] | None = None
    signs: bool = False
    unknown: tuple[str, ...] = ()

    @classmethod
    def unasked(cls, access_key_id: str, user_name: str) -> LeakedKey:
        """Where AWS cannot be asked at all.

        :param user_name: the owner, as somebody else names it; empty for none.
        """
        is_temporary = access_key_id.startswith(_OF_A_SESSION)
        standing = Standing.OF_A_SESSION if is_temporary else Standing.UNKNOWN
        return cls(access_key_id, standing, user_name="" if is_temporary else user_name)

    @property
    def status(self) -> ObservedStatus | None:
        """The live status; ``None`` where IAM did not say."""
        return self.key.status if self.key is not None else None

    @property
    def is_harmless(self) -> bool:
        """Whether AWS accepts no request that the key signs: it is there and not Active, or is deleted."""
        of_status = self.status in (ObservedStatus.INACTIVE, ObservedStatus.EXPIRED)
        return of_status or self.standing is Standing.DELETED

    @property
    def partition(self) -> str:
        """That of the caller, ``aws`` where it is not known."""
        arn = self.caller.arn.split(":") if self.caller is not None else []
        return arn[1] if len(arn) > 1 and arn[1] else "aws"


@dataclass
class _Questions:
    """Calls of which each may fail; the failures are kept as sentences."""

    failures: list[str] = field(default_factory=list)
    _unreachable: set[str] = field(default_factory=set)

    def ask(self, what: str, service: str, call: Callable[[], T]) -> T | None:
        """The answer, ``None`` where there is none. A service that cannot be reached is not asked again.

        :param what: is not known without it.
        """
        if service in self._unreachable:
            return None
        try:
            return call()
        except KeyswitchError as error:
            if error.code.startswith(_OF_THE_NETWORK):
                self._unreachable.add(service)
            self.fail(what, _why(error))
        return None

    def fail(self, what: str, why: str) -> None:
        """Keeps a failure; the same one twice tells no more."""
        if not any(each.endswith(why) for each in self.failures):
            self.failures.append(f"{what}: {why}")


def _why(error: KeyswitchError) -> str:
    """The whole message, but for a missing permission, which takes a line."""
    message = error.message
    if isinstance(message, catalogue.Denial):
        return f"{message.operation} is not allowed: {message.reason}."
    return str(error)


def look_into(client: Directory, access_key_id: str, user_name: str = "") -> LeakedKey:
    """Asks STS and IAM, changes nothing, and gives up on none of the questions because of another.

    Needs ``sts:GetAccessKeyInfo``, ``iam:GetAccessKeyLastUsed``, ``iam:ListAccessKeys`` and
    ``iam:ListAttachedUserPolicies``, of which each may be missing.

    :param user_name: the owner by a declaration or by the caller, where IAM does not name one.
    """
    questions = _Questions()
    found = _of_account(client, access_key_id, questions)
    if found.standing is Standing.UNKNOWN:
        found = _of_user(client, found, user_name, questions)
    return replace(found, unknown=tuple(questions.failures))


def _of_account(client: Directory, access_key_id: str, questions: _Questions) -> LeakedKey:
    caller = questions.ask("The account of the credentials", "sts", client.caller)
    account_id = _account_of_key(client, access_key_id, questions)
    signing = questions.ask("The key that signs", "iam", client.signing_keys) or frozenset()
    found = LeakedKey.unasked(access_key_id, "")
    is_elsewhere = caller is not None and caller.account_id not in ("", account_id)
    if account_id and is_elsewhere and found.standing is Standing.UNKNOWN:
        found = replace(found, standing=Standing.OF_ANOTHER_ACCOUNT)
    return replace(found, caller=caller, account_id=account_id, signs=access_key_id in signing)


def _account_of_key(client: Directory, access_key_id: str, questions: _Questions) -> str:
    what = "The account of the key"
    try:
        said = questions.ask(what, "sts", lambda: client.account_of_key(access_key_id))
    except NoSuchEntityError:
        why = (
            "sts:GetAccessKeyInfo does not know the key, so the key is deleted, or of another partition of AWS, or "
            "its id is mistyped."
        )
        questions.fail(what, why)
        return ""
    if said is not None and ACCOUNT_ID.fullmatch(said):
        return said
    of_id = account_of(access_key_id)
    if of_id:
        questions.fail(what, f"the id looks like one of account {of_id}, which is not certain.")
    return ""


def _of_user(
    client: Directory, found: LeakedKey, user_name: str, questions: _Questions
) -> LeakedKey:
    used = None
    try:
        used = questions.ask("The owner", "iam", lambda: client.last_used(found.access_key_id))
    except OwnerNotToldError as error:
        why = (
            "iam:GetAccessKeyLastUsed is not allowed for this key, or the key no longer exists in this account: "
            f"{error.reason}."
        )
        questions.fail("The owner", why)
    except NoSuchEntityError:
        return replace(found, standing=Standing.DELETED)
    found = replace(found, used=used)
    if used is not None and used.user_name is None:
        return replace(found, standing=Standing.OF_THE_ROOT_USER)
    owner = used.user_name if used is not None and used.user_name else user_name
    return _with_keys(client, found, owner, questions) if owner else found


def no_such_key(user_name: str) -> str:
    """What it means that the list of a user's keys does not have the key, where AWS did not name the user."""
    return f"user {user_name} does not exist in this account, or has no such key"


def _with_keys(client: Directory, found: LeakedKey, owner: str, questions: _Questions) -> LeakedKey:
    """With the status of the key and the other keys of its user.

    A key is deleted only if IAM itself names the user: whoever else names one can be wrong.
    """
    what, is_certain = "The status of the key", found.used is not None
    of_owner = replace(found, standing=Standing.OF_A_USER, user_name=owner)
    try:
        keys = questions.ask(what, "iam", lambda: client.list_access_keys(owner))
    except NoSuchEntityError:
        keys = ()
    if keys is not None:
        key = key_in(keys, found.access_key_id)
        if key is None and not is_certain:
            questions.fail(what, f"{no_such_key(owner)}.")
            return found
        others = tuple(each for each in keys if each != key)
        of_owner = replace(of_owner, key=key, others=others)
        if key is None:
            return replace(of_owner, standing=Standing.DELETED)
    return replace(of_owner, policies=_policies(client, owner, questions))


def _policies(client: Directory, owner: str, questions: _Questions) -> tuple[str, ...] | None:
    what = "Whether AWS quarantined the user"
    try:
        names = questions.ask(what, "iam", lambda: client.attached_policies(owner))
    except NoSuchEntityError:
        return None
    if names is None:
        return None
    return tuple(sorted(name for name in names if name.startswith(QUARANTINE_POLICY)))
