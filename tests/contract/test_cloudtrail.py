"""CloudTrail's event history through real botocore, against a fake that refuses as AWS refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import botocore.session
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator
from werkzeug.wrappers import Response

from keyswitch.iam.boto_cloudtrail import BotoEventHistory, Pacer
from keyswitch.iam.cloudtrail import UsageEvent
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.aws_settings import AwsSettings
from support.http import Call, RecordingServer, serving
from support.strict_app import strict_app
from support.strict_cloudtrail import ATTRIBUTES, IN_PARAMETERS, StrictCloudTrail, cloudtrail_app
from support.strict_iam import StrictIam

KEY = "AKIAIOSFODNN7EXAMPLE"
OTHER = "AKIAI44QH8DHBEXAMPLE"
NOW = datetime.now(timezone.utc)


class Seconds:
    """Time that passes by pauses only."""

    def __init__(self) -> None:
        self.now = 100.0

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def pacer(self) -> Pacer:
        return Pacer(lambda: self.now, self.pause)


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def trail() -> StrictCloudTrail:
    return StrictCloudTrail()


@pytest.fixture
def server(trail: StrictCloudTrail) -> Iterator[RecordingServer]:
    with serving(cloudtrail_app(trail, strict_app(StrictIam()))) as server:
        yield server


def history(url: str, seconds: Seconds, attempts: int = 1, **settings: Any) -> BotoEventHistory:
    own = {"cloudtrail_endpoint": url, "iam_endpoint": url, "sts_endpoint": url, **settings}
    return BotoEventHistory(
        AwsSettings(
            access_key="AKIATESTSIGNER000000", secret_key="made-up", attempts=attempts, **own
        ),
        pacer=seconds.pacer,
    )


def events(
    of: BotoEventHistory, region: str = "us-east-1", since: datetime | None = None
) -> list[UsageEvent]:
    return [event for page in of.events(KEY, region, since) for event in page.events]


def raw(url: str) -> BaseClient:
    """botocore by itself."""
    session = botocore.session.Session()
    session.set_credentials("AKIATESTSIGNER000000", "made-up")
    options = Config(retries={"total_max_attempts": 1}, proxies={})
    client: BaseClient = session.create_client(
        "cloudtrail", "us-east-1", endpoint_url=url, config=options
    )
    return client


def asking(**more: Any) -> dict[str, Any]:
    wanted = [{"AttributeKey": "AccessKeyId", "AttributeValue": KEY}]
    return {"LookupAttributes": wanted, **more}


def error(code: str, message: str = "said AWS") -> Callable[[Call], Response | None]:
    body = json.dumps({"__type": code, "message": message})

    def rule(call: Call) -> Response | None:
        if call.action != "LookupEvents":
            return None
        return Response(body, status=400, content_type="application/x-amz-json-1.1")

    return rule


def answer(bag: dict[str, Any]) -> Callable[[Call], Response | None]:
    return lambda _: Response(json.dumps(bag), content_type="application/x-amz-json-1.1")


def test_every_page_is_read_the_latest_event_first_and_those_of_other_keys_are_not(
    server: RecordingServer, trail: StrictCloudTrail, seconds: Seconds
) -> None:
    for number in range(120):
        trail.add(KEY, at=NOW - timedelta(hours=number), name=f"Call{number}")
    trail.add(OTHER)

    pages = list(history(server.url, seconds).events(KEY, "us-east-1", None))

    assert [len(page.events) for page in pages] == [50, 50, 20]
    assert [page.is_last for page in pages] == [False, False, True]
    names = [event.event_name for page in pages for event in page.events]
    assert names == [f"Call{number}" for number in range(120)]


def test_an_event_keeps_who_and_what_and_nothing_of_what_the_call_was_given(
    server: RecordingServer, trail: StrictCloudTrail, seconds: Seconds
) -> None:
    at = NOW - timedelta(minutes=30)
    trail.add(KEY, at=at, error="AccessDenied", agent="[Boto3/1.34]", address="AWS Internal")

    (event,) = events(history(server.url, seconds))

    assert event == UsageEvent(
        event_time=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        event_source="s3.amazonaws.com",
        event_name="ListBuckets",
        source_ip_address="AWS Internal",
        user_agent="[Boto3/1.34]",
        error_code="AccessDenied",
        user_name="bob",
    )
    assert IN_PARAMETERS not in repr(event)


def test_a_key_without_events_has_one_empty_page(server: RecordingServer, seconds: Seconds) -> None:
    (page,) = history(server.url, seconds).events(KEY, "us-east-1", None)

    assert page.events == ()
    assert page.is_last


def test_pages_without_events_are_no_end(
    server: RecordingServer, trail: StrictCloudTrail, seconds: Seconds
) -> None:
    trail.empty_pages = 3
    trail.add(KEY)

    pages = list(history(server.url, seconds).events(KEY, "us-east-1", None))

    assert [len(page.events) for page in pages] == [0, 0, 0, 1]


def test_each_region_is_asked_by_its_own_signature_and_answers_with_its_own_events(
    server: RecordingServer, trail: StrictCloudTrail, seconds: Seconds
) -> None:
    trail.add(KEY, "eu-west-1", name="Here")
    trail.add(KEY, "us-east-1", name="There")

    told = history(server.url, seconds)

    assert [event.event_name for event in events(told, "eu-west-1")] == ["Here"]
    assert [event.event_name for event in events(told, "us-east-1")] == ["There"]
    asked = [call.region for call in server.calls if call.action == "LookupEvents"]
    assert asked == ["eu-west-1", "us-east-1"]


def test_only_events_of_the_time_that_is_asked_for_are_read(
    server: RecordingServer, trail: StrictCloudTrail, seconds: Seconds
) -> None:
    trail.add(KEY, at=NOW - timedelta(days=1), name="Late")
    trail.add(KEY, at=NOW - timedelta(days=40), name="Early")

    told = history(server.url, seconds)

    assert len(events(told)) == 2
    late = events(told, since=NOW - timedelta(days=30))
    assert [event.event_name for event in late] == ["Late"]


def test_requests_are_paced_so_that_aws_throttles_none(
    server: RecordingServer, trail: StrictCloudTrail, seconds: Seconds
) -> None:
    trail.rate, trail.now = 2, lambda: seconds.now
    for number in range(400):
        trail.add(KEY, at=NOW - timedelta(minutes=number + 1))

    told = history(server.url, seconds)

    assert len(events(told)) == 400
    assert len(events(told)) == 400
    assert trail.throttled == 0
    assert seconds.now == 100.0 + 15 * 0.5


def test_the_fake_throttles_whoever_asks_faster(
    server: RecordingServer, trail: StrictCloudTrail, seconds: Seconds
) -> None:
    trail.rate, trail.now = 2, lambda: seconds.now
    for _ in range(2):
        raw(server.url).lookup_events(**asking())

    with pytest.raises(ClientError, match="ThrottlingException"):
        raw(server.url).lookup_events(**asking())


def test_what_aws_throttles_all_the_same_is_asked_again_and_then_reported(
    server: RecordingServer, trail: StrictCloudTrail, seconds: Seconds
) -> None:
    trail.add(KEY)
    refusals = iter([error("ThrottlingException")])

    def once(call: Call) -> Response | None:
        rule = next(refusals, None) if call.action == "LookupEvents" else None
        return rule(call) if rule is not None else None

    server.rules.append(once)
    assert len(events(history(server.url, seconds, attempts=3))) == 1
    assert server.count("LookupEvents") == 2

    server.rules[:] = [error("ThrottlingException", "Rate exceeded")]
    with pytest.raises(KeyswitchError) as raised:
        events(history(server.url, seconds))
    assert type(raised.value.message) is catalogue.Throttled


DENIED = (
    "User: arn:aws:sts::123456789012:assumed-role/ci/x is not authorized to perform: cloudtrail:LookupEvents with "
    "an explicit deny in a service control policy"
)
FAULTS = [
    (error("AccessDeniedException"), catalogue.LookupDenied, "Allow cloudtrail:LookupEvents on"),
    (error("AccessDeniedException", DENIED), catalogue.OrganizationDenies, "LookupEvents"),
    (error("InvalidTimeRangeException"), catalogue.LookupRefused, "with --since"),
    (error("InvalidNextTokenException"), catalogue.LookupRefused, "said AWS"),
    (error("NoSuchEntity"), catalogue.LookupRefused, "AWS answered NoSuchEntity to cloudtrail:"),
    (answer({}), catalogue.UnreadableAnswer, "Events"),
    (error("UnrecognizedClientException"), catalogue.RegionRefused, "credentials in us-east-1"),
    (error("ExpiredTokenException"), catalogue.CredentialsExpired, "said AWS"),
    (error("InvalidSignatureException", "Signature expired"), catalogue.Clock, "date -u"),
    (answer({"Events": [{"EventName": "x"}]}), catalogue.UnreadableAnswer, "EventTime"),
    (lambda _: Response("<html>", content_type="text/html"), catalogue.UnreadableAnswer, ""),
    (answer({"Events": [], "NextToken": "again"}), catalogue.EndlessList, "an earlier one"),
]


@pytest.mark.parametrize(("rule", "entry", "says"), FAULTS)
def test_a_fault_is_its_catalogue_entry(
    server: RecordingServer,
    seconds: Seconds,
    rule: Callable[[Call], Response | None],
    entry: type[Message],
    says: str,
) -> None:
    server.rules.append(rule)

    with pytest.raises(KeyswitchError) as raised:
        events(history(server.url, seconds))

    assert type(raised.value.message) is entry
    assert says in str(raised.value)


def test_a_denial_of_the_fakes_is_read_as_one_of_awss(
    server: RecordingServer, trail: StrictCloudTrail, seconds: Seconds
) -> None:
    trail.denied.add("us-east-1")

    with pytest.raises(KeyswitchError) as raised:
        events(history(server.url, seconds))

    assert str(raised.value).startswith(
        "KS740 arn:aws:iam::123456789012:user/ci may not call cloudtrail:LookupEvents on *: no identity-based policy "
        "allows that (AccessDeniedException, request id "
    )


def test_a_region_without_an_answer_is_reported_with_its_endpoint(seconds: Seconds) -> None:
    nobody = "http://127.0.0.1:1"

    with pytest.raises(KeyswitchError) as raised:
        events(history(nobody, seconds))

    assert type(raised.value.message) is catalogue.Unreachable
    assert nobody in str(raised.value)


@pytest.mark.parametrize("record", [None, "no JSON", "[]", "[" * 100_000, '{"userAgent": 7}'])
def test_an_event_whose_record_cannot_be_read_still_counts(
    server: RecordingServer, seconds: Seconds, record: str | None
) -> None:
    row = {"EventName": "x", "EventTime": NOW.timestamp(), "CloudTrailEvent": record}
    server.rules.append(answer({"Events": [row]}))

    (event,) = events(history(server.url, seconds))

    assert (event.event_name, event.user_agent, event.source_ip_address) == ("x", "", "")


def test_an_answer_in_the_place_of_aws_that_knows_no_filter_counts_for_no_other_key(
    server: RecordingServer, seconds: Seconds
) -> None:
    rows = [
        {"EventName": name, "EventTime": NOW.timestamp(), "AccessKeyId": key}
        for name, key in (("own", KEY), ("of-other", OTHER))
    ]
    server.rules.append(answer({"Events": rows}))

    assert [event.event_name for event in events(history(server.url, seconds))] == ["own"]


def test_a_page_of_large_events_is_read(
    server: RecordingServer, trail: StrictCloudTrail, seconds: Seconds
) -> None:
    for _ in range(50):
        trail.add(KEY, agent="a" * 60_000)

    assert len(events(history(server.url, seconds))) == 50


@pytest.mark.parametrize(
    ("region", "regions"),
    [
        ("eu-west-1", ("eu-west-1", "us-east-1")),
        ("us-east-1", ("us-east-1",)),
        ("us-gov-east-1", ("us-gov-east-1", "us-gov-west-1")),
        ("cn-northwest-1", ("cn-northwest-1", "cn-north-1")),
    ],
)
def test_by_default_the_own_region_is_asked_and_the_one_with_the_events_of_iam(
    server: RecordingServer, seconds: Seconds, region: str, regions: tuple[str, ...]
) -> None:
    assert history(server.url, seconds, region=region).default_regions() == regions


def test_the_endpoint_is_that_of_the_settings_or_else_of_the_environment(
    server: RecordingServer, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDTRAIL", server.url)
    assert events(history(server.url, seconds, cloudtrail_endpoint=None)) == []

    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDTRAIL", "http://127.0.0.1:1")
    assert events(history(server.url, seconds)) == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (
            {"LookupAttributes": asking()["LookupAttributes"] * 2},
            "InvalidLookupAttributesException",
        ),
        (asking(MaxResults=51), "InvalidMaxResultsException"),
        (asking(StartTime=NOW, EndTime=NOW - timedelta(days=1)), "InvalidTimeRangeException"),
        (asking(StartTime=NOW - timedelta(days=91)), "InvalidTimeRangeException"),
        (asking(NextToken="50:of-nobody"), "InvalidNextTokenException"),
    ],
)
def test_the_fake_refuses_what_aws_refuses_by_an_error_that_botocore_knows(
    server: RecordingServer, asked: dict[str, Any], code: str
) -> None:
    client = raw(server.url)
    known = [
        shape.name
        for shape in client.meta.service_model.operation_model("LookupEvents").error_shapes
    ]

    with pytest.raises(ClientError) as raised:
        client.lookup_events(**asked)

    assert raised.value.response["Error"]["Code"] == code
    assert code in known


def test_a_token_of_the_fakes_is_good_for_the_same_question_only(
    server: RecordingServer, trail: StrictCloudTrail
) -> None:
    for _ in range(60):
        trail.add(KEY)
    client = raw(server.url)
    token = client.lookup_events(**asking())["NextToken"]

    assert len(client.lookup_events(**asking(NextToken=token))["Events"]) == 10
    with pytest.raises(ClientError, match="InvalidNextTokenException"):
        client.lookup_events(**asking(NextToken=token, MaxResults=10))


def test_the_fakes_answers_have_botocores_shapes(trail: StrictCloudTrail) -> None:
    trail.add(KEY, error="AccessDenied")
    model = botocore.session.Session().get_service_model("cloudtrail")
    shape = model.operation_model("LookupEvents").output_shape
    attribute = model.shape_for("LookupAttributeKey")

    answered = trail.lookup_events("us-east-1", asking(MaxResults=1))
    report = ParamValidator().validate(answered, shape)
    wrong = ParamValidator().validate({**answered, "More": 1, "NextToken": 7}, shape)

    assert len(answered["Events"]) == 1
    assert set(answered["Events"][0]) == set(shape.members["Events"].member.members)
    assert not report.has_errors(), report.generate_report()
    assert wrong.has_errors()
    assert set(attribute.enum) == ATTRIBUTES
