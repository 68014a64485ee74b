"""The ``aws:*`` settings of a stack, as pulumi-aws spells them, read into one typed value.

Every key of pulumi-aws is honoured here, of no consequence to IAM, or refused by name: acting as
somebody else than the rest of the stack would be worse than not acting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.roles import FieldError, Role, WebIdentity

T = TypeVar("T")

Get = Callable[[str], object]
"""Answers a key without its namespace (``region``); structured values come as JSON."""

ATTEMPTS: Final = 8
IRRELEVANT: Final = (
    "defaultTags",
    "ignoreTags",
    "tagPolicyCompliance",
    "s3UsePathStyle",
    "s3UsEast1RegionalEndpoint",
    "tokenBucketRateLimiterCapacity",
)
"""Keys of pulumi-aws that make no difference to what keyswitch asks of IAM and STS."""
REFUSED: Final = {"assumeRole": catalogue.AssumeRoleOfV6}

_NO_ACCOUNT_ID: Final = "not an account id, a string of twelve digits"
_NOT_TWELVE_DIGITS: Final = (
    "a number without twelve digits; YAML changes an account id that begins with 0"
)
_IN_QUOTES: Final = "Write the account id in quotes in the stack's config file. "
_RETRY_MODES: Final = ("standard", "adaptive")
_IN_A_PATH: Final = re.compile(r"[.\[]")
ACCOUNT_ID: Final = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, repr=False)
class AwsSettings:
    """A stack's ``aws:*`` settings. Has no ``repr``: it may hold secrets.

    ``attempts`` counts the first try too (``maxRetries``, which pulumi-aws counts so); ``None``
    stands for what is not set, and leaves it to the environment.
    """

    region: str | None = None
    profile: str | None = None
    access_key: str | None = None
    secret_key: str | None = None
    token: str | None = None
    assume_roles: tuple[Role, ...] = ()
    web_identity: WebIdentity | None = None
    config_files: tuple[str, ...] = ()
    credentials_files: tuple[str, ...] = ()
    iam_endpoint: str | None = None
    sts_endpoint: str | None = None
    organizations_endpoint: str | None = None
    cloudtrail_endpoint: str | None = None
    sts_region: str | None = None
    use_fips: bool | None = None
    use_dualstack: bool | None = None
    attempts: int = ATTEMPTS
    retry_mode: str | None = None
    ca_bundle: str | None = None
    insecure: bool = False
    http_proxy: str | None = None
    https_proxy: str | None = None
    no_proxy: str | None = None
    metadata_endpoint: str | None = None
    metadata_endpoint_mode: str | None = None
    skip_metadata: bool | None = None
    skip_region_validation: bool = True
    skip_requesting_account_id: bool = False
    allowed_account_ids: tuple[str, ...] = ()
    forbidden_account_ids: tuple[str, ...] = ()
    user_agents: tuple[str, ...] = ()

    @property
    def has_static_keys(self) -> bool:
        """Whether the settings themselves hold the credentials."""
        return bool(self.access_key and self.secret_key)

    @classmethod
    def read(cls, get: Get) -> AwsSettings:
        """Reads the settings.

        :raises KeyswitchError: KS112 for a key that is refused, KS113 for a value
            that cannot be read.
        """
        for key, refusal in REFUSED.items():
            if get(key) not in _NOTHING:
                raise KeyswitchError(refusal(keys=f"aws:{key}"))
        settings = _Reader(get)
        endpoints = settings.endpoints()
        read = cls(
            region=settings.text("region"),
            profile=settings.text("profile"),
            access_key=settings.text("accessKey"),
            secret_key=settings.text("secretKey"),
            token=settings.text("token"),
            assume_roles=settings.roles(),
            web_identity=settings.web_identity(),
            config_files=settings.texts("sharedConfigFiles"),
            credentials_files=settings.texts("sharedCredentialsFiles"),
            iam_endpoint=settings.url(endpoints, "iam"),
            sts_endpoint=settings.url(endpoints, "sts"),
            organizations_endpoint=settings.url(endpoints, "organizations"),
            cloudtrail_endpoint=settings.url(endpoints, "cloudtrail"),
            sts_region=settings.text("stsRegion"),
            use_fips=settings.boolean("useFipsEndpoint"),
            use_dualstack=settings.boolean("useDualstackEndpoint"),
            attempts=settings.attempts(),
            retry_mode=settings.word("retryMode", _RETRY_MODES),
            ca_bundle=settings.text("customCaBundle"),
            insecure=settings.boolean("insecure") or False,
            http_proxy=settings.proxy("httpProxy"),
            https_proxy=settings.proxy("httpsProxy"),
            no_proxy=settings.no_proxy(),
            metadata_endpoint=settings.text("ec2MetadataServiceEndpoint"),
            metadata_endpoint_mode=settings.text("ec2MetadataServiceEndpointMode"),
            skip_metadata=settings.boolean("skipMetadataApiCheck"),
            skip_region_validation=settings.boolean("skipRegionValidation") is not False,
            skip_requesting_account_id=settings.boolean("skipRequestingAccountId") or False,
            allowed_account_ids=settings.account_ids("allowedAccountIds"),
            forbidden_account_ids=settings.account_ids("forbiddenAccountIds"),
            user_agents=settings.texts("userAgents"),
        )
        _refuse_contradictions(read)
        return read


_NOTHING: Final[tuple[object, ...]] = (None, "", "[]", "{}", [], {})


def _refuse_contradictions(settings: AwsSettings) -> None:
    keys = {
        "accessKey": settings.access_key,
        "secretKey": settings.secret_key,
        "token": settings.token,
    }
    missing = [name for name in ("accessKey", "secretKey") if not keys[name]]
    given = [name for name, value in keys.items() if value]
    if given and missing:
        wanted = " and ".join(f"aws:{name}" for name in missing)
        raise unreadable(given[0], f"it needs {wanted} beside it")
    if settings.allowed_account_ids and settings.forbidden_account_ids:
        raise unreadable("allowedAccountIds", "it excludes aws:forbiddenAccountIds beside it")


class _Reader:
    """Single values, each refused by its name if it cannot be read."""

    def __init__(self, get: Get) -> None:
        self._get = get

    def text(self, key: str) -> str | None:
        value = self._get(key)
        return str(value) if value not in (None, "") else None

    def proxy(self, key: str) -> str | None:
        """A proxy's URL; empty text says that there is to be none, whatever the environment says."""
        value = self._get(key)
        return None if value is None else str(value)

    def word(self, key: str, words: tuple[str, ...]) -> str | None:
        value = self.text(key)
        if value is not None and value not in words:
            raise unreadable(key, f"not one of {', '.join(words)}")
        return value

    def boolean(self, key: str) -> bool | None:
        value = self._get(key)
        if value in (None, ""):
            return None
        if value in (True, "true", False, "false"):
            return value in (True, "true")
        raise unreadable(key, "not a boolean")

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._structured(key)
        if value in _NOTHING:
            return ()
        if not isinstance(value, list):
            raise unreadable(key, "not a list")
        return tuple(str(item) for item in value)

    def account_ids(self, key: str) -> tuple[str, ...]:
        """One that can match no account would let every account through a list of forbidden ones."""
        ids = self.texts(key)
        for position, each in enumerate(ids):
            if not ACCOUNT_ID.fullmatch(each):
                is_number = isinstance(self._structured(key)[position], int | float)
                raise unreadable(
                    f"{key}[{position}]",
                    _NOT_TWELVE_DIGITS if is_number else _NO_ACCOUNT_ID,
                    suggestion=_IN_QUOTES if is_number else "",
                )
        return ids

    def attempts(self) -> int:
        value = self._get("maxRetries")
        if value in (None, ""):
            return ATTEMPTS
        try:
            attempts = int(float(str(value)))
        except (ValueError, OverflowError):
            raise unreadable("maxRetries", "not a whole number") from None
        return attempts if attempts > 0 else ATTEMPTS

    def no_proxy(self) -> str | None:
        """A list, or one string with commas."""
        value = self._get("noProxy")
        if str(value).startswith("["):
            return ",".join(self.texts("noProxy")) or None
        return self.text("noProxy")

    def endpoints(self) -> Mapping[str, object]:
        """``aws:endpoints`` is a list of maps from service to URL; the last of a service counts."""
        listed = self._structured("endpoints")
        if listed in _NOTHING:
            return {}
        if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
            problem = "not a list of maps such as [{iam: https://...}]"
            raise unreadable("endpoints", problem)
        return {service: url for entry in listed for service, url in entry.items() if url}

    def url(self, endpoints: Mapping[str, object], service: str) -> str | None:
        url = str(endpoints.get(service) or "")
        if url and not url.startswith(("http://", "https://")):
            problem = f"the endpoint of {service} is not an http:// or https:// URL"
            raise unreadable("endpoints", problem)
        return url or None

    def roles(self) -> tuple[Role, ...]:
        listed = self._structured("assumeRoles")
        if listed in _NOTHING:
            return ()
        if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
            raise unreadable("assumeRoles", "not a list of maps such as [{roleArn: arn:...}]")
        return tuple(
            _of_entry(Role.read, f"assumeRoles[{position}]", entry)
            for position, entry in enumerate(listed)
        )

    def web_identity(self) -> WebIdentity | None:
        key = "assumeRoleWithWebIdentity"
        entry = self._structured(key)
        if entry in _NOTHING:
            return None
        if not isinstance(entry, dict):
            raise unreadable(key, "not a map such as {roleArn: arn:..., webIdentityTokenFile: ...}")
        return _of_entry(WebIdentity.read, key, entry)

    def _structured(self, key: str) -> Any:
        value = self._get(key)
        if not isinstance(value, str) or value == "":
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise unreadable(key, "not a list or a map") from None


def _of_entry(read: Callable[[Mapping[str, Any]], T], key: str, entry: Mapping[str, Any]) -> T:
    try:
        return read(entry)
    except FieldError as error:
        raise unreadable(f"{key}.{error.field}", str(error)) from None
    except ValueError as error:
        raise unreadable(key, str(error)) from None


def unreadable(key: str, problem: str, *, suggestion: str = "") -> KeyswitchError:
    """That a setting cannot be read (KS113).

    :param key: without its namespace; a path into a structured one (``assumeRoles[0].duration``).
    :param suggestion: what to do about it first, a sentence with a blank at its end.
    """
    named = f"aws:{key}"
    return KeyswitchError(
        catalogue.BadConfig(
            key=named,
            problem=problem,
            suggestion=suggestion,
            argument=f"--path '{named}'" if _IN_A_PATH.search(key) else named,
        )
    )
