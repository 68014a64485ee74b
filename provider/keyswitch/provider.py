"""The dynamic provider of a single key.

``keyswitch.provider.AccessKeyStatusProvider`` is written into every state by name and is public
for ever: an engine that no longer finds it cannot even destroy. The pickled provider is a
constant, because an instance has no state until the engine configures it.
"""

from __future__ import annotations

from keyswitch.model.codecs import SINGLE_KEY
from keyswitch.plugin.keys_provider import KeysProvider


class AccessKeyStatusProvider(KeysProvider):
    """The life of one key."""

    codec = SINGLE_KEY
