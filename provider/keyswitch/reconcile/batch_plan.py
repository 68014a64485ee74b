"""What was decided about a fleet's keys, and what became of them, put into words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import Attempt, KeyswitchError, counted, line
from keyswitch.model.batch_declaration import BatchDeclaration
from keyswitch.model.state import Record
from keyswitch.reconcile.diff import Action
from keyswitch.reconcile.on_destroy import DeletionPlan
from keyswitch.reconcile.plan import Plan

ADOPTED_ONE_BY_ONE: Final = 5
"""More adoptions without a change than these stand in one line."""
_NAMED: Final = 20
"""Keys that one message names; each of them has a message of its own too."""


@dataclass(frozen=True)
class BatchPlan:
    """All keys of a fleet, judged.

    :param ids: all that are declared or recorded, those among them that are kept elsewhere.
    :param plans: of those that are declared, by key id.
    :param endings: of those that are no longer declared, by key id.
    :param errors: of those that could not be looked at.
    """

    declared: BatchDeclaration
    ids: frozenset[str]
    plans: Mapping[str, Plan]
    endings: Mapping[str, DeletionPlan]
    errors: Mapping[str, KeyswitchError]

    @property
    def needs_step(self) -> bool:
        """Whether the engine has to plan an update."""
        needed = any(each.decision.needs_step for each in self.plans.values())
        return needed or bool(self.errors) or bool(self.endings)

    @property
    def refusals(self) -> dict[str, KeyswitchError]:
        """Every key that is refused, or could not be looked at."""
        refused = {
            **{key: each.refusal() for key, each in self.plans.items()},
            **{key: each.refusal for key, each in self.endings.items()},
        }
        return {**self.errors, **{key: error for key, error in refused.items() if error}}

    @property
    def switched(self) -> list[str]:
        """The keys that are switched unless the whole is refused."""
        declared = self.plans.items()
        return [
            *(key for key, each in declared if each.decision.action is Action.SWITCH),
            *(key for key, each in self.endings.items() if each.switches_to is not None),
        ]

    @property
    def overridden(self) -> list[str]:
        """Those among them that an override lets past every safeguard, the fleet's own too."""
        return [
            key
            for key in self.switched
            if key in self.plans and self.plans[key].declaration.override is not None
        ]

    @property
    def let_through(self) -> BatchPlan:
        """What is carried out: all, and of too wide a change what overrides ask for."""
        if self.too_wide is None:
            return self
        of_these = {key: self.plans[key] for key in self.overridden}
        return replace(self, plans=of_these, endings={}, errors={})

    def without(self, keys: Collection[str]) -> BatchPlan:
        """The same but for what was decided about these keys."""
        plans = {key: plan for key, plan in self.plans.items() if key not in keys}
        endings = {key: end for key, end in self.endings.items() if key not in keys}
        return replace(self, plans=plans, endings=endings)

    @property
    def limited(self) -> list[str]:
        """Those among them that ``max_changes`` counts."""
        past = set(self.overridden)
        return [key for key in self.switched if key not in past]

    @property
    def too_wide(self) -> KeyswitchError | None:
        """The refusal of a change wider than ``max_changes``."""
        most, limited, past = self.declared.max_changes, self.limited, self.overridden
        if most is None or len(limited) <= most.of_keys(len(self.ids)):
            return None
        return KeyswitchError(
            catalogue.TooManyChanges(
                changes=counted(len(limited), "key"),
                max_changes=most,
                declared=len(self.ids),
                allowed=most.of_keys(len(self.ids)),
                keys=named(limited),
                through=f"Only {named(past)} passed, by override"
                if past
                else "No key of this fleet was changed",
            )
        )

    @property
    def is_one_adoption(self) -> bool:
        """Whether it is about one key only, which is adopted as it is, without a change."""
        plans = list(self.plans.values())
        return len(plans) == 1 and not self.endings and plans[0].is_adopted_as_declared

    def notes(self) -> Iterator[str]:
        """What explains a step, key by key; many adoptions without a change are one line."""
        adopted = sum(each.is_adopted_as_declared for each in self.plans.values())
        together = adopted > ADOPTED_ONE_BY_ONE
        if together:
            yield line(catalogue.AdoptedTogether(count=adopted), "the fleet")
        for each in self.plans.values():
            yield from each.notes(with_adoption=not (together and each.is_adopted_as_declared))
        for end in self.endings.values():
            if end.refusal is None:
                yield end.note()

    def warnings(self, *, override: str | None = "(not repeated here)") -> Iterator[str]:
        """What a reviewer should know, key by key.

        :param override: stands for the words of overrides, which may be secrets; ``None`` to repeat them.
        """
        for key in sorted(self.declared.unknown):
            names = ", ".join(self.declared.unknown[key])
            yield line(catalogue.NotLookedAt(properties=names), Attempt("previewing", key))
        for each in self.plans.values():
            shown = each
            if each.declaration.override is not None and override is not None:
                shown = replace(each, declaration=replace(each.declaration, override=override))
            yield from shown.warnings()

    def warnings_of_ends(self) -> Iterator[str]:
        """What a reader of a preview should know of the keys that are no longer declared, key by key."""
        for end in self.endings.values():
            if end.warning is not None:
                yield end.warning


class BatchError(KeyswitchError):
    """The summary of several keys that failed.

    :ivar lines: the summary, then the whole message of each key.
    """

    def __init__(self, message: Message, each: Sequence[KeyswitchError]) -> None:
        super().__init__(message, also=each)
        self.lines = [str(self.without_related()), *map(str, each)]


@dataclass
class BatchOutcome:
    """What became of every key.

    :param records: of all that are kept, those that failed as they were before.
    :param failures: by key id.
    :param too_wide: why nothing was done but what overrides ask for.
    """

    records: dict[str, Record] = field(default_factory=dict)
    failures: dict[str, KeyswitchError] = field(default_factory=dict)
    too_wide: KeyswitchError | None = None

    def failure(
        self, keys: Iterable[str], summary: type[Message] = catalogue.FleetFailed
    ) -> KeyswitchError | None:
        """All failures as one error that names each key; of a single key, its own.

        :param keys: the ids of all of the fleet.
        :param summary: what the error says of the others.
        """
        each = [self.failures[key] for key in sorted(self.failures)]
        if self.too_wide is not None:
            return BatchError(self.too_wide.message, each)
        if not each:
            return None
        count = len({*keys, *self.failures})
        if count == 1:
            return each[0]
        told = {
            "failed": len(each),
            "declared": counted(count, "key"),
            "keys": named(self.failures),
        }
        return BatchError(summary.of(told), each)


def named(keys: Iterable[str]) -> str:
    """``AKIA..., AKIA... and 3 more``."""
    listed = sorted(keys)
    more = len(listed) - _NAMED
    return ", ".join(listed[:_NAMED]) + (f" and {more} more" if more > 0 else "")
