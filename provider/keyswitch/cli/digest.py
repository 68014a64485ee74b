"""``keyswitch digest``: a preview as a comment on a pull request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Final

import click

from keyswitch.cli.command import Command, Failed, form_option
from keyswitch.cli.conduct import FAILURE, FINDINGS, SUCCESS, Conduct
from keyswitch.cli.key_lookup import look_up
from keyswitch.cli.progress import working
from keyswitch.cli.signing import Signing, caller_of, signing_options
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.report.digest import Digest
from keyswitch.report.digest import digest as digest_of
from keyswitch.report.digest_formats import hidden_marker, to_json, to_markdown, to_text
from keyswitch.report.digest_outputs import UNREADABLE, FailOn, Outputs
from keyswitch.report.digest_usage import becomes_inactive, with_usage
from keyswitch.report.key_usage_text import in_short
from keyswitch.report.preview_json import read_preview

_EVENTS: Final = 500
"""Of each key and region: ten requests, five seconds."""
_FORMS: Final[dict[str, Callable[[Digest, str | None], str]]] = {
    "markdown": lambda digest, marker: to_markdown(digest, marker=marker),
    "text": lambda digest, _: to_text(digest),
    "json": lambda digest, _: to_json(digest),
    "dotenv": lambda digest, _: Outputs.of(digest).to_dotenv(),
}
_OF_NO_PREVIEW: Final[dict[str, Callable[[KeyswitchError, str | None], str]]] = {
    "markdown": lambda error, marker: (
        f"**Keyswitch: no preview to summarize.** {error}\n\n{hidden_marker(marker or '')}\n"
    ),
    "dotenv": lambda *_: UNREADABLE.to_dotenv(),
}
"""The forms that a pipeline uses whatever came of the preview."""


_CONDUCT: Final = Conduct(
    asks="its input; CloudTrail and IAM with `--who`",
    writes=("`--append FORM FILE`: the digest in that form, at the end of that file.",),
    ends={
        SUCCESS: "The digest is made. With `--fail-on`, the preview is none to fail on.",
        FAILURE: "The input is not a preview, and the Markdown form is a comment that says so; or a file cannot be written. "
        "With `--fail-on`, also: a key is refused, or the preview failed.",
        FINDINGS: "With `--fail-on drift` or `--fail-on changed`: the preview shows that.",
    },
)


@click.command(cls=Command, conduct=_CONDUCT)
@click.argument("preview", type=click.File(encoding="utf-8", errors="replace"), default="-")
@form_option(
    *_FORMS,
    help="markdown fits into one comment (65,536 characters). dotenv is for a pipeline's decisions.",
)
@click.option(
    "--marker",
    metavar="NAME",
    help="The name in the hidden marker of the comment; PROJECT/STACK if omitted.",
)
@click.option(
    "--who",
    "with_who",
    is_flag=True,
    help=(
        "Add who uses each key that will be deactivated, as keyswitch who finds it. Needs credentials; the other "
        "options about them are for this one."
    ),
)
@signing_options
@click.option(
    "--exit-code",
    type=int,
    default=0,
    metavar="N",
    help="The exit code of the preview, for failures that its output does not show.",
)
@click.option(
    "--append",
    "appended",
    type=(click.Choice(list(_FORMS)), click.Path(dir_okay=False, path_type=Path)),
    multiple=True,
    metavar="FORM FILE",
    help="Append the digest to this file too, in this form.",
)
@click.option(
    "--fail-on",
    type=click.Choice([each.name.lower() for each in FailOn]),
    help=(
        "Fail from this outcome on. refused: 1 if a key is refused or the preview failed. drift: also 7 if a key "
        "drifted. changed: also 7 if anything would change. never: always 0. If omitted, 1 for input that is not "
        "a preview."
    ),
)
@click.pass_context
def digest(
    ctx: click.Context,
    *,
    preview: IO[str],
    form: str,
    marker: str | None,
    with_who: bool,
    signing: Signing,
    exit_code: int,
    appended: Sequence[tuple[str, Path]],
    fail_on: str | None,
) -> None:
    """Summarize a preview as a comment: which keys change, and why.

    PREVIEW is the output of `pulumi preview --json`, a file or standard input. Input that is not a preview
    gives a digest that says so, and exit code 1.

    \b
    pulumi preview --json | keyswitch digest
    keyswitch digest preview.json >>"$GITHUB_STEP_SUMMARY"
    keyswitch digest preview.json --append dotenv "$GITHUB_OUTPUT" --fail-on drift

    To see violated policies, set PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true for the preview. The last line of
    the Markdown is a hidden marker, by which a pipeline finds its earlier comment. The digest never contains
    a secret. Only --who calls AWS.

    The dotenv form has four lines, each true or false: KEYSWITCH_CHANGED (a run would change a key or another
    resource), KEYSWITCH_REFUSED (a key is refused, or a policy violated), KEYSWITCH_DRIFT and KEYSWITCH_FAILED
    (the preview failed).
    """
    if not with_who and signing.is_given:
        raise click.UsageError(
            "Use --stack-config, --account, --profile, --region and --role-arn with --who.", ctx
        )
    wanted = [(form, None), *appended]
    try:
        digested = digest_of(read_preview(preview.read()), exit_code)
    except KeyswitchError as error:
        for each, path in wanted:
            if each in _OF_NO_PREVIEW:
                _write(_OF_NO_PREVIEW[each](error, marker), path)
        if fail_on == FailOn.NEVER.name.lower():
            click.echo(f"warning: {error}", err=True)
            return
        raise Failed(str(error)) from None
    if with_who:
        digested = _with_usage(digested, signing)
    for each, path in wanted:
        _write(_FORMS[each](digested, marker), path)
    code = Outputs.of(digested).exit_code(FailOn[fail_on.upper()]) if fail_on else SUCCESS
    if code == FAILURE:
        raise Failed(digested.verdict)
    ctx.exit(code)


def _write(text: str, path: Path | None) -> None:
    if path is None:
        click.echo(text, nl=False)
        return
    try:
        with path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as error:
        problem = error.strerror or error
        raise KeyswitchError(catalogue.NotWritten(path=path, problem=problem)) from None


def _with_usage(digested: Digest, signing: Signing) -> Digest:
    """A digest is wanted whatever CloudTrail answers: each line says itself why it says nothing."""
    if not any(map(becomes_inactive, digested.rows)):
        return digested
    try:
        history = signing.event_history()
        regions = history.default_regions()
        account_id = caller_of(history).account_id
    except KeyswitchError as error:
        unknown = f"who uses the key is unknown: {error}"
        return with_usage(digested, lambda _: unknown)

    def ask(access_key_id: str) -> str:
        usage = look_up(history, access_key_id, regions, most=_EVENTS)
        if usage.is_interrupted:
            raise KeyboardInterrupt
        return in_short(usage, account_id)

    with working("asking CloudTrail who uses the keys"):
        return with_usage(digested, ask)
