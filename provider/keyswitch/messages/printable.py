r"""Makes text that somebody else wrote fit to print: nothing in it can steer a terminal, a page or a pipeline.

What a program, an AWS account or a network answered may hold escape sequences, marks that turn the reading
direction round, characters without width, and commands that a CI runner obeys wherever it sees them in a
job's log. Each is shown as Python would write it, ``\x1b`` or ``\u202e``.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
"""The categories of Unicode that have no shape of their own, or change that of others."""
_COMMANDS: Final = (
    "add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|notice|remove-matcher|"
    "save-state|set-env|set-output|stop-commands|warning"
)
_OF_GITHUB: Final = re.compile(rf"(?<!\S)::|::(?=(?:{_COMMANDS})\b)", re.IGNORECASE)
"""At the beginning of a word, for a line may begin there, and of a command that is known anywhere."""
_OF_AZURE: Final = re.compile(r"##(?=\[|vso\[)", re.IGNORECASE)


def printable(text: str) -> str:
    """The text with every hidden character and every runner's command shown as an escape.

    Line breaks and tabs are hidden characters too: a message is one line.
    """
    shown = "".join(map(_shown, text)) if not (text.isascii() and text.isprintable()) else text
    if ":" in shown:
        shown = _OF_GITHUB.sub(r"\\x3a:", shown)
    return _OF_AZURE.sub(r"#\\x23", shown) if "##" in shown else shown


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004 - what two, four and eight hexadecimal digits can hold
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - as above
