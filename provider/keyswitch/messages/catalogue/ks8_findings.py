"""KS8..: what an audit finds."""

from __future__ import annotations

from keyswitch.messages.catalogue.entry import Entry

UNDECLARED = Entry(
    "KS801",
    "Nobody declares it",
    "it is {status}, and nothing declares it",
    "Find its owner, then declare it: keyswitch discover --write adopts it as it is.",
)
DECLARED_BUT_GONE = Entry(
    "KS802",
    "Declared, and gone",
    "it is declared {declared}, and {seen}",
    "If it was deleted, take its declaration out. An audit does not see keys of the root user.",
)
NOT_AS_DECLARED = Entry(
    "KS803",
    "Not as declared",
    "it is {observed}, and declared {declared}",
    "Was it switched outside the program, or is a change not applied yet? pulumi preview tells.",
)
OLD = Entry(
    "KS804",
    "Older than 90 days",
    "it is Active, and was made {days} days ago",
    "Rotate it: make another key, have it used, then declare this one Inactive.",
)
UNUSED = Entry(
    "KS805",
    "Unused for 45 days",
    "it is Active, and was {used}",
    "Declare it Inactive; it can be switched on again.",
)
SEVERAL_ACTIVE = Entry(
    "KS806",
    "More than one Active key",
    "it is one of {count} Active keys of its user",
    "Keep one: finish the rotation that is under way, or declare the one that nobody uses Inactive.",
)
QUARANTINED_USER = Entry(
    "KS807",
    "Quarantined by AWS",
    "its user carries {policies}, which AWS attaches when it has found a key leaked",
    'Treat it as leaked: declare it Inactive with override="why", and mint another.',
)
LAST_USE_UNKNOWN = Entry(
    "KS808",
    "Last use not told",
    "it is Active, and IAM does not tell when it was last used",
    "Allow iam:GetAccessKeyLastUsed on resource *: without it, unused keys cannot be found.",
)
