"""The version of this plugin, as the engine reads versions."""

from __future__ import annotations

import re
from typing import Final

from keyswitch import __version__

_PYTHONS: Final = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?(?:(a|b|rc)(\d+))?(?:\.dev(\d+))?")
_STAGES: Final = {"a": "alpha", "b": "beta", "rc": "rc"}


def semantic(version: str) -> str:
    """A version of PEP 440 in the form of Semantic Versioning: ``1.2rc1`` is ``1.2.0-rc.1``.

    A number of commits has no point before it, for the generator of SDKs for Python loses one that has.

    :param version: a version without epoch, post release and local part, as the tags of this project are.
    :raises ValueError: if the version is none of that form.
    """
    found = _PYTHONS.fullmatch(version)
    if found is None:
        raise ValueError(f"not a version of a release or before one: {version}")
    major, minor, patch, stage, number, dev = found.groups()
    before = [f"{_STAGES[stage]}.{number}"] if stage else []
    before += [f"dev{dev}"] if dev else []
    return f"{major}.{minor}.{patch or 0}{'-' if before else ''}{'.'.join(before)}"


PLUGIN_VERSION: Final = semantic(__version__)
