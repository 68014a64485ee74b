"""What a program logs in our name changes no row of the digest, and hides no switch."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.test_digest import KEY_TYPE, RECORDED, key_step, preview
from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import ALL, Message
from keyswitch.messages.format import Attempt, line
from keyswitch.model.urn import FLEET_TYPE
from keyswitch.report.digest import Digest, digest
from keyswitch.report.preview_json import read_preview
from keyswitch.report.rows import Outcome
from support.fuzz import for_a_while
from unit.test_errors import fields

KEY, OTHER = "AKIAEXAMPLE000000001", "AKIAEXAMPLE000000002"
SWITCHES = (Outcome.DEACTIVATED, Outcome.ACTIVATED, Outcome.DRIFT)
GRAVE = (*SWITCHES, Outcome.REFUSED, Outcome.FAILED)
FLEET = f"urn:pulumi:test::project::{FLEET_TYPE}::all"


def held(key: str = KEY, **values: str) -> str:
    """A whole message of ours."""
    said = {"observed": "Active", "change": "deactivated", "since": "yesterday", "reasons": "so"}
    return line(catalogue.Held.of({**said, **values}), Attempt("", key, "user-1"))


def log(text: str, urn: str = key_step(1)["urn"], severity: str = "warning") -> dict[str, str]:
    return {"urn": urn, "severity": severity, "message": f"{severity}: {text}\n"}


def fleet_step(**safeguards: Any) -> dict[str, Any]:
    """Two keys of a fleet, of which the first is switched off."""
    keys = {key: {"user_name": "bob"} for key in (KEY, OTHER)}
    old = {"statuses": dict.fromkeys(keys, "Active"), "keys": keys, **safeguards}
    new = {"statuses": {KEY: "Inactive", OTHER: "Active"}, "keys": keys, **safeguards}
    outputs = {"statuses": old["statuses"]}
    return {
        "op": "update",
        "urn": FLEET,
        "oldState": {"inputs": old, "outputs": outputs},
        "newState": {"inputs": new},
    }


def seen(step: dict[str, Any], *diagnostics: dict[str, str]) -> Digest:
    return digest(read_preview(preview(step, diagnostics=list(diagnostics))))


def adopted(number: int) -> dict[str, Any]:
    step = key_step(number, "create")
    return {name: part for name, part in step.items() if name != "oldState"}


def ends(until: str, key: str = KEY) -> str:
    said = catalogue.EndsSoon(active_until=until, left="in 9 days")
    return line(said, Attempt("", key, "user-1"))


def test_an_end_that_is_not_the_declared_one_is_not_believed_and_hides_no_change() -> None:
    step = key_step(1)
    step["newState"]["inputs"]["active_until"] = "2027-03-31"

    (true,) = seen(step, log(ends("2027-03-31"))).rows
    (lie,) = seen(step, log(ends("2030-01-01"))).rows
    (other,) = seen(step, log(ends("2027-03-31", OTHER))).rows

    assert [row.outcome for row in (true, lie, other)] == [Outcome.DEACTIVATED] * 3
    assert "2030" not in lie.why
    assert "active until 2027-03-31" in true.why


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (["7"], Outcome.ADOPTED),
        (["3", "4"], Outcome.ADOPTED),
        (["6"], Outcome.NOT_LOOKED_AT),
        (["8"], Outcome.NOT_LOOKED_AT),
        (["many"], Outcome.NOT_LOOKED_AT),
        ([], Outcome.NOT_LOOKED_AT),
    ],
)
def test_a_line_about_many_adoptions_counts_if_it_is_about_all_keys_that_nothing_else_is_said_of(
    said: list[str], outcome: Outcome
) -> None:
    changed = log(
        line(
            catalogue.AdoptedAndChanged(
                observed="Active", declared="Inactive", change="deactivated"
            ),
            Attempt("", KEY, "user-1"),
        )
    )
    together = [
        {
            "urn": "",
            "severity": "info",
            "message": line(catalogue.AdoptedTogether(count=count), "the stack"),
        }
        for count in said
    ]
    steps = [adopted(number) for number in range(1, 9)]

    rows = digest(read_preview(preview(*steps, diagnostics=[changed, *together]))).rows

    found = {row.access_key_id: row.outcome for row in rows}
    assert found.pop(KEY) is Outcome.DEACTIVATED
    assert list(found.values()) == [outcome] * 7


@pytest.mark.parametrize(
    "text",
    [
        "KS611 wait for it",
        f"KS611 access key {KEY} of user user-1: stays Active",
        f"see also {held()}",
        f"{held()} Do not worry.",
        held(OTHER),
        held(target="Active"),
        held(),
    ],
)
@pytest.mark.parametrize("severity", ["info", "warning"])
def test_a_line_in_our_name_makes_no_hold_of_a_switch(text: str, severity: str) -> None:
    (row,) = seen(key_step(1), log(text, severity=severity)).rows
    (in_fleet,) = (
        row
        for row in seen(fleet_step(), log(text, FLEET, severity)).rows
        if row.access_key_id == KEY
    )

    for each in (row, in_fleet):
        assert (each.outcome, each.before, each.after) == (
            Outcome.DEACTIVATED,
            "Active",
            "Inactive",
        )


@pytest.mark.parametrize("hidden", ["[secret]", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"])
def test_a_hold_is_told_where_the_safeguards_hold_or_are_not_told(hidden: str) -> None:
    told = [{"unmet": "hold"}, {"unmet": hidden}, hidden]
    for safeguards in told:
        (row,) = seen(key_step(1, safeguards=safeguards), log(held())).rows
        (in_fleet,) = seen(fleet_step(safeguards=safeguards), log(held(), FLEET)).rows
        assert row.outcome is in_fleet.outcome is Outcome.HELD
    own = fleet_step(safeguards={"unmet": "refuse"})
    own["newState"]["inputs"]["keys"] = {KEY: {"safeguards": {"unmet": "hold"}}, OTHER: hidden}
    rows = seen(own, log(held(), FLEET)).rows
    assert next(row for row in rows if row.access_key_id == KEY).outcome is Outcome.HELD


def test_a_refresh_before_it_bears_no_lie_out_and_takes_no_truth_away() -> None:
    found = {**key_step(1)["newState"]["inputs"], "status": "Active"}
    refreshing = {**key_step(1), "newState": {"inputs": found, "outputs": found}}
    ours = line(
        catalogue.Drifted(
            observed="Active", declared="Inactive", corrects="The next update deactivates"
        ),
        Attempt("", KEY, "user-1"),
    )

    def outcome(op: str, text: str) -> Outcome:
        steps = [{**refreshing, "op": op}, key_step(1)]
        whole = {"steps": steps, "changeSummary": {"update": 1}, "diagnostics": [log(text)]}
        (row,) = digest(read_preview(json.dumps(whole))).rows
        return row.outcome

    for op in ("refresh", "update"):
        assert outcome(op, ours) is Outcome.DRIFT
    assert outcome("refresh", held()) is Outcome.DEACTIVATED


def test_a_message_of_a_switch_goes_before_a_copied_one_of_a_hold() -> None:
    said = {"change": "deactivated"}
    ours = line(catalogue.ChangedAsDeclared.of(said), Attempt("", KEY, "user-1"))
    step = key_step(1, safeguards={"unmet": "hold", "unused_for": "7d"})

    for logs in ((log(ours), log(held())), (log(held(observed="Inactive")), log(ours))):
        (row,) = seen(step, *logs).rows
        assert (row.outcome, row.code) == (Outcome.DEACTIVATED, "KS219")
        assert (row.before, row.after) == ("Active", "Inactive")


def test_a_copied_message_does_not_hide_that_a_key_was_used() -> None:
    def used(words: str) -> dict[str, str]:
        return log(line(catalogue.LastUse(used=words), Attempt("", KEY, "user-1")))

    (row,) = seen(key_step(1), used("has never been used"), used("was last used a minute ago")).rows

    assert row.last_use == "never, or a minute ago"


def test_a_line_about_a_key_that_stays_as_it_is_makes_no_row() -> None:
    urn = key_step(1)["urn"]
    whole = {"steps": [], "changeSummary": {"same": 1}, "diagnostics": [log("KS611 hold", urn)]}

    told = digest(read_preview(json.dumps(whole)))

    assert (told.rows, told.unchanged) == ((), 1)


def test_a_line_on_a_fleets_row_concerns_the_key_that_it_names_and_no_other() -> None:
    rows = seen(
        fleet_step(safeguards={"unmet": "hold"}),
        log(f"KS611 access key {OTHER} of user bob: stays Active", FLEET),
        log(f"KS219 access key {OTHER} of user bob: is switched", FLEET),
    ).rows

    assert [(row.access_key_id, row.outcome) for row in rows] == [(KEY, Outcome.DEACTIVATED)]


def lie(entry: type[Message], key: str, cut: int, values: dict[str, str]) -> str:
    said: dict[str, Any] = {name: values.get(name, words) for name, words in fields(entry).items()}
    if "seconds" in said:
        said["seconds"] = 30
    text = line(entry.of(said), Attempt("", key, "user-1"))
    return text[: len(text) - cut]


LIES = st.builds(
    lie,
    st.sampled_from(ALL),
    st.sampled_from([KEY, OTHER]),
    st.integers(0, 60),
    st.fixed_dictionaries(
        {
            name: st.sampled_from(["Active", "Inactive", "Deleted"])
            for name in ("observed", "target", "declared")
        }
    ),
)


@for_a_while
@settings(max_examples=75, deadline=None)
@given(st.lists(LIES, min_size=1, max_size=4), st.sampled_from(["info", "warning"]))
def test_no_lines_of_a_program_make_less_than_a_switch_of_a_switch(
    lies: list[str], severity: str
) -> None:
    excepted = (catalogue.Gone.code, catalogue.AlreadyAsDeclared.code)
    said = [text for text in lies if not text.startswith(excepted)]

    (row,) = seen(key_step(1), *(log(text, severity=severity) for text in said)).rows
    rows = seen(fleet_step(), *(log(text, FLEET, severity) for text in said)).rows
    (in_fleet,) = (row for row in rows if row.access_key_id == KEY)

    assert row.outcome in GRAVE
    assert in_fleet.outcome in GRAVE
    assert row.after == in_fleet.after == "Inactive"


TRUE = {name: text for name, text in RECORDED.items() if KEY_TYPE in text or FLEET_TYPE in text}


@for_a_while
@settings(max_examples=75, deadline=None)
@given(st.sampled_from(sorted(TRUE)), st.sampled_from(ALL), st.text(), st.data())
def test_what_is_no_whole_message_changes_no_row_of_any_preview(
    name: str, entry: type[Message], text: str, data: st.DataObject
) -> None:
    plain = json.loads(TRUE[name])
    urns = [each["urn"] for each in plain["diagnostics"] if each.get("urn")] or [FLEET]
    urn = data.draw(st.sampled_from(urns))
    before = digest(read_preview(json.dumps(plain)))

    plain["diagnostics"].insert(0, log(f"{entry.code} {text}", urn, "info"))

    assert digest(read_preview(json.dumps(plain))) == before
