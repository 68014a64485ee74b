"""The provider's own configuration: the settings of ``aws:*``, under the name of this package."""

from __future__ import annotations

import json
from collections.abc import Mapping

from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.parsing import UNKNOWN


def settings_of(bag: Mapping[str, object]) -> AwsSettings:
    """The settings in a provider's inputs; one that is not known yet counts as omitted.

    :raises KeyswitchError: KS112 for a setting that is refused, KS113 for a value that cannot be read.
    """

    def get(name: str) -> str | None:
        value = bag.get(name)
        if value is None or value is UNKNOWN:
            return None
        return value if isinstance(value, str) else json.dumps(_known(value))

    return AwsSettings.read(get)


def _known(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _known(part) for name, part in value.items() if part is not UNKNOWN}
    if isinstance(value, list):
        return [_known(part) for part in value if part is not UNKNOWN]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
