"""KS3..: about what AWS refused."""

from __future__ import annotations

from keyswitch.messages.catalogue.entry import Entry

ACCESS_DENIED = Entry(
    "KS301",
    "Not allowed",
    "{principal} may not call {operation} on {resource}: {reason}",
    "Allow {operation} on that resource, and check the user name: AWS also answers so for a user "
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
    "Check the access key id, the user name and the status.",
)
THROTTLED = Entry(
    "KS306",
    "Throttled",
    "AWS throttled {operation}, {attempts}",
    "Run again later; it is safe. All callers of the account share its rate. More tries of each call: aws:maxRetries. "
    "Fewer calls at once: pulumi's --parallel, but for a fleet, which slows down by itself.",
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
    "The signing key may be Inactive or deleted, or its id or its secret mistyped. Correct the credentials, or "
    "sign with others.",
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
NO_SUCH_PROFILE = Entry(
    "KS312",
    "No such profile",
    "the shared AWS files have no profile {profile}",
    "{suggestion}Check aws:profile and AWS_PROFILE, and the files that AWS_CONFIG_FILE, "
    "AWS_SHARED_CREDENTIALS_FILE, aws:sharedConfigFiles and aws:sharedCredentialsFiles name.",
)
ROLE_REFUSED = Entry(
    "KS313",
    "The role may not be assumed",
    "AWS does not hand out the role {role}: {message}",
    "Check the role's trust policy, the external id, and that the credentials that ask may call "
    "sts:AssumeRole on it. If AWS names an explicit deny, narrow that deny: allowing does not help.",
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
    "the credentials{purpose} belong to account {caller_account}, and {rule}",
    "Use credentials of another account, or correct {lists}. IAM was asked nothing.",
)
EXPLICIT_DENY = Entry(
    "KS317",
    "Explicitly denied",
    "{principal} may not call {operation} on {resource}: {reason}",
    "Allowing {operation} does not help: a deny goes before every allow. Find the deny in the policies of this "
    "caller and of its groups, and narrow the deny; or run as a caller whom the deny does not concern. AWS's "
    "quarantine of a leaked key (AWSCompromisedKeyQuarantine) denies so too.",
)
BOUNDARY_DENIES = Entry(
    "KS318",
    "Kept back by a permissions boundary",
    "{principal} may not call {operation} on {resource}: {reason}",
    "Change the permissions boundary of this caller: narrow its deny, if AWS names one; else allow {operation} "
    "in the boundary. A policy of the caller does not help.",
)
ORGANIZATION_DENIES = Entry(
    "KS319",
    "Kept back by the organization",
    "{principal} may not call {operation} on {resource}: {reason}",
    "Ask whoever keeps the policies of your AWS organization to exempt this caller, or run as a caller whom that "
    "policy does not concern. A policy in this account does not help.",
)
SESSION_DENIES = Entry(
    "KS320",
    "Kept back by a session policy",
    "{principal} may not call {operation} on {resource}: {reason}",
    "The session was made with a policy that narrows its role. Correct that policy where the session is made "
    "(policy and policyArns of aws:assumeRoles): narrow its deny, if AWS names one; else allow {operation} in it. "
    "A policy of the role does not help.",
)
RESOURCE_DENIES = Entry(
    "KS321",
    "Kept back by a policy of the resource, or of the way there",
    "{principal} may not call {operation} on {resource}: {reason}",
    "Correct the policy that AWS names, of the resource or of the VPC endpoint: narrow its deny, or allow "
    "{operation} in it. A policy of the caller does not help.",
)
DENIALS = (
    ACCESS_DENIED,
    EXPLICIT_DENY,
    BOUNDARY_DENIES,
    ORGANIZATION_DENIES,
    SESSION_DENIES,
    RESOURCE_DENIES,
)
"""A permission is missing, each for another reason."""
CLOCK = Entry(
    "KS323",
    "The clock of this machine",
    "AWS does not accept the time at which {operation} was signed: {message}",
    "Set this machine's clock right (date -u shows its time, NTP keeps it right), then run again; it is safe. In a "
    "container the clock is the host's.",
)
SESSION_REFUSED = Entry(
    "KS324",
    "A session that IAM does not accept",
    "AWS does not accept the session token that signs {operation}: {message}",
    "A session of sts:GetSessionToken may call IAM only if it was made with MFA: make a new one by aws sts "
    "get-session-token --serial-number MFA-DEVICE --token-code CODE. A session of sts:GetFederationToken may not "
    "call IAM at all. Or sign with a role.",
)
NO_SUCH_PROGRAM = Entry(
    "KS325",
    "A credential_process that cannot be started",
    "credential_process of profile {profile} names the program {program}, which cannot be started: {problem}",
    "Install that program, or write its whole path in the profile. Or name another profile by aws:profile or "
    "AWS_PROFILE.",
)
METADATA_SILENT = Entry(
    "KS326",
    "A metadata server that does not answer",
    "{elsewhere}, and the metadata server of this machine, {endpoint}, does not answer in time",
    "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws:profile in the stack config. If this "
    "machine has a role, find out what keeps that server from answering (in a container often its hop limit); if "
    "not, pulumi config set aws:skipMetadataApiCheck true saves the wait.",
)
ROLE_NOT_ASKED_FOR = Entry(
    "KS327",
    "A role that cannot be asked for",
    "AWS was not asked for the role {role}: {message}",
    "Correct the role where it is described: in a profile of the shared AWS files, in AWS_ROLE_ARN and "
    "AWS_ROLE_SESSION_NAME, or in aws:assumeRoles.",
)
NOT_ACCEPTED = (CREDENTIALS_REFUSED, SESSION_REFUSED)
"""Whoever signs is not accepted, whatever is asked."""
SIGNER_GONE = Entry(
    "KS322",
    "The signing key is off already",
    "this run deactivated {signers}, which signed its calls, before {operation} could be called for this key",
    "Give Pulumi other credentials and run again; keyswitch looks first at what is there.",
)
