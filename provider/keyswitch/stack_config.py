"""A stack's config, as far as keyswitch reads it and adds to it: its own file, and the project's beside it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from keyswitch import catalogue
from keyswitch.accounts import DeclaredAccount
from keyswitch.audit import ExpectedKey
from keyswitch.errors import KeyswitchError, counted
from keyswitch.register import (
    ACCOUNTS_KEY,
    CONFIG_KEY,
    DEFAULTS_KEY,
    Register,
    named_account,
    read_register,
)
from keyswitch.register_edit import CONFIG, data_of, with_entries
from keyswitch.secrets import redact

REGISTER: Final = f"keyswitch:{CONFIG_KEY}"
_DEFAULTS: Final = f"keyswitch:{DEFAULTS_KEY}"
_ACCOUNTS: Final = f"keyswitch:{ACCOUNTS_KEY}"
_PROJECT: Final = ("Pulumi.yaml", "Pulumi.yml")
_ENVIRONMENT: Final = "environment"
_SECURE: Final = "secure"


@dataclass(frozen=True)
class StackConfig:
    """``Pulumi.STACK.yaml``, and what ``Pulumi.yaml`` beside it says for every stack.

    :param path: the stack's file; one that is not there is an empty one.
    :raises KeyswitchError: one of them is there and cannot be read (KS702).
    """

    path: Path

    def __post_init__(self) -> None:
        _ = self._config, self._of_project

    @cached_property
    def _text(self) -> str:
        return _text_of(self.path)

    @cached_property
    def _whole(self) -> Mapping[str, Any]:
        return _map_in(self.path, self._text)

    @cached_property
    def _config(self) -> Mapping[str, Any]:
        return _map_of(self._whole, CONFIG, self.path)

    @cached_property
    def _of_project(self) -> Mapping[str, Any]:
        """What the project says: a plain value, or a map with the value or its default."""
        for name in _PROJECT:
            path = self.path.parent / name
            if path != self.path and path.exists():
                whole = _map_in(path, _text_of(path))
                own = f"{whole.get('name')}:"
                said = _map_of(whole, CONFIG, path).items()
                return {
                    key if ":" in key else own + key: value
                    for key, value in ((str(key), _value(each)) for key, each in said)
                    if value is not None
                }
        return {}

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
        value = self._config.get(key, self._of_project.get(key))
        if _is_encrypted(value):
            raise KeyswitchError(catalogue.ENCRYPTED_SETTING, key=key, path=self.path)
        if isinstance(value, dict | list):
            return json.dumps(value, default=str)
        return value if value is None or isinstance(value, bool | int | float) else str(value)

    @property
    def register(self) -> Register:
        """The register as the program reads it.

        :raises KeyswitchError: something of it is encrypted (KS706).
        """
        return read_register(*(self._json(key) for key in (REGISTER, _DEFAULTS, _ACCOUNTS)))

    def account(self, name: str) -> DeclaredAccount:
        """An account of ``keyswitch:accounts``.

        :raises KeyswitchError: there is none of that name (KS128), or it cannot be read.
        """
        return named_account(name, self._json(_ACCOUNTS))

    def expected(self, account: str | None) -> dict[str, ExpectedKey]:
        """The declared keys of one account, by id.

        :param account: a name of ``keyswitch:accounts``, ``None`` for the stack's own account.
        :raises KeyswitchError: the register has problems, each of which is told (KS116).
        """
        register = self.register
        if register.problems:
            raise _bad(register)
        return {
            each.access_key_id: ExpectedKey(each.access_key_id, each.user_name or "", each.status)
            for each in register.declarations
            if (each.account.name if each.account else None) == account
        }

    def check_that_it_takes_entries(self, account: str | None) -> None:
        """Refuses, before anything is looked at, a file whose entries would not stand for this account.

        :param account: as each entry will name it, ``None`` for one that names none.
        :raises KeyswitchError: KS128; the register is no map (KS702); or the defaults put entries
            that name no account into another one (KS710).
        """
        if not isinstance(self._config.get(REGISTER, {}), dict | None):
            raise _unreadable(self.path, f"{REGISTER} is no map")
        if account is not None:
            self.account(account)
            return
        defaults = json.loads(self._json(_DEFAULTS) or "{}")
        default = defaults.get("account") if isinstance(defaults, dict) else None
        if default:
            raise KeyswitchError(catalogue.OF_ANOTHER_ACCOUNT, path=self.path, account=default)

    def add(self, entries: Mapping[str, Mapping[str, str]]) -> list[str]:
        """Adds the entries whose keys are not there yet, and says which; others are not touched.

        :raises KeyswitchError: they cannot be added, or the file cannot be written; it is as it was (KS707).
        """
        held = self._config.get(REGISTER) or {}
        missing = [key for key in entries if key not in held]
        if missing:
            text = with_entries(self._text, REGISTER, {key: entries[key] for key in missing})
            if text is None:
                problem = f"there is no place in it where lines can be added; write {REGISTER} as a map in lines of its own"
                raise KeyswitchError(catalogue.NOT_WRITTEN, path=self.path, problem=problem)
            write_whole(self.path, text)
        return missing

    def _json(self, key: str) -> str | None:
        value = self.setting(key)
        return (
            None if value is None else str(value) if isinstance(value, str) else json.dumps(value)
        )


def write_whole(path: Path, text: str) -> None:
    """Writes a file in one step: a reader, or an end in the middle, sees the old one or the new one.

    :raises KeyswitchError: it cannot be written (KS707).
    """
    try:
        path = path.resolve()
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            Path(name).chmod(mode)
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise KeyswitchError(catalogue.NOT_WRITTEN, path=path, problem=problem) from None


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode() if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from None


def _map_in(path: Path, text: str) -> Mapping[str, Any]:
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        whole = data_of(text)
    except YAMLError as error:
        # Some of its words repeat a value, which may be a secret, after what they are about.
        words = str(getattr(error, "problem", None) or "it is no YAML").partition(" with value ")[0]
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        raise _unreadable(path, f"{words} (line {mark.line + 1})" if mark else words) from None
    except (ValueError, TypeError, RecursionError):
        raise _unreadable(path, "a value of it cannot be read") from None
    if not isinstance(whole, dict):
        raise _unreadable(path, "it is no map")
    return whole


def _map_of(whole: Mapping[str, Any], key: str, path: Path) -> Mapping[str, Any]:
    found = whole.get(key)
    if found is not None and not isinstance(found, dict):
        raise _unreadable(path, f"its {key} is no map")
    return found or {}


def _value(said: object) -> object:
    """Of a project's setting; one that has a type only is none."""
    if not isinstance(said, dict):
        return said
    return said.get("value", said.get("default"))


def _is_encrypted(value: object) -> bool:
    if isinstance(value, dict):
        return set(value) == {_SECURE} or any(_is_encrypted(each) for each in value.values())
    return isinstance(value, list) and any(_is_encrypted(each) for each in value)


def _bad(register: Register) -> KeyswitchError:
    count = counted(len(register.problems), "problem")
    return KeyswitchError(catalogue.BAD_ENTRIES, also=register.problems, count=count)


def _unreadable(path: Path, problem: str) -> KeyswitchError:
    return KeyswitchError(catalogue.UNREADABLE_STACK_CONFIG, path=path, problem=redact(problem))
