"""KS6..: about safeguards, holds and the drift policy."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class OwnKey(Message):
    code = "KS601"
    title = "The key that signs"
    text = (
        "allow_own_key is not set, and this key signs {calls}, or was used to assume the role"
        " that does"
    )
    remedy = (
        'Run with other credentials, or set allow_own_key. In an incident, override="why" '
        "switches it off at once."
    )

    calls: object


class UsedTooRecently(Message):
    code = "KS602"
    title = "Used too recently"
    text = "unused_for={unused_for} is not met before {free_at}: it was {used}"
    remedy = (
        "Wait until then, if the key is not used again; AWS records a use with minutes of "
        'delay. In an incident, override="why" switches it off at once.'
    )

    unused_for: object
    free_at: object
    used: object


class SuccessorNotActive(Message):
    code = "KS603"
    title = "The successor is not Active"
    text = "successor={successor} is not met: {seen}"
    remedy = (
        'Switch the successor on first, or correct its id. In an incident, override="why" '
        "switches it off at once."
    )

    successor: object
    seen: object


class SuccessorNotUsed(Message):
    code = "KS604"
    title = "The successor has not taken over"
    text = (
        "successor={successor} is not met: the successor was {successor_used}, this key was {used}"
    )
    remedy = (
        "Have what still uses this key use the successor. AWS records a use with minutes of "
        'delay; the next run after that finds it met. In an incident, override="why" switches'
        " it off at once."
    )

    successor: object
    successor_used: object
    used: object


class LastActiveKey(Message):
    code = "KS605"
    title = "The last Active key"
    text = "keep_one_active is not met: {others}"
    remedy = (
        "Switch another key of this user on first, or keep this one Active. In an incident, "
        'override="why" switches it off at once.'
    )

    others: object


class Reactivation(Message):
    code = "KS606"
    title = "Switched off by somebody else"
    text = (
        "allow_reactivation is not set, and as far as is recorded it was not this program "
        "that switched the key off"
    )
    remedy = (
        "Find out who did, and why. To keep it off, declare Inactive; to switch it on, "
        "declare Inactive, apply that, and then declare Active, or set allow_reactivation."
    )


class Quarantined(Message):
    code = "KS607"
    title = "Quarantined by AWS"
    text = (
        "refuse_quarantined is not met: the user carries {policies}, which AWS attaches when "
        "it has found a key leaked"
    )
    remedy = "Mint a new key instead; detach the policy only once the leak is dealt with."

    policies: object


class LastUseNotTold(Message):
    code = "KS608"
    title = "A safeguard cannot be judged: last use"
    text = "{safeguard} cannot be judged: IAM does not tell when {key} was last used: {reason}"
    remedy = (
        "Allow iam:GetAccessKeyLastUsed on resource *, or narrow the explicit deny if AWS "
        'names one; or take the safeguard out. In an incident, override="why" switches it off'
        " at once."
    )

    safeguard: object
    key: object
    reason: object


class QuarantineNotTold(Message):
    code = "KS609"
    title = "A safeguard cannot be judged: quarantine"
    text = (
        "refuse_quarantined cannot be judged: iam:ListAttachedUserPolicies is not allowed on "
        "user {user_name}: {reason}"
    )
    remedy = (
        "Allow that call, or narrow the explicit deny if AWS names one; or take that safeguard out."
    )

    user_name: object
    reason: object


class OverlapTooShort(Message):
    code = "KS610"
    title = "The overlap is not over"
    text = (
        "overlap={overlap} is not met before {free_at}: the successor {successor} was made {made}"
    )
    remedy = 'Wait until then. In an incident, override="why" switches it off at once.'

    overlap: object
    free_at: object
    successor: object
    made: object


class Held(Message):
    code = "KS611"
    title = "Held"
    text = (
        "it stays {observed} and is not switched to {target}, held since {since}, because {reasons}"
    )
    remedy = "The next run that finds this met switches it."

    observed: object
    target: object
    since: object
    reasons: object


class Overridden(Message):
    code = "KS612"
    title = "Safeguards overridden"
    text = (
        'it is switched off past every safeguard ({safeguards}), because of override="{override}"'
    )
    remedy = (
        "Keep the override until this declaration is merged everywhere that this stack is run"
        " from. Take the override out once the incident is over, and go on declaring "
        "Inactive."
    )

    safeguards: object
    override: object


class NoOtherActiveKey(Message):
    code = "KS613"
    title = "The user's last Active key"
    text = "this is the user's last Active key: {others}"
    remedy = "Whatever signs as this user stops working."

    others: object


class LastUse(Message):
    code = "KS614"
    title = "When it was last used"
    text = "it was {used}"
    remedy = "AWS records a use with minutes of delay."

    used: object


class LastUseNotSeen(Message):
    code = "KS615"
    title = "Could not look when it was last used"
    text = "it could not be looked up when the key was last used: {reason}"
    remedy = "The switch does not depend on it; look it up before you apply."

    reason: object


class DriftReported(Message):
    code = "KS616"
    title = "Drift, reported only"
    text = (
        "found {observed}, declared {declared}: it was switched outside this program, and "
        "on_drift=report leaves it so"
    )
    remedy = "Declare {observed} to accept it, or set on_drift=enforce to have it switched back."

    observed: object
    declared: object


class Released(Message):
    code = "KS617"
    title = "No longer held"
    text = "held since {since}, and what it waited for is met: it is switched to {target}"
    remedy = "Nothing to do."

    since: object
    target: object


class NoRoomForAKey(Message):
    code = "KS618"
    title = "No room for a third key"
    text = (
        "a third key cannot be minted: user {user_name} has two ({keys}), which is AWS's "
        "limit, and Inactive ones count"
    )
    remedy = (
        "Delete the key that is done with, in a run of its own: Pulumi deletes after it creates."
    )

    user_name: object
    keys: object


class NotRestored(Message):
    code = "KS619"
    title = "Not restored"
    text = "on_destroy=restore would switch it on, but {reasons}"
    remedy = "It was let go as it is."

    reasons: object


class NotLetGo(Message):
    code = "KS620"
    title = "Not switched off by a destroy"
    text = "on_destroy={on_destroy} would switch it off, but {reasons}"
    remedy = (
        "Nothing was changed. Wait until that is met, or declare the key again, after a "
        'replacement under a name of its own: Inactive with override="why" to have it off, '
        "Active to let it be."
    )

    on_destroy: object
    reasons: object


class TooManyChanges(Message):
    code = "KS621"
    title = "More changes than max_changes"
    text = (
        "{changes} of {declared} would be switched, and max_changes={max_changes} of "
        "{declared} allows {allowed}: {keys}"
    )
    remedy = (
        "Of this fleet {through} goes through. If so many are meant, raise max_changes for "
        "this run (and before the end of the whole fleet by an update of its own); else look "
        'at what changed. In an incident, override="why" goes through, in an up without its '
        "preview (--skip-preview)."
    )

    changes: object
    declared: object
    max_changes: object
    allowed: object
    keys: object
    through: object


class FleetFailed(Message):
    code = "KS622"
    title = "Keys of a fleet that failed"
    text = "{failed} of {declared} failed: {keys}"
    remedy = (
        "Each is told of by itself. What was done for the others is done, and recorded; run "
        "again for those that failed."
    )

    failed: object
    declared: object
    keys: object


class FleetNotLetGo(Message):
    code = "KS623"
    title = "Keys of a fleet that a destroy could not let go"
    text = "{failed} of {declared} could not be let go: {keys}"
    remedy = (
        "Each is told of by itself. The others were let go as their on_destroy says, but "
        "Pulumi records a destroy whole or not at all: until it is run again, the state has "
        "them as they were before."
    )

    failed: object
    declared: object
    keys: object


class OverrideWithdrawn(Message):
    code = "KS625"
    title = "An override withdrawn"
    text = "{override} deactivated this key, and allow_reactivation is not set"
    remedy = (
        "If this checkout lacks the declaration of the incident, merge that first. To "
        "reactivate the key, declare Inactive without the override, apply that, and then "
        "declare Active; or set allow_reactivation."
    )

    override: object


class OwnKeyGoes(Message):
    code = "KS626"
    title = "The signing key goes off"
    text = "this key signs {calls}; it will be deactivated after the other keys of this run"
    remedy = (
        "Give Pulumi other credentials before the next run. With --parallel 1 Pulumi takes "
        "one key at a time in an order of its own, and keys that come after this one fail; "
        "leave that option out."
    )

    calls: object


class OwnKeyWent(Message):
    code = "KS627"
    title = "The signing key went off"
    text = (
        "AWS accepted the deactivation of this key, and has refused every call signed with "
        "the key since, so that no look afterwards was possible"
    )
    remedy = "Give Pulumi other credentials, and run pulumi preview to see the key as it is."


class NoneLeftActive(Message):
    code = "KS628"
    title = "No Active key is left"
    text = (
        "this run deactivated the key, and somebody else deactivated {others} at the same "
        "time, so that {safeguard} no longer holds: user {user_name} has no such Active key "
        "now"
    )
    remedy = (
        "If that is meant, nothing is left to do. If not, declare one of the two keys Active "
        "with allow_reactivation and run pulumi up in the stack that declares the key, or run"
        " aws iam update-access-key --user-name {user_name} --access-key-id {access_key_id} "
        "--status Active."
    )

    others: object
    safeguard: object
    user_name: object
    access_key_id: object
