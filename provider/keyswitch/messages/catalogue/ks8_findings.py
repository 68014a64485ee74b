"""KS8..: what an audit finds."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class Undeclared(Message):
    code = "KS801"
    title = "Not declared"
    text = "is {status} and not declared"
    remedy = "Find the owner. Then declare the key: keyswitch discover --write adopts it as it is."
    status: object


class DeclaredButGone(Message):
    code = "KS802"
    title = "Declared, but not found"
    text = "is declared {declared}, but {seen}"
    remedy = (
        "If the key was deleted, remove its declaration. An audit does not see keys of the "
        "root user."
    )
    declared: object
    seen: object


class NotAsDeclared(Message):
    code = "KS803"
    title = "Not as declared"
    text = "is {observed} but declared {declared}"
    remedy = (
        "Run pulumi preview to see whether the key was changed outside Pulumi or a change is "
        "not applied yet."
    )
    observed: object
    declared: object


class Old(Message):
    code = "KS804"
    title = "Older than 90 days"
    text = "is Active and was created {days} days ago"
    remedy = "Rotate the key: create another one, move its callers, then declare this one Inactive."
    days: object


class Unused(Message):
    code = "KS805"
    title = "Unused for 45 days"
    text = "is Active and {used}"
    remedy = "Declare the key Inactive. You can reactivate it later."
    used: object


class SeveralActive(Message):
    code = "KS806"
    title = "Several Active keys"
    text = "is one of {count} Active keys of its user"
    remedy = "Keep one Active: finish the rotation, or declare the unused key Inactive."
    count: object


class QuarantinedUser(Message):
    code = "KS807"
    title = "User quarantined by AWS"
    text = "its user has {policies}, which AWS attaches after it finds a leaked key"
    remedy = 'Treat the key as leaked: declare it Inactive with override="why", and create another.'
    policies: object


class LastUseUnknown(Message):
    code = "KS808"
    title = "Last use not reported"
    text = "is Active, and IAM does not report when it was last used"
    remedy = (
        "Allow iam:GetAccessKeyLastUsed on resource *. Without it, an audit cannot find "
        "unused keys."
    )
