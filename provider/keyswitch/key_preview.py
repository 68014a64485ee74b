"""All that a preview says of one key, put into a row or two.

What a row says comes from keyswitch's own messages, which tell of the live key; where a preview has
none for a key (an older provider, a plain change of the program), from the steps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from keyswitch import catalogue
from keyswitch.catalogue import Entry
from keyswitch.digest_rows import Outcome, Row, in_short
from keyswitch.preview import FLEET_TYPE, UNTOLD, Diagnostic, KeyState, Step, Urn
from keyswitch.properties import ACCESS_KEY_ID, REASON, STATUS
from keyswitch.reading import Reading, read
from keyswitch.secrets import redact
from keyswitch.status import ObservedStatus, OnDestroy, Status

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
    def readings(self) -> dict[Entry | None, Reading]:
        """The messages about it, by their entries."""
        read_ = (read(each.text) for each in self.diagnostics)
        return {reading.entry: reading for reading in read_ if reading is not None}

    @cached_property
    def change(self) -> Step | None:
        """The step that changes it, if one does."""
        changes = [step for step in self.steps if step.op not in NO_CHANGE]
        return next((s for s in changes if s.op not in PART_OF_REPLACE), None) or next(
            iter(changes), None
        )

    @property
    def is_in_fleet(self) -> bool:
        """Whether it is one of a fleet's keys."""
        return Urn(self.urn).type == FLEET_TYPE

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
        """Whether another key takes its place; their ids may be secrets, so the engine's word counts first."""
        change, before, after = self.change, self.before.access_key_id, self.after.access_key_id
        if change is None or self.is_deleted:
            return False
        return change.op == "replace" or bool(before and after and before != after)

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
            rows.append(self._let_go(self.before))
        if not self.is_deleted and (self.change is not None or self.readings):
            rows.append(self._row())
        return rows

    def _let_go(self, state: KeyState) -> Row:
        told = self.readings.get(catalogue.LET_GO)
        before = state.status
        if state.is_retained:
            target, kept = "", "retain_on_delete"
        elif told is not None:
            target, before = _as_told(told.fields.get("outcome", ""), before)
            kept = f"on_destroy is {told.fields.get('on_destroy')}"
            against = self.readings.get(catalogue.NOT_RESTORED)
            if against is not None:
                kept = in_short(f"{kept}, but {against.fields.get('reasons')}")
        elif state.on_destroy == UNTOLD:
            target, kept = UNTOLD, "its on_destroy is a secret here, so what it does is not told"
        else:
            policy = OnDestroy(state.on_destroy) if state.on_destroy in _WORDS else OnDestroy.LEAVE
            target, kept = _at_end(policy, state), f"on_destroy is {policy}"
        return Row(
            redact(Urn(self.urn).name),
            redact(state.access_key_id),
            redact(state.user_name),
            before,
            target if target not in ("", UNTOLD) else before,
            Outcome.LET_GO_BY_POLICY if target else Outcome.LET_GO,
            "",
            f"its declaration is taken out; {kept}",
            "",
        )

    def _row(self) -> Row:
        outcome, reading = self._outcome()
        told = reading or next(iter(self.readings.values()), None)
        fields = {k: v for each in self.readings.values() for k, v in each.fields.items()}
        goals = (each.goal for each in self.readings.values())
        from_goal, to_goal = next((goal for goal in goals if goal[0]), ("", ""))
        before = fields.get("observed") or from_goal or self.before.status
        after = fields.get("target") or fields.get("declared") or to_goal or self.after.status
        stays = (
            Outcome.FAILED,
            Outcome.HELD,
            Outcome.DRIFT_REPORTED,
            Outcome.ADOPTED,
            Outcome.RECORDED,
        )
        kept = KeyState() if self.is_replaced else self.before
        if outcome is Outcome.GONE:
            before = after = "Deleted"
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
            self._why(outcome, reading),
            self._last_use(),
        )

    def _outcome(self) -> tuple[Outcome, Reading | None]:
        """The gravest thing that a message says; without one, what the steps say."""
        for each in self._errors:
            reading = read(each.text)
            refused = reading is not None and reading.code[2] not in _FAILURES
            return (Outcome.REFUSED if refused else Outcome.FAILED), reading
        for entry, outcome in _OUTCOMES.items():
            if entry in self.readings:
                return outcome, self.readings[entry]
        why = next((self.readings[e] for e in _EXPLAIN if e in self.readings), None)
        before, after = self.before.status, self.after.status
        told = next(
            (
                each.fields["declared"]
                for each in self.readings.values()
                if "declared" in each.fields
            ),
            "",
        )
        is_update = self.change is not None and self.change.op == "update"
        compared = is_update and "" not in (before, after)
        if any(entry in self.readings for entry in _SWITCHED) or (compared and before != after):
            return _to(told or after), why
        return (Outcome.RECORDED if compared else Outcome.NOT_LOOKED_AT), why

    @property
    def _errors(self) -> list[Diagnostic]:
        return [each for each in self.diagnostics if each.severity == "error"]

    def _why(self, outcome: Outcome, reading: Reading | None) -> str:
        if outcome is Outcome.NOT_LOOKED_AT and reading is None:
            return "the preview does not tell its live status"
        if outcome is Outcome.FAILED and reading is None:
            if any("protect" in each.text for each in self._errors):
                return "it is protected: take protect out first"
            return "see what the preview prints without --json"
        why = in_short(self.after.reason)
        if outcome in _BY_MESSAGE and reading is not None:
            cause = reading.fields.get("reasons") or reading.cause
            since = reading.fields.get("since")
            held = since and outcome is Outcome.HELD
            why = in_short(f"since {since}: {cause}" if held else cause)
        names = [name for name in self._changed if name not in (ACCESS_KEY_ID, STATUS, REASON)]
        changes = f"changes {', '.join(names)}" if names else ""
        if outcome is Outcome.RECORDED:
            return "; ".join(words for words in (changes, why) if words)
        if outcome not in _SWITCHES:
            return why
        override = self.readings.get(catalogue.OVERRIDDEN)
        told = (
            in_short(f"override: {override.fields.get('override', '')}") if override else "",
            "what it was held for is met" if catalogue.RELEASED in self.readings else "",
            why,
            changes if self.before.status else "",
            "the user's last Active key" if catalogue.NO_OTHER_ACTIVE_KEY in self.readings else "",
        )
        return "; ".join(words for words in told if words)

    def _last_use(self) -> str:
        told = (reading.fields.get("used", "") for reading in self.readings.values())
        used = next((words for words in told if words), "")
        if not used and catalogue.LAST_USE_NOT_SEEN in self.readings:
            return "could not be looked up"
        return _SEEN_AGAIN.sub("", used).removeprefix("last used ").partition(" since it")[0]


_WORDS: Final = frozenset(str(word) for word in OnDestroy)
_OUTCOMES: Final = {
    catalogue.HELD: Outcome.HELD,
    catalogue.DRIFTED: Outcome.DRIFT,
    catalogue.DRIFT_REPORTED: Outcome.DRIFT_REPORTED,
    catalogue.GONE: Outcome.GONE,
    catalogue.NOT_LOOKED_AT: Outcome.NOT_LOOKED_AT,
    catalogue.ADOPTED: Outcome.ADOPTED,
    catalogue.ALREADY: Outcome.RECORDED,
}
_EXPLAIN: Final = (
    catalogue.OVERRIDDEN,
    catalogue.RELEASED,
    catalogue.ADOPTED_AND_SWITCHED,
    catalogue.SWITCHED,
)
_SWITCHED: Final = (
    *_EXPLAIN,
    catalogue.LAST_USE,
    catalogue.LAST_USE_NOT_SEEN,
    catalogue.NO_OTHER_ACTIVE_KEY,
)
"""What is said only of a key that is switched."""
_FAILURES: Final = "345"
"""The families of what is no judgement about the key."""
_SWITCHES: Final = (Outcome.DRIFT, Outcome.SWITCHED_OFF, Outcome.SWITCHED_ON)
_BY_MESSAGE: Final = (
    Outcome.REFUSED,
    Outcome.FAILED,
    Outcome.HELD,
    Outcome.DRIFT,
    Outcome.DRIFT_REPORTED,
    Outcome.GONE,
    Outcome.NOT_LOOKED_AT,
)


def _to(status: str) -> Outcome:
    return Outcome.SWITCHED_ON if status == str(Status.ACTIVE) else Outcome.SWITCHED_OFF


def _as_told(outcome: str, recorded: str) -> tuple[str, str]:
    """The status that a key is switched to, or nothing, and the one that it has before."""
    active, inactive = str(Status.ACTIVE), str(Status.INACTIVE)
    target = outcome.removeprefix("it is switched to ")
    if target in (active, inactive):
        return target, inactive if target == active else active
    stays = outcome.removeprefix("it stays ")
    return "", stays if stays != outcome else recorded


def _at_end(policy: OnDestroy, state: KeyState) -> str:
    """The status that a key is let go with, if that is a switch as far as the record tells."""
    if policy is OnDestroy.LEAVE or state.status == str(ObservedStatus.DELETED):
        return ""
    if policy is OnDestroy.DEACTIVATE:
        return str(Status.INACTIVE)
    if state.adopted_status == str(Status.ACTIVE) and state.override:
        return ""
    restorable = state.adopted_status in (str(Status.ACTIVE), str(Status.INACTIVE))
    return state.adopted_status if restorable else ""
