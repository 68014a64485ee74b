"""What keyswitch asks of CloudTrail, in its own words: the events that name an access key.

:mod:`keyswitch.iam.boto_cloudtrail` is the implementation over AWS. What a call was given, and what it
answered, is in CloudTrail's events too; nothing here keeps either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

KEPT: Final = timedelta(days=90)
"""How long CloudTrail's event history goes back."""
LATE: Final = timedelta(minutes=15)
"""How long an event can take to be in it."""


@dataclass(frozen=True)
class UsageEvent:
    """One event that an access key signed, with CloudTrail's names and values.

    :param event_time: ISO 8601 in UTC, to the second.
    :param event_source: such as ``s3.amazonaws.com``.
    :param event_name: such as ``ListBuckets``.
    :param source_ip_address: an address, or the name of the AWS service that made the call.
    :param user_agent: as the caller sent it; it may hold anything.
    :param error_code: of a call that AWS refused or that failed, empty for others.
    :param user_name: of the key's owner, empty for a root key's.
    """

    event_time: str
    event_source: str
    event_name: str
    source_ip_address: str
    user_agent: str
    error_code: str
    user_name: str


@dataclass(frozen=True)
class EventPage:
    """Some events of one region, the latest first.

    :param is_last: whether the region has no earlier ones within the time asked for.
    """

    events: tuple[UsageEvent, ...]
    is_last: bool


class EventHistory(Protocol):
    """CloudTrail's event history of one account: management events of the last 90 days, by region."""

    def default_regions(self) -> tuple[str, ...]:
        """The region of the credentials, and the one with the events of IAM; one where they are the same.

        :raises KeyswitchError: there are no credentials.
        """
        ...

    def events(
        self, access_key_id: str, region: str, since: datetime | None
    ) -> Iterator[EventPage]:
        """The events of one region that the key signed, a request for each page, at two a second.

        By ``cloudtrail:LookupEvents``. May be called from several threads, for different regions.

        :param since: an aware moment; ``None`` for all that CloudTrail keeps.
        :raises KeyswitchError: AWS refuses (KS740, KS741, KS742), or cannot be reached.
        """
        ...
