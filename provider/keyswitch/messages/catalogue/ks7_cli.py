"""KS7..: about the command line."""

from __future__ import annotations

from keyswitch.messages.catalogue.ks3_aws import Denial
from keyswitch.messages.catalogue.message import Message


class UnreadablePreview(Message):
    code = "KS701"
    title = "Unreadable preview"
    text = "the input is not the output of pulumi preview --json: {problem}"
    remedy = (
        "Pass its whole standard output, and nothing else: pulumi preview --json "
        ">preview.json. Pulumi prints it even when the preview fails. If the file is empty, "
        "the preview never started; its standard error says why."
    )
    problem: object


class UnreadableStackConfig(Message):
    code = "KS702"
    title = "Unreadable stack config file"
    text = "{path} cannot be read as a stack's config: {problem}"
    remedy = (
        "Correct the file. If it is another one, name the stack's own, Pulumi.STACK.yaml, next to "
        "Pulumi.yaml."
    )
    path: object
    problem: object


class ScanInterrupted(Message):
    code = "KS703"
    title = "Interrupted scan"
    text = "the scan stopped early, with {seen} of {users} users looked at"
    remedy = "Run the same command again within an hour to continue from there."
    seen: object
    users: object


class UnknownCode(Message):
    code = "KS704"
    title = "Unknown code"
    text = "there is no code {unknown_code}"
    remedy = "{suggestion}Run keyswitch explain --all for a list."
    unknown_code: object
    suggestion: object = ""


class UnreadableExport(Message):
    code = "KS705"
    title = "Unreadable state export"
    text = "the input is not the output of pulumi stack export: {problem}"
    remedy = (
        "Pass its whole output: pulumi stack export >state.json. Leave out --show-secrets, "
        "which keyswitch does not need."
    )
    problem: object


class EncryptedSetting(Message):
    code = "KS706"
    title = "Encrypted setting"
    text = "{key} in {path} is encrypted, and keyswitch decrypts nothing"
    remedy = (
        "Authenticate in another way: set the aws: settings in the environment instead of "
        "--stack-config, or pass --profile."
    )
    key: object
    path: object


class NotWritten(Message):
    code = "KS707"
    title = "File not written"
    text = "{path} could not be written: {problem}"
    remedy = "The file is unchanged. Check the folder and its permissions, and run again."
    path: object
    problem: object


class ExportFailed(Message):
    code = "KS708"
    title = "Stack export failed"
    text = "pulumi stack export --stack {stack} failed: {problem}"
    remedy = "Run the command by hand and correct what it reports. Or pass its output with --state."
    stack: object
    problem: object


class NoSuchUser(Message):
    code = "KS709"
    title = "User not found"
    text = "user {user_name} does not exist in account {account}"
    remedy = "Check --user, and which account the credentials belong to."
    user_name: object
    account: object


class OfAnotherAccount(Message):
    code = "KS710"
    title = "Entries of another account"
    text = (
        "keyswitch:defaults puts every entry of {path} without an account of its own into "
        "account {account}, but this scan is of the stack's own account"
    )
    remedy = (
        "Scan that account with --account {account}, or remove account from keyswitch:defaults."
    )
    path: object
    account: object


class EnvironmentNotSeen(Message):
    code = "KS711"
    title = "Unopened ESC environment"
    text = (
        "{path} imports the environment {environments}, which keyswitch does not open; aws: "
        "settings and register entries in there are missing"
    )
    remedy = (
        "Run the command inside the environment, pulumi env run NAME -- keyswitch ..., and "
        "audit with --stack."
    )
    path: object
    environments: object


class NoPlaceForEntries(Message):
    code = "KS712"
    title = "No place for register entries"
    text = "no entry can be added to {register} in {path}: {problem}"
    remedy = (
        "The file is unchanged. Write the register as a map with lines of its own in the "
        "stack's file. Then run again."
    )
    register: object
    path: object
    problem: object


class EncryptedRegister(Message):
    code = "KS713"
    title = "Encrypted register"
    text = "{register} in {path} is encrypted, at least in part, and keyswitch decrypts nothing"
    remedy = (
        "Audit with --stack, against the state. Ids, user names and statuses are not secrets "
        "and may stand in plain text."
    )
    register: object
    path: object


class ReportThroughLink(Message):
    code = "KS714"
    title = "Report through a symbolic link"
    text = "{path} is a symbolic link, and keyswitch does not write reports through links"
    remedy = "Nothing was changed. Name the file itself with --output, or remove the link."
    why = "Whoever creates a link decides which file is overwritten."
    path: object


class NoAccountId(Message):
    code = "KS715"
    title = "Not an account id"
    text = (
        "sts:GetCallerIdentity returned an account id without twelve digits, so the answer "
        "did not come from AWS"
    )
    remedy = (
        "Check the endpoint, and any proxy on the way to AWS. For an endpoint without account"
        " ids, set aws:skipRequestingAccountId in the file of --stack-config."
    )


class CredentialReportNotReady(Message):
    code = "KS730"
    title = "Credential report not ready"
    text = "AWS was still at work on the account's credential report after a minute"
    remedy = "Run the command again in a few minutes, or without --credential-report."


class CredentialReportNotUsed(Message):
    code = "KS731"
    title = "Credential report not used"
    text = "the account's credential report is not used: {problem}"
    remedy = "The keys of every user are listed instead, which takes one call for each user."
    problem: object


class StaleCredentialReport(Message):
    code = "KS732"
    title = "Credential report too old"
    text = "AWS answered with a credential report of {date}, more than four hours ago"
    remedy = "Run the command again in a few minutes, or without --credential-report."
    date: object


class UnreadableExceptions(Message):
    code = "KS733"
    title = "Unreadable exceptions"
    text = "the exceptions in {path} cannot be read: {problem}"
    remedy = (
        "Correct the entry. Each has one of key, user and path, then control, reason, approvedBy and "
        "until, such as 2027-01-31."
    )
    path: object
    problem: object


class LookupDenied(Denial):
    code = "KS740"
    title = "Event history denied"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "Allow {operation} on the resource *, which cannot be narrowed. If only some regions are denied, ask "
        "the others with --region."
    )


class LookupRefused(Message):
    code = "KS741"
    title = "Event history refused"
    text = "AWS answered {aws_code} to {operation}: {message}"
    remedy = (
        "Run the command again. If AWS refuses the time range, compare the clock of this machine (date -u) with "
        "the time, or ask for a shorter range with --since."
    )
    aws_code: object
    operation: object
    message: object


class RegionRefused(Message):
    code = "KS742"
    title = "Credentials refused in a region"
    text = "AWS does not accept the credentials in {region}: {message}"
    remedy = (
        "If the credentials work in other regions, this account has probably not enabled {region}: leave the "
        "region out. A session token can also be valid in some regions only: use other credentials then."
    )
    region: object
    message: object


class RegionsNotAsked(Message):
    code = "KS743"
    title = "Regions that could not be asked"
    text = (
        "CloudTrail could not be asked, or not to the end, in {regions}, so not all that was done there "
        "is counted"
    )
    remedy = "Correct what the output says about each region. Then run the command again."
    regions: object


class LookupInterrupted(Message):
    code = "KS744"
    title = "Interrupted lookup"
    text = "the lookup was interrupted, so the output has only the events that had arrived by then"
    remedy = (
        "Run the command again. To be done sooner, use a shorter --since, or fewer --max-events."
    )


class EndsNotTold(Message):
    code = "KS745"
    title = "Ends that are secrets"
    text = "{source} keeps secret until when the keys of {names} are declared Active, so they are not listed"
    remedy = "Write active_until in plain text in the program, and run pulumi up. Until then, look up these ends there."
    why = "A list that leaves out a key would look complete to its reader."
    source: object
    names: object


class NoAccountSelected(Message):
    code = "KS760"
    title = "No account selected"
    text = "{problem}, so no account was looked at"
    remedy = (
        "Check --ou and --account-filter. A filter matches the whole id or name of an "
        "account, such as '*-prod', and ! in front of a pattern leaves accounts out."
    )
    problem: object


class OrganizationScanInterrupted(Message):
    code = "KS761"
    title = "Interrupted scan of an organization"
    text = "the scan stopped early, with {seen} of {accounts} accounts looked at"
    remedy = "Run the same command again within an hour to continue from there."
    seen: object
    accounts: object


class AccountsNotRead(Message):
    code = "KS762"
    title = "Accounts not read"
    text = "{failed} of {accounts} accounts could not be read, and their keys are missing: {ids}"
    remedy = (
        "Correct what the error of each account says. Then run the same command again: within "
        "an hour keyswitch asks only these accounts again."
    )
    why = "A list without the keys of an account would look complete to its reader."
    failed: object
    accounts: object
    ids: object


class AccountNotActive(Message):
    code = "KS763"
    title = "Account not active"
    text = "AWS reports the state {state} for this account, so keyswitch did not look at its keys"
    remedy = (
        "Nothing needs to be done while the account stays closed. If it becomes active again, "
        "run the command again."
    )
    state: object


class StatusNotKnown(Message):
    code = "KS770"
    title = "Status of a leaked key not known"
    text = "IAM did not say the status of access key {access_key_id}"
    remedy = (
        "Treat the key as Active. Run the command that the output shows first, with credentials of the key's "
        "account."
    )
    access_key_id: object


class NotSeenInactive(Message):
    code = "KS771"
    title = "Key not seen Inactive"
    text = "IAM did not show access key {access_key_id} Inactive within {timeout}: {problem}"
    remedy = (
        "Deactivate the key with the command that the output shows first. Then run this command again with "
        "--watch."
    )
    access_key_id: object
    timeout: object
    problem: object


class WatchEnded(Message):
    code = "KS772"
    title = "Watch ended"
    text = "IAM cannot be asked for the status of access key {access_key_id} any more: {problem}"
    remedy = (
        "Run this command again with other credentials. If this key signed the calls, AWS may refuse them because "
        "the key is Inactive now."
    )
    access_key_id: object
    problem: object


class EditNotConfirmed(Message):
    code = "KS773"
    title = "Edit not confirmed"
    text = "the edit of {path} was not confirmed, because nobody answered"
    remedy = "The file is unchanged. Run the command again with --yes, or on a terminal."
    path: object


class ChangedMeanwhile(Message):
    code = "KS774"
    title = "File changed meanwhile"
    text = "somebody changed {path} after the edit was shown"
    remedy = (
        "The file is as they left it. Run the command again, which shows the edit of the new file."
    )
    path: object


class EntryNotEdited(Message):
    code = "KS775"
    title = "Register not edited"
    text = "the register in {path} was not edited: {problem}"
    remedy = (
        "The file is unchanged. Edit the entry by hand: status: Inactive, override with the reason, and neither "
        "activeUntil nor warnBefore."
    )
    path: object
    problem: object


class NoForge(Message):
    code = "KS780"
    title = "No place for the comment"
    text = "the environment does not say where to write the comment: {problem}"
    remedy = (
        "Run the command in GitHub Actions, with GITHUB_TOKEN in the step's environment, or in "
        "GitLab CI, with a token in COMMENT_TOKEN. Outside a pull request, name one with "
        "--pull-request or an issue with --issue."
    )
    problem: object


class CommentRefused(Message):
    code = "KS781"
    title = "Comment refused"
    text = "{forge} answered {method} {path} with {answer}"
    remedy = (
        "On 401, 403 and 404, give the token the right to write comments: on GitHub "
        "pull-requests: write (issues: write for an issue), on GitLab the scope api and the role "
        "Reporter. On 422, shorten the text: GitHub takes 65,536 characters."
    )
    forge: object
    answer: object
    method: object
    path: object


class ForgeUnreachable(Message):
    code = "KS782"
    title = "Comment not delivered"
    text = "{forge} at {host} was asked {attempts} and did not take the comment: {problem}"
    remedy = (
        "Run the job again. If that fails too, check the status page of the forge, and the proxy "
        "and certificates of the runner."
    )
    forge: object
    host: object
    attempts: object
    problem: object


class NoComment(Message):
    code = "KS783"
    title = "Text without a marker"
    text = "the last line of the text is not the hidden marker of a keyswitch comment"
    remedy = "Pass the whole output of keyswitch digest, or of keyswitch due --format markdown."
    why = "By the marker the next run finds its comment, and edits that one instead of adding another."
