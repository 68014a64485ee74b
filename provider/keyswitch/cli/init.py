"""``keyswitch init``: a project, its register and its pipeline, from a few answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from keyswitch.cli.command import Command, form_option
from keyswitch.cli.conduct import FAILURE, SCAN_STATE, Conduct
from keyswitch.cli.init_ask import WRITTEN, Asking
from keyswitch.cli.init_files import PlannedFile, write_all
from keyswitch.cli.init_left import left_to_do
from keyswitch.cli.init_package import Installed
from keyswitch.cli.init_pipeline import FORGES, PLACEHOLDER, Pipeline, address_of
from keyswitch.cli.init_project import ProjectFolder
from keyswitch.cli.init_register import Entries, StackFile
from keyswitch.cli.init_report import InitReport, differences
from keyswitch.cli.init_values import (
    account_id_value,
    action_value,
    forge_value,
    project_value,
    region_value,
    role_value,
    stack_value,
)

_CONDUCT: Final = Conduct(
    asks="the folder and pip's records; IAM and STS of one account with `--discover`",
    writes=(
        "The project's files. Shows each difference and asks first on standard input; its help says when not.",
        SCAN_STATE,
    ),
    ends={
        FAILURE: "The folder cannot be used, a question has no answer, the keys could not be read, or a file could not be "
        "written. No file was changed, unless the error names it (KS795)."
    },
)


@click.command(cls=Command, conduct=_CONDUCT)
@click.option(
    "--stack", type=stack_value, metavar="NAME", help="The stack, such as prod or acme/keys/prod."
)
@click.option(
    "--forge", type=click.Choice(FORGES), help="Where pull requests are. none writes no pipeline."
)
@click.option(
    "--project",
    type=project_value,
    metavar="NAME",
    help="The project's name; the folder's if omitted.",
)
@click.option(
    "--account-id",
    type=account_id_value,
    metavar="ID",
    help="The only account in which the stack may act.",
)
@click.option(
    "--region", type=region_value, help="The AWS region of sessions. IAM itself needs none."
)
@click.option(
    "--preview-role",
    type=role_value,
    metavar="ARN",
    help="The role of pull requests, if it exists.",
)
@click.option(
    "--apply-role",
    type=role_value,
    metavar="ARN",
    help="The role that may change keys, if it exists.",
)
@click.option(
    "--audit-role",
    type=role_value,
    metavar="ARN",
    help="The role of the nightly audit, if it exists.",
)
@click.option(
    "--action-repository",
    type=action_value,
    metavar="OWNER/NAME[@VERSION]",
    help="Where the pipeline takes keyswitch's action or component from; the package's own address if omitted.",
)
@click.option(
    "--discover/--no-discover",
    "discovers",
    default=None,
    help="Declare the account's keys in the register, each as it was found. Reads IAM.",
)
@click.option("--profile", help="Use this profile of the shared AWS files for --discover.")
@click.option("--yes", is_flag=True, help="Ask nothing. Files that differ are kept.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@form_option("text", "json", help="json has every difference too.")
def init(
    *,
    stack: str | None,
    forge: str | None,
    project: str | None,
    account_id: str | None,
    region: str | None,
    preview_role: str | None,
    apply_role: str | None,
    audit_role: str | None,
    action_repository: str | None,
    discovers: bool | None,
    profile: str | None,
    yes: bool,
    dry_run: bool,
    form: str,
) -> None:
    """Begin a project in this folder: program, register, requirements and pipeline.

    Asks what no option says, shows each difference, and writes after a confirmation: every file, or none. Changes no
    key, and asks for no secret. Run again, it changes nothing that is there already. A file that differs is replaced
    only if you confirm that file; requirements for this machine alone, which init wrote, become those of a pipeline.

    \b
    keyswitch init
    keyswitch init --stack prod --forge github --discover
    keyswitch init --yes --stack prod --forge gitlab --dry-run

    Without --yes, an empty answer takes the value in brackets. At the end stand the three things that are left to do.
    """
    folder = ProjectFolder(Path.cwd())
    folder.check_that_it_is_free()
    asking = Asking(is_silent=yes)
    stack = stack or asking.value("The stack", "prod", stack_value)
    forge = forge or asking.value("The forge: github, gitlab or none", folder.forge, forge_value)
    project = folder.name_for(stack) if project is None else project
    if discovers is None:
        discovers = asking.confirmed("Declare the keys that your credentials find?", usual=True)
    installed = Installed.now()
    roles = {"preview": preview_role, "apply": apply_role, "audit": audit_role}
    pipeline = Pipeline(
        forge,
        stack,
        _action_of(action_repository, installed, forge),
        folder.work_dir if forge != "none" else ".",
        region or "",
        {name: arn for name, arn in roles.items() if arn},
    )
    file = StackFile(folder, stack, account_id or "", region or "")
    entries: Entries = {}
    if discovers:
        entries, found = file.discovered(profile)
        file = replace(file, account_id=found)
    added, _ = file.config.with_added(entries)
    notes = [*_notes(folder), *file.notes()]
    if discovers and not entries:
        notes.append(
            f"Account {file.account_id} has no access key to declare. If you expected one, check which account the "
            "credentials are of."
        )
    files = _planned(folder, project, pipeline, installed, file.files(entries))
    if form == "text" or not (yes or dry_run):
        click.echo(differences(files), nl=False, err=form == "json")
    everything = [(each, each.change) for each in files]
    outcomes = everything if dry_run and not yes else asking.outcomes(files)
    changed = [each for each, change in outcomes or () if change in WRITTEN]
    if not dry_run:
        write_all(changed)
    report = InitReport(
        project,
        pipeline,
        everything if outcomes is None else outcomes,
        len(added),
        left_to_do(pipeline, installed, file.count(added)),
        notes,
        is_written=bool(changed) and not dry_run,
        is_dry_run=dry_run,
    )
    click.echo(report.to_json() if form == "json" else report.to_text(), nl=False)


def _planned(
    folder: ProjectFolder,
    project: str,
    pipeline: Pipeline,
    installed: Installed,
    of_stack: Sequence[PlannedFile],
) -> list[PlannedFile]:
    required = installed.files(for_a_pipeline=pipeline.forge != "none")
    here = installed.files(for_a_pipeline=False)
    of_package = [folder.planned(name, content) for name, content in required.items()]
    return [
        *folder.files(project),
        *of_stack,
        *(replace(each, is_own=each.before == here.get(each.name)) for each in of_package),
        *(folder.planned_at_top(name, text.encode()) for name, text in pipeline.files().items()),
    ]


def _action_of(given: str | None, installed: Installed, forge: str) -> str:
    if given is not None:
        return given if "@" in given else f"{given}@v0"
    return address_of(installed.repository, forge) or PLACEHOLDER


def _notes(folder: ProjectFolder) -> list[str]:
    if folder.around is None:
        return []
    return [
        f"{folder.around} is the file of another project. In this folder, pulumi uses the Pulumi.yaml that is here."
    ]
