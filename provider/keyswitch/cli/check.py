"""``keyswitch check``: what is wrong with the registers of stacks, before any preview."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from keyswitch.cli.check_file import CheckedFile, check_file
from keyswitch.cli.command import Command, form_option
from keyswitch.cli.conduct import FAILURE, SUCCESS, Conduct
from keyswitch.cli.register_schema import schema_text
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, counted
from keyswitch.messages.printable import printable
from keyswitch.report.json_text import json_text

VERSION: Final = 1
"""Of the JSON; ``docs/reference/schemas/check.schema.json`` describes it."""
_FILES: Final = ("Pulumi.*.yaml", "Pulumi.*.yml")
_CONDUCT: Final = Conduct(
    asks="the files alone",
    ends={
        SUCCESS: "The files have no problem that can be seen in them.",
        FAILURE: "A file has a problem. Standard output says which.",
    },
)


@click.command(cls=Command, conduct=_CONDUCT)
@click.argument(
    "paths",
    metavar="[Pulumi.STACK.yaml]...",
    nargs=-1,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--schema",
    "wants_schema",
    is_flag=True,
    help="Print the JSON Schema of these files for editors.",
)
@form_option("text", "json", help="text has one line for each problem.")
@click.pass_context
def check(ctx: click.Context, paths: tuple[Path, ...], *, wants_schema: bool, form: str) -> None:
    """Check the registers in stack config files, without Pulumi and without AWS.

    Reports every problem at once, with its line and column, in the words of the preview: of keys, rotations,
    defaults, accounts and exceptions, and of the file itself. Without a file, checks every Pulumi.STACK.yaml in
    this folder.

    \b
    keyswitch check
    keyswitch check Pulumi.prod.yaml --json
    keyswitch check --schema >keyswitch.schema.json

    Encrypted values, and those of ESC environments, are not checked; the output says where there are any. Whether
    the keys exist, and whose they are, only the preview knows. Exit code 1 if there is a problem.
    """
    if wants_schema:
        click.echo(schema_text(), nl=False)
        return
    found = paths or tuple(sorted(path for pattern in _FILES for path in Path().glob(pattern)))
    if not found:
        raise click.UsageError("There is no Pulumi.STACK.yaml in this folder. Name a file.", ctx)
    checked = [check_file(path) for path in found]
    click.echo(json_text(_bag(checked)) if form == "json" else _text(checked), nl=False)
    problems = sum(len(each.problems) for each in checked)
    if problems:
        raise KeyswitchError(catalogue.ProblemsInFiles(count=counted(problems, "problem")))


def _text(checked: Sequence[CheckedFile]) -> str:
    lines = [
        f"{printable(each.path)}:{each.position.line}:{each.position.column}: {each.text}"
        for file in checked
        for each in file.problems
    ]
    lines += [
        f"{printable(str(file.path))}: not all is checked: {_why(file.not_checked)}."
        for file in checked
        if file.not_checked
    ]
    problems = sum(len(file.problems) for file in checked)
    said = counted(problems, "problem") if problems else "no problem"
    return "\n".join([*lines, f"{counted(len(checked), 'file')} checked, {said}."]) + "\n"


def _why(not_checked: Sequence[str]) -> str:
    reasons = [
        "the file imports an ESC environment"
        if each == "environment"
        else f"{each} is encrypted, at least in part"
        for each in not_checked
    ]
    return "; ".join(reasons)


def _bag(checked: Sequence[CheckedFile]) -> dict[str, Any]:
    return {
        "version": VERSION,
        "files": [
            {
                "path": str(file.path),
                "problems": [
                    {
                        "path": each.path,
                        "line": each.position.line,
                        "column": each.position.column,
                        "code": each.code,
                        "message": each.text,
                    }
                    for each in file.problems
                ],
                "not_checked": list(file.not_checked),
            }
            for file in checked
        ],
    }
