"""The engine's calls, in the process of its dynamic provider host.

``keyswitch.provider`` (one key) and ``keyswitch.fleet_provider`` (a fleet) belong to this room; they keep their paths, because the state of every stack
names them. :mod:`~keyswitch.plugin.keys_provider` is the provider of both, :mod:`~keyswitch.plugin.host` has the workarounds for the host, :mod:`~keyswitch.plugin.process_state` what one process knows of
all keys of a program. This room imports reconcile, iam, model and messages. Read first: keys_provider, then host.
"""
