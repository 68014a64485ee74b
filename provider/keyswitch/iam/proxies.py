"""The way to an endpoint: through a proxy, or past it."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit

from keyswitch.model.aws_settings import AwsSettings

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


def proxies_to(endpoint: str, settings: AwsSettings) -> dict[str, str]:
    """The proxy to one endpoint, by scheme: settings before the environment, and what goes past a proxy.

    :param endpoint: a URL.
    """
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

    address = urlsplit(endpoint)
    host = address.hostname or ""
    no_proxy = settings.no_proxy or os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
    past = host in _LOOPBACK or proxy_bypass_environment(host, {"no": no_proxy or ""})
    if past:
        return {}
    if address.scheme == "https":
        proxy = _proxy(settings.https_proxy, "HTTPS_PROXY")
        proxy = settings.http_proxy if proxy is None else proxy
    else:
        proxy = _proxy(settings.http_proxy, "HTTP_PROXY")
    return {address.scheme: proxy} if proxy else {}


def _proxy(declared: str | None, variable: str) -> str | None:
    if declared is not None:
        return declared
    return os.environ.get(variable) or os.environ.get(variable.lower())
