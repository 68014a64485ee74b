"""The event history over AWS: paced at what CloudTrail allows; botocore retries, this module translates."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Final

from keyswitch.iam.boto import translated
from keyswitch.iam.boto_directory import BotoDirectory
from keyswitch.iam.call_limits import EVENTS, Bounds
from keyswitch.iam.client import NoSuchEntityError, UserNameNeededError
from keyswitch.iam.cloudtrail import EventPage, UsageEvent
from keyswitch.iam.errors import Call
from keyswitch.iam.user_agent import NOBODY, Origin
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.durations import iso

LOOKUP_EVENTS: Final = "cloudtrail:LookupEvents"
SECONDS_BETWEEN_REQUESTS: Final = 0.5
"""CloudTrail answers two requests a second in each region of an account, and throttles the others."""
EVENTS_OF_A_PAGE: Final = 50


@dataclass
class Pacer:
    """Lets one request through at a time, with so many seconds between two.

    :param now: seconds, never going back.
    :param pause: waits so many seconds.
    """

    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    _next: float | None = None
    _waiting: Lock = field(default_factory=Lock)

    def wait(self, seconds: float) -> None:
        """Returns once the next request may be sent, so many seconds after the one before."""
        with self._waiting:
            left = 0.0 if self._next is None else self._next - self.now()
            if left > 0:
                self.pause(left)
            self._next = self.now() + seconds


class BotoEventHistory(BotoDirectory):
    """:class:`~keyswitch.iam.cloudtrail.EventHistory` over boto3, and IAM for the key itself.

    :param pacer: makes what paces the requests of one region.
    """

    def __init__(
        self,
        settings: AwsSettings,
        origin: Origin = NOBODY,
        bounds: Bounds = EVENTS,
        account: DeclaredAccount | None = None,
        pacer: Callable[[], Pacer] = Pacer,
    ) -> None:
        super().__init__(settings, origin, bounds, account)
        self._new_pacer = pacer
        self._regions: dict[str, tuple[Any, Pacer]] = {}
        self._entering = Lock()

    def default_regions(self) -> tuple[str, ...]:
        """See :meth:`EventHistory.default_regions`."""
        return self._clients(LOOKUP_EVENTS, None).regions

    def events(
        self, access_key_id: str, region: str, since: datetime | None
    ) -> Iterator[EventPage]:
        """See :meth:`EventHistory.events`."""
        asked: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": "AccessKeyId", "AttributeValue": access_key_id}],
            "MaxResults": EVENTS_OF_A_PAGE,
        }
        if since is not None:
            asked["StartTime"] = since
        client, pacer = self._in_region(region)
        tokens: set[str] = set()
        while True:
            pacer.wait(SECONDS_BETWEEN_REQUESTS)
            with _looking_up(region, str(client.meta.endpoint_url)):
                answer = client.lookup_events(**asked)
                rows = answer["Events"]
                token = answer.get("NextToken")
                events = tuple(_event(row) for row in rows if _is_of(access_key_id, row))
            yield EventPage(events, is_last=not token)
            if not token:
                return
            if token in tokens or len(tokens) == self._bounds.pages_of_events:
                problem = "a page names an earlier one as the next page"
                if token not in tokens:
                    problem = f"more than {len(tokens)} pages"
                raise KeyswitchError(
                    catalogue.EndlessList(operation=LOOKUP_EVENTS, problem=problem)
                )
            tokens.add(token)
            asked["NextToken"] = token

    def _in_region(self, region: str) -> tuple[Any, Pacer]:
        clients = self._clients(LOOKUP_EVENTS, None)
        with self._entering:
            if region not in self._regions:
                with translated(lambda: Call(LOOKUP_EVENTS, "AWS", "*")):
                    self._regions[region] = (clients.cloudtrail(region), self._new_pacer())
            return self._regions[region]


@contextmanager
def _looking_up(region: str, endpoint: str) -> Iterator[None]:
    """Gives CloudTrail's refusals words of their own: those of IAM's speak of users and of statuses."""
    try:
        with translated(lambda: Call(LOOKUP_EVENTS, endpoint, "*")):
            yield
    except (NoSuchEntityError, UserNameNeededError) as error:
        code = error.answer.code or "no code"
        refused = catalogue.LookupRefused(
            aws_code=code, operation=LOOKUP_EVENTS, message=str(error)
        )
        raise KeyswitchError(refused, None, error.answer) from None
    except KeyswitchError as error:
        message = error.message
        if type(message) is catalogue.AccessDenied:
            raise _in_words(catalogue.LookupDenied.of(vars(message)), error) from None
        if isinstance(message, catalogue.OtherRefusal):
            raise _in_words(catalogue.LookupRefused.of(vars(message)), error) from None
        if isinstance(message, catalogue.CredentialsRefused):
            of_region = catalogue.RegionRefused(region=region, message=message.message)
            raise _in_words(of_region, error) from None
        raise


def _in_words(message: catalogue.Message, error: KeyswitchError) -> KeyswitchError:
    return KeyswitchError(message, error.attempt, error.answer, also=error.also)


def _is_of(access_key_id: str, row: Mapping[str, Any]) -> bool:
    """Whether an event is the key's: what answers in the place of AWS may not know that filter."""
    return bool(row.get("AccessKeyId", access_key_id) == access_key_id)


def _event(row: Mapping[str, Any]) -> UsageEvent:
    whole = _record(row.get("CloudTrailEvent"))
    identity = whole.get("userIdentity")
    user = identity.get("userName") if isinstance(identity, dict) else None
    return UsageEvent(
        event_time=iso(row["EventTime"]),
        event_source=_text(row.get("EventSource")),
        event_name=_text(row.get("EventName")),
        source_ip_address=_text(whole.get("sourceIPAddress")),
        user_agent=_text(whole.get("userAgent")),
        error_code=_text(whole.get("errorCode")),
        user_name=_text(user),
    )


def _record(text: object) -> Mapping[str, Any]:
    """CloudTrail's record of the event, empty where there is none that can be read."""
    try:
        record = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
