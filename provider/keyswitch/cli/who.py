"""``keyswitch who``: which programs use a key, by CloudTrail."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Final

import click

from keyswitch.cli.command import Command, duration, form_option, is_not, key_id
from keyswitch.cli.conduct import FAILURE, Conduct
from keyswitch.cli.console import console
from keyswitch.cli.key_lookup import look_up, lookup_progress
from keyswitch.cli.progress import working
from keyswitch.cli.signing import Signing, caller_of, signing_options_without_region
from keyswitch.iam.cloudtrail import KEPT
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.durations import Duration
from keyswitch.report.key_usage import KeyUsage
from keyswitch.report.key_usage_json import to_json
from keyswitch.report.key_usage_table import WIDTH, to_table
from keyswitch.report.key_usage_text import in_list
from keyswitch.report.known_key import KnownKey, known_key

_REGION: Final = re.compile(r"[a-z]{2,8}(?:-[a-z]{2,12})+-[0-9]{1,2}")
_MOST: Final = 5_000
_MOST_AT_ALL: Final = 100_000


def _region(text: str) -> str:
    if _REGION.fullmatch(text):
        return text
    raise is_not(text, "an AWS region such as eu-west-1")


def _within_kept(text: str) -> Duration:
    since = duration(text)
    if since.span > KEPT:
        raise click.BadParameter("CloudTrail's event history goes back 90 days; use 90d or less")
    return since


_CONDUCT: Final = Conduct(
    asks="CloudTrail and IAM of one account",
    ends={
        FAILURE: "The command failed or was interrupted, or a region could not be asked: then the rest is printed."
    },
)


@click.command(cls=Command, conduct=_CONDUCT)
@click.argument("access_key_id", type=key_id)
@signing_options_without_region
@click.option(
    "--region",
    "regions",
    type=_region,
    multiple=True,
    metavar="REGION",
    help=(
        "Ask this region. Repeat the option for several. By default the region of the settings, and the one with "
        "the events of IAM and STS, such as us-east-1."
    ),
)
@click.option(
    "--since",
    type=_within_kept,
    metavar="DURATION",
    default="90d",
    show_default=True,
    help="Read no events from longer ago.",
)
@click.option(
    "--max-events",
    type=click.IntRange(1, _MOST_AT_ALL),
    metavar="NUMBER",
    default=_MOST,
    show_default=True,
    help="Read this many events of each region, the latest. CloudTrail gives 100 a second.",
)
@form_option("table", "json", help="json has every sum.")
def who(
    *,
    access_key_id: str,
    signing: Signing,
    regions: tuple[str, ...],
    since: Duration,
    max_events: int,
    form: str,
) -> None:
    """Find the programs that use an access key.

    Sums CloudTrail's events of the last 90 days by address, user agent, service, action and day. Needs
    cloudtrail:LookupEvents, and no trail. The output says what CloudTrail's event history does not show: above
    all data events, such as reading an object in S3.

    \b
    keyswitch who AKIAIOSFODNN7EXAMPLE
    keyswitch who AKIAIOSFODNN7EXAMPLE --region eu-west-1 --region us-east-1 --since 7d

    Ctrl-C shows what was read so far. Exit code 1 if a region could not be asked.
    """
    history = signing.event_history()
    account_id = caller_of(history).account_id
    asked = tuple(dict.fromkeys(regions)) or history.default_regions()
    with working("asking IAM about the key"):
        known = known_key(history, access_key_id)
    with lookup_progress(asked) as told:
        usage = look_up(history, access_key_id, asked, since=since.span, most=max_events, told=told)
    _show(usage, known, account_id, form)
    if usage.is_interrupted:
        raise KeyswitchError(catalogue.LookupInterrupted())
    if usage.not_asked:
        names = in_list([each.region for each in usage.not_asked])
        raise KeyswitchError(catalogue.RegionsNotAsked(regions=names))


def _show(usage: KeyUsage, known: KnownKey, account_id: str, form: str) -> None:
    if form == "json":
        click.echo(to_json(usage, known, account_id), nl=False)
        return
    screen = console()
    width = screen.width if screen.is_terminal else WIDTH
    now = datetime.now(timezone.utc)
    click.echo(to_table(usage, known, account_id, now, width), nl=False)
