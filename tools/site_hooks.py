"""For the site: links to files of the repository become their names, and the languages of an example become tabs."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent
from typing import Any

_LINK = re.compile(r"\[([^\]]*)\]\((\.\./[^)\s#]*)(#[^)\s]*)?\)")

_IN_A_LANGUAGE = re.compile(
    r"^\*\*(\w+)\*\*\n\n<!-- from: \S+ -->\n(```\w+\n.*?^```\n)", re.DOTALL | re.MULTILINE
)


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """Called by mkdocs for each page before it is rendered."""
    docs = Path(config["docs_dir"]).resolve()
    folder = (docs / page.file.src_path).parent

    def replaced(found: re.Match[str]) -> str:
        target = (folder / found.group(2)).resolve()
        inside = target == docs or docs in target.parents
        return found.group() if inside else found.group(1)

    linked = _LINK.sub(replaced, markdown)
    return _IN_A_LANGUAGE.sub(lambda each: f'=== "{each[1]}"\n\n{indent(each[2], "    ")}', linked)
