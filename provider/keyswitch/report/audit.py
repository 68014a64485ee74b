"""An audit as its readers see it, whatever the form: one view of accounts, keys and findings.

Every renderer reads only this; nothing is judged after it is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from functools import cached_property
from typing import Final

from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import counted
from keyswitch.model.durations import iso
from keyswitch.report.controls import CONTROLS
from keyswitch.report.controls.control import Control, Severity, Thresholds
from keyswitch.report.controls.quarantined import CONTROL as QUARANTINED
from keyswitch.report.exceptions import AuditException
from keyswitch.report.inventory import SeenKey, SeenUser

_AT_ONCE: Final = timedelta(minutes=5)
"""A walk shorter than this is of one moment."""


class Verdict(Enum):
    """What becomes of a finding."""

    OPEN = "open"
    IN_PROGRESS = "in progress"
    EXCEPTED = "excepted"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class AuditedFinding:
    """One finding.

    :param access_key_id: empty where the finding is about no single key.
    :param because: why it is not open: what is in progress, or who approved which exception; else empty.
    :param exception: the one that covers it.
    """

    control: Control
    message: Message
    account_id: str
    access_key_id: str
    user_name: str
    references: tuple[str, ...]
    verdict: Verdict = Verdict.OPEN
    because: str = ""
    exception: AuditException | None = None

    @property
    def severity(self) -> Severity:
        """That of its control."""
        return self.control.severity

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act on it."""
        return self.verdict is Verdict.OPEN


@dataclass(frozen=True)
class AuditedKey:
    """One key that was looked at.

    :param age_days: whole days since its creation; ``None`` where IAM does not tell.
    :param declared: the declared status; empty where no declaration is known.
    :param declared_by: what declares it, in words.
    :param progress: what is in progress with it, in words; empty for nothing.
    :param not_checked: the names of controls that lacked what they judge the key by.
    """

    account_id: str
    user: SeenUser
    seen: SeenKey
    age_days: int | None
    declared: str
    declared_by: str
    reason: str
    progress: str
    findings: tuple[AuditedFinding, ...]
    not_checked: tuple[str, ...] = ()

    @property
    def access_key_id(self) -> str:
        """Its id."""
        return self.seen.key.access_key_id


@dataclass(frozen=True)
class AuditedAccount:
    """One account that was looked at.

    :param name: in its organization, empty elsewhere.
    :param ou: the path of its organizational unit, empty elsewhere.
    :param report: the date of the credential report by which some users were not looked at; empty for none.
    :param passed_over: how many those were.
    :param open: how many open findings it has.
    """

    account_id: str
    name: str
    ou: str
    users: int
    keys: int
    is_complete: bool
    report: str
    passed_over: int
    open: int


@dataclass(frozen=True)
class AuditedUnit:
    """One organizational unit with accounts of its own.

    :param path: from the root of the organization, empty for accounts outside one.
    """

    path: str
    accounts: int
    keys: int
    open: int


@dataclass(frozen=True)
class Question:
    """What was asked: by whom, against what, and how strictly.

    :param asked_by: the ARN of the caller, empty where AWS was not asked for it.
    :param against: what the keys are compared with besides the controls, in words; empty for nothing.
    :param controls: the names of the controls that are asked; all of them where it is empty.
    :param least: findings of a lower severity are left out.
    :param fail_on: an open finding of this severity or a higher one fails the audit.
    """

    asked_by: str = ""
    against: str = ""
    thresholds: Thresholds = field(default_factory=Thresholds)
    controls: tuple[str, ...] = ()
    least: Severity = Severity.LOW
    fail_on: Severity = Severity.LOW

    def asks(self, control: Control) -> bool:
        """Whether findings of this control are asked for."""
        return control.severity.rank >= self.least.rank and (
            not self.controls or control.name in self.controls
        )


@dataclass(frozen=True)
class Audit:
    """One audit, of one account or of many.

    :param since: when the first user was looked at, an aware moment.
    :param at: when it ended, an aware moment.
    :param findings: all of them, the most urgent first; those that are about no single key among them.
    :param left_out: what the audit did not look at, in sentences.
    """

    question: Question
    since: datetime
    at: datetime
    accounts: tuple[AuditedAccount, ...]
    keys: tuple[AuditedKey, ...]
    findings: tuple[AuditedFinding, ...]
    left_out: tuple[str, ...] = ()

    @cached_property
    def open(self) -> tuple[AuditedFinding, ...]:
        """The findings that somebody still has to act on."""
        return tuple(each for each in self.findings if each.is_open)

    @cached_property
    def references(self) -> tuple[str, ...]:
        """The published controls that the findings go against, each once; a form numbers them in this order."""
        return tuple(dict.fromkeys(r for each in self.findings for r in each.references))

    @property
    def fails(self) -> bool:
        """Whether an open finding is as severe as was asked to fail on."""
        return any(each.severity.rank >= self.question.fail_on.rank for each in self.open)

    @property
    def when(self) -> str:
        """ISO 8601; from when to when, where an earlier walk was gone on with."""
        since, at = iso(self.since), iso(self.at)
        return at if self.at - self.since < _AT_ONCE else f"{since} to {at}"

    @property
    def of(self) -> str:
        """Which account, or how many, in words."""
        if len(self.accounts) == 1 and not self.accounts[0].name:
            return f"account {self.accounts[0].account_id}"
        return counted(len(self.accounts), "account")

    @property
    def verdict(self) -> str:
        """One sentence: how many keys, and how many findings of each verdict."""
        told = ", ".join(self._counts()) or "no findings"
        return f"{counted(len(self.keys), 'key')}, {told}."

    def _counts(self) -> Iterator[str]:
        if self.open:
            there = {(key.account_id, key.access_key_id) for key in self.keys}
            concerned = {(each.account_id, each.access_key_id) for each in self.open} & there
            about = f" about {counted(len(concerned), 'key')}" if concerned else ""
            yield f"{counted(len(self.open), 'finding')}{about}"
        for verdict in (Verdict.IN_PROGRESS, Verdict.EXCEPTED):
            found = self.with_verdict(verdict)
            if found:
                yield f"{len(found)} {verdict}"

    @property
    def controls(self) -> tuple[Control, ...]:
        """The controls that were asked."""
        return tuple(each for each in CONTROLS.values() if self.question.asks(each))

    @property
    def organizational_units(self) -> tuple[AuditedUnit, ...]:
        """Those that the accounts are in, in the order of their paths."""
        by_path: dict[str, list[AuditedAccount]] = {}
        for each in self.accounts:
            by_path.setdefault(each.ou, []).append(each)
        return tuple(
            AuditedUnit(path, len(of), sum(a.keys for a in of), sum(a.open for a in of))
            for path, of in sorted(by_path.items())
        )

    @property
    def partition(self) -> str:
        """Of AWS, as the ARN of the caller names it; empty where that is not known."""
        return self.question.asked_by.partition("arn:")[2].partition(":")[0]

    @property
    def notes(self) -> Iterator[str]:
        """What the audit did not look at, in sentences."""
        yield from self.left_out
        hidden = sum(QUARANTINED.name in each.not_checked for each in self.keys)
        if hidden and self.question.asks(QUARANTINED):
            yield (
                f"The control {QUARANTINED.name} was not checked for {counted(hidden, 'Active key')}: IAM does not "
                "report the policies of the users. Allow iam:ListAttachedUserPolicies on resource *."
            )
        for each in self.accounts:
            if each.report:
                yield (
                    f"{counted(each.passed_over, 'user')} of account {each.account_id} were not looked at: the "
                    f"credential report of {each.report} shows no key of theirs. That report does not show "
                    "Inactive keys that were never used."
                )

    def with_verdict(self, verdict: Verdict) -> tuple[AuditedFinding, ...]:
        """The findings of which this became."""
        return tuple(each for each in self.findings if each.verdict is verdict)
