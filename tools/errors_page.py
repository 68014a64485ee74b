"""Writes docs/errors.md from the catalogue (``make docs``)."""

from __future__ import annotations

from pathlib import Path

from keyswitch.messages.catalogue import ALL

PAGE = Path(__file__).resolve().parents[1] / "docs" / "errors.md"

HEAD = """\
# Messages and their codes

Every refusal, failure and warning of keyswitch begins with a code, `KS` and three digits, which
never changes its meaning. After it come what was attempted, on which key and user, why it failed
(with AWS's own code and request id, where AWS answered) and what to do next. The words in braces
are filled in. This page is made from `provider/keyswitch/catalogue/` by `make docs`.
"""

FAMILIES = {
    "1": "The declaration: nothing was asked of AWS",
    "2": "The key as it was found",
    "3": "AWS refused",
    "4": "The way to AWS and back",
    "5": "Keyswitch's own records",
    "6": "Safeguards, holds and the drift policy",
    "7": "The command line",
    "8": "What an audit finds",
}


def errors_page() -> str:
    """The page: one section for each code."""
    parts = [HEAD]
    family = ""
    for entry in ALL:
        if entry.code[2] != family:
            family = entry.code[2]
            parts.append(f"## {FAMILIES[family]}\n")
        parts.append(
            f"### {entry.code}: {entry.title}\n\n"
            f"**Cause:** {_escaped(entry.text)}.\n\n"
            f"**What to do:** {_escaped(entry.remedy)}\n"
        )
    return "\n".join(parts)


def _escaped(template: str) -> str:
    return template.replace("{{", "{").replace("}}", "}").replace("*", "\\*")


if __name__ == "__main__":
    PAGE.write_text(errors_page())
