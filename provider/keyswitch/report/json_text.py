"""JSON that a runner's log can show."""

from __future__ import annotations

import json
import re
from typing import Final

_COMMAND: Final = re.compile(r"##(?=\[|vso\[)", re.IGNORECASE)
"""What a runner obeys anywhere in a line; in JSON it stands within texts only."""


def json_text(bag: object) -> str:
    """As JSON, of which no line holds a command of a runner's, and every value is as it was."""
    text = json.dumps(bag, indent=2)
    return _COMMAND.sub(r"#\\u0023", text) + "\n"
