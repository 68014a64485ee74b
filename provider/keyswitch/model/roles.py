"""The roles that a stack's ``aws:*`` settings ask to be assumed, read from their entries."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from keyswitch.model.durations import go_duration

SESSION_NAME: Final = re.compile(r"[\w+=,.@ -]{2,64}")
NO_SESSION_NAME: Final = "must have 2 to 64 letters, digits or any of +=,.@_-"
EXTERNAL_ID: Final = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
NO_EXTERNAL_ID: Final = "must have 2 to 1224 letters, digits or any of +=,.@:/_-"
ROLE_ARN: Final = re.compile(r"arn:[\w-]+:[\w-]+:[\w-]*:\d*:.+")

_SOURCE_IDENTITY: Final = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_SHORTEST_ARN: Final = 20
_BOTH_FIELDS: Final = frozenset({"roleArn", "sessionName", "duration", "policy", "policyArns"})
_ROLE_FIELDS: Final = _BOTH_FIELDS | {"externalId", "sourceIdentity", "tags", "transitiveTagKeys"}
_WEB_IDENTITY_FIELDS: Final = _BOTH_FIELDS | {"webIdentityToken", "webIdentityTokenFile"}
_SHORTEST_SESSION: Final = 15 * 60
_LONGEST_SESSION: Final = 12 * 60 * 60


class FieldError(ValueError):
    """One field of an entry cannot be read; ``str()`` says why, of an "it".

    :ivar field: its name in the config.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


@dataclass(frozen=True, repr=False)
class Role:
    """One hop of ``aws:assumeRoles``: the parameters of ``sts:AssumeRole``.

    :param duration: in seconds; ``None`` for the default of 15 minutes, as pulumi-aws has it.
    """

    role_arn: str
    session_name: str | None = None
    external_id: str | None = None
    duration: int | None = None
    policy: str | None = None
    policy_arns: tuple[str, ...] = ()
    source_identity: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    transitive_tag_keys: tuple[str, ...] = ()

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Role:
        """Reads one entry of the list.

        :raises ValueError: what is wrong with it.
        """
        return cls(
            **_of_both(entry, _ROLE_FIELDS),
            external_id=_matching(entry, "externalId", EXTERNAL_ID, NO_EXTERNAL_ID),
            source_identity=_matching(entry, "sourceIdentity", _SOURCE_IDENTITY, NO_SESSION_NAME),
            tags=_tags(entry),
            transitive_tag_keys=_listed(entry, "transitiveTagKeys"),
        )


@dataclass(frozen=True, repr=False)
class WebIdentity:
    """``aws:assumeRoleWithWebIdentity``; the token is given, or read from a file at each refresh."""

    role_arn: str
    session_name: str | None = None
    duration: int | None = None
    policy: str | None = None
    policy_arns: tuple[str, ...] = ()
    token: str | None = None
    token_file: str | None = None

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> WebIdentity:
        """Reads the setting.

        :raises ValueError: what is wrong with it.
        """
        token, token_file = _text(entry, "webIdentityToken"), _text(entry, "webIdentityTokenFile")
        if bool(token) == bool(token_file):
            raise ValueError("it needs one of webIdentityToken and webIdentityTokenFile")
        return cls(**_of_both(entry, _WEB_IDENTITY_FIELDS), token=token, token_file=token_file)


def session_seconds(text: str) -> int:
    """The seconds of a role's session, in Go's spelling.

    :raises ValueError: it is not a duration, or not between 15m and 12h.
    """
    try:
        seconds = int(go_duration(text).total_seconds())
    except ValueError:
        raise ValueError('it is none such as "15m" or "1h30m"') from None
    if not _SHORTEST_SESSION <= seconds <= _LONGEST_SESSION:
        raise ValueError("must be between 15m and 12h")
    return seconds


def _of_both(entry: Mapping[str, Any], fields: Collection[str]) -> dict[str, Any]:
    """The fields that both ways to assume a role have, each of them judged.

    :param fields: all that this way has.
    """
    unknown = sorted(set(entry) - set(fields))
    if unknown:
        shown = unknown[0] if re.fullmatch(r"[A-Za-z]{1,39}", unknown[0]) else "one"
        raise ValueError(f"there is no field {shown}, only {', '.join(sorted(fields))}")
    role_arn, session_name, policy = (
        entry.get(name) for name in ("roleArn", "sessionName", "policy")
    )
    if not isinstance(role_arn, str) or not ROLE_ARN.fullmatch(role_arn):
        raise FieldError("roleArn", "not the ARN of a role")
    if session_name is not None and not SESSION_NAME.fullmatch(str(session_name)):
        raise FieldError("sessionName", NO_SESSION_NAME)
    if policy is not None:
        try:
            json.loads(policy)
        except (TypeError, ValueError):
            raise FieldError("policy", "not JSON") from None
    return {
        "role_arn": role_arn,
        "session_name": session_name,
        "duration": _duration(entry.get("duration")),
        "policy": policy,
        "policy_arns": _listed(entry, "policyArns"),
    }


def _duration(text: object) -> int | None:
    if text is None:
        return None
    try:
        return session_seconds(str(text))
    except ValueError as error:
        raise FieldError("duration", str(error)) from None


def _listed(entry: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = entry.get(name) or []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise FieldError(name, "not a list of strings")
    if name == "policyArns" and not all(_is_arn(each) for each in value):
        raise FieldError(name, "not a list of ARNs")
    return tuple(sorted(value))


def _tags(entry: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    value = entry.get("tags") or {}
    if not isinstance(value, dict):
        raise FieldError("tags", "not a map")
    if "" in value:
        raise FieldError("tags", "has a tag without a name")
    return tuple(sorted((str(name), str(tag)) for name, tag in value.items()))


def _is_arn(text: str) -> bool:
    return text.startswith("arn:") and len(text) >= _SHORTEST_ARN


def _matching(
    entry: Mapping[str, Any], name: str, pattern: re.Pattern[str], problem: str
) -> str | None:
    value = _text(entry, name)
    if value is not None and not pattern.fullmatch(value):
        raise FieldError(name, problem)
    return value


def _text(entry: Mapping[str, Any], name: str) -> str | None:
    value = entry.get(name)
    return str(value) if value not in (None, "") else None
