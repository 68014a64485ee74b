"""The provider's own configuration: the settings of ``aws:*``, under the name of this package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from keyswitch.messages.format import KeyswitchError
from keyswitch.model import validators
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.durations import Duration
from keyswitch.model.parsing import UNKNOWN
from keyswitch.plugin.process_state import QUIET_SECONDS

REFUSAL_WAIT: Final = "refusalWait"
_NAMING_CREDENTIALS: Final = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_SHARED_FILES: Final = {
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
    "AWS_CONFIG_FILE": "~/.aws/config",
}


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


def quiet_seconds(bag: Mapping[str, object]) -> float:
    """How long nothing else may have been in progress before the first refused key of a preview fails it.

    :raises KeyswitchError: KS109 or KS117, it is not a duration.
    """
    value = bag.get(REFUSAL_WAIT)
    if value is None or value is UNKNOWN:
        return QUIET_SECONDS
    wrong = validators.duration(value, f"aws:{REFUSAL_WAIT}")
    if wrong is not None:
        raise KeyswitchError(wrong)
    return Duration.read(str(value)).span.total_seconds()


def names_credentials(settings: AwsSettings, env: Mapping[str, str]) -> bool:
    """Whether there is anything to sign with but the role of a machine, without asking anybody for it.

    :param env: the environment.
    """
    if (
        settings.profile
        or settings.access_key
        or settings.web_identity
        or settings.credentials_files
        or settings.config_files
    ):
        return True
    files = [Path(env.get(name, usual)).expanduser() for name, usual in _SHARED_FILES.items()]
    return any(env.get(name) for name in _NAMING_CREDENTIALS) or any(map(Path.is_file, files))


def _known(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _known(part) for name, part in value.items() if part is not UNKNOWN}
    if isinstance(value, list):
        return [_known(part) for part in value if part is not UNKNOWN]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
