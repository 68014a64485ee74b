"""What programs declare: the resources, the hooks, and the ready-made program.

:mod:`~keyswitch.program.hooks` judges every create and update in previews, so that one preview names every refused key.
:mod:`~keyswitch.program.step` reads what the engine hands a hook. :mod:`~keyswitch.program.duplicates` finds a key that is declared twice. ``keyswitch.program.declare_register`` is public and never
renamed. This room imports plugin, reconcile, iam, model and messages. Read first: :mod:`~keyswitch.program.access_key_status`, then hooks.
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
