"""The state of a stack, as pulumi exports it."""

from __future__ import annotations

import subprocess

from keyswitch.cli.scan import working
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError


def exported(stack: str) -> str:
    """What ``pulumi stack export`` prints of a stack of the project in this folder.

    :raises KeyswitchError: it failed (KS708).
    """
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
