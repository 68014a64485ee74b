"""Everything that is known of a leaked key: by AWS, by a register and by a state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keyswitch.model.inputs import IN_CAMEL_CASE, OVERRIDE, STATUS
from keyswitch.model.rotation import CURRENT, name_of
from keyswitch.model.status import Status
from keyswitch.model.urn import FLEET_TYPE, Urn
from keyswitch.report.incident_commands import Commands
from keyswitch.report.leaked_key import LeakedKey

REASON: Final = "leaked"
"""The override of a printed edit where no reason was given."""


@dataclass(frozen=True)
class DeclaredEntry:
    """What a register says of the key, and what would have to be edited.

    :param path: the file, as it was given.
    :param line: of the entry, from 1; ``None`` where the register does not declare the key.
    :param rotation: of the register that has the key as its previous one; empty for an entry of the key.
    :param status: as it is declared now; empty where that is not known, and for a rotation.
    :param override: whether the entry has one already.
    :param adds: what an entry that is new has besides status and override.
    :param removes: the inputs of the entry that go with the edit.
    :param diff: the edit; no lines where the entry is as it should be, or where the edit cannot be made.
    :param problem: why the file cannot be edited; empty if it can.
    :param by_pulumi: whether ``pulumi config`` can make the edit.
    :param blockers: what else of the register stops every run.
    """

    path: str
    line: int | None
    rotation: str = ""
    status: str = ""
    override: bool = False
    adds: tuple[tuple[str, str], ...] = ()
    removes: tuple[str, ...] = ()
    diff: tuple[str, ...] = ()
    problem: str = ""
    by_pulumi: bool = True
    blockers: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """``Pulumi.prod.yaml:12``, or the file alone."""
        return self.path if self.line is None else f"{self.path}:{self.line}"

    def sets(self, reason: str) -> dict[str, str]:
        """What the edit sets: of a rotation the override alone, which is one of its previous key.

        :param reason: of the override; empty where none was given.
        """
        override = {IN_CAMEL_CASE[OVERRIDE]: reason or REASON}
        return (
            override if self.rotation else {IN_CAMEL_CASE[STATUS]: str(Status.INACTIVE), **override}
        )


@dataclass(frozen=True)
class DeclaringResource:
    """A resource of a state that declares the key.

    :param rotation: the name of the rotation that it is part of; empty for none.
    """

    urn: Urn
    rotation: str = ""

    @property
    def is_fleet(self) -> bool:
        """Whether it declares many keys."""
        return self.urn.kind == FLEET_TYPE

    @property
    def is_current(self) -> bool:
        """Whether it is the key to be used of a rotation, which no override deactivates."""
        return bool(self.rotation) and self.urn.name == name_of(CURRENT, self.rotation)


@dataclass(frozen=True)
class Incident:
    """Everything that the command found out.

    :param entry: of the register; ``None`` where none was looked at.
    :param resources: that declare the key; ``None`` where no state was looked at.
    :param whose_state: the state in words.
    :param reason: of the override; empty where none was given.
    :param account_name: under which the register knows the key's account, where that is another one.
    :param stack_config: the file that does; empty for none.
    :param unknown: what could not be looked at besides AWS, a sentence each.
    :param signs_with_settings: whether credentials in the stack's config sign, which no command repeats.
    """

    leaked: LeakedKey
    commands: Commands
    entry: DeclaredEntry | None = None
    resources: tuple[DeclaringResource, ...] | None = None
    whose_state: str = ""
    reason: str = ""
    account_name: str = ""
    stack_config: str = ""
    unknown: tuple[str, ...] = ()
    signs_with_settings: bool = False

    @property
    def everything_unknown(self) -> tuple[str, ...]:
        """What is not known, of AWS and of the declarations."""
        return (*self.leaked.unknown, *self.unknown)
