"""Writes docs/reference/controls.md from the controls of an audit (``make docs``)."""

from __future__ import annotations

from pathlib import Path

from keyswitch.messages.examples import filled_in
from keyswitch.report.controls import CONTROLS
from keyswitch.report.controls.control import Control

_ESCAPED = r"\*"
PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "controls.md"

HEAD = """\
# Controls of an audit

[`keyswitch audit`](../how-to/audit.md) checks these controls. Options and exceptions name a control by its name or by the code of its findings. Publishers renumber their
controls, so each number stands with its version.
"""


def controls_page() -> str:
    """The page: one section for each control."""
    return "\n".join((HEAD, *map(_section, CONTROLS.values())))


def _section(control: Control) -> str:
    found = filled_in(control.finds)
    code = f"[{found.code}](../errors.md#{_anchor(found.code, found.title)})"
    lines = [
        f"## {control.name}",
        "",
        f"{control.checks} Severity: {control.severity}. Finding: {code}.",
        "",
        f"- **Why:** {found.why}",
        f"- **What to do:** {found.what_to_do.replace('*', _ESCAPED)}",
        *(f"- {reference}" for reference in control.references),
    ]
    return "\n".join(lines) + "\n"


def _anchor(code: str, title: str) -> str:
    words = "".join(c for c in f"{code} {title}".lower() if c.isalnum() or c in " -")
    return words.replace(" ", "-")


if __name__ == "__main__":
    PAGE.write_text(controls_page())
