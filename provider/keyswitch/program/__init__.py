"""What programs declare: the resources, the hooks that judge them in a preview, and the ready-made program.

Imports plugin and the rooms below. ``keyswitch.program.declare_register`` is public for ever. Read first:
:mod:`~keyswitch.program.access_key_status`, then :mod:`~keyswitch.program.hooks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keyswitch.program.register_program import declare_register

__all__ = ["declare_register"]


def __getattr__(name: str) -> Any:
    if name != "declare_register":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from keyswitch.program import register_program

    return register_program.declare_register
