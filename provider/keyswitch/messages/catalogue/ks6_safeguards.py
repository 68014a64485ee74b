"""KS6..: about safeguards, holds and the drift policy."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class OwnKeyInUse(Message):
    code = "KS601"
    title = "Key in use by Pulumi"
    text = (
        "Pulumi is authenticating with this key{where}; deactivating it would lock this "
        "pipeline out"
    )
    remedy = (
        'Run with other credentials, or set allow_own_key. In an incident, override="why" '
        "deactivates the key at once."
    )
    why = (
        "A key counts as Pulumi's own if it signs the calls of this run, or if the role that "
        "signs them was assumed with it."
    )
    where: object = ""


class UsedTooRecently(Message):
    code = "KS602"
    title = "Used too recently"
    text = "unused_for={unused_for} cannot be met before {free_at}: this key {used}"
    remedy = (
        "Wait until then. AWS can take 15 minutes to record a use. In an incident, "
        'override="why" deactivates the key at once.'
    )
    why = "A key that was used a moment ago is probably still needed by something."
    unused_for: object
    free_at: object
    used: object


class SuccessorNotActive(Message):
    code = "KS603"
    title = "Successor not Active"
    text = "successor={successor} is not ready: {seen}"
    remedy = (
        'Activate the successor first, or correct its id. In an incident, override="why" '
        "deactivates the key at once."
    )
    successor: object
    seen: object


class SuccessorNotUsed(Message):
    code = "KS604"
    title = "Successor not in use"
    text = "successor={successor} has not taken over: that key {successor_used}; this key {used}"
    remedy = (
        "Move the remaining callers to the successor. AWS can take 15 minutes to record a "
        'use; the next run after that will see it. In an incident, override="why" deactivates'
        " the key at once."
    )
    why = (
        "The successor must have been used after this key's last use. Otherwise something may"
        " still depend on this key."
    )
    successor: object
    successor_used: object
    used: object


class LastActiveKey(Message):
    code = "KS605"
    title = "Last Active key"
    text = "keep_one_active does not allow this: the user would have no Active key left ({others})"
    remedy = (
        "Activate another key of this user first, or keep this one Active. In an incident, "
        'override="why" deactivates the key at once.'
    )
    others: object


class DeactivatedOutside(Message):
    code = "KS606"
    title = "Deactivated outside this stack"
    text = "this key was deactivated outside this stack, so it will not be reactivated"
    remedy = (
        "Find out who deactivated it, and why. To keep it Inactive, declare Inactive. To "
        "reactivate it, declare Inactive without active_until, apply that, and then declare Active; or set "
        "allow_reactivation."
    )
    why = (
        "Somebody may have deactivated the key in an incident. A stale checkout that still "
        "says Active must not undo that."
    )


class Quarantined(Message):
    code = "KS607"
    title = "Quarantined by AWS"
    text = (
        "refuse_quarantined does not allow this: the user has {policies}, which AWS attaches "
        "after it finds a leaked key"
    )
    remedy = "Create a new key instead. Detach the policy only after you have dealt with the leak."
    policies: object


class LastUseNotReported(Message):
    code = "KS608"
    title = "Safeguard not checked: last use"
    text = "{safeguard} cannot be checked: IAM does not report when {key} was last used: {reason}"
    remedy = (
        "Allow iam:GetAccessKeyLastUsed on resource *, or narrow the explicit deny if AWS "
        'names one; or remove the safeguard. In an incident, override="why" deactivates the '
        "key at once."
    )
    safeguard: object
    key: object
    reason: object


class QuarantineNotReported(Message):
    code = "KS609"
    title = "Safeguard not checked: quarantine"
    text = (
        "refuse_quarantined cannot be checked: iam:ListAttachedUserPolicies is not allowed on"
        " user {user_name}: {reason}"
    )
    remedy = (
        "Allow that call, or narrow the explicit deny if AWS names one; or remove the safeguard."
    )
    user_name: object
    reason: object


class OverlapTooShort(Message):
    code = "KS610"
    title = "Overlap too short"
    text = (
        "overlap={overlap} cannot be met before {free_at}: the successor {successor} was "
        "created {created}"
    )
    remedy = 'Wait until then. In an incident, override="why" deactivates the key at once.'
    overlap: object
    free_at: object
    successor: object
    created: object


class Held(Message):
    code = "KS611"
    title = "Held"
    text = "stays {observed} and will not be {change} yet (held since {since}): {reasons}"
    remedy = "The next update that finds the safeguards met will make the change."
    why = (
        "unmet=hold keeps the run green while a safeguard is not met, and tries again in every run."
    )
    observed: object
    change: object
    since: object
    reasons: object


class Overridden(Message):
    code = "KS612"
    title = "Safeguards overridden"
    text = (
        "will be deactivated despite every safeguard ({safeguards}), because of "
        'override="{override}"'
    )
    remedy = (
        "Keep the override until this declaration is merged everywhere that deploys this "
        "stack. After the incident, remove the override and keep declaring Inactive."
    )
    safeguards: object
    override: object


class NoOtherActiveKey(Message):
    code = "KS613"
    title = "Last Active key of the user"
    text = "this is the user's last Active key: {others}"
    remedy = "Everything that signs as this user will stop working."
    others: object


class LastUse(Message):
    code = "KS614"
    title = "Last use"
    text = "{used}"
    remedy = "AWS can take 15 minutes to record a use."
    used: object


class LastUseNotSeen(Message):
    code = "KS615"
    title = "Last use unknown"
    text = "keyswitch could not look up when this key was last used: {reason}"
    remedy = "The change does not depend on it. Look up the last use before you apply."
    reason: object


class DriftReported(Message):
    code = "KS616"
    title = "Drift, reported only"
    text = (
        "is {observed} but declared {declared}: changed outside Pulumi, and on_drift=report "
        "leaves it as it is"
    )
    remedy = "To accept the change, declare {observed}. To have it corrected, set on_drift=enforce."
    observed: object
    declared: object


class Released(Message):
    code = "KS617"
    title = "No longer held"
    text = "will be {change}: the safeguards that held it since {since} are met"
    change: object
    since: object


class NoRoomForAKey(Message):
    code = "KS618"
    title = "Third key of a user"
    text = (
        "user {user_name} already has two keys ({keys}), which is AWS's limit; Inactive keys count"
    )
    remedy = (
        "Delete the key that is no longer needed, in a run of its own: Pulumi deletes after "
        "it creates."
    )
    user_name: object
    keys: object


class NotRestored(Message):
    code = "KS619"
    title = "Not restored"
    text = "on_destroy=restore would activate the key, but {reasons}"
    remedy = "The key stays as it is."
    reasons: object


class NotDeactivatedOnDestroy(Message):
    code = "KS620"
    title = "Not deactivated on destroy"
    text = "on_destroy={on_destroy} would deactivate the key, but {reasons}"
    remedy = (
        "Nothing was changed. Wait until the safeguard is met. Or declare the key again "
        '(after a replacement, as a resource of its own): Inactive with override="why" to '
        "deactivate it now, or Active to keep it."
    )
    on_destroy: object
    reasons: object


class OverrideWithdrawn(Message):
    code = "KS625"
    title = "Deactivated by an override"
    text = (
        "{override} deactivated this key, so it will not be reactivated without allow_reactivation"
    )
    remedy = (
        "If this checkout lacks the declaration of the incident, merge that first. To "
        "reactivate the key, declare Inactive without the override, apply that, and then "
        "declare Active; or set allow_reactivation."
    )
    why = (
        "An override is the record of an incident. Removing it is not a decision to "
        "reactivate the key."
    )
    override: object


class NoneLeftActive(Message):
    code = "KS628"
    title = "No Active key left"
    text = (
        "this run deactivated the key while somebody else deactivated {others}, so "
        "{safeguard} no longer holds: user {user_name} has no such Active key now"
    )
    remedy = (
        "If that is intended, nothing is left to do. If not, declare one of the two keys "
        "Active with allow_reactivation and run pulumi up in the stack that declares it, or "
        "run aws iam update-access-key --user-name {user_name} --access-key-id "
        "{access_key_id} --status Active."
    )
    why = (
        "keyswitch does not undo its own change here: it cannot know which of the two changes"
        " was the mistake."
    )
    others: object
    safeguard: object
    user_name: object
    access_key_id: object
