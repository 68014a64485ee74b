"""``keyswitch incident``: what to do about a leaked key, from its id alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

import click

from keyswitch.cli.command import Command, duration, form_option, key_id
from keyswitch.cli.complete_files import stack_files
from keyswitch.cli.conduct import FAILURE, Conduct
from keyswitch.cli.incident_edit import RegisterEdit
from keyswitch.cli.incident_look import Found, find_out, is_user_name
from keyswitch.cli.incident_watch import watch_key
from keyswitch.cli.signing import Signing, read_config, signing_options_whatever_the_config
from keyswitch.cli.stack_export import StackState, state_options
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.messages.printable import printable
from keyswitch.messages.redact import looks_secret
from keyswitch.model.durations import Duration
from keyswitch.reconcile.clock import Clock
from keyswitch.report.incident import DeclaredEntry
from keyswitch.report.incident_json import Watched, to_json
from keyswitch.report.incident_text import to_text, wrapped
from keyswitch.report.leaked_key import Standing

CLOCK: Final = Clock()
_OF_A_SESSION: Final = "ASIA"
_LONGEST_REASON: Final = 200


def _user(text: str) -> str:
    if not is_user_name(text):
        raise click.BadParameter("this is not the name of an IAM user")
    return text


def _reason(text: str) -> str:
    if not text.strip() or len(text) > _LONGEST_REASON or printable(text) != text:
        raise click.BadParameter("this is not a reason of one line, such as 'INC-4711 leaked'")
    if looks_secret(text):
        raise click.BadParameter("this has the shape of a secret, and the reason is for readers")
    return text


_CONDUCT: Final = Conduct(
    asks="IAM and STS of one account; the engine's state with `--stack`",
    writes=(
        "`--write FILE`: the key's entry in that register. Asks first on standard input, unless `--yes` is given.",
    ),
    ends={
        FAILURE: "The command was interrupted, IAM did not say the status, the register could not be read or edited, or the key was "
        "not seen Inactive at the end of `--watch`. What is known is printed all the same."
    },
)


@click.command(cls=Command, conduct=_CONDUCT)
@click.argument("access_key_id", type=key_id)
@signing_options_whatever_the_config
@state_options("Look for the key in")
@click.option(
    "--user", "user_name", type=_user, metavar="NAME", help="The owner, if IAM may not say it."
)
@click.option(
    "--write",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="Pulumi.STACK.yaml",
    shell_complete=stack_files,
    help="Declare the key Inactive in this register, with --reason as the override. Shows the edit and asks first.",
)
@click.option(
    "--reason", type=_reason, metavar="TEXT", help="The override, such as 'INC-4711 leaked'."
)
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--watch", is_flag=True, help="Wait until IAM shows the key Inactive.")
@click.option(
    "--timeout",
    type=duration,
    metavar="DURATION",
    default="10m",
    show_default=True,
    help="The end of --watch.",
)
@form_option("text", "json", help="json has every command too.")
def incident(
    *,
    access_key_id: str,
    signing: Signing,
    state: StackState,
    user_name: str | None,
    write: Path | None,
    reason: str | None,
    yes: bool,
    watch: bool,
    timeout: Duration,
    form: str,
) -> None:
    """Show what to do about a leaked key: whose it is, its status, and the commands to run.

    Changes no key. Looks up the account, the owner, the status, the last use, the user's other keys and AWS's
    quarantine, and whether the register in --stack-config or a state declares the key. Prints each command on a
    line of its own. Without credentials or permissions, the commands are printed all the same.

    \b
    keyswitch incident AKIAIOSFODNN7EXAMPLE
    keyswitch incident AKIAIOSFODNN7EXAMPLE --stack-config Pulumi.prod.yaml --watch
    keyswitch incident AKIAIOSFODNN7EXAMPLE --write Pulumi.prod.yaml --reason 'INC-4711 leaked'

    --write keeps existing entries, comments and their order. The aws: settings of its file are used unless
    --stack-config names another file.

    Exit code 1 if IAM did not say the status, if the register could not be read or edited, or if the key was not seen
    Inactive at the end of --watch.
    """
    _refuse_wrong_usage(access_key_id, write, reason, watch=watch)
    config = signing.config
    if write is not None:
        config, unread = read_config(write)
        signing = replace(signing, config=signing.config or config, unread=signing.unread or unread)
    signing.warn_of_environments()
    found = find_out(access_key_id, signing, config, state, user_name or "", reason or "")
    asked_at = datetime.now(timezone.utc)
    if form == "text":
        click.echo(to_text(found.incident, asked_at), nl=False)
    errors = [signing.unread] if signing.unread is not None else []
    is_written = write is not None and _write(
        found, errors, is_json=form == "json", is_confirmed=yes
    )
    try:
        watched = _watch(found, timeout, errors) if watch else None
    except KeyboardInterrupt:
        if form == "json":
            click.echo(to_json(found.incident, asked_at, is_written=is_written), nl=False)
        raise
    if form == "json":
        click.echo(
            to_json(found.incident, asked_at, is_written=is_written, watched=watched), nl=False
        )
    elif watched is not None and not watched.problem:
        _say(
            f"IAM shows the key {watched.status}, in {watched.reads} reads in a row. AWS may accept the key for "
            "some seconds more. Now deny the key's sessions, and merge the edit of the register."
        )
    leaked = found.incident.leaked
    is_known = leaked.is_harmless or leaked.status is not None or watched is not None
    if not is_known and leaked.standing is not Standing.OF_A_SESSION:
        errors.append(KeyswitchError(catalogue.StatusNotKnown(access_key_id=access_key_id)))
    if errors:
        raise errors[0].with_also(errors[1:])


def _refuse_wrong_usage(
    access_key_id: str, write: Path | None, reason: str | None, *, watch: bool
) -> None:
    if write is not None and reason is None:
        raise click.UsageError("--write needs --reason, such as --reason 'INC-4711 leaked'.")
    if (watch or write is not None) and access_key_id.startswith(_OF_A_SESSION):
        raise click.UsageError(
            "--watch and --write take the key of a user: a temporary key has no status."
        )


def _write(
    found: Found, errors: list[KeyswitchError], *, is_json: bool, is_confirmed: bool
) -> bool:
    """Makes the edit, once somebody confirmed it, and says whether it was made.

    :param errors: gets what keeps the edit from being made.
    """
    entry, edit = found.incident.entry, found.edit
    if entry is None:
        return False
    try:
        if not _is_made(entry, edit, is_json=is_json, is_confirmed=is_confirmed):
            return False
    except KeyswitchError as error:
        errors.append(error)
        return False
    _say(f"{entry.path} is written. Commit the edit and merge it before the next run.", err=is_json)
    return True


def _is_made(
    entry: DeclaredEntry, edit: RegisterEdit | None, *, is_json: bool, is_confirmed: bool
) -> bool:
    if edit is None:
        if entry.problem:
            message = catalogue.EntryNotEdited(path=entry.path, problem=entry.problem)
            raise KeyswitchError(message)
        return False
    if is_json and not is_confirmed:
        click.echo("\n".join(edit.diff), err=True)
    if not is_confirmed and not _is_confirmed(entry.path):
        _say(f"{entry.path} is unchanged.", err=is_json)
        return False
    edit.write()
    return True


def _is_confirmed(path: str) -> bool:
    try:
        return click.confirm(f"Write this edit to {printable(path)}?", err=True)
    except click.Abort:
        raise KeyswitchError(catalogue.EditNotConfirmed(path=path)) from None


def _watch(found: Found, timeout: Duration, errors: list[KeyswitchError]) -> Watched | None:
    """Waits for IAM to show the key Inactive, if there is anything to wait for.

    :param errors: gets how the watch ended, if not with such a key.
    """
    leaked, client = found.incident.leaked, found.client
    if client is None or leaked.standing is not Standing.OF_A_USER:
        return None
    watched, error = watch_key(
        client,
        leaked.access_key_id,
        leaked.user_name,
        timeout,
        is_owner_certain=leaked.key is not None or leaked.used is not None,
        told=lambda sentence: click.echo(printable(sentence), err=True),
        clock=CLOCK,
    )
    errors += [error] if error is not None else []
    return watched


def _say(sentence: str, *, err: bool = False) -> None:
    click.echo("\n".join(wrapped(sentence)), err=err)
