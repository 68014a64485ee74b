"""KS7..: about the command line."""

from __future__ import annotations

from keyswitch.messages.catalogue.entry import Entry

UNREADABLE_PREVIEW = Entry(
    "KS701",
    "No preview to digest",
    "this is not what pulumi preview --json prints: {problem}",
    "Give the whole of its standard output, and nothing else: pulumi preview --json >preview.json. It is "
    "printed also when the preview fails; an empty one means that the preview never began, and its "
    "standard error says why.",
)
UNREADABLE_STACK_CONFIG = Entry(
    "KS702",
    "The stack's config file cannot be read",
    "{path} cannot be read as a stack's config: {problem}",
    "Name the stack's own file, Pulumi.STACK.yaml, beside Pulumi.yaml.",
)
WALK_ENDED = Entry(
    "KS703",
    "The walk ended early",
    "{seen} of {users} users were looked at, and what was seen is kept",
    "Run the same command again within an hour: it goes on from there.",
)
UNKNOWN_CODE = Entry(
    "KS704",
    "No such code",
    "{code} is none of keyswitch's codes",
    "{suggestion}keyswitch explain --all lists them.",
)
UNREADABLE_EXPORT = Entry(
    "KS705",
    "No state to audit against",
    "this is not what pulumi stack export prints: {problem}",
    "Give the whole of its output: pulumi stack export >state.json. Without --show-secrets, which keyswitch "
    "has no use for.",
)
ENCRYPTED_SETTING = Entry(
    "KS706",
    "An encrypted setting",
    "{key} in {path} is encrypted, and keyswitch asks for no passphrase",
    "Sign otherwise: take the aws: settings from the environment instead of --stack-config, or name "
    "a --profile.",
)
NOT_WRITTEN = Entry(
    "KS707",
    "Not written",
    "{path} could not be written: {problem}",
    "Nothing of it was changed. Check the folder and its permissions, and run again.",
)
EXPORT_FAILED = Entry(
    "KS708",
    "The stack's state cannot be had",
    "pulumi stack export --stack {stack} failed: {problem}",
    "Run it by hand; once it works, so does this. Or give its output with --state.",
)
OF_ANOTHER_ACCOUNT = Entry(
    "KS710",
    "Entries of another account",
    "keyswitch:defaults puts each entry of {path} that names no account into account {account}, and this "
    "walk is of the stack's own account",
    "Walk that account, with --account {account}; or take account out of keyswitch:defaults.",
)
ENVIRONMENT_NOT_SEEN = Entry(
    "KS711",
    "An ESC environment is not seen",
    "{path} imports the environment {environments}, which keyswitch does not open: aws: settings and entries "
    "of the register that stand there are not seen",
    "Run the command inside of it, pulumi env run NAME -- keyswitch ..., and audit with --stack.",
)
NO_PLACE_FOR_ENTRIES = Entry(
    "KS712",
    "No entry can be added to the register",
    "no entry can be added to {register} in {path}: {problem}",
    "Nothing of it was changed. Write the register as a map in lines of its own in the stack's file, then "
    "run again.",
)
ENCRYPTED_REGISTER = Entry(
    "KS713",
    "An encrypted register",
    "{register} in {path} is encrypted, or part of it is, and keyswitch asks for no passphrase",
    "Audit with --stack, against the state. Ids, users and statuses are no secrets, and may stand in plain text.",
)
NO_SUCH_USER = Entry(
    "KS709",
    "No such user",
    "there is no user {user_name} in account {account}",
    "Check --user and the account that the credentials belong to.",
)
REPORT_THROUGH_LINK = Entry(
    "KS714",
    "A report is not written through a link",
    "{path} is a symbolic link, and whoever made a link chooses which file is overwritten",
    "Nothing was changed. Name the file itself with --output, or remove the link.",
)
NO_ACCOUNT_ID = Entry(
    "KS715",
    "Not an account id",
    "sts:GetCallerIdentity answered with an account id that is not twelve digits, so that "
    "the answer did not come from AWS",
    "Check the endpoint, and any proxy on the way to AWS. To use an endpoint that has no account ids, set "
    "aws:skipRequestingAccountId in the file of --stack-config.",
)
