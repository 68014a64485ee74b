"""The dynamic provider of a fleet.

``keyswitch.fleet_provider.AccessKeyFleetProvider`` is written into every state by name and is public
for ever, as ``keyswitch.provider.AccessKeyStatusProvider`` is.
"""

from __future__ import annotations

from keyswitch.model.codecs import FLEET
from keyswitch.plugin.keys_provider import KeysProvider


class AccessKeyFleetProvider(KeysProvider):
    """The life of many keys."""

    codec = FLEET
