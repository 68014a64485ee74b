"""A stack's config, as far as keyswitch reads it and adds to it: its own file, and the project's next to it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from keyswitch.cli.atomic_write import write_project_file
from keyswitch.cli.config_values import (
    as_pulumi_has_it,
    is_encrypted,
    is_secure,
    map_in,
    map_of,
    project_file,
    project_settings,
    text_of,
)
from keyswitch.cli.exceptions_file import bad_exceptions, exceptions_in
from keyswitch.cli.register_schema import MODELINE
from keyswitch.cli.yaml_edit import CONFIG, with_entries
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.account import DeclaredAccount
from keyswitch.model.register import Register, named_account, read_register, value_of
from keyswitch.model.register_names import (
    ACCOUNTS_KEY,
    CONFIG_KEY,
    DECLARING,
    DEFAULTS_KEY,
    EXCEPTIONS_KEY,
    ROTATIONS_KEY,
)
from keyswitch.model.state import Declaration
from keyswitch.reconcile.clock import Clock
from keyswitch.report.exceptions import AuditException
from keyswitch.report.expected_keys import ExpectedKey

REGISTER: Final = f"keyswitch:{CONFIG_KEY}"
_DEFAULTS: Final = f"keyswitch:{DEFAULTS_KEY}"
_ACCOUNTS: Final = f"keyswitch:{ACCOUNTS_KEY}"
_BY_NAME: Final = (REGISTER, f"keyswitch:{ROTATIONS_KEY}")
"""Maps from a name to an entry."""
_EXCEPTIONS: Final = f"keyswitch:{EXCEPTIONS_KEY}"
_ENVIRONMENT: Final = "environment"
_TOLD_TO_READERS: Final = ("reason", "override")


@dataclass(frozen=True)
class StackConfig:
    """``Pulumi.STACK.yaml``, and what ``Pulumi.yaml`` next to it says for every stack.

    :param path: the stack's file; one that is not there is an empty one.
    :raises KeyswitchError: one of them is there and cannot be read (KS702).
    """

    path: Path

    def __post_init__(self) -> None:
        _ = self._config, self._of_project

    @cached_property
    def text(self) -> str:
        """The stack's file as it was when it was first read, empty if it is not there."""
        return text_of(self.path)

    @cached_property
    def _whole(self) -> Mapping[str, Any]:
        return map_in(self.path, self.text)

    @cached_property
    def _config(self) -> Mapping[str, Any]:
        return map_of(self._whole, CONFIG, self.path)

    @cached_property
    def _project(self) -> Path | None:
        return project_file(self.path)

    @cached_property
    def _of_project(self) -> Mapping[str, Any]:
        return {key: each.value for key, each in project_settings(self._project).items()}

    @property
    def environments(self) -> tuple[str, ...]:
        """The ESC environments that it imports, whose values are not seen here."""
        named = self._whole.get(_ENVIRONMENT)
        if isinstance(named, dict):
            named = named.get("imports") or ["(written in the file)"]
        listed = named if isinstance(named, list) else [named] if named else []
        return tuple(str(each) for each in listed)

    def setting(self, key: str) -> object:
        """A plain value, structured ones as JSON, as Pulumi hands them over; ``None`` if it is not set.

        :raises KeyswitchError: something of it is encrypted (KS706).
        """
        value = self._value(key)
        if is_encrypted(value):
            raise KeyswitchError(catalogue.EncryptedSetting(key=key, path=self.path))
        return as_pulumi_has_it(value)

    @cached_property
    def register(self) -> Register:
        """The register as the program reads it, but for reasons and overrides that are encrypted.

        :raises KeyswitchError: anything else of it is encrypted (KS713).
        """
        values = (self._json(f"keyswitch:{name}") for name in DECLARING)
        return read_register(*values, now=Clock().now())

    def register_of(self, access_key_id: str, entry: Mapping[str, Any]) -> Register:
        """A register of this entry alone, with the file's defaults and accounts, but for what is encrypted of the entry.

        :raises KeyswitchError: defaults or accounts are encrypted (KS713).
        """
        plain = {name: value for name, value in entry.items() if not is_encrypted(value)}
        shared = (self._json(key) for key in (_DEFAULTS, _ACCOUNTS))
        return read_register(json.dumps({access_key_id: plain}), *shared, now=Clock().now())

    @property
    def default_account(self) -> str:
        """The account of entries that name none, by ``keyswitch:defaults``; empty for the stack's own.

        :raises KeyswitchError: the defaults are encrypted (KS713).
        """
        return str(self._map(_DEFAULTS).get("account") or "")

    def account_named(self, account_id: str) -> str:
        """The name under which ``keyswitch:accounts`` has a role in an account; empty for none.

        :raises KeyswitchError: the accounts are encrypted (KS713), or one cannot be read.
        """
        names = self._map(_ACCOUNTS)
        return next((each for each in names if self.account(each).account_id == account_id), "")

    def account(self, name: str) -> DeclaredAccount:
        """An account of ``keyswitch:accounts``.

        :raises KeyswitchError: there is none of that name (KS128), or it cannot be read.
        """
        return named_account(name, self._json(_ACCOUNTS))

    def expected(self, account: str | None) -> dict[str, ExpectedKey]:
        """The declared keys of one account, by id.

        :param account: a name of ``keyswitch:accounts``, ``None`` for the stack's own account.
        :raises KeyswitchError: the register has problems, each of which is shown (KS116).
        """
        return {
            key: each
            for declared, keys in self._by_account.items()
            if (declared.name if declared else None) == account
            for key, each in keys.items()
        }

    def expected_in(self, account_id: str, *, is_own: bool) -> dict[str, ExpectedKey]:
        """The declared keys of one account, by id: those whose account has a role in it.

        :param account_id: twelve digits; empty for the keys of accounts whose id the register does not tell.
        :param is_own: whether entries without an account are in it.
        :raises KeyswitchError: as :meth:`expected`.
        """
        own = self._by_account.get(None, {}) if is_own else {}
        return {**own, **self.expected_by_id.get(account_id, {})}

    @cached_property
    def expected_by_id(self) -> Mapping[str, Mapping[str, ExpectedKey]]:
        """The declared keys of every account but the stack's own, by account id and key id; see :meth:`expected_in`."""
        found: dict[str, dict[str, ExpectedKey]] = {}
        for declared, keys in self._by_account.items():
            if declared is not None:
                found.setdefault(declared.account_id, {}).update(keys)
        return found

    @cached_property
    def _by_account(self) -> Mapping[DeclaredAccount | None, Mapping[str, ExpectedKey]]:
        register = self.register
        if register.problems:
            raise register.refusal()
        where = f"the register in {self.path.name}"
        found: dict[DeclaredAccount | None, dict[str, ExpectedKey]] = {}
        for each in register.declarations:
            of_account = found.setdefault(each.account, {})
            of_account[each.access_key_id] = _expected_key(each, where)
        for rotation in register.rotations:
            of_account = found.setdefault(rotation.current.account, {})
            for each in rotation.keys:
                key = _expected_key(each, f"rotation {rotation.name} in {where}")
                may_wait = each is rotation.previous
                of_account[each.access_key_id] = replace(key, may_wait=may_wait)
        return found

    @property
    def exceptions(self) -> tuple[AuditException, ...]:
        """The audit's exceptions in ``keyswitch:exceptions``.

        :raises KeyswitchError: they cannot be read, or are encrypted (KS733).
        """
        listed = self._value(_EXCEPTIONS)
        if is_encrypted(listed):
            encrypted = "they are encrypted, at least in part, and keyswitch decrypts nothing"
            raise bad_exceptions(self.path, encrypted)
        return exceptions_in(listed, self.path)

    def check_that_it_takes_entries(self, account: str | None) -> None:
        """Refuses, before anything is looked at, a file whose entries would not stand for this account.

        :param account: as each entry will name it, ``None`` for one that names none.
        :raises KeyswitchError: KS128; the register takes no entries (KS712) or has problems (KS116); or
            its defaults put entries that name no account into another one (KS710).
        """
        if not os.access(self.path.resolve().parent, os.W_OK):
            problem = "there is no such folder, or it may not be written to"
            raise KeyswitchError(catalogue.NotWritten(path=self.path, problem=problem))
        against = self.against_entries()
        if against is not None:
            raise _no_place(self.path, against)
        if account is not None:
            self.account(account)
        register = self.register
        if register.problems:
            raise register.refusal()
        default = self.default_account
        if default and account is None:
            raise KeyswitchError(catalogue.OfAnotherAccount(path=self.path, account=default))

    def against_entries(self) -> str | None:
        """Why the register cannot have entries in this file; ``None`` if it can."""
        held = self._config.get(REGISTER)
        if held is None and self._of_project.get(REGISTER) is not None:
            return (
                f"the register stands in {self._project}, and one in this file would take its place"
            )
        if is_secure(held):
            return "encrypted"
        return None if held is None or isinstance(held, dict) else "not a map"

    def add(self, entries: Mapping[str, Mapping[str, str]]) -> list[str]:
        """Adds the entries whose keys are not there yet, and says which; others are not touched.

        A file that is new names the schema of such files in its first line. One that is there is read again: somebody may have written to it since.

        :raises KeyswitchError: they cannot be added (KS712), or the file cannot be written (KS707); it
            is as it was.
        """
        missing, text = self.with_added(entries)
        if missing:
            write_project_file(self.path, text)
        return missing

    @cached_property
    def declared_ids(self) -> frozenset[str]:
        """The ids of the keys that the file's own entries name, and those that rotations do.

        :raises KeyswitchError: the register is encrypted (KS713).
        """
        in_rotations = {key.access_key_id for each in self.register.rotations for key in each.keys}
        return frozenset(in_rotations.union(self._config.get(REGISTER) or ()))

    def with_added(
        self, entries: Mapping[str, Mapping[str, str]], of_a_new_file: str = MODELINE
    ) -> tuple[list[str], str]:
        """The keys of the entries that are not there yet, and the file's text with these added.

        :param of_a_new_file: what a file that is not there has in front of them.
        :raises KeyswitchError: they cannot be added (KS712).
        """
        now = StackConfig(self.path)
        problem = now.against_entries()
        if problem is not None:
            raise _no_place(self.path, problem)
        missing = [key for key in entries if key not in now.declared_ids]
        text = now.text if self.path.exists() else of_a_new_file
        if missing:
            added = with_entries(text, REGISTER, {key: entries[key] for key in missing})
            if added is None:
                raise _no_place(self.path, "written in braces, or not with one entry per line")
            text = added
        return missing, text

    def _value(self, key: str) -> Any:
        return self._config.get(key, self._of_project.get(key))

    def _map(self, key: str) -> Mapping[str, Any]:
        """An empty one where the setting holds anything else, which is a problem of the register."""
        found = value_of(self._json(key))
        return found if isinstance(found, dict) else {}

    def _json(self, key: str) -> str | None:
        value = self._value(key)
        if key in _BY_NAME and isinstance(value, dict):
            value = {name: _without_secrets(each) for name, each in value.items()}
        if is_encrypted(value):
            raise KeyswitchError(catalogue.EncryptedRegister(register=key, path=self.path))
        found = as_pulumi_has_it(value)
        return found if found is None or isinstance(found, str) else json.dumps(found)


def _expected_key(declared: Declaration, declared_by: str) -> ExpectedKey:
    return ExpectedKey(
        declared.access_key_id,
        declared.user_name or "",
        declared.status,
        declared_by=declared_by,
        reason=declared.reason or "",
    )


def _without_secrets(entry: object) -> object:
    """An entry without what nothing is judged by, where that is encrypted."""
    if not isinstance(entry, dict):
        return entry
    return {
        name: value
        for name, value in entry.items()
        if name not in _TOLD_TO_READERS or not is_encrypted(value)
    }


def _no_place(path: Path, problem: str) -> KeyswitchError:
    return KeyswitchError(
        catalogue.NoPlaceForEntries(register=REGISTER, path=path, problem=problem)
    )
