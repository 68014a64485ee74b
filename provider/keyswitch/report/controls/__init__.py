"""The controls of an audit. Each module but ``control`` is one: a new file is a new control.

Read first: :mod:`~keyswitch.report.controls.control`, then ``rotated``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.report.controls.control import Control, Evidence, Violation

_SHARED: Final = "control"


def _every_control() -> dict[str, Control]:
    modules = (
        import_module(f"{__name__}.{found.name}")
        for found in iter_modules(__path__)
        if found.name != _SHARED
    )
    controls: list[Control] = [module.CONTROL for module in modules]
    return {each.name: each for each in sorted(controls, key=lambda each: each.finds.code)}


CONTROLS: Final = _every_control()
"""Every control by its name, in the order of their codes."""

_BY_CODE: Final = {control.finds.code: name for name, control in CONTROLS.items()}
EVERY_MESSAGE: Final[tuple[type[Message], ...]] = tuple(
    sorted(
        (*catalogue.ALL, *(each.finds for each in CONTROLS.values())),
        key=lambda message: message.code,
    )
)
"""The catalogue, and what the controls find."""


def violations_by_key(evidence: Evidence) -> Mapping[str, list[Violation]]:
    """What the controls find about each key, in the order of their codes; keys without any are left out."""
    found: dict[str, list[Violation]] = {}
    for control in CONTROLS.values():
        for violation in control.check(evidence):
            found.setdefault(violation.access_key_id, []).append(violation)
    return found


def control_named(text: str) -> str:
    """The name of the control that a name or a code names; another text as it is."""
    return _BY_CODE.get(text.upper(), text)
