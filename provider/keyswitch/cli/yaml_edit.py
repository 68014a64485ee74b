"""Entries added to the register in a stack's config file, as text.

The file is its owner's: lines are put in, and every other line, comment and quote stays as it is.
What comes out is read again, and is what went in with the entries, or it is not used.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from keyswitch.cli.yaml_nodes import composed, constructed

if TYPE_CHECKING:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

CONFIG: Final = "config"
_BEFORE_VALUE: Final = r"^(?P<key>\s*(?P<quote>[\"']?){name}(?P=quote)\s*:)\s*(?:\{{\s*\}}|~|null)?(?P<rest>\s*(?:#.*)?)$"
_STEP: Final = 2
Entries = Mapping[str, Mapping[str, str]]


def with_entries(text: str, register: str, entries: Entries) -> str | None:
    """The text of the file with the entries added, ``None`` if there is no place for them.

    :param register: the key of the register in the file's ``config``.
    :param entries: those that the register does not have yet.
    """
    wanted = data_of(text)
    config = wanted.get(CONFIG) or {}
    held = config.get(register) or {}
    wanted[CONFIG] = {**config, register: {**held, **entries}}
    made = _tried(_in_lines, text, register, entries)
    return made if made is not None and _tried(data_of, made) == wanted else None


def data_of(text: str) -> Any:
    """What the text holds, as plain data; an empty map for an empty one.

    :raises ruamel.yaml.error.YAMLError: it cannot be read.
    """
    yaml = safe_yaml()
    root = composed(yaml, text)
    found = None if root is None else constructed(yaml, root)
    return {} if found is None else with_text_keys(found)


def safe_yaml() -> YAML:
    """What reads plain data, with its places."""
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True)


def problem_of(error: YAMLError) -> str:
    """What cannot be read, and on which line, without the values that some of the error's words repeat."""
    words = str(getattr(error, "problem", None) or "not YAML").partition(" with value ")[0]
    if words.startswith("but "):
        words = f"{getattr(error, 'context', None)}, {words}"
    mark = getattr(error, "problem_mark", None)
    return f"{words} (line {mark.line + 1})" if mark else words


def with_text_keys(value: Any) -> Any:
    """YAML reads a date or a number as such, also where it stands for a name."""
    if isinstance(value, dict):
        return {str(key): with_text_keys(each) for key, each in value.items()}
    return [with_text_keys(each) for each in value] if isinstance(value, list) else value


def _tried(way: Callable[..., Any], *given: Any) -> Any:
    """Its answer, ``None`` where the YAML has something that it cannot deal with."""
    from ruamel.yaml.error import YAMLError

    try:
        return way(*given)
    except (YAMLError, TypeError, ValueError, AttributeError, LookupError, NotImplementedError):
        return None


def _in_lines(text: str, register: str, entries: Entries) -> str | None:
    """With lines put in, and no other line touched but for an empty value that they stand in place of."""
    whole = _loaded(_yaml(), text)
    config = whole.get(CONFIG) if whole else None
    if not config:
        begun = _after_empty(text, CONFIG, 0, {register: entries})
        if begun is None and not (whole and CONFIG in whole):
            begun = _at_end(text, {CONFIG: {register: entries}})
        return begun
    if config.fa.flow_style():
        return None
    step = config.lc.col or _STEP
    held = config.get(register)
    if held:
        last = held.lc.key(list(held)[-1])[0]
        return None if held.fa.flow_style() else _after(text, last, held.lc.col, step, entries)
    if register in config:
        return _after_empty(text, register, step, entries)
    last = config.lc.key(list(config)[-1])[0]
    return _after(text, last, config.lc.col, step, {register: entries})


def _after(text: str, last: int, column: int, step: int, added: Mapping[str, Any]) -> str:
    """After the line ``last`` and what belongs to it: lines indented further than ``column``."""
    lines = _lines(text)
    end = last
    for number, line in enumerate(lines[last + 1 :], start=last + 1):
        said = line.strip()
        indented = len(line) - len(line.lstrip(" ")) > column
        if indented and said:
            end = number
        elif said and not said.startswith("#"):
            break
    return _put_in(lines, end, column, step, added)


def _after_empty(text: str, key: str, step: int, added: Mapping[str, Any]) -> str | None:
    """In place of the value of ``key``, which is none, ``~`` or ``{}``; a comment behind it stays."""
    lines = _lines(text)
    pattern = re.compile(_BEFORE_VALUE.format(name=re.escape(key)))
    for number, line in enumerate(lines):
        found = pattern.match(line.rstrip("\r\n"))
        if found is None:
            continue
        column = len(line) - len(line.lstrip(" ")) + (step or _STEP)
        ending = line[len(line.rstrip("\r\n")) :]
        lines[number] = f"{found['key']}{found['rest'].rstrip()}{ending}"
        return _put_in(lines, number, column, step or _STEP, added)
    return None


def _at_end(text: str, added: Mapping[str, Any]) -> str:
    """Before the mark that ends a document, if there is one."""
    lines = _lines(text)
    ends = (number for number, line in enumerate(lines) if line.rstrip() == "...")
    return _put_in(lines, next(ends, len(lines)) - 1, 0, _STEP, added)


def _put_in(lines: list[str], end: int, column: int, step: int, added: Mapping[str, Any]) -> str:
    """After the line ``end``, with its line ending."""
    before = lines[: end + 1]
    nearest = (before[-1:] or lines[:1] or [""])[0]
    newline = "\r\n" if nearest.endswith("\r\n") else "\n"
    out = io.StringIO()
    yaml = _yaml()
    yaml.indent(mapping=step)
    yaml.dump(_plain(added), out)
    new = [f"{' ' * column}{line}{newline}" for line in out.getvalue().splitlines()]
    if before and not before[-1].endswith("\n"):
        before[-1] += newline
    return "".join([*before, *new, *lines[end + 1 :]])


def _lines(text: str) -> list[str]:
    """With their ends; what else may end a line elsewhere is a character like others in YAML."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _plain(value: Any) -> Any:
    return (
        {key: _plain(each) for key, each in value.items()} if isinstance(value, Mapping) else value
    )


def _loaded(yaml: YAML, text: str) -> Any:
    """What it holds, without a word on standard error about what is unusual of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return yaml.load(text)


def _yaml() -> YAML:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    return yaml
