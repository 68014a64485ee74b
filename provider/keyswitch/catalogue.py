"""Every message that keyswitch can give a reader, each under a code that never changes.

An entry is the single source of its text: :mod:`keyswitch.errors` fills the templates in, and
``docs/errors.md`` is generated from them. ``KS1..`` is about the declaration, ``KS2..`` about the
key as it was found, ``KS3..`` about what AWS refused, ``KS4..`` about the way to AWS and back,
``KS5..`` about keyswitch's own records, ``KS6..`` about safeguards, holds and the drift policy.
Code numbers are never reused.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One message: ``cause`` and ``remedy`` are ``str.format`` templates with named fields."""

    code: str
    title: str
    cause: str
    remedy: str


UNKNOWN_PROPERTY = Entry(
    "KS101",
    "Unknown property",
    "the property {property} is not one of keyswitch's",
    "{suggestion}Known: {known}.",
)
MISSING_PROPERTY = Entry(
    "KS102",
    "Missing property",
    "the required property {property} is missing",
    "Add {property}.",
)
BAD_STATUS = Entry(
    "KS103",
    "A status that cannot be declared",
    "the status {value} cannot be declared",
    'Write "Active" or "Inactive", spelt exactly so{suggestion}.',
)
BAD_ACCESS_KEY_ID = Entry(
    "KS104",
    "Not an access key id",
    "{property} is not an access key id: {problem}",
    "An access key id has 16 to 128 letters, digits or underscores, such as AKIAIOSFODNN7EXAMPLE.",
)
TEMPORARY_KEY = Entry(
    "KS105",
    "A temporary key",
    "{property} is {access_key_id}, which begins with ASIA: a temporary key of AWS STS, without a "
    "switch",
    "Declare the long-term key (AKIA...) behind it. Sessions already issued end by themselves or "
    "by a policy that denies them, not by a status.",
)
SECRET_PASTED = Entry(
    "KS106",
    "A secret in the wrong field",
    "{property} holds something of the shape of a secret access key or a session token; "
    "it is not repeated here",
    "Take it out of the program and its history, and treat it as leaked: switch the key off and "
    "mint another. keyswitch needs the access key id only.",
)
BAD_USER_NAME = Entry(
    "KS107",
    "Not an IAM user name",
    "{property} is not an IAM user name: {problem}",
    "A user name has 1 to 128 letters, digits or any of +=,.@_- (no path, no ARN).",
)
UNKNOWN_WORD = Entry(
    "KS108",
    "Not one of the words",
    "{property} is {value}",
    "Write {words}{suggestion}.",
)
NOT_A_STRING = Entry(
    "KS109",
    "Not a string",
    "{property} is {kind}, not a string",
    "Write it as a string, in quotes.",
)
DECLARED_TWICE = Entry(
    "KS110",
    "One key declared twice",
    "it is declared more than once in this program, by the resources {names}",
    "Keep one of them: two declarations of one key would switch it back and forth.",
)
BAD_REGISTER = Entry(
    "KS111",
    "The register of keys cannot be read",
    "the stack config keyswitch:keys cannot be read: {problem}",
    "It is a map from access key id to {{userName, status, reason, ...}}; "
    "Pulumi.example.yaml shows one.",
)
ASSUME_ROLE_OF_V6 = Entry(
    "KS112",
    "A setting of pulumi-aws 6",
    "{keys} is a setting of pulumi-aws 6, which version 7 refuses too",
    "Write aws:assumeRoles instead, a list of roles that are assumed one after the other.",
)
BAD_CONFIG = Entry(
    "KS113",
    "Configuration that cannot be read",
    "the stack config {key} cannot be read: {problem}",
    "Correct it with pulumi config set {key}.",
)
REFUSED = Entry(
    "KS115",
    "The summary of a run with refusals",
    "{refused} of {declared} declared keys are refused: {names}",
    "Each has its reason above; nothing was switched in this preview.",
)
BAD_ENTRIES = Entry(
    "KS116",
    "The summary of a register with problems",
    "the register of keys in the stack's config has {count}, each named above",
    "Correct them; until then nothing is previewed or switched.",
)
NOT_A_DURATION = Entry(
    "KS117",
    "Not a duration",
    "{property} is no duration: {problem}",
    'Write numbers with units, such as "7d", "36h" or "1h30m" (s, m, h, d, w, y; m is minutes).',
)
NOT_A_BOOLEAN = Entry(
    "KS118",
    "Not a boolean",
    "{property} is {kind}, not a boolean",
    "Write true or false, without quotes in YAML.",
)
NOT_A_MAP = Entry(
    "KS119",
    "Not a map",
    "{property} is {kind}, not a map",
    "Write it as a map of safeguards: {known}.",
)
OVERRIDE_OF_ACTIVE = Entry(
    "KS120",
    "An override of nothing",
    "{override} lets a key be switched off, and the status is Active",
    "Take {override} out, or declare Inactive.",
)
BAD_ACCOUNT = Entry(
    "KS127",
    "An account that cannot be read",
    "{property} cannot be read: {problem}",
    "Correct it; docs/configuration.md tells each field of an account.",
)
UNKNOWN_ACCOUNT = Entry(
    "KS128",
    "An account that nobody declares",
    "its account is none of those in the stack config keyswitch:accounts ({known})",
    "Add it there, or correct the name.",
)
EMPTY_OVERRIDE = Entry(
    "KS121",
    "An override without a reason",
    "{property} is empty, and it lets the key be switched off past every safeguard",
    'Say why, such as "INC-4711 leaked", or take it out.',
)
OWN_SUCCESSOR = Entry(
    "KS123",
    "A key as its own successor",
    "{successor} is the key's own id",
    "Write the id of the key that takes over from it.",
)
OVERLAP_WITHOUT_SUCCESSOR = Entry(
    "KS124",
    "An overlap with nothing",
    "{overlap} is counted from the making of the successor, and there is none",
    "Add {successor}.",
)
OVERRIDE_OF_NO_KEY = Entry(
    "KS125",
    "An override without a previous key",
    "override is about the previous key of the rotation {name}, and there is none",
    "Add previous, or take override out.",
)
BAD_ACCOUNTS = Entry(
    "KS129",
    "The accounts of the register cannot be read",
    "the stack config keyswitch:accounts is no map",
    "It is a map from a name to {{roleArn, profile, region, allowedAccountIds, ...}}.",
)
BAD_DEFAULTS = Entry(
    "KS122",
    "The defaults of the register cannot be read",
    "the stack config keyswitch:defaults is no map",
    "It is a map that may hold safeguards, onDrift and onDestroy.",
)
NOTHING_TO_IMPORT = Entry(
    "KS114",
    "Nothing to import",
    "the resource {name} has the option {option}, which Pulumi's dynamic resources do not serve",
    "Remove it: declaring a key adopts it as it is, and pulumi preview shows what would change.",
)

USER_NOT_FOUND = Entry(
    "KS201",
    "No such user",
    "there is no user {user_name} in {account}, and no owner of this key is known there{hint}",
    "Check user_name and the account that the credentials belong to.",
)
KEY_NOT_FOUND = Entry(
    "KS202",
    "No such key of this user",
    "user {user_name} in {account} has no such key{hint} (found there: {keys})",
    "Check access_key_id and user_name; keyswitch adopts keys that exist and never makes one.",
)
KEY_OF_ANOTHER_USER = Entry(
    "KS203",
    "The key of another user",
    "the key belongs to user {owner}, not to {user_name}",
    "Write user_name={owner}, or check access_key_id. A renamed user keeps its keys.",
)
WRONG_ACCOUNT = Entry(
    "KS204",
    "Another account",
    "the credentials belong to account {caller_account}, but the key was adopted in account "
    "{account}; that it is not found here says nothing about it",
    "Use credentials of account {account}. Nothing was changed and nothing was dropped.",
)
DELETED_BUT_ACTIVE = Entry(
    "KS205",
    "Deleted, but declared Active",
    "the key was deleted outside this program, and a deleted key cannot be brought back",
    "Remove its declaration, or declare it Inactive; mint a new key where one is still needed.",
)
EXPIRED_BUT_ACTIVE = Entry(
    "KS206",
    "Expired, but wanted Active",
    "the key is Expired, and AWS does not switch an expired key on",
    "Declare it Inactive, or remove its declaration; mint a new key where one is still needed.",
)
OWNER_UNKNOWN = Entry(
    "KS207",
    "The owner cannot be told",
    "user_name is omitted, iam:GetAccessKeyLastUsed does not tell the owner (AWS refuses it "
    "without permission, and for a key that does not exist), and temporary credentials have no "
    "user of their own to look at",
    "Add user_name, or allow iam:GetAccessKeyLastUsed, and check access_key_id.",
)
OWN_KEY_NOT_FOUND = Entry(
    "KS208",
    "No such key of the signer",
    "user_name is omitted, iam:GetAccessKeyLastUsed does not tell the owner, and the key is not "
    "one of the signer's own in {account} (found there: {keys})",
    "Add user_name, or allow iam:GetAccessKeyLastUsed, and check access_key_id.",
)
GONE = Entry(
    "KS209",
    "Deleted, and declared Inactive",
    "the key was deleted outside this program{unverified}; Inactive is satisfied",
    "The declaration can go.",
)
DRIFTED = Entry(
    "KS210",
    "Drift",
    "found {observed}, declared {declared}: it was switched outside this program",
    "It will be switched back to {declared}; to keep what was found, declare {observed}.",
)
NOT_LOOKED_AT = Entry(
    "KS211",
    "Not looked at in this preview",
    "{properties} will be known only in the update, so this preview did not look at the key",
    "The update looks before it switches anything.",
)
DELETED_OR_RENAMED = Entry(
    "KS212",
    "Deleted, or its user renamed",
    "there is no user {user_name} any more, and IAM does not tell whether the key is gone with it "
    "or belongs to the user under a new name",
    "If the user was renamed, write its new user_name. If it was deleted, remove the declaration. "
    "With iam:GetAccessKeyLastUsed allowed, keyswitch finds a renamed user by itself.",
)
CONTRADICTION = Entry(
    "KS214",
    "IAM contradicts itself",
    "IAM says that the key belongs to user {user_name}, and does not list it among that user's",
    "A change is probably under way: run again in a moment; it is safe.",
)
NOT_THE_ROOT_USER = Entry(
    "KS215",
    "The root user's key, and other credentials",
    "the key was adopted as the signer's own, and these are temporary credentials, which own no key",
    "Use the credentials that it was adopted with.",
)
EXPIRED_NOT_RESTORED = Entry(
    "KS216",
    "Expired, and left so",
    "the key was Active when it was adopted and is Expired now, so that it cannot be restored",
    "It was let go as it is.",
)
ALREADY = Entry(
    "KS213",
    "Already so",
    "found {observed} already, as declared",
    "Nothing will be switched; only the record is brought up to date.",
)

ACCESS_DENIED = Entry(
    "KS301",
    "Not allowed",
    "{principal} may not call {operation} on {resource}",
    "Allow {operation} on that resource, and check user_name: AWS also answers so for a user "
    "that does not exist.",
)
VANISHED = Entry(
    "KS302",
    "Gone between look and write",
    "the key was there a moment ago and AWS now finds {what}",
    "Somebody deleted or moved it meanwhile. Preview again.",
)
LIMIT_EXCEEDED = Entry(
    "KS303",
    "AWS's limit",
    "AWS answered LimitExceeded: {message}",
    "Too many changes for this account for the moment; run again later. Nothing was switched.",
)
SERVICE_FAILURE = Entry(
    "KS304",
    "AWS's own failure",
    "AWS failed to process {operation}, {attempts}",
    "Run again later; it is safe. AWS's health page says more.",
)
INVALID_INPUT = Entry(
    "KS305",
    "AWS finds the request invalid",
    "AWS refused the request as invalid: {message}",
    "Check access_key_id, user_name and status.",
)
THROTTLED = Entry(
    "KS306",
    "Throttled",
    "AWS throttled {operation}, {attempts}",
    "Run again later, or with a lower --parallel; it is safe.",
)
CREDENTIALS_EXPIRED = Entry(
    "KS307",
    "Credentials expired",
    "the AWS credentials have expired: {message}",
    "Log in again (aws sso login, or a new assumed role), then run again; it is safe.",
)
NO_CREDENTIALS = Entry(
    "KS308",
    "No credentials",
    "there are no AWS credentials: {message}",
    "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws:profile in the "
    "stack config; pulumi refresh and destroy take them from the environment too.",
)
CREDENTIALS_REFUSED = Entry(
    "KS309",
    "Credentials not accepted",
    "AWS does not accept the credentials: {message}",
    "The signing key may be Inactive, deleted or mistyped, or this machine's clock wrong.",
)
NO_SUCH_PROFILE = Entry(
    "KS312",
    "No such profile",
    "the shared AWS files have no profile {profile}",
    "Check aws:profile and AWS_PROFILE, and the files that AWS_CONFIG_FILE, "
    "AWS_SHARED_CREDENTIALS_FILE, aws:sharedConfigFiles and aws:sharedCredentialsFiles name.",
)
ROLE_REFUSED = Entry(
    "KS313",
    "The role may not be assumed",
    "AWS does not hand out the role {role}: {message}",
    "Check the role's trust policy, the external id, and that the credentials that ask may call "
    "sts:AssumeRole on it.",
)
UNREADABLE_AWS_FILE = Entry(
    "KS314",
    "A shared AWS file that cannot be read",
    "{path} is no file in the format of the shared AWS files, or cannot be read",
    "Correct it, or name another one.",
)
UNREADABLE_CA_BUNDLE = Entry(
    "KS315",
    "No CA bundle",
    "{path} is no file with certificates in PEM format",
    "Correct aws:customCaBundle or AWS_CA_BUNDLE.",
)
ACCOUNT_NOT_ALLOWED = Entry(
    "KS316",
    "An account that this stack must not act in",
    "the credentials belong to account {caller_account}, and this stack's config {rule}",
    "Use credentials of another account, or correct aws:allowedAccountIds or "
    "aws:forbiddenAccountIds. IAM was asked nothing.",
)
CONFLICT = Entry(
    "KS310",
    "Somebody else is changing the user",
    "AWS answered {aws_code}: {message}",
    "Another change of this user is under way. Run again in a moment; it is safe.",
)
OTHER_REFUSAL = Entry(
    "KS311",
    "Another refusal of AWS",
    "AWS answered {aws_code} to {operation}: {message}",
    "Nothing is known to have been switched; preview again to see what is there.",
)

UNREACHABLE = Entry(
    "KS401",
    "AWS cannot be reached",
    "{endpoint} cannot be reached: {message}",
    "Check the network, the proxy and the endpoint, then run again; it is safe.",
)
NO_ANSWER = Entry(
    "KS402",
    "No answer from AWS",
    "{endpoint} did not answer {operation} in full: {message}",
    "Run again; it is safe, and looks first at what is there.",
)
UNREADABLE_ANSWER = Entry(
    "KS403",
    "Not an answer of AWS's",
    "what came back for {operation} is no answer of AWS's: {message}",
    "Something between here and AWS may have answered instead (a proxy, a login page). "
    "Reach AWS past it and run again; it is safe.",
)
NOT_SEEN = Entry(
    "KS404",
    "Switched, but not seen to be",
    "iam:UpdateAccessKey was answered without an error, but {seconds:g} s later the key is still "
    "seen as {observed}",
    "AWS may need longer, or something else switches it back. Run again; it is safe: it looks "
    "first and writes only if that is still needed.",
)
SDK_FAILED = Entry(
    "KS405",
    "The AWS SDK gave up before the call",
    "{operation} was not called: {message}",
    "Check the shared AWS files and the AWS_* variables of this environment.",
)
UNTRUSTED = Entry(
    "KS406",
    "An endpoint that is not trusted",
    "the certificate of {endpoint} is not one that is trusted here: {message}",
    "If something on the way answers with a certificate of its own (a proxy of your company), name its "
    "CA by aws:customCaBundle or AWS_CA_BUNDLE. Nothing was sent.",
)

UNREADABLE_STATE = Entry(
    "KS501",
    "The recorded state cannot be read",
    "the state recorded for this resource has no usable {property}",
    "Was it edited by hand? Restore it from the stack's history, or remove the resource with "
    "pulumi state delete and declare it again: keyswitch adopts the key as it is.",
)

_IN_AN_INCIDENT = 'In an incident, override="why" switches it off at once.'

OWN_KEY = Entry(
    "KS601",
    "The key that signs",
    "allow_own_key is not set, and this key signs this program's own calls or was used to assume "
    "the role that does",
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
    "{safeguard} cannot be judged: IAM does not tell when {key} was last used, which it does where "
    "iam:GetAccessKeyLastUsed is allowed",
    f"Allow that on resource *, or take the safeguard out. {_IN_AN_INCIDENT}",
)
QUARANTINE_NOT_TOLD = Entry(
    "KS609",
    "A safeguard cannot be judged: quarantine",
    "refuse_quarantined cannot be judged: iam:ListAttachedUserPolicies is not allowed on user "
    "{user_name}",
    "Allow it, or take that safeguard out.",
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
    "Take the override out once the incident is over.",
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

ALL: tuple[Entry, ...] = tuple(
    sorted(
        (value for value in list(globals().values()) if isinstance(value, Entry)),
        key=lambda entry: entry.code,
    )
)
