"""What an audit finds: one row for each rule, at its edge."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pkgutil import iter_modules

import pytest

from controls_page import PAGE, controls_page
from keyswitch.iam.client import AccessKey, LastUsed
from keyswitch.model.durations import Duration, iso
from keyswitch.model.pending import Pending
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.report import controls
from keyswitch.report.controls import CONTROLS, EVERY_MESSAGE
from keyswitch.report.controls.control import Control, Evidence, Thresholds, Violation
from keyswitch.report.expected_keys import ExpectedKey
from keyswitch.report.inventory import Inventory, RootKeys, SeenKey, SeenUser

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


def findings(
    of: Inventory,
    expected: list[ExpectedKey] | None = None,
    thresholds: Thresholds | None = None,
) -> list[Violation]:
    declared = None if expected is None else {key.access_key_id: key for key in expected}
    evidence = Evidence(of, declared, NOW, thresholds or Thresholds())
    return [found for control in CONTROLS.values() for found in control.check(evidence)]


def codes(
    *users: SeenUser, expected: list[ExpectedKey] | None = None, complete: bool = True
) -> list[str]:
    return [
        found.message.code for found in findings(inventory(*users, complete=complete), expected)
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
        (found,) = findings(inventory(user(seen(made=90, used=used))))
        return " ".join(map(str, found.references))

    assert "IAM.8" not in controls(89)
    assert "IAM.8" in controls(90)
    assert "IAM.22" in controls(90)


@pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)
def test_a_published_control_is_named_by_its_document_version_and_title(control: Control) -> None:
    for reference in control.references:
        assert re.match(
            r"CIS AWS Foundations Benchmark v3\.0\.0 1\.\d+(, v[57]\.0\.0 [12]\.\d+)+: "
            r"|AWS Security Hub CSPM IAM\.\d+: ",
            str(reference),
        )
        assert len(reference.title) > 20


def test_each_control_has_a_file_a_name_and_a_code_of_its_own() -> None:
    names = {found.name for found in iter_modules(controls.__path__)} - {"control"}

    assert {name.replace("-", "_") for name in CONTROLS} == names
    assert len({control.finds.code for control in CONTROLS.values()}) == len(CONTROLS)
    assert len({message.code for message in EVERY_MESSAGE}) == len(EVERY_MESSAGE)
    assert all(control.checks.endswith(".") for control in CONTROLS.values())


def test_the_reference_page_is_made_from_the_controls() -> None:
    assert PAGE.read_text() == controls_page(), "run `make docs`"
    assert all(control.finds.why for control in CONTROLS.values())


def test_a_threshold_moves_what_is_found_and_not_what_is_published() -> None:
    """CIS says 90 days and 45 days, whatever an audit asks for."""
    key = seen(made=60, used=40)
    strict = Thresholds(Duration.read("30d"), Duration.read("7d"))
    lax = Thresholds(Duration.read("1y"), Duration.read("200d"))

    found = findings(inventory(user(key)), thresholds=strict)

    assert [each.message.code for each in found] == ["KS804", "KS805"]
    assert [each.references for each in found] == [(), ()]
    assert "the limit is 30d" in found[0].message.cause
    assert findings(inventory(user(seen(made=180, used=100))), thresholds=lax) == []


def test_a_key_of_one_day_is_told_in_the_singular() -> None:
    thresholds = Thresholds(max_age=Duration.read("1h"))
    evidence = Evidence(inventory(user(seen(made=1, used=0))), None, NOW, thresholds)

    (old,) = CONTROLS["rotated"].check(evidence)

    assert old.message.cause == "is Active and was created 1 day ago, and the limit is 1h"


@pytest.mark.parametrize(
    ("root_keys", "found"),
    [
        (RootKeys.NOT_ASKED, []),
        (RootKeys.ABSENT, []),
        (RootKeys.PRESENT, ["KS809"]),
        (RootKeys.NOT_REPORTED, ["KS814"]),
    ],
)
def test_keys_of_the_root_user_are_found(root_keys: RootKeys, found: list[str]) -> None:
    told = findings(replace(inventory(), root_keys=root_keys))

    assert [each.message.code for each in told] == found


@pytest.mark.parametrize(
    ("days", "status", "target", "found"),
    [
        (30, ACTIVE, Status.INACTIVE, ["KS803"]),
        (31, ACTIVE, Status.INACTIVE, ["KS803", "KS812"]),
        (31, INACTIVE, Status.INACTIVE, []),
        (31, INACTIVE, Status.ACTIVE, ["KS803", "KS812"]),
    ],
)
def test_a_change_that_is_held_for_long_is_found(
    days: float, status: ObservedStatus, target: Status, found: list[str]
) -> None:
    held = Pending(target, iso(NOW - timedelta(days=days)), ("unused_for",))
    declared = ExpectedKey(KEY, "bob", target, pending=held)

    assert codes(user(seen(status=status)), expected=[declared]) == found


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
