"""Which account a command acts in and how it signs, from the options that it shares with others."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from keyswitch.cli.command import gathering
from keyswitch.cli.complete_files import stack_files
from keyswitch.cli.stack_config import StackConfig
from keyswitch.iam.boto_cloudtrail import BotoEventHistory
from keyswitch.iam.boto_directory import BotoDirectory
from keyswitch.iam.client import Caller, Directory
from keyswitch.iam.user_agent import Origin
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, line
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.aws_settings import ACCOUNT_ID, AwsSettings
from keyswitch.model.register import named_account

_OF_CREDENTIALS: Final = (
    "accessKey",
    "secretKey",
    "token",
    "assumeRoleWithWebIdentity",
    "assumeRoles",
    "assumeRole",
)
"""The settings that say who signs: with a profile of the caller's they do not count, encrypted or not."""


@dataclass(frozen=True)
class Signing:
    """Which account a command acts in, and how it signs.

    :param config: the stack's config, whose ``aws:`` settings are used; ``None`` for none.
    :param account: a name of its ``keyswitch:accounts``.
    :param unread: why the stack's config was not read, for a command that goes on without.
    """

    config: StackConfig | None
    account: str | None
    profile: str | None
    region: str | None
    role_arn: str | None
    unread: KeyswitchError | None = None

    @property
    def is_given(self) -> bool:
        """Whether any of its options is."""
        return any((self.config, self.account, self.profile, self.region, self.role_arn))

    def client(self) -> BotoDirectory:
        """The client to that account; options go before the file, the file before the environment.

        :raises KeyswitchError: a setting cannot be read, or there is no such account.
        """
        self.warn_of_environments()
        return self.client_in(self.declared_account())

    def client_in(self, account: DeclaredAccount | None) -> BotoDirectory:
        """The client to any account that the file, or a state, declares keys in.

        :param account: ``None`` for the stack's own.
        :raises KeyswitchError: a setting cannot be read.
        """
        return BotoDirectory.in_account(account, self._settings(), Origin.of("", ""))

    def event_history(self) -> BotoEventHistory:
        """The client to that account and to its CloudTrail.

        :raises KeyswitchError: see :meth:`client`.
        """
        self.warn_of_environments()
        return BotoEventHistory.in_account(
            self.declared_account(), self._settings(), Origin.of("", "")
        )

    def settings(self) -> AwsSettings:
        """Those of the account that the command acts in.

        :raises KeyswitchError: one cannot be read, or there is no such account.
        """
        account = self.declared_account()
        return account.over(self._settings()) if account is not None else self._settings()

    def _settings(self) -> AwsSettings:
        return AwsSettings.read(self._setting)

    def warn_of_environments(self) -> None:
        """Says which part of the config is not seen here."""
        if self.config is not None and self.config.environments:
            named = ", ".join(self.config.environments)
            seen = line(catalogue.EnvironmentNotSeen(path=self.config.path, environments=named))
            click.echo(f"warning: {seen}", err=True)

    def _setting(self, key: str) -> object:
        options = {"profile": self.profile, "region": self.region}
        if options.get(key):
            return options[key]
        is_hidden = self.config is None or (self.profile and key in _OF_CREDENTIALS)
        found = None if is_hidden or self.config is None else self.config.setting(f"aws:{key}")
        if key == "assumeRoles" and self.role_arn:
            roles = _listed(found)
            return found if roles is None else json.dumps([*roles, {"roleArn": self.role_arn}])
        return found

    def declared_account(self) -> DeclaredAccount | None:
        """The account by its name in the file, ``None`` for the stack's own.

        :raises KeyswitchError: the file declares none of that name (KS128).
        """
        if self.account is None:
            return None
        if self.config is None:
            return named_account(self.account, None)
        return self.config.account(self.account)


def caller_of(client: Directory) -> Caller:
    """Who walks an account. Its id stands in reports, programs and the names of files.

    :raises KeyswitchError: what answers has no account id of twelve digits (KS715), or none at all.
    """
    caller = client.caller()
    if caller.account_id and not ACCOUNT_ID.fullmatch(caller.account_id):
        raise KeyswitchError(catalogue.NoAccountId())
    return caller


def _listed(roles: object) -> list[Any] | None:
    """Roles as they stand in a setting, ``None`` for what is not a list: whoever reads it says so."""
    try:
        found = json.loads(str(roles)) if roles else []
    except ValueError:
        return None
    return found if isinstance(found, list) else None


def read_config(path: Path | None) -> tuple[StackConfig | None, KeyswitchError | None]:
    """A stack's config, or why it cannot be read; neither for no path."""
    try:
        return StackConfig(path) if path is not None else None, None
    except KeyswitchError as error:
        return None, error


def _signing_whatever_the_config(
    stack_config: Path | None,
    account: str | None,
    profile: str | None,
    region: str | None,
    role_arn: str | None,
) -> Signing:
    config, unread = read_config(stack_config)
    return Signing(config, account, profile, region, role_arn, unread)


def _signing(
    stack_config: Path | None,
    account: str | None,
    profile: str | None,
    region: str | None,
    role_arn: str | None,
) -> Signing:
    signing = _signing_whatever_the_config(stack_config, account, profile, region, role_arn)
    if signing.unread is not None:
        raise signing.unread
    return signing


def _signing_without_region(
    stack_config: Path | None, account: str | None, profile: str | None, role_arn: str | None
) -> Signing:
    return _signing(stack_config, account, profile, None, role_arn)


_OF_FILE: Final = (
    click.option(
        "--stack-config",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="Pulumi.STACK.yaml",
        shell_complete=stack_files,
        help="Use the aws: settings of this stack's config file, and those of Pulumi.yaml next to it.",
    ),
    click.option("--account", help="Use this account of the file's keyswitch:accounts."),
    click.option(
        "--profile",
        help="Use this profile of the shared AWS files instead of the credentials in the config file.",
    ),
)
_ROLE_ARN: Final = click.option("--role-arn", help="Assume this role, after those of the settings.")
_EACH: Final = (
    *_OF_FILE,
    click.option("--region", help="Use this AWS region. IAM itself needs none."),
    _ROLE_ARN,
)
signing_options = gathering(*_EACH, argument="signing", make=_signing)
"""The options by which a command finds its account; they make its argument ``signing``."""
signing_options_whatever_the_config = gathering(
    *_EACH, argument="signing", make=_signing_whatever_the_config
)
"""The same for a command that a config which cannot be read may not end."""
signing_options_without_region = gathering(
    *_OF_FILE, _ROLE_ARN, argument="signing", make=_signing_without_region
)
"""The same for a command with regions of its own."""
