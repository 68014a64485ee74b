"""The commands that end an incident, ready to be copied: one line each, quoted for a POSIX shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keyswitch.messages.printable import printable
from keyswitch.messages.redact import looks_secret, redact
from keyswitch.model.rotation import CURRENT, PREVIOUS, name_of
from keyswitch.model.urn import Urn

SESSIONS_POLICY: Final = "AWSRevokeOlderSessions"
"""The name that AWS's console gives to a policy that denies everything to older sessions."""
_SPECIAL: Final = re.compile(r'["$`\\!]')
"""What a shell reads in double quotes."""
_ROLE: Final = "ROLE"
_REFUSED: Final = "refused refused refused"
_SESSION_NAME: Final = "keyswitch-incident"
_DENY_OLDER: Final = (
    """--policy-document '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":"""
    """{"DateLessThan":{"aws:TokenIssueTime":"'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'"}}}}'"""
)
"""With the moment at which the command runs."""


@dataclass(frozen=True)
class Hop:
    """A role that the AWS CLI has to assume by a command of its own.

    :param external_id: empty for none.
    """

    role_arn: str
    external_id: str = ""


@dataclass(frozen=True)
class SignedBy:
    """How the commands are to sign: as the command that prints them was asked to.

    :param profile: the one in force, of an option or of the stack's config; empty for none.
    :param roles: in the order in which they are assumed.
    :param given: the options of the command itself, for commands of keyswitch.
    """

    profile: str = ""
    region: str = ""
    roles: tuple[Hop, ...] = ()
    given: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """The Pulumi project that declares the key, for ``pulumi``.

    :param folder: empty for the one that the command runs in.
    :param stack: its name; empty for the stack that is selected.
    :param config_file: where it is not ``Pulumi.STACK.yaml``; empty where it is.
    """

    folder: str = ""
    stack: str = ""
    config_file: str = ""


@dataclass(frozen=True)
class Command:
    """A line to run.

    :param purpose: one of those that the schema of the JSON lists.
    """

    purpose: str
    line: str


@dataclass(frozen=True)
class Commands:
    """The commands about one key.

    :param user_name: the owner; empty where it is not known.
    """

    access_key_id: str
    user_name: str
    signed_by: SignedBy
    project: Project = Project()

    def become_roles(self) -> Iterator[Command]:
        """Has the shell sign as the roles: the AWS CLI has no option for that.

        If a role is refused, the shell signs with nothing that AWS accepts: the commands that follow may not reach
        another account, where a user can have the same name.
        """
        for number, role in enumerate(self.signed_by.roles):
            asked = ["sts", "assume-role", "--role-arn", role.role_arn]
            asked += ["--role-session-name", _SESSION_NAME]
            asked += ["--external-id", role.external_id] if role.external_id else []
            asked += ["--query", "Credentials.[AccessKeyId,SecretAccessKey,SessionToken]"]
            inner = _words(
                ["aws", *asked, "--output", "text", *self._options(is_first=number == 0)]
            )
            names = "AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s AWS_SESSION_TOKEN=%s"
            yield Command(
                "assume_role", f"export $(printf '{names}' $({inner} || echo {_REFUSED}))"
            )

    def deactivate(self) -> Command:
        """``aws iam update-access-key``."""
        about = ("--access-key-id", self.access_key_id, "--status", "Inactive")
        return self._aws_of_user("deactivate", "update-access-key", *about)

    def deactivate_as_root(self) -> Command:
        """Without a user: IAM takes the key for one of whoever signs."""
        about = ("--access-key-id", self.access_key_id, "--status", "Inactive")
        return Command("deactivate", _words(["aws", "iam", "update-access-key", *about]))

    def verify(self) -> Command:
        """Shows the live status."""
        query = f"AccessKeyMetadata[?AccessKeyId=='{self.access_key_id}'].Status"
        about = ("--query", query, "--output", "text")
        return self._aws_of_user("verify", "list-access-keys", *about)

    def deny_sessions(self) -> Command:
        """Denies everything to the sessions that the user started until the command runs."""
        about = ("--policy-name", SESSIONS_POLICY)
        return self._aws_of_user("deny_sessions", "put-user-policy", *about, then=_DENY_OLDER)

    def deny_sessions_of_role(self) -> Command:
        """The same for a role, whose name is to be filled in."""
        words = ("iam", "put-role-policy", "--role-name", _ROLE, "--policy-name", SESSIONS_POLICY)
        return self._aws("deny_role_sessions", _words(["aws", *words]), _DENY_OLDER)

    def detach(self, policy: str, partition: str) -> Command:
        """Ends AWS's quarantine of the user."""
        arn = f"arn:{partition}:iam::aws:policy/{policy}"
        return self._aws_of_user("end_quarantine", "detach-user-policy", "--policy-arn", arn)

    def delete(self) -> Command:
        """Deletes the key for ever."""
        about = ("--access-key-id", self.access_key_id)
        return self._aws_of_user("delete", "delete-access-key", *about)

    def who(self) -> Command:
        """``keyswitch who``."""
        return Command(
            "who", _words(["keyswitch", "who", self.access_key_id, *self.signed_by.given])
        )

    def again_in(self, account: str, stack_config: str) -> Command:
        """``keyswitch incident`` in an account of the register."""
        options = ["--stack-config", stack_config, "--account", account]
        return Command("incident", _words(["keyswitch", "incident", self.access_key_id, *options]))

    def declare(
        self, rotation: str, values: Mapping[str, str], removes: Iterable[str]
    ) -> Iterator[Command]:
        """``pulumi config``, which writes to the stack's file as the edit would.

        :param rotation: of the register that has the key as its previous one; empty for an entry of the key.
        :param values: of the register's entry, or of the rotation.
        :param removes: the inputs of the entry that an override cannot have.
        """
        quoted = rotation.replace("\\", "\\\\").replace('"', '\\"')
        entry = (
            f'keyswitch:rotations["{quoted}"]'
            if rotation
            else f"keyswitch:keys.{self.access_key_id}"
        )
        sets = [["set", "--path", f"{entry}.{name}", value] for name, value in values.items()]
        for words in [*sets, *(["rm", "--path", f"{entry}.{name}"] for name in removes)]:
            told = ["pulumi", *self._folder(), "config", *words, *self._stack()]
            yield Command("declare", _words(told))

    def apply(self, resources: Sequence[Urn] = (), rotation: str = "") -> Command:
        """``pulumi up`` of the key alone, or of both keys of a rotation, whose override the current key's record has too.

        :param resources: that declare the key; those that the register would declare the key by if there are none.
        :param rotation: that has the key as its previous one; empty for none.
        """
        targets = [each.text for each in resources if can_be_copied(each.text)]
        if rotation and can_be_copied(rotation):
            current, previous = (f"**::{name_of(each, rotation)}" for each in (CURRENT, PREVIOUS))
            targets = [current, *(targets or [previous])]
        targets = targets or [f"**::{self.access_key_id}", "**:AccessKeyFleet::**"]
        flags = ["--yes", "--skip-preview", "--refresh=false", "--continue-on-error"]
        told = ["pulumi", *self._folder(), "up", *flags, *self._stack()]
        return Command(
            "apply", _words([*told, *(word for each in targets for word in ("--target", each))])
        )

    def agrees(self) -> Command:
        """``pulumi preview``, which fails if the stack would still change something."""
        told = ["pulumi", *self._folder(), "preview", "--expect-no-changes", *self._stack()]
        return Command("agrees", _words(told))

    def _aws_of_user(self, purpose: str, operation: str, *about: str, then: str = "") -> Command:
        """Of a user that is not known, the command asks IAM for the name itself."""
        name = shlex.quote(self.user_name)
        if not self.user_name:
            asked = ("iam", "get-access-key-last-used", "--access-key-id", self.access_key_id)
            of_user = _words(["aws", *asked, "--query", "UserName", "--output", "text"])
            name = f'"$({self._aws("", of_user).line})"'
        return self._aws(purpose, f"aws iam {operation} --user-name {name}", _words(about), then)

    def _aws(self, purpose: str, *parts: str) -> Command:
        return Command(purpose, " ".join(filter(None, (*parts, _words(self._options())))))

    def _options(self, *, is_first: bool = False) -> list[str]:
        """Of the AWS CLI. A profile would go before the role that the shell signs as by then."""
        by = self.signed_by
        profile = by.profile if is_first or not by.roles else ""
        return [
            *(["--profile", profile] if profile else []),
            *(["--region", by.region] if by.region else []),
        ]

    def _folder(self) -> list[str]:
        return ["--cwd", self.project.folder] if self.project.folder else []

    def _stack(self) -> list[str]:
        project = self.project
        return [
            *(["--stack", project.stack] if project.stack else []),
            *(["--config-file", project.config_file] if project.config_file else []),
        ]


def _words(words: Sequence[str]) -> str:
    """With no secret that was pasted where a name belongs, such as a profile."""
    return " ".join(_quoted(redact(each)) for each in words)


def _quoted(word: str) -> str:
    """In double quotes where that is easier to read, and means the same."""
    is_plain = "'" in word and not _SPECIAL.search(word) and printable(word) == word
    return f'"{word}"' if is_plain else shlex.quote(word)


def can_be_copied(text: str) -> bool:
    """Whether a name from a state or a register can stand in a command as it is."""
    return printable(text) == text and not looks_secret(text)
