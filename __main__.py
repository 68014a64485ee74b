"""The ready-made program: one resource for each key in the stack's register, ``keyswitch:keys``."""

from keyswitch.program import declare_register

declare_register()
