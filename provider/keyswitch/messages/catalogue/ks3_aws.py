"""KS3..: about what AWS refused."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class Denial(Message):
    """A permission is missing, each for another reason."""

    principal: object
    operation: object
    resource: object
    reason: object


class AccessDenied(Denial):
    code = "KS301"
    title = "Not allowed"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "Allow {operation} on that resource, and check the user name: AWS also answers so for"
        " a user that does not exist."
    )


class Vanished(Message):
    code = "KS302"
    title = "Gone between look and write"
    text = "the key was there a moment ago and AWS now finds {what}"
    remedy = "Somebody deleted or moved it meanwhile. Preview again."

    what: object


class LimitExceeded(Message):
    code = "KS303"
    title = "AWS's limit"
    text = "AWS answered LimitExceeded: {message}"
    remedy = (
        "Too many changes for this account for the moment; run again later. Nothing was switched."
    )

    message: object


class ServiceFailure(Message):
    code = "KS304"
    title = "AWS's own failure"
    text = "AWS failed to process {operation}, {attempts}"
    remedy = "Run again later; it is safe. AWS's health page says more."

    operation: object
    attempts: object


class InvalidInput(Message):
    code = "KS305"
    title = "AWS finds the request invalid"
    text = "AWS refused the request as invalid: {message}"
    remedy = "Check the access key id, the user name and the status."

    message: object


class Throttled(Message):
    code = "KS306"
    title = "Throttled"
    text = "AWS throttled {operation}, {attempts}"
    remedy = (
        "Run again later; it is safe. All callers of the account share its rate. More tries "
        "of each call: aws:maxRetries. Fewer calls at once: pulumi's --parallel, but for a "
        "fleet, which slows down by itself."
    )

    operation: object
    attempts: object


class CredentialsExpired(Message):
    code = "KS307"
    title = "Credentials expired"
    text = "the AWS credentials have expired: {message}"
    remedy = "Log in again (aws sso login, or a new assumed role), then run again; it is safe."

    message: object


class NoCredentials(Message):
    code = "KS308"
    title = "No credentials"
    text = "there are no AWS credentials: {message}"
    remedy = (
        "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws:profile in "
        "the stack config; pulumi refresh and destroy take them from the environment too."
    )

    message: object


class CredentialsRefused(Message):
    code = "KS309"
    title = "Credentials not accepted"
    text = "AWS does not accept the credentials: {message}"
    remedy = (
        "The signing key may be Inactive or deleted, or its id or its secret mistyped. "
        "Correct the credentials, or sign with others."
    )

    message: object


class Conflict(Message):
    code = "KS310"
    title = "Somebody else is changing the user"
    text = "AWS answered {aws_code}: {message}"
    remedy = "Another change of this user is under way. Run again in a moment; it is safe."

    aws_code: object
    message: object


class OtherRefusal(Message):
    code = "KS311"
    title = "Another refusal of AWS"
    text = "AWS answered {aws_code} to {operation}: {message}"
    remedy = "Nothing is known to have been switched; preview again to see what is there."

    aws_code: object
    operation: object
    message: object


class NoSuchProfile(Message):
    code = "KS312"
    title = "No such profile"
    text = "the shared AWS files have no profile {profile}"
    remedy = (
        "{suggestion}Check aws:profile and AWS_PROFILE, and the files that AWS_CONFIG_FILE, "
        "AWS_SHARED_CREDENTIALS_FILE, aws:sharedConfigFiles and aws:sharedCredentialsFiles "
        "name."
    )

    profile: object
    suggestion: object = ""


class RoleRefused(Message):
    code = "KS313"
    title = "The role may not be assumed"
    text = "AWS does not hand out the role {role}: {message}"
    remedy = (
        "Check the role's trust policy, the external id, and that the credentials that ask "
        "may call sts:AssumeRole on it. If AWS names an explicit deny, narrow that deny: "
        "allowing does not help."
    )

    role: object
    message: object


class UnreadableAwsFile(Message):
    code = "KS314"
    title = "A shared AWS file that cannot be read"
    text = "{path} is no file in the format of the shared AWS files, or cannot be read"
    remedy = "Correct it, or name another one."

    path: object


class UnreadableCaBundle(Message):
    code = "KS315"
    title = "No CA bundle"
    text = "{path} is no file with certificates in PEM format"
    remedy = "Correct aws:customCaBundle or AWS_CA_BUNDLE."

    path: object


class AccountNotAllowed(Message):
    code = "KS316"
    title = "An account that this stack must not act in"
    text = "the credentials{purpose} belong to account {caller_account}, and {rule}"
    remedy = "Use credentials of another account, or correct {lists}. IAM was asked nothing."

    purpose: object = ""
    caller_account: object
    rule: object
    lists: object


class ExplicitDeny(Denial):
    code = "KS317"
    title = "Explicitly denied"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "Allowing {operation} does not help: a deny goes before every allow. Find the deny in"
        " the policies of this caller and of its groups, and narrow the deny; or run as a "
        "caller whom the deny does not concern. AWS's quarantine of a leaked key "
        "(AWSCompromisedKeyQuarantine) denies so too."
    )


class BoundaryDenies(Denial):
    code = "KS318"
    title = "Kept back by a permissions boundary"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "Change the permissions boundary of this caller: narrow its deny, if AWS names one; "
        "else allow {operation} in the boundary. A policy of the caller does not help."
    )


class OrganizationDenies(Denial):
    code = "KS319"
    title = "Kept back by the organization"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "Ask whoever keeps the policies of your AWS organization to exempt this caller, or "
        "run as a caller whom that policy does not concern. A policy in this account does not"
        " help."
    )


class SessionDenies(Denial):
    code = "KS320"
    title = "Kept back by a session policy"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "The session was made with a policy that narrows its role. Correct that policy where "
        "the session is made (policy and policyArns of aws:assumeRoles): narrow its deny, if "
        "AWS names one; else allow {operation} in it. A policy of the role does not help."
    )


class ResourceDenies(Denial):
    code = "KS321"
    title = "Kept back by a policy of the resource, or of the way there"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "Correct the policy that AWS names, of the resource or of the VPC endpoint: narrow "
        "its deny, or allow {operation} in it. A policy of the caller does not help."
    )


class SignerGone(Message):
    code = "KS322"
    title = "The signing key is off already"
    text = (
        "this run deactivated {signers}, which signed its calls, before {operation} could be "
        "called for this key"
    )
    remedy = "Give Pulumi other credentials and run again; keyswitch looks first at what is there."

    signers: object
    operation: object


class Clock(Message):
    code = "KS323"
    title = "The clock of this machine"
    text = "AWS does not accept the time at which {operation} was signed: {message}"
    remedy = (
        "Set this machine's clock right (date -u shows its time, NTP keeps it right), then "
        "run again; it is safe. In a container the clock is the host's."
    )

    operation: object
    message: object


class SessionRefused(Message):
    code = "KS324"
    title = "A session that IAM does not accept"
    text = "AWS does not accept the session token that signs {operation}: {message}"
    remedy = (
        "A session of sts:GetSessionToken may call IAM only if it was made with MFA: make a "
        "new one by aws sts get-session-token --serial-number MFA-DEVICE --token-code CODE. A"
        " session of sts:GetFederationToken may not call IAM at all. Or sign with a role."
    )

    operation: object
    message: object


class NoSuchProgram(Message):
    code = "KS325"
    title = "A credential_process that cannot be started"
    text = (
        "credential_process of profile {profile} names the program {program}, which cannot be"
        " started: {problem}"
    )
    remedy = (
        "Install that program, or write its whole path in the profile. Or name another "
        "profile by aws:profile or AWS_PROFILE."
    )

    profile: object
    program: object
    problem: object


class MetadataSilent(Message):
    code = "KS326"
    title = "A metadata server that does not answer"
    text = (
        "{elsewhere}, and the metadata server of this machine, {endpoint}, does not answer in time"
    )
    remedy = (
        "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws:profile in "
        "the stack config. If this machine has a role, find out what keeps that server from "
        "answering (in a container often its hop limit); if not, pulumi config set "
        "aws:skipMetadataApiCheck true saves the wait."
    )

    elsewhere: object
    endpoint: object


class RoleNotAskedFor(Message):
    code = "KS327"
    title = "A role that cannot be asked for"
    text = "AWS was not asked for the role {role}: {message}"
    remedy = (
        "Correct the role where it is described: in a profile of the shared AWS files, in "
        "AWS_ROLE_ARN and AWS_ROLE_SESSION_NAME, or in aws:assumeRoles."
    )

    role: object
    message: object


NOT_ACCEPTED = (CredentialsRefused, SessionRefused)
"""Whoever signs is not accepted, whatever is asked."""
