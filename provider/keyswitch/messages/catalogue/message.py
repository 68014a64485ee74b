"""What a message of the catalogue is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from string import Formatter
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from typing_extensions import Self, dataclass_transform
else:

    def dataclass_transform(**_: object) -> Any:
        """Tells type checkers only."""
        return lambda cls: cls


M = TypeVar("M")


@dataclass_transform(kw_only_default=True, frozen_default=True)
@dataclass(frozen=True, eq=False, repr=False)
class Message:
    """One message: its class is the catalogue's entry, its fields are the values of one occurrence.

    A subclass is a frozen dataclass with keyword arguments, and is checked when it is imported.

    :cvar code: ``KS`` and three digits; public for ever.
    :cvar title: a few words.
    :cvar text: what happened, a ``str.format`` template over the fields.
    :cvar remedy: what to do next, another one; empty where nothing is to be done.
    :cvar why: why keyswitch does that, for whoever asks; empty where the text says so.
    :raises TypeError: at import, a template names what is no field, or a field is in no template.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    text: ClassVar[str]
    remedy: ClassVar[str] = ""
    why: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        # What each class would have written for it is here once: it takes most of the time of an import.
        dataclass(frozen=True, kw_only=True, eq=False, repr=False)(cls)
        if not hasattr(cls, "code"):
            return
        named = {name for text in (cls.text, cls.remedy) for name in names_in(text)}
        declared = {field.name for field in fields(cls)}
        if named != declared:
            raise TypeError(f"{cls.__name__}: {sorted(named ^ declared)}")

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Self:
        """The message with those of the values that it has a field for."""
        return cls(**{field.name: values[field.name] for field in fields(cls)})

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({values})"

    @property
    def cause(self) -> str:
        """The text, filled in."""
        return self.text.format(**vars(self))

    @property
    def what_to_do(self) -> str:
        """The remedy, filled in."""
        return self.remedy.format(**vars(self))


def names_in(template: str) -> list[str]:
    """The fields that a template names."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]
