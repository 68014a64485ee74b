"""What the commands share: how they end, where they write, how they sign."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, TypeVar

import click

from keyswitch.cli.complete_files import stack_files
from keyswitch.cli.conduct import Conduct
from keyswitch.cli.stack_config import StackConfig
from keyswitch.iam.boto_cloudtrail import BotoEventHistory
from keyswitch.iam.boto_directory import BotoDirectory
from keyswitch.iam.client import Caller, Directory
from keyswitch.iam.key_ids import is_key_id
from keyswitch.iam.user_agent import Origin
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, in_one_line, line
from keyswitch.messages.redact import may_be_repeated
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.aws_settings import ACCOUNT_ID, AwsSettings
from keyswitch.model.durations import Duration
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

_LENGTH_OF_ID: Final = 20

F = TypeVar("F", bound=Callable[..., Any])


class Failed(click.ClickException):
    """An error with its message; exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """On standard error, in one line, without a frame that a log would break."""
        click.echo(f"error: {self.format_message()}", file=file, err=file is None)


class Command(click.Command):
    """A command that ends with keyswitch's own messages.

    :ivar conduct: what a program can rely on; ``None`` where nothing is promised.
    """

    def __init__(self, *args: Any, conduct: Conduct | None = None, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.conduct = conduct

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reads the arguments."""
        with _without_secrets():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs it."""
        try:
            with _without_secrets():
                return super().invoke(ctx)
        except KeyswitchError as error:
            raise Failed(str(error)) from None


@contextmanager
def _without_secrets() -> Iterator[None]:
    """A refusal of arguments repeats no secret that was pasted into the wrong one, and steers no terminal."""
    try:
        yield
    except click.UsageError as error:
        error.message = in_one_line(error.message)  # type: ignore[misc]
        raise


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


def gathering(
    *options: Callable[[Callable[..., Any]], Callable[..., Any]],
    argument: str,
    make: Callable[..., Any],
) -> Callable[[F], F]:
    """Adds options to a command, which is given what ``make`` makes of them as one argument.

    :param make: its parameters have the names of the options.
    """
    names = tuple(inspect.signature(make).parameters)

    def decorate(command: F) -> F:
        @functools.wraps(command)
        def gathered(**values: Any) -> Any:
            own = {name: values.pop(name) for name in names}
            return command(**values, **{argument: make(**own)})

        whole: Any = gathered
        for option in reversed(options):
            whole = option(whole)
        result: F = whole
        return result

    return decorate


def form_option(*forms: str, help: str) -> Callable[[F], F]:  # noqa: A002 - click's own word
    """``--format`` and its short cut ``--json``, as the argument ``form``; the first is the default."""
    return gathering(
        click.option(
            "--format",
            "form",
            type=click.Choice(forms),
            default=forms[0],
            show_default=True,
            help=help,
        ),
        click.option("--json", "as_json", is_flag=True, help="Short for --format json."),
        argument="form",
        make=lambda form, as_json: "json" if as_json else form,
    )


def _signing(
    stack_config: Path | None,
    account: str | None,
    profile: str | None,
    region: str | None,
    role_arn: str | None,
) -> Signing:
    config = StackConfig(stack_config) if stack_config is not None else None
    return Signing(config, account, profile, region, role_arn)


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


def key_id(text: str) -> str:
    """The type of an argument that takes an access key id; of anything else no secret is repeated.

    :raises click.BadParameter: it is none.
    """
    if is_key_id(text):
        return text
    raise is_not(text, "an access key id such as AKIAIOSFODNN7EXAMPLE", longest=_LENGTH_OF_ID)


def is_not(text: str, wanted: str, longest: int = 39) -> click.BadParameter:
    """The error for a value that is not what it should be, which no secret is repeated in.

    :param longest: in characters; a longer value is not repeated.
    """
    named = f"{text!r} is" if may_be_repeated(text, longest) else "this is"
    return click.BadParameter(f"{named} not {wanted}")


def duration(text: str) -> Duration:
    """The type of an option that takes a duration.

    :raises click.BadParameter: it is none.
    """
    try:
        return Duration.read(text)
    except ValueError as error:
        problem = f"{text!r} is not a duration such as 90d or 36h: {error}"
        raise click.BadParameter(problem) from None
