"""KS1..: about the declaration."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class UnknownProperty(Message):
    code = "KS101"
    title = "Unknown property"
    text = "the property {property} is not one of keyswitch's"
    remedy = "{suggestion}Known: {known}."

    property: object
    suggestion: object = ""
    known: object


class MissingProperty(Message):
    code = "KS102"
    title = "Missing property"
    text = "the required property {property} is missing"
    remedy = "Add {property}."

    property: object


class BadStatus(Message):
    code = "KS103"
    title = "A status that cannot be declared"
    text = "the status {value} cannot be declared"
    remedy = 'Write "Active" or "Inactive", spelt exactly so{suggestion}.'

    value: object
    suggestion: object = ""


class BadAccessKeyId(Message):
    code = "KS104"
    title = "Not an access key id"
    text = "{property} is not an access key id: {problem}"
    remedy = (
        "An access key id has 16 to 128 letters, digits or underscores, such as "
        "AKIAIOSFODNN7EXAMPLE."
    )

    property: object
    problem: object


class TemporaryKey(Message):
    code = "KS105"
    title = "A temporary key"
    text = (
        "{property} is {access_key_id}, which begins with ASIA: a temporary key of AWS STS, "
        "without a switch"
    )
    remedy = (
        "Declare the long-term key (AKIA...) behind it. Sessions already issued end by "
        "themselves or by a policy that denies them, not by a status."
    )

    property: object
    access_key_id: object


class SecretPasted(Message):
    code = "KS106"
    title = "A secret in the wrong field"
    text = (
        "{property} holds something of the shape of a secret access key or a session token; "
        "it is not repeated here"
    )
    remedy = (
        "Take it out of the program and its history, and treat it as leaked: switch the key "
        "off and mint another. keyswitch needs the access key id only."
    )

    property: object


class BadUserName(Message):
    code = "KS107"
    title = "Not an IAM user name"
    text = "{property} is not an IAM user name: {problem}"
    remedy = "A user name has 1 to 128 letters, digits or any of +=,.@_- (no path, no ARN)."

    property: object
    problem: object


class UnknownWord(Message):
    code = "KS108"
    title = "Not one of the words"
    text = "{property} is {value}"
    remedy = "Write {words}{suggestion}."

    property: object
    value: object
    words: object
    suggestion: object = ""


class NotAString(Message):
    code = "KS109"
    title = "Not a string"
    text = "{property} is {kind}, not a string"
    remedy = "Write it as a string, in quotes."

    property: object
    kind: object


class DeclaredTwice(Message):
    code = "KS110"
    title = "One key declared twice"
    text = "it is declared more than once in this program, by the resources {names}"
    remedy = "Keep one of them: two declarations of one key would switch it back and forth."

    names: object


class BadRegister(Message):
    code = "KS111"
    title = "The register of keys cannot be read"
    text = "the stack config keyswitch:keys cannot be read: {problem}"
    remedy = (
        "It is a map from access key id to {{userName, status, reason, ...}}; "
        "Pulumi.example.yaml shows one."
    )

    problem: object


class AssumeRoleOfV6(Message):
    code = "KS112"
    title = "A setting of pulumi-aws 6"
    text = "{keys} is a setting of pulumi-aws 6, which version 7 refuses too"
    remedy = "Write aws:assumeRoles instead, a list of roles that are assumed one after the other."

    keys: object


class BadConfig(Message):
    code = "KS113"
    title = "Configuration that cannot be read"
    text = "the stack config {key} cannot be read: {problem}"
    remedy = "{suggestion}Correct it with pulumi config set {argument}."

    key: object
    problem: object
    suggestion: object = ""
    argument: object


class NothingToImport(Message):
    code = "KS114"
    title = "Nothing to import"
    text = (
        "the resource {name} has the option {option}, which Pulumi's dynamic resources do not serve"
    )
    remedy = (
        "Remove it: declaring a key adopts it as it is, and pulumi preview shows what would change."
    )

    name: object
    option: object


class Refused(Message):
    code = "KS115"
    title = "The summary of a run with refusals"
    text = "{refused} of {declared} declared keys are refused: {names}"
    remedy = "Each has its reason above; nothing was switched in this preview."

    refused: object
    declared: object
    names: object


class BadEntries(Message):
    code = "KS116"
    title = "The summary of a register with problems"
    text = "the register of keys in the stack's config has {count}"
    remedy = "Correct them; until then nothing is previewed or switched."

    count: object


class NotADuration(Message):
    code = "KS117"
    title = "Not a duration"
    text = "{property} is no duration: {problem}"
    remedy = (
        'Write numbers with units, such as "7d", "36h" or "1h30m" (s, m, h, d, w, y; m is minutes).'
    )

    property: object
    problem: object


class NotABoolean(Message):
    code = "KS118"
    title = "Not a boolean"
    text = "{property} is {kind}, not a boolean"
    remedy = "Write true or false, without quotes in YAML."

    property: object
    kind: object


class NotAMap(Message):
    code = "KS119"
    title = "Not a map"
    text = "{property} is {kind}, not a map"
    remedy = "Write it as a map of safeguards: {known}."

    property: object
    kind: object
    known: object


class OverrideOfActive(Message):
    code = "KS120"
    title = "An override of nothing"
    text = "{override} lets a key be switched off, and the status is Active"
    remedy = "Take {override} out, or declare Inactive."

    override: object


class EmptyOverride(Message):
    code = "KS121"
    title = "An override without a reason"
    text = "{property} is empty, and it lets the key be switched off past every safeguard"
    remedy = 'Say why, such as "INC-4711 leaked", or take it out.'

    property: object


class BadDefaults(Message):
    code = "KS122"
    title = "The defaults of the register cannot be read"
    text = "the stack config keyswitch:defaults is no map"
    remedy = "It is a map that may hold safeguards, onDrift and onDestroy."


class OwnSuccessor(Message):
    code = "KS123"
    title = "A key as its own successor"
    text = "{successor} is the key's own id"
    remedy = "Write the id of the key that takes over from it."

    successor: object


class OverlapWithoutSuccessor(Message):
    code = "KS124"
    title = "An overlap with nothing"
    text = "{overlap} is counted from the making of the successor, and there is none"
    remedy = "Add {successor}."

    overlap: object
    successor: object


class OverrideOfNoKey(Message):
    code = "KS125"
    title = "An override without a previous key"
    text = "override is about the previous key of the rotation {name}, and there is none"
    remedy = "Add previous, or take override out."

    name: object


class BadAccount(Message):
    code = "KS127"
    title = "An account that cannot be read"
    text = "{property} cannot be read: {problem}"
    remedy = "Correct it; docs/configuration.md tells each field of an account."

    property: object
    problem: object


class UnknownAccount(Message):
    code = "KS128"
    title = "An account that nobody declares"
    text = "its account {account} is none of those in the stack config keyswitch:accounts ({known})"
    remedy = "Add account {account} there, or correct the name."

    account: object
    known: object


class BadAccounts(Message):
    code = "KS129"
    title = "The accounts of the register cannot be read"
    text = "the stack config keyswitch:accounts is no map"
    remedy = "It is a map from a name to {{roleArn, profile, region, allowedAccountIds, ...}}."


class NotAMapOfKeys(Message):
    code = "KS130"
    title = "Not the keys of a fleet"
    text = "its keys are no map from an access key id to a map"
    remedy = 'Write keys={{"AKIA...": {{"status": "Inactive", "user_name": "bob"}}}}.'


class BadFleetDefaults(Message):
    code = "KS131"
    title = "The defaults of a fleet cannot be read"
    text = "its defaults are no map of on_destroy and on_drift"
    remedy = "What else holds for every key is an input of the fleet: safeguards and account."


class BadMaxChanges(Message):
    code = "KS132"
    title = "Not a number of changes"
    text = "max_changes cannot be read: {problem}"
    remedy = 'Write the number of keys that one run may switch, or a share of all: "10%".'

    problem: object


class BadForm(Message):
    code = "KS133"
    title = "A form that the register cannot have"
    text = "{problem}"
    remedy = (
        "Write keyswitch:fleet as true to declare the keys of each account as one fleet, "
        "which keyswitch:maxChanges needs; as false, or not at all, to declare each key as a "
        "resource of its own."
    )

    problem: object


class MovesWithASwitch(Message):
    code = "KS134"
    title = "A key that would be switched on its way out of a fleet"
    text = (
        "it moves out of a fleet that stays, which lets it go first, and "
        "on_destroy={on_destroy} may switch it then"
    )
    remedy = "Declare on_destroy=leave for it in the fleet and apply that; then move it."

    on_destroy: object


class TwoAccountsOfOneName(Message):
    code = "KS135"
    title = "Two accounts of one name"
    text = "its account has the name of another entry's, and is described otherwise"
    remedy = (
        "Describe it once, under keyswitch:accounts, and have the entries name it; or give it"
        " a name of its own."
    )


class NotSendable(Message):
    code = "KS140"
    title = "A value that Pulumi cannot hand on"
    text = "{property} is {kind}, which Pulumi cannot hand on to a resource"
    remedy = (
        "Give a string, a number, a boolean, a list, a map, or a pulumi.Output of one of "
        "these; of a resource, one of its outputs."
    )

    property: object
    kind: object


class WrongArgument(Message):
    code = "KS141"
    title = "Not what an argument takes"
    text = "the argument {argument} of keyswitch.{class_name} is {kind}"
    remedy = "Give {takes}."

    argument: object
    class_name: object
    kind: object
    takes: object


class GivenTwice(Message):
    code = "KS142"
    title = "Inputs as one value and as keywords"
    text = (
        "the inputs of the resource {name} are given as keyswitch.AccessKeyStatusArgs and as "
        "keywords"
    )
    remedy = "Give either the one or the other, not both."

    name: object


class MissingExtra(Message):
    code = "KS143"
    title = "A package that is not installed"
    text = "keyswitch.aws needs the package pulumi-aws, which is not installed"
    remedy = (
        "In the Python environment of the program run pip install 'keyswitch[aws] @ git+<the "
        "address of this repository>@<commit>', with the commit of the release that is "
        "installed."
    )


class IgnoredChanges(Message):
    code = "KS156"
    title = "A status that is not the program's own"
    text = (
        "the option ignore_changes of {subject} names {path}; with it Pulumi declares what it"
        " last saw instead of what the program says, also after somebody else has changed the"
        " key"
    )
    remedy = (
        "Take {path} out of ignore_changes. To be told of a change and leave it, set "
        'on_drift="report".'
    )

    subject: object
    path: object


class BadFleet(Message):
    code = "KS157"
    title = "The summary of a fleet with problems"
    text = "what this fleet declares has {count}"
    remedy = "Correct them; until then no key of this fleet is changed."

    count: object


class AnotherPlugin(Message):
    code = "KS158"
    title = "A key in a plugin of its own"
    text = (
        "the option {option} of resource {name} would have Pulumi start another plugin "
        "process for this resource; what protects a user's keys from each other holds within "
        "one process only"
    )
    remedy = (
        "Remove the option: a dynamic resource comes with the program's own Python environment."
    )

    option: object
    name: object


class PlainSecret(Message):
    code = "KS159"
    title = "A credential in plain text"
    text = (
        "the stack config {key} holds a credential in plain text; Pulumi writes it into the "
        "state and shows it in pulumi preview --json"
    )
    remedy = (
        "Encrypt it by pulumi config set --secret {argument}, and replace the credential: "
        "whoever can read the config, the state or a preview may have it."
    )

    key: object
    argument: object


class ExplicitProvider(Message):
    code = "KS160"
    title = "An explicit provider of AWS"
    text = (
        "{provider} reaches resource {name} by the option {option}, but Pulumi hands no "
        "explicit provider to a dynamic resource: the key would be looked for and switched "
        "with the stack's own credentials"
    )
    remedy = (
        "Say which account the key is in: account=keyswitch.Account(...) with the role_arn or"
        " the profile of that provider, or with a name alone for the account of the stack's "
        "own credentials."
    )

    provider: object
    name: object
    option: object


class ManyKeys(Message):
    code = "KS161"
    title = "Many keys as resources of their own"
    text = (
        "this register declares {count} keys, each as a resource of its own; Pulumi takes "
        "about as long for each of them, and several times as long as for the same keys in a "
        "fleet"
    )
    remedy = (
        "To declare them as one fleet for each account, run pulumi config set keyswitch:fleet"
        " true; docs/how-to/fleets.md says what changes then."
    )

    count: object
