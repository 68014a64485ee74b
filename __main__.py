"""The ready-made program: the keys in the stack's register, ``keyswitch:keys``."""

from keyswitch.program import declare_register

declare_register()
