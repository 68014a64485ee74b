"""What both providers do with the keys of one resource, whatever wire they are asked over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol

from keyswitch.messages import catalogue
from keyswitch.messages.format import KeyswitchError
from keyswitch.model.batch_declaration import BatchDeclaration
from keyswitch.model.change_limit import MaxChanges
from keyswitch.model.codecs import Codec
from keyswitch.model.state import Record
from keyswitch.plugin.process_state import PROCESS
from keyswitch.reconcile.batch import Batch
from keyswitch.reconcile.batch_plan import BatchError, BatchOutcome, BatchPlan

Bag = Mapping[str, Any]
Records = Mapping[str, Record]
_ROOT: Final = re.compile(r"""\s*(?:\[\s*)?["']?([^.\[\]"']*)""")


class Row(Protocol):
    """The row of the resource that a call is about."""

    def warn(self, texts: Iterable[str]) -> None:
        """Shows each as a warning."""

    def error(self, texts: Iterable[str]) -> None:
        """Shows each as an error, which by itself fails nothing."""

    def tell(self, text: str) -> None:
        """Shows one warning."""


def needs_step(declared: BatchDeclaration, plan: BatchPlan, olds: Bag, records: Records) -> bool:
    """Whether the engine has to plan an update.

    :param plan: of the declared keys.
    :param olds: the recorded outputs, which hold the limit that the end of a fleet is judged by.
    """
    left, new = records.keys() - declared.ids, declared.unknown.keys() - records.keys()
    limited = declared.max_changes != MaxChanges.of(olds)
    return plan.needs_step or bool(left or new or declared.changed) or limited


def declared_over(
    codec: Codec, bag: Bag, recorded: Records
) -> tuple[BatchDeclaration, dict[str, Record]]:
    """What a program's inputs declare, and what is recorded, also under another name.

    :raises KeyswitchError: the inputs cannot be read.
    """
    records = {**recorded, **codec.taken_over(bag, recorded)}
    return codec.parse(bag, records, PROCESS.clock.now()).required(), records


def applied(
    batch: Batch, row: Row, declared: BatchDeclaration, records: Records
) -> tuple[BatchOutcome, KeyswitchError | None]:
    """Adopts, changes and ends what a program declares.

    :returns: what became of it, and the failure if anything failed.
    :raises KeyswitchError: nothing was done.
    """
    plan = batch.plan(declared, records, PROCESS.declared.ids)
    row.warn(plan.let_through.warnings())
    outcome = batch.apply(plan, records, row.tell, PROCESS.declared.ids)
    return outcome, outcome.failure(declared.ids)


@contextmanager
def reporting_each_failure(row: Row) -> Iterator[None]:
    """Reports each of several keys that failed as an error of its own, and fails with their summary."""
    try:
        yield
    except BatchError as error:
        row.error(error.lines[1:])
        raise error.without_related() from None


def refuse_ignored_changes(paths: Sequence[str] | None, names: Iterable[str], subject: str) -> None:
    """Refuses ``ignore_changes`` of what a switch is decided by.

    Pulumi hands the last inputs on in the place of those that the program gives, and a refresh puts the
    live status into them: what somebody else did would pass for declared.

    :param paths: the property paths of the option, ``*`` for all.
    :param names: the inputs that must come from the program.
    :param subject: what a message calls the resource.
    :raises KeyswitchError: KS156.
    """
    protected = set(names)
    for path in paths or ():
        found = _ROOT.match(str(path))
        root = found[1] if found else ""
        if root in protected or root == "*":
            raise KeyswitchError(catalogue.IgnoredChanges(subject=subject, path=path))
