"""Writes docs/llms.txt, the list of the site's pages as llmstxt.org describes it (``make docs``).

The order and the names are those of mkdocs.yml's nav, and what is said of a page is the first sentence of its text, or its description here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGE = DOCS / "llms.txt"
DESCRIPTIONS = {
    "how-to/incident.md": "What to run when a key has leaked, and what to check afterwards.",
    "how-to/audit.md": "Find keys that are old, unused, undeclared or not as declared, with exceptions that end.",
    "how-to/accounts.md": "Declare keys of several AWS accounts in one program or register.",
    "how-to/organization.md": "List and audit the keys of every account of an AWS organization, and apply to one.",
    "how-to/ci-oidc.md": "The roles by which a pipeline previews, applies and audits without a key of its own.",
    "how-to/expire.md": "Declare a key Active until a date, and list the keys that end soon.",
    "reference/inputs.md": "Every input and output of each resource, in Python and in the register.",
    "situations.md": "What keyswitch does in each situation, such as a deleted key or a renamed user.",
    "permissions.md": "The IAM policies that previews, updates and each command need.",
    "errors.md": "Every message with its code: an example, why keyswitch does that, and what to do.",
    "reliability.md": "What previews and updates promise, and how long each may take.",
    "reference/command.md": "Every command and option of keyswitch.",
    "reference/controls.md": "What each control of an audit checks, and the published controls that it covers.",
    "reference/python.md": "The resources, arguments and functions of the Python package.",
    "architecture.md": "How the code is built, and which part imports which.",
    "faults.md": "What happens at each fault of the network and of AWS, as the tests show it.",
    "performance.md": "Measured times, next to a plain loop and to a provider that does nothing.",
}
"""Of pages whose text does not begin by saying what the page has."""
_FIRST = "Start here"
_NO_TEXT = re.compile(r"^(?:#.*|\||```|<!--|- |\d+\. |!\[|!!!|===|>|<)", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_SENTENCE = re.compile(r"(.+?[.:])(?= [A-Z`]|$)", re.DOTALL)


def llms_txt() -> str:
    """The file: the site's name, what it is, and the links of each section of the nav."""
    config = YAML(typ="safe").load((ROOT / "mkdocs.yml").read_text())
    parts = [f"# {config['site_name']}\n\n> {config['site_description']}\n"]
    parts += [
        f"## {title}\n\n"
        + "".join(
            f"- [{name}]({link(page)}): {DESCRIPTIONS.get(page) or sentence(page)}\n"
            for name, page in pages
        )
        for title, pages in _sections(config["nav"])
    ]
    return "\n".join(parts)


def _sections(nav: list[dict[str, Any]]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    entries = [next(iter(each.items())) for each in nav]
    yield _FIRST, [(name, page) for name, page in entries if isinstance(page, str)]
    for title, pages in entries:
        if not isinstance(pages, str):
            yield title, [next(iter(each.items())) for each in pages]


def link(page: str) -> str:
    """Where the site has a page, from its root."""
    return f"{page.removesuffix('.md')}.html"


def sentence(page: str) -> str:
    """The first sentence of a page's text, in one line and without links.

    :raises ValueError: the page has no text.
    """
    for block in (DOCS / page).read_text().split("\n\n"):
        text = re.sub(r"^<!-- .*? -->\n", "", block.strip())
        if text and not _NO_TEXT.match(text):
            plain = _LINK.sub(r"\1", " ".join(text.split())).replace("**", "")
            found = _SENTENCE.match(plain)
            return (found[1] if found else plain).removesuffix(":").removesuffix(".") + "."
    message = f"{page} has no text"
    raise ValueError(message)


if __name__ == "__main__":
    PAGE.write_text(llms_txt())
