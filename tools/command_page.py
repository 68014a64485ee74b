"""Writes docs/reference/command.md from the command's own help (``make docs``)."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Any

import click

from keyswitch.cli import main

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "command.md"
WIDTH = 100

HEAD = """\
# The command keyswitch

Installed with the package; `python -m keyswitch` is the same. An option that several commands have is
described where it comes first.
"""


def command_page() -> str:
    """The page: one section for each command."""
    widths: dict[str, Any] = {"max_content_width": WIDTH, "terminal_width": WIDTH}
    whole = click.Context(main, info_name="keyswitch", **main.context_settings, **widths)
    parts = [HEAD, _section(whole, _help_without((), whole))]
    described = set(_options(whole).values())
    for name, command in main.commands.items():
        context = click.Context(command, parent=whole, info_name=name, **widths)
        parts.append(_section(context, _help_without(described, context)))
        described.update(_options(context).values())
    return "\n".join(parts)


def _options(context: click.Context) -> dict[str, tuple[str, str]]:
    """What ``--help`` says of each option, by its longest name."""
    options = (
        each for each in context.command.get_params(context) if each.param_type_name == "option"
    )
    records = {max(each.opts, key=len): each.get_help_record(context) for each in options}
    return {name: record for name, record in records.items() if record is not None}


def _help_without(described: Container[tuple[str, str]], context: click.Context) -> str:
    """A command's help, with the names only of options that are described already."""
    formatter = context.make_formatter()
    context.command.format_usage(context, formatter)
    context.command.format_help_text(context, formatter)
    options = _options(context)
    also = [name for name, record in options.items() if record in described and name != "--help"]
    own = [record for record in options.values() if record not in described]
    if own:
        with formatter.section("Options"):
            formatter.write_dl(own)
    if also:
        formatter.write_paragraph()
        formatter.write_text(f"Also: {', '.join(also)}.")
    return formatter.getvalue()


def _section(context: click.Context, shown: str) -> str:
    help_text = "\n".join(line.rstrip() for line in shown.splitlines())
    return f"## {context.command_path}\n\n```text\n{help_text}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(command_page())
