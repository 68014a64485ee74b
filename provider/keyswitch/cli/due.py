"""``keyswitch due``: which keys end soon, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any, Final

import click

from keyswitch.cli.command import Command, duration, form_option
from keyswitch.cli.conduct import SUCCESS, Conduct
from keyswitch.cli.progress import working
from keyswitch.cli.signing import Signing, signing_options
from keyswitch.cli.stack_export import StackState, state_options
from keyswitch.cli.tables import print_listing
from keyswitch.messages import catalogue
from keyswitch.messages.format import counted, line
from keyswitch.messages.printable import printable
from keyswitch.model.durations import Duration, iso, until
from keyswitch.model.status import ObservedStatus
from keyswitch.report.digest_formats import hidden_marker
from keyswitch.report.due import OWNER_TAG, Due, DueKey, due_keys
from keyswitch.report.json_text import json_text
from keyswitch.report.markdown import COMMENT_BYTES, code_span, fitting, table_row
from keyswitch.report.stack_state import records_in, secret_ends_in
from keyswitch.report.text_table import Listing

VERSION: Final = 1
"""Of the JSON; ``docs/reference/schemas/due.schema.json`` describes it."""
_TITLES: Final = ("key", "user", "active until", "ends", "reason")


_CONDUCT: Final = Conduct(
    asks="IAM of the accounts of the keys; the engine's state with `--stack`",
    ends={SUCCESS: "The keys were looked up, whether or not any is due."},
)


@click.command(cls=Command, conduct=_CONDUCT)
@signing_options
@state_options("Read the keys from")
@click.option(
    "--within",
    type=duration,
    default="14d",
    show_default=True,
    metavar="DURATION",
    help="How far to look ahead.",
)
@click.option(
    "--owner-tag",
    default=OWNER_TAG,
    show_default=True,
    metavar="KEY",
    help="The tag of an IAM user that names the owner of its keys.",
)
@click.option(
    "--marker",
    metavar="NAME",
    help="The name in the hidden marker of the comment; where the keys are read from if omitted.",
)
@form_option(
    "table", "json", "markdown", help="markdown fits into one comment (65,536 characters)."
)
@click.pass_context
def due(
    ctx: click.Context,
    *,
    signing: Signing,
    state: StackState,
    within: Duration,
    owner_tag: str,
    marker: str | None,
    form: str,
) -> None:
    """List the keys that end soon by their active_until, by owner.

    Reads the keys from the register in --stack-config, or from a state given by --stack or --state. Lists a key
    whose end is over too, for as long as the key is Active. Keys that are Inactive already are not listed.

    \b
    keyswitch due --stack-config Pulumi.prod.yaml
    keyswitch due --stack prod --within 30d --format markdown

    An owner is the value of a tag of the IAM user. To read it, keyswitch needs iam:ListUserTags; without that
    permission the keys are listed with an unknown owner. The last line of the Markdown is a hidden marker, by
    which a pipeline finds its earlier comment. Exit code 0, whether or not keys are due.
    """
    signing.warn_of_environments()
    declared, source = _declared(ctx, signing, state)
    name = signing.account
    keys = [
        each
        for each in declared
        if name is None or (each.account is not None and each.account.name == name)
    ]
    now = datetime.now(timezone.utc)
    with working("looking up users and their tags"):
        clients = {account: signing.client_in(account) for account in {key.account for key in keys}}
        found = due_keys(keys, clients.__getitem__, now, within, owner_tag)
    due_now = Due(now, within, owner_tag, source, found)
    if form == "table":
        print_table(due_now)
    else:
        is_json = form == "json"
        click.echo(to_json(due_now) if is_json else to_markdown(due_now, marker=marker), nl=False)


def _declared(
    ctx: click.Context, signing: Signing, state: StackState
) -> tuple[Iterator[DueKey], str]:
    """The keys with an end, and what declares them in words: a state that is named goes before the register."""
    text = state.text()
    if text is not None:
        secret = secret_ends_in(text)
        if secret:
            untold = catalogue.EndsNotTold(source=state.in_words, names=", ".join(secret))
            click.echo(printable(f"warning: {line(untold)}"), err=True)
        ends = (DueKey.declared(each.declared, each.user_name) for each in records_in(text))
        return (each for each in ends if each is not None), state.in_words
    if signing.config is None:
        raise click.UsageError(
            "Name the register with --stack-config, or a state with --stack or --state.", ctx
        )
    register = signing.config.register
    if register.problems:
        raise register.refusal()
    ends = (DueKey.declared(each, None) for each in register.every_key)
    source = f"the register in {signing.config.path.name}"
    return (each for each in ends if each is not None), source


def _verdict(due: Due) -> str:
    keys = counted(len(due.keys), "key")
    over = [key for key in due.keys if key.active_until.is_over(due.at)]
    active = sum(key.status is ObservedStatus.ACTIVE for key in over)
    parts = {"still Active": active, "of a status that is not known": len(over) - active}
    late = "".join(f", {count} of them over and {what}" for what, count in parts.items() if count)
    return f"{keys} due within {due.within}{late}"


def _ends(key: DueKey, at: datetime) -> str:
    return "is over" if key.active_until.is_over(at) else until(key.active_until.end, at)


def _cells(key: DueKey, at: datetime) -> tuple[str, ...]:
    user = f"{key.user_name} ({key.account.name})" if key.account else key.user_name
    return key.access_key_id, user, str(key.active_until), _ends(key, at), key.reason


def print_table(due: Due) -> None:
    """On standard output, a table for each owner."""
    for owner, keys in due.by_owner.items():
        click.echo(printable(owner))
        print_listing(Listing(_TITLES, [_cells(key, due.at) for key in keys], names=4))
    click.echo(printable(f"{_verdict(due)}, by {due.source}."))


def to_json(due: Due) -> str:
    """For a machine, in full."""
    bag = {
        "version": VERSION,
        "at": iso(due.at),
        "within": str(due.within),
        "owner_tag": due.owner_tag,
        "source": due.source,
        "keys": [_bag(key, due.at) for key in due.keys],
    }
    return json_text(bag)


def _bag(key: DueKey, at: datetime) -> dict[str, Any]:
    return {
        "access_key_id": key.access_key_id,
        "user_name": key.user_name or None,
        "account": key.account.name if key.account else None,
        "active_until": str(key.active_until),
        "ends_at": iso(key.active_until.end),
        "is_over": key.active_until.is_over(at),
        "status": str(key.status) if key.status else None,
        "owner": key.owner or None,
        "owner_unknown": key.owner_unknown or None,
        "reason": key.reason or None,
    }


def to_markdown(due: Due, limit: int = COMMENT_BYTES, *, marker: str | None = None) -> str:
    """For a comment, or the summary of a pipeline.

    :param limit: the most bytes of UTF-8; keys that would go beyond it are counted instead.
    :param marker: what tells this comment from those of other stacks; the source if omitted.
    """
    head = [f"**Keyswitch: {_verdict(due)}.**", ""]
    told = f"By {code_span(due.source)}, looked at {iso(due.at)}."
    tail = [told, "", hidden_marker(marker or due.source, "due")]
    rows = [*_markdown_rows(due)]
    table = ["| owner | key | user | active until | ends | reason |", "|---|---|---|---|---|---|"]
    shown = fitting(rows, limit, around=(*head, *table, *tail))
    left = len(rows) - len(shown)
    more = [f"… and {counted(left, 'more key')}; `keyswitch due --format json` lists them all."]
    rest = [*([""] if shown else []), *([*more, ""] if left else [])]
    return "\n".join([*head, *(table if shown else []), *shown, *rest, *tail]) + "\n"


def _markdown_rows(due: Due) -> Iterator[str]:
    """The owner stands in the first row of its keys."""
    for owner, keys in due.by_owner.items():
        for number, key in enumerate(keys):
            id_, user, date, ends, reason = _cells(key, due.at)
            cells = (owner if number == 0 else "", id_, user, date, ends, reason)
            yield table_row(*map(code_span, cells))
