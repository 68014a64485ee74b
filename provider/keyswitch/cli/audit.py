"""``keyswitch audit``: what is wrong with an account's keys."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import IO

import click

from keyswitch.cli import report
from keyswitch.cli.atomic_write import check_report, write_report
from keyswitch.cli.command import (
    FINDINGS,
    Command,
    Signing,
    caller_of,
    form_option,
    signing_options,
)
from keyswitch.cli.scan import Selection, selection_options, working
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.report.checks import ExpectedKey, findings
from keyswitch.report.stack_state import read_export


@click.command(cls=Command)
@signing_options
@selection_options
@click.option(
    "--state",
    type=click.File(encoding="utf-8", errors="replace"),
    help="Compare with a state, the output of `pulumi stack export`; - for standard input.",
)
@click.option(
    "--stack",
    metavar="NAME",
    help="Compare with the state of this stack of the project in this folder.",
)
@form_option(
    *report.FORMS,
    help="html is one self-contained page.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report to this file. Only its owner can read a new file.",
)
@click.pass_context
def audit(
    ctx: click.Context,
    *,
    signing: Signing,
    selection: Selection,
    state: IO[str] | None,
    stack: str | None,
    form: str,
    output: Path | None,
) -> None:
    """Report what is wrong with the access keys of an account.

    Finds keys that are not declared, or not as declared, and Active keys that are old, unused, one of
    several, or quarantined by AWS. Compares with the register in --stack-config, or with a state given by
    --stack or --state. Without these, checks the controls only: CIS AWS Foundations Benchmark and AWS
    Foundational Security Best Practices.

    \b
    keyswitch audit --stack-config Pulumi.prod.yaml
    keyswitch audit --stack prod --format html --output keys.html

    Exit code 7 if there are findings, 0 if there are none, 1 if the audit failed.
    """
    if state is not None and stack is not None:
        raise click.UsageError("Use --state or --stack, not both.", ctx)
    if output is not None:
        check_report(output)
    client = signing.client()
    caller = caller_of(client)
    expected, against = _expected(signing, state, stack, caller.account_id)
    inventory = selection.inventory(client, caller)
    now = datetime.now(timezone.utc)
    found = findings(inventory, expected, now)
    audited = report.Audited(caller.account_id, now, inventory, found, against)
    if form == "table" and output is None:
        report.print_findings(audited)
    else:
        text = report.FORMS[form](audited)
        if output is None:
            click.echo(text, nl=False)
        else:
            write_report(output, text)
            click.echo(f"{output}: {audited.verdict}", err=True)
    if found:
        ctx.exit(FINDINGS)


def _expected(
    signing: Signing, state: IO[str] | None, stack: str | None, account_id: str
) -> tuple[Mapping[str, ExpectedKey] | None, str]:
    """What the keys are held against besides the controls, and that in words; empty for nothing."""
    if stack is not None:
        return read_export(_exported(stack), account_id), f"the stack {stack}"
    if state is not None:
        return read_export(state.read(), account_id), "a stack's state"
    if signing.config is not None:
        against = f"the register in {signing.config.path.name}"
        return signing.config.expected(signing.account), against
    return None, ""


def _exported(stack: str) -> str:
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
