"""The accounts that a program names, for keys outside the one of the stack's own credentials.

A dynamic provider is given no explicit provider object. An account is data instead: how to get to it
from the stack's settings. It stands in the state, so that a refresh and a destroy find the way again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.roles import Role, session_seconds


@dataclass(frozen=True)
class DeclaredAccount:
    """How to act in one account, see :data:`~keyswitch.model.inputs.IN_ACCOUNT`; ``None`` stands for what the program omits."""

    name: str
    role_arn: str | None = None
    external_id: str | None = None
    session_name: str | None = None
    duration: str | None = None
    region: str | None = None
    profile: str | None = None
    allowed_account_ids: tuple[str, ...] | None = None

    @property
    def account_id(self) -> str:
        """The account that it is, as far as its role or the only allowed id tells; empty where neither does."""
        if self.role_arn:
            return self.role_arn.split(":")[4]
        allowed = self.allowed_account_ids or ()
        return allowed[0] if len(allowed) == 1 else ""

    def over(self, settings: AwsSettings) -> AwsSettings:
        """The stack's settings, with what this account says instead."""
        found = settings
        if self.profile:
            found = replace(
                found,
                profile=self.profile,
                access_key=None,
                secret_key=None,
                token=None,
                web_identity=None,
                assume_roles=(),
            )
        if self.role_arn:
            role = Role(
                self.role_arn,
                session_name=self.session_name,
                external_id=self.external_id,
                duration=session_seconds(self.duration) if self.duration else None,
            )
            found = replace(found, assume_roles=(*found.assume_roles, role))
        if self.allowed_account_ids:
            allowed = self.allowed_account_ids
            found = replace(found, allowed_account_ids=allowed)
        return replace(found, region=self.region) if self.region else found
