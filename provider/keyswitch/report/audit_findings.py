"""Judges accounts: the controls find, what is in progress and the exceptions say what becomes of each finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from keyswitch.model.status import ObservedStatus
from keyswitch.model.user_names import folded
from keyswitch.report.audit import (
    Audit,
    AuditedAccount,
    AuditedFinding,
    AuditedKey,
    Question,
    Verdict,
)
from keyswitch.report.controls import CONTROLS
from keyswitch.report.controls.control import Control, Evidence, Violation
from keyswitch.report.controls.exception_ended import ExceptionEnded
from keyswitch.report.controls.exception_matched import ExceptionUnmatched
from keyswitch.report.exceptions import AuditException
from keyswitch.report.inventory import SeenKey, SeenUser
from keyswitch.report.progress import progress_in


@dataclass(frozen=True)
class AccountToAudit:
    """One account with what it is judged by.

    :param name: in its organization, empty elsewhere.
    :param ou: the path of its organizational unit, empty elsewhere.
    """

    account_id: str
    evidence: Evidence
    name: str = ""
    ou: str = ""


@dataclass(frozen=True)
class Unread:
    """An account, or a part of one, that could not be read.

    :param violation: of the control ``account-read``.
    """

    account_id: str
    violation: Violation


def audit_of(
    accounts: Sequence[AccountToAudit],
    exceptions: Sequence[AuditException],
    question: Question,
    at: datetime,
    unread: Sequence[Unread] = (),
    left_out: tuple[str, ...] = (),
    *,
    is_whole: bool = True,
) -> Audit:
    """The audit of these accounts.

    :param at: when it ends, an aware moment.
    :param unread: accounts that could not be read; each is a finding.
    :param left_out: what was not looked at on purpose, in sentences.
    :param is_whole: whether these accounts are all that an exception can be about.
    """
    judge = _Judge(accounts, exceptions, question, at)
    found = [
        *judge.findings(),
        *judge.of_unread(unread),
        *judge.of_exceptions(is_whole=is_whole and not unread),
    ]
    ordered = tuple(sorted(found, key=_urgency))
    open_findings = Counter(each.account_id for each in ordered if each.is_open)
    return Audit(
        question,
        min((each.evidence.inventory.since for each in accounts), default=at),
        at,
        tuple(_account(each, open_findings[each.account_id]) for each in accounts),
        tuple(sorted(judge.keys(ordered), key=_urgency_of_key)),
        ordered,
        left_out,
    )


class _Judge:
    """Judges the findings of one audit, and remembers which exceptions covered one."""

    def __init__(
        self,
        accounts: Sequence[AccountToAudit],
        exceptions: Sequence[AuditException],
        question: Question,
        at: datetime,
    ) -> None:
        self._accounts = accounts
        self._exceptions = exceptions
        self._question = question
        self._at = at
        self._used: set[AuditException] = set()
        self._progress = {each.account_id: progress_in(each.evidence) for each in accounts}
        self._paths = {
            (each.account_id, folded(user.user_name)): user.path
            for each in accounts
            for user in each.evidence.inventory.users
        }

    def findings(self) -> Iterator[AuditedFinding]:
        """What the controls find that were asked; what the others find uses exceptions too."""
        for each in self._accounts:
            for control in CONTROLS.values():
                for violation in control.check(each.evidence):
                    judged = self._judged(each.account_id, control, violation)
                    if self._question.asks(control):
                        yield judged

    def of_unread(self, unread: Sequence[Unread]) -> Iterator[AuditedFinding]:
        """What could not be read at all."""
        control = CONTROLS["account-read"]
        for each in unread:
            judged = self._judged(each.account_id, control, each.violation)
            if self._question.asks(control):
                yield judged

    def of_exceptions(self, *, is_whole: bool) -> Iterator[AuditedFinding]:
        """What is wrong with the exceptions themselves, once every finding is judged.

        :param is_whole: whether everything was read: of a part, an exception that covers nothing tells nothing.
        """
        whole = is_whole and all(e.evidence.inventory.is_complete for e in self._accounts)
        for each in self._exceptions:
            if each.until.is_over(self._at):
                yield from self._about(
                    "exception-ended",
                    ExceptionEnded(
                        control=each.control,
                        subject=each.about,
                        approved_by=each.approved_by,
                        until=each.until,
                    ),
                    each,
                )
            elif whole and each not in self._used and self._can_match(each):
                unmatched = ExceptionUnmatched(control=each.control, subject=each.about)
                yield from self._about("exception-matched", unmatched, each)

    def _can_match(self, exception: AuditException) -> bool:
        """Whether its control could find anything: without a register, nothing is known of what is undeclared."""
        control = CONTROLS[exception.control]
        return any(control.applies(each.evidence) for each in self._accounts)

    def _about(
        self, name: str, message: ExceptionEnded | ExceptionUnmatched, about: AuditException
    ) -> Iterator[AuditedFinding]:
        control = CONTROLS[name]
        if self._question.asks(control):
            key = about.pattern if about.subject == "key" and "*" not in about.pattern else ""
            user = about.pattern if about.subject == "user" and "*" not in about.pattern else ""
            yield AuditedFinding(control, message, about.account, key, user, ())

    def keys(self, findings: Sequence[AuditedFinding]) -> Iterator[AuditedKey]:
        """Every key, with what was found about it."""
        about: dict[tuple[str, str], list[AuditedFinding]] = {}
        for finding in findings:
            about.setdefault((finding.account_id, finding.access_key_id), []).append(finding)
        for each in self._accounts:
            applying = [c for c in CONTROLS.values() if c.applies(each.evidence)]
            for user, seen in each.evidence.inventory.keys:
                key = seen.key.access_key_id
                declared = each.evidence.declaration_of(seen)
                progress = self._progress[each.account_id].get(key)
                age = each.evidence.age(seen)
                yield AuditedKey(
                    each.account_id,
                    user,
                    seen,
                    max(age.days, 0) if age is not None else None,
                    str(declared.status) if declared else "",
                    declared.declared_by if declared else "",
                    declared.reason if declared else "",
                    progress.text if progress else "",
                    tuple(about.get((each.account_id, key), ())),
                    tuple(_not_checked(applying, each.evidence, user, seen)),
                )

    def _judged(self, account_id: str, control: Control, violation: Violation) -> AuditedFinding:
        finding = AuditedFinding(
            control,
            violation.message,
            account_id,
            violation.access_key_id,
            violation.user_name,
            tuple(map(str, violation.references)),
        )
        excepting = self._exception_of(finding)
        if excepting is not None:
            return replace(
                finding,
                verdict=Verdict.EXCEPTED,
                because=f"until {excepting.until}, approved by {excepting.approved_by}: {excepting.reason}",
                exception=excepting,
            )
        progress = self._progress.get(account_id, {}).get(violation.access_key_id)
        if progress is not None and control.name in progress.settles:
            return replace(finding, verdict=Verdict.IN_PROGRESS, because=progress.text)
        return finding

    def _exception_of(self, finding: AuditedFinding) -> AuditException | None:
        """The exception in force that covers a finding; those that cover it are used, ended or not."""
        path = self._paths.get((finding.account_id, folded(finding.user_name)), "")
        covering = [
            each
            for each in self._exceptions
            if each.covers(
                finding.control.name,
                account_id=finding.account_id,
                access_key_id=finding.access_key_id,
                user_name=finding.user_name,
                path=path,
            )
        ]
        self._used.update(covering)
        return next((each for each in covering if not each.until.is_over(self._at)), None)


def _not_checked(
    applying: Sequence[Control], evidence: Evidence, user: SeenUser, seen: SeenKey
) -> Iterator[str]:
    """The controls that cannot judge a key. One that is not Active passes the controls of Active keys."""
    is_active = seen.key.status is ObservedStatus.ACTIVE
    for control in CONTROLS.values():
        is_known = not is_active or control.is_known(evidence, user, seen)
        if control.is_about_keys and not (is_known and control in applying):
            yield control.name


def _account(audited: AccountToAudit, open_findings: int) -> AuditedAccount:
    inventory = audited.evidence.inventory
    return AuditedAccount(
        audited.account_id,
        audited.name,
        audited.ou,
        len(inventory.users),
        sum(1 for _ in inventory.keys),
        inventory.is_complete,
        inventory.report,
        inventory.passed_over,
        open_findings,
    )


def _urgency(finding: AuditedFinding) -> tuple[object, ...]:
    return (
        list(Verdict).index(finding.verdict),
        -finding.severity.rank,
        finding.account_id,
        finding.user_name,
        finding.access_key_id,
        finding.message.code,
    )


def _urgency_of_key(key: AuditedKey) -> tuple[object, ...]:
    """As that of its most urgent finding; keys without one last, in the order of accounts and users."""
    where = (key.account_id, key.user.user_name, key.access_key_id)
    if not key.findings:
        return (len(Verdict), 0, *where)
    first = key.findings[0]
    return (list(Verdict).index(first.verdict), -first.severity.rank, *where)
