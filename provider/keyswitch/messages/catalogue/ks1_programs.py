"""KS1..: about a program as a whole: its register, fleets, accounts and options; nothing was asked of AWS."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


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
    remedy = (
        "Correct each problem; keyswitch check shows where each stands in the file. Until then the "
        "program of this register changes nothing."
    )
    count: object


class BadDefaults(Message):
    code = "KS122"
    title = "Unreadable register defaults"
    text = "the stack config keyswitch:defaults is not a map"
    remedy = "Write a map with any of safeguards, onDrift, onDestroy, warnBefore and account."


class OverrideOfNoKey(Message):
    code = "KS125"
    title = "Override without a previous key"
    text = "override applies to the previous key of the rotation {name}, but the rotation has none"
    remedy = "Add previous, or remove override."
    name: object


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


class BadFleetDefaults(Message):
    code = "KS131"
    title = "Unreadable fleet defaults"
    text = "its defaults are not a map of warn_before, on_destroy and on_drift"
    remedy = (
        "Declare what else holds for every key as an input of the fleet: safeguards or account."
    )


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
    remedy = "Correct each problem. Until then keyswitch changes no key of this fleet."
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
