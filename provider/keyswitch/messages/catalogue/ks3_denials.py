"""KS3..: about a permission that is missing, each for another reason."""

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
    title = "Access denied"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "Allow {operation} on that resource. Check the user name too: AWS gives the same "
        "answer for a user that does not exist."
    )


class ExplicitDeny(Denial):
    code = "KS317"
    title = "Explicit deny"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "Find the deny in the policies of this caller and its groups, and narrow it; or use a"
        " caller that the deny does not cover. An additional allow does not help. AWS's "
        "quarantine of a leaked key (AWSCompromisedKeyQuarantine) denies in this way too."
    )


class BoundaryDenies(Denial):
    code = "KS318"
    title = "Denied by a permissions boundary"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "Change the permissions boundary of this caller: narrow its deny if AWS names one, "
        "else allow {operation} in the boundary. A policy of the caller does not help."
    )


class OrganizationDenies(Denial):
    code = "KS319"
    title = "Denied by the organization"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "Ask whoever manages the policies of your AWS organization to exempt this caller, or "
        "use a caller that the policy does not cover. A policy in this account does not help."
    )


class SessionDenies(Denial):
    code = "KS320"
    title = "Denied by a session policy"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "The session was created with a policy that narrows its role. Correct that policy "
        "where the session is created (policy and policyArns of aws:assumeRoles): narrow its "
        "deny if AWS names one, else allow {operation} in it. A policy of the role does not "
        "help."
    )


class ResourceDenies(Denial):
    code = "KS321"
    title = "Denied by a resource or endpoint policy"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "Correct the policy that AWS names, of the resource or of the VPC endpoint: narrow "
        "its deny, or allow {operation} in it. A policy of the caller does not help."
    )


class OrganizationNotReadable(Denial):
    code = "KS330"
    title = "Organization not readable"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "Use credentials of the organization's management account or of a delegated "
        "administrator, and allow {operation} there. Other member accounts cannot list the "
        "accounts of an organization."
    )
