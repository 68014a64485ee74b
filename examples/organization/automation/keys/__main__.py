"""The keys of one account, which the stack's config lists."""

from keyswitch.program import declare_register

declare_register()
