"""``keyswitch comment``: one comment on a pull request, kept up to date."""

from __future__ import annotations

import os
from typing import IO, Final

import click

from keyswitch.cli.command import Command, form_option
from keyswitch.cli.conduct import FAILURE, SUCCESS, Conduct
from keyswitch.cli.forge import BOT, Thread
from keyswitch.messages.printable import printable
from keyswitch.report.json_text import json_text

VERSION: Final = 1
"""Of the JSON; ``docs/reference/schemas/comment.schema.json`` describes it."""
_SAID: Final = {
    "created": "Added a comment to",
    "edited": "Edited the comment on",
    "unchanged": "Nothing is new in the comment on",
}


def _author(text: str) -> str:
    if not text.strip():
        raise click.BadParameter("the login is empty")
    return text


_CONDUCT: Final = Conduct(
    asks="the API of GitHub or GitLab; nothing of AWS",
    writes=("One comment on the pull request, or on the issue; no file.",),
    ends={
        SUCCESS: "The comment says what the input says.",
        FAILURE: "The input has no marker, the environment names no forge, or the forge refused or did not answer.",
    },
)


@click.command(cls=Command, conduct=_CONDUCT)
@click.argument(
    "text", type=click.File(encoding="utf-8", errors="replace"), default="-", metavar="[FILE]"
)
@click.option(
    "--pull-request",
    type=click.IntRange(min=1),
    metavar="N",
    help="The pull request, or merge request; the one of the pipeline if omitted.",
)
@click.option(
    "--issue",
    type=click.IntRange(min=1),
    metavar="N",
    help="Keep the comment on this issue instead.",
)
@click.option(
    "--author",
    type=_author,
    default=BOT,
    show_default=True,
    metavar="LOGIN",
    help="On GitHub, who writes with GITHUB_TOKEN. Only comments of this login are edited.",
)
@form_option("text", "json", help="What is reported about the comment.")
@click.pass_context
def comment(
    ctx: click.Context,
    *,
    text: IO[str],
    pull_request: int | None,
    issue: int | None,
    author: str,
    form: str,
) -> None:
    """Keep one comment on a pull request up to date.

    FILE, or standard input, is the Markdown of keyswitch digest or keyswitch due. Its last line, a hidden marker,
    tells this comment from others: the next run edits the same comment.

    \b
    keyswitch digest preview.json --marker prod | keyswitch comment
    keyswitch due --stack prod --format markdown | keyswitch comment --issue 7

    Runs in GitHub Actions with GITHUB_TOKEN in the environment, also on GitHub Enterprise, and in GitLab CI with a
    token in COMMENT_TOKEN, also on a GitLab of your own.
    """
    from keyswitch.cli.forge_api import keep

    if pull_request and issue:
        raise click.UsageError("Use --pull-request or --issue, not both.", ctx)
    thread = Thread.found(os.environ, pull_request=pull_request, issue=issue, author=author)
    kept = keep(thread, text.read())
    if form == "json":
        bag = {
            "version": VERSION,
            "forge": thread.forge.lower(),
            "where": thread.where,
            "action": kept.action,
            "comment": kept.number,
        }
        click.echo(json_text(bag), nl=False)
    else:
        click.echo(printable(f"{_SAID[kept.action]} {thread.where}."))
