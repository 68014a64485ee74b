"""Writes docs/for-automation.md from what the commands declare of themselves (``make docs``)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from keyswitch.cli import main
from keyswitch.cli.command import Command
from keyswitch.cli.conduct import Conduct

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "for-automation.md"
SCHEMAS = DOCS / "reference" / "schemas"

HEAD = """\
# For automation

What a script or a coding agent can rely on when it runs `keyswitch`. The [command's page](reference/command.md) has every
option, and [llms.txt](llms.txt) lists every page of this site.

- No command changes a key. Only an update of Pulumi does.
- The answer is on standard output. Warnings, errors and progress are on standard error.
- An error starts with `error: `, in most cases followed by a [code](errors.md) whose meaning never changes. What was called wrongly
  is answered with `Usage: `.
- Where standard error is not a terminal, a walk of more than ten seconds says every ten seconds how far it is.
- Colors are for terminals. `NO_COLOR` and `TERM=dumb` take them away, and `FORCE_COLOR` asks for them elsewhere.

## What each command asks and writes

A command that writes nothing only reads. A new report can be read by its owner only.

| command | where the answer comes from | what it writes |
|---|---|---|
"""

JSON_HEAD = """\

## JSON

`--format json`, in short `--json`, prints one JSON object. Fields are in snake case. The field `version` grows when another
field goes or changes its meaning. A new field does not change the version, so ignore the fields that you do not know. The
schemas allow no other fields than those of this release.

| output | what it has | schema |
|---|---|---|
"""

EXIT_HEAD = """\

## Exit codes

A command ends with these codes and no others, unless a signal ends it.

| command | exit code | meaning |
|---|---|---|
"""


def automation_page() -> str:
    """The page."""
    conducts = {name: conduct_of(name) for name in main.commands}
    asked = (
        f"| `{name}` | {each.asks} | {'<br>'.join(each.writes) or 'nothing'} |"
        for name, each in conducts.items()
    )
    ends = (
        f"| `{name}` | {code} | {text} |"
        for name, each in conducts.items()
        for code, text in each.exit_codes.items()
    )
    return f"{HEAD}{_lines(asked)}{JSON_HEAD}{_lines(_outputs())}{EXIT_HEAD}{_lines(ends)}"


def conduct_of(name: str) -> Conduct:
    """What a command declares of itself.

    :raises TypeError: it declares nothing.
    """
    command = main.commands[name]
    if not isinstance(command, Command) or command.conduct is None:
        message = f"keyswitch {name} has no conduct: see keyswitch.cli.conduct"
        raise TypeError(message)
    return command.conduct


def _outputs() -> list[str]:
    rows = []
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        schema = json.loads(path.read_text())
        if schema["title"].startswith("keyswitch "):
            link = f"[{path.name}](reference/schemas/{path.name})"
            rows.append(f"| `{schema['title']}` | {schema['description']} | {link} |")
    return rows


def _lines(rows: Iterable[str]) -> str:
    return "".join(f"{row}\n" for row in rows)


if __name__ == "__main__":
    PAGE.write_text(automation_page())
