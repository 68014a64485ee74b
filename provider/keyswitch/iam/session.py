"""From settings, environment and shared files to boto3 clients for IAM, STS and CloudTrail.

Signs as pulumi-aws would (:mod:`keyswitch.iam.credentials`), in its region and by its way there. botocore
is imported when a client is made.
"""

from __future__ import annotations

import os
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from keyswitch.iam.assume_role import assumed
from keyswitch.iam.call_limits import BOUNDS, Bounds
from keyswitch.iam.credentials import Chain, profile_of_environment
from keyswitch.iam.proxies import proxies_to
from keyswitch.iam.regions import region_found, region_of_iam
from keyswitch.iam.shared_config import Profile, merged
from keyswitch.iam.user_agent import NOBODY, Origin
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.aws_settings import AwsSettings, unreadable
from keyswitch.model.roles import Role

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import GetCallerIdentityResponseTypeDef

    from keyswitch.iam.http_session import BoundedSession

_MOST_CONNECTIONS: Final = 50
_SEVERAL_AT_A_TIME: Final = "adaptive"
_ONE_AFTER_THE_OTHER: Final = "standard"
_MADE_ELSEWHERE: Final = ("keyswitch", "custom-process")
"""How credentials were had that some other program made."""


class Clients:
    """The two clients, each made once; botocore's clients are thread-safe, its sessions not.

    :param settings: from :meth:`AwsSettings.read`.
    :param origin: whose calls they are.
    :param bounds: of every call, those for credentials too.
    :raises KeyswitchError: there are no credentials, a role is refused, a file cannot be read.
    """

    def __init__(
        self,
        settings: AwsSettings,
        origin: Origin = NOBODY,
        bounds: Bounds = BOUNDS,
    ) -> None:
        self._settings = settings
        self._product = origin.product
        self._session_name = origin.session_name
        self._files = merged(
            settings.config_files or (os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config",),
            settings.credentials_files
            or (os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials",),
        )
        self._bounds = bounds
        self._region = region_found(self._settings, self._profile)
        self._refuse_unknown_region()
        self._verify = self._verification()
        self._connections: dict[str, BoundedSession] = {}
        self._signing_keys: set[str] = set()
        chain = Chain(
            settings,
            self._files,
            self._sts_of,
            self._bound,
            self._session_name,
            self._signing_keys,
        )
        self._caller_identity: GetCallerIdentityResponseTypeDef | None = None
        self.sign_with(chain.credentials())

    @cached_property
    def sts(self) -> STSClient:
        """Not needed by every run; made where it is first asked for."""
        return self._sts_of(self._credentials, self._settings.sts_region)

    @cached_property
    def organizations(self) -> Any:
        """The client of AWS Organizations, for whoever walks an organization, a call after the other."""
        endpoint = self._settings.organizations_endpoint
        return self.client("organizations", endpoint, retry_mode=_ONE_AFTER_THE_OTHER)

    def client(
        self, service: str, endpoint: str | None, retry_mode: str = _SEVERAL_AT_A_TIME
    ) -> Any:
        """A client of any service, which these credentials sign for, in their region.

        :param endpoint: URL of the settings, ``None`` for the one of the environment or AWS's own.
        :param retry_mode: botocore's, where neither the settings nor the environment name one.
        """
        return self._client(service, self._credentials, self._region, endpoint, retry_mode)

    def in_role(self, role: Role) -> Clients:
        """The same clients as a role, which these credentials assume now, over the same connections.

        :raises KeyswitchError: the role may not be assumed (KS313), or STS cannot be asked.
        """
        found = copy(self)
        found.sign_with(assumed(role, self.sts, self._session_name))
        return found

    def sign_with(self, credentials: Credentials) -> None:
        """Has every client made anew, for these credentials."""
        for made_later in ("sts", "organizations"):
            self.__dict__.pop(made_later, None)
        self._caller_identity = None
        self._credentials = credentials
        self.iam: IAMClient = self.client("iam", self._settings.iam_endpoint)

    def cloudtrail(self, region: str) -> Any:
        """A new client of CloudTrail in a region."""
        endpoint = self._settings.cloudtrail_endpoint
        return self._client("cloudtrail", self._credentials, region, endpoint)

    @property
    def regions(self) -> tuple[str, ...]:
        """The region that signs, and the one whose CloudTrail has the events of IAM in that partition."""
        of_iam = region_of_iam(self.iam.meta.partition)
        return tuple(dict.fromkeys((self._region, of_iam)))

    @property
    def sign_by_session(self) -> bool:
        """Whether a session token signs that is not known to be a role's."""
        by = self._credentials
        return by.method in _MADE_ELSEWHERE and bool(by.get_frozen_credentials().token)

    def signing_keys(self) -> frozenset[str]:
        """The ids of the keys that sign, and of those that roles are assumed with."""
        signing = str(self._credentials.get_frozen_credentials().access_key)
        return frozenset({signing, *self._signing_keys})

    def caller_identity(self) -> GetCallerIdentityResponseTypeDef:
        """The answer of ``sts:GetCallerIdentity``, which is not asked again once it was given."""
        if self._caller_identity is None:
            self._caller_identity = self.sts.get_caller_identity()
        return self._caller_identity

    def _sts_of(self, credentials: Credentials | None, region: str | None) -> STSClient:
        client: STSClient = self._client(
            "sts", credentials, region or self._region, self._settings.sts_endpoint
        )
        return client

    def _client(
        self,
        service: str,
        credentials: Credentials | None,
        region: str,
        endpoint: str | None,
        retry_mode: str = _SEVERAL_AT_A_TIME,
    ) -> Any:
        from botocore.config import Config

        from keyswitch.iam import botocore_session

        client = botocore_session.client(
            service,
            credentials,
            region_name=region,
            endpoint_url=endpoint or self._endpoint_of_environment(service),
            verify=self._verify,
            config=Config(proxies={}, **self._options(credentials, retry_mode)),
        )
        self._bound(client)
        return client

    def _bound(self, client: Any) -> None:
        """Has a client send its requests within the bounds, by the way that the settings name."""
        from keyswitch.iam.http_session import BoundedSession

        endpoint = client.meta.endpoint_url
        if endpoint not in self._connections:
            proxies = proxies_to(endpoint, self._settings)
            found = BoundedSession(self._bounds, verify=self._verify, proxies=proxies)
            self._connections.setdefault(endpoint, found)
        session = self._connections[endpoint]

        def send(request: Any, **_: object) -> Any:
            return session.send(request)

        # Last, as the pauses of a throttled client are made by a handler of the same event.
        client.meta.events.register_last("before-send", send)

    def _options(self, credentials: Credentials | None, retry_mode: str) -> dict[str, Any]:
        from botocore import UNSIGNED

        settings = self._settings
        return {
            "retries": {
                "mode": self._retry_mode(retry_mode),
                "total_max_attempts": settings.attempts,
            },
            "connect_timeout": self._bounds.connect_seconds,
            "read_timeout": self._bounds.try_seconds,
            "max_pool_connections": _MOST_CONNECTIONS,
            "user_agent_extra": " ".join([self._product, *self._user_agents()]),
            "user_agent_appid": self._appid(),
            "use_fips_endpoint": self._switch("use_fips", "use_fips_endpoint"),
            "use_dualstack_endpoint": self._switch("use_dualstack", "use_dualstack_endpoint"),
            "ignore_configured_endpoint_urls": True,
            "signature_version": UNSIGNED if credentials is None else None,
        }

    @property
    def _profile(self) -> Profile:
        name = self._settings.profile or profile_of_environment()
        found: Profile = self._files.get("profiles", {}).get(name, {})
        return found

    def _refuse_unknown_region(self) -> None:
        if self._settings.skip_region_validation:
            return
        from keyswitch.iam.botocore_session import regions

        if self._region not in regions():
            raise unreadable("region", f"{self._region} is no region of AWS")

    def _endpoint_of_environment(self, service: str) -> str | None:
        """The order of the Go provider, which reads the old names of Terraform's too."""
        env, name = os.environ, service.upper()
        own = env.get(f"AWS_ENDPOINT_URL_{name}") or env.get(f"TF_AWS_{name}_ENDPOINT")
        if own:
            return own
        profile = self._profile
        ignored = env.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") or profile.get(
            "ignore_configured_endpoint_urls"
        )
        if str(ignored).lower() == "true":
            return None
        services = self._files.get("services", {}).get(profile.get("services", ""), {})
        of_service = services.get(service, {})
        of_file = of_service.get("endpoint_url") if isinstance(of_service, dict) else None
        return env.get("AWS_ENDPOINT_URL") or of_file or profile.get("endpoint_url")

    def _switch(self, setting: str, name: str) -> bool:
        declared = getattr(self._settings, setting)
        if declared is not None:
            return bool(declared)
        said = os.environ.get(f"AWS_{name.upper()}") or self._profile.get(name)
        return str(said).lower() == "true"

    def _verification(self) -> bool | str:
        """What botocore is to verify a server by."""
        if self._settings.insecure:
            return False
        bundle = (
            self._settings.ca_bundle
            or os.environ.get("AWS_CA_BUNDLE")
            or self._profile.get("ca_bundle")
            or os.environ.get("SSL_CERT_FILE")
        )
        if not bundle:
            return True
        path = Path(os.path.expandvars(str(bundle)))
        try:
            path = path.expanduser()
            usable = b"-----BEGIN CERTIFICATE-----" in path.read_bytes()
        except (OSError, RuntimeError):
            usable = False
        if not usable:
            raise KeyswitchError(catalogue.UnreadableCaBundle(path=path))
        return str(path)

    def _retry_mode(self, otherwise: str) -> str:
        """The environment's only where it is one that Go has too: never botocore's legacy one.

        Botocore counts the retries of all calls together and gives up once they are too many, which
        several throttled calls at a time soon are. Adaptive, the calls slow down together instead, to
        the rate that AWS allows; before the first throttled call the two modes are the same.

        :param otherwise: what a client does by itself; one call after the other is soonest done in standard mode.
        """
        of_environment = os.environ.get("AWS_RETRY_MODE")
        standard = of_environment == "standard"
        return self._settings.retry_mode or ("standard" if standard else otherwise)

    def _user_agents(self) -> list[str]:
        appended = os.environ.get("TF_APPEND_USER_AGENT")
        return [*self._settings.user_agents, *([appended] if appended else [])]

    def _appid(self) -> str | None:
        found = os.environ.get("AWS_SDK_UA_APP_ID") or self._profile.get("sdk_ua_app_id")
        return str(found) if found else None
