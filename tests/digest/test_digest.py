"""The digest of real previews, as ``record.py`` recorded them, in every form."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import Attempt, KeyswitchError, line
from keyswitch.messages.parse import read
from keyswitch.model.urn import FLEET_TYPE, KEY_TYPE
from keyswitch.report.digest import digest
from keyswitch.report.digest_formats import (
    COMMENT_BYTES,
    change,
    hidden_marker,
    shortened,
    to_json,
    to_markdown,
    to_text,
)
from keyswitch.report.key_states import UNKNOWN
from keyswitch.report.preview_json import read_preview
from keyswitch.report.rows import Outcome

PREVIEWS = Path(__file__).parent / "previews"
RECORDED = {path.stem: path.read_text() for path in sorted(PREVIEWS.glob("*.json"))}
SECRET = "wJalrXUtnFEMIqK7MDENGzbPxRfiCYEXAMPLEKEY"


class Markdown(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT
    file_extension = "md"


def test_the_snapshots_are_of_every_outcome() -> None:
    rows = [row for text in RECORDED.values() for row in digest(read_preview(text)).rows]

    assert {row.outcome for row in rows} == set(Outcome)


@pytest.mark.parametrize("name", RECORDED)
def test_the_messages_of_a_recording_are_in_the_words_of_today(name: str) -> None:
    """Else ``make record`` is due: a message in other words is none of ours."""
    for each in json.loads(RECORDED[name]).get("diagnostics", []):
        reading = read(each["message"])
        assert reading is None or reading.is_worded, each["message"]


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_preview_becomes_this_comment(name: str, snapshot: SnapshotAssertion) -> None:
    told = to_markdown(digest(read_preview(RECORDED[name])))

    assert told == snapshot(extension_class=Markdown, name=name)


@pytest.mark.parametrize("name", RECORDED)
def test_every_form_tells_the_verdict_and_every_key(name: str) -> None:
    digested = digest(read_preview(RECORDED[name]))

    text, machine = to_text(digested), json.loads(to_json(digested))

    assert " ".join(text.split()).startswith(f"Keyswitch: {digested.verdict}.")
    assert machine["verdict"] == digested.verdict
    assert len(machine["keys"]) == len(digested.rows)
    for row in digested.rows:
        assert row.access_key_id in text.replace("\n", "")
    assert "correct-horse" not in text + to_json(digested) + to_markdown(digested)


def key_step(number: int, op: str = "update", **fields: Any) -> dict[str, Any]:
    key = f"AKIAEXAMPLE{number:09d}"
    inputs = {"access_key_id": key, "user_name": f"user-{number}", "status": "Inactive", **fields}
    old = {**inputs, "status": "Active"}
    return {
        "op": op,
        "urn": f"urn:pulumi:test::project::{KEY_TYPE}::key-{number}",
        "oldState": {"inputs": old, "outputs": old},
        "newState": {"inputs": inputs},
    }


def preview(*steps: dict[str, Any], **more: Any) -> str:
    return json.dumps({"steps": list(steps), "changeSummary": {"update": len(steps)}, **more})


def told(entry: type[Message], severity: str = "info", **values: str) -> dict[str, str]:
    key = Attempt("", "AKIAEXAMPLE000000001", "user-1")
    text = line(entry.of(values), key)
    return {"urn": key_step(1)["urn"], "severity": severity, "message": text}


def test_a_thousand_keys_fit_a_comment_and_what_is_left_out_is_counted() -> None:
    why = "x" * 200
    digested = digest(read_preview(preview(*(key_step(n, reason=why) for n in range(1000)))))

    told = to_markdown(digested)

    assert len(told) <= COMMENT_BYTES
    assert told.startswith("**Keyswitch: 1000 keys to deactivate.**")
    shown = len(re.findall(r"^\| `AKIA", told, re.MULTILINE))
    assert f"… and {1000 - shown} more keys" in told
    assert shown > 200
    assert told.rstrip().endswith(hidden_marker("project/test"))
    assert len(re.findall("to deactivate|declared", to_markdown(digested, 10_000_000))) > 1000


def test_a_limit_counts_bytes_and_the_text_has_none() -> None:
    digested = digest(read_preview(preview(*(key_step(n, reason="→" * 200) for n in range(300)))))

    told = to_markdown(digested)

    assert COMMENT_BYTES - 1000 < len(told.encode()) <= COMMENT_BYTES
    assert "`keyswitch digest --format text` lists them all." in told
    assert len(re.findall("→" * 200, to_text(digested, width=1000))) == 300


def test_a_reason_cannot_leave_its_cell_nor_become_markdown() -> None:
    reason = "a|b `c` <img src=x> @team [x](y)\n| new | row |"

    told = to_markdown(digest(read_preview(preview(key_step(1, reason=reason)))))

    (row,) = [line for line in told.splitlines() if line.startswith("| `AKIA")]
    assert "`a\\|b 'c' <img src=x> @team [x](y) \\| new \\| row \\|`" in row
    assert len(re.findall(r"(?<!\\)\|", row)) == 6


def test_a_secret_in_the_wrong_place_is_not_repeated() -> None:
    log = {"urn": "", "severity": "error", "message": f"error: boom {SECRET}\nmore {SECRET}"}
    pasted = key_step(1, reason=f"key is {SECRET}", user_name=SECRET)
    pasted["urn"] = pasted["urn"].replace("key-1", SECRET)
    text = preview(pasted, diagnostics=[log])

    digested = digest(read_preview(text))

    for form in (to_markdown, to_text, to_json):
        assert SECRET not in form(digested)
        assert "[redacted]" in form(digested)
    assert digested.failed


def test_a_key_that_only_gets_another_name_is_no_key_let_go() -> None:
    new = {**key_step(1, "create"), "oldState": None}
    old = {**key_step(1, "delete"), "newState": None}
    old["urn"] = old["urn"].replace("key-1", "old-name")

    (row,) = digest(read_preview(preview(new, old))).rows

    assert row.name == "key-1"
    assert row.outcome is Outcome.NOT_LOOKED_AT


BY_POLICY = Outcome.CHANGED_ON_DESTROY


@pytest.mark.parametrize(
    ("recorded", "outcome", "step"),
    [
        ({"on_destroy": "leave"}, Outcome.NO_LONGER_DECLARED, "Active"),
        ({"on_destroy": "deactivate"}, BY_POLICY, "Active → Inactive"),
        ({"on_destroy": "deactivate", "status": "Inactive"}, BY_POLICY, "Inactive"),
        ({"on_destroy": "deactivate", "status": "Deleted"}, Outcome.NO_LONGER_DECLARED, "Deleted"),
        ({"on_destroy": "restore", "adopted_status": "Inactive"}, BY_POLICY, "Active → Inactive"),
        ({"on_destroy": "restore", "adopted_status": "Active"}, BY_POLICY, "Active"),
        (
            {"on_destroy": "restore", "adopted_status": "Expired"},
            Outcome.NO_LONGER_DECLARED,
            "Active",
        ),
        (
            {
                "on_destroy": "restore",
                "adopted_status": "Active",
                "status": "Inactive",
                "override": "leaked",
            },
            Outcome.NO_LONGER_DECLARED,
            "Inactive",
        ),
        (
            {
                "on_destroy": "restore",
                "adopted_status": "Active",
                "status": "Inactive",
                "active_until": "2026-01-31",
            },
            Outcome.NO_LONGER_DECLARED,
            "Inactive",
        ),
    ],
)
def test_a_key_that_is_taken_out_goes_as_on_destroy_says(
    recorded: dict[str, str], outcome: Outcome, step: str
) -> None:
    taken_out = key_step(1, "delete", **recorded)
    taken_out["oldState"]["outputs"]["status"] = recorded.get("status", "Active")

    (row,) = digest(read_preview(preview(taken_out))).rows
    assert (row.outcome, change(row)) == (outcome, step)

    taken_out["oldState"]["retainOnDelete"] = True
    (row,) = digest(read_preview(preview(taken_out))).rows
    assert row.outcome is Outcome.NO_LONGER_DECLARED


ON = told(catalogue.ChangedAsDeclared, change="activated")
OFF = told(catalogue.ChangedAsDeclared, change="deactivated")


@pytest.mark.parametrize(
    ("fields", "said", "outcome", "step"),
    [
        ({"status": "[secret]"}, None, Outcome.NOT_LOOKED_AT, "Active"),
        (
            {"status": "[secret]"},
            ON,
            Outcome.ACTIVATED,
            "Inactive → Active",
        ),
        ({"status": "Active"}, ON, Outcome.ACTIVATED, "Inactive → Active"),
        (
            {"status": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"},
            told(catalogue.NotLookedAt, "warning", properties="status"),
            Outcome.NOT_LOOKED_AT,
            "Active",
        ),
        (
            {},
            told(
                catalogue.Overridden,
                "warning",
                safeguards="none",
                override="it goes from Inactive to Inactive: fine",
            ),
            Outcome.DEACTIVATED,
            "Active → Inactive",
        ),
    ],
)
def test_what_a_message_tells_of_the_live_key_goes_before_what_the_steps_do(
    fields: dict[str, str], said: dict[str, str] | None, outcome: Outcome, step: str
) -> None:
    changed = key_step(1)
    changed["newState"]["inputs"].update(fields)
    text = preview(changed, diagnostics=[said] if said else [])

    digested = digest(read_preview(text))

    (row,) = digested.rows
    assert (row.outcome, change(row)) == (outcome, step)
    assert not digested.verdict.startswith("no key is switched")


SECRET_ID = {"access_key_id": "[secret]", "on_destroy": "deactivate"}


def test_a_secret_id_hides_no_key_that_is_let_go() -> None:
    taken_out, other = key_step(1, "delete", **SECRET_ID), key_step(2, **SECRET_ID)

    rows = digest(read_preview(preview(taken_out, other))).rows

    assert {row.name for row in rows} == {"key-1", "key-2"}


def test_a_replacement_lets_the_old_key_go_also_where_both_ids_are_secrets() -> None:
    replaced = key_step(1, "replace", **SECRET_ID)
    replaced["oldState"]["id"] = "AKIAEXAMPLEOLD000000"

    rows = digest(read_preview(preview(replaced))).rows

    assert [(row.access_key_id, row.outcome) for row in rows] == [
        ("AKIAEXAMPLEOLD000000", BY_POLICY),
        ("", Outcome.NOT_LOOKED_AT),
    ]


def test_a_replacement_by_the_same_key_lets_nothing_go() -> None:
    (row,) = digest(read_preview(preview(key_step(1, "replace")))).rows

    assert row.outcome is Outcome.NOT_LOOKED_AT


def test_an_on_destroy_that_is_not_told_is_not_taken_for_none() -> None:
    taken_out = key_step(1, "delete", on_destroy="[secret]")

    (row,) = digest(read_preview(preview(taken_out))).rows

    assert (row.outcome, change(row)) == (BY_POLICY, "Active")
    assert "its on_destroy is a secret here" in row.why


DRIFTED = told(
    catalogue.Drifted,
    observed="Active",
    declared="Inactive",
    corrects="The next update deactivates",
)
OVERRIDDEN = told(catalogue.Overridden, "warning", safeguards="unused_for", override="INC-1")
LAST = told(catalogue.NoOtherActiveKey, "warning", others="there is no other")
UNSEEN = told(catalogue.LastUseNotSeen, "warning", reason="timed out")


@pytest.mark.parametrize("main", [DRIFTED, OFF])
def test_every_warning_stands_in_the_row_of_a_switch(main: dict[str, str]) -> None:
    step = key_step(1, reason="rotated")

    (row,) = digest(read_preview(preview(step, diagnostics=[main, OVERRIDDEN, LAST, UNSEEN]))).rows

    assert row.why.startswith("override: INC-1; ")
    assert row.why.endswith("; the user's last Active key")
    assert ("rotated" in row.why) is (main is not DRIFTED)
    assert row.last_use == "unknown"


def test_of_others_errors_only_who_failed_is_told() -> None:
    db = "urn:pulumi:t::p::aws:rds/instance:Instance::db"
    ours = line(catalogue.BadEntries(count="1 problem"))
    errors = [
        {"urn": db, "severity": "error", "message": "error: password 'hunter2' is too short"},
        {"urn": "", "severity": "error", "message": "error: boom hunter2"},
        {"urn": "", "severity": "error", "message": "error: KS116 hunter2 has problems."},
        {"urn": "", "severity": "error", "message": f"error: {ours}"},
    ]

    digested = digest(read_preview(preview(diagnostics=errors)))

    assert digested.errors == (
        "db (aws:rds/instance:Instance) failed",
        "the program, or the engine, failed",
        ours,
    )
    assert "hunter2" not in to_markdown(digested) + to_json(digested)


@pytest.mark.parametrize("exit_code", [0, 7, 1, 255])
def test_a_failure_that_the_output_does_not_tell_is_told_by_the_exit_code(
    exit_code: int,
) -> None:
    digested = digest(read_preview(preview(key_step(1))), exit_code)
    failed = exit_code in (1, 255)

    comment = to_markdown(digested)

    assert digested.failed is failed
    assert comment.startswith("**Keyswitch: the preview failed, so nothing can") is failed
    assert (
        "A policy was violated or the program failed; this output does not say which." in comment
    ) is failed


def test_half_a_character_is_replaced_so_that_it_can_be_printed() -> None:
    text = preview(key_step(1, reason="x")).replace('"reason": "x"', '"reason": "\\ud83d"')

    assert "declared: `?`" in to_markdown(digest(read_preview(text)))


def test_a_change_of_anything_but_the_status_is_a_record() -> None:
    step = key_step(1)
    step["oldState"] = {"inputs": {**step["newState"]["inputs"], "reason": "before"}}

    digested = digest(read_preview(preview(step)))

    assert digested.rows[0].outcome is Outcome.RECORDED
    assert digested.verdict == "no status changes: 1 key recorded only"


def test_a_row_names_what_else_a_change_takes_away() -> None:
    step = key_step(1, reason="rotated", on_destroy="restore")
    step["oldState"]["inputs"].update(on_destroy="deactivate", safeguards={"keep_one_active": True})
    unswitched = json.loads(json.dumps(step))
    unswitched["oldState"]["outputs"]["status"] = "Inactive"
    unswitched["oldState"]["inputs"]["status"] = "Inactive"

    for changed, why in (
        (step, "rotated; changes on_destroy, safeguards"),
        (unswitched, "changes on_destroy, safeguards; rotated"),
    ):
        (row,) = digest(read_preview(preview(changed))).rows
        assert row.why == why


WITHDRAWN = [
    ({"override": "INC-1"}, {}, "override withdrawn"),
    ({"override": "[secret]"}, {"reason": "over"}, "override withdrawn"),
    ({"override": "INC-1", "on_destroy": "leave"}, {}, "override withdrawn; changes on_destroy"),
    ({"override": "INC-1"}, {"override": "INC-2"}, "changes override"),
    ({"override": "INC-1"}, {"override": UNKNOWN}, "changes override"),
    ({}, {"override": "INC-1"}, "changes override"),
]


@pytest.mark.parametrize(("old", "new", "told"), WITHDRAWN)
@pytest.mark.parametrize("switches", [True, False])
def test_an_override_that_is_taken_out_is_told_as_withdrawn(
    old: dict[str, str],
    new: dict[str, str],
    told: str,
    switches: bool,  # noqa: FBT001 - a row of the table
) -> None:
    key = key_step(1)["newState"]["inputs"]["access_key_id"]
    status = "Active" if switches else "Inactive"
    was = {"access_key_id": key, "status": "Inactive", **old}
    single = {
        "op": "update",
        "urn": key_step(1)["urn"],
        "oldState": {"inputs": was, "outputs": was},
        "newState": {"inputs": {"access_key_id": key, "status": status, **new}},
    }
    fleet = {
        "op": "update",
        "urn": f"urn:pulumi:test::project::{FLEET_TYPE}::all",
        "oldState": {
            "inputs": {"statuses": {key: "Inactive"}, "keys": {key: old}},
            "outputs": {"statuses": {key: "Inactive"}, "records": {}},
        },
        "newState": {"inputs": {"statuses": {key: status}, "keys": {key: new}}},
    }

    for step in (single, fleet):
        (row,) = digest(read_preview(preview(step))).rows
        assert row.outcome is (Outcome.ACTIVATED if switches else Outcome.RECORDED)
        assert told in row.why
        assert ("withdrawn" in row.why) is ("withdrawn" in told)
        assert ("changes override" in row.why) is ("changes override" in told)


ENDS = [
    (["error: Resource monitor has terminated, shutting down\n"], True),
    (["error: Program failed with an unhandled exception:\nTraceback ...\n"], True),
    (["error: an unhandled error occurred: program exited with non-zero exit code: 1\n"], False),
    (["error: preview failed\n"], False),
    ([], False),
]


@pytest.mark.parametrize(("ends", "is_cut_short"), ENDS)
def test_a_preview_that_ends_early_says_that_others_were_not_judged(
    ends: list[str],
    is_cut_short: bool,  # noqa: FBT001 - a row of the table
) -> None:
    key = key_step(1)
    attempt = Attempt("adopting", key["newState"]["inputs"]["access_key_id"])
    refusal = line(catalogue.ExpiredButActive(), attempt)
    diagnostics = [{"urn": key["urn"], "severity": "error", "message": f"error: {refusal}"}]
    diagnostics += [{"urn": "", "severity": "error", "message": each} for each in ends]

    told = digest(read_preview(preview(key, diagnostics=diagnostics)))

    assert told.is_cut_short is json.loads(to_json(told))["is_cut_short"] is is_cut_short
    assert told.verdict.startswith("the preview failed, so nothing can be applied: 1 key refused")
    assert told.verdict.endswith("1 key refused, others not judged") is is_cut_short
    early = "Keys that are neither named nor counted here were not judged"
    for form in (to_markdown(told), to_text(told)):
        assert (early in form) is is_cut_short


def test_a_preview_of_which_every_key_was_judged_does_not_say_that_some_were_not() -> None:
    for name in ("refused", "fleet_refused", "violated", "declared"):
        assert not digest(read_preview(RECORDED[name])).is_cut_short


PROTECTED = [
    ("delete", '", {urn}" cannot be deleted\nbecause it is protected.', ""),
    ("replace", 'unable to replace resource "{urn}" as it is marked for protection.', "urn"),
]


@pytest.mark.parametrize(("op", "text", "told_of"), PROTECTED)
def test_a_protected_key_is_told_as_one_that_fails_and_as_nothing_else(
    op: str, text: str, told_of: str
) -> None:
    step = key_step(1, op, on_destroy="deactivate")
    message = {"severity": "error", "message": text.format(urn=step["urn"])}
    if told_of:
        message["urn"] = step["urn"]
    step["oldState"]["inputs"]["access_key_id"] = "AKIAEXAMPLEOLD000000"

    digested = digest(read_preview(preview(step, diagnostics=[message])))

    (row,) = digested.rows
    assert (row.outcome, row.why) == (
        Outcome.FAILED,
        "the resource is protected: remove protect first",
    )
    assert (change(row), digested.errors) == ("Active", ())
    assert digested.verdict.endswith("1 key failed")


def test_an_op_that_is_not_known_counts_as_a_change_of_the_others() -> None:
    other = {"op": "transmogrify", "urn": "urn:pulumi:test::project::acme:index:Thing::it"}

    assert digest(read_preview(preview(other))).others == {"transmogrify": 1}


def test_ids_are_shortened_unless_two_would_look_the_same() -> None:
    ids = ["AKIAAAAAAAAAAAAA0001", "AKIABBBBBBBBBBBB0001", "AKIACCCCCCCCCCCC0002"]

    assert list(shortened(ids).values()) == [*ids[:2], "AKIA…0002"]


def test_lines_before_the_json_are_passed_over() -> None:
    assert digest(read_preview(f"warning: old\n{preview(key_step(1))}\n")).rows


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("error: no stack", "no JSON in it"),
        ('{"steps": [', "not JSON, or cut off"),
        ("{}", "neither steps nor diagnostics nor a changeSummary in it"),
        ('{"steps": {}}', "steps is not a list of maps"),
        ('{"steps": [{"op": "same"}]}', "step 1 has no urn"),
        (
            '{"steps": [{"op": "same", "urn": "x", "newState": []}]}',
            "newState of step 1 is not a map",
        ),
        ('{"diagnostics": [{"message": "x"}]}', "diagnostic 1 has no severity"),
        ('{"changeSummary": []}', "changeSummary of it is not a map"),
        ('{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_preview_is_refused_by_what_is_wrong_with_it(text: str, problem: str) -> None:
    with pytest.raises(KeyswitchError) as raised:
        read_preview(text)

    assert raised.value.code == "KS701"
    assert problem in str(raised.value)
