"""For the site: a link of a page to a file of the repository that is no page becomes the file's name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

_LINK = re.compile(r"\[([^\]]*)\]\((\.\./[^)\s#]*)(#[^)\s]*)?\)")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """Called by mkdocs for each page before it is rendered."""
    docs = Path(config["docs_dir"]).resolve()
    folder = (docs / page.file.src_path).parent

    def replaced(found: re.Match[str]) -> str:
        target = (folder / found.group(2)).resolve()
        inside = target == docs or docs in target.parents
        return found.group() if inside else found.group(1)

    return _LINK.sub(replaced, markdown)
