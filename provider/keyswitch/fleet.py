"""The life of many keys declared as one: judged together, switched several users at a time.

Each key is judged, switched and told of as one that is declared by itself. What is added: all are
looked at before any is switched, so that a run can be refused for changing more than was meant; of
one user's keys those that go on are judged before those that go off; and one that fails keeps none
of the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from keyswitch import catalogue
from keyswitch.decision import Action
from keyswitch.declaration import Declaration, Record
from keyswitch.errors import Attempt, KeyswitchError, counted, message
from keyswitch.fleet_declaration import FleetDeclaration
from keyswitch.judgement import Judgement
from keyswitch.lifecycle import Lifecycle, target_on_destroy
from keyswitch.parallel import AT_A_TIME, ask_all
from keyswitch.status import Status

_NAMED: Final = 20
"""Keys that one message names; each of them has a message of its own too."""
T = TypeVar("T")
Tell = Callable[[str], None]


@dataclass(frozen=True)
class FleetJudgement:
    """All keys of a fleet, judged.

    :param judgements: by key id.
    :param errors: of those that could not be looked at.
    :param let_go: the records of those that are no longer declared.
    """

    declared: FleetDeclaration
    judgements: Mapping[str, Judgement]
    errors: Mapping[str, KeyswitchError]
    let_go: Mapping[str, Record]

    @property
    def needs_step(self) -> bool:
        """Whether the engine has to plan an update."""
        needed = any(each.decision.needs_step for each in self.judgements.values())
        return needed or bool(self.errors) or bool(self.let_go)

    @property
    def refusals(self) -> dict[str, KeyswitchError]:
        """Every key that is refused, or could not be looked at."""
        refused = {key: each.refusal() for key, each in self.judgements.items()}
        return {**self.errors, **{key: error for key, error in refused.items() if error}}

    @property
    def too_wide(self) -> KeyswitchError | None:
        """The refusal of a change wider than ``max_changes``."""
        most = self.declared.max_changes
        switched = [
            key for key, each in self.judgements.items() if each.decision.action is Action.SWITCH
        ]
        switched += [key for key, record in self.let_go.items() if is_switched_at_end(record)]
        declared = len(self.declared.ids)
        if most is None or most.allows(len(switched), declared):
            return None
        return KeyswitchError(
            catalogue.TOO_MANY_CHANGES,
            changes=len(switched),
            declared=counted(declared, "key"),
            max_changes=most,
            keys=named(switched),
        )

    def notes(self) -> Iterator[str]:
        """What explains a step, key by key."""
        for each in self.judgements.values():
            yield from each.notes()
        for access_key_id, record in self.let_go.items():
            target = target_on_destroy(record)
            outcome = f"it is switched to {target}" if is_switched_at_end(record) else ""
            yield message(
                catalogue.LET_GO,
                Attempt("", access_key_id, record.user_name),
                on_destroy=record.declaration.on_destroy or "leave",
                outcome=outcome or f"it stays {record.status}",
            )

    def warnings(self, *, with_overrides: bool = False) -> Iterator[str]:
        """What a reviewer should know, key by key.

        :param with_overrides: whether the reasons of overrides are repeated: they may be secrets.
        """
        for each in self.judgements.values():
            told = each
            if each.declaration.override is not None and not with_overrides:
                hidden = replace(each.declaration, override="(not repeated here)")
                told = replace(each, declaration=hidden)
            yield from told.warnings()


@dataclass
class FleetOutcome:
    """What became of every key.

    :param records: of all that are kept, those that failed as they were before.
    :param failures: by key id.
    """

    records: dict[str, Record] = field(default_factory=dict)
    failures: dict[str, KeyswitchError] = field(default_factory=dict)

    def failure(self, declared: int) -> KeyswitchError | None:
        """All failures as one error that names each key.

        :param declared: how many keys the fleet has.
        """
        if not self.failures:
            return None
        return KeyswitchError(
            catalogue.FLEET_FAILED,
            also=[self.failures[key] for key in sorted(self.failures)[:_NAMED]],
            failed=len(self.failures),
            declared=counted(declared, "key"),
            keys=named(self.failures),
        )


class Fleet:
    """Carries a fleet's declarations out through the lifecycle that judges each of its keys."""

    def __init__(self, lifecycle: Lifecycle, at_a_time: int = AT_A_TIME) -> None:
        self._lifecycle = lifecycle
        self._at_a_time = at_a_time

    def judge(
        self,
        declared: FleetDeclaration,
        records: Mapping[str, Record],
        kept: Collection[str] = (),
        *,
        for_reader: bool = False,
    ) -> FleetJudgement:
        """Looks at every key that is known, and decides; what keeps it from looking is no error here.

        :param records: what is recorded, by key id.
        :param kept: ids of keys that the program declares elsewhere, and so does not let go.
        :param for_reader: see :meth:`Lifecycle.judge`.
        """
        judgements: dict[str, Judgement] = {}
        errors: dict[str, KeyswitchError] = {}

        def judge(key: Declaration) -> Judgement:
            record = records.get(key.access_key_id)
            return self._lifecycle.judge(key, record, for_reader=for_reader)

        self._each(_by_user(declared.keys, records), judge, judgements, errors)
        gone = set(records) - declared.ids - set(kept)
        order = [key.access_key_id for key in declared.keys]
        return FleetJudgement(
            declared,
            {key: judgements[key] for key in order if key in judgements},
            {key: errors[key] for key in order if key in errors},
            {key: records[key] for key in sorted(gone)},
        )

    def apply(
        self,
        judged: FleetJudgement,
        records: Mapping[str, Record],
        tell: Tell,
        kept: Collection[str] = (),
    ) -> FleetOutcome:
        """Switches what is to be switched, each after a fresh look, and records the others as judged.

        :param tell: is told what became of a switch that was held when it was to be made.
        :param kept: see :meth:`judge`; looked at again, for more may be declared by now.
        :raises KeyswitchError: the change is wider than ``max_changes``; nothing was done.
        """
        if judged.too_wide is not None:
            raise judged.too_wide
        failures = judged.refusals
        kept = {key: records[key] for key in judged.declared.unknown if key in records}
        outcome = FleetOutcome(kept, failures)
        switches = []
        for key, judgement in judged.judgements.items():
            if judgement.decision.action is Action.SWITCH:
                switches.append(judgement.declaration)
            elif key not in failures:
                outcome.records[key] = self._lifecycle.record_of(judgement)

        def switch(key: Declaration) -> Record:
            return self._lifecycle.apply(key, records.get(key.access_key_id), tell)

        self._each(_by_user(switches, records), switch, outcome.records, failures)
        gone = {key: record for key, record in judged.let_go.items() if key not in kept}
        self._let_go(gone, tell, failures)
        outcome.records.update({key: records[key] for key in failures if key in records})
        return outcome

    def has_drifted(self, declared: FleetDeclaration, records: Mapping[str, Record]) -> bool:
        """Whether a refresh has found something that a program would change, safeguards aside.

        :raises KeyswitchError: a key cannot be looked at.
        """
        drifted: dict[str, bool] = {}
        errors: dict[str, KeyswitchError] = {}
        known = [key for key in declared.keys if key.access_key_id in records]

        def has_drifted(key: Declaration) -> bool:
            return self._lifecycle.has_drifted(key, records[key.access_key_id])

        self._each(_by_user(known, records), has_drifted, drifted, errors)
        _raise(errors, len(records))
        return any(drifted.values())

    def read(self, records: Mapping[str, Record], tell: Tell) -> dict[str, Record]:
        """Refreshes every record.

        :param tell: is told where it cannot be told what became of a key.
        :raises KeyswitchError: a key cannot be looked at; nothing is refreshed.
        """
        found: dict[str, tuple[Record, str | None]] = {}
        errors: dict[str, KeyswitchError] = {}

        def read(key: Declaration) -> tuple[Record, str | None]:
            return self._lifecycle.read(records[key.access_key_id])

        declared = [record.declaration for record in records.values()]
        self._each(_by_user(declared, records), read, found, errors)
        _raise(errors, len(records))
        for key in sorted(found):
            warning = found[key][1]
            if warning is not None:
                tell(warning)
        return {key: found[key][0] for key in records}

    def destroy(self, records: Mapping[str, Record], tell: Tell) -> None:
        """Lets every key go as its ``on_destroy`` says; running again is safe.

        :param tell: is told of what could not be restored.
        :raises KeyswitchError: some could not be let go; those that could were.
        """
        failures: dict[str, KeyswitchError] = {}
        self._let_go(records, tell, failures)
        _raise(failures, len(records))

    def _let_go(
        self, records: Mapping[str, Record], tell: Tell, failures: dict[str, KeyswitchError]
    ) -> None:
        warnings: dict[str, str | None] = {}

        def let_go(key: Declaration) -> str | None:
            return self._lifecycle.destroy(records[key.access_key_id])

        declared = [record.declaration for record in records.values()]
        self._each(_by_user(declared, records), let_go, warnings, failures)
        for key in sorted(warnings):
            warning = warnings[key]
            if warning is not None:
                tell(warning)

    def _each(
        self,
        groups: Iterable[Sequence[Declaration]],
        do: Callable[[Declaration], T],
        done: dict[str, T],
        failed: dict[str, KeyswitchError],
    ) -> None:
        """Does it with every key: users several at a time, the keys of one in order."""

        def do_group(group: Sequence[Declaration]) -> dict[str, T | KeyswitchError]:
            return {key.access_key_id: _tried(do, key) for key in group}

        def tell(_: Sequence[Declaration], results: Mapping[str, T | KeyswitchError]) -> None:
            for key, result in results.items():
                if isinstance(result, KeyswitchError):
                    failed[key] = result
                else:
                    done[key] = result

        ask_all(groups, do_group, tell, self._at_a_time)


def named(keys: Iterable[str]) -> str:
    """``AKIA..., AKIA... and 3 more``."""
    listed = sorted(keys)
    more = len(listed) - _NAMED
    return ", ".join(listed[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _tried(do: Callable[[Declaration], T], key: Declaration) -> T | KeyswitchError:
    try:
        return do(key)
    except KeyswitchError as error:
        return error


def _by_user(keys: Iterable[Declaration], records: Mapping[str, Record]) -> list[list[Declaration]]:
    """The keys of each user, those to be Active first: another may go off only beside one of them."""
    groups: defaultdict[str, list[Declaration]] = defaultdict(list)
    for key in keys:
        record = records.get(key.access_key_id)
        user_name = key.user_name or (record.user_name if record else None)
        groups[user_name or key.access_key_id].append(key)
    for group in groups.values():
        group.sort(key=lambda key: (key.status is not Status.ACTIVE, key.access_key_id))
    return list(groups.values())


def is_switched_at_end(record: Record) -> bool:
    """Whether ``on_destroy`` switches the key, as far as is recorded of it."""
    target = target_on_destroy(record)
    return target is not None and not record.status.satisfies(target)


def _raise(failures: Mapping[str, KeyswitchError], keys: int) -> None:
    """The one failure as it is, several as one error with each of them told."""
    failure = FleetOutcome({}, dict(failures)).failure(keys)
    if len(failures) == 1:
        failure = next(iter(failures.values()))
    if failure is not None:
        raise failure
