"""``keyswitch audit``: what is wrong with an account's keys, what is in progress, and what is excepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

import click

from keyswitch.cli.atomic_write import check_report, write_report
from keyswitch.cli.audit_options import question_options
from keyswitch.cli.audit_organization import audit_organization
from keyswitch.cli.command import Command, Failed, form_option
from keyswitch.cli.conduct import FINDINGS, SCAN_STATE, SUCCESS, Conduct
from keyswitch.cli.config_values import stack_of
from keyswitch.cli.console import console
from keyswitch.cli.declarations import Declarations
from keyswitch.cli.exceptions_file import exceptions_of_file
from keyswitch.cli.organization import OrganizationSelection, organization_options
from keyswitch.cli.scan import Selection, root_keys_of, selection_options
from keyswitch.cli.signing import Signing, caller_of, signing_options
from keyswitch.cli.stack_export import StackState, state_options
from keyswitch.iam.client import Caller, Directory
from keyswitch.report.audit import Audit, Question
from keyswitch.report.audit_csv import to_csv
from keyswitch.report.audit_findings import AccountToAudit, audit_of
from keyswitch.report.audit_json import to_json
from keyswitch.report.audit_markdown import to_markdown
from keyswitch.report.audit_ocsf import to_ocsf
from keyswitch.report.audit_page import to_html
from keyswitch.report.audit_table import print_audit, to_table
from keyswitch.report.controls.control import Evidence
from keyswitch.report.exceptions import AuditException
from keyswitch.report.expected_keys import ExpectedKey
from keyswitch.report.inventory import Inventory

FORMS: Final[Mapping[str, Callable[[Audit], str]]] = {
    "table": to_table,
    "json": to_json,
    "markdown": to_markdown,
    "html": to_html,
    "csv": to_csv,
    "ocsf": to_ocsf,
}


_CONDUCT: Final = Conduct(
    asks="IAM of one account, or AWS Organizations and IAM of each account; the engine's state with `--stack`",
    writes=("`--output FILE`: the report.", SCAN_STATE),
    ends={
        SUCCESS: "The audit has no such findings as end it with 7.",
        FINDINGS: "The audit has open findings of the severity of `--fail-on` or a higher one.",
    },
)


@click.command(cls=Command, conduct=_CONDUCT)
@signing_options
@organization_options
@selection_options
@state_options("Compare with")
@question_options
@click.option(
    "--exceptions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Use the exceptions in this YAML file, besides keyswitch:exceptions of --stack-config.",
)
@form_option(
    *FORMS,
    help="html is one self-contained page, csv an evidence pack; ocsf needs the extra keyswitch[ocsf].",
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
    organization: OrganizationSelection | None,
    selection: Selection,
    state: StackState,
    question: Question,
    exceptions: Path | None,
    form: str,
    output: Path | None,
) -> None:
    """Report what is wrong with the access keys of an account, or of an organization.

    Finds keys that are not declared, or not as declared, Active keys that are old, unused, one of several,
    or quarantined by AWS, and keys of the root user. Compares with the register in --stack-config, with a
    state given by --stack or --state, or with both: then the audit tells a change that the next update
    makes from drift. Without these, checks the controls only.

    What keyswitch is at work on is in progress and no open finding: a held deactivation, a rotation. A
    finding that an exception covers is shown as excepted.

    \b
    keyswitch audit --stack-config Pulumi.prod.yaml --stack prod
    keyswitch audit --stack prod --format html --output keys.html
    keyswitch audit --organization --role audit --ou ou-ab12-prodprod --format csv

    With --organization, an account that could not be read is a finding.

    Exit code 7 if there are open findings, 0 if there are none, 1 if the audit failed.
    """
    _refuse_another_stack(ctx, signing, state.stack)
    if organization is not None and signing.account is not None:
        raise click.UsageError("Use --account or --organization, not both.", ctx)
    if form == "ocsf":
        _check_ocsf()
    if output is not None:
        check_report(output)
    approved = _exceptions(signing, exceptions)
    client = signing.client()
    caller = caller_of(client)
    declarations = Declarations.read(signing.config, signing.account, state.text(), state.in_words)
    asked = replace(question, asked_by=caller.arn, against=declarations.in_words)
    if organization is not None:
        audited = audit_organization(
            client, caller, organization, selection, declarations, approved, asked
        )
    else:
        expected = declarations.of_one(caller.account_id)
        approved = _about_account(approved, caller.account_id)
        inventory = _inventory(selection, client, caller, expected, approved)
        now = datetime.now(timezone.utc)
        evidence = Evidence(inventory, expected, now, question.thresholds)
        audited = audit_of([AccountToAudit(caller.account_id, evidence)], approved, asked, now)
    _show(audited, form, output)
    if audited.fails:
        ctx.exit(FINDINGS)


def _refuse_another_stack(ctx: click.Context, signing: Signing, stack: str | None) -> None:
    """The state of another stack would make a change to come of drift."""
    named = stack_of(signing.config.path) if signing.config else ""
    if stack is not None and named and named != stack.rpartition("/")[2]:
        raise click.UsageError(
            f"--stack-config is the config of the stack {named}, and --stack names {stack}.", ctx
        )


def _show(audited: Audit, form: str, output: Path | None) -> None:
    if form == "table" and output is None:
        screen = console()
        if screen.is_terminal:
            print_audit(audited, screen)
            return
    text = FORMS[form](audited)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_report(output, text)
        click.echo(f"{output}: {audited.verdict}", err=True)


def _inventory(
    selection: Selection,
    client: Directory,
    caller: Caller,
    expected: Mapping[str, ExpectedKey] | None,
    approved: tuple[AuditException, ...],
) -> Inventory:
    inventory = selection.inventory(
        client,
        caller,
        with_paths=any(each.subject == "path" for each in approved),
        always=[each.user_name for each in (expected or {}).values() if each.user_name],
    )
    if not selection.is_complete:
        return inventory
    return replace(inventory, root_keys=root_keys_of(client))


def _exceptions(signing: Signing, file: Path | None) -> tuple[AuditException, ...]:
    of_config = signing.config.exceptions if signing.config is not None else ()
    return (*of_config, *(exceptions_of_file(file) if file is not None else ()))


def _about_account(
    exceptions: tuple[AuditException, ...], account_id: str
) -> tuple[AuditException, ...]:
    """Without those of other accounts, about which an audit of one tells nothing."""
    return tuple(each for each in exceptions if each.account in ("", account_id))


def _check_ocsf() -> None:
    try:
        import py_ocsf_models  # noqa: F401
    except ImportError:
        raise Failed(
            "--format ocsf needs the extra ocsf: install keyswitch[ocsf], then run again."
        ) from None
