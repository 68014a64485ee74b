"""The answer to "this key leaked": what to run now, and what is known, the most urgent first.

The words are those of docs/how-to/incident.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from keyswitch.iam.client import AccessKey
from keyswitch.messages.format import counted
from keyswitch.model.durations import ago
from keyswitch.model.status import ObservedStatus
from keyswitch.reconcile.safeguards import use_in_words
from keyswitch.report.incident import REASON, DeclaredEntry, DeclaringResource, Incident
from keyswitch.report.incident_commands import Command
from keyswitch.report.key_usage_text import in_list
from keyswitch.report.leaked_key import LeakedKey, Standing

Part: TypeAlias = str | Command | tuple[str, ...]
"""Prose, a command, or the lines of an edit."""


@dataclass(frozen=True)
class Section:
    """A part of the answer.

    :param title: empty for the first.
    :param parts: prose, commands, and lines of a diff.
    """

    title: str
    parts: tuple[Part, ...]


def sections(incident: Incident, now: datetime) -> Iterator[Section]:
    """The answer.

    :param now: an aware moment.
    """
    standing = incident.leaked.standing
    yield Section("", tuple(_now(incident)))
    known = tuple(_known(incident, now))
    if known:
        yield Section("The key", known)
    if standing is not Standing.OF_A_SESSION:
        yield Section("Declare the key Inactive", tuple(_declare(incident)))
    yield Section("Sessions", tuple(_sessions(incident)))
    if standing in (Standing.OF_A_USER, Standing.UNKNOWN, Standing.OF_THE_ROOT_USER):
        yield Section("What remains to be done", tuple(_remains(incident)))
    if incident.everything_unknown:
        yield Section("Not known", incident.everything_unknown)


def headline(leaked: LeakedKey) -> str:
    """Whose key it is, and whether it is Active."""
    account = (
        f" account {leaked.account_id}" if leaked.account_id else " an account that is not known"
    )
    of = f" of user {leaked.user_name}" if leaked.user_name else ""
    subject = f"Access key {leaked.access_key_id}{of} in{account}"
    caller = leaked.caller
    if leaked.standing is Standing.OF_A_SESSION:
        return f"{leaked.access_key_id} is a temporary key of a session in{account}. No status ends a session."
    if leaked.standing is Standing.OF_ANOTHER_ACCOUNT and caller is not None:
        return (
            f"Access key {leaked.access_key_id} belongs to account {leaked.account_id}, and these credentials to "
            f"account {caller.account_id}. The status is unknown: treat the key as Active."
        )
    if leaked.standing is Standing.OF_THE_ROOT_USER:
        return (
            f"Access key {leaked.access_key_id} belongs to the root user of{account}: IAM names no other user. "
            "The status is unknown: treat the key as Active."
        )
    if leaked.standing is Standing.DELETED:
        return f"{subject} is deleted: AWS accepts no request that this key signs."
    if leaked.status is None:
        return f"{subject}: the status is unknown. Treat the key as Active."
    return f"{subject} is {leaked.status}."


def _now(incident: Incident) -> Iterator[Part]:
    leaked, commands = incident.leaked, incident.commands
    yield headline(leaked)
    if leaked.is_harmless:
        yield "Nothing is left to deactivate. Deny the key's sessions (see Sessions below)."
        return
    if leaked.standing is Standing.OF_A_SESSION:
        yield "Run this now, with the name of the session's role for ROLE. CloudTrail names the role, see below:"
        yield from commands.become_roles()
        yield commands.deny_sessions_of_role()
        return
    if leaked.standing is Standing.OF_THE_ROOT_USER:
        yield "Run this now with the root user's credentials. No other user's credentials can:"
        yield commands.deactivate_as_root()
        yield (
            "Or sign in to the console as the root user: Security credentials, Access keys. In an organization "
            "with central root access, the management account can delete the key by sts:AssumeRoot with the task "
            "policy IAMDeleteRootUserCredentials."
        )
        return
    if leaked.standing is Standing.OF_ANOTHER_ACCOUNT:
        yield from _in_other_account(incident)
        return
    roles = list(commands.become_roles())
    if roles:
        yield "Run this now, in a shell of its own, which signs as the role from then on:"
    else:
        yield "Run this now, with credentials of another user:"
    yield from roles
    yield commands.deactivate()
    if leaked.signs:
        yield (
            "This key signs the calls of this command. Use other credentials: AWS's quarantine can deny this call "
            "to the key's own user, and you lose access once the key is Inactive."
        )
    if incident.signs_with_settings:
        yield (
            "The stack's config holds the credentials that sign, and this output does not repeat them. Set "
            "credentials of that account in your shell first."
        )


def _in_other_account(incident: Incident) -> Iterator[Part]:
    leaked, commands = incident.leaked, incident.commands
    if incident.account_name:
        yield f"The register knows that account as {incident.account_name}. Run this now:"
        yield commands.again_in(incident.account_name, incident.stack_config)
        return
    yield f"Run this now with credentials of account {leaked.account_id}:"
    yield commands.deactivate()
    yield (
        "Run keyswitch incident again with those credentials for everything else. If the account is not yours, "
        "tell its owner. If you do not know the owner, report the key to AWS Trust & Safety "
        "(trustandsafety@support.aws.com)."
    )


def _known(incident: Incident, now: datetime) -> Iterator[Part]:
    leaked = incident.leaked
    sentences = list(_uses(leaked, now))
    if leaked.others:
        others = [f"{each.access_key_id} is {each.status}" for each in leaked.others]
        sentences.append(f"The user's other keys: {in_list(others)}.")
    elif leaked.key is not None:
        sentences.append("The user has no other key.")
    if sentences:
        yield " ".join(sentences)
    yield from _quarantine(leaked)
    if leaked.standing is not Standing.OF_ANOTHER_ACCOUNT:
        yield (
            "What used the key:"
            if leaked.standing is not Standing.OF_A_SESSION
            else "Which role, and what used it:"
        )
        yield incident.commands.who()


def _uses(leaked: LeakedKey, now: datetime) -> Iterator[str]:
    key, used = leaked.key, leaked.used
    if used is not None:
        told = use_in_words(
            used, key or AccessKey(leaked.access_key_id, None, ObservedStatus("unknown"), ""), now
        )
        yield f"The key {told}."
    if key is not None and key.create_date and (used is None or used.date):
        yield f"The key was created {ago(key.create_date, now)} ({key.create_date})."


def _quarantine(leaked: LeakedKey) -> Iterator[Part]:
    if leaked.policies is None:
        return
    if not leaked.policies:
        yield "AWS has not quarantined the user: no AWSCompromisedKeyQuarantine policy is attached."
        return
    yield (
        f"The user has {in_list(leaked.policies)}, which AWS attaches after it finds a leaked key. That denies some "
        "calls to the user, iam:UpdateAccessKey among them, and does not deactivate the key: other calls still work."
    )


def _declare(incident: Incident) -> Iterator[Part]:
    entry, commands = incident.entry, incident.commands
    if entry is None and incident.resources is None:
        yield (
            "Whether a stack declares this key is not known: name the register with --stack-config, or a state with "
            "--stack. A program that declares the key Active fails at this key until it declares the key Inactive "
            "with an override."
        )
        return
    if entry is not None:
        yield from _entry(incident, entry)
    if incident.resources is not None:
        yield from _resources(incident, incident.resources)
    is_declared = bool(incident.resources) or (
        entry is not None and (entry.line is not None or entry.diff)
    )
    if is_declared:
        yield "Merge the edit before the next run. Without a pipeline, apply the edit yourself, then check:"
        resources = incident.resources or ()
        rotations = (each.rotation for each in resources if not each.is_current)
        rotation = entry.rotation if entry is not None else ""
        yield commands.apply([each.urn for each in resources], rotation or next(rotations, ""))
        yield commands.agrees()


def _entry(incident: Incident, entry: DeclaredEntry) -> Iterator[Part]:
    if entry.line is not None:
        override = " with an override" if entry.override else ""
        status = entry.status or "with a status that is not known"
        if entry.rotation:
            status = f"as the previous one of rotation {entry.rotation}"
        yield f"{entry.place} declares this key {status}{override}."
    elif not entry.problem:
        yield f"The register in {entry.path} does not declare this key."
    if incident.leaked.standing is Standing.DELETED:
        yield "Remove the declaration of a deleted key: a run that declares the key Active fails."
        return
    if entry.blockers:
        yield (
            f"The register has {counted(len(entry.blockers), 'other problem')}, which every run stops at. Correct "
            f"that too: {' '.join(entry.blockers)}"
        )
    if entry.problem:
        yield f"{entry.path} cannot be edited here: {entry.problem}."
    elif not entry.diff:
        yield "The entry is as it should be."
        return
    if entry.diff:
        yield "The edit:" if incident.reason else "The edit, which --write and --reason make:"
        yield entry.diff
    if entry.by_pulumi:
        yield "Or by pulumi:"
        yield from incident.commands.declare(
            entry.rotation, {**dict(entry.adds), **entry.sets(incident.reason)}, entry.removes
        )


def _resources(incident: Incident, found: Sequence[DeclaringResource]) -> Iterator[Part]:
    state = incident.whose_state
    if not found:
        yield (
            f"No resource in the state of {state} declares this key."
            if state.startswith("the stack ")
            else ("No resource in that state declares this key.")
        )
        return
    yield from (_resource(each, incident.reason or REASON) for each in found)


def _resource(resource: DeclaringResource, reason: str) -> str:
    if resource.is_current:
        return (
            f"Rotation {resource.rotation} declares this key as its current one. Create a new key, and set that one "
            f'as current, this one as previous, and override="{reason}".'
        )
    if resource.rotation:
        return f'Rotation {resource.rotation} declares this key: set override="{reason}" on the rotation.'
    edit = f'set status="Inactive" and override="{reason}"'
    if resource.is_fleet:
        return f"Fleet {resource.urn.name} declares this key: {edit} on its entry of the key."
    return f"Resource {resource.urn.name} declares this key: {edit}."


def _sessions(incident: Incident) -> Iterator[Part]:
    leaked, commands = incident.leaked, incident.commands
    if leaked.standing is Standing.OF_A_SESSION:
        yield (
            "The policy above denies everything to every session of the role that began before the command ran, "
            "and nothing to later ones. A session of a user (sts:GetSessionToken) needs the same by aws iam "
            "put-user-policy. Then deactivate the key that started the session: run keyswitch incident for it."
        )
        return
    outlive = (
        "Sessions that AWS STS issued with this key outlive the deactivation, by up to 36 hours."
    )
    if leaked.standing is Standing.OF_THE_ROOT_USER:
        yield f"{outlive} Only a service control policy of the organization denies anything to the root user."
        return
    yield (
        f"{outlive} This denies everything to sessions that began before the command runs, so run the command once "
        "the key is Inactive:"
    )
    yield commands.deny_sessions()
    yield (
        "That ends the user's console sessions too, and those of the user's other keys. The same for each role that "
        "the key could assume, with its name for ROLE:"
    )
    yield commands.deny_sessions_of_role()


def _remains(incident: Incident) -> Iterator[Part]:
    leaked, commands = incident.leaked, incident.commands
    if leaked.standing is Standing.OF_THE_ROOT_USER:
        yield "Give the programs a key of a user, or better a role. Then delete the root user's key."
        return
    if not leaked.is_harmless:
        yield "Check the status, or add --watch to this command:"
        yield commands.verify()
    yield (
        "Give the programs a new key. Find out what the key did. Then delete the key where it was created, or:"
    )
    yield commands.delete()
    if leaked.policies:
        yield "Last, once AWS's support case says so, end the quarantine:"
        for policy in leaked.policies:
            yield commands.detach(policy, leaked.partition)
