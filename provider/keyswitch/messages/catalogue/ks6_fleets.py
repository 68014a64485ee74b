"""KS6..: about the changes of a whole fleet."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class TooManyChanges(Message):
    code = "KS621"
    title = "More changes than max_changes"
    text = (
        "{changes} would change ({keys}); max_changes={max_changes} of {declared} allows {allowed}"
    )
    remedy = (
        "{through}. If so many changes are intended, raise max_changes for this run (before "
        "the end of a whole fleet, in an update of its own). Otherwise find out what changed."
        ' In an incident, override="why" passes, in a pulumi up --skip-preview.'
    )
    why = "A mistake in a program that declares many keys should not change all of them."
    changes: object
    keys: object
    max_changes: object
    declared: object
    allowed: object
    through: object


class FleetFailed(Message):
    code = "KS622"
    title = "Summary of failed keys"
    text = "{failed} of {declared} failed: {keys}"
    remedy = (
        "See the error for each key above. The other keys are done and recorded. Run again "
        "for the failed ones."
    )
    failed: object
    declared: object
    keys: object


class FleetNotDestroyed(Message):
    code = "KS623"
    title = "Summary of a failed destroy of a fleet"
    text = "{failed} of {declared} could not be handled as their on_destroy says: {keys}"
    remedy = (
        "See the error for each key above. The other keys are done, but Pulumi records the "
        "destroy of a fleet as a whole: until it succeeds, the state shows all keys as "
        "before. Run the destroy again."
    )
    failed: object
    declared: object
    keys: object
