"""What a program declares of one key or of many, as it is read from one resource's bag of properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.change_limit import MaxChanges
from keyswitch.model.state import Declaration


@dataclass(frozen=True)
class BatchDeclaration:
    """What a program declares of the keys of one resource.

    :param keys: each key with defaults, safeguards and account laid under its own.
    :param unknown: the keys that cannot be judged yet, with the inputs that will be known only in
        the update.
    :param changed: those of them of which something else is declared otherwise than it is recorded.
    :param unreadable: the keys that something is wrong with, by id: they keep no other key.
    """

    keys: tuple[Declaration, ...]
    max_changes: MaxChanges | None = None
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    unreadable: Mapping[str, KeyswitchError] = field(default_factory=dict)

    @property
    def ids(self) -> frozenset[str]:
        """Every key that is declared."""
        known = (key.access_key_id for key in self.keys)
        return frozenset({*self.unknown, *self.unreadable, *known})


@dataclass(frozen=True)
class ParsedBatch:
    """A declaration of the keys that can be read, or why there is none.

    :param error: everything that is wrong with what is about all of the keys.
    :param unknown: the names of such inputs that are not known yet.
    """

    declaration: BatchDeclaration | None
    error: KeyswitchError | None = None
    unknown: tuple[str, ...] = ()

    def required(self) -> BatchDeclaration:
        """The declaration, where there must be one.

        :raises KeyswitchError: what is wrong, as one error.
        """
        if self.error is not None:
            raise self.error
        if self.declaration is None:
            raise KeyswitchError(catalogue.UnreadableState(property="inputs"))
        return self.declaration
