"""One entry of a map in a YAML file, found and changed as text: no other line, comment or quote is touched.

What comes out is read again, and is what was wanted, or it is not used.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from keyswitch.cli.yaml_edit import data_of, safe_yaml
from keyswitch.cli.yaml_nodes import composed

_BLOCK_SCALARS: Final = ("|", ">")
_Edit = tuple[int, int, str]
"""Where a piece of the text begins and ends, and what stands there afterwards."""


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line of the key that a path of keys leads to, from 1; ``None`` if there is none, or more than one."""
    found = _tried(_pair, text, path)
    return found[0].start_mark.line + 1 if found is not None else None


def with_values(
    text: str, path: Sequence[str], values: Mapping[str, str], without: Collection[str]
) -> str | None:
    """The text with some values of an entry set and others removed; ``None`` if that cannot be done.

    :param path: the keys that lead to the entry, a map.
    :param values: in the order in which those that are new are written, each after the one before, the first at the end.
    """
    wanted = _tried(_wanted, text, path, values, without)
    made = _tried(_made, text, path, values, without)
    if wanted is None or made is None or _tried(data_of, made) != wanted:
        return None
    return str(made)


def _tried(way: Callable[..., Any], *given: Any) -> Any:
    """Its answer, ``None`` where the YAML has something that it cannot deal with."""
    from ruamel.yaml.error import YAMLError

    try:
        return way(*given)
    except (YAMLError, TypeError, ValueError, AttributeError, LookupError, NotImplementedError):
        return None


def _wanted(
    text: str, path: Sequence[str], values: Mapping[str, str], without: Collection[str]
) -> Any:
    whole = data_of(text)
    entry = whole
    for key in path:
        entry = entry[key]
    for name in without:
        entry.pop(name, None)
    entry.update(values)
    return whole


def _pair(text: str, path: Sequence[str]) -> Any:
    """The node of the last key of a path, and that of its value."""
    node = composed(safe_yaml(), text)
    pair: Any = (node, node)
    for key in path:
        (pair,) = (each for each in pair[1].value if each[0].value == key)
    return pair


def _made(
    text: str, path: Sequence[str], values: Mapping[str, str], without: Collection[str]
) -> str:
    entry = _pair(text, path)[1]
    if entry.flow_style:
        edits = [_in_braces(text, entry, values, without)]
    else:
        edits = _in_lines(text, entry, values, without)
    for start, end, piece in sorted(edits, reverse=True):
        text = text[:start] + piece + text[end:]
    return text


def _in_braces(text: str, entry: Any, values: Mapping[str, str], without: Collection[str]) -> _Edit:
    start, end = entry.start_mark.index, entry.end_mark.index
    if "#" in text[start:end]:
        raise ValueError("a comment would be lost")
    pieces = {
        key.value: text[key.start_mark.index : value.end_mark.index]
        for key, value in entry.value
        if key.value not in without
    }
    quote = '"' if text[start + 1 : end].lstrip().startswith('"') else ""
    pieces |= {name: f"{quote}{name}{quote}: {json.dumps(each)}" for name, each in values.items()}
    return start, end, f"{{{', '.join(pieces.values())}}}"


def _in_lines(
    text: str, entry: Any, values: Mapping[str, str], without: Collection[str]
) -> list[_Edit]:
    newline = "\r\n" if "\r\n" in text else "\n"
    first = entry.value[0][0].start_mark
    indent = " " * first.column
    held = {key.value: (key, value) for key, value in entry.value}
    edits = [_removal(text, *held[name]) for name in without if name in held]
    place, new = _removal(text, *entry.value[-1])[1], ""
    for name, value in values.items():
        line = f"{indent}{_line(name, value)}"
        if name not in held:
            new += line + newline
            continue
        if new:
            edits.append((place, place, new))
            new = ""
        start, end, _ = _removal(text, *held[name])
        place = end
        key, old = held[name]
        if _is_plain_line(key, old):
            edits.append(
                (old.start_mark.index, old.end_mark.index, _line(name, value)[len(name) + 2 :])
            )
        else:
            edits.append((start, end, line + newline))
    if new:
        is_cut_off = place == len(text) and not text.endswith("\n")
        edits.append((place, place, newline + new if is_cut_off else new))
    return edits


def _is_plain_line(key: Any, value: Any) -> bool:
    is_scalar = isinstance(value.value, str) and value.style not in _BLOCK_SCALARS
    on_line = key.end_mark.line == value.start_mark.line == value.end_mark.line
    return is_scalar and on_line and value.end_mark.index > value.start_mark.index


def _removal(text: str, key: Any, value: Any) -> _Edit:
    """Of the lines of a key and its value, but not of comments that follow."""
    start = _start_of_line(text, key.start_mark.index)
    end = max(key.end_mark.index, _end_of(value))
    line_end = text.find("\n", end - 1 if text[end - 1 : end] == "\n" else end)
    return start, len(text) if line_end < 0 else line_end + 1, ""


def _end_of(node: Any) -> int:
    if isinstance(node.value, str) or node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end_of(last[1] if isinstance(last, tuple) else last)


def _start_of_line(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _line(name: str, value: str) -> str:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 1_000_000
    out = io.StringIO()
    yaml.dump({name: value}, out)
    return out.getvalue().rstrip("\n")
