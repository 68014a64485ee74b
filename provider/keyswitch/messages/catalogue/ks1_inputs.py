"""KS1..: about the values that a program declares; nothing was asked of AWS."""

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


class BadAccount(Message):
    code = "KS127"
    title = "Unreadable account"
    text = "{property} cannot be read: {problem}"
    remedy = "Correct the value. docs/reference/inputs.md describes each field of an account."
    property: object
    problem: object


class NotAMapOfKeys(Message):
    code = "KS130"
    title = "Not a map of keys"
    text = "its keys are not a map from access key id to a map"
    remedy = 'Write keys={{"AKIA...": {{"status": "Inactive", "user_name": "bob"}}}}.'


class BadMaxChanges(Message):
    code = "KS132"
    title = "Not a limit of changes"
    text = "max_changes cannot be read: {problem}"
    remedy = 'Write the number of keys that one run may change, or a share of all keys: "10%".'
    problem: object


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
