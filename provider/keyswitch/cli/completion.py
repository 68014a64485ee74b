"""``keyswitch completion``: the words that a shell can complete, and the script that asks for them."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

from keyswitch.cli.command import Command
from keyswitch.cli.conduct import Conduct

COMPLETE_VAR: Final = "_KEYSWITCH_COMPLETE"
"""The environment variable by which a shell's script asks for words."""
_SHELLS: Final = ("bash", "zsh", "fish")
_CONDUCT: Final = Conduct(asks="nothing outside the package", cannot_fail=True)


@click.command(cls=Command, conduct=_CONDUCT)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, *, shell: str) -> None:
    """Print a script by which a shell completes commands, options, codes, controls and stack files.

    \b
    keyswitch completion bash >~/.local/share/bash-completion/completions/keyswitch
    keyswitch completion zsh >"${fpath[1]}/_keyswitch"
    keyswitch completion fish >~/.config/fish/completions/keyswitch.fish

    Then open a new shell.
    """
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"There is no completion for {shell}.", ctx)
    click.echo(found(ctx.find_root().command, {}, "keyswitch", COMPLETE_VAR).source())
