"""KS7..: about the command line."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class UnreadablePreview(Message):
    code = "KS701"
    title = "Unreadable preview"
    text = "the input is not the output of pulumi preview --json: {problem}"
    remedy = (
        "Pass its whole standard output, and nothing else: pulumi preview --json "
        ">preview.json. Pulumi prints it even when the preview fails."
    )
    problem: object


class UnreadableStackConfig(Message):
    code = "KS702"
    title = "Unreadable stack config file"
    text = "{path} cannot be read as a config file of Pulumi: {problem}"
    remedy = (
        "Correct the file. If you named the wrong file, name the stack's own, Pulumi.STACK.yaml, next to "
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


class NoPreview(Message):
    code = "KS717"
    title = "No preview"
    text = "pulumi preview --json printed nothing, so the preview did not start"
    remedy = (
        "Its standard error says why; in a pipeline, the log of the job that previews. Correct that, and run the "
        "preview again."
    )


class ProblemsInFiles(Message):
    code = "KS716"
    title = "Summary of a check"
    text = "the check found {count}"
    remedy = (
        "Correct each, and run keyswitch check again. Until then the program of a register with a problem "
        "changes nothing, and keyswitch audit fails where the exceptions have one."
    )
    count: object


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
