"""KS7..: about the command line."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class UnreadablePreview(Message):
    code = "KS701"
    title = "No preview to digest"
    text = "this is not what pulumi preview --json prints: {problem}"
    remedy = (
        "Give the whole of its standard output, and nothing else: pulumi preview --json "
        ">preview.json. It is printed also when the preview fails; an empty one means that "
        "the preview never began, and its standard error says why."
    )

    problem: object


class UnreadableStackConfig(Message):
    code = "KS702"
    title = "The stack's config file cannot be read"
    text = "{path} cannot be read as a stack's config: {problem}"
    remedy = "Name the stack's own file, Pulumi.STACK.yaml, beside Pulumi.yaml."

    path: object
    problem: object


class WalkEnded(Message):
    code = "KS703"
    title = "The walk ended early"
    text = "{seen} of {users} users were looked at, and what was seen is kept"
    remedy = "Run the same command again within an hour: it goes on from there."

    seen: object
    users: object


class UnknownCode(Message):
    code = "KS704"
    title = "No such code"
    text = "{unknown_code} is none of keyswitch's codes"
    remedy = "{suggestion}keyswitch explain --all lists them."

    unknown_code: object
    suggestion: object = ""


class UnreadableExport(Message):
    code = "KS705"
    title = "No state to audit against"
    text = "this is not what pulumi stack export prints: {problem}"
    remedy = (
        "Give the whole of its output: pulumi stack export >state.json. Without "
        "--show-secrets, which keyswitch has no use for."
    )

    problem: object


class EncryptedSetting(Message):
    code = "KS706"
    title = "An encrypted setting"
    text = "{key} in {path} is encrypted, and keyswitch asks for no passphrase"
    remedy = (
        "Sign otherwise: take the aws: settings from the environment instead of "
        "--stack-config, or name a --profile."
    )

    key: object
    path: object


class NotWritten(Message):
    code = "KS707"
    title = "Not written"
    text = "{path} could not be written: {problem}"
    remedy = "Nothing of it was changed. Check the folder and its permissions, and run again."

    path: object
    problem: object


class ExportFailed(Message):
    code = "KS708"
    title = "The stack's state cannot be had"
    text = "pulumi stack export --stack {stack} failed: {problem}"
    remedy = "Run it by hand; once it works, so does this. Or give its output with --state."

    stack: object
    problem: object


class NoSuchUser(Message):
    code = "KS709"
    title = "No such user"
    text = "there is no user {user_name} in account {account}"
    remedy = "Check --user and the account that the credentials belong to."

    user_name: object
    account: object


class OfAnotherAccount(Message):
    code = "KS710"
    title = "Entries of another account"
    text = (
        "keyswitch:defaults puts each entry of {path} that names no account into account "
        "{account}, and this walk is of the stack's own account"
    )
    remedy = (
        "Walk that account, with --account {account}; or take account out of keyswitch:defaults."
    )

    path: object
    account: object


class EnvironmentNotSeen(Message):
    code = "KS711"
    title = "An ESC environment is not seen"
    text = (
        "{path} imports the environment {environments}, which keyswitch does not open: aws: "
        "settings and entries of the register that stand there are not seen"
    )
    remedy = (
        "Run the command inside of it, pulumi env run NAME -- keyswitch ..., and audit with "
        "--stack."
    )

    path: object
    environments: object


class NoPlaceForEntries(Message):
    code = "KS712"
    title = "No entry can be added to the register"
    text = "no entry can be added to {register} in {path}: {problem}"
    remedy = (
        "Nothing of it was changed. Write the register as a map in lines of its own in the "
        "stack's file, then run again."
    )

    register: object
    path: object
    problem: object


class EncryptedRegister(Message):
    code = "KS713"
    title = "An encrypted register"
    text = (
        "{register} in {path} is encrypted, or part of it is, and keyswitch asks for no passphrase"
    )
    remedy = (
        "Audit with --stack, against the state. Ids, users and statuses are no secrets, and "
        "may stand in plain text."
    )

    register: object
    path: object


class ReportThroughLink(Message):
    code = "KS714"
    title = "A report is not written through a link"
    text = "{path} is a symbolic link, and whoever made a link chooses which file is overwritten"
    remedy = "Nothing was changed. Name the file itself with --output, or remove the link."

    path: object


class NoAccountId(Message):
    code = "KS715"
    title = "Not an account id"
    text = (
        "sts:GetCallerIdentity answered with an account id that is not twelve digits, so that"
        " the answer did not come from AWS"
    )
    remedy = (
        "Check the endpoint, and any proxy on the way to AWS. To use an endpoint that has no "
        "account ids, set aws:skipRequestingAccountId in the file of --stack-config."
    )
