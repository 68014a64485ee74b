"""What a control is: what it looks at, what it finds, and which published controls it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from keyswitch.messages.catalogue import Message
from keyswitch.model.durations import Duration
from keyswitch.model.status import ObservedStatus
from keyswitch.report.expected_keys import ExpectedKey
from keyswitch.report.inventory import Inventory, SeenKey, SeenUser

CIS: Final = "CIS AWS Foundations Benchmark"
HUB: Final = "AWS Security Hub CSPM"


class Severity(Enum):
    """How much a finding matters, the least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """A greater number for what matters more."""
        return list(Severity).index(self)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Reference:
    """A control as its publisher calls it.

    :param numbers: version and number of each version that has it, for publishers renumber; the version is
        empty for a publisher without versions.
    """

    document: str
    numbers: tuple[tuple[str, str], ...]
    title: str

    @property
    def standards(self) -> tuple[str, ...]:
        """The document in each of those versions."""
        return tuple(f"{self.document} {version}".strip() for version, _ in self.numbers)

    def __str__(self) -> str:
        numbers = ", ".join(f"{version} {number}".strip() for version, number in self.numbers)
        return f"{self.document} {numbers}: {self.title}"


def cis(title: str, **numbers: str) -> Reference:
    """A control of CIS.

    :param numbers: ``v3``, ``v5`` and ``v7``, as far as that version has it.
    """
    versions = tuple((f"{version}.0.0", number) for version, number in numbers.items())
    return Reference(CIS, versions, title)


def hub(number: str, title: str) -> Reference:
    """A control of AWS Security Hub CSPM."""
    return Reference(HUB, (("", number),), title)


@dataclass(frozen=True)
class Thresholds:
    """The ages from which on a key is found.

    :param max_age: of a key since its creation.
    :param unused_for: since its last use; of one never used, since its creation.
    """

    max_age: Duration = field(default_factory=lambda: Duration.read("90d"))
    unused_for: Duration = field(default_factory=lambda: Duration.read("45d"))


@dataclass(frozen=True)
class Evidence:
    """All that the controls judge one account by.

    :param expected: what is declared, by key id; ``None`` if that is not asked.
    :param now: an aware moment.
    """

    inventory: Inventory
    expected: Mapping[str, ExpectedKey] | None
    now: datetime
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def active_keys(self) -> Iterator[tuple[SeenUser, SeenKey]]:
        """The keys that a control is about: AWS's own controls judge Active keys only."""
        return (
            (user, seen)
            for user, seen in self.inventory.keys
            if seen.key.status is ObservedStatus.ACTIVE
        )

    @property
    def is_compared(self) -> bool:
        """Whether there is anything declared to compare with."""
        return self.expected is not None

    @property
    def is_compared_with_state(self) -> bool:
        """Whether a state tells what the last update carried out."""
        return any(each.carried_out is not None for each in (self.expected or {}).values())

    @property
    def declared_keys(self) -> Iterator[tuple[SeenUser, SeenKey, ExpectedKey]]:
        """The keys that are there and declared."""
        for user, seen in self.inventory.keys:
            declared = self.declaration_of(seen)
            if declared is not None:
                yield user, seen, declared

    def declaration_of(self, seen: SeenKey) -> ExpectedKey | None:
        """How a key is declared; ``None`` for one that is not, or where that is not asked."""
        return (self.expected or {}).get(seen.key.access_key_id)

    def age(self, seen: SeenKey) -> timedelta | None:
        """How long ago a key was created; ``None`` where IAM does not tell."""
        return self.now - seen.created if seen.created else None


@dataclass(frozen=True)
class Violation:
    """One thing that a control found.

    :param message: what, in the control's words.
    :param access_key_id: empty where the finding is about no single key.
    :param user_name: empty likewise.
    :param references: the published controls that this goes against, which can be fewer than the control's.
    """

    message: Message
    access_key_id: str = ""
    user_name: str = ""
    references: tuple[Reference, ...] = ()

    @classmethod
    def of(
        cls, message: Message, seen: SeenKey, references: tuple[Reference, ...] = ()
    ) -> Violation:
        """What was found about a key that is there."""
        return cls(message, seen.key.access_key_id, seen.key.user_name or "", references)


def _finds_nothing(_: Evidence) -> Iterator[Violation]:
    """Of a control that no evidence of one account answers."""
    return iter(())


def _always(_: Evidence) -> bool:
    """Of a control that needs nothing declared."""
    return True


def _of_every_key(_: Evidence, _user: SeenUser, _seen: SeenKey) -> bool:
    """Of a control that needs no more than a list of keys."""
    return True


@dataclass(frozen=True)
class Control:
    """One control. Each module of this package defines one as ``CONTROL``.

    :param name: how options and exceptions name it; public for ever.
    :param finds: the message of its findings: what is found, and what to do.
    :param checks: what it checks, in a sentence.
    :param check: its findings in one account; none for what only shows once exceptions are applied or accounts
        entered.
    :param references: all published controls that it stands for.
    :param is_about_keys: whether each of its findings is about one key.
    :param applies: whether an account can be judged: not without a register or a state, where it needs one.
    :param is_known: whether IAM told what a key is judged by.
    :param settled_by_deactivation: whether a deactivation of the key ends the finding.
    """

    name: str
    severity: Severity
    finds: type[Message]
    checks: str
    check: Callable[[Evidence], Iterator[Violation]] = _finds_nothing
    references: tuple[Reference, ...] = ()
    is_about_keys: bool = True
    applies: Callable[[Evidence], bool] = _always
    is_known: Callable[[Evidence, SeenUser, SeenKey], bool] = _of_every_key
    settled_by_deactivation: bool = False
