"""What people read keeps to the words of CONTRIBUTING.md."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from keyswitch.messages.catalogue import Message
from keyswitch.report.controls import EVERY_MESSAGE
from support.engine import ROOT

FORBIDDEN = {
    "activate or deactivate": r"\bswitch(es|ed|ing)? (\w+ ){0,3}?(on|off|back)\b|\b(goes|go|going|went) off\b",
    "create": r"\bmint(s|ed|ing)?\b",
    "end the declaration": r"\b(let|lets|letting) (\w+ ){0,2}?go\b",
    "say, report or use": r"\b(is|are|was) told\b|\bgo(es)? by\b|\bas far as is\b",
    "next to, or with": r"\bbeside\b",
    "is not a, not a": r"\b(is|are|was) no (map|list|string|number|duration|boolean|file|ARN|whole)\b|\bno duration\b",
    "correct": r"\bmend(s|ed|ing)?\b|\bputs? (it )?right\b",
}
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/*/*.md", "Pulumi.example.yaml")
    for path in ROOT.glob(pattern)
)
PACKAGE = ROOT / "provider" / "keyswitch"
MODULES = sorted(PACKAGE.rglob("*.py"))


def found_in(text: str) -> list[str]:
    line = " ".join(text.split())
    return [
        f"{match.group()!r}: {instead}"
        for instead, pattern in FORBIDDEN.items()
        for match in re.finditer(pattern, line, re.IGNORECASE)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_has_none_of_the_forbidden_words(page: Path) -> None:
    text, _, _ = page.read_text().partition("\n## Words\n")

    assert found_in(text) == []


@pytest.mark.parametrize("entry", EVERY_MESSAGE, ids=lambda entry: entry.code)
def test_a_message_has_none_of_the_forbidden_words(entry: type[Message]) -> None:
    for text in (entry.title, entry.text, entry.remedy, entry.why):
        assert found_in(text) == []
    assert not re.match(r"it\b", entry.text), "a message names its subject"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_docstrings_and_comments_have_none_of_the_forbidden_words(module: Path) -> None:
    source = module.read_text()
    comments = re.findall(r"(?m)^ *# .*$", source)
    strings = (
        node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )

    assert [found_in(str(text)) for text in (*comments, *strings) if found_in(str(text))] == []


@pytest.mark.parametrize(
    "text",
    ["switch the key on", "it was switched off", "a minted key", "let it go", "it is no map"],
)
def test_the_words_are_found(text: str) -> None:
    assert found_in(text) != []
