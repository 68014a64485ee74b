"""What a digest or a report repeats steers no terminal, no reader's eye and no runner."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.test_digest import KEY_TYPE, key_step, preview
from keyswitch.iam.client import AccessKey, LastUsed
from keyswitch.model.durations import iso
from keyswitch.model.status import ObservedStatus, Status
from keyswitch.report.audit import Question
from keyswitch.report.audit_csv import to_csv
from keyswitch.report.audit_findings import AccountToAudit, audit_of
from keyswitch.report.audit_json import to_json as audit_to_json
from keyswitch.report.audit_markdown import to_markdown as audit_to_markdown
from keyswitch.report.audit_ocsf import to_ocsf
from keyswitch.report.audit_page import to_html
from keyswitch.report.audit_table import to_table
from keyswitch.report.controls.control import Evidence
from keyswitch.report.digest import digest
from keyswitch.report.digest_formats import to_json, to_markdown, to_text
from keyswitch.report.expected_keys import ExpectedKey
from keyswitch.report.inventory import Inventory, SeenKey, SeenUser
from keyswitch.report.preview_json import read_preview

NOW = datetime.now(timezone.utc)
NASTY = {
    "ESC": "\x1b[2J\x1b[31mred",
    "OSC 8": "\x1b]8;;http://evil\x07text\x1b]8;;\x07",
    "CSI of eight bits": "\x9b2J",
    "from right to left": "abc\u202egnp.exe",
    "isolated": "\u2066x\u2069",
    "no width": "pass\u200bword",
    "a line of Unicode's": "a\u2028::add-mask::b",
    "a command of the runner's": "x ::add-mask::y",
    "an old command": "x ##[command]rm ##[group]",
    "a command of a pipeline's": "##vso[task.setvariable variable=x]y",
    "a section of GitLab's": "\rsection_start:1:x\r\x1b[0K",
    "many": "w " * 50 + "::error::z " * 20,
    "no command that is known": "w " * 50 + "::x::y " * 20,
    "one long word": "w" * 118 + "::error::z",
    "a line": "a\n::add-mask::b\r\n##[error]c",
}


def texts_of_digest(text: str, width: int) -> list[str]:
    step = key_step(1, reason=text, user_name=text)
    step["oldState"]["outputs"]["status"] = text
    named = key_step(2)
    named["urn"] = f"urn:pulumi:test::project::{KEY_TYPE}::{text}"
    named["newState"]["inputs"]["access_key_id"] = text
    other = {"op": text or "odd", "urn": f"urn:pulumi:test::project::acme:index:Thing::{text}"}
    failing = {"urn": other["urn"], "severity": "error", "message": text}
    found = digest(read_preview(preview(step, named, other, diagnostics=[failing])))
    return [to_markdown(found), to_text(found, width), to_json(found)]


def texts_of_audit(text: str, width: int) -> list[str]:
    key = AccessKey("AKIAIOSFODNN7EXAMPLE", text, ObservedStatus.ACTIVE, iso(NOW))
    used = LastUsed(text, iso(NOW), text, text)
    inventory = Inventory((SeenUser(text, (SeenKey(key, used),), (text,)),), NOW, is_complete=True)
    expected = {text: ExpectedKey(text, text, Status.ACTIVE)}
    evidence = Evidence(inventory, expected, NOW)
    account = AccountToAudit("123456789012", evidence, text, text)
    audited = audit_of([account], (), Question(asked_by=text, against=text), NOW)
    return [
        to_table(audited, width),
        audit_to_markdown(audited),
        to_html(audited),
        audit_to_json(audited),
        to_csv(audited),
        to_ocsf(audited),
    ]


def steering(told: str) -> list[str]:
    """What of a text a terminal, a reader's eye or a runner would follow."""
    hidden = [c for c in told if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]
    lines = [line for line in told.splitlines() if re.match(r"\s*::(?:add-mask|error|x)", line)]
    return [*hidden, *lines, *re.findall(r"##(?:\[|vso\[)", told, re.IGNORECASE)]


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_what_steers_is_shown_and_not_followed(text: str, width: int) -> None:
    for told in (*texts_of_digest(text, width), *texts_of_audit(text, width)):
        assert steering(told) == []


def test_a_character_that_cannot_be_seen_is_shown_as_its_escape() -> None:
    step = key_step(1, reason="\x1b[2J, \x9b and \u202e")

    (row,) = digest(read_preview(preview(step))).rows

    assert row.why == r"\x1b[2J, \x9b and \u202e"


def test_json_of_an_audit_keeps_every_value_as_it_was() -> None:
    text = "x ##[command]y ##vso[z]w \x9b"
    told = texts_of_audit(text, 80)[3]

    assert json.loads(told)["keys"][0]["user_name"] == text


@settings(max_examples=150, deadline=None)
@given(
    st.text(st.sampled_from(":#[]vso w\n\r\t\x1b\x9b\u202e\u2028\u200b|`")) | st.text(),
    st.integers(40, 130),
)
def test_whatever_a_text_holds_nothing_of_it_is_followed(text: str, width: int) -> None:
    for told in (*texts_of_digest(text, width), *texts_of_audit(text, width)):
        assert steering(told) == []
