"""Keys as rows: on a terminal in colours, elsewhere plain and as wide as they need to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import click

from keyswitch.cli.console import console
from keyswitch.messages.format import counted
from keyswitch.model.durations import ago, moment
from keyswitch.reconcile.safeguards import use_in_words
from keyswitch.report.controls.control import Violation
from keyswitch.report.inventory import Inventory, SeenKey, SeenUser
from keyswitch.report.text_table import Listing, as_text

Found = Mapping[str, Sequence[Violation]]
"""What the controls find about each key, by its id."""
WIDE: Final = 200
"""Of what is not printed on a terminal, in characters."""


def print_listing(listing: Listing) -> None:
    """Prints it on standard output; elsewhere than on a terminal without colours or padding."""
    screen = console()
    if screen.is_terminal:
        listing.print_on(screen)
    else:
        click.echo(plain(listing), nl=False)


def plain(listing: Listing, width: int = WIDE) -> str:
    """As text, without the spaces that fill up lines.

    :param width: in characters.
    """
    return as_text(listing.print_on, width).lstrip("\n") + "\n"


def listed_keys(
    inventory: Inventory, found: Found, ends: Mapping[str, str], now: datetime
) -> Iterator[tuple[str, ...]]:
    """A row for each key under :func:`titles_of_keys`."""
    for user, seen in inventory.keys:
        key = seen.key.access_key_id
        yield (
            key,
            user.user_name,
            str(seen.key.status),
            age(seen, now),
            last_use(seen, now),
            *([ends.get(key, "")] if ends else []),
            "\n".join(f"{e.message.code} {e.message.title}" for e in found.get(key, ())),
        )


def titles_of_keys(ends: Mapping[str, str]) -> tuple[str, ...]:
    """The titles of :func:`listed_keys`.

    :param ends: until when keys are declared Active, by id.
    """
    return (
        "key",
        "user",
        "status",
        "age",
        "last used",
        *(["active until"] if ends else []),
        "findings",
    )


def key_bag(user: SeenUser, seen: SeenKey, codes: list[str]) -> dict[str, Any]:
    """A key for a machine, in full.

    :param codes: of what is found about it.
    """
    used = seen.used
    last_used = None
    if used is not None:
        last_used = {
            "date": used.date,
            "service_name": used.service_name,
            "region": used.region,
        }
    return {
        "access_key_id": seen.key.access_key_id,
        "user_name": user.user_name,
        "status": str(seen.key.status),
        "create_date": seen.key.create_date,
        "last_used": last_used,
        "policies": None if user.policies is None else list(user.policies),
        "findings": codes,
    }


def age(seen: SeenKey, now: datetime) -> str:
    """How long ago it was made, in days; empty where IAM does not tell."""
    if not seen.key.create_date:
        return ""
    days = max((now - moment(seen.key.create_date)).days, 0)
    return counted(days, "day")


def last_use(seen: SeenKey, now: datetime) -> str:
    """When it was last used, and by which service."""
    if seen.used is None:
        return "unknown"
    if seen.used.date is None:
        return "never"
    return f"{ago(seen.used.date, now)} by {seen.used.service_name}"


def last_use_in_full(seen: SeenKey, now: datetime) -> str:
    """The same with region and moment."""
    return "unknown" if seen.used is None else use_in_words(seen.used, seen.key, now)
