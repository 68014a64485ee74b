"""``keyswitch explain``: the catalogue."""

from __future__ import annotations

import difflib
import json

import click

from keyswitch.cli.command import Command
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import ALL, Message
from keyswitch.messages.format import KeyswitchError


@click.command(cls=Command)
@click.argument("codes", metavar="CODE...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every code and its title.")
@click.option("--json", "as_json", is_flag=True, help="As a JSON list.")
@click.pass_context
def explain(ctx: click.Context, codes: tuple[str, ...], *, everything: bool, as_json: bool) -> None:
    """What the code of a message means, and what to do.

    \b
    keyswitch explain KS602
    keyswitch explain ks602 KS611 --json
    """
    if not codes and not everything:
        raise click.UsageError("Name a code, such as KS602, or --all.", ctx)
    entries = ALL if everything else tuple(_entry(code) for code in codes)
    if as_json:
        click.echo(json.dumps([_bag(entry) for entry in entries], indent=2))
    elif everything:
        click.echo("\n".join(f"{entry.code}  {entry.title}" for entry in entries))
    else:
        click.echo("\n\n".join(_explained(entry) for entry in entries))


def _entry(code: str) -> type[Message]:
    by_code = {entry.code: entry for entry in ALL}
    wanted = code.upper()
    if wanted in by_code:
        return by_code[wanted]
    near = difflib.get_close_matches(wanted, by_code, n=3)
    suggestion = f"Did you mean {', '.join(near)}? " if near else ""
    raise KeyswitchError(catalogue.UnknownCode(unknown_code=code, suggestion=suggestion))


def _bag(entry: type[Message]) -> dict[str, str]:
    return {
        "code": entry.code,
        "title": entry.title,
        "cause": entry.text,
        "remedy": entry.remedy,
    }


def _explained(entry: type[Message]) -> str:
    def whole(template: str) -> str:
        return template.replace("{{", "{").replace("}}", "}")

    return (
        f"{entry.code}: {entry.title}\n\n"
        f"  Cause:       {whole(entry.text)}.\n"
        f"  What to do:  {whole(entry.remedy)}"
    )
