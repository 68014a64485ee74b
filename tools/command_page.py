"""Writes docs/reference/command.md from the command's own help (``make docs``)."""

from __future__ import annotations

from pathlib import Path

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
    parts = [HEAD, _section(main, "keyswitch")]
    parts += [_section(command, f"keyswitch {name}") for name, command in main.commands.items()]
    return "\n".join(parts)


def _section(command: click.Command, name: str) -> str:
    context = click.Context(command, info_name=name, max_content_width=WIDTH, terminal_width=WIDTH)
    help_text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return f"## {name}\n\n```text\n{help_text}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(command_page())
