"""KS8..: what an audit finds."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class Undeclared(Message):
    code = "KS801"
    title = "Nobody declares it"
    text = "it is {status}, and nothing declares it"
    remedy = "Find its owner, then declare it: keyswitch discover --write adopts it as it is."

    status: object


class DeclaredButGone(Message):
    code = "KS802"
    title = "Declared, and gone"
    text = "it is declared {declared}, and {seen}"
    remedy = (
        "If it was deleted, take its declaration out. An audit does not see keys of the root user."
    )

    declared: object
    seen: object


class NotAsDeclared(Message):
    code = "KS803"
    title = "Not as declared"
    text = "it is {observed}, and declared {declared}"
    remedy = (
        "Was it switched outside the program, or is a change not applied yet? pulumi preview tells."
    )

    observed: object
    declared: object


class Old(Message):
    code = "KS804"
    title = "Older than 90 days"
    text = "it is Active, and was made {days} days ago"
    remedy = "Rotate it: make another key, have it used, then declare this one Inactive."

    days: object


class Unused(Message):
    code = "KS805"
    title = "Unused for 45 days"
    text = "it is Active, and was {used}"
    remedy = "Declare it Inactive; it can be switched on again."

    used: object


class SeveralActive(Message):
    code = "KS806"
    title = "More than one Active key"
    text = "it is one of {count} Active keys of its user"
    remedy = (
        "Keep one: finish the rotation that is under way, or declare the one that nobody uses"
        " Inactive."
    )

    count: object


class QuarantinedUser(Message):
    code = "KS807"
    title = "Quarantined by AWS"
    text = "its user carries {policies}, which AWS attaches when it has found a key leaked"
    remedy = 'Treat it as leaked: declare it Inactive with override="why", and mint another.'

    policies: object


class LastUseUnknown(Message):
    code = "KS808"
    title = "Last use not told"
    text = "it is Active, and IAM does not tell when it was last used"
    remedy = (
        "Allow iam:GetAccessKeyLastUsed on resource *: without it, unused keys cannot be found."
    )
