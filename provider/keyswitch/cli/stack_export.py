"""The state of a stack: the options that name one, and what pulumi exports of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

import click

from keyswitch.cli.command import F, gathering
from keyswitch.cli.progress import working
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError


@dataclass(frozen=True)
class StackState:
    """A state that a command reads.

    :param file: what ``pulumi stack export`` printed.
    :param stack: the name of a stack of the project in this folder, whose state pulumi exports.
    """

    file: IO[str] | None
    stack: str | None

    @property
    def in_words(self) -> str:
        """What it is the state of; empty where none is named."""
        if self.stack is not None:
            return f"the stack {self.stack}"
        return "a stack's state" if self.file is not None else ""

    def text(self) -> str | None:
        """What ``pulumi stack export`` prints of it; ``None`` where none is named.

        :raises KeyswitchError: the export failed (KS708).
        """
        if self.stack is not None:
            return _exported(self.stack)
        return self.file.read() if self.file is not None else None


def _state(state: IO[str] | None, stack: str | None) -> StackState:
    if state is not None and stack is not None:
        context = click.get_current_context()
        raise click.UsageError("Use --state or --stack, not both.", context)
    return StackState(state, stack)


def state_options(does: str) -> Callable[[F], F]:
    """The options that name a state; they make a command's argument ``state``.

    :param does: what the command does with the state, such as ``Compare with``.
    """
    return gathering(
        click.option(
            "--state",
            type=click.File(encoding="utf-8", errors="replace"),
            help=f"{does} a state, the output of `pulumi stack export`; - for standard input.",
        ),
        click.option(
            "--stack",
            metavar="NAME",
            help=f"{does} the state of this stack of the project in this folder.",
        ),
        argument="state",
        make=_state,
    )


def _exported(stack: str) -> str:
    command = ["pulumi", "stack", "export", "--stack", stack, "--non-interactive"]
    try:
        with working("asking pulumi for the stack's state"):
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the user's own pulumi, as README has it
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise KeyswitchError(catalogue.ExportFailed(stack=stack, problem=problem)) from None
    if done.returncode:
        problem = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        raise KeyswitchError(catalogue.ExportFailed(stack=stack, problem=problem))
    return done.stdout
