"""Whatever JSON the digest is given, it answers or refuses; and what it prints is a table still."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from keyswitch.messages.catalogue import ALL
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.urn import KEY_TYPE
from keyswitch.report.digest import digest
from keyswitch.report.digest_formats import to_json, to_markdown, to_text
from keyswitch.report.markdown import COMMENT_BYTES
from keyswitch.report.preview_json import read_preview
from support.fuzz import for_a_while

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)
URNS = st.sampled_from(
    [
        f"urn:pulumi:test::project::{KEY_TYPE}::bob",
        f"urn:pulumi:test::project::acme:Parent${KEY_TYPE}::alice",
        "urn:pulumi:test::project::pulumi:pulumi:Stack::project-test",
        "urn:pulumi:test::project::acme:index:Thing::it",
        "",
        "::",
    ]
)
MESSAGES = st.builds(
    "{} {}: {}. {}".format,
    st.sampled_from([entry.code for entry in ALL]),
    st.sampled_from(["access key AKIAIOSFODNN7EXAMPLE of user bob", "", "switching"]),
    st.sampled_from([entry.text for entry in ALL]) | st.text(),
    st.text(),
)
BAGS = st.dictionaries(
    st.sampled_from(
        [
            "access_key_id",
            "user_name",
            "status",
            "reason",
            "on_destroy",
            "on_drift",
            "override",
            "safeguards",
            "adopted_status",
        ]
    ),
    st.sampled_from(["Active", "Inactive", "restore", "AKIAIOSFODNN7EXAMPLE"]) | ANYTHING,
)
STATES = (
    st.fixed_dictionaries({}, optional={"inputs": BAGS | ANYTHING, "outputs": BAGS}) | st.none()
)
STEPS = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["create", "update", "delete", "same", "replace", "refresh", "odd"]),
        "urn": URNS,
    },
    optional={"oldState": STATES, "newState": STATES},
)
DIAGNOSTICS = st.fixed_dictionaries(
    {"severity": st.sampled_from(["error", "warning", "info"]) | st.text()},
    optional={"urn": URNS, "message": MESSAGES | st.text()},
)
PREVIEWS = st.fixed_dictionaries(
    {},
    optional={
        "steps": st.lists(STEPS, max_size=8) | ANYTHING,
        "diagnostics": st.lists(DIAGNOSTICS, max_size=8) | ANYTHING,
        "changeSummary": st.dictionaries(st.text(), st.integers()) | ANYTHING,
    },
)


def digested(text: str) -> None:
    """Every form of it, or the one error that it may raise."""
    with suppress(KeyswitchError):
        found = digest(read_preview(text))
        told = to_markdown(found)
        assert len(told) <= COMMENT_BYTES
        for line in told.splitlines():
            assert not line.startswith("| ") or len(re.findall(r"(?<!\\)\|", line)) == 6
        assert to_text(found)
        json.loads(to_json(found))


@for_a_while
@settings(max_examples=100, deadline=None)
@given(PREVIEWS)
def test_a_preview_with_anything_in_it_is_digested_or_refused(preview: dict[str, Any]) -> None:
    digested(json.dumps(preview))


@for_a_while
@settings(max_examples=50, deadline=None)
@given(st.text() | ANYTHING.map(json.dumps))
def test_anything_else_is_digested_or_refused(text: str) -> None:
    digested(text)
