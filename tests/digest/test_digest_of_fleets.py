"""The digest of a fleet: what the preview says of keys that are let go, and of what it cannot tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from keyswitch.messages import catalogue
from keyswitch.messages.format import line
from keyswitch.model.fleet import parse_fleet
from keyswitch.model.fleet_state import fleet_outputs, parse_fleet_outputs
from keyswitch.model.status import ObservedStatus
from keyswitch.model.urn import FLEET_TYPE, NATIVE_FLEET_TYPE
from keyswitch.reconcile.batch import Batch
from keyswitch.reconcile.batch_plan import BatchPlan
from keyswitch.reconcile.reconciler import Reconciler
from keyswitch.report.digest import Digest, digest
from keyswitch.report.preview_json import read_preview
from keyswitch.report.rows import Outcome
from support.strict_iam import FakeClient, StrictIam

URN = f"urn:pulumi:test::project::{FLEET_TYPE}::all"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ACTIVE, INACTIVE = ObservedStatus.ACTIVE, ObservedStatus.INACTIVE


def bag(*keys: str, on_destroy: str = "deactivate") -> dict[str, Any]:
    return {
        "statuses": dict.fromkeys(keys, "Active"),
        "keys": {key: {"user_name": "bob"} for key in keys},
        "defaults": {"on_destroy": on_destroy},
    }


def judged(
    iam: StrictIam, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None
) -> BatchPlan:
    records = parse_fleet_outputs(olds) if olds else {}
    declared = parse_fleet(news, records).declaration
    assert declared is not None
    reconciler = Reconciler(FakeClient(iam))
    return Batch(lambda _account: reconciler).plan(declared, records, for_reader=True)


def adopted(iam: StrictIam, news: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs after the first run."""
    plan = judged(iam, news)
    reconciler = Reconciler(FakeClient(iam))
    fleet = Batch(lambda _account: reconciler)
    return fleet_outputs(news, fleet.apply(plan, {}, print).records)


def digest_of(
    old: Mapping[str, Any],
    outputs: Mapping[str, Any],
    new: Mapping[str, Any],
    *messages: tuple[str, str],
    op: str = "update",
) -> Digest:
    before, after = {"inputs": old, "outputs": outputs}, {"inputs": new, "outputs": new}
    step = {"op": op, "urn": URN, "oldState": before, "newState": after}
    told = [{"urn": URN, "severity": severity, "message": text} for severity, text in messages]
    whole = {"steps": [step], "diagnostics": told, "changeSummary": {op: 1}}
    return digest(read_preview(json.dumps(whole)))


@pytest.mark.parametrize(
    ("on_destroy", "live", "row"),
    [
        ("deactivate", ACTIVE, ("Active", "Inactive", Outcome.CHANGED_ON_DESTROY)),
        ("deactivate", INACTIVE, ("Inactive", "Inactive", Outcome.NO_LONGER_DECLARED)),
        ("restore", INACTIVE, ("Inactive", "Inactive", Outcome.NO_LONGER_DECLARED)),
        ("leave", ACTIVE, ("Active", "Active", Outcome.NO_LONGER_DECLARED)),
    ],
)
@pytest.mark.parametrize("failed_before", [False, True])
def test_the_row_of_a_key_that_is_let_go_is_what_the_preview_says(
    on_destroy: str,
    live: ObservedStatus,
    row: tuple[str, str, Outcome],
    failed_before: bool,  # noqa: FBT001 - a row of the table
) -> None:
    iam = StrictIam()
    stays, gone = iam.add_key("bob"), iam.add_key("bob")
    old, new = bag(stays, gone, on_destroy=on_destroy), bag(stays, on_destroy=on_destroy)
    outputs = adopted(iam, old)
    iam.set_status(gone, live)
    plan = judged(iam, new, outputs)
    told = [("info", note) for note in plan.notes()]
    told += [("warning", warning) for warning in plan.warnings_of_ends()]

    seen = digest_of(new if failed_before else old, outputs, new, *told)

    (found,) = seen.rows
    assert (found.access_key_id, found.before, found.after, found.outcome) == (gone, *row)
    assert f"on_destroy is {on_destroy}" in found.why
    assert ("will not be reactivated" in found.why) is (on_destroy == "restore")


def test_the_row_of_a_key_that_is_let_go_past_its_end_says_why_nothing_is_restored() -> None:
    iam = StrictIam()
    stays, gone = iam.add_key("bob"), iam.add_key("bob")
    old, new = bag(stays, gone, on_destroy="restore"), bag(stays, on_destroy="restore")
    old["statuses"][gone] = "Inactive"
    old["keys"][gone]["active_until"] = "2020-01-31"
    outputs = adopted(iam, old)
    plan = judged(iam, new, outputs)
    told = [("info", note) for note in plan.notes()]
    told += [("warning", warning) for warning in plan.warnings_of_ends()]

    (found,) = digest_of(old, outputs, new, *told).rows

    assert (found.access_key_id, found.after) == (gone, "Inactive")
    assert found.outcome is Outcome.NO_LONGER_DECLARED
    assert "on_destroy is restore, but active_until 2020-01-31 is over" in found.why


@pytest.mark.parametrize("hidden", [UNKNOWN, "[secret]"])
def test_keys_that_are_not_known_or_secret_as_a_whole_are_not_let_go(hidden: str) -> None:
    iam = StrictIam()
    keys = [iam.add_key("bob"), iam.add_key("bob")]
    old = bag(*keys)
    new = {**old, "statuses": hidden, "keys": hidden}
    warning = line(catalogue.NotLookedAt(properties="statuses, keys"), "the fleet:")

    seen = digest_of(old, adopted(iam, old), new, ("warning", warning))

    assert {row.access_key_id: row.outcome for row in seen.rows} == dict.fromkeys(
        keys, Outcome.NOT_LOOKED_AT
    )


def test_a_new_fleet_of_which_not_even_the_keys_are_known_has_a_row() -> None:
    new = {"statuses": UNKNOWN, "keys": UNKNOWN}
    warning = line(catalogue.NotLookedAt(properties="statuses, keys"), "the fleet:")

    seen = digest_of({}, {}, new, ("warning", warning), op="create")

    (row,) = seen.rows
    assert (row.name, row.outcome, row.code) == ("all", Outcome.NOT_LOOKED_AT, "KS211")


def test_many_adoptions_without_a_change_are_one_line_and_a_row_each() -> None:
    iam = StrictIam()
    keys = [iam.add_key("bob") for _ in range(7)]
    news = bag(*keys)
    news["statuses"][keys[0]] = "Inactive"
    news["keys"][keys[0]] = {"user_name": "bob", "reason": "rotated"}
    plan = judged(iam, news)

    notes = list(plan.notes())
    assert notes[0] == (
        "KS225 the fleet: 6 keys are already as declared; adopting them without changes."
    )
    assert [note[:5] for note in notes[1:]] == ["KS218", "KS614"]
    said = [("info", note) for note in notes]
    step = {"op": "create", "urn": URN, "newState": {"inputs": news, "outputs": news}}
    told = [{"urn": URN, "severity": severity, "message": text} for severity, text in said]
    whole = {"steps": [step], "diagnostics": told, "changeSummary": {"create": 1}}

    rows = digest(read_preview(json.dumps(whole))).rows

    outcomes = {row.access_key_id: row.outcome for row in rows}
    assert outcomes == {
        keys[0]: Outcome.DEACTIVATED,
        **dict.fromkeys(keys[1:], Outcome.ADOPTED),
    }
    few = bag(*keys[:5])
    assert [note[:5] for note in judged(iam, few).notes()] == ["KS217"] * 5


@pytest.mark.parametrize("whole", ["[secret]", UNKNOWN])
def test_keys_of_a_native_fleet_that_are_not_told_are_told_as_those_of_a_dynamic_one(
    whole: str,
) -> None:
    key = "AKIAEXAMPLE000000001"
    outputs = {"statuses": {key: "Active"}, "records": {}}

    def rows(fleet_type: str, old: dict[str, Any], new: dict[str, Any]) -> list[Any]:
        step = {
            "op": "update",
            "urn": f"urn:pulumi:test::project::{fleet_type}::all",
            "oldState": {"inputs": old, "outputs": outputs},
            "newState": {"inputs": new},
        }
        told = digest(read_preview(json.dumps({"steps": [step]}))).rows
        return [(row.access_key_id, row.outcome) for row in told]

    dynamic = rows(
        FLEET_TYPE,
        {"statuses": {key: "Active"}, "keys": {key: {"user_name": "bob"}}},
        {"statuses": whole, "keys": whole},
    )
    native = rows(
        NATIVE_FLEET_TYPE,
        {"keys": {key: {"status": "Active", "userName": "bob"}}},
        {"keys": whole},
    )

    assert native == dynamic == [(key, Outcome.NOT_LOOKED_AT)]
