"""Finds everything that is wrong with a stack's config file, and where it stands, without asking anybody."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from keyswitch.cli.config_values import (
    ProjectSetting,
    as_pulumi_has_it,
    is_encrypted,
    project_file,
    project_settings,
    text_of,
    unreadable,
)
from keyswitch.cli.exceptions_file import bad_exceptions
from keyswitch.cli.judged_values import judged, without_accounts
from keyswitch.cli.provider_settings import settings_of_provider
from keyswitch.cli.yaml_edit import CONFIG, problem_of, safe_yaml, with_text_keys
from keyswitch.cli.yaml_nodes import Position, composed, constructed, duplicates, position_of
from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError, line
from keyswitch.messages.redact import may_be_repeated
from keyswitch.model.inputs import ACCOUNT, IN_CAMEL_CASE
from keyswitch.model.parsing import UNKNOWN
from keyswitch.model.register import form_of, limit_message, register_of
from keyswitch.model.register_names import (
    ACCOUNTS_KEY,
    CONFIG_KEY,
    DECLARING,
    DEFAULTS_KEY,
    EXCEPTIONS_KEY,
    FLEET_KEY,
    MAX_CHANGES_KEY,
    OF_A_REGISTER,
    ROTATIONS_KEY,
)
from keyswitch.model.register_problems import RegisterProblem
from keyswitch.reconcile.clock import Clock
from keyswitch.report.exceptions import problems_of_exceptions

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

_NAMESPACE: Final = "keyswitch:"
_ENVIRONMENT: Final = "environment"
_ACCOUNT: Final = IN_CAMEL_CASE[ACCOUNT]


@dataclass(frozen=True, order=True)
class FileProblem:
    """One thing that is wrong.

    :ivar path: the file that it stands in: the one that is checked, or ``Pulumi.yaml``.
    :ivar text: the whole message, whose first word is its code.
    """

    path: str
    position: Position
    text: str

    @property
    def code(self) -> str:
        """``KS`` and three digits."""
        return self.text.partition(" ")[0]


@dataclass(frozen=True)
class CheckedFile:
    """What a check of one file found.

    :ivar problems: in the order of the file.
    :ivar not_checked: settings of the register of which something is encrypted, or that an environment may hold.
    """

    path: Path
    problems: tuple[FileProblem, ...]
    not_checked: tuple[str, ...] = ()


def check_file(path: Path) -> CheckedFile:
    """Checks one file, and what ``Pulumi.yaml`` next to it says for its stack."""
    from ruamel.yaml.error import YAMLError

    yaml = safe_yaml()
    yaml.allow_duplicate_keys = True
    try:
        root = composed(yaml, text_of(path))
        found = None if root is None else with_text_keys(constructed(yaml, root))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return _unreadable(path, problem_of(error), Position.of(mark))
    except KeyswitchError as error:
        return CheckedFile(path, (FileProblem(str(path), Position(), str(error)),))
    if root is None:
        return CheckedFile(path, ())
    return _File(path, root, found).checked()


def _unreadable(path: Path, problem: str, position: Position) -> CheckedFile:
    return CheckedFile(path, (_of_file(path, problem, position),))


def _of_file(path: Path, problem: str, position: Position) -> FileProblem:
    return FileProblem(str(path), position, str(unreadable(path, problem)))


class _File:
    """A file that is YAML."""

    def __init__(self, path: Path, root: Node, whole: Any) -> None:
        self._path, self._root, self._whole = path, root, whole
        self._config: Mapping[str, Any] = {}
        self._of_project: Mapping[str, ProjectSetting] = {}

    def checked(self) -> CheckedFile:
        """Everything that is wrong with it."""
        problems = [
            _of_file(self._path, f"found duplicate key{_shown(name)}", position)
            for name, position in duplicates(self._root)
        ]
        config = self._whole.get(CONFIG) if isinstance(self._whole, dict) else None
        if not isinstance(self._whole, dict):
            problems.append(_of_file(self._path, "not a map", Position.of(self._root.start_mark)))
        elif config is not None and not isinstance(config, dict):
            at, _ = position_of(self._root, (CONFIG,))
            problems.append(_of_file(self._path, f"{CONFIG} is not a map", at))
        else:
            self._config = config or {}
            problems += self._of_settings()
        return CheckedFile(self._path, tuple(sorted(set(problems))), tuple(self._not_checked()))

    def _of_settings(self) -> Iterator[FileProblem]:
        try:
            self._of_project = project_settings(project_file(self._path))
        except KeyswitchError as error:
            yield FileProblem(str(self._path), Position(), str(error))
        yield from self._unknown_settings()
        for problem in (*self._of_register(), *self._of_form(), *self._of_exceptions()):
            yield self._placed(problem)

    def _of_register(self) -> tuple[RegisterProblem, ...]:
        values = {name: judged(name, self._value(name)) for name in DECLARING}
        if values[ACCOUNTS_KEY] is UNKNOWN or (
            values[ACCOUNTS_KEY] is None and self._imports_an_environment
        ):
            values = {name: without_accounts(name, value) for name, value in values.items()}
        known = {name: None if each is UNKNOWN else each for name, each in values.items()}
        return register_of(*(known[name] for name in DECLARING), now=Clock().now()).found

    def _of_form(self) -> Iterator[RegisterProblem]:
        fleet, limit = (self._value(name) for name in (FLEET_KEY, MAX_CHANGES_KEY))
        if is_encrypted(fleet) or is_encrypted(limit) or self._imports_an_environment:
            return
        texts = [_as_text(each) for each in (fleet, limit)]
        try:
            form_of(*texts)
        except KeyswitchError as error:
            at = FLEET_KEY if fleet is not None else MAX_CHANGES_KEY
            yield RegisterProblem(str(error), (at,))
        message = limit_message(texts[1])
        if message is not None:
            yield RegisterProblem(line(message), (MAX_CHANGES_KEY,))

    def _of_exceptions(self) -> Iterator[RegisterProblem]:
        listed = self._value(EXCEPTIONS_KEY)
        if is_encrypted(listed):
            return
        for problem in problems_of_exceptions(listed):
            place = () if problem.number is None else (str(problem.number - 1),)
            text = str(bad_exceptions(self._path, str(problem)))
            yield RegisterProblem(text, (EXCEPTIONS_KEY, *place))

    def _unknown_settings(self) -> Iterator[FileProblem]:
        for key in self._config:
            name = key.removeprefix(_NAMESPACE)
            if name == key or name in OF_A_REGISTER or name in settings_of_provider():
                continue
            near = difflib.get_close_matches(name, (*OF_A_REGISTER, *settings_of_provider()), n=1)
            message = catalogue.UnknownSetting(
                setting=_NAMESPACE + (name if may_be_repeated(name) else "(not shown)"),
                suggestion=f"Did you mean {_NAMESPACE}{near[0]}? " if near else "",
                known=", ".join(_NAMESPACE + each for each in OF_A_REGISTER),
            )
            at, _ = position_of(self._root, (CONFIG, key))
            yield FileProblem(str(self._path), at, line(message))

    def _placed(self, problem: RegisterProblem) -> FileProblem:
        """Where a problem stands: in the entry or, where the entry does not have it, in what the entry takes over."""
        name, *rest = problem.place
        at, taken = self._find((name, *rest))
        if taken < len(problem.place) and name in (CONFIG_KEY, ROTATIONS_KEY):
            within = tuple(rest[1:])
            for other in (self._in_account(problem.place), (DEFAULTS_KEY, *within)):
                found, went = self._find(other) if other else (at, 0)
                if went == len(other) > 1:
                    at = found
                    break
        path, position = at
        return FileProblem(path, position, problem.text)

    def _in_account(self, place: tuple[str, ...]) -> tuple[str, ...]:
        """The place of an account's field in ``keyswitch:accounts``; none for anything else."""
        name, entry, *within = place
        if len(within) < 2 or within[0] != _ACCOUNT:  # noqa: PLR2004 - the account, and its field
            return ()
        for bag in (_entry(self._value(name), entry), self._value(DEFAULTS_KEY)):
            named = bag.get(_ACCOUNT) if isinstance(bag, dict) else None
            if isinstance(named, str):
                return (ACCOUNTS_KEY, named, *within[1:])
        return ()

    def _find(self, place: tuple[str, ...]) -> tuple[tuple[str, Position], int]:
        """The file and position of a place below ``keyswitch:``, and how many of its names were found."""
        key = _NAMESPACE + place[0]
        project = self._root_of_project
        if key not in self._config and key in self._of_project and project is not None:
            above = self._of_project[key].place
            at, taken = position_of(project, (*above, *place[1:]))
            return (str(project_file(self._path)), at), max(0, taken - len(above) + 1)
        at, taken = position_of(self._root, (CONFIG, key, *place[1:]))
        return (str(self._path), at), max(0, taken - 1)

    def _value(self, name: str) -> Any:
        key = _NAMESPACE + name
        if key in self._config:
            return self._config[key]
        setting = self._of_project.get(key)
        return None if setting is None else setting.value

    def _not_checked(self) -> Iterator[str]:
        for name in OF_A_REGISTER:
            if is_encrypted(self._value(name)):
                yield f"{_NAMESPACE}{name}"
        if self._imports_an_environment:
            yield _ENVIRONMENT

    @cached_property
    def _root_of_project(self) -> Node | None:
        project = project_file(self._path)
        return composed(safe_yaml(), text_of(project)) if project is not None else None

    @property
    def _imports_an_environment(self) -> bool:
        return isinstance(self._whole, dict) and bool(self._whole.get(_ENVIRONMENT))


def _shown(name: str) -> str:
    return f' "{name}"' if may_be_repeated(name.replace(":", "")) else ""


def _entry(entries: object, name: str) -> object:
    return entries.get(name) if isinstance(entries, dict) else None


def _as_text(value: object) -> str | None:
    found = as_pulumi_has_it(value)
    if isinstance(found, bool):
        return str(found).lower()
    return None if found is None else str(found)
