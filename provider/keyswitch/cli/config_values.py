"""Values of a config file as Pulumi passes them on to programs, and what ``Pulumi.yaml`` says for every stack."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from keyswitch.cli.yaml_edit import CONFIG, data_of, problem_of
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.messages.redact import redact

SECURE: Final = "secure"
_PROJECT: Final = ("Pulumi.yaml", "Pulumi.yml")
_STACK_FILE: Final = re.compile(r"Pulumi\.(.+)\.ya?ml")
_VALUE, _DEFAULT = "value", "default"


@dataclass(frozen=True)
class ProjectSetting:
    """A value that ``Pulumi.yaml`` gives every stack which does not say otherwise.

    :ivar value: plain, as the file has it.
    :ivar place: the names on the way to it in the file.
    """

    value: Any
    place: tuple[str, ...]


def stack_of(path: Path) -> str:
    """The stack that a config file is named after; empty for a file of another name."""
    found = _STACK_FILE.fullmatch(path.name)
    return found[1] if found is not None else ""


def project_file(path: Path) -> Path | None:
    """The project's file: next to that of the stack or, with ``stackConfigDir``, above it.

    :param path: the stack's file; ``None`` comes back where that is the project's own.
    """
    folder = path.resolve().parent
    places = (above / name for above in (folder, *folder.parents) for name in _PROJECT)
    found = next((place for place in places if place.exists()), None)
    return None if found is None or found == path.resolve() else found


def project_settings(project: Path | None) -> dict[str, ProjectSetting]:
    """What the project says, by the whole key: a plain value, or a map with the value or its default.

    An empty default only says that a stack may leave the setting out.

    :raises KeyswitchError: the file cannot be read (KS702).
    """
    if project is None:
        return {}
    whole = map_in(project, text_of(project))
    own = f"{whole.get('name')}:"
    found = {}
    for key, said in map_of(whole, CONFIG, project).items():
        setting = _setting(key, said)
        if setting.value is not None:
            found[key if ":" in key else own + key] = setting
    return found


def _setting(key: str, said: Any) -> ProjectSetting:
    """One that has a type only is none."""
    place = (CONFIG, key)
    if not isinstance(said, dict):
        return ProjectSetting(said, place)
    if _VALUE in said:
        return ProjectSetting(said[_VALUE], (*place, _VALUE))
    default = said.get(_DEFAULT)
    return ProjectSetting(None if default in ({}, []) else default, (*place, _DEFAULT))


def text_of(path: Path) -> str:
    """The text of a file, empty for one that is not there.

    :raises KeyswitchError: it cannot be read (KS702).
    """
    try:
        return path.read_bytes().decode() if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, str(error)) from None


def map_in(path: Path, text: str) -> Mapping[str, Any]:
    """The map that a file holds.

    :raises KeyswitchError: it is none (KS702).
    """
    from ruamel.yaml.error import YAMLError

    try:
        whole = data_of(text)
    except YAMLError as error:
        raise unreadable(path, problem_of(error)) from None
    if not isinstance(whole, dict):
        raise unreadable(path, "not a map")
    return whole


def map_of(whole: Mapping[str, Any], key: str, path: Path) -> Mapping[str, Any]:
    """The map under a name, an empty one where there is none.

    :raises KeyswitchError: it is something else (KS702).
    """
    found = whole.get(key)
    if found is not None and not isinstance(found, dict):
        raise unreadable(path, f"{key} is not a map")
    return found or {}


def as_pulumi_has_it(value: object) -> str | bool | int | float | None:
    """A plain value, structured ones as JSON."""
    if isinstance(value, dict | list):
        return json.dumps(value, default=without_quotes)
    if value is None or isinstance(value, bool | int | float):
        return value
    return without_quotes(value)


def without_quotes(value: object) -> str:
    """Anything but text; a date, or a moment with its offset, as Pulumi passes it on to programs."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.isoformat()
    if not isinstance(value, date):
        return str(value)
    offset = f"{value:%z}" or "+0000"
    return f"{value:%Y-%m-%d %H:%M:%S} {offset} {'UTC' if offset == '+0000' else offset}"


def is_secure(value: object) -> bool:
    """Whether a value is encrypted as a whole."""
    return isinstance(value, dict) and set(value) == {SECURE}


def is_encrypted(value: object) -> bool:
    """Whether anything of a value is encrypted."""
    if isinstance(value, dict):
        return is_secure(value) or any(is_encrypted(each) for each in value.values())
    return isinstance(value, list) and any(is_encrypted(each) for each in value)


def unreadable(path: Path, problem: str) -> KeyswitchError:
    """The refusal of a file (KS702), without secrets."""
    return KeyswitchError(catalogue.UnreadableStackConfig(path=path, problem=redact(problem)))
