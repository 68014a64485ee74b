"""What an audit finds: one row for each rule, at its edge."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from keyswitch.iam.client import AccessKey, LastUsed
from keyswitch.model.durations import iso
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.report.checks import ExpectedKey, findings
from keyswitch.report.inventory import Inventory, SeenKey, SeenUser

NOW = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
KEY = "AKIAIOSFODNN7EXAMPLE"
OTHER = "AKIAI44QH8DHBEXAMPLE"
ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE


def seen(
    key: str = KEY,
    status: ObservedStatus = ACTIVE,
    made: float = 1,
    used: float | None = 0,
    *,
    told: bool = True,
) -> SeenKey:
    """A key made and last used so many days ago; ``used=None`` for never, ``told=False`` for not told."""
    date = None if used is None else iso(NOW - timedelta(days=used))
    last = LastUsed("bob", date, "s3", "eu-west-1") if told else None
    return SeenKey(AccessKey(key, "bob", status, iso(NOW - timedelta(days=made))), last)


def user(*keys: SeenKey, policies: tuple[str, ...] | None = ()) -> SeenUser:
    return SeenUser("bob", keys, policies)


def inventory(*users: SeenUser, complete: bool = True) -> Inventory:
    return Inventory(users, NOW, complete)


def codes(
    *users: SeenUser, expected: list[ExpectedKey] | None = None, complete: bool = True
) -> list[str]:
    declared = None if expected is None else {key.access_key_id: key for key in expected}
    return [
        found.message.code
        for found in findings(inventory(*users, complete=complete), declared, NOW)
    ]


@pytest.mark.parametrize(
    ("key", "found"),
    [
        (seen(), []),
        (seen(made=90), []),
        (seen(made=90.01), ["KS804"]),
        (seen(made=400, status=INACTIVE, used=300), []),
        (seen(made=400, status=ObservedStatus.EXPIRED), []),
        (seen(made=60, used=44.9), []),
        (seen(made=60, used=45), ["KS805"]),
        (seen(made=44, used=None), []),
        (seen(made=45, used=None), ["KS805"]),
        (seen(told=False), ["KS808"]),
        (seen(made=60, used=-1), ["KS808"]),
        (seen(made=-1, used=0), []),
    ],
)
def test_only_an_active_key_is_judged_by_the_controls(key: SeenKey, found: list[str]) -> None:
    assert codes(user(key)) == found


def test_a_key_unused_for_90_days_goes_against_one_control_more() -> None:
    def controls(used: float) -> str:
        (found,) = findings(inventory(user(seen(made=90, used=used))), None, NOW)
        return " ".join(found.controls)

    assert "IAM.8" not in controls(89)
    assert "IAM.8" in controls(90)
    assert "IAM.22" in controls(90)


def test_a_control_is_named_by_its_document_version_and_title() -> None:
    for found in findings(inventory(user(seen(made=400, used=300), seen(OTHER))), None, NOW):
        for control in found.controls:
            assert control.startswith(
                (
                    "CIS AWS Foundations Benchmark v5.0.0 1.",
                    "AWS Foundational Security Best Practices v1.0.0 IAM.",
                    "AWS Security Hub IAM.22:",
                )
            )
            assert len(control.partition(": ")[2]) > 20


def test_two_active_keys_of_one_user_are_one_too_many_each() -> None:
    assert codes(user(seen(), seen(OTHER))) == ["KS806", "KS806"]
    assert codes(user(seen(), seen(OTHER, INACTIVE))) == []


def test_a_quarantined_user_is_told_for_each_active_key() -> None:
    policies = ("ReadOnly", "AWSCompromisedKeyQuarantineV3")

    assert codes(user(seen(), seen(OTHER, INACTIVE), policies=policies)) == ["KS807"]
    assert codes(user(seen(), policies=None)) == []


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        (None, []),
        ([], ["KS801"]),
        ([ExpectedKey(KEY, "bob", Status.ACTIVE)], []),
        ([ExpectedKey(KEY, "", Status.ACTIVE)], []),
        ([ExpectedKey(KEY, "bob", Status.INACTIVE)], ["KS803"]),
        (
            [ExpectedKey(KEY, "bob", Status.ACTIVE), ExpectedKey(OTHER, "bob", Status.ACTIVE)],
            ["KS802"],
        ),
    ],
)
def test_a_key_is_held_against_what_is_declared(
    declared: list[ExpectedKey] | None, found: list[str]
) -> None:
    assert codes(user(seen()), expected=declared) == found


def test_an_expired_key_is_as_declared_when_that_is_inactive() -> None:
    expired = user(seen(status=ObservedStatus.EXPIRED))

    assert codes(expired, expected=[ExpectedKey(KEY, "bob", Status.INACTIVE)]) == []
    assert codes(expired, expected=[ExpectedKey(KEY, "bob", Status.ACTIVE)]) == ["KS803"]


def test_a_declared_key_is_gone_only_where_its_user_was_looked_at() -> None:
    elsewhere = [ExpectedKey(KEY, "bob", Status.ACTIVE), ExpectedKey(OTHER, "eve", Status.ACTIVE)]

    assert codes(user(seen()), expected=elsewhere, complete=True) == ["KS802"]
    assert codes(user(seen()), expected=elsewhere, complete=False) == []
    assert codes(SeenUser("eve", (), ()), expected=elsewhere[1:], complete=False) == ["KS802"]
    respelt = [replace(elsewhere[1], user_name="EVE")]
    assert codes(SeenUser("eve", (), ()), expected=respelt, complete=False) == ["KS802"]
    unnamed = [replace(elsewhere[1], user_name="")]
    assert codes(user(), expected=unnamed, complete=False) == []
