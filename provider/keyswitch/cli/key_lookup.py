"""Reads CloudTrail's events about a key, several regions at a time: seen at work, and of use when interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from rich.progress import Progress, SpinnerColumn, TextColumn

from keyswitch.cli.console import can_redraw, console
from keyswitch.cli.progress import told_in_lines
from keyswitch.iam.cloudtrail import KEPT, EventHistory
from keyswitch.iam.concurrently import ask_all
from keyswitch.messages.format import KeyswitchError
from keyswitch.report.key_usage import KeyUsage, Tally
from keyswitch.report.key_usage_text import in_list

Told = Callable[[str, int, str], None]


def look_up(
    history: EventHistory,
    access_key_id: str,
    regions: Sequence[str],
    *,
    since: timedelta = KEPT,
    most: int,
    told: Told = lambda _region, _events, _oldest: None,
) -> KeyUsage:
    """What CloudTrail has about a key. A region that cannot be asked does not end the lookup, nor does an interrupt lose what was read.

    :param since: how far back, not further than :data:`~keyswitch.iam.cloudtrail.KEPT`.
    :param most: how many events of each region are read, the latest.
    :param told: is called after each page with the region, its events so far and the time of the earliest.
    """
    until = datetime.now(timezone.utc)
    start = until - since
    tally = Tally(access_key_id, regions, most)

    def read(region: str) -> None:
        pages = history.events(access_key_id, region, start if since < KEPT else None)
        try:
            tally.read(region, pages, lambda events, oldest: told(region, events, oldest))
        except KeyswitchError as error:
            tally.fail(region, str(error))

    is_interrupted = False
    try:
        ask_all(regions, read, lambda _region, _nothing: None)
    except KeyboardInterrupt:
        is_interrupted = True
    return tally.usage(start, until, is_interrupted=is_interrupted)


@contextmanager
def lookup_progress(regions: Sequence[str]) -> Iterator[Told]:
    """A line for each region on a terminal, which goes when the lookup is over; elsewhere a line every ten seconds."""
    if not can_redraw():
        read = dict.fromkeys(regions, 0)

        def noted(region: str, events: int, _oldest: str) -> None:
            read[region] = events

        def text() -> str:
            return f"Read {sum(read.values()):,} events of CloudTrail in {in_list(regions)}."

        with told_in_lines(text):
            yield noted
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.fields[read]}"))
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        tasks = {
            each: progress.add_task(each, total=None, read="asking CloudTrail") for each in regions
        }

        def told(region: str, events: int, oldest: str) -> None:
            back = f", back to {oldest[:10]}" if oldest else ""
            progress.update(tasks[region], read=f"{events:,} events{back}")

        yield told
