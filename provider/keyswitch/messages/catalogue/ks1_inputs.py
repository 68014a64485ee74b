"""KS1..: about the declaration."""

from __future__ import annotations

from keyswitch.messages.catalogue.entry import Entry

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
    "{suggestion}Correct it with pulumi config set {argument}.",
)
NOTHING_TO_IMPORT = Entry(
    "KS114",
    "Nothing to import",
    "the resource {name} has the option {option}, which Pulumi's dynamic resources do not serve",
    "Remove it: declaring a key adopts it as it is, and pulumi preview shows what would change.",
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
    "the register of keys in the stack's config has {count}",
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
EMPTY_OVERRIDE = Entry(
    "KS121",
    "An override without a reason",
    "{property} is empty, and it lets the key be switched off past every safeguard",
    'Say why, such as "INC-4711 leaked", or take it out.',
)
BAD_DEFAULTS = Entry(
    "KS122",
    "The defaults of the register cannot be read",
    "the stack config keyswitch:defaults is no map",
    "It is a map that may hold safeguards, onDrift and onDestroy.",
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
BAD_ACCOUNT = Entry(
    "KS127",
    "An account that cannot be read",
    "{property} cannot be read: {problem}",
    "Correct it; docs/configuration.md tells each field of an account.",
)
UNKNOWN_ACCOUNT = Entry(
    "KS128",
    "An account that nobody declares",
    "its account {account} is none of those in the stack config keyswitch:accounts ({known})",
    "Add account {account} there, or correct the name.",
)
MOVES_WITH_A_SWITCH = Entry(
    "KS134",
    "A key that would be switched on its way out of a fleet",
    "it moves out of a fleet that stays, which lets it go first, and on_destroy={on_destroy} may switch it then",
    "Declare on_destroy=leave for it in the fleet and apply that; then move it.",
)
BAD_FORM = Entry(
    "KS133",
    "A form that the register cannot have",
    "{problem}",
    "Write keyswitch:fleet as true to declare the keys of each account as one fleet, which keyswitch:maxChanges needs; "
    "as false, or not at all, to declare each key as a resource of its own.",
)
TWO_ACCOUNTS_OF_ONE_NAME = Entry(
    "KS135",
    "Two accounts of one name",
    "its account has the name of another entry's, and is described otherwise",
    "Describe it once, under keyswitch:accounts, and have the entries name it; or give it a name of its own.",
)
NOT_A_MAP_OF_KEYS = Entry(
    "KS130",
    "Not the keys of a fleet",
    "its keys are no map from an access key id to a map",
    'Write keys={{"AKIA...": {{"status": "Inactive", "user_name": "bob"}}}}.',
)
BAD_FLEET_DEFAULTS = Entry(
    "KS131",
    "The defaults of a fleet cannot be read",
    "its defaults are no map of on_destroy and on_drift",
    "What else holds for every key is an input of the fleet: safeguards and account.",
)
BAD_MAX_CHANGES = Entry(
    "KS132",
    "Not a number of changes",
    "max_changes cannot be read: {problem}",
    'Write the number of keys that one run may switch, or a share of all: "10%".',
)
BAD_ACCOUNTS = Entry(
    "KS129",
    "The accounts of the register cannot be read",
    "the stack config keyswitch:accounts is no map",
    "It is a map from a name to {{roleArn, profile, region, allowedAccountIds, ...}}.",
)
NOT_SENDABLE = Entry(
    "KS140",
    "A value that Pulumi cannot hand on",
    "{property} is {kind}, which Pulumi cannot hand on to a resource",
    "Give a string, a number, a boolean, a list, a map, or a pulumi.Output of one of these; of a resource, one of its outputs.",
)
WRONG_ARGUMENT = Entry(
    "KS141",
    "Not what an argument takes",
    "the argument {argument} of keyswitch.{class_name} is {kind}",
    "Give {takes}.",
)
GIVEN_TWICE = Entry(
    "KS142",
    "Inputs as one value and as keywords",
    "the inputs of the resource {name} are given as keyswitch.AccessKeyStatusArgs and as keywords",
    "Give either the one or the other, not both.",
)
MISSING_EXTRA = Entry(
    "KS143",
    "A package that is not installed",
    "keyswitch.aws needs the package pulumi-aws, which is not installed",
    "In the Python environment of the program run pip install 'keyswitch[aws] @ git+<the address of this "
    "repository>@<commit>', with the commit of the release that is installed.",
)
IGNORED_CHANGES = Entry(
    "KS156",
    "A status that is not the program's own",
    "the option ignore_changes of {subject} names {path}; with it Pulumi declares what it last saw instead of what the "
    "program says, also after somebody else has changed the key",
    'Take {path} out of ignore_changes. To be told of a change and leave it, set on_drift="report".',
)
BAD_FLEET = Entry(
    "KS157",
    "The summary of a fleet with problems",
    "what this fleet declares has {count}",
    "Correct them; until then no key of this fleet is changed.",
)
ANOTHER_PLUGIN = Entry(
    "KS158",
    "A key in a plugin of its own",
    "the option {option} of resource {name} would have Pulumi start another plugin process for this resource; "
    "what protects a user's keys from each other holds within one process only",
    "Remove the option: a dynamic resource comes with the program's own Python environment.",
)
PLAIN_SECRET = Entry(
    "KS159",
    "A credential in plain text",
    "the stack config {key} holds a credential in plain text; Pulumi writes it into the state and shows it in "
    "pulumi preview --json",
    "Encrypt it by pulumi config set --secret {argument}, and replace the credential: whoever can read the config, the "
    "state or a preview may have it.",
)
EXPLICIT_PROVIDER = Entry(
    "KS160",
    "An explicit provider of AWS",
    "{provider} reaches resource {name} by the option {option}, but Pulumi hands no explicit provider to a "
    "dynamic resource: the key would be looked for and switched with the stack's own credentials",
    "Say which account the key is in: account=keyswitch.Account(...) with the role_arn or the profile of that "
    "provider, or with a name alone for the account of the stack's own credentials.",
)
MANY_KEYS = Entry(
    "KS161",
    "Many keys as resources of their own",
    "this register declares {count} keys, each as a resource of its own; Pulumi takes about as long for each of them, "
    "and several times as long as for the same keys in a fleet",
    "To declare them as one fleet for each account, run pulumi config set keyswitch:fleet true; "
    "docs/how-to/fleets.md says what changes then.",
)
