"""Writes the files that a page shows into it (``make docs``): each block below a mark ``<!-- from: FILE -->``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
_BLOCK: Final = re.compile(r"(<!-- from: (\S+) -->\n+```\w+\n).*?(^```$)", re.DOTALL | re.MULTILINE)


def with_snippets(page: str) -> str:
    """A page's text, in which each marked block is what its file says."""
    return _BLOCK.sub(
        lambda found: f"{found[1]}{(ROOT / found[2]).read_text()}{found[3]}",
        page,
    )


if __name__ == "__main__":
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        path.write_text(with_snippets(path.read_text()))
