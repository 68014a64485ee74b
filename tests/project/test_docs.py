"""Links between the pages lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from snippets import as_the_site_begins, with_snippets
from support.engine import ROOT

PAGES = sorted(
    path for pattern in ("*.md", "docs/**/*.md", "examples/*/*.md") for path in ROOT.glob(pattern)
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text())
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_page_and_a_heading(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_shows_each_file_as_it_is(page: Path) -> None:
    assert with_snippets(page.read_text()) == page.read_text()


def test_the_site_begins_as_readme_does() -> None:
    index = (ROOT / "docs" / "index.md").read_text()

    assert as_the_site_begins(index) == index
    assert "| **Keyswitch** |" in index


FENCE = re.compile(
    r"(?:<!-- ([^>]+) -->\n+)?```(?:bash|sh|shell|console)\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
TESTS = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_shows_can_be_copied_and_is_run_by_a_test(page: Path) -> None:
    """A mark above each block says by which: by the name of the block, or by the test's file."""
    for mark, block in FENCE.findall(page.read_text()):
        assert not re.search(r"^[$>#] ", block, re.MULTILINE), f"{page}: a prompt in {block!r}"
        assert "python " not in block, f"{page}: the name of Python is python3: {block!r}"
        kind, _, name = mark.partition(": ")
        if kind == "run by":
            assert (ROOT / name).exists(), name
        else:
            assert kind == "shown", f"{page}: no test is named for {block!r}"
            assert f'"{name}"' in TESTS, f"{page}: nothing runs the blocks {name}"
