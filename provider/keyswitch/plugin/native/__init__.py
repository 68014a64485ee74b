"""The native provider: the same decisions for programs in every language, in a process of its own.

The engine starts ``pulumi-resource-keyswitch``. :mod:`~keyswitch.plugin.native.server` answers its calls,
:mod:`~keyswitch.plugin.native.keys` those about keys, :mod:`~keyswitch.plugin.native.wire` reads and writes the
engine's values, and :mod:`~keyswitch.plugin.native.protos` has its protocol. ``schema.json`` says what programs may
write; ``make docs`` makes it from :mod:`keyswitch.model.inputs`. Read first: keys.
"""
