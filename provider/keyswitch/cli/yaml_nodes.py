"""A YAML file with the places of what it holds, and never more of it than can be dealt with."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.nodes import Node

MOST_VALUES: Final = 200_000
"""That the aliases of a file may stand for: a file of some hundred bytes can ask for billions."""
MOST_LEVELS: Final = 100
"""Of maps and lists in each other: whatever reads them calls itself for each."""
MOST_DIGITS: Final = 1_000
"""Of a whole number: Python writes none of more than 4,300."""
_WHOLE_NUMBER: Final = "tag:yaml.org,2002:int"
_TOO_DEEP: Final = f"its maps and lists are nested more than {MOST_LEVELS} levels deep"
_UNREADABLE_VALUE: Final = (
    "a value of it cannot be read, perhaps a date or a time without quotes that does not exist"
)
"""What is wrong where ruamel fails by a value, whose error may repeat the value."""
_OF_A_VALUE: Final = (ValueError, TypeError, AttributeError, LookupError)
"""How it fails then."""


@dataclass(frozen=True, order=True)
class Position:
    """A place in a file, counted from one."""

    line: int = 1
    column: int = 1

    @classmethod
    def of(cls, mark: Any) -> Position:
        """That of a mark of ruamel's, the beginning where there is none."""
        return cls(mark.line + 1, mark.column + 1) if mark is not None else cls()


def composed(yaml: YAML, text: str) -> Node | None:
    """The nodes of a text; ``None`` for an empty one. Nothing of it is on standard error.

    :param yaml: a safe one in plain Python.
    :raises ruamel.yaml.error.YAMLError: it is not YAML, refers to itself, or has more values, levels or digits than
        can be dealt with.
    """
    from ruamel.yaml.composer import ComposerError
    from ruamel.yaml.reader import ReaderError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            root: Node | None = yaml.compose(text)
    except ReaderError as error:
        raise _forbidden_character(text, error.position) from None
    except RecursionError:
        raise ComposerError(None, None, _TOO_DEEP) from None
    if root is not None:
        _refuse_too_many(root)
        _refuse_long_numbers(root)
    return root


def constructed(yaml: YAML, root: Node) -> Any:
    """What nodes of the same ``yaml`` hold, as plain data.

    :param yaml: where a name stands twice in a map, the first counts if ``yaml`` allows that.
    :raises ruamel.yaml.error.YAMLError: a value cannot be read, or a name stands twice.
    """
    from ruamel.yaml.constructor import ConstructorError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return yaml.constructor.construct_document(root)
    except _OF_A_VALUE:
        mark = _first_unreadable(type(yaml)(typ="safe", pure=True), root).start_mark
        raise ConstructorError(None, None, _UNREADABLE_VALUE, mark) from None


def _first_unreadable(yaml: YAML, root: Node) -> Node:
    """The first scalar that cannot be read, the whole if it is none."""
    from ruamel.yaml.nodes import ScalarNode

    for node in _each_once(root):
        if isinstance(node, ScalarNode):
            try:
                yaml.constructor.construct_object(node)
            except _OF_A_VALUE:
                return node
    return root


def _forbidden_character(text: str, index: int) -> YAMLError:
    from ruamel.yaml.composer import ComposerError
    from ruamel.yaml.error import StringMark

    line, column = text.count("\n", 0, index), index - text.rfind("\n", 0, index) - 1
    problem = f"found the character U+{ord(text[index]):04X}, which YAML does not allow"
    return ComposerError(None, None, problem, StringMark("", index, line, column, None, None))


def duplicates(root: Node) -> Iterator[tuple[str, Position]]:
    """Each name that stands in a map already, and where it does so again."""
    from ruamel.yaml.nodes import MappingNode

    for node in _each_once(root):
        if isinstance(node, MappingNode):
            seen = set()
            for name, _ in node.value:
                spelt = (name.tag, str(name.value))
                if spelt in seen:
                    yield str(name.value), Position.of(name.start_mark)
                seen.add(spelt)


def position_of(root: Node, path: tuple[str, ...]) -> tuple[Position, int]:
    """Where the last name of a path stands, as far as the path leads, and how many names that are.

    :param path: names of maps, and numbers of the items of lists.
    """
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    node, found = root, Position.of(root.start_mark)
    for taken, name in enumerate(path):
        if isinstance(node, MappingNode):
            entry = next((each for each in node.value if str(each[0].value) == name), None)
            if entry is None:
                return found, taken
            found, node = Position.of(entry[0].start_mark), entry[1]
        elif isinstance(node, SequenceNode) and name.isdecimal() and int(name) < len(node.value):
            node = node.value[int(name)]
            found = Position.of(node.start_mark)
        else:
            return found, taken
    return found, len(path)


def _children(node: Node) -> Iterator[Node]:
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    if isinstance(node, MappingNode):
        for name, value in node.value:
            yield name
            yield value
    elif isinstance(node, SequenceNode):
        yield from node.value


def _each_once(root: Node) -> Iterator[Node]:
    """Every node, however many aliases stand for it."""
    seen, waiting = set(), [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting.extend(reversed(list(_children(node))))


def _refuse_too_many(root: Node) -> None:
    """Counts what the nodes stand for, each alias anew, and how deep they lead, without standing for it."""
    from ruamel.yaml.composer import ComposerError

    counts: dict[int, int] = {}
    levels: dict[int, int] = {}
    open_: set[int] = set()
    waiting: list[tuple[Node, bool]] = [(root, False)]
    while waiting:
        node, is_done = waiting.pop()
        if is_done:
            open_.discard(id(node))
            counts[id(node)] = 1 + sum(counts[id(each)] for each in _children(node))
            levels[id(node)] = 1 + max((levels[id(each)] for each in _children(node)), default=0)
            if levels[id(node)] > MOST_LEVELS:
                raise ComposerError(None, None, _TOO_DEEP, node.start_mark)
            continue
        if id(node) in open_:
            raise ComposerError(None, None, "a value contains itself", node.start_mark)
        if id(node) in counts:
            continue
        open_.add(id(node))
        waiting.append((node, True))
        waiting.extend((each, False) for each in _children(node) if id(each) not in counts)
    if counts[id(root)] > MOST_VALUES:
        problem = f"its aliases stand for more than {MOST_VALUES:,} values"
        raise ComposerError(None, None, problem, root.start_mark)


def _refuse_long_numbers(root: Node) -> None:
    from ruamel.yaml.composer import ComposerError

    for node in _each_once(root):
        if node.tag == _WHOLE_NUMBER and len(node.value) > MOST_DIGITS:
            problem = f"a number has more than {MOST_DIGITS:,} digits"
            raise ComposerError(None, None, problem, node.start_mark)
