"""Writes into a page what others say (``make docs``).

Each block below a mark ``<!-- from: FILE -->`` shows that file. The site begins as README does, between two marks.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
_BLOCK: Final = re.compile(r"(<!-- from: (\S+) -->\n+```\w+\n).*?(^```$)", re.DOTALL | re.MULTILINE)
_FIRST: Final = re.compile(r"<!-- first page -->\n.*?<!-- end of the first page -->\n", re.DOTALL)
_LINK: Final = re.compile(r"\]\((?!https?:)(docs/)?")


def as_the_site_begins(page: str) -> str:
    """The text of docs/index.md, which begins as README does, with links from its own folder."""
    (first,) = _FIRST.findall((ROOT / "README.md").read_text())
    first = _LINK.sub(lambda found: "](" if found[1] else "](../", first)
    return _FIRST.sub(lambda _: first, page)


def with_snippets(page: str) -> str:
    """A page's text, in which each marked block is what its file says."""
    return _BLOCK.sub(
        lambda found: f"{found[1]}{(ROOT / found[2]).read_text()}{found[3]}",
        page,
    )


if __name__ == "__main__":
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        path.write_text(with_snippets(path.read_text()))
    index = ROOT / "docs" / "index.md"
    index.write_text(as_the_site_begins(index.read_text()))
