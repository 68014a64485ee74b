"""Draws the pages' diagrams for the site, so that the site needs no script from elsewhere.

GitHub draws a page's ``mermaid`` block by itself. For the site ``make record`` draws each into
docs/images/diagrams, and `tools/site_hooks.py` puts that file in the place of the block. Needs npm and chromium.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
DRAWN = DOCS / "images" / "diagrams"
MERMAID = "@mermaid-js/tiny@11.17.2"
BLOCK = re.compile(r"^```mermaid\n(.*?)^```$", re.DOTALL | re.MULTILINE)

_COLORS = {
    "#010203": "var(--md-default-fg-color)",
    "#040506": "var(--md-default-fg-color--light)",
    "#070809": "var(--md-code-bg-color)",
    "#0a0b0c": "var(--md-default-bg-color)",
}
_TEXT, _LINE, _BOX, _GROUP = _COLORS
_LOOK = {
    "startOnLoad": False,
    "theme": "base",
    "htmlLabels": False,
    "flowchart": {"htmlLabels": False},
    "themeVariables": {
        "fontFamily": "sans-serif",
        "textColor": _TEXT,
        "primaryTextColor": _TEXT,
        "nodeTextColor": _TEXT,
        "titleColor": _TEXT,
        "lineColor": _LINE,
        "primaryBorderColor": _LINE,
        "clusterBorder": _LINE,
        "primaryColor": _BOX,
        "mainBkg": _BOX,
        "clusterBkg": _GROUP,
        "tertiaryColor": _GROUP,
        "edgeLabelBackground": _GROUP,
    },
}


def drawn(source: str) -> Path:
    """The file of a diagram: named after its source, so that a changed source has no file."""
    return DRAWN / f"{hashlib.sha256(source.encode()).hexdigest()[:12]}.svg"


def sources() -> list[str]:
    """The diagrams of all pages."""
    return [
        found for page in sorted(DOCS.rglob("*.md")) for found in BLOCK.findall(page.read_text())
    ]


def main() -> int:
    from chromium import chrome

    DRAWN.mkdir(parents=True, exist_ok=True)
    wanted = {drawn(source): source for source in sources()}
    for old in set(DRAWN.glob("*.svg")) - set(wanted):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, chrome() as browser:
        pack = ["npm", "pack", "--silent", MERMAID]
        name = subprocess.run(pack, cwd=folder, check=True, capture_output=True, text=True).stdout
        subprocess.run(["tar", "xzf", name.strip()], cwd=folder, check=True)
        page = Path(folder) / "page.html"
        page.write_text(
            '<meta charset="utf-8"><script src="package/dist/mermaid.tiny.js"></script>'
        )
        browser.get(page.as_uri())
        browser.execute_script(f"mermaid.initialize({json.dumps(_LOOK)})")
        for number, (path, source) in enumerate(wanted.items()):
            svg = browser.execute_async_script(
                "const [id, source, done] = arguments;"
                "mermaid.render(id, source).then(drawn => done(drawn.svg), error => done(String(error)))",
                f"diagram-{number}",
                source,
            )
            if not svg.startswith("<svg"):
                sys.exit(f"mermaid: {svg}")
            path.write_text(f"{_for_the_site(svg)}\n")
    return 0


def _for_the_site(svg: str) -> str:
    (title,) = re.findall(r"<title[^>]*>(.*?)</title>", svg)
    svg = re.sub(r' (role|aria-\w+)="[^"]*"', "", svg)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
    for color, variable in _COLORS.items():
        red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
        svg = svg.replace(color, variable).replace(f"rgb({red}, {green}, {blue})", variable)
    return svg


if __name__ == "__main__":
    sys.exit(main())
