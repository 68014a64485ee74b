"""An audit as a table of 80 columns: grouped by key, the most urgent first, published controls below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from keyswitch.messages.format import counted
from keyswitch.messages.printable import printable
from keyswitch.report.audit import Audit, AuditedFinding, AuditedKey, Verdict
from keyswitch.report.controls.control import Severity
from keyswitch.report.text_table import as_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH: Final = 80
"""Of what is not printed on a terminal, in characters."""
_KEY_WIDTH: Final = 24
_STYLES: Final = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "",
}


def print_audit(audit: Audit, console: Console) -> None:
    """Prints it: nothing wider than the console, no colour where that has none."""
    from rich.text import Text

    references = audit.references
    if audit.findings:
        console.print(_table(audit, references))
        console.print()
    for number, reference in enumerate(references, start=1):
        console.print(Text(f"[{number}] {reference}"))
    if references:
        console.print()
    if len(audit.organizational_units) > 1:
        console.print(_units(audit))
        console.print()
    for line in closing_lines(audit):
        console.print(Text(printable(line)))


def to_table(audit: Audit, width: int = WIDTH) -> str:
    """The same as plain text.

    :param width: in characters.
    """
    return as_text(lambda console: print_audit(audit, console), width).lstrip("\n") + "\n"


def closing_lines(audit: Audit) -> Iterator[str]:
    """What stands below the findings: the verdict, what it was compared with, and what is left out."""
    against = f" Compared with {audit.question.against}." if audit.question.against else ""
    explain = " keyswitch explain CODE says what to do." if audit.findings else ""
    of = audit.of
    yield f"{of[0].upper()}{of[1:]}: {audit.verdict}{against}{explain}"
    yield from audit.notes


def _table(audit: Audit, references: Sequence[str]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("key", width=_KEY_WIDTH, overflow="fold")
    table.add_column("severity", no_wrap=True)
    table.add_column("finding", overflow="fold")
    keys = {(key.account_id, key.access_key_id): key for key in audit.keys}
    several = len(audit.accounts) > 1
    for where, found in groupby(_by_key(audit.findings), key=_subject):
        about = list(found)
        head = Text(printable_lines(_head(keys.get(where[:2]), about[0], several=several)))
        for number, finding in enumerate(about):
            severity = Text(str(finding.severity), style=_style(finding))
            told = about[number - 1].because if number else ""
            words = Text("\n".join(_words(finding, references, told)))
            is_last = number == len(about) - 1
            table.add_row(Text("") if number else head, severity, words, end_section=is_last)
    return table


def _units(audit: Audit) -> Table:
    """A row for each organizational unit."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("organizational unit", overflow="fold")
    for title in ("accounts", "keys", "open findings"):
        table.add_column(title, justify="right", no_wrap=True)
    for each in audit.organizational_units:
        counts = (each.accounts, each.keys, each.open)
        table.add_row(Text(printable(each.path or "(unknown)")), *map(str, counts))
    return table


def printable_lines(lines: Sequence[str]) -> str:
    """Lines that somebody else named, as they can be shown."""
    return "\n".join(printable(line) for line in lines if line)


def _by_key(findings: Sequence[AuditedFinding]) -> list[AuditedFinding]:
    """Those about one key next to each other, where the most urgent of them stands."""
    first: dict[tuple[str, str, str], int] = {}
    for number, each in enumerate(findings):
        first.setdefault(_subject(each), number)
    return sorted(findings, key=lambda each: first[_subject(each)])


def _subject(finding: AuditedFinding) -> tuple[str, str, str]:
    """What a finding is about; one about no key stands by itself."""
    alone = "" if finding.access_key_id else finding.message.cause
    return (finding.account_id, finding.access_key_id, alone)


def _head(key: AuditedKey | None, finding: AuditedFinding, *, several: bool) -> list[str]:
    account = [f"account {finding.account_id}"] if several and finding.account_id else []
    if key is None:
        subject = f"account {finding.account_id}" if finding.account_id else "exceptions"
        if not finding.access_key_id:
            return [subject, finding.user_name]
        return [finding.access_key_id, finding.user_name, *account]
    age = f", {counted(key.age_days, 'day')}" if key.age_days is not None else ""
    return [key.access_key_id, key.user.user_name, f"{key.seen.key.status}{age}", *account]


def _words(finding: AuditedFinding, references: Sequence[str], told: str) -> Iterator[str]:
    """The lines about a finding.

    :param told: why the finding above it is not open.
    """
    numbers = "".join(f"[{references.index(each) + 1}]" for each in finding.references)
    message = finding.message
    yield printable(f"{message.code} {message.cause}") + (f" {numbers}" if numbers else "")
    because = "as above" if finding.because == told else finding.because
    if finding.verdict is Verdict.IN_PROGRESS:
        yield printable(f"in progress: {because}")
    elif finding.verdict is Verdict.EXCEPTED:
        yield printable(f"excepted {because}")


def _style(finding: AuditedFinding) -> str:
    return _STYLES[finding.severity] if finding.is_open else "dim"
