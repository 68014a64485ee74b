"""The settings of the native provider, which stand in the namespace of the register."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


@cache
def settings_of_provider() -> tuple[str, ...]:
    """Their names, below ``keyswitch:``."""
    schema = json.loads(files("keyswitch.plugin.native").joinpath("schema.json").read_text())
    return tuple(schema["config"]["variables"])
