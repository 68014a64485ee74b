"""All that a preview says of one key, put into a row or two.

What a row says comes from keyswitch's own messages, which tell of the live key; where a preview has
none for a key (an older provider, a plain change of the program), from the steps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from keyswitch.messages import catalogue
from keyswitch.messages.catalogue import Message
from keyswitch.messages.parse import Reading, read
from keyswitch.messages.redact import redact
from keyswitch.model.inputs import ACCESS_KEY_ID, OVERRIDE, REASON, STATUS
from keyswitch.model.status import Status
from keyswitch.model.urn import FLEET_TYPE, Urn
from keyswitch.report.key_states import KeyState
from keyswitch.report.own_messages import is_borne_out
from keyswitch.report.preview_json import Diagnostic, Step
from keyswitch.report.released_rows import let_go
from keyswitch.report.rows import Outcome, Row, in_short

NO_CHANGE: Final = ("same", "refresh", "read", "discard")
"""The engine's words for steps that change nothing."""
PART_OF_REPLACE: Final = ("create-replacement", "delete-replaced", "discard-replaced")
"""Its words for the parts of a replacement, which is a step of its own too."""
_SEEN_AGAIN: Final = re.compile(r" \(\d{4}-\d\d-\d\dT[\d:]+Z\)$")


@dataclass(frozen=True)
class KeyPreview:
    """All that a preview holds about one key's resource."""

    urn: str
    steps: list[Step]
    diagnostics: list[Diagnostic]

    @cached_property
    def readings(self) -> dict[type[Message], Reading]:
        """The messages about it that count, by their entries."""
        return {each.entry: each for each in reversed(self._counting) if each.entry is not None}

    @cached_property
    def _counting(self) -> list[Reading]:
        """Whole messages of ours about this key which its step bears out.

        A line that a program logs is none of them, unless the program copies one of ours in full. Only
        an error may stand behind words of the engine's, and needs nothing to bear it out.
        """
        declaring = [step for step in self.steps if step.op not in (*NO_CHANGE, "delete")]
        steps = declaring or [self.change or self._any]
        found = []
        for each in self.diagnostics:
            reading = read(each.text)
            if reading is None or reading.entry is None:
                continue
            is_error = each.severity == "error" and reading.is_worded
            is_true = reading.is_whole and any(is_borne_out(reading, step) for step in steps)
            if is_error or is_true:
                found.append(reading)
        return found

    @cached_property
    def change(self) -> Step | None:
        """The step that changes it, if one does."""
        changes = [step for step in self.steps if step.op not in NO_CHANGE]
        return next((s for s in changes if s.op not in PART_OF_REPLACE), None) or next(
            iter(changes), None
        )

    @property
    def is_told(self) -> bool:
        """Whether a message about it counts."""
        return bool(self.readings or self._errors)

    @property
    def is_in_fleet(self) -> bool:
        """Whether it is one of a fleet's keys."""
        return Urn(self.urn).kind == FLEET_TYPE

    @property
    def is_deleted(self) -> bool:
        """Whether its declaration is taken out."""
        return self.change is not None and self.change.op == "delete"

    @property
    def before(self) -> KeyState:
        """What was recorded of it."""
        return (self.change or self._any).before

    @property
    def after(self) -> KeyState:
        """What is declared of it."""
        return (self.change or self._any).after

    @property
    def _changed(self) -> tuple[str, ...]:
        return self.change.changed if self.change is not None else ()

    @property
    def _any(self) -> Step:
        return self.steps[-1] if self.steps else Step("same", Urn(self.urn), KeyState(), KeyState())

    @property
    def is_replaced(self) -> bool:
        """Whether another key takes its place."""
        return self.change is not None and self.change.is_replacement

    @property
    def declared_id(self) -> str:
        """The key that is declared after it, empty if none is or its id is not told."""
        if self.is_deleted:
            return ""
        kept = "" if self.is_replaced else self.before.access_key_id
        return self.after.access_key_id or kept

    def rows(self, still_declared: set[str]) -> list[Row]:
        """None for a key that is as declared; two for a replacement by another key."""
        if self._errors:
            return [self._row()]
        is_gone = self.is_deleted or self.is_replaced
        rows = []
        if is_gone and self.before.access_key_id not in still_declared:
            rows.append(let_go(Urn(self.urn).name, self.before, self.readings))
        if not self.is_deleted and (self.change is not None or self.is_told):
            rows.append(self._row())
        return rows

    def _row(self) -> Row:
        outcome, reading = self._outcome()
        told = reading or next(iter(self.readings.values()), None)
        counting = [*self.readings.values(), *([reading] if reading else [])]
        fields = {k: v for each in counting for k, v in each.fields.items()}
        goals = (each.goal for each in self.readings.values())
        from_goal, to_goal = next((goal for goal in goals if goal[0]), ("", ""))
        before = from_goal or fields.get("observed") or self.before.status
        after = to_goal or fields.get("declared") or self.after.status
        stays = (
            Outcome.FAILED,
            Outcome.HELD,
            Outcome.DRIFT_REPORTED,
            Outcome.ENDS_SOON,
            Outcome.ADOPTED,
            Outcome.RECORDED,
        )
        kept = KeyState() if self.is_replaced else self.before
        if outcome is Outcome.GONE:
            before = after = "Deleted"
        if outcome is Outcome.ENDS_SOON:
            # Said of no other; the engine shows no state of a key that stays as it is.
            before = str(Status.ACTIVE)
        return Row(
            redact(Urn(self.urn).name),
            redact(
                self.after.access_key_id
                or kept.access_key_id
                or (told.access_key_id if told else "")
            ),
            redact(self.after.user_name or kept.user_name or (told.user_name if told else "")),
            before,
            before if outcome in stays and before else after,
            outcome,
            reading.code if reading else "",
            "; ".join(words for words in (self._end(), self._why(outcome, reading)) if words),
            self._last_use(),
        )

    def _outcome(self) -> tuple[Outcome, Reading | None]:
        """The gravest thing that a message says; without one, what the steps say.

        No key is switched and left at once, so that of two messages that contradict each other one
        is not ours: the one that tells of the switch counts.
        """
        if self._errors:
            reading = next((each for each in map(_worded, self._errors) if each is not None), None)
            refused = reading is not None and reading.code[2] not in _FAILURES
            return (Outcome.REFUSED if refused else Outcome.FAILED), reading
        if catalogue.Drifted in self.readings:
            return Outcome.DRIFT, self.readings[catalogue.Drifted]
        told = [self.readings[entry] for entry in _SWITCHED if entry in self.readings]
        before, after = self.before.status, self.after.status
        if told:
            why = next((self.readings[e] for e in _EXPLAIN if e in self.readings), None)
            said = (each.fields.get("declared") or each.goal[1] for each in told)
            return _to(next((status for status in said if status), "") or after), why
        for entry, outcome in _OUTCOMES.items():
            if entry in self.readings:
                return outcome, self.readings[entry]
        is_update = self.change is not None and self.change.op == "update"
        if is_update and "" not in (before, after):
            return (Outcome.RECORDED if before == after else _to(after)), None
        soon = self.readings.get(catalogue.EndsSoon) if self.change is None else None
        return (Outcome.ENDS_SOON if soon else Outcome.NOT_LOOKED_AT), soon

    @property
    def _errors(self) -> list[Diagnostic]:
        return [each for each in self.diagnostics if each.severity == "error"]

    def _why(self, outcome: Outcome, reading: Reading | None) -> str:
        if outcome is Outcome.NOT_LOOKED_AT and reading is None:
            return "the preview does not show its live status"
        if outcome is Outcome.FAILED and reading is None:
            if any("protect" in each.text for each in self._errors):
                return "the resource is protected: remove protect first"
            return "see what the preview prints without --json"
        why = in_short(self.after.reason)
        if outcome in _BY_MESSAGE and reading is not None:
            cause = reading.fields.get("reasons") or reading.cause
            since = reading.fields.get("since")
            held = since and outcome is Outcome.HELD
            why = in_short(f"since {since}: {cause}" if held else cause)
        changes = self._changes()
        if outcome is Outcome.RECORDED:
            return "; ".join(words for words in (changes, why) if words)
        if outcome not in _SWITCHES:
            return why
        override = self.readings.get(catalogue.Overridden)
        told = (
            in_short(f"override: {override.fields.get('override', '')}") if override else "",
            "its safeguards are met" if catalogue.Released in self.readings else "",
            why,
            changes if self.before.status else "",
            "the user's last Active key" if catalogue.NoOtherActiveKey in self.readings else "",
        )
        return "; ".join(words for words in told if words)

    def _end(self) -> str:
        """Until when the key is declared Active, where that is near or over."""
        told = [e for e in (catalogue.EndsSoon, catalogue.Ended) if e in self.readings]
        ended = self.change is not None and self.after.status == str(Status.INACTIVE)
        until = self.readings[told[0]].fields.get("active_until", "") if told else ""
        if ended and not until:
            until = self.after.active_until
        return in_short(f"active until {until}") if until else ""

    def _changes(self) -> str:
        """What an update changes besides the status and its reason, which have places of their own."""
        withdrawn = not self.is_replaced and self.before.override and not self.after.override
        told = (ACCESS_KEY_ID, STATUS, REASON, *((OVERRIDE,) if withdrawn else ()))
        names = [name for name in self._changed if name not in told]
        parts = (
            "override withdrawn" if withdrawn else "",
            f"changes {', '.join(names)}" if names else "",
        )
        return "; ".join(part for part in parts if part)

    def _last_use(self) -> str:
        told = [reading.fields["used"] for reading in self._counting if "used" in reading.fields]
        if not told and catalogue.LastUseNotSeen in self.readings:
            return "unknown"
        short = (_SEEN_AGAIN.sub("", words).removeprefix("was last used ") for words in told)
        return ", or ".join(
            "never" if words.startswith("has never") else words for words in dict.fromkeys(short)
        )


_OUTCOMES: Final = {
    catalogue.Held: Outcome.HELD,
    catalogue.DriftReported: Outcome.DRIFT_REPORTED,
    catalogue.Gone: Outcome.GONE,
    catalogue.NotLookedAt: Outcome.NOT_LOOKED_AT,
    catalogue.Adopted: Outcome.ADOPTED,
    catalogue.AlreadyAsDeclared: Outcome.RECORDED,
}
_EXPLAIN: Final = (
    catalogue.Overridden,
    catalogue.Released,
    catalogue.AdoptedAndChanged,
    catalogue.ChangedAsDeclared,
)
_SWITCHED: Final = (
    *_EXPLAIN,
    catalogue.LastUse,
    catalogue.LastUseNotSeen,
    catalogue.NoOtherActiveKey,
)
"""What is said only of a key that is switched."""
_FAILURES: Final = "345"
"""The families of what is no judgement about the key."""
_SWITCHES: Final = (Outcome.DRIFT, Outcome.DEACTIVATED, Outcome.ACTIVATED)
_BY_MESSAGE: Final = (
    Outcome.REFUSED,
    Outcome.FAILED,
    Outcome.HELD,
    Outcome.DRIFT,
    Outcome.DRIFT_REPORTED,
    Outcome.GONE,
    Outcome.NOT_LOOKED_AT,
)


def _worded(diagnostic: Diagnostic) -> Reading | None:
    """A message of ours in full, ``None`` if it is none."""
    reading = read(diagnostic.text)
    return reading if reading is not None and reading.is_worded else None


def _to(status: str) -> Outcome:
    return Outcome.ACTIVATED if status == str(Status.ACTIVE) else Outcome.DEACTIVATED
