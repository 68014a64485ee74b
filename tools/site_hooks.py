"""For the site: links to files lead into the repository, diagrams are drawn, and languages become tabs."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent
from typing import Any

from mkdocs.exceptions import PluginError

from diagrams import BLOCK, drawn
from package_metadata import BRANCH, REPOSITORY

_LINK = re.compile(r"\[([^\]]*)\]\((\.\./[^)\s#]*)(#[^)\s]*)?\)")

_IN_A_LANGUAGE = re.compile(
    r"^\*\*(\w+)\*\*\n\n<!-- from: \S+ -->\n(```\w+\n.*?^```\n)", re.DOTALL | re.MULTILINE
)


def on_config(config: Any, **_: Any) -> Any:
    """Called by mkdocs at first: the site leads to the repository, if that has an address."""
    if REPOSITORY:
        config["repo_url"] = f"https://{REPOSITORY}"
    return config


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """Called by mkdocs for each page before it is rendered."""
    docs = Path(config["docs_dir"]).resolve()
    folder = (docs / page.file.src_path).parent

    def replaced(found: re.Match[str]) -> str:
        target = (folder / found.group(2)).resolve()
        if target == docs or docs in target.parents:
            return found.group()
        path = target.relative_to(docs.parent).as_posix()
        return (
            found[1]
            if not REPOSITORY
            else f"[{found[1]}](https://{REPOSITORY}/blob/{BRANCH}/{path}{found[3] or ''})"
        )

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
