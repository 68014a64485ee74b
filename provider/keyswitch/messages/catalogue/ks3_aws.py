"""KS3..: about what AWS refused."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class Vanished(Message):
    code = "KS302"
    title = "Disappeared before the change"
    text = "the key was there a moment ago, but AWS now reports {what}"
    remedy = "Somebody deleted or moved the key in between. Preview again."
    what: object


class LimitExceeded(Message):
    code = "KS303"
    title = "AWS limit"
    text = "AWS answered LimitExceeded: {message}"
    remedy = (
        "Run again later: this account makes too many changes at the moment. No status was changed."
    )
    message: object


class ServiceFailure(Message):
    code = "KS304"
    title = "AWS service failure"
    text = "AWS could not process {operation} (tried {attempts})"
    remedy = "Run again later, which is safe. AWS's health page may say more."
    operation: object
    attempts: object


class InvalidInput(Message):
    code = "KS305"
    title = "Invalid request"
    text = "AWS rejected the request as invalid: {message}"
    remedy = "Check the access key id, the user name and the status."
    message: object


class Throttled(Message):
    code = "KS306"
    title = "Throttled"
    text = "AWS throttled {operation} (tried {attempts})"
    remedy = (
        "Run again later, which is safe. All callers of the account share its rate limit. To "
        "retry more often, raise aws:maxRetries. To make fewer calls at once, lower pulumi's "
        "--parallel; a fleet slows down by itself."
    )
    operation: object
    attempts: object


class CredentialsExpired(Message):
    code = "KS307"
    title = "Expired credentials"
    text = "the AWS credentials have expired: {message}"
    remedy = (
        "Log in again (aws sso login, or assume the role again). Then run again, which is safe."
    )
    message: object


class NoCredentials(Message):
    code = "KS308"
    title = "No credentials"
    text = "keyswitch found no AWS credentials: {message}"
    remedy = (
        "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws:profile in "
        "the stack config. pulumi refresh and pulumi destroy use the environment too."
    )
    message: object


class CredentialsRefused(Message):
    code = "KS309"
    title = "Rejected credentials"
    text = "AWS rejected the credentials: {message}"
    remedy = (
        "The key that signs may be Inactive or deleted, or its id or secret mistyped. Correct"
        " the credentials, or use others."
    )
    message: object


class Conflict(Message):
    code = "KS310"
    title = "Concurrent change"
    text = "AWS answered {aws_code}: {message}"
    remedy = "Another change of this user is in progress. Run again in a moment, which is safe."
    aws_code: object
    message: object


class OtherRefusal(Message):
    code = "KS311"
    title = "Other refusal by AWS"
    text = "AWS answered {aws_code} to {operation}: {message}"
    remedy = (
        "AWS's message says why. Remove the cause, and run the same command again. As far as keyswitch knows, the"
        " refused call changed no status."
    )
    aws_code: object
    operation: object
    message: object


class NoSuchProfile(Message):
    code = "KS312"
    title = "Profile not found"
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
    title = "Role refused"
    text = "AWS refused to assume the role {role}: {message}"
    remedy = (
        "Check the role's trust policy, the external id, and that the calling credentials may"
        " call sts:AssumeRole on the role. If AWS names an explicit deny, narrow that deny: "
        "an additional allow does not help."
    )
    role: object
    message: object


class UnreadableAwsFile(Message):
    code = "KS314"
    title = "Unreadable AWS file"
    text = "{path} cannot be read as a shared AWS file"
    remedy = "Correct the file, or name another one."
    path: object


class UnreadableCaBundle(Message):
    code = "KS315"
    title = "Unreadable CA bundle"
    text = "{path} is not a file with certificates in PEM format"
    remedy = "Correct aws:customCaBundle or AWS_CA_BUNDLE."
    path: object


class AccountNotAllowed(Message):
    code = "KS316"
    title = "Account not allowed"
    text = "the credentials{purpose} belong to account {caller_account}, and {rule}"
    remedy = (
        "Use credentials of another account, or correct {lists}. keyswitch sent no request to IAM."
    )
    purpose: object = ""
    caller_account: object
    rule: object
    lists: object


class SignerGone(Message):
    code = "KS322"
    title = "Signing key already deactivated"
    text = (
        "this run deactivated {signers}, which signed its calls, before {operation} could be "
        "called for this key"
    )
    remedy = (
        "Give Pulumi other credentials and run again. keyswitch looks at the live status first."
    )
    signers: object
    operation: object


class Clock(Message):
    code = "KS323"
    title = "Wrong clock"
    text = "AWS rejected the time at which {operation} was signed: {message}"
    remedy = (
        "Set the clock of this machine (date -u shows its time, NTP keeps it right). Then run"
        " again, which is safe. In a container, the clock is the host's."
    )
    operation: object
    message: object


class SessionRefused(Message):
    code = "KS324"
    title = "Rejected session token"
    text = "AWS rejected the session token that signed {operation}: {message}"
    remedy = (
        "A session of sts:GetSessionToken may call IAM only if it was created with MFA: "
        "create one with aws sts get-session-token --serial-number MFA-DEVICE --token-code "
        "CODE. A session of sts:GetFederationToken may not call IAM at all. Or use a role."
    )
    operation: object
    message: object


class NoSuchProgram(Message):
    code = "KS325"
    title = "credential_process not startable"
    text = (
        "credential_process of profile {profile} names the program {program}, which cannot be"
        " started: {problem}"
    )
    remedy = (
        "Install the program, or write its full path in the profile. Or name another profile "
        "with aws:profile or AWS_PROFILE."
    )
    profile: object
    program: object
    problem: object


class MetadataSilent(Message):
    code = "KS326"
    title = "Silent metadata server"
    text = (
        "{elsewhere}, and the metadata server of this machine, {endpoint}, does not answer in time"
    )
    remedy = (
        "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws:profile in "
        "the stack config. If this machine has a role, find out what blocks that server (in a"
        " container, often the hop limit). If this machine has none, run pulumi config set "
        "aws:skipMetadataApiCheck true to skip the wait."
    )
    elsewhere: object
    endpoint: object


class RoleNotAskedFor(Message):
    code = "KS327"
    title = "Invalid role request"
    text = "keyswitch could not ask AWS for the role {role}: {message}"
    remedy = (
        "Correct the role where it is configured: in a profile of the shared AWS files, in "
        "AWS_ROLE_ARN and AWS_ROLE_SESSION_NAME, or in aws:assumeRoles."
    )
    role: object
    message: object


class NotInOrganization(Message):
    code = "KS331"
    title = "No organization"
    text = "the account of these credentials belongs to no AWS organization"
    remedy = (
        "Use credentials of the organization's management account or of a delegated "
        "administrator. To look at this account alone, leave out --organization."
    )


class NoSuchParent(Message):
    code = "KS332"
    title = "Organizational unit not found"
    text = "this organization has no root or organizational unit {parent}"
    remedy = (
        "Check --ou, and which organization the credentials belong to: aws organizations "
        "list-roots and list-organizational-units-for-parent show the ids."
    )
    parent: object


NOT_ACCEPTED = (CredentialsRefused, SessionRefused)
"""AWS does not accept the credentials, whatever is asked."""
