"""A preview in the terms of whoever reviews it: which key goes from what to what, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keyswitch.messages import catalogue
from keyswitch.messages.format import Attempt, counted, line
from keyswitch.messages.parse import read
from keyswitch.messages.printable import printable
from keyswitch.model.urn import (
    FLEET_TYPE,
    KEY_TYPE,
    NATIVE_KEY_TYPE,
    ROTATION_TYPE,
    STACK_TYPE,
    Urn,
)
from keyswitch.report.key_changes import NO_CHANGE, PART_OF_REPLACE, KeyPreview
from keyswitch.report.key_states import KeyState
from keyswitch.report.preview_json import (
    Diagnostic,
    Preview,
    Step,
)
from keyswitch.report.rows import Outcome, Row, in_short

_OURS: Final = (KEY_TYPE, FLEET_TYPE, ROTATION_TYPE, STACK_TYPE)
_FINE: Final = (0, 7)
"""Exit codes of a preview that may be applied; 7 is ``--expect-no-changes`` finding some."""
_STOPPED: Final = "Resource monitor has terminated"
"""What the engine says where it stops at a fault, and declares nothing further."""
_ECHOES: Final = ("an unhandled error occurred: program exited", "preview failed", _STOPPED)
"""What it says after errors that it has told already, or tells nowhere."""
_PROGRAM_FAILED: Final = "the program, or the engine, failed"
_COUNT: Final = re.compile(r"[0-9]{1,6}")
_NAMED_KEY: Final = re.compile(
    rf"urn:pulumi:[^\s\"']*(?:{re.escape(KEY_TYPE)}|{NATIVE_KEY_TYPE})::[^\s\"']+"
)


@dataclass(frozen=True)
class Digest:
    """A whole preview.

    :param stack: ``PROJECT/STACK``.
    :param failed: whether it ended with an error, so that nothing of it can be applied.
    :param rows: in the order of :class:`Outcome`, then of users and keys.
    :param unchanged: how many resources of the stack, and keys of its fleets, stay as they are and
        are in no row.
    :param others: how many resources that are none of keyswitch's are created, updated, deleted, ...
    :param errors: what else failed, each in one line.
    :param violations: how many of those are violations of policies; ``None`` where the preview tells of none.
    :param is_cut_short: whether it ended before all that is declared was judged, as far as it tells.
    """

    stack: str
    failed: bool
    rows: tuple[Row, ...]
    unchanged: int
    others: Mapping[str, int]
    errors: tuple[str, ...]
    violations: int | None = None
    is_cut_short: bool = False

    @property
    def verdict(self) -> str:
        """One sentence: what becomes of how many keys."""
        counts = Counter(row.outcome for row in self.rows)
        seen = [each for each in Outcome if counts[each]]
        numbers = [counted(counts[each], "key") for each in seen[:1]]
        numbers += [str(counts[each]) for each in seen[1:]]
        told = [f"{number} {each.verdict}" for number, each in zip(numbers, seen, strict=True)]
        if self.failed:
            told += ["others not judged"] if told and self.is_cut_short else []
            told[:0] = [counted(self.violations, "policy violation")] if self.violations else []
        said = ", ".join(told)
        if self.failed:
            where = "see below" if self.errors else "see what pulumi preview prints without --json"
            return f"the preview failed, so nothing can be applied: {said or where}"
        still = bool(told) and all(row.outcome in _STILL for row in self.rows)
        return f"no status changes: {said}" if still else said or "no key changes"

    @property
    def tells_no_error(self) -> bool:
        """Whether it failed for something that its output does not hold."""
        refused = any(row.outcome in (Outcome.REFUSED, Outcome.FAILED) for row in self.rows)
        return self.failed and not self.errors and not refused


_STILL: Final = (
    Outcome.HELD,
    Outcome.DRIFT_REPORTED,
    Outcome.ENDS_SOON,
    Outcome.GONE,
    Outcome.NO_LONGER_DECLARED,
    Outcome.ADOPTED,
    Outcome.RECORDED,
)
"""What is known to switch nothing."""


def digest(preview: Preview, exit_code: int = 0) -> Digest:
    """Digests a preview, complete or failed.

    :param exit_code: what the preview ended with, where that is known: of a violated policy its
        output tells nothing else.
    """
    diagnostics = [_of_its_key(each) for each in preview.diagnostics]
    diagnostics += _adopted_together(preview.steps, diagnostics)
    seen = _seen(preview.steps, diagnostics)
    still_declared = {key.declared_id for key in seen} - {""}
    rows = [row for key in seen for row in key.rows(still_declared)]
    rows += _of_whole_fleets(diagnostics, seen)
    errors = _errors(diagnostics)
    violated = _violated(preview)
    is_told = any(each.severity == "error" for each in preview.diagnostics) or preview.is_failure
    return Digest(
        printable(preview.stack),
        exit_code not in _FINE or is_told,
        tuple(row.printable() for row in sorted(rows, key=_order)),
        _unchanged(preview, seen),
        _others(preview),
        (*violated, *errors),
        len(violated) if preview.is_stream else None,
        _PROGRAM_FAILED in errors or any(_STOPPED in each.text for each in diagnostics),
    )


def _violated(preview: Preview) -> tuple[str, ...]:
    """The rule and the resource: what a pack says of it may hold anything."""
    steps = [step for step in preview.steps if step.urn.kind == KEY_TYPE]
    keys = {step.urn.text: step.after.access_key_id for step in steps}
    found = []
    for each in preview.violations:
        key = keys.get(each.urn.text)
        whose = f"{each.urn.name} ({key or each.urn.type})" if each.urn.name else "the stack"
        pack = f" of the pack {each.pack}" if each.pack else ""
        found.append(in_short(f"the policy {each.policy}{pack} is violated by {whose}"))
    return tuple(dict.fromkeys(found))


def _order(row: Row) -> tuple[int, str, str, str]:
    return list(Outcome).index(row.outcome), row.user_name, row.access_key_id, row.name


def _seen(steps: Iterable[Step], diagnostics: Iterable[Diagnostic]) -> list[KeyPreview]:
    """By resource, and in a fleet by key; what is said of no key of a fleet is in none of them."""
    of_steps: dict[tuple[str, str], list[Step]] = {}
    messages: dict[tuple[str, str], list[Diagnostic]] = {}
    for step in steps:
        if step.urn.kind in (KEY_TYPE, FLEET_TYPE):
            key = step.after.access_key_id or step.before.access_key_id
            where = (step.urn.text, key if step.urn.kind == FLEET_TYPE else "")
            of_steps.setdefault(where, []).append(step)
    for each in diagnostics:
        if each.urn.kind == KEY_TYPE or _key_in_fleet(each):
            messages.setdefault((each.urn.text, _key_in_fleet(each)), []).append(each)
    return [
        KeyPreview(where[0], of_steps.get(where, []), messages.get(where, []))
        for where in {**of_steps, **messages}
    ]


def _key_in_fleet(diagnostic: Diagnostic) -> str:
    """The key of a fleet that it is about, empty for none, and for what a program logged."""
    reading = read(diagnostic.text) if diagnostic.urn.kind == FLEET_TYPE else None
    if reading is None or not (reading.is_whole or diagnostic.severity == "error"):
        return ""
    return reading.access_key_id


def _adopted_together(steps: Iterable[Step], diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """A message for each key that was adopted, where one line was about all of a fleet or a stack (KS225)."""
    fleets, of_stack = set(), 0
    for each in diagnostics:
        reading = read(each.text)
        if not reading or not reading.is_whole or reading.entry is not catalogue.AdoptedTogether:
            continue
        if each.urn.kind == FLEET_TYPE:
            fleets.add(each.urn.text)
        elif each.urn.kind in ("", STACK_TYPE):
            count = reading.fields["count"]
            of_stack += int(count) if _COUNT.fullmatch(count) else 0
    known = {(each.urn.text, _key_in_fleet(each)) for each in diagnostics}
    single = [
        step
        for step in steps
        if step.urn.kind == KEY_TYPE and step.op == "create" and (step.urn.text, "") not in known
    ]
    in_fleets = [
        step
        for step in steps
        if step.urn.text in fleets
        and not step.before.access_key_id
        and (step.urn.text, step.after.access_key_id) not in known
    ]
    # Nobody has judged a key that is not among those that were counted, so that no number may be off.
    told = [*in_fleets, *(single if of_stack == len(single) else [])]
    return [Diagnostic(step.urn, "info", _adopted(step.after)) for step in told]


def _adopted(key: KeyState) -> str:
    return line(catalogue.Adopted(observed=key.status), Attempt("", key.access_key_id))


def _of_whole_fleets(
    diagnostics: Iterable[Diagnostic], seen: Iterable[KeyPreview]
) -> Iterator[Row]:
    """Fleets of which not even the keys are known yet."""
    fleets = {key.urn for key in seen if key.is_in_fleet}
    for each in diagnostics:
        if each.urn.type != FLEET_TYPE or each.urn.text in fleets or _key_in_fleet(each):
            continue
        reading = read(each.text)
        if reading is not None and reading.is_whole and reading.entry is catalogue.NotLookedAt:
            why = in_short(reading.cause)
            outcome = Outcome.NOT_LOOKED_AT
            yield Row(each.urn.name, "", "", "", "", outcome, reading.code, why, "")


def _unchanged(preview: Preview, seen: Iterable[KeyPreview]) -> int:
    of_fleets = sum(key.change is None and not key.is_told and key.is_in_fleet for key in seen)
    told = sum(key.change is None and key.is_told and not key.is_in_fleet for key in seen)
    fleets = {key.urn for key in seen if key.is_in_fleet and key.change is None}
    changing = {key.urn for key in seen if key.is_in_fleet and key.change is not None}
    stack = any(step.op == "same" and step.urn.kind == STACK_TYPE for step in preview.steps)
    same = preview.counts.get("same", 0) - told - stack - len(fleets - changing)
    return max(0, same) + of_fleets


def _others(preview: Preview) -> dict[str, int]:
    ops = {
        step.urn.text: printable(step.op)
        for step in preview.steps
        if step.urn.kind not in _OURS and step.op not in (*NO_CHANGE, *PART_OF_REPLACE)
    }
    return dict(sorted(Counter(ops.values()).items()))


def _of_its_key(diagnostic: Diagnostic) -> Diagnostic:
    """The engine tells some errors of the stack and names the resource in the text: a protected one."""
    named = _NAMED_KEY.search(diagnostic.text)
    if (
        diagnostic.urn.kind in (KEY_TYPE, FLEET_TYPE)
        or diagnostic.severity != "error"
        or named is None
    ):
        return diagnostic
    return replace(diagnostic, urn=Urn(named.group()))


def _errors(diagnostics: Iterable[Diagnostic]) -> tuple[str, ...]:
    """Keyswitch's own in full; of others only who failed, for their text may hold anything."""
    found = []
    for each in diagnostics:
        if each.severity != "error" or each.urn.kind == KEY_TYPE or _key_in_fleet(each):
            continue
        text = each.text.strip().removeprefix("error: ")
        reading = read(text)
        ours = reading.entry if reading is not None and reading.is_whole else None
        if text.startswith(_ECHOES) or ours is catalogue.Refused:
            continue
        if ours is not None:
            found.append(in_short(text))
        elif each.urn.kind in ("", STACK_TYPE):
            found.append(_PROGRAM_FAILED)
        else:
            found.append(in_short(f"{each.urn.name} ({each.urn.type}) failed"))
    return tuple(dict.fromkeys(found))
