"""Writes into a page what others say (``make docs``).

How to install keyswitch depends on the address and the newest release (`tools/package_metadata.py`, CHANGELOG.md). Each block below a mark ``<!-- from: FILE -->`` shows that file. The site begins as README does, between two marks.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from package_metadata import REPOSITORY
from release import PINNED, pinned_line, released, requirements

ROOT: Final = Path(__file__).resolve().parents[1]
_BLOCK: Final = re.compile(r"(<!-- from: (\S+) -->\n+```\w+\n).*?(^```$)", re.DOTALL | re.MULTILINE)
_FIRST: Final = re.compile(r"<!-- first page -->\n.*?<!-- end of the first page -->\n", re.DOTALL)
_LINK: Final = re.compile(r"\]\((?!https?:)(docs/)?")
_INSTALL: Final = re.compile(r"(<!-- install -->\n).*?(<!-- end of install -->\n)", re.DOTALL)
_REQUIREMENT: Final = re.compile(r"(pip install (?:--quiet )?)(?:~/keyswitch\b|keyswitch==\S+)")
_CLONE: Final = "~/keyswitch"


def requirement(repository: str, version: str) -> str:
    """What pip installs: a release by its exact version, or before the first one a clone."""
    return f"keyswitch=={version}" if repository and version else _CLONE


def wanted() -> str:
    """What the pages install, by the address and the changelog of this tree."""
    return requirement(REPOSITORY, released((ROOT / "CHANGELOG.md").read_text()))


def how_to_install(repository: str, version: str) -> str:
    """The one place that says where keyswitch comes from."""
    wanted = requirement(repository, version)
    if wanted == _CLONE:
        clone = f"git clone https://{repository} {_CLONE}\n" if repository else ""
        says = f"Keyswitch is on no package index yet. Clone this repository, here to `{_CLONE}`, and install the clone into a virtual environment:"
    else:
        clone = ""
        says = (
            "Install an exact version. Where a pipeline installs keyswitch, use the hashes of "
            "`examples/gitops/requirements.txt` too: whoever owns a name on an index could "
            "otherwise run code with your credentials."
        )
    block = f"<!-- shown: install -->\n```bash\n{clone}python3 -m venv .venv\n.venv/bin/pip install {wanted}\n```\n"
    return f"{says}\n\n{block}"


def as_the_site_begins(page: str) -> str:
    """The text of docs/index.md, which begins as README does, with links from its own folder."""
    (first,) = _FIRST.findall((ROOT / "README.md").read_text())
    first = _LINK.sub(lambda found: "](" if found[1] else "](../", first)
    return _FIRST.sub(lambda _: first, page)


def with_snippets(page: str) -> str:
    """A page's text, in which each marked block is what its file says, and which installs what there is."""
    version = released((ROOT / "CHANGELOG.md").read_text())
    text = how_to_install(REPOSITORY, version)
    page = _INSTALL.sub(lambda found: f"{found[1]}{text}{found[2]}", page)
    page = _REQUIREMENT.sub(lambda found: found[1] + wanted(), page)
    return _BLOCK.sub(
        lambda found: f"{found[1]}{(ROOT / found[2]).read_text()}{found[3]}",
        page,
    )


if __name__ == "__main__":
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        path.write_text(with_snippets(path.read_text()))
    PINNED.write_text(requirements(pinned_line(PINNED.read_text())))
    index = ROOT / "docs" / "index.md"
    index.write_text(as_the_site_begins(index.read_text()))
