"""The engine's calls, in the process of its dynamic provider host.

Imports reconcile and the rooms below. The provider classes stand in ``keyswitch.provider`` and ``keyswitch.fleet_provider``, whose
paths every state has in it; they belong to this room. Read first: ``keyswitch.provider``, then
:mod:`~keyswitch.plugin.host`, where every workaround for the host stands.
"""
