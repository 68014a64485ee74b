"""An audit as JSON: every key, every finding, and what was asked. docs/reference/schemas has its schema."""

from __future__ import annotations

from typing import Any, Final

from keyswitch.model.durations import iso
from keyswitch.report.audit import Audit, AuditedFinding, AuditedKey, Verdict
from keyswitch.report.json_text import json_text

VERSION: Final = 1
"""Of the form: it grows when a field goes or changes its meaning, not when one is added."""


def to_json(audit: Audit) -> str:
    """For a machine. A finding about a declared key that is gone names a key that is not among the keys."""
    question = audit.question
    bag = {
        "version": VERSION,
        "at": iso(audit.at),
        "since": iso(audit.since),
        "asked_by": question.asked_by,
        "against": question.against,
        "max_age": str(question.thresholds.max_age),
        "unused_for": str(question.thresholds.unused_for),
        "fail_on": str(question.fail_on),
        "fails": audit.fails,
        "verdict": audit.verdict,
        "controls": [
            {
                "name": each.name,
                "code": each.finds.code,
                "severity": str(each.severity),
                "checks": each.checks,
                "references": list(map(str, each.references)),
            }
            for each in audit.controls
        ],
        "accounts": [
            {
                "account_id": each.account_id,
                "name": each.name,
                "ou_path": each.ou,
                "users": each.users,
                "keys": each.keys,
                "is_complete": each.is_complete,
                "credential_report": each.report or None,
                "users_passed_over": each.passed_over,
                "open_findings": each.open,
            }
            for each in audit.accounts
        ],
        "keys": [_key(each) for each in audit.keys],
        "findings": [_finding(each) for each in audit.findings],
        "notes": list(audit.notes),
    }
    return json_text(bag)


def _key(key: AuditedKey) -> dict[str, Any]:
    used = key.seen.used
    last_used = None
    if used is not None:
        last_used = {"date": used.date, "service_name": used.service_name, "region": used.region}
    return {
        "account_id": key.account_id,
        "access_key_id": key.access_key_id,
        "user_name": key.user.user_name,
        "path": key.user.path or None,
        "status": str(key.seen.key.status),
        "create_date": key.seen.key.create_date,
        "age_days": key.age_days,
        "last_used": last_used,
        "policies": None if key.user.policies is None else list(key.user.policies),
        "declared": key.declared or None,
        "declared_by": key.declared_by,
        "reason": key.reason,
        "progress": key.progress,
        "findings": [each.message.code for each in key.findings],
        "not_checked": list(key.not_checked),
    }


def _finding(finding: AuditedFinding) -> dict[str, Any]:
    excepted = finding.exception if finding.verdict is Verdict.EXCEPTED else None
    return {
        "account_id": finding.account_id,
        "access_key_id": finding.access_key_id,
        "user_name": finding.user_name,
        "control": finding.control.name,
        "code": finding.message.code,
        "title": finding.message.title,
        "severity": str(finding.severity),
        "cause": finding.message.cause,
        "remedy": finding.message.what_to_do,
        "references": list(finding.references),
        "verdict": str(finding.verdict),
        "because": finding.because,
        "exception": None
        if excepted is None
        else {
            "about": excepted.about,
            "reason": excepted.reason,
            "approved_by": excepted.approved_by,
            "until": str(excepted.until),
        },
    }
