"""What the commands share: how they end, and the types of their arguments."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, Final, TypeVar

import click

from keyswitch.cli.conduct import Conduct
from keyswitch.iam.key_ids import is_key_id
from keyswitch.messages.format import KeyswitchError, in_one_line
from keyswitch.messages.redact import may_be_repeated
from keyswitch.model.durations import Duration

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
