"""``keyswitch explain``: what a code means, by an example."""

from __future__ import annotations

import difflib
import textwrap
from typing import Final

import click
from click.shell_completion import CompletionItem

from keyswitch.cli.command import Command, form_option
from keyswitch.cli.conduct import FAILURE, Conduct
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.examples import example_of, filled_in
from keyswitch.messages.format import KeyswitchError
from keyswitch.report.controls import EVERY_MESSAGE
from keyswitch.report.json_text import json_text

VERSION: Final = 1
"""Of the JSON: it grows when a field goes or changes its meaning, not when one is added."""
_WIDTH: Final = 98
_FAMILY: Final = len("KS6")


def _codes(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    wanted = incomplete.upper()
    return [
        CompletionItem(entry.code, help=entry.title)
        for entry in EVERY_MESSAGE
        if entry.code.startswith(wanted)
    ]


_CONDUCT: Final = Conduct(
    asks="nothing outside the package",
    ends={FAILURE: "There is no such code."},
)


@click.command(cls=Command, conduct=_CONDUCT)
@click.argument("codes", metavar="CODE...", nargs=-1, shell_complete=_codes)
@click.option("--all", "everything", is_flag=True, help="List every code with its title.")
@form_option("text", "json", help="json has the same of each code.")
@click.pass_context
def explain(ctx: click.Context, codes: tuple[str, ...], *, everything: bool, form: str) -> None:
    """Explain the code of a message: an example, why keyswitch does that, and what to do.

    \b
    keyswitch explain KS602
    keyswitch explain ks602 KS611 --json
    """
    if not codes and not everything:
        raise click.UsageError("Name a code, such as KS602, or --all.", ctx)
    entries = EVERY_MESSAGE if everything else tuple(_entry(code) for code in codes)
    if form == "json":
        bag = {"version": VERSION, "messages": [_bag(entry) for entry in entries]}
        click.echo(json_text(bag), nl=False)
    elif everything:
        click.echo("\n".join(f"{entry.code}  {entry.title}" for entry in entries))
    else:
        click.echo("\n\n".join(_explained(entry) for entry in entries))


def _entry(code: str) -> type[Message]:
    by_code = {entry.code: entry for entry in EVERY_MESSAGE}
    wanted = code.upper()
    if wanted in by_code:
        return by_code[wanted]
    close = difflib.get_close_matches(wanted, by_code, n=len(by_code))
    near = sorted(close, key=lambda code: code[:_FAMILY] != wanted[:_FAMILY])[:3]
    suggestion = f"Did you mean {', '.join(near)}? " if near else ""
    raise KeyswitchError(catalogue.UnknownCode(unknown_code=code, suggestion=suggestion))


def _bag(entry: type[Message]) -> dict[str, str | None]:
    return {
        "code": entry.code,
        "title": entry.title,
        "example": example_of(entry),
        "why": entry.why or None,
        "remedy": filled_in(entry).what_to_do or None,
    }


def _explained(entry: type[Message]) -> str:
    parts = [
        f"{entry.code}: {entry.title}",
        f"Example:\n{_indented(example_of(entry))}",
        f"Why:\n{_indented(entry.why)}" if entry.why else "",
        f"What to do:\n{_indented(filled_in(entry).what_to_do or 'Nothing.')}",
    ]
    return "\n\n".join(part for part in parts if part)


def _indented(text: str) -> str:
    return textwrap.indent(
        textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False), "  "
    )
