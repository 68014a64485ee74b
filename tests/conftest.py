"""For every test: a process that may be interrupted, as those that it starts have to be."""

from __future__ import annotations

import signal

# A process in the background is started with SIGINT ignored, and hands that on. The engine ends its plugins
# by that signal, and waits five seconds for one that does not hear it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
