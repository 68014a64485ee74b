"""From ``aws:*`` stack config and the environment to boto3 clients for IAM and STS.

Honours a part of pulumi-aws's configuration, see :class:`AwsConfig`, and refuses by name what
could make a difference and is not honoured: acting as somebody else would be worse than not acting.
Where botocore and the Go SDK differ on the environment (``AWS_REGION`` before
``AWS_DEFAULT_REGION``, ``AWS_PROFILE`` before ``AWS_DEFAULT_PROFILE``), this follows the Go SDK,
so that both providers of a stack act in one account. boto3 is imported when a client is made.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from keyswitch import catalogue
from keyswitch.errors import KeyswitchError
from keyswitch.version import __version__

if TYPE_CHECKING:
    import boto3
    import botocore.session
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

REFUSED: Final = (
    "assumeRole",
    "assumeRoles",
    "assumeRoleWithWebIdentity",
    "sharedConfigFiles",
    "sharedCredentialsFiles",
    "allowedAccountIds",
    "forbiddenAccountIds",
    "stsRegion",
    "useFipsEndpoint",
    "useDualstackEndpoint",
    "customCaBundle",
    "insecure",
    "httpProxy",
    "httpsProxy",
    "noProxy",
)

_REGION_OF_IAM: Final = "us-east-1"
_ATTEMPTS: Final = 8
_CONNECT_TIMEOUT_SECONDS: Final = 5
_READ_TIMEOUT_SECONDS: Final = 30
_MOST_CONNECTIONS: Final = 50


@dataclass(frozen=True, repr=False)
class AwsConfig:
    """The honoured part of a stack's ``aws:*`` config. Has no ``repr``: it may hold a secret.

    ``attempts`` counts the first try too (``aws:maxRetries``, which pulumi-aws counts so).
    """

    region: str | None = None
    profile: str | None = None
    access_key: str | None = None
    secret_key: str | None = None
    token: str | None = None
    iam_endpoint: str | None = None
    sts_endpoint: str | None = None
    attempts: int = _ATTEMPTS
    skip_requesting_account_id: bool = False

    @classmethod
    def read(cls, get: Callable[[str], object]) -> AwsConfig:
        """Reads the config.

        :param get: answers a key without its namespace (``region``) with its value, structured
            ones as JSON, ``None`` for one that is not set.
        :raises KeyswitchError: KS112 for keys that are not honoured, KS113 for unreadable ones.
        """
        refused = [
            f"aws:{key}"
            for key in REFUSED
            if get(key) not in (None, "", "[]", "{}", "false", False)
        ]
        if refused:
            raise KeyswitchError(catalogue.UNSUPPORTED_CONFIG, keys=", ".join(refused))
        endpoints = _endpoints(get("endpoints"))
        if bool(get("accessKey")) != bool(get("secretKey")):
            given, missing = ("accessKey", "secretKey")[:: 1 if get("accessKey") else -1]
            problem = f"it needs aws:{missing} beside it"
            raise KeyswitchError(catalogue.BAD_CONFIG, key=f"aws:{given}", problem=problem)
        return cls(
            region=_text(get("region")),
            profile=_text(get("profile")),
            access_key=_text(get("accessKey")),
            secret_key=_text(get("secretKey")),
            token=_text(get("token")),
            iam_endpoint=_text(endpoints.get("iam")),
            sts_endpoint=_text(endpoints.get("sts")),
            attempts=_attempts(get("maxRetries")),
            skip_requesting_account_id=_boolean(
                "skipRequestingAccountId", get("skipRequestingAccountId")
            ),
        )


class Clients:
    """The two clients, made from one session; boto3's clients are thread-safe, its sessions not.

    :param config: from :meth:`AwsConfig.read`.
    """

    def __init__(self, config: AwsConfig) -> None:
        self._core = _core_session()
        session = _session(config, self._core)
        self.iam: IAMClient = self._client(session, "iam", config, config.iam_endpoint)
        self.sts: STSClient = self._client(session, "sts", config, config.sts_endpoint)

    def signing_keys(self) -> frozenset[str]:
        """The ids of the keys that sign, and of those that the profile's role is assumed with."""
        credentials = self._core.get_credentials()
        if credentials is None:
            return frozenset()
        signing = {str(credentials.get_frozen_credentials().access_key)}
        if credentials.method == "assume-role":
            signing |= _keys_behind_profile(self._core)
        return frozenset(signing)

    @staticmethod
    def _client(
        session: boto3.Session,
        service: Any,
        config: AwsConfig,
        endpoint: str | None,
    ) -> Any:
        from botocore.config import Config

        return session.client(
            service,
            region_name=session.region_name or _REGION_OF_IAM,
            endpoint_url=endpoint,
            config=Config(
                retries={"mode": "standard", "total_max_attempts": config.attempts},
                connect_timeout=_CONNECT_TIMEOUT_SECONDS,
                read_timeout=_READ_TIMEOUT_SECONDS,
                max_pool_connections=_MOST_CONNECTIONS,
                user_agent_extra=f"keyswitch/{__version__}",
            ),
        )


def _core_session() -> botocore.session.Session:
    import botocore.session

    return botocore.session.Session(
        session_vars={
            "profile": (None, ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"], None, None),
            "region": ("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], None, None),
        }
    )


def _session(config: AwsConfig, core: botocore.session.Session) -> boto3.Session:
    import boto3

    return boto3.Session(
        aws_access_key_id=config.access_key,
        aws_secret_access_key=config.secret_key,
        aws_session_token=config.token,
        region_name=config.region,
        profile_name=config.profile,
        botocore_session=core,
    )


def _keys_behind_profile(core: botocore.session.Session) -> set[str]:
    """The key ids along the chain of ``source_profile``s that a role is assumed with."""
    profiles = core.full_config["profiles"]
    name = core.get_config_variable("profile") or "default"
    keys: set[str] = set()
    passed: set[str] = set()
    while name in profiles and name not in passed:
        passed.add(name)
        profile = profiles[name]
        keys.add(profile.get("aws_access_key_id") or "")
        if profile.get("credential_source") == "Environment":
            keys.add(os.environ.get("AWS_ACCESS_KEY_ID") or "")
        name = profile.get("source_profile")
    return keys - {""}


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None


def _boolean(key: str, value: object) -> bool:
    if value in (None, "", False, "false"):
        return False
    if value in (True, "true"):
        return True
    raise KeyswitchError(catalogue.BAD_CONFIG, key=f"aws:{key}", problem="it is no boolean")


def _attempts(value: object) -> int:
    if value in (None, ""):
        return _ATTEMPTS
    try:
        attempts = int(float(str(value)))
    except (ValueError, OverflowError):
        raise KeyswitchError(
            catalogue.BAD_CONFIG, key="aws:maxRetries", problem="it is no whole number"
        ) from None
    return attempts if attempts > 0 else _ATTEMPTS


def _endpoints(value: object) -> Mapping[str, object]:
    """``aws:endpoints`` is a list of maps from service to URL, or as JSON in a string."""
    if value in (None, ""):
        return {}
    try:
        listed = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        listed = None
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise KeyswitchError(
            catalogue.BAD_CONFIG,
            key="aws:endpoints",
            problem="it is no list of maps such as [{iam: https://...}]",
        )
    endpoints = {service: url for entry in listed for service, url in entry.items()}
    for service in ("iam", "sts"):
        url = endpoints.get(service)
        if url and not str(url).startswith(("http://", "https://")):
            problem = f"the one of {service} is no URL with http:// or https://"
            raise KeyswitchError(catalogue.BAD_CONFIG, key="aws:endpoints", problem=problem)
    return endpoints
