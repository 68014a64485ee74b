"""CloudTrail's LookupEvents in memory and over its JSON protocol, as strict as AWS.

Refuses what AWS refuses: more than one attribute, more than 50 events, a range that ends before it begins or begins
before what is kept, a token of another question, more than two requests a second where that is asked for, a caller
that no policy allows, credentials in a region that the account has not enabled.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from werkzeug.wrappers import Request, Response

from support.http import WsgiApp
from support.strict_iam import ACCOUNT, AwsRefusal

TARGET = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"
KEPT = timedelta(days=90)
MEMBERS = {"LookupAttributes", "StartTime", "EndTime", "EventCategory", "MaxResults", "NextToken"}
ATTRIBUTES = {
    "EventId",
    "EventName",
    "ReadOnly",
    "Username",
    "ResourceType",
    "ResourceName",
    "EventSource",
    "AccessKeyId",
}
IN_PARAMETERS = "what-the-call-was-given"
"""In the request parameters and the answer of every event: nothing may print it."""


@dataclass
class StrictCloudTrail:
    """Events by region, the latest last. ``rate`` is how many requests a second a region answers, ``None`` for any
    number; ``disabled`` are regions that the account has not enabled, ``denied`` those where no policy allows the
    call, ``empty_pages`` how many pages without events come first, as AWS may send them."""

    rate: int | None = None
    denied: set[str] = field(default_factory=set)
    disabled: set[str] = field(default_factory=set)
    empty_pages: int = 0
    now: Callable[[], float] = time.monotonic
    throttled: int = 0
    questions: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _asked_at: dict[str, list[float]] = field(default_factory=dict)

    def add(
        self,
        access_key_id: str,
        region: str = "us-east-1",
        *,
        at: datetime | None = None,
        source: str = "s3.amazonaws.com",
        name: str = "ListBuckets",
        address: str = "203.0.113.7",
        agent: str = "aws-cli/2.15.30 md/command#s3.ls",
        error: str = "",
        user_name: str = "bob",
    ) -> None:
        """One event, as CloudTrail records it."""
        moment = at or datetime.now(timezone.utc) - timedelta(hours=1)
        event_id = str(uuid.uuid4())
        record = {
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "IAMUser",
                "principalId": "AIDAEXAMPLE",
                "arn": f"arn:aws:iam::{ACCOUNT}:user/{user_name}",
                "accountId": ACCOUNT,
                "accessKeyId": access_key_id,
                "userName": user_name,
            },
            "eventTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "eventSource": source,
            "eventName": name,
            "awsRegion": region,
            "sourceIPAddress": address,
            "userAgent": agent,
            "requestParameters": {"secret": IN_PARAMETERS},
            "responseElements": {"secret": IN_PARAMETERS},
            "eventID": event_id,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": ACCOUNT,
            "eventCategory": "Management",
            **({"errorCode": error, "errorMessage": IN_PARAMETERS} if error else {}),
        }
        self._events.setdefault(region, []).append(
            {
                "EventId": event_id,
                "EventName": name,
                "ReadOnly": "true",
                "AccessKeyId": access_key_id,
                "EventTime": moment.timestamp(),
                "EventSource": source,
                "Username": user_name,
                "Resources": [{"ResourceType": "AWS::S3::Bucket", "ResourceName": "a-bucket"}],
                "CloudTrailEvent": json.dumps(record),
            }
        )

    def lookup_events(self, region: str, asked: dict[str, Any]) -> dict[str, Any]:
        self.questions.append((region, asked))
        self._admit(region)
        most = _checked(asked)
        question = _question(region, asked)
        start = _place(asked.get("NextToken"), question)
        if start < 0:
            return {"Events": [], "NextToken": f"{start + 1}:{question}"}
        if start == 0 and self.empty_pages and "NextToken" not in asked:
            return {"Events": [], "NextToken": f"{1 - self.empty_pages}:{question}"}
        found = self._found(region, asked)
        end = start + most
        more = {"NextToken": f"{end}:{question}"} if end < len(found) else {}
        return {"Events": found[start:end], **more}

    def _admit(self, region: str) -> None:
        if region in self.disabled:
            message = "The security token included in the request is invalid."
            raise AwsRefusal(400, "UnrecognizedClientException", message)
        recent = [at for at in self._asked_at.get(region, []) if at > self.now() - 1]
        self._asked_at[region] = [*recent, self.now()]
        if self.rate is not None and len(recent) >= self.rate:
            self.throttled += 1
            raise AwsRefusal(400, "ThrottlingException", "Rate exceeded")
        if region in self.denied:
            message = (
                f"User: arn:aws:iam::{ACCOUNT}:user/ci is not authorized to perform: cloudtrail:LookupEvents because "
                "no identity-based policy allows the cloudtrail:LookupEvents action"
            )
            raise AwsRefusal(400, "AccessDeniedException", message)

    def _found(self, region: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        earliest = time.time() - KEPT.total_seconds()
        start, end = asked.get("StartTime", earliest), asked.get("EndTime", time.time())
        wanted = {
            each["AttributeKey"]: each["AttributeValue"]
            for each in asked.get("LookupAttributes", [])
        }
        events = [
            event
            for event in self._events.get(region, [])
            if max(start, earliest) <= event["EventTime"] <= end
            and all(event[name] == value for name, value in wanted.items())
        ]
        return sorted(events, key=lambda event: -event["EventTime"])


def _checked(asked: dict[str, Any]) -> int:
    """How many events a page is to have."""
    unknown = set(asked) - MEMBERS
    if unknown:
        raise AwsRefusal(400, "SerializationException", f"unknown members {sorted(unknown)}")
    attributes = asked.get("LookupAttributes", [])
    names = {each.get("AttributeKey") for each in attributes}
    if len(attributes) > 1 or not names <= ATTRIBUTES:
        message = "Only one lookup attribute, of a known key, is allowed."
        raise AwsRefusal(400, "InvalidLookupAttributesException", message)
    most = asked.get("MaxResults", 50)
    if not isinstance(most, int) or not 1 <= most <= 50:
        message = "Max results must be between 1 and 50."
        raise AwsRefusal(400, "InvalidMaxResultsException", message)
    start, end = asked.get("StartTime"), asked.get("EndTime", time.time())
    if start is not None and (start > end or start < time.time() - KEPT.total_seconds()):
        message = "The start time is after the end time, or out of range."
        raise AwsRefusal(400, "InvalidTimeRangeException", message)
    return most


def _question(region: str, asked: dict[str, Any]) -> str:
    rest = {name: value for name, value in asked.items() if name != "NextToken"}
    return hashlib.sha256(json.dumps([region, rest], sort_keys=True).encode()).hexdigest()


def _place(token: str | None, question: str) -> int:
    place, _, of = (token or f"0:{question}").partition(":")
    if of != question:
        message = "The token is invalid, or is of another request."
        raise AwsRefusal(400, "InvalidNextTokenException", message)
    return int(place)


def cloudtrail_app(
    trail: StrictCloudTrail, other: WsgiApp
) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """The model over CloudTrail's protocol, and another application for what speaks another one."""

    @Request.application
    def app(request: Request) -> Response:
        scope = request.headers.get("Authorization", "").partition("Credential=")[2].split("/")
        try:
            _check_protocol(request, scope[3])
            return _json(200, trail.lookup_events(scope[2], json.loads(request.data)))
        except AwsRefusal as refusal:
            return _json(refusal.http_status, {"__type": refusal.code, "message": refusal.message})

    def either(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        speaks_json = "HTTP_X_AMZ_TARGET" in environ
        return (app if speaks_json else other)(environ, start_response)

    return either


def _check_protocol(request: Request, service: str) -> None:
    if request.headers["X-Amz-Target"] != TARGET or service != "cloudtrail":
        raise AwsRefusal(400, "UnknownOperationException", "no such operation")
    if request.headers["Content-Type"] != "application/x-amz-json-1.1":
        raise AwsRefusal(400, "SerializationException", "not JSON 1.1")


def _json(status: int, bag: dict[str, Any]) -> Response:
    return Response(
        json.dumps(bag),
        status=status,
        content_type="application/x-amz-json-1.1",
        headers={"x-amzn-RequestId": str(uuid.uuid4())},
    )
