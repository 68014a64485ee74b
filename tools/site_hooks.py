"""For the site: files of the repository are named without a link, diagrams are drawn, and languages become tabs."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent
from typing import Any

from mkdocs.exceptions import PluginError

from diagrams import BLOCK, drawn

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

    linked = BLOCK.sub(lambda each: _diagram(each[1]), _LINK.sub(replaced, markdown))
    return _IN_A_LANGUAGE.sub(lambda each: f'=== "{each[1]}"\n\n{indent(each[2], "    ")}', linked)


def on_post_page(output: str, **_: Any) -> str:
    """Called by mkdocs with each page as HTML: names the dialog of the search for screen readers."""
    return _with_a_named_search(output)


def on_post_template(output_content: str, **_: Any) -> str:
    """The same, for the page that a server shows in the place of one that is not there."""
    return _with_a_named_search(output_content)


def _with_a_named_search(html: str) -> str:
    return html.replace(' role="dialog"', ' role="dialog" aria-label="Search"')


def _diagram(source: str) -> str:
    path = drawn(source)
    if not path.exists():
        message = f"no picture of a diagram: run make record.\n{source}"
        raise PluginError(message)
    return f'<div class="diagram">{path.read_text().strip()}</div>'
