"""Finds credentials that a stack's config holds in plain text, for a warning.

The engine hands the config of a dynamic provider on to its state, and shows it in previews as JSON. What is encrypted
in the config stays encrypted there, what is not does not: a provider cannot keep it secret.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import pulumi
from pulumi.runtime.config import is_config_secret

from keyswitch.messages import catalogue
from keyswitch.messages.format import line

_CREDENTIALS: Final = ("secretKey", "token")
_PROXIES: Final = ("httpProxy", "httpsProxy")
_WEB_IDENTITY: Final = "assumeRoleWithWebIdentity"


def warnings_of_plain_secrets() -> Iterator[str]:
    """A warning (KS159) for each setting of ``aws:`` that holds a credential and is not encrypted."""
    config = pulumi.Config("aws")
    for name in (*_CREDENTIALS, *_PROXIES, _WEB_IDENTITY):
        value = config.get(name)
        key = f"aws:{name}"
        if value and _holds_credential(name, value) and not is_config_secret(key):
            within = f"--path '{key}.webIdentityToken'"
            argument = within if name == _WEB_IDENTITY else key
            yield line(catalogue.PlainSecret(key=key, argument=argument))


def _holds_credential(name: str, value: str) -> bool:
    if name in _PROXIES:
        try:
            return bool(urlsplit(value).password)
        except ValueError:
            return False
    return name in _CREDENTIALS or '"webIdentityToken"' in value
