"""``keyswitch digest``: a preview as the comment of a pull request."""

from __future__ import annotations

from typing import IO

import click

from keyswitch.cli.command import Command, Failed, form_option
from keyswitch.messages.format import KeyswitchError
from keyswitch.report.digest import digest as digest_of
from keyswitch.report.digest_formats import hidden_marker, to_json, to_markdown, to_text
from keyswitch.report.preview_json import read_preview


@click.command(cls=Command)
@click.argument("preview", type=click.File(encoding="utf-8", errors="replace"), default="-")
@form_option("markdown", "text", "json", help="markdown fits a comment (65,536 characters).")
@click.option(
    "--marker",
    metavar="NAME",
    help="What tells this comment from those of other stacks; PROJECT/STACK if omitted.",
)
@click.option(
    "--exit-code",
    type=int,
    default=0,
    metavar="N",
    help="What the preview ended with: tells that it failed where its output does not.",
)
def digest(preview: IO[str], *, form: str, marker: str | None, exit_code: int) -> None:
    """What a preview does to which key, for those who review it.

    PREVIEW is what `pulumi preview --json` printed or streamed, a file or standard input. It is digested also
    when the preview failed, which is when a reviewer most needs it. Output that is no preview makes a
    digest that says so, and exit code 1.

    \b
    pulumi preview --json | keyswitch digest
    keyswitch digest preview.json >>"$GITHUB_STEP_SUMMARY"

    A violated policy fails a preview and is not in its JSON, so that the digest says no more than that it
    failed. With PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi streams events, and the digest names the
    policy and the resource. The last line is a hidden marker: a pipeline finds its comment by it, and edits that one. With
    --marker it is the same also when there is no preview to take it from. No secret is printed, and nothing of the state but ids, users and statuses of keys.
    """
    try:
        digested = digest_of(read_preview(preview.read()), exit_code)
    except KeyswitchError as error:
        if form == "markdown":
            click.echo(
                f"**Keyswitch: there is no preview to digest.** {error}\n\n{hidden_marker(marker or '')}"
            )
        raise Failed(str(error)) from None
    if form == "json":
        click.echo(to_json(digested), nl=False)
    elif form == "text":
        click.echo(to_text(digested), nl=False)
    else:
        click.echo(to_markdown(digested, marker=marker), nl=False)
