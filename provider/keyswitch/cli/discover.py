"""``keyswitch discover``: the keys that an account has, and their adoption."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

import click

from keyswitch.cli import organization_tables
from keyswitch.cli.atomic_write import write_project_file
from keyswitch.cli.command import Command, form_option
from keyswitch.cli.complete_files import stack_files
from keyswitch.cli.conduct import FAILURE, SCAN_STATE, Conduct
from keyswitch.cli.organization import OrganizationSelection, organization_options
from keyswitch.cli.register_schema import SCHEMA_FILE, schema_text
from keyswitch.cli.scan import Selection, selection_options
from keyswitch.cli.signing import Signing, caller_of, signing_options
from keyswitch.cli.stack_config import StackConfig
from keyswitch.cli.tables import key_bag, listed_keys, print_listing, titles_of_keys
from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, KeyswitchError, counted, line
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.durations import iso
from keyswitch.model.inputs import ACCOUNT_NAME, IN_ACCOUNT, written
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.report.controls import violations_by_key
from keyswitch.report.controls.control import Evidence
from keyswitch.report.inventory import Inventory, SeenKey
from keyswitch.report.json_text import json_text
from keyswitch.report.text_table import Listing

VERSION: Final = 1
"""Of the JSON: it grows when a field goes or changes its meaning, not when one is added."""


_CONDUCT: Final = Conduct(
    asks="IAM of one account, or AWS Organizations and IAM of each account",
    writes=(
        "`--write FILE`: entries of that register; next to a file that is new, `keyswitch.schema.json`.",
        SCAN_STATE,
    ),
    ends={
        FAILURE: "The command failed or was interrupted, or an account of the organization could not be read: then the "
        "others are listed."
    },
)


@click.command(cls=Command, conduct=_CONDUCT)
@signing_options
@organization_options
@selection_options
@click.option(
    "--write",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="Pulumi.STACK.yaml",
    shell_complete=stack_files,
    help="Declare the keys that this register does not have, each as it was found.",
)
@form_option(
    "table",
    "json",
    "python",
    help="python prints a Pulumi program that declares the keys as they are.",
)
def discover(
    *,
    signing: Signing,
    organization: OrganizationSelection | None,
    selection: Selection,
    write: Path | None,
    form: str,
) -> None:
    """List the access keys of an account, or of an organization: their users, ages and last uses.

    To continue a scan that stopped within the last hour, run the same command again.

    \b
    keyswitch discover --profile audit
    keyswitch discover --user bob --format python >__main__.py
    keyswitch discover --organization --role audit --account-filter '!sandbox-*'

    With --stack-config, the list shows until when the register declares a key Active.

    --write keeps existing entries, comments and their order. Next to a file that it creates, it writes
    keyswitch.schema.json, by which editors complete and check the register. The aws: settings of its file are used unless
    --stack-config names another file.

    With --organization, the exit code is 1 if an account could not be read, after the list of the others.
    """
    if organization is not None:
        _discover_all(signing, organization, selection, write, form)
        return
    config = StackConfig(write) if write is not None else None
    if config is not None:
        config.check_that_it_takes_entries(signing.account)
        signing = replace(signing, config=signing.config or config)
    client = signing.client()
    caller = caller_of(client)
    inventory = selection.inventory(client, caller, as_of_now=config is not None)
    now = datetime.now(timezone.utc)
    _tell_unknown_statuses(inventory)
    ends = _ends(signing.config)
    if form == "json":
        click.echo(_to_json(inventory, caller.account_id, ends, now), nl=False)
    elif form == "python":
        click.echo(_program(inventory, caller.account_id, signing.declared_account()), nl=False)
    else:
        _print_census(inventory, caller.account_id, ends, now)
    if config is not None:
        _adopt(inventory, config, signing.account)


def _discover_all(
    signing: Signing,
    organization: OrganizationSelection,
    selection: Selection,
    write: Path | None,
    form: str,
) -> None:
    if write is not None or form == "python":
        option = "--write" if write is not None else "--format python"
        raise click.UsageError(
            f"{option} declares the keys of one account. Leave out --organization, and name the account with "
            "--account or --role-arn."
        )
    if signing.account is not None:
        raise click.UsageError("Use --account or --organization, not both.")
    ends = _ends(signing.config)
    client = signing.client()
    scan = organization.scan(client, caller_of(client), selection)
    now = datetime.now(timezone.utc)
    organization_tables.tell_missing(scan)
    for each in scan.results:
        _tell_unknown_statuses(each.inventory)
    if form == "json":
        click.echo(organization_tables.to_json(scan, ends, now), nl=False)
    else:
        organization_tables.print_keys(scan, ends, now)
    organization_tables.refuse_missing(scan)


def _adopt(inventory: Inventory, config: StackConfig, account: str | None) -> None:
    entries = entries_of(inventory, account)
    if not entries:
        click.echo(
            f"{config.path} is unchanged: there is no access key to declare. If you expected one, check which "
            "account the credentials are of, and which users the options select.",
            err=True,
        )
        return
    is_new = not config.path.exists()
    added = config.add(entries)
    schema = config.path.with_name(SCHEMA_FILE)
    if is_new and added and not schema.exists():
        write_project_file(schema, schema_text())
    known = len(entries) - len(added)
    click.echo(
        f"{config.path}: {counted(len(added), 'key')} added, {known} already declared. "
        "Next, run pulumi preview: every key is adopted without a change.",
        err=True,
    )


def entries_of(inventory: Inventory, account: str | None = None) -> dict[str, dict[str, str]]:
    """The entries of a register that declare each key as it was found, by id.

    :param account: the name of the account in the register, ``None`` for the stack's own.
    """
    return {
        seen.key.access_key_id: {
            "userName": user.user_name,
            "status": str(_declared(seen)),
            **({"account": account} if account else {}),
        }
        for user, seen in inventory.declarable
    }


def _tell_unknown_statuses(inventory: Inventory) -> None:
    for user, seen in inventory.keys:
        if not seen.key.status.is_known:
            key = Attempt("", seen.key.access_key_id, user.user_name)
            told = line(catalogue.UnknownStatus(observed=seen.key.status), key)
            click.echo(told, err=True)


def _declared(seen: SeenKey) -> Status:
    """An Expired key counts as Inactive, and cannot be declared otherwise."""
    active = seen.key.status is ObservedStatus.ACTIVE
    return Status.ACTIVE if active else Status.INACTIVE


def _ends(config: StackConfig | None) -> dict[str, str]:
    """Until when the register declares keys Active, by id; nothing, with a warning, of one that cannot be read."""
    if config is None:
        return {}
    try:
        declared = config.register.every_key
    except KeyswitchError as error:
        click.echo(f"warning: {error}", err=True)
        return {}
    return {each.access_key_id: str(each.active_until) for each in declared if each.active_until}


def _print_census(
    inventory: Inventory, account_id: str, ends: Mapping[str, str], now: datetime
) -> None:
    found = violations_by_key(Evidence(inventory, None, now))
    rows = list(listed_keys(inventory, found, ends, now))
    print_listing(Listing(titles_of_keys(ends), rows, names=3))
    keys = counted(len(rows), "key")
    with_keys = counted(sum(bool(user.keys) for user in inventory.users), "user")
    click.echo(f"Account {account_id}: {keys} of {with_keys}.")


def _to_json(inventory: Inventory, account_id: str, ends: Mapping[str, str], now: datetime) -> str:
    found = violations_by_key(Evidence(inventory, None, now))
    codes = {key: [each.message.code for each in listed] for key, listed in found.items()}
    keys = [
        {
            **key_bag(user, seen, codes.get(seen.key.access_key_id, [])),
            "active_until": ends.get(seen.key.access_key_id),
        }
        for user, seen in inventory.keys
    ]
    bag = {
        "version": VERSION,
        "account_id": account_id or None,
        "since": iso(inventory.since),
        "is_complete": inventory.is_complete,
        "users": len(inventory.users),
        "credential_report": inventory.report or None,
        "users_passed_over": inventory.passed_over,
        "keys": keys,
    }
    return json_text(bag)


def _program(inventory: Inventory, account_id: str, account: DeclaredAccount | None) -> str:
    lines = [f'"""The access keys of account {account_id}, as they were found."""', ""]
    lines += ["import keyswitch", ""]
    if account is not None:
        fields = written(account, IN_ACCOUNT)
        name = fields.pop(ACCOUNT_NAME)
        given = "".join(f", {field}={_quoted(value)}" for field, value in fields.items())
        lines += [f"account = keyswitch.Account({_quoted(name)}{given})", ""]
    for user, seen in inventory.declarable:
        lines += [
            "keyswitch.AccessKeyStatus(",
            f"    {_quoted(seen.key.access_key_id)},",
            f"    access_key_id={_quoted(seen.key.access_key_id)},",
            f"    user_name={_quoted(user.user_name)},",
            f"    status={_quoted(str(_declared(seen)))},",
            *(["    account=account,"] if account is not None else []),
            ")",
        ]
    return "\n".join(lines) + "\n"


def _quoted(value: object) -> str:
    return json.dumps(value)
