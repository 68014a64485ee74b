"""Active keys that are old."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from keyswitch.messages.catalogue import Message
from keyswitch.messages.format import counted
from keyswitch.report.controls.control import Control, Evidence, Severity, Violation, cis, hub

_PUBLISHED_AGE: Final = timedelta(days=90)
REFERENCES: Final = (
    cis("Ensure access keys are rotated every 90 days or less", v3="1.14", v5="1.13", v7="2.12"),
    hub("IAM.3", "IAM users' access keys should be rotated every 90 days or less"),
)


class Old(Message):
    """An Active key beyond the age at which keys are to be rotated."""

    code = "KS804"
    title = "Not rotated"
    text = "is Active and was created {age} ago, and the limit is {limit}"
    remedy = "Rotate the key: create another one, move its callers, then declare this one Inactive."
    why = (
        "The longer a secret is in use, the more places it has leaked to. The age counts from the key's "
        "CreateDate: the credential report's last_rotated also moves with every change of status."
    )
    age: object
    limit: object


def _check(evidence: Evidence) -> Iterator[Violation]:
    limit = evidence.thresholds.max_age
    for _, seen in evidence.active_keys:
        age = evidence.age(seen)
        if age is not None and age > limit.span:
            references = REFERENCES if age > _PUBLISHED_AGE else ()
            yield Violation.of(Old(age=counted(age.days, "day"), limit=limit), seen, references)


CONTROL = Control(
    "rotated",
    Severity.MEDIUM,
    Old,
    "No Active key is older than --max-age, 90 days by default.",
    _check,
    REFERENCES,
    is_known=lambda _evidence, _user, seen: seen.created is not None,
    settled_by_deactivation=True,
)
