"""KS6..: about safeguards, holds and the drift policy."""

from __future__ import annotations

from keyswitch.messages.catalogue.entry import Entry

_IN_AN_INCIDENT = 'In an incident, override="why" switches it off at once.'

OWN_KEY = Entry(
    "KS601",
    "The key that signs",
    "allow_own_key is not set, and this key signs {calls}, or was used to assume the role that does",
    f"Run with other credentials, or set allow_own_key. {_IN_AN_INCIDENT}",
)
USED_TOO_RECENTLY = Entry(
    "KS602",
    "Used too recently",
    "unused_for={unused_for} is not met before {free_at}: it was {used}",
    "Wait until then, if the key is not used again; AWS records a use with minutes of delay. "
    f"{_IN_AN_INCIDENT}",
)
SUCCESSOR_NOT_ACTIVE = Entry(
    "KS603",
    "The successor is not Active",
    "successor={successor} is not met: {seen}",
    f"Switch the successor on first, or correct its id. {_IN_AN_INCIDENT}",
)
SUCCESSOR_NOT_USED = Entry(
    "KS604",
    "The successor has not taken over",
    "successor={successor} is not met: the successor was {successor_used}, this key was {used}",
    "Have what still uses this key use the successor. AWS records a use with minutes of delay; "
    f"the next run after that finds it met. {_IN_AN_INCIDENT}",
)
LAST_ACTIVE_KEY = Entry(
    "KS605",
    "The last Active key",
    "keep_one_active is not met: {others}",
    f"Switch another key of this user on first, or keep this one Active. {_IN_AN_INCIDENT}",
)
REACTIVATION = Entry(
    "KS606",
    "Switched off by somebody else",
    "allow_reactivation is not set, and as far as is recorded it was not this program that switched "
    "the key off",
    "Find out who did, and why. To keep it off, declare Inactive; to switch it on, declare Inactive, apply "
    "that, and then declare Active, or set allow_reactivation.",
)
QUARANTINED = Entry(
    "KS607",
    "Quarantined by AWS",
    "refuse_quarantined is not met: the user carries {policies}, which AWS attaches when it has "
    "found a key leaked",
    "Mint a new key instead; detach the policy only once the leak is dealt with.",
)
LAST_USE_NOT_TOLD = Entry(
    "KS608",
    "A safeguard cannot be judged: last use",
    "{safeguard} cannot be judged: IAM does not tell when {key} was last used: {reason}",
    "Allow iam:GetAccessKeyLastUsed on resource *, or narrow the explicit deny if AWS names one; or take the "
    f"safeguard out. {_IN_AN_INCIDENT}",
)
QUARANTINE_NOT_TOLD = Entry(
    "KS609",
    "A safeguard cannot be judged: quarantine",
    "refuse_quarantined cannot be judged: iam:ListAttachedUserPolicies is not allowed on user "
    "{user_name}: {reason}",
    "Allow that call, or narrow the explicit deny if AWS names one; or take that safeguard out.",
)
OVERLAP_TOO_SHORT = Entry(
    "KS610",
    "The overlap is not over",
    "overlap={overlap} is not met before {free_at}: the successor {successor} was made {made}",
    f"Wait until then. {_IN_AN_INCIDENT}",
)
HELD = Entry(
    "KS611",
    "Held",
    "it stays {observed} and is not switched to {target}, held since {since}, because {reasons}",
    "The next run that finds this met switches it.",
)
OVERRIDDEN = Entry(
    "KS612",
    "Safeguards overridden",
    'it is switched off past every safeguard ({safeguards}), because of override="{override}"',
    "Keep the override until this declaration is merged everywhere that this stack is run from. Take the "
    "override out once the incident is over, and go on declaring Inactive.",
)
NO_OTHER_ACTIVE_KEY = Entry(
    "KS613",
    "The user's last Active key",
    "this is the user's last Active key: {others}",
    "Whatever signs as this user stops working.",
)
LAST_USE = Entry(
    "KS614",
    "When it was last used",
    "it was {used}",
    "AWS records a use with minutes of delay.",
)
LAST_USE_NOT_SEEN = Entry(
    "KS615",
    "Could not look when it was last used",
    "it could not be looked up when the key was last used: {reason}",
    "The switch does not depend on it; look it up before you apply.",
)
DRIFT_REPORTED = Entry(
    "KS616",
    "Drift, reported only",
    "found {observed}, declared {declared}: it was switched outside this program, and "
    "on_drift=report leaves it so",
    "Declare {observed} to accept it, or set on_drift=enforce to have it switched back.",
)
RELEASED = Entry(
    "KS617",
    "No longer held",
    "held since {since}, and what it waited for is met: it is switched to {target}",
    "Nothing to do.",
)
NO_ROOM_FOR_A_KEY = Entry(
    "KS618",
    "No room for a third key",
    "a third key cannot be minted: user {user_name} has two ({keys}), which is AWS's limit, and "
    "Inactive ones count",
    "Delete the key that is done with, in a run of its own: Pulumi deletes after it creates.",
)
NOT_RESTORED = Entry(
    "KS619",
    "Not restored",
    "on_destroy=restore would switch it on, but {reasons}",
    "It was let go as it is.",
)
NOT_LET_GO = Entry(
    "KS620",
    "Not switched off by a destroy",
    "on_destroy={on_destroy} would switch it off, but {reasons}",
    "Nothing was changed. Wait until that is met, or declare the key again, after a replacement "
    'under a name of its own: Inactive with override="why" to have it off, Active to let it be.',
)
TOO_MANY_CHANGES = Entry(
    "KS621",
    "More changes than max_changes",
    "{changes} of {declared} would be switched, and max_changes={max_changes} of {declared} allows {allowed}: "
    "{keys}",
    "Of this fleet {through} goes through. If so many are meant, raise max_changes for this run (and before "
    "the end of the whole fleet by an update of its own); else look at what changed. In an incident, "
    'override="why" goes through, in an up without its preview (--skip-preview).',
)
FLEET_FAILED = Entry(
    "KS622",
    "Keys of a fleet that failed",
    "{failed} of {declared} failed: {keys}",
    "Each is told of by itself. What was done for the others is done, and recorded; run again for those "
    "that failed.",
)
FLEET_NOT_LET_GO = Entry(
    "KS623",
    "Keys of a fleet that a destroy could not let go",
    "{failed} of {declared} could not be let go: {keys}",
    "Each is told of by itself. The others were let go as their on_destroy says, but Pulumi records a "
    "destroy whole or not at all: until it is run again, the state has them as they were before.",
)
OVERRIDE_WITHDRAWN = Entry(
    "KS625",
    "An override withdrawn",
    "{override} deactivated this key, and allow_reactivation is not set",
    "If this checkout lacks the declaration of the incident, merge that first. To reactivate the key, declare "
    "Inactive without the override, apply that, and then declare Active; or set allow_reactivation.",
)
OWN_KEY_GOES = Entry(
    "KS626",
    "The signing key goes off",
    "this key signs {calls}; it will be deactivated after the other keys of this run",
    "Give Pulumi other credentials before the next run. With --parallel 1 Pulumi takes one key at a time in an order of "
    "its own, and keys that come after this one fail; leave that option out.",
)
OWN_KEY_WENT = Entry(
    "KS627",
    "The signing key went off",
    "AWS accepted the deactivation of this key, and has refused every call signed with the key since, so that "
    "no look afterwards was possible",
    "Give Pulumi other credentials, and run pulumi preview to see the key as it is.",
)
NONE_LEFT_ACTIVE = Entry(
    "KS628",
    "No Active key is left",
    "this run deactivated the key, and somebody else deactivated {others} at the same time, so that "
    "{safeguard} no longer holds: user {user_name} has no such Active key now",
    "If that is meant, nothing is left to do. If not, declare one of the two keys Active with "
    "allow_reactivation and run pulumi up in the stack that declares the key, or run aws iam "
    "update-access-key --user-name {user_name} --access-key-id {access_key_id} --status Active.",
)
