"""An audit as Markdown, for an issue or a comment."""

from __future__ import annotations

from collections.abc import Sequence

from keyswitch.messages.format import counted
from keyswitch.report.audit import Audit, AuditedFinding
from keyswitch.report.markdown import COMMENT_BYTES, code_span, fitting, table_row


def to_markdown(audit: Audit, limit: int = COMMENT_BYTES) -> str:
    """One table; each published control stands below, once.

    :param limit: the most bytes of UTF-8; findings that would go beyond it are counted instead.
    """
    references = audit.references
    several = len(audit.accounts) > 1
    titles = ("account",) * several + ("key", "user", "severity", "finding", "state", "control")
    head = [f"**Keyswitch audit of {audit.of}: {audit.verdict}**", ""]
    table = [table_row(*titles), "|" + "---|" * len(titles)]
    against = audit.question.against
    compared = f" Compared with {code_span(against)}." if against else ""
    tail = [f"{number}. {reference}" for number, reference in enumerate(references, start=1)]
    tail += [""] if references else []
    tail += [f"Looked at {audit.when}.{compared} `keyswitch explain CODE` says what to do."]
    notes = [f"- {code_span(note)}" for note in audit.notes]
    told = fitting(notes, limit // 4, around=())
    tail += ["", *told] if told else []
    if len(told) < len(notes):
        tail += [f"- … and {counted(len(notes) - len(told), 'more note')}"]
    lines = (_row(each, references, several=several) for each in audit.findings)
    shown = fitting(lines, limit, around=(*head, *table, *tail))
    left = len(audit.findings) - len(shown)
    more = f"… and {counted(left, 'more finding')}; `keyswitch audit --format json` lists them all."
    rest = [*([""] if shown else []), *([more, ""] if left else [])]
    return "\n".join([*head, *(table if shown else []), *shown, *rest, *tail]) + "\n"


def _row(finding: AuditedFinding, references: Sequence[str], *, several: bool) -> str:
    numbers = ", ".join(str(references.index(each) + 1) for each in finding.references)
    state = f"{finding.verdict}: {code_span(finding.because)}" if finding.because else "open"
    cells = (
        code_span(finding.access_key_id),
        code_span(finding.user_name),
        str(finding.severity),
        f"{finding.message.code}: {code_span(finding.message.cause)}",
        state,
        numbers,
    )
    return table_row(*((code_span(finding.account_id),) * several), *cells)
