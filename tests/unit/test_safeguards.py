"""The safeguards, rule by rule: what each is judged by, and what it says when is not met."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyswitch.iam.client import AccessKey, LastUsed
from keyswitch.model.durations import Duration, iso, moment
from keyswitch.model.safeguards import NO_SAFEGUARDS, DeclaredSafeguards
from keyswitch.model.status import DeactivatedBy, ObservedStatus, Status
from keyswitch.reconcile.safeguards import Evidence, guarding, unmet, use_in_words
from keyswitch.reconcile.user_keys import UserKeys

ON, OFF = Status.ACTIVE, Status.INACTIVE
ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE
NOW = datetime(2026, 3, 31, 12, tzinfo=timezone.utc)
KEY = AccessKey("AKIAOLD0000000000000", "bob", ACTIVE, "2026-01-01T00:00:00Z")
OTHER = AccessKey("AKIANEW0000000000000", "bob", ACTIVE, "2026-03-01T00:00:00Z")
DEACTIVATED = replace(OTHER, status=INACTIVE)
NEVER = LastUsed("bob", None, "N/A", "N/A")
NINES = "9999-12-31T23:59:59Z"
END_OF_TIME = LastUsed("bob", NINES, "s3", "eu-west-1")
SEVEN_DAYS = DeclaredSafeguards(unused_for=Duration.read("7d"))
SUCCESSOR = DeclaredSafeguards(successor=OTHER.access_key_id)
OVERLAP = replace(SUCCESSOR, overlap=Duration.read("30d"))
ONE_ACTIVE = DeclaredSafeguards(keep_one_active=True)
REACTIVATION_ALLOWED = DeclaredSafeguards(allow_reactivation=True)
QUARANTINE = DeclaredSafeguards(refuse_quarantined=True)


def used(**ago: float) -> LastUsed:
    return LastUsed("bob", iso(NOW - timedelta(**ago)), "s3", "eu-west-1")


def seen(
    key: AccessKey = KEY,
    others: tuple[AccessKey, ...] = (),
    planned: dict[str, Status] | None = None,
    **evidence: object,
) -> Evidence:
    return Evidence(NOW, UserKeys(key, others, planned or {}), **evidence)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("safeguards", "target", "evidence", "codes"),
    [
        # nothing declared: off goes, unless it is the own key
        (NO_SAFEGUARDS, OFF, seen(), []),
        (NO_SAFEGUARDS, OFF, seen(signing_keys={"AKIAOTHER": ""}), []),
        (NO_SAFEGUARDS, OFF, seen(signing_keys={KEY.access_key_id: ""}), ["KS601"]),
        (
            DeclaredSafeguards(allow_own_key=True),
            OFF,
            seen(signing_keys={KEY.access_key_id: ""}),
            [],
        ),
        # unused_for
        (SEVEN_DAYS, OFF, seen(last_used=used(days=7)), []),
        (SEVEN_DAYS, OFF, seen(last_used=used(days=6, hours=23)), ["KS602"]),
        (SEVEN_DAYS, OFF, seen(last_used=NEVER), []),
        (
            SEVEN_DAYS,
            OFF,
            seen(replace(KEY, create_date=iso(NOW - timedelta(days=6))), last_used=NEVER),
            ["KS602"],
        ),
        (SEVEN_DAYS, OFF, seen(), ["KS608"]),
        # a use that is still to come is no evidence, but for what clocks differ by
        (SEVEN_DAYS, OFF, seen(last_used=used(hours=-3)), ["KS414"]),
        (SEVEN_DAYS, OFF, seen(last_used=used(minutes=-5)), ["KS602"]),
        (SEVEN_DAYS, OFF, seen(last_used=END_OF_TIME), ["KS414"]),
        (SEVEN_DAYS, OFF, seen(replace(KEY, create_date=NINES), last_used=NEVER), ["KS602"]),
        (
            SUCCESSOR,
            OFF,
            seen(others=(OTHER,), last_used=used(days=3), successor_last_used=END_OF_TIME),
            ["KS414"],
        ),
        (
            SUCCESSOR,
            OFF,
            seen(others=(OTHER,), last_used=END_OF_TIME, successor_last_used=used(days=3)),
            ["KS414"],
        ),
        (
            OVERLAP,
            OFF,
            seen(
                others=(replace(OTHER, create_date=NINES),),
                last_used=used(days=3),
                successor_last_used=used(days=1),
            ),
            ["KS610"],
        ),
        (SEVEN_DAYS, OFF, seen(replace(KEY, create_date=""), last_used=NEVER), ["KS608"]),
        (SEVEN_DAYS, ON, seen(), []),
        # successor
        (
            SUCCESSOR,
            OFF,
            seen(others=(OTHER,), last_used=used(hours=2), successor_last_used=used(hours=1)),
            [],
        ),
        (
            SUCCESSOR,
            OFF,
            seen(others=(OTHER,), last_used=used(hours=1), successor_last_used=used(hours=2)),
            ["KS604"],
        ),
        (
            SUCCESSOR,
            OFF,
            seen(others=(OTHER,), last_used=used(hours=1), successor_last_used=used(hours=1)),
            ["KS604"],
        ),
        (
            SUCCESSOR,
            OFF,
            seen(others=(OTHER,), last_used=NEVER, successor_last_used=used(days=20)),
            [],
        ),
        (
            SUCCESSOR,
            OFF,
            seen(others=(OTHER,), last_used=NEVER, successor_last_used=NEVER),
            ["KS604"],
        ),
        (
            SUCCESSOR,
            OFF,
            seen(others=(DEACTIVATED,), last_used=used(days=2), successor_last_used=used(hours=2)),
            ["KS603"],
        ),
        (
            SUCCESSOR,
            OFF,
            seen(
                others=(OTHER,),
                planned={OTHER.access_key_id: OFF},
                last_used=used(days=2),
                successor_last_used=used(hours=2),
            ),
            ["KS603"],
        ),
        (
            SUCCESSOR,
            OFF,
            seen(
                others=(DEACTIVATED,),
                planned={OTHER.access_key_id: ON},
                last_used=used(days=2),
                successor_last_used=used(hours=2),
            ),
            [],
        ),
        (SUCCESSOR, OFF, seen(last_used=used(days=2)), ["KS603"]),
        (SUCCESSOR, OFF, seen(others=(OTHER,), last_used=used(days=2)), ["KS608"]),
        (SUCCESSOR, OFF, seen(others=(OTHER,), successor_last_used=used(days=2)), ["KS608"]),
        # overlap: of a successor that was created 30 days and twelve hours ago
        (
            OVERLAP,
            OFF,
            seen(others=(OTHER,), last_used=used(days=2), successor_last_used=used(hours=2)),
            [],
        ),
        (
            replace(OVERLAP, overlap=Duration.read("31d")),
            OFF,
            seen(others=(OTHER,), last_used=used(days=2), successor_last_used=used(hours=2)),
            ["KS610"],
        ),
        (OVERLAP, OFF, seen(last_used=used(days=2)), ["KS603"]),
        (
            OVERLAP,
            OFF,
            seen(
                others=(replace(OTHER, create_date=""),),
                last_used=used(days=2),
                successor_last_used=used(hours=2),
            ),
            ["KS610"],
        ),
        # keep_one_active
        (ONE_ACTIVE, OFF, seen(others=(OTHER,)), []),
        (ONE_ACTIVE, OFF, seen(others=(DEACTIVATED,)), ["KS605"]),
        (ONE_ACTIVE, OFF, seen(others=(replace(OTHER, status=ObservedStatus.EXPIRED),)), ["KS605"]),
        (ONE_ACTIVE, OFF, seen(), ["KS605"]),
        (ONE_ACTIVE, OFF, seen(others=(OTHER,), planned={OTHER.access_key_id: OFF}), ["KS605"]),
        (ONE_ACTIVE, OFF, seen(others=(DEACTIVATED,), planned={OTHER.access_key_id: ON}), []),
        (ONE_ACTIVE, ON, seen(), []),
        # switching on
        (NO_SAFEGUARDS, ON, seen(), []),
        (NO_SAFEGUARDS, ON, seen(inactive_by=DeactivatedBy.OUTSIDE), ["KS606"]),
        (NO_SAFEGUARDS, ON, seen(inactive_by=DeactivatedBy.OVERRIDE), ["KS625"]),
        (NO_SAFEGUARDS, ON, seen(inactive_by=DeactivatedBy.PROGRAM), []),
        (REACTIVATION_ALLOWED, ON, seen(inactive_by=DeactivatedBy.OUTSIDE), []),
        (REACTIVATION_ALLOWED, ON, seen(inactive_by=DeactivatedBy.OVERRIDE), []),
        (QUARANTINE, ON, seen(policies=()), []),
        (QUARANTINE, ON, seen(policies=("ReadOnlyAccess",)), []),
        (QUARANTINE, ON, seen(policies=("AWSCompromisedKeyQuarantineV3",)), ["KS607"]),
        (QUARANTINE, ON, seen(), ["KS609"]),
        (QUARANTINE, OFF, seen(policies=("AWSCompromisedKeyQuarantineV3",)), []),
        # every one that is not met is told
        (
            replace(SEVEN_DAYS, keep_one_active=True),
            OFF,
            seen(last_used=used(hours=3), signing_keys={KEY.access_key_id: ""}),
            ["KS601", "KS602", "KS605"],
        ),
    ],
)
def test_the_table(
    safeguards: DeclaredSafeguards, target: Status, evidence: Evidence, codes: list[str]
) -> None:
    against = unmet(safeguards, target, evidence)

    assert [rule.message.code for rule in against] == codes
    assert {rule.safeguard for rule in against} <= set(guarding(safeguards, target))


@pytest.mark.parametrize(
    ("safeguards", "evidence", "says"),
    [
        (
            SEVEN_DAYS,
            seen(last_used=used(hours=3)),
            (
                "unused_for=7d cannot be met before 2026-04-07T09:00:00Z: this key was last used 3 hours ago by s3 "
                "in eu-west-1 (2026-03-31T09:00:00Z). Wait until then. "
            ),
        ),
        (
            ONE_ACTIVE,
            seen(others=(DEACTIVATED,)),
            "the user would have no Active key left (AKIANEW0000000000000 is Inactive).",
        ),
        (
            ONE_ACTIVE,
            seen(others=(OTHER,), planned={OTHER.access_key_id: OFF}),
            "the user would have no Active key left (AKIANEW0000000000000 will be Inactive after this run).",
        ),
        (ONE_ACTIVE, seen(), "the user would have no Active key left (the user has no other key)."),
        (
            SUCCESSOR,
            seen(others=(DEACTIVATED,)),
            "successor=AKIANEW0000000000000 is not ready: that key is Inactive. ",
        ),
        (SUCCESSOR, seen(), "is not ready: the user has no such key. "),
        (
            SUCCESSOR,
            seen(others=(OTHER,), last_used=used(days=2), successor_last_used=NEVER),
            (
                "that key has never been used (created 30 days ago, 2026-03-01T00:00:00Z); "
                "this key was last used 2 days ago by s3 in eu-west-1 (2026-03-29T12:00:00Z). "
            ),
        ),
        (
            replace(OVERLAP, overlap=Duration.read("31d")),
            seen(others=(OTHER,), last_used=NEVER, successor_last_used=used(hours=1)),
            (
                "overlap=31d cannot be met before 2026-04-01T00:00:00Z: the successor AKIANEW0000000000000 was "
                "created 30 days ago (2026-03-01T00:00:00Z). Wait until then. "
            ),
        ),
    ],
)
def test_what_is_not_met_is_told_with_what_was_seen(
    safeguards: DeclaredSafeguards, evidence: Evidence, says: str
) -> None:
    (rule,) = unmet(safeguards, OFF, evidence)

    assert says in str(rule)
    assert str(rule).endswith('In an incident, override="why" deactivates the key at once.')


def test_what_guards_a_switch_is_named_by_the_program_s_own_words() -> None:
    assert guarding(NO_SAFEGUARDS, OFF) == ("allow_own_key",)
    assert guarding(NO_SAFEGUARDS, ON) == ("allow_reactivation",)
    off = DeclaredSafeguards(allow_own_key=True, keep_one_active=False, allow_reactivation=True)
    assert guarding(off, OFF) == guarding(off, ON) == ()
    assert guarding(replace(OVERLAP, keep_one_active=True), OFF) == (
        "allow_own_key",
        "overlap",
        "successor",
        "keep_one_active",
    )


@given(st.datetimes(timezones=st.just(timezone.utc)))
def test_a_moment_survives_its_text_to_the_second(when: datetime) -> None:
    assert moment(iso(when)) == when.replace(microsecond=0)


def test_a_use_of_long_ago_is_told_in_days_and_with_its_date() -> None:
    assert use_in_words(used(days=400), KEY, NOW).startswith("was last used 1 year")


@pytest.mark.parametrize(
    ("date", "says"),
    [
        (
            iso(NOW + timedelta(hours=3)),
            "was last used at a time still to come by s3 in eu-west-1 (",
        ),
        (NINES, "was last used at a time still to come by s3 in eu-west-1 (9999-12-31T23:59:59Z)"),
        (iso(NOW + timedelta(seconds=30)), "was last used a moment ago by s3 in eu-west-1 ("),
    ],
)
def test_a_use_that_is_not_over_is_not_told_as_one_of_the_past(date: str, says: str) -> None:
    assert use_in_words(replace(END_OF_TIME, date=date), KEY, NOW).startswith(says)


@pytest.mark.parametrize("hours", [-14, 0, 14])
@pytest.mark.parametrize(
    "end",
    [
        datetime(1, 1, 1, tzinfo=timezone.utc),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc),
    ],
)
def test_a_moment_at_an_end_of_the_calendar_is_one_in_any_time_zone(
    end: datetime, hours: int
) -> None:
    written = iso(end.replace(tzinfo=timezone(timedelta(hours=hours))))

    assert moment(written).year == end.year
