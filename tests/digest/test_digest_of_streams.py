"""The digest of what a preview streams: the same as of its document, and the policies that it goes against."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from digest.test_digest import KEY_TYPE, OFF, PREVIEWS, RECORDED, Markdown, key_step
from digest.test_digest_fuzz import ANYTHING, DIAGNOSTICS, STATES, URNS, digested
from keyswitch.messages.format import KeyswitchError
from keyswitch.report.digest import Digest, digest
from keyswitch.report.digest_formats import to_json, to_markdown, to_text
from keyswitch.report.preview_json import read_preview
from keyswitch.report.rows import Outcome
from support.fuzz import for_a_while

STREAMED = {path.stem: path.read_text() for path in sorted(PREVIEWS.glob("*.jsonl"))}
BOB = f"urn:pulumi:test::project::{KEY_TYPE}::bob"


def digest_of(text: str) -> Digest:
    return digest(read_preview(text))


def without_ids(found: Digest) -> Digest:
    """The recordings number the ids in the order in which they come."""
    rows = [replace(row, access_key_id="") for row in found.rows]
    return replace(found, rows=tuple(sorted(rows, key=str)), violations=None, errors=())


def stream(*events: dict[str, Any], end: bool = True) -> str:
    every = [*events, *([{"cancelEvent": {}}] if end else [])]
    lines = (json.dumps({"sequence": n, "timestamp": 1, **each}) for n, each in enumerate(every))
    return "\n".join(lines) + "\n"


def step(bag: dict[str, Any], event: str = "resourcePreEvent") -> dict[str, Any]:
    states = {"old": bag.get("oldState"), "new": bag.get("newState")}
    return {event: {"metadata": {"op": bag["op"], "urn": bag["urn"], **states}, "planning": True}}


def policy(level: str = "mandatory", **more: Any) -> dict[str, Any]:
    told = {"resourceUrn": BOB, "policyName": "has-a-reason", "policyPackName": "keys"}
    return {"policyEvent": {**told, "message": "hunter2", "enforcementLevel": level, **more}}


@pytest.mark.parametrize("name", STREAMED)
def test_a_stream_is_digested_as_the_document_of_the_same_preview(name: str) -> None:
    of_stream, of_document = digest_of(STREAMED[name]), digest_of(RECORDED[name])

    assert without_ids(of_stream) == without_ids(of_document)
    if name != "violated":
        assert of_stream.errors == of_document.errors
    assert "correct-horse" not in to_json(of_stream) + to_text(of_stream)


def test_a_violated_policy_is_named_with_its_resource(snapshot: SnapshotAssertion) -> None:
    told = to_markdown(digest_of(STREAMED["violated"]))

    assert told == snapshot(extension_class=Markdown, name="violated-stream")
    assert "the policy active-needs-a-reason of the pack access-keys is violated by bob" in told


def test_a_document_says_that_a_policy_may_be_violated_and_how_to_find_out_which() -> None:
    told = digest_of(RECORDED["violated"])

    assert (told.failed, told.errors, told.violations) == (True, (), None)
    assert "A policy was violated or the program failed" in to_markdown(told)
    assert "PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true" in to_text(told)
    assert json.loads(to_json(told))["policy_violations"] is None


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (policy(), "the policy has-a-reason of the pack keys is violated by bob (AKIAEXAMPLE000000001)"),
        (policy(policyPackName=None), "the policy has-a-reason is violated by bob (AKIAEXAMPLE000000001)"),
        (policy(resourceUrn=None), "the policy has-a-reason of the pack keys is violated by the stack"),
        (
            policy(resourceUrn="urn:pulumi:t::p::aws:iam/user:User::eve"),
            "the policy has-a-reason of the pack keys is violated by eve (aws:iam/user:User)",
        ),
        (policy("advisory"), None),
        (policy("warning"), None),
        (policy(exceptions=[{"id": "EXC-1", "reason": "so"}]), None),
    ],
)  # fmt: skip
def test_only_a_policy_that_must_be_kept_fails_a_preview(
    event: dict[str, Any], told: str | None
) -> None:
    bag = {**key_step(1), "urn": BOB}
    result = "failed" if told else "succeeded"

    found = digest_of(stream(step(bag), event, event, {"summaryEvent": {"result": result}}))

    assert found.errors == ((told,) if told else ())
    assert found.failed is bool(told)
    assert found.verdict.startswith(
        "the preview failed, so nothing can be applied: 1 policy v"
    ) is (bool(told))
    assert "hunter2" not in to_json(found)


def test_a_stream_that_failed_without_a_word_says_only_that() -> None:
    found = digest_of(stream(step(key_step(1)), {"summaryEvent": {"result": "failed"}}))

    assert found.failed
    assert "STREAMING" not in to_markdown(found)
    assert "`pulumi preview` without `--json` prints the rest." in to_markdown(found)


def test_a_secret_of_a_stream_is_one_that_is_not_told() -> None:
    hidden = {"4dabf18193072939515e22adb298388d": "1b47", "ciphertext": "[secret]"}
    bag = key_step(1, "delete", on_destroy=hidden)

    (row,) = digest_of(stream(step(bag))).rows

    assert row.outcome is Outcome.CHANGED_ON_DESTROY
    assert "its on_destroy is a secret here" in row.why


def test_what_a_refresh_finds_takes_the_place_of_its_step() -> None:
    found = key_step(1, "delete")
    refreshing = {**found, "op": "refresh"}

    before = digest_of(stream(step(refreshing)))
    after = digest_of(stream(step(refreshing), step(found, "resOutputsEvent")))

    assert before.rows == ()
    assert [row.outcome for row in after.rows] == [Outcome.NO_LONGER_DECLARED]


def test_colours_debugging_and_lines_between_are_passed_over() -> None:
    ours = OFF["message"]
    told = {"urn": key_step(1)["urn"], "severity": "warning"}
    coloured = {
        "prefix": "\x1b[33mwarning: \x1b[0m",
        "message": f"<{{%reset%}}>{ours}<{{%reset%}}>\n",
    }
    debugging = {"severity": "debug", "message": "KS611 debugging"}
    text = stream(
        step(key_step(1)),
        {"diagnosticEvent": {**told, **coloured}},
        {"diagnosticEvent": {**told, **debugging}},
        {"diagnosticEvent": {**told, "severity": "error", "message": "x", "ephemeral": True}},
    )
    noisy = "warning: old\n" + text.replace("\n", "\nnoise\n")

    (row,) = digest_of(noisy).rows

    assert (row.outcome, row.code) == (Outcome.DEACTIVATED, "KS219")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (stream(step(key_step(1)), end=False), "not JSON, or cut off"),
        (stream(step(key_step(1)))[:-20], "not JSON, or cut off"),
        (stream({"policyLoadEvent": {}}), "neither steps nor diagnostics"),
        (stream({"resourcePreEvent": {"metadata": {}}}), "step 1 has no urn"),
        (stream({"policyEvent": {"enforcementLevel": "mandatory"}}, {"summaryEvent": {}}), "policyName"),
    ],
)  # fmt: skip
def test_what_is_no_whole_stream_is_refused_by_what_is_wrong_with_it(
    text: str, problem: str
) -> None:
    with pytest.raises(KeyswitchError, match="KS701") as raised:
        read_preview(text)

    assert problem in str(raised.value)


EVENTS = st.one_of(
    st.fixed_dictionaries(
        {
            name: st.fixed_dictionaries(
                {
                    "metadata": st.fixed_dictionaries(
                        {
                            "op": st.sampled_from(
                                ["create", "update", "delete", "refresh", "same"]
                            ),
                            "urn": URNS,
                            "old": STATES,
                            "new": STATES,
                        }
                    )
                    | ANYTHING
                }
            )
            | ANYTHING
        }
    )
    for name in ("resourcePreEvent", "resOutputsEvent")
) | st.one_of(
    st.fixed_dictionaries({"diagnosticEvent": DIAGNOSTICS | ANYTHING}),
    st.fixed_dictionaries({"summaryEvent": ANYTHING}),
    st.fixed_dictionaries({"policyEvent": st.just(policy()["policyEvent"]) | ANYTHING}),
    st.just({"policyLoadEvent": {}}),
)


@for_a_while
@settings(max_examples=50, deadline=None)
@given(st.lists(EVENTS, max_size=8), st.booleans())
def test_a_stream_with_anything_in_it_is_digested_or_refused(
    events: list[dict[str, Any]],
    ends: bool,  # noqa: FBT001 - drawn
) -> None:
    digested(stream(*events, end=ends))
