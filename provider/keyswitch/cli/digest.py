"""``keyswitch digest``: a preview as a comment on a pull request."""

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
@form_option("markdown", "text", "json", help="markdown fits into one comment (65,536 characters).")
@click.option(
    "--marker",
    metavar="NAME",
    help="The name in the hidden marker of the comment; PROJECT/STACK if omitted.",
)
@click.option(
    "--exit-code",
    type=int,
    default=0,
    metavar="N",
    help="The exit code of the preview, for failures that its output does not show.",
)
def digest(preview: IO[str], *, form: str, marker: str | None, exit_code: int) -> None:
    """Summarize a preview as a comment: which keys change, and why.

    PREVIEW is the output of `pulumi preview --json`, a file or standard input. Input that is not a preview
    gives a digest that says so, and exit code 1.

    \b
    pulumi preview --json | keyswitch digest
    keyswitch digest preview.json >>"$GITHUB_STEP_SUMMARY"

    To see violated policies, set PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true for the preview. The last line of
    the Markdown is a hidden marker, by which a pipeline finds its earlier comment. The digest never contains
    a secret.
    """
    try:
        digested = digest_of(read_preview(preview.read()), exit_code)
    except KeyswitchError as error:
        if form == "markdown":
            click.echo(
                f"**Keyswitch: no preview to summarize.** {error}\n\n{hidden_marker(marker or '')}"
            )
        raise Failed(str(error)) from None
    if form == "json":
        click.echo(to_json(digested), nl=False)
    elif form == "text":
        click.echo(to_text(digested), nl=False)
    else:
        click.echo(to_markdown(digested, marker=marker), nl=False)
