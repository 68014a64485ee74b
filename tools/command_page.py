"""Writes docs/reference/command.md from the command's own help (``make docs``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from keyswitch.cli import main

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "command.md"
WIDTH = 100

HEAD = """\
# The command keyswitch

Installed with the package; `python -m keyswitch` is the same. This page is what `--help` prints,
made by `make docs`.
"""


def command_page() -> str:
    """The page: one section for each command."""
    widths: dict[str, Any] = {"max_content_width": WIDTH, "terminal_width": WIDTH}
    whole = click.Context(main, info_name="keyswitch", **main.context_settings, **widths)
    parts = [HEAD, _section(whole)]
    for name, command in main.commands.items():
        parts.append(_section(click.Context(command, parent=whole, info_name=name, **widths)))
    return "\n".join(parts)


def _section(context: click.Context) -> str:
    shown = context.command.get_help(context)
    help_text = "\n".join(line.rstrip() for line in shown.splitlines())
    return f"## {context.command_path}\n\n```text\n{help_text}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(command_page())
