"""What ``keyswitch incident`` finds out: by AWS, by the register and by a state. None of them ends it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from keyswitch.cli.config_values import project_file, stack_of
from keyswitch.cli.incident_edit import Entry, RegisterEdit
from keyswitch.cli.progress import working
from keyswitch.cli.signing import Signing
from keyswitch.cli.stack_config import StackConfig
from keyswitch.cli.stack_export import StackState
from keyswitch.iam.client import Directory
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.aws_settings import AwsSettings
from keyswitch.model.inputs import USER_NAME
from keyswitch.model.validators import user_name as problem_of_user_name
from keyswitch.report.incident import DeclaringResource, Incident
from keyswitch.report.incident_commands import Commands, Hop, Project, SignedBy
from keyswitch.report.leaked_key import LeakedKey, Standing, look_into
from keyswitch.report.stack_state import declaring_resources


@dataclass(frozen=True)
class Found:
    """What was found out, and with what to go on.

    :param client: ``None`` where the settings cannot be read.
    :param edit: of the register; ``None`` where none is needed, or none can be made.
    """

    incident: Incident
    client: Directory | None
    edit: RegisterEdit | None


def find_out(
    access_key_id: str,
    signing: Signing,
    config: StackConfig | None,
    state: StackState,
    user_name: str,
    reason: str,
) -> Found:
    """Asks AWS, and reads the declarations.

    :param config: with the register; ``None`` for none.
    :param user_name: the owner, if IAM does not say it; empty for whom the declarations name.
    :param reason: of the override; empty for none.
    """
    unknown = [f"What the register says: {signing.unread}"] if signing.unread is not None else []
    client, settings = _client(signing, unknown)
    resources, recorded = _resources(access_key_id, state, unknown)
    entry = Entry(config, access_key_id, signing.account) if config is not None else None
    owners = (user_name, entry.user_name if entry is not None else "", recorded)
    owner = next(filter(is_user_name, owners), "")
    leaked = LeakedKey.unasked(access_key_id, owner)
    if client is not None:
        with working("asking AWS about the key"):
            leaked = look_into(client, access_key_id, owner)
    declared, edit = entry.edited(leaked, reason) if entry is not None else (None, None)
    of_commands = leaked.user_name if is_user_name(leaked.user_name) else ""
    signed_by, project = _signed_by(signing, settings), _project(config, state)
    if leaked.standing is Standing.OF_ANOTHER_ACCOUNT:
        signed_by = SignedBy()
    incident = Incident(
        leaked,
        Commands(access_key_id, of_commands, signed_by, project),
        entry=declared,
        resources=resources,
        whose_state=state.in_words,
        reason=reason,
        account_name=_account_name(leaked, config, unknown),
        stack_config=str(config.path) if config is not None else "",
        unknown=tuple(unknown),
        signs_with_settings=_signs_with_settings(settings),
    )
    return Found(incident, client, edit)


def is_user_name(name: str) -> bool:
    """Whether it can be the name of an IAM user, and so can stand in a command."""
    return problem_of_user_name(name, USER_NAME) is None


def _client(signing: Signing, unknown: list[str]) -> tuple[Directory | None, AwsSettings]:
    try:
        return signing.client_in(signing.declared_account()), signing.settings()
    except KeyswitchError as error:
        unknown.append(str(error))
        return None, AwsSettings(profile=signing.profile, region=signing.region)


def _signs_with_settings(settings: AwsSettings) -> bool:
    is_in_config = settings.has_static_keys or settings.web_identity is not None
    return is_in_config and not settings.profile


def _signed_by(signing: Signing, settings: AwsSettings) -> SignedBy:
    roles = [Hop(each.role_arn, each.external_id or "") for each in settings.assume_roles]
    if signing.role_arn and signing.role_arn not in {each.role_arn for each in roles}:
        roles.append(Hop(signing.role_arn))
    given = (
        ("--stack-config", str(signing.config.path) if signing.config is not None else ""),
        ("--account", signing.account),
        ("--profile", signing.profile),
        ("--role-arn", signing.role_arn),
    )
    return SignedBy(
        settings.profile or "",
        settings.region or "",
        tuple(roles),
        tuple(word for name, value in given if value for word in (name, value)),
    )


def _resources(
    access_key_id: str, state: StackState, unknown: list[str]
) -> tuple[tuple[DeclaringResource, ...] | None, str]:
    """The resources of the state, ``None`` where none was read, and the owner that they name."""
    try:
        text = state.text()
        found = list(declaring_resources(text, access_key_id)) if text is not None else None
    except KeyswitchError as error:
        unknown.append(f"Whether a stack declares the key: {error}")
        return None, ""
    if found is None:
        return None, ""
    owners = (record.user_name for _, _, record in found if record.user_name)
    return tuple(DeclaringResource(urn, rotation) for urn, rotation, _ in found), next(owners, "")


def _account_name(leaked: LeakedKey, config: StackConfig | None, unknown: list[str]) -> str:
    if config is None or leaked.standing is not Standing.OF_ANOTHER_ACCOUNT:
        return ""
    try:
        return config.account_named(leaked.account_id)
    except KeyswitchError as error:
        unknown.append(f"Whether the register knows the account: {error}")
        return ""


def _project(config: StackConfig | None, state: StackState) -> Project:
    """Where ``pulumi`` is to run, and of which stack."""
    if config is None:
        return Project(stack=state.stack or "")
    path = config.path.resolve()
    named = stack_of(path)
    found = project_file(path)
    folder = found.parent if found is not None else path.parent
    return Project(
        folder="" if folder == Path.cwd().resolve() else str(folder),
        stack=state.stack or named,
        config_file="" if named else str(path),
    )
