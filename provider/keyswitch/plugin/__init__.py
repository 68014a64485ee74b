"""The engine's calls, in the process of a provider.

:mod:`~keyswitch.plugin.keys_provider` is the dynamic provider of single keys and of fleets; ``keyswitch.provider`` and
``keyswitch.fleet_provider`` keep their paths, because the state of every stack names them.
:mod:`~keyswitch.plugin.native` is the native provider, for programs in every language. What both do stands in
:mod:`~keyswitch.plugin.operations`. :mod:`~keyswitch.plugin.host` has the workarounds for the dynamic host, and
:mod:`~keyswitch.plugin.process_state` what one process knows of all keys of a program. This room imports reconcile, iam,
model and messages. Read first: keys_provider, then host.
"""
