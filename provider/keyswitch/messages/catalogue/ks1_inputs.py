"""KS1..: about what a program declares; nothing was asked of AWS."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class UnknownProperty(Message):
    code = "KS101"
    title = "Unknown property"
    text = "there is no property {property} here"
    remedy = "{suggestion}Use one of: {known}."
    why = "A misspelled property would otherwise be ignored, and with it perhaps a safeguard."
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
    title = "Not a status to declare"
    text = 'the status {value} is neither "Active" nor "Inactive"'
    remedy = 'Write "Active" or "Inactive", with a capital first letter{suggestion}.'
    why = (
        "Other spellings are not guessed: a wrong guess would change a key. Expired and "
        "Deleted are statuses that only AWS sets."
    )
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
    title = "Temporary access key"
    text = (
        "{property} is {access_key_id}, a temporary key of AWS STS (ASIA...), which has no "
        "status to change"
    )
    remedy = (
        "Declare the long-term key (AKIA...) behind it. To end sessions that AWS has already "
        "issued, attach a policy that denies them."
    )
    why = (
        "IAM keeps a status for long-term keys only. Deactivating the long-term key does not "
        "end sessions that were issued with it."
    )
    property: object
    access_key_id: object


class SecretPasted(Message):
    code = "KS106"
    title = "Secret in the wrong property"
    text = (
        "{property} looks like a secret access key or a session token; keyswitch does not "
        "repeat the value"
    )
    remedy = (
        "Remove the secret from the program and from its history, and treat it as leaked: "
        "deactivate the key and create another. keyswitch needs the access key id only."
    )
    why = "Pulumi would write the value into the state and show it in previews."
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
    title = "Not an allowed value"
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
    remedy = "Write the value as a string, in quotes."
    why = "YAML and Python read an unquoted value as something else: a number, a boolean, a date."
    property: object
    kind: object


class DeclaredTwice(Message):
    code = "KS110"
    title = "One key declared twice"
    text = "this program declares the key more than once, in the resources {names}"
    remedy = "Keep one of these declarations."
    why = "Two declarations of one key would change its status back and forth."
    names: object


class BadRegister(Message):
    code = "KS111"
    title = "Unreadable register"
    text = "the stack config keyswitch:keys cannot be read: {problem}"
    remedy = (
        "Write a map from access key id to {{userName, status, reason, ...}}, as in "
        "Pulumi.example.yaml."
    )
    problem: object


class AssumeRoleOfV6(Message):
    code = "KS112"
    title = "Setting of pulumi-aws 6"
    text = "{keys} is a setting of pulumi-aws 6, which version 7 refuses too"
    remedy = "Write aws:assumeRoles instead, a list of roles to assume one after the other."
    keys: object


class BadConfig(Message):
    code = "KS113"
    title = "Unreadable stack config"
    text = "the stack config {key} cannot be read: {problem}"
    remedy = "{suggestion}Correct the value with pulumi config set {argument}."
    key: object
    problem: object
    suggestion: object = ""
    argument: object


class NothingToImport(Message):
    code = "KS114"
    title = "Option that imports nothing"
    text = "the resource {name} has the option {option}, which dynamic resources do not support"
    remedy = (
        "Remove the option. Declaring a key adopts the key as it is; pulumi preview shows "
        "what would change."
    )
    name: object
    option: object


class Refused(Message):
    code = "KS115"
    title = "Summary of refused keys"
    text = "{refused} of {declared} declared keys are refused: {names}"
    remedy = "See the error for each key above. This preview changed nothing."
    why = "One preview names every refused key, so that you can correct all of them at once."
    refused: object
    declared: object
    names: object


class BadEntries(Message):
    code = "KS116"
    title = "Summary of register problems"
    text = "the register of keys in the stack's config has {count}"
    remedy = "Correct them. Until then keyswitch previews and changes nothing."
    count: object


class NotADuration(Message):
    code = "KS117"
    title = "Not a duration"
    text = "{property} is not a duration: {problem}"
    remedy = (
        'Write numbers with units, such as "7d", "36h" or "1h30m" (s, m for minutes, h, d, w, y).'
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
    remedy = "Write a map with any of: {known}."
    property: object
    kind: object
    known: object


class OverrideOfActive(Message):
    code = "KS120"
    title = "Override of an Active key"
    text = "{override} bypasses the safeguards of a deactivation, but the status is Active"
    remedy = "Remove {override}, or declare Inactive."
    override: object


class EmptyOverride(Message):
    code = "KS121"
    title = "Override without a reason"
    text = "{property} is empty, but would bypass every safeguard"
    remedy = 'Write the reason, such as "INC-4711 leaked", or remove the property.'
    why = (
        "The reason goes into the preview and the record, for whoever asks later why the "
        "safeguards were bypassed."
    )
    property: object


class BadDefaults(Message):
    code = "KS122"
    title = "Unreadable register defaults"
    text = "the stack config keyswitch:defaults is not a map"
    remedy = "Write a map with any of safeguards, onDrift, onDestroy, warnBefore and account."


class OwnSuccessor(Message):
    code = "KS123"
    title = "Key as its own successor"
    text = "{successor} is the key's own id"
    remedy = "Write the id of the key that replaces this one."
    successor: object


class OverlapWithoutSuccessor(Message):
    code = "KS124"
    title = "Overlap without a successor"
    text = "{overlap} counts from the creation of the successor, but no successor is declared"
    remedy = "Add {successor}."
    overlap: object
    successor: object


class OverrideOfNoKey(Message):
    code = "KS125"
    title = "Override without a previous key"
    text = "override applies to the previous key of the rotation {name}, but the rotation has none"
    remedy = "Add previous, or remove override."
    name: object


class BadAccount(Message):
    code = "KS127"
    title = "Unreadable account"
    text = "{property} cannot be read: {problem}"
    remedy = "Correct the value. docs/reference/inputs.md describes each field of an account."
    property: object
    problem: object


class UnknownAccount(Message):
    code = "KS128"
    title = "Unknown account"
    text = (
        "its account {account} is not one of those in the stack config keyswitch:accounts ({known})"
    )
    remedy = "Add account {account} to keyswitch:accounts, or correct the name."
    account: object
    known: object


class BadAccounts(Message):
    code = "KS129"
    title = "Unreadable accounts"
    text = "the stack config keyswitch:accounts is not a map"
    remedy = "Write a map from a name to {{roleArn, profile, region, allowedAccountIds, ...}}."


class NotAMapOfKeys(Message):
    code = "KS130"
    title = "Not a map of keys"
    text = "its keys are not a map from access key id to a map"
    remedy = 'Write keys={{"AKIA...": {{"status": "Inactive", "user_name": "bob"}}}}.'


class BadFleetDefaults(Message):
    code = "KS131"
    title = "Unreadable fleet defaults"
    text = "its defaults are not a map of warn_before, on_destroy and on_drift"
    remedy = (
        "Declare what else holds for every key as an input of the fleet: safeguards or account."
    )


class BadMaxChanges(Message):
    code = "KS132"
    title = "Not a limit of changes"
    text = "max_changes cannot be read: {problem}"
    remedy = 'Write the number of keys that one run may change, or a share of all keys: "10%".'
    problem: object


class BadRegisterForm(Message):
    code = "KS133"
    title = "Unusable form of the register"
    text = "{problem}"
    remedy = (
        "Set keyswitch:fleet to true to declare the keys of each account as one fleet, which "
        "keyswitch:maxChanges needs. Set keyswitch:fleet to false, or remove the setting, to "
        "declare each key as its own resource."
    )
    problem: object


class ChangeOnTheWay(Message):
    code = "KS134"
    title = "Status change on the way out of a fleet"
    text = (
        "the fleet would end its declaration of this key before the other resource adopts it,"
        " and on_destroy={on_destroy} may change the status in between"
    )
    remedy = "Declare on_destroy=leave for the key in the fleet and apply that. Then move the key."
    why = (
        "A fleet ends declarations in its own update. The other resource may be updated "
        "before or after that."
    )
    on_destroy: object


class TwoAccountsOfOneName(Message):
    code = "KS135"
    title = "Two accounts with one name"
    text = "its account has the name of another entry's account but a different description"
    remedy = (
        "Describe the account once, under keyswitch:accounts, and name it in the entries. Or "
        "use another name."
    )


class NotADate(Message):
    code = "KS136"
    title = "Not a date"
    text = "{property} is not a date: {problem}"
    remedy = (
        'Write a date in quotes, such as "2027-03-31", which counts to the end of that day in UTC. Or write a moment '
        'with its offset, such as "2027-03-31T18:00:00+02:00".'
    )
    why = (
        "In a stack's config, YAML reads a date without quotes as a moment. Pulumi then passes on 2027-03-31 00:00:00 "
        "+0000 UTC, of which nobody can say whether the day counts or not."
    )
    property: object
    problem: object


class ActiveUntilOfInactive(Message):
    code = "KS137"
    title = "End of an Inactive key"
    text = "{active_until} says until when the key stays Active, but the status is Inactive"
    remedy = "Remove {active_until}, or declare Active."
    active_until: object


class WarnBeforeNothing(Message):
    code = "KS138"
    title = "Warning without an end"
    text = "{warn_before} counts back from {active_until}, but no {active_until} is declared"
    remedy = "Add {active_until}, or remove {warn_before}."
    warn_before: object
    active_until: object


class OverrideWithActiveUntil(Message):
    code = "KS139"
    title = "Override with an end"
    text = "{override} deactivates the key now, but {active_until} keeps it Active until its end"
    remedy = "In an incident, declare Inactive and remove {active_until}. To let the key end by its date, remove {override}."
    why = "An override is for an incident. Without this rule, it would silence the safeguards of each end by date."
    override: object
    active_until: object


class NotSendable(Message):
    code = "KS140"
    title = "Not a value for Pulumi"
    text = "{property} is {kind}, which Pulumi cannot pass to a resource"
    remedy = (
        "Pass a string, a number, a boolean, a list, a map, or a pulumi.Output of one of "
        "these. Of a resource, pass one of its outputs."
    )
    property: object
    kind: object


class WrongArgument(Message):
    code = "KS141"
    title = "Wrong argument"
    text = "the argument {argument} of keyswitch.{class_name} is {kind}"
    remedy = "Pass {takes}."
    argument: object
    class_name: object
    kind: object
    takes: object


class GivenTwice(Message):
    code = "KS142"
    title = "Inputs given twice"
    text = (
        "the inputs of the resource {name} are given as keyswitch.AccessKeyStatusArgs and as "
        "keywords"
    )
    remedy = "Use one or the other, not both."
    name: object


class MissingExtra(Message):
    code = "KS143"
    title = "Package not installed"
    text = "keyswitch.aws needs the package pulumi-aws, which is not installed"
    remedy = "In the program's Python environment run pip install 'pulumi-aws>=7,<8'."


class IgnoredChanges(Message):
    code = "KS156"
    title = "Ignored changes of a status"
    text = (
        "the option ignore_changes of {subject} names {path}: Pulumi would declare what it "
        "last saw instead of what the program says"
    )
    remedy = (
        "Remove {path} from ignore_changes. To only report changes by others, set "
        'on_drift="report".'
    )
    why = (
        "After a refresh, what Pulumi last saw may be a change by somebody else. The preview "
        "would present that change as declared."
    )
    subject: object
    path: object


class BadFleet(Message):
    code = "KS157"
    title = "Summary of fleet problems"
    text = "the inputs of this fleet have {count}"
    remedy = "Correct them. Until then keyswitch changes no key of this fleet."
    count: object


class AnotherPlugin(Message):
    code = "KS158"
    title = "Resource in another plugin process"
    text = (
        "the option {option} of resource {name} makes Pulumi start another plugin process for"
        " this resource; keyswitch protects a user's keys from each other within one process "
        "only"
    )
    remedy = (
        "Remove the option: a dynamic resource comes with the program's own Python environment."
    )
    option: object
    name: object


class PlainSecret(Message):
    code = "KS159"
    title = "Credential in plain text"
    text = (
        "the stack config {key} holds a credential in plain text, which Pulumi writes to the "
        "state and shows in pulumi preview --json"
    )
    remedy = (
        "Encrypt the value with pulumi config set --secret {argument}, and replace the "
        "credential: anyone who can read the config, the state or a preview may have it."
    )
    key: object
    argument: object


class ExplicitProvider(Message):
    code = "KS160"
    title = "Explicit AWS provider"
    text = (
        "{provider} reaches resource {name} through the option {option}, but Pulumi passes no"
        " explicit provider to a dynamic resource; keyswitch would use the stack's own "
        "credentials"
    )
    remedy = (
        "Declare the account of the key: account=keyswitch.Account(...) with the role_arn or "
        "the profile of that provider, or with a name alone for the account of the stack's "
        "own credentials."
    )
    why = "The key would be looked up, and perhaps changed, in the wrong account."
    provider: object
    name: object
    option: object


class ManyKeys(Message):
    code = "KS161"
    title = "Many keys as single resources"
    text = (
        "this register declares {count} keys, each as its own resource; a fleet of the same "
        "keys is several times as fast"
    )
    remedy = (
        "To declare one fleet for each account, run pulumi config set keyswitch:fleet true. "
        "docs/how-to/fleets.md describes the differences."
    )
    count: object


class FleetNotImported(Message):
    code = "KS162"
    title = "Nothing to import into a fleet"
    text = "a fleet has no id to import it by"
    remedy = "Declare its keys: declaring a key adopts the key as it is."


class UnknownFunction(Message):
    code = "KS163"
    title = "Unknown resource or function"
    text = "keyswitch {version} has no {token}"
    remedy = "Install the version of the plugin that the program's SDK belongs to."
    version: object
    token: object


class NoCredentialsNamed(Message):
    code = "KS164"
    title = "No credentials named for the native provider"
    text = "neither keyswitch:* config nor the environment names credentials for AWS"
    remedy = (
        "Pulumi does not pass aws:* config to this provider. Set keyswitch:profile, or AWS_PROFILE in the "
        "environment, unless the role of this machine or container is to sign."
    )
    why = "Every provider reads the config under its own name only."


class BadRotations(Message):
    code = "KS165"
    title = "Unreadable rotations"
    text = "the stack config keyswitch:rotations cannot be read: {problem}"
    remedy = "Write a map from a name to {{userName, current, previous, overlap, ...}}."
    problem: object


class TwiceInRegister(Message):
    code = "KS166"
    title = "One key twice in the register"
    text = "the register declares the key more than once, in {places}"
    remedy = "Keep one of these declarations. A rotation declares both of its keys itself."
    why = "Two declarations of one key would change its status back and forth."
    places: object


class UnknownSetting(Message):
    code = "KS167"
    title = "Unknown setting of keyswitch"
    text = "there is no setting {setting}"
    remedy = "{suggestion}Use one of: {known}."
    why = "The program ignores a misspelled setting, and with it perhaps a whole register."
    setting: object
    suggestion: object = ""
    known: object
