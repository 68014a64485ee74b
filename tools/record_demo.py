"""Records a part of the demo as docs/images/demo.svg: drift, its preview, and the correction.

Runs ``tools/demo.py`` for real, with the engine on PATH as ``make record`` has it.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "demo.svg"
FIRST, LAST = "# Drift: ", "# A mistake: "
WIDTH = 122
_FONT = re.compile(r"@font-face \{.*?\}", re.DOTALL)


def main() -> int:
    demo = [sys.executable, str(ROOT / "tools" / "demo.py")]
    done = subprocess.run(
        demo, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
    )
    lines = done.stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(FIRST))
    end = next(number for number, line in enumerate(lines) if line.startswith(LAST))
    PICTURE.write_text(picture(lines[start:end]))
    return 0


def picture(lines: list[str]) -> str:
    """The lines as a terminal shows them, without any font from elsewhere."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    for line in lines:
        console.print(Text(line, style=_style(line)))
    svg = console.export_svg(title="make demo", unique_id="demo")
    return _FONT.sub("", svg).replace("Fira Code, ", "")


def _style(line: str) -> str:
    if line.startswith("# "):
        return "cyan"
    if line.startswith("$ "):
        return "bold"
    if "drift" in line:
        return "yellow"
    return ""


if __name__ == "__main__":
    sys.exit(main())
