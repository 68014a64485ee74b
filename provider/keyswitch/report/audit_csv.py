"""An audit as an evidence pack in CSV: a row for each key and control, passed, found or not checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from keyswitch.messages.printable import printable
from keyswitch.model.durations import iso
from keyswitch.report.audit import Audit, AuditedFinding, AuditedKey
from keyswitch.report.controls.control import Control

COLUMNS: Final = (
    "account",
    "key",
    "user",
    "status",
    "age_days",
    "last_use",
    "declared_status",
    "declared_by",
    "reason",
    "control",
    "severity",
    "verdict",
    "finding",
    "exception",
    "approver",
    "until",
    "asked_at",
    "asked_by",
)
PASSED: Final = "passed"
NOT_CHECKED: Final = "not checked"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def to_csv(audit: Audit) -> str:
    """A line of titles and, for each key and each control about keys, one row; then what is about no key.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    asked = (iso(audit.at), audit.question.asked_by)
    for row in _rows(audit):
        writer.writerow([_safe(cell) for cell in (*row, *asked)])
    return text.getvalue()


def _rows(audit: Audit) -> Iterator[tuple[str, ...]]:
    shown: set[int] = set()
    about_keys = [control for control in audit.controls if control.is_about_keys]
    for key in audit.keys:
        for control in about_keys:
            found = [each for each in key.findings if each.control is control]
            shown.update(id(each) for each in found)
            for finding in found:
                yield (*_key_cells(key), *_finding_cells(finding))
            if not found:
                yield (*_key_cells(key), *_not_found(key, control))
    for finding in audit.findings:
        if id(finding) not in shown:
            yield (*_subject_cells(finding), *_finding_cells(finding))


def _key_cells(key: AuditedKey) -> tuple[str, ...]:
    used = key.seen.used
    last_use = "not reported" if used is None else used.date or "never"
    return (
        key.account_id,
        key.access_key_id,
        key.user.user_name,
        str(key.seen.key.status),
        "" if key.age_days is None else str(key.age_days),
        last_use,
        key.declared,
        key.declared_by,
        key.reason,
    )


def _subject_cells(finding: AuditedFinding) -> tuple[str, ...]:
    return (finding.account_id, finding.access_key_id, finding.user_name, *("",) * 6)


def _not_found(key: AuditedKey, control: Control) -> tuple[str, ...]:
    verdict = NOT_CHECKED if control.name in key.not_checked else PASSED
    return (control.name, str(control.severity), verdict, "", "", "", "")


def _finding_cells(finding: AuditedFinding) -> tuple[str, ...]:
    excepted = finding.exception
    return (
        finding.control.name,
        str(finding.severity),
        str(finding.verdict),
        f"{finding.message.code} {finding.message.cause}"
        + (f"; {finding.because}" if finding.because and excepted is None else ""),
        f"{excepted.about}: {excepted.reason}" if excepted else "",
        excepted.approved_by if excepted else "",
        str(excepted.until) if excepted else "",
    )


def _safe(cell: str) -> str:
    text = printable(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
