"""Keys in another status than the declared one."""

from __future__ import annotations

from collections.abc import Iterator

from keyswitch.messages.catalogue import Message
from keyswitch.report.controls.control import Control, Evidence, Severity, Violation


class NotAsDeclared(Message):
    """Drift, or a change that is not applied yet."""

    code = "KS803"
    title = "Not as declared"
    text = "is {observed} but declared {declared}"
    remedy = (
        "Run pulumi preview to see whether the key was changed outside Pulumi or a change is "
        "not applied yet."
    )
    why = "The register says one thing and AWS does another: somebody changed the key outside Pulumi, or a run failed."
    observed: object
    declared: object


def _check(evidence: Evidence) -> Iterator[Violation]:
    for _, seen, declared in evidence.declared_keys:
        if not declared.is_waiting and not seen.key.status.satisfies(declared.status):
            differs = NotAsDeclared(observed=seen.key.status, declared=declared.status)
            yield Violation.of(differs, seen)


CONTROL = Control(
    "not-as-declared",
    Severity.HIGH,
    NotAsDeclared,
    "Every declared key has the declared status.",
    _check,
    applies=lambda evidence: evidence.is_compared,
    settled_by_deactivation=True,
)
