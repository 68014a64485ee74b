"""A digest as the Markdown of a comment, as plain text and as JSON.

Whatever came out of a preview stands in code spans, so that no name or reason is taken for Markdown,
HTML or a mention.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from keyswitch.messages.format import counted
from keyswitch.report.digest import Digest
from keyswitch.report.json_text import json_text
from keyswitch.report.markdown import COMMENT_BYTES, code_span, fitting, table_row
from keyswitch.report.rows import Row
from keyswitch.report.text_table import Listing, as_text

if TYPE_CHECKING:
    from rich.console import Console

VERSION: Final = 1
"""Of the JSON: it grows when a field goes or changes its meaning, not when one is added."""
_OPS: Final = {
    "create": "to create",
    "update": "to update",
    "delete": "to delete",
    "replace": "to replace",
    "import": "to import",
}
_PLAIN: Final = re.compile(r"[A-Za-z →]*")
_SHOWN_ERRORS: Final = 20
_ID_ENDS: Final = 4


def hidden_marker(name: str, command: str = "digest") -> str:
    """The hidden line by which a pipeline finds its comment again, to edit it instead of adding another."""
    words = "".join(each if each.isalnum() or each in "/_." else "-" for each in name)
    while "--" in words:
        words = words.replace("--", "-")
    return f"<!-- keyswitch {command} {words} -->" if words else f"<!-- keyswitch {command} -->"


def to_markdown(digest: Digest, limit: int = COMMENT_BYTES, *, marker: str | None = None) -> str:
    """The comment: the verdict, a table, what else happens, the marker.

    :param limit: the most bytes of UTF-8; rows that would go beyond it are counted instead.
    :param marker: what tells this comment from those of other stacks; the stack if omitted.
    """
    stack = f" Stack {code_span(digest.stack)}." if digest.stack else ""
    head = [f"**Keyswitch: {digest.verdict}.**{stack}", ""]
    table = [
        "| key | user | from → to | why | last use |",
        "|---|---|---|---|---|",
    ]
    gap = [""] if digest.rows else []
    tail = [*gap, *_tail(digest), hidden_marker(marker or digest.stack), ""]
    names = shortened([row.access_key_id for row in digest.rows])
    lines = (_markdown_row(row, names) for row in digest.rows)
    shown = fitting(lines, limit, around=(*head, *table, *tail))
    left = len(digest.rows) - len(shown)
    more = f"… and {counted(left, 'more key')}; `keyswitch digest --format text` lists them all."
    rest = ["", more] if left else []
    return "\n".join([*head, *(table if shown else []), *shown, *rest, *tail])


def to_text(digest: Digest, width: int = 120) -> str:
    """The same for a log: no colours, no marker.

    :param width: of the table, in characters.
    """
    return as_text(lambda console: _draw(digest, console), width) + "\n"


def _draw(digest: Digest, console: Console) -> None:
    from rich.text import Text

    stack = f" ({digest.stack})" if digest.stack else ""
    console.print(Text(f"Keyswitch: {digest.verdict}.{stack}"))
    if digest.rows:
        rows = [
            (row.access_key_id or row.name, row.user_name, change(row), _why(row), row.last_use)
            for row in digest.rows
        ]
        Listing(("key", "user", "from → to", "why", "last use"), rows, names=3).print_on(console)
    for line in _tail(digest):
        console.print(Text(line.replace("`", "")))


def to_json(digest: Digest) -> str:
    """For a machine: every row in full."""
    bag = {
        "version": VERSION,
        "verdict": digest.verdict,
        "stack": digest.stack,
        "failed": digest.failed,
        "keys": [_bag(row) for row in digest.rows],
        "unchanged": digest.unchanged,
        "others": dict(digest.others),
        "errors": list(digest.errors),
        "policy_violations": digest.violations,
        "is_cut_short": digest.is_cut_short,
    }
    return json_text(bag)


def _bag(row: Row) -> dict[str, Any]:
    return {**asdict(row), "outcome": row.outcome.name.lower(), "used_by": row.used_by or None}


def shortened(ids: Sequence[str]) -> dict[str, str]:
    """Each id by its ends, ``AKIA…MPLE``; those that would look the same stay whole."""
    ends = {each: f"{each[:_ID_ENDS]}…{each[-_ID_ENDS:]}" for each in ids}
    taken = list(ends.values())
    return {each: end if taken.count(end) == 1 else each for each, end in ends.items()}


def change(row: Row) -> str:
    """``Active → Inactive``, or one status that stays."""
    if row.before == row.after or not (row.before and row.after):
        return f"→ {row.after}" if row.after and not row.before else row.before
    return f"{row.before} → {row.after}"


def _markdown_row(row: Row, names: dict[str, str]) -> str:
    key = names.get(row.access_key_id) if row.access_key_id else row.name
    step = change(row)
    cells = (
        code_span(key or ""),
        code_span(row.user_name),
        step if _PLAIN.fullmatch(step) else code_span(step),
        _why(row, quote=code_span),
        code_span(row.last_use),
    )
    return table_row(*cells)


def _why(row: Row, quote: Callable[[str], str] = str) -> str:
    """Our own words and code, and after them what the preview says."""
    told = f"{row.outcome.why} {row.code}".strip()
    return f"{told}: {quote(row.why)}" if row.why else told


def _outside_table(text: str) -> str:
    """A code span where a bar is no end of a cell."""
    return code_span(text).replace(r"\|", "|")


def _tail(digest: Digest) -> list[str]:
    lines = [
        f"{code_span(row.access_key_id)}: {_outside_table(row.used_by)}."
        for row in digest.rows
        if row.used_by
    ]
    others = [f"{count} {_OPS.get(op, op)}" for op, count in digest.others.items()]
    if others:
        lines.append(f"Other resources of the stack: {', '.join(others)}.")
    if digest.unchanged:
        lines.append(f"Unchanged resources: {digest.unchanged}.")
    errors = digest.errors[:_SHOWN_ERRORS]
    lines.extend(f"Error: {code_span(error)}" for error in errors)
    if digest.is_cut_short:
        lines.append(
            "The preview ended early. Keys that are neither named nor counted here were not judged."
        )
    if digest.tells_no_error and digest.violations is None:
        lines.append(
            "A policy was violated or the program failed; this output does not say which. Run the preview with "
            "`PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true` in its environment to see the policy."
        )
    if errors or digest.tells_no_error:
        lines.append("`pulumi preview` without `--json` prints the rest.")
    if len(digest.errors) > len(errors):
        lines.append(f"… and {len(digest.errors) - len(errors)} more errors.")
    codes = sorted({row.code for row in digest.rows if row.code})
    if codes:
        lines.append(f"To read more about a code, run `keyswitch explain {codes[0]}`.")
    return [each for line in lines for each in (line, "")]
