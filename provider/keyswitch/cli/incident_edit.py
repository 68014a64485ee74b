"""The edit of a register in an incident: one entry Inactive, with an override, or a rotation with one. Shown before it is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from keyswitch.cli.atomic_write import write_project_file
from keyswitch.cli.stack_config import REGISTER, StackConfig
from keyswitch.cli.text_diff import shown_diff
from keyswitch.cli.yaml_edit import CONFIG, data_of, with_entries
from keyswitch.cli.yaml_entry import line_of, with_values
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.inputs import (
    ACCOUNT,
    ACTIVE_UNTIL,
    IN_CAMEL_CASE,
    OVERRIDE,
    STATUS,
    USER_NAME,
    WARN_BEFORE,
)
from keyswitch.model.register import Register
from keyswitch.model.register_names import ROTATIONS_KEY
from keyswitch.model.rotation import CURRENT, PREVIOUS
from keyswitch.model.status import Status
from keyswitch.report.incident import DeclaredEntry
from keyswitch.report.incident_commands import can_be_copied
from keyswitch.report.leaked_key import LeakedKey, Standing

_STATUS, _OVERRIDE, _USER_NAME, _ACCOUNT = (
    IN_CAMEL_CASE[name] for name in (STATUS, OVERRIDE, USER_NAME, ACCOUNT)
)
_REMOVED: Final = (IN_CAMEL_CASE[ACTIVE_UNTIL], IN_CAMEL_CASE[WARN_BEFORE])
"""What an entry with an override cannot have."""
_ROTATIONS: Final = f"keyswitch:{ROTATIONS_KEY}"


@dataclass(frozen=True)
class RegisterEdit:
    """The text of a file before and after an edit."""

    path: Path
    before: str
    after: str

    def write(self) -> None:
        """Makes the edit, all of it or nothing.

        :raises KeyswitchError: somebody changed the file since (KS774), or it cannot be written (KS707).
        """
        if StackConfig(self.path).text != self.before:
            raise KeyswitchError(catalogue.ChangedMeanwhile(path=self.path))
        write_project_file(self.path, self.after)

    @property
    def diff(self) -> tuple[str, ...]:
        """As ``diff -u`` shows it, fit to print."""
        return shown_diff(self.before, self.after, str(self.path))


@dataclass(frozen=True)
class Entry:
    """The register's entry of one key in a stack's file.

    :param account: the account that a new entry is to name; ``None`` for the stack's own.
    """

    config: StackConfig
    access_key_id: str
    account: str | None = None

    @property
    def user_name(self) -> str:
        """The owner as the entry has it; empty if it has none."""
        found = (self._held or {}).get(_USER_NAME)
        return found if isinstance(found, str) else ""

    @cached_property
    def _settings(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = data_of(self.config.text).get(CONFIG) or {}
        return found

    @cached_property
    def _held(self) -> Mapping[str, Any] | None:
        """The entry, or the rotation; ``None`` if there is none, an empty one for what is not a map."""
        entries = self._settings.get(self._path[1])
        if not isinstance(entries, dict) or self._path[2] not in entries:
            return None
        held = entries[self._path[2]]
        return held if isinstance(held, dict) else {}

    @cached_property
    def _path(self) -> tuple[str, str, str]:
        """Where the key is declared, or would be."""
        if self._rotation:
            return CONFIG, _ROTATIONS, self._rotation
        return CONFIG, REGISTER, self.access_key_id

    @cached_property
    def _rotation(self) -> str:
        """The rotation whose previous key it is, even one that cannot be read; empty for none, and for an entry."""
        register = self._settings.get(REGISTER)
        if isinstance(register, dict) and self.access_key_id in register:
            return ""
        return next((name for name, key in self._in_rotations(PREVIOUS) if key), "")

    def _in_rotations(self, which: str) -> Iterator[tuple[str, bool]]:
        """The rotations by name, and whether it is that key of each."""
        rotations = self._settings.get(_ROTATIONS)
        for name, each in rotations.items() if isinstance(rotations, dict) else ():
            yield str(name), isinstance(each, dict) and each.get(which) == self.access_key_id

    def edited(self, leaked: LeakedKey, reason: str) -> tuple[DeclaredEntry, RegisterEdit | None]:
        """What the register says, and the edit that an incident needs; ``None`` for none, or for one that cannot be made.

        :param reason: of the override; empty where none was given.
        """
        held = self._held or {}
        status = held.get(_STATUS)
        entry = DeclaredEntry(
            path=str(self.config.path),
            line=line_of(self.config.text, self._path),
            rotation=self._rotation,
            status=status if status in [str(each) for each in Status] else "",
            override=_OVERRIDE in held,
            removes=tuple(name for name in self._removed if name in held),
            by_pulumi=can_be_copied(self._rotation),
            blockers=self._problems_of_others(),
        )
        is_inactive = bool(self._rotation) or entry.status == str(Status.INACTIVE)
        is_done = is_inactive and entry.override and not entry.removes
        is_as_asked = is_done and reason in ("", held.get(_OVERRIDE))
        if is_as_asked or leaked.standing is Standing.DELETED:
            return entry, None
        values = entry.sets(reason)
        if self._held is None:
            return self._added(entry, leaked, values)
        kept = {name: value for name, value in held.items() if name not in self._removed}
        after = with_values(self.config.text, self._path, values, self._removed)
        if after is None:
            problem = "the entry is an alias of another, is not a map, or has a comment in braces"
            return replace(entry, problem=problem), None
        return self._made(entry, {**kept, **values}, after)

    @property
    def _removed(self) -> tuple[str, ...]:
        """What cannot stand with the override: of a rotation nothing, for its end is that of the current key."""
        return () if self._rotation else _REMOVED

    def _added(
        self, entry: DeclaredEntry, leaked: LeakedKey, values: Mapping[str, str]
    ) -> tuple[DeclaredEntry, RegisterEdit | None]:
        adds = {_USER_NAME: leaked.user_name, _ACCOUNT: self.account or ""}
        adds = {name: value for name, value in adds.items() if value}
        new = {**adds, **values}
        against, after = self._against_adding(leaked), None
        if not against:
            after = with_entries(self.config.text, REGISTER, {self.access_key_id: new})
            against = "the register is written in braces, or not with one entry per line"
        if after is None:
            return replace(entry, problem=against, by_pulumi=False), None
        return self._made(replace(entry, adds=tuple(adds.items())), new, after)

    def _against_adding(self, leaked: LeakedKey) -> str:
        """Why an entry in this file would not be one of this key; empty if it would."""
        if leaked.standing is Standing.OF_ANOTHER_ACCOUNT:
            return f"the key belongs to account {leaked.account_id}, so name that account with --account"
        if leaked.standing is Standing.OF_THE_ROOT_USER:
            return "the key belongs to the root user, and keyswitch declares keys of users"
        return self.config.against_entries() or self._against_new()

    def _against_new(self) -> str:
        try:
            register = self.config.register
            default = self.config.default_account
        except KeyswitchError as error:
            return error.cause
        of_rotations = self._against_rotations(register)
        if of_rotations:
            return of_rotations
        if self.access_key_id in {each.access_key_id for each in register.declarations}:
            return (
                "the key is declared, but not by an entry of keyswitch:keys: set the override there"
            )
        if default and not self.account:
            return (
                f"keyswitch:defaults puts entries without an account into account {default}, so name the account "
                "with --account"
            )
        return ""

    def _against_rotations(self, register: Register) -> str:
        for rotation in register.rotations:
            if self.access_key_id == rotation.current.access_key_id:
                return (
                    f"rotation {rotation.name} declares the key as its current one, so create a new key, and set "
                    "that one as current, this one as previous, and override"
                )
        if any(key for _, key in self._in_rotations(CURRENT)):
            return "a rotation with a problem declares the key: correct the rotation first"
        return ""

    def _made(
        self, entry: DeclaredEntry, values: Mapping[str, Any], after: str
    ) -> tuple[DeclaredEntry, RegisterEdit]:
        edit = RegisterEdit(self.config.path, self.config.text, after)
        blockers = (*entry.blockers, *self._problems_with(values))
        return replace(entry, diff=edit.diff, blockers=blockers), edit

    def _problems_with(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """What is still wrong with this entry after the edit; the override of a rotation makes nothing wrong."""
        if self._rotation:
            return ()
        try:
            return self.config.register_of(self.access_key_id, values).problems
        except KeyswitchError:
            return ()

    def _problems_of_others(self) -> tuple[str, ...]:
        try:
            problems = self.config.register.problems
        except KeyswitchError:
            return ()
        return tuple(each for each in problems if f"entry {self.access_key_id}" not in each)
