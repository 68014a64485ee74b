"""A stack's config file, read and added to.

The config file is the user's own: what is added stands at the end of the register, and every other
line, comment and quote stays as it is.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from keyswitch import catalogue
from keyswitch.audit import STATUSES, ExpectedKey
from keyswitch.errors import KeyswitchError
from keyswitch.register import ACCOUNTS_KEY, CONFIG_KEY

if TYPE_CHECKING:
    from ruamel.yaml import YAML

REGISTER: Final = f"keyswitch:{CONFIG_KEY}"
ACCOUNTS: Final = f"keyswitch:{ACCOUNTS_KEY}"
_CONFIG: Final = "config"
_SECURE: Final = "secure"


class StackConfig:
    """``Pulumi.STACK.yaml``, as far as keyswitch reads and writes it.

    :param path: the file; one that is not there is an empty one.
    :raises KeyswitchError: it is there and is no stack's config (KS702).
    """

    def __init__(self, path: Path) -> None:
        from ruamel.yaml.error import YAMLError
        from ruamel.yaml.util import load_yaml_guess_indent

        self.path = path
        try:
            text = path.read_bytes().decode() if path.exists() else ""
            _, step, offset = load_yaml_guess_indent(text)
            loaded = _yaml().load(text)
        except (OSError, UnicodeDecodeError, YAMLError) as error:
            raise self._unreadable(str(error).partition("\n")[0]) from None
        self._text = text
        self._sequence = (step or 2, offset or 0)
        self._whole = loaded if loaded is not None else _new_map()
        if not isinstance(self._whole, dict):
            raise self._unreadable("it is no map")
        if not isinstance(self._config, dict):
            raise self._unreadable("its config is no map")
        if not isinstance(self.register, dict):
            raise self._unreadable(f"{REGISTER} is no map")
        config: Any = self._config
        in_lines = bool(config) and not config.fa.flow_style()
        self._step = config.lc.col if in_lines else 2

    def setting(self, key: str) -> object:
        """A plain value, structured ones as JSON, as Pulumi hands them over; ``None`` if it is not set.

        :raises KeyswitchError: it is encrypted (KS706).
        """
        value = self._config.get(key)
        if isinstance(value, dict) and set(value) == {_SECURE}:
            raise KeyswitchError(catalogue.ENCRYPTED_SETTING, key=key, path=self.path)
        return json.dumps(value) if isinstance(value, dict | list) else value

    @property
    def register(self) -> Mapping[str, Any]:
        """The entries of ``keyswitch:keys``, by key id."""
        entries: Mapping[str, Any] = self._config.get(REGISTER) or {}
        return entries

    def expected(self, account: str | None) -> dict[str, ExpectedKey]:
        """The declared keys of one account, by id.

        :param account: a name of ``keyswitch:accounts``, ``None`` for the stack's own account.
        """
        return {
            str(key): ExpectedKey(
                str(key), str(entry.get("userName") or ""), STATUSES[entry["status"]]
            )
            for key, entry in self.register.items()
            if isinstance(entry, dict)
            and entry.get("status") in STATUSES
            and entry.get("account") == account
        }

    def add(self, entries: Mapping[str, Mapping[str, str]]) -> list[str]:
        """Adds the entries whose keys are not there yet, and says which; others are not touched.

        :raises KeyswitchError: the file cannot be written; it is as it was (KS707).
        """
        missing = [key for key in entries if key not in self.register]
        if not missing:
            return []
        new = {key: dict(entries[key]) for key in missing}
        inserted = self._inserted(new)
        self._add_to_map(new)
        if inserted is None or _plain(_yaml().load(inserted)) != _plain(self._whole):
            inserted = self._dumped()
        write_whole(self.path, inserted)
        return missing

    def _add_to_map(self, new: Mapping[str, Any]) -> None:
        if not self._whole.get(_CONFIG):
            self._whole[_CONFIG] = _new_map()
        if not self._config.get(REGISTER):
            self._config[REGISTER] = _new_map()
        self._config[REGISTER].update(new)

    def _inserted(self, new: Mapping[str, Any]) -> str | None:
        """The text with lines put in and no other line touched; ``None`` where there is no place for them."""
        config: Any = self._config
        register: Any = config.get(REGISTER)
        if not config or config.fa.flow_style():
            return None
        if register and not register.fa.flow_style():
            column, last = register.lc.col, register.lc.key(list(register)[-1])[0]
            return self._with_lines(last, column, new)
        if REGISTER not in config:
            column, last = config.lc.col, config.lc.key(list(config)[-1])[0]
            return self._with_lines(last, column, {REGISTER: new})
        return None

    def _with_lines(self, last: int, column: int, new: Mapping[str, Any]) -> str:
        """After the line ``last`` and what belongs to it, which is indented further than ``column``."""
        lines = self._text.splitlines(keepends=True)
        end = last
        for number in range(last + 1, len(lines)):
            line = lines[number]
            if not line.strip():
                continue
            if len(line) - len(line.lstrip(" ")) <= column:
                break
            end = number
        newline = "\r\n" if "\r\n" in self._text else "\n"
        lines[end] = lines[end].rstrip("\r\n") + newline
        out = io.StringIO()
        yaml = _yaml()
        yaml.indent(mapping=self._step)
        yaml.dump(new, out)
        added = [f"{' ' * column}{line}{newline}" for line in out.getvalue().splitlines()]
        return "".join([*lines[: end + 1], *added, *lines[end + 1 :]])

    @property
    def _config(self) -> Any:
        found = self._whole.get(_CONFIG)
        return {} if found is None else found

    def _dumped(self) -> str:
        yaml = _yaml()
        step, offset = self._sequence
        yaml.indent(mapping=self._step, sequence=step, offset=offset)
        out = io.StringIO()
        yaml.dump(self._whole, out)
        return out.getvalue()

    def _unreadable(self, problem: str) -> KeyswitchError:
        return KeyswitchError(catalogue.UNREADABLE_STACK_CONFIG, path=self.path, problem=problem)


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


def _new_map() -> Any:
    from ruamel.yaml.comments import CommentedMap

    return CommentedMap()


def _plain(value: object) -> str:
    return json.dumps(value, default=str)


def _yaml() -> YAML:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    return yaml
