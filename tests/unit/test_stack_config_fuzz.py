"""Any text as a stack's config: read, added to and read again, or told of; never harmed."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from keyswitch.cli.check_file import check_file
from keyswitch.cli.stack_config import StackConfig
from keyswitch.cli.yaml_edit import data_of
from keyswitch.messages.format import KeyswitchError
from support.fuzz import for_a_while
from support.stack_exports import read_export

KEY = "AKIAI44QH8DHBEXAMPLE"
ENTRY = {"userName": "bob", "status": "Active"}
LINES = (
    "config:",
    "config: {}",
    "  keyswitch:keys:",
    "  keyswitch:keys: {}",
    "  keyswitch:rotations: {bob: {userName: bob, current: AKIAIOSFODNN7EXAMPLE}}",
    "  keyswitch:rotations: {bob: {secure: v1:abc}}",
    "  keyswitch:exceptions: [{user: bob}, x]",
    '  "keyswitch:keys":',
    "    AKIAIOSFODNN7EXAMPLE:",
    "    AKIAIOSFODNN7EXAMPLE: {status: Inactive}",
    "    AKIAIOSFODNN7EXAMPLE: &it",
    "      status: Inactive # OPS-1",
    "      reason: |",
    "        two",
    "      <<: *it",
    "  aws:region: eu-west-1",
    "  keyswitch:defaults: {account: shop}",
    "  keyswitch:accounts: {shop: {profile: shop}}",
    "    secure: v1:abc",
    "  2001-01-01: a date",
    "  - item",
    "# a comment",
    "",
    "---",
    "...",
    "\t",
    "encryptionsalt: v1:x",
    "environment: [aws/prod]",
    "key: [1, {a: b}]",
)
TEXTS = st.one_of(
    st.lists(st.sampled_from(LINES), max_size=12).map("\n".join),
    st.lists(st.sampled_from(LINES), max_size=12).map("\r\n".join),
    st.text(max_size=60),
)


@for_a_while
@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_whatever_the_text_is_added_to_as_wanted_or_left_as_it_is(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Pulumi.prod.yaml"
        path.write_bytes(text.encode("utf-8", "replace"))
        before = path.read_bytes()
        try:
            config = StackConfig(path)
            config.setting("aws:region")
            config.check_that_it_takes_entries(None)
            added = config.add({KEY: ENTRY})
        except KeyswitchError:
            assert path.read_bytes() == before
            return
        after = path.read_bytes()
        assert data_of(after.decode())["config"]["keyswitch:keys"][KEY] == ENTRY
        assert added == [KEY]
        kept = [line.strip() for line in before.decode().splitlines() if line.strip()]
        now = after.decode()
        for line in kept:
            assert line in now or line.replace(" {}", "") in now, "every line stays"


@for_a_while
@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_whatever_the_text_is_it_is_checked_and_every_problem_has_a_place_in_it(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Pulumi.prod.yaml"
        path.write_bytes(text.encode("utf-8", "replace"))

        lines = max(1, len(text.splitlines()) + 1)
        for problem in check_file(path).problems:
            assert problem.text.startswith(problem.code)
            assert 1 <= problem.position.line <= lines


@for_a_while
@settings(max_examples=75, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=10),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["deployment", "resources", "urn", "outputs", "id", "delete", "keys"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_the_export_is_it_is_read_or_told_of(whole: object) -> None:
    with suppress(KeyswitchError):
        read_export(json.dumps(whole), "123456789012")
