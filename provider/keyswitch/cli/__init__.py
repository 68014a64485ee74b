"""The command ``keyswitch``: finds keys, audits them, digests previews, explains codes.

One file for each command; :mod:`~keyswitch.cli.command` has what they share, :mod:`~keyswitch.cli.scan` looks at an account's users.
This room imports report and the rooms that report imports. Read first: ``discover``.
"""

from __future__ import annotations

import io
import sys
from typing import Any

import click

from keyswitch import __version__
from keyswitch.cli.audit import audit
from keyswitch.cli.check import check
from keyswitch.cli.comment import comment
from keyswitch.cli.completion import COMPLETE_VAR, completion
from keyswitch.cli.digest import digest
from keyswitch.cli.discover import discover
from keyswitch.cli.due import due
from keyswitch.cli.explain import explain
from keyswitch.cli.incident import incident
from keyswitch.cli.init import init
from keyswitch.cli.who import who


class _Group(click.Group):
    """What is printed reaches whoever reads it, whatever the locale: no character is an error."""

    def main(self, *args: Any, **extra: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                encoding = None if stream.isatty() else "utf-8"
                stream.reconfigure(encoding=encoding, errors="replace")
        return super().main(*args, **{"complete_var": COMPLETE_VAR, **extra})


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="keyswitch")
def main() -> None:
    """Companion commands for the Keyswitch provider. None of them changes a key.

    \b
    Begin a project:          keyswitch init
    Adopt existing keys:      keyswitch discover --write Pulumi.prod.yaml
    Validate a register:      keyswitch check Pulumi.prod.yaml
    Review a pull request:    pulumi preview --json | keyswitch digest
    Ask what ends soon:       keyswitch due --stack-config Pulumi.prod.yaml
    Report to an auditor:     keyswitch audit --format html --output keys.html
    Find a key's programs:    keyswitch who AKIAIOSFODNN7EXAMPLE
    Act on a leaked key:      keyswitch incident AKIAIOSFODNN7EXAMPLE
    Look up a message:        keyswitch explain KS602
    Complete words:           keyswitch completion bash

    \b
    Exit codes: 0 success, 1 failure, 2 wrong usage, 7 an audit has open findings.
    """


for command in (
    init,
    discover,
    check,
    audit,
    due,
    who,
    incident,
    digest,
    comment,
    explain,
    completion,
):
    main.add_command(command)
