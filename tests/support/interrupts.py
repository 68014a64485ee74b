"""SIGINT in a process that starts the engine."""

from __future__ import annotations

import signal


def let_interrupts_through() -> None:
    """Ends the ignoring of SIGINT that a process in the background is started with, and hands on.

    The engine ends its plugins by that signal, and waits five seconds for one that does not hear it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
