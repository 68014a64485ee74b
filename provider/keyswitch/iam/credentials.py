"""Finds the credentials that pulumi-aws would sign with, in the order of the Go SDK.

The settings' own keys; the settings' web identity; the settings' profile; then the environment's
keys, its web identity, its profile or the default one, a container's role, the machine's role; and on
top of any of them the settings' roles, one after the other. Where botocore would take somebody else,
this follows the Go SDK, so that both providers of a stack act as one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from keyswitch.iam.assume_role import assumed, with_web_identity
from keyswitch.iam.call_limits import CONTAINER, METADATA
from keyswitch.iam.credential_faults import Process, finding, none
from keyswitch.iam.shared_config import KEY_ID, SECRET, TOKEN, Profile, no_such_profile
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.roles import Role, WebIdentity

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from mypy_boto3_sts import STSClient

_DEFAULT_PROFILE: Final = "default"
_METADATA_ATTEMPTS: Final = 2

StsOf = Callable[["Credentials | None", str | None], "STSClient"]
"""Makes an STS client that signs with these credentials, in this region or the session's own."""


def profile_of_environment() -> str:
    """The profile that the environment names, in the order of the Go SDK."""
    env = os.environ
    return env.get("AWS_PROFILE") or env.get("AWS_DEFAULT_PROFILE") or _DEFAULT_PROFILE


@dataclass(frozen=True, repr=False)
class Chain:
    """Resolves the credentials of one set of settings.

    :param settings: of the stack, with an account laid over them or not.
    :param full_config: all that the shared files say, for what botocore resolves itself.
    :param sts_of: makes STS clients.
    :param bound: has a client of botocore's own making keep to the bounds of a call.
    :param session_name: the role session name where none is given.
    :param signing_keys: takes up the ids of the keys that sign or that roles are assumed with.
    """

    settings: AwsSettings
    full_config: Mapping[str, Any]
    sts_of: StsOf
    bound: Callable[[Any], None]
    session_name: str
    signing_keys: set[str]

    @property
    def profiles(self) -> Mapping[str, Profile]:
        """Every profile of the shared files."""
        found: Mapping[str, Profile] = self.full_config.get("profiles", {})
        return found

    def credentials(self) -> Credentials:
        """Credentials that renew themselves where they can.

        :raises KeyswitchError: there are none, or a role may not be assumed.
        """
        self._refuse_missing_profile()
        found = self._base()
        for role in self.settings.assume_roles:
            found = self._assumed(role, found, self.settings.sts_region)
        return found

    def _refuse_missing_profile(self) -> None:
        named = self.settings.profile or os.environ.get("AWS_PROFILE")
        if named and named not in self.profiles:
            raise no_such_profile(named, self.full_config)

    def _base(self) -> Credentials:
        settings = self.settings
        if settings.has_static_keys:
            return self._static(settings.access_key, settings.secret_key, settings.token)
        if settings.web_identity is not None:
            return self._of_web_identity(settings.web_identity, settings.sts_region)
        if settings.profile:
            return self._of_profile(settings.profile)
        return self._of_environment()

    def _of_environment(self) -> Credentials:
        env = os.environ
        found = self._keys_of_environment()
        if found is not None:
            return found
        token_file, role_arn = env.get("AWS_WEB_IDENTITY_TOKEN_FILE"), env.get("AWS_ROLE_ARN")
        if token_file and not role_arn:
            raise none("AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not")
        if token_file and role_arn:
            name = env.get("AWS_ROLE_SESSION_NAME")
            return self._of_web_identity(
                WebIdentity(role_arn, session_name=name, token_file=token_file), None
            )
        return self._of_profile(profile_of_environment())

    def _keys_of_environment(self) -> Credentials | None:
        env = os.environ
        key = env.get("AWS_ACCESS_KEY_ID") or env.get("AWS_ACCESS_KEY")
        secret = env.get("AWS_SECRET_ACCESS_KEY") or env.get("AWS_SECRET_KEY")
        if not key or not secret:
            return None
        return self._static(key, secret, env.get("AWS_SESSION_TOKEN"))

    def _of_profile(self, name: str, passed: tuple[str, ...] = ()) -> Credentials:
        """What the profile holds and, where it names a role, that role assumed with it."""
        profile = self.profiles.get(name, {})
        role_arn, token_file = profile.get("role_arn"), profile.get("web_identity_token_file")
        if role_arn and profile.get("mfa_serial"):
            raise none(
                f"profile {name} asks for a code (mfa_serial), and nobody is there to type it"
            )
        sourced = profile.get("source_profile") or profile.get("credential_source")
        if role_arn and token_file and not sourced and not profile.get(KEY_ID):
            session_name = profile.get("role_session_name")
            return self._of_web_identity(
                WebIdentity(role_arn, session_name=session_name, token_file=token_file), None
            )
        base = self._base_of_profile(name, profile, passed)
        if not role_arn:
            return base
        seconds = str(profile.get("duration_seconds") or "")
        if seconds and not seconds.isdecimal():
            raise none(f"duration_seconds of profile {name} is no whole number")
        role = Role(
            role_arn,
            session_name=profile.get("role_session_name"),
            external_id=profile.get("external_id"),
            duration=int(seconds) if seconds else None,
        )
        return self._assumed(role, base, None)

    def _base_of_profile(self, name: str, profile: Profile, passed: tuple[str, ...]) -> Credentials:
        source, keyword = profile.get("source_profile"), profile.get("credential_source")
        has_role = bool(profile.get("role_arn"))
        if has_role and source and source != name and source not in passed:
            if source not in self.profiles:
                raise no_such_profile(source, self.full_config)
            return self._of_profile(source, (*passed, name))
        if has_role and not source and keyword:
            return self._of_source(name, str(keyword))
        if any(profile.get(each) for each in (KEY_ID, SECRET, TOKEN)):
            key, secret = profile.get(KEY_ID), profile.get(SECRET)
            if not (key and secret):
                raise none(f"profile {name} holds half a pair of keys")
            return self._static(key, secret, profile.get(TOKEN))
        return self._of_botocore(name, self._providers(name, profile))

    def _of_source(self, name: str, keyword: str) -> Credentials:
        """``credential_source``: one place to look, and no other."""
        if keyword == "Environment":
            found = self._keys_of_environment()
            if found is None:
                raise none(f"profile {name} takes them from the environment, which has none")
            return found
        if keyword == "EcsContainer":
            return self._of_botocore(name, self._container())
        if keyword == "Ec2InstanceMetadata":
            return self._of_botocore(name, self._machine(f"profile {name} names no others"))
        raise none(f"credential_source of profile {name} is none that there is")

    def _of_botocore(self, name: str, providers: Iterable[Any]) -> Credentials:
        """Single sign-on, a process, a container's role, the machine's role: as far as botocore has them."""
        with finding(name):
            for provider in providers:
                found: Credentials | None = provider.load()
                if found is not None:
                    self.signing_keys.add(str(found.get_frozen_credentials().access_key))
                    return found
        raise none(f"neither the environment nor profile {name} holds any")

    def _providers(self, name: str, profile: Profile) -> Iterator[Any]:
        from botocore import credentials as b

        if any(each.startswith("sso_") for each in profile):
            yield self._single_sign_on(name)
        if profile.get("credential_process"):
            yield Process(name, b.ProcessProvider(name, lambda: self.full_config))
        yield from self._container()
        yield from self._machine(f"neither the environment nor profile {name} holds credentials")

    def _single_sign_on(self, name: str) -> Any:
        from botocore import credentials as b
        from botocore.tokens import SSOTokenProvider

        from keyswitch.iam.botocore_session import SharingSession

        files, bound = self.full_config, self.bound

        class OfAllFiles(SharingSession):
            """botocore reads one file of each kind; these are all of them, merged."""

            full_config = property(lambda _: files)

            def create_client(self, *args: Any, **options: Any) -> Any:
                client = super().create_client(*args, **options)
                bound(client)
                return client

        core = OfAllFiles()
        tokens = SSOTokenProvider(core, profile_name=name)
        return b.SSOProvider(
            load_config=lambda: self.full_config,
            client_creator=core.create_client,
            profile_name=name,
            token_provider=tokens,
        )

    def _container(self) -> Iterator[Any]:
        from botocore.credentials import ContainerProvider
        from botocore.utils import ContainerMetadataFetcher

        from keyswitch.iam.http_session import BoundedSession

        fetcher: Any = ContainerMetadataFetcher(session=BoundedSession(CONTAINER))
        yield ContainerProvider(fetcher=fetcher)

    def _machine(self, elsewhere: str) -> Iterator[Any]:
        """The machine's role.

        :param elsewhere: why no other credentials count, in words, should the machine not answer.
        """
        from botocore.credentials import InstanceMetadataProvider

        from keyswitch.iam.http_session import BoundedMetadataFetcher

        if self._metadata_disabled():
            return
        settings, env = self.settings, os.environ
        endpoint = settings.metadata_endpoint or env.get("AWS_EC2_METADATA_SERVICE_ENDPOINT")
        mode = settings.metadata_endpoint_mode or env.get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
        fetcher = BoundedMetadataFetcher(
            METADATA,
            num_attempts=_METADATA_ATTEMPTS,
            env={},
            config={
                "ec2_metadata_service_endpoint": endpoint,
                "ec2_metadata_service_endpoint_mode": (mode or "ipv4").lower(),
                "ec2_metadata_v1_disabled": env.get("AWS_EC2_METADATA_V1_DISABLED") == "true",
            },
        )
        yield InstanceMetadataProvider(iam_role_fetcher=fetcher)
        # Whoever goes on has found none there, for which botocore gives no reason.
        if fetcher.timed_out:
            endpoint = fetcher.get_base_url()
            raise KeyswitchError(catalogue.MetadataSilent(elsewhere=elsewhere, endpoint=endpoint))

    def _metadata_disabled(self) -> bool:
        if self.settings.skip_metadata is not None:
            return self.settings.skip_metadata
        return os.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true"

    def _static(self, key: str | None, secret: str | None, token: str | None) -> Credentials:
        from botocore.credentials import Credentials

        if not key or not secret:
            raise none("a pair of keys is incomplete")
        self.signing_keys.add(key)
        return Credentials(key, secret, token or None, method="keyswitch")

    def _of_web_identity(self, identity: WebIdentity, region: str | None) -> Credentials:
        return with_web_identity(identity, lambda: self.sts_of(None, region), self.session_name)

    def _assumed(self, role: Role, base: Credentials, region: str | None) -> Credentials:
        return assumed(role, self.sts_of(base, region), self.session_name)
