"""How many keys one run may switch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MAX_CHANGES: Final = "max_changes"
WRITTEN: Final = re.compile(r"[0-9]{1,9}|[0-9]{1,3}(?:\.[0-9]{1,3})?%")
"""A limit as text."""


@dataclass(frozen=True)
class MaxChanges:
    """A number of keys, or a share of all that a fleet has, those whose declaration ends among them."""

    number: Decimal
    is_percent: bool

    @classmethod
    def read(cls, value: object) -> MaxChanges:
        """Reads ``5`` or ``"5"``, ``"10%"``.

        :raises ValueError: it is neither.
        """
        text = f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
        found = WRITTEN.fullmatch(text)
        if found is None or isinstance(value, bool):
            raise ValueError('neither a number such as 5 nor a share such as "10%"')
        return cls(Decimal(text.rstrip("%")), text.endswith("%"))

    @classmethod
    def of(cls, bag: Mapping[str, object]) -> MaxChanges | None:
        """The limit in a fleet's inputs or outputs, ``None`` if it has none.

        :raises ValueError: it cannot be read, which Check lets nobody write.
        """
        limit = bag.get(MAX_CHANGES)
        return cls.read(limit) if limit is not None else None

    def of_keys(self, keys: int) -> int:
        """How many of so many keys may be switched; of a share that is not zero, at least one."""
        if not self.is_percent:
            return int(self.number)
        return max(int(self.number * keys / 100), 1 if self.number else 0)

    def __str__(self) -> str:
        return f"{self.number.normalize():f}{'%' if self.is_percent else ''}"
