"""For every test: a process that may be interrupted, as those that it starts have to be."""

from __future__ import annotations

from support.interrupts import let_interrupts_through

let_interrupts_through()
