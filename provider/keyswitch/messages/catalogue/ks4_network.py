"""KS4..: about the way to AWS and back."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class Unreachable(Message):
    code = "KS401"
    title = "AWS cannot be reached"
    text = "{endpoint} cannot be reached: {message}"
    remedy = "Check the network, the proxy and the endpoint, then run again; it is safe."

    endpoint: object
    message: object


class NoAnswer(Message):
    code = "KS402"
    title = "No answer from AWS"
    text = "{endpoint} did not answer {operation} in full: {message}"
    remedy = "Run again; it is safe, and looks first at what is there."

    endpoint: object
    operation: object
    message: object


class UnreadableAnswer(Message):
    code = "KS403"
    title = "Not an answer of AWS's"
    text = "what came back for {operation} is no answer of AWS's: {message}"
    remedy = (
        "Something between here and AWS may have answered instead (a proxy, a login page). "
        "Reach AWS past it and run again; it is safe."
    )

    operation: object
    message: object


class NotSeen(Message):
    code = "KS404"
    title = "Switched, but not seen to be"
    text = (
        "iam:UpdateAccessKey was answered without an error, but {seconds:g} s later the key "
        "is still seen as {observed}"
    )
    remedy = (
        "AWS may need longer, or something else switches it back. Run again; it is safe: it "
        "looks first and writes only if that is still needed."
    )

    seconds: float
    observed: object


class SdkFailed(Message):
    code = "KS405"
    title = "The AWS SDK gave up before the call"
    text = "{operation} was not called: {message}"
    remedy = "Check the shared AWS files and the AWS_* variables of this environment."

    operation: object
    message: object


class Untrusted(Message):
    code = "KS406"
    title = "An endpoint that is not trusted"
    text = "the certificate of {endpoint} is not one that is trusted here: {message}"
    remedy = (
        "If something on the way answers with a certificate of its own (a proxy of your "
        "company), name its CA by aws:customCaBundle or AWS_CA_BUNDLE. Nothing was sent."
    )

    endpoint: object
    message: object


class FleetNotRefreshed(Message):
    code = "KS407"
    title = "Keys of a fleet that a refresh could not look at"
    text = "{failed} of {declared} could not be looked at: {keys}"
    remedy = (
        "Each is told of by itself. Nothing of the fleet is refreshed: what is recorded is "
        "what was so before. Run again, or without a refresh."
    )

    failed: object
    declared: object
    keys: object


class Unforeseen(Message):
    code = "KS408"
    title = "A fault in keyswitch itself"
    text = "keyswitch came upon an error that it does not know ({kind})"
    remedy = (
        "What is recorded of the key is what was so before. Run again; it is safe, and looks "
        "first at what is there. If it stays so, please report it."
    )

    kind: object


class AnswerTooLarge(Message):
    code = "KS409"
    title = "An answer that is too large"
    text = "what {endpoint} sent for {operation} is larger than any answer of AWS's: {message}"
    remedy = (
        "Something between here and AWS may have answered instead. Reach AWS past it and run "
        "again; it is safe, and looks first at what is there."
    )

    endpoint: object
    operation: object
    message: object


class EndlessList(Message):
    code = "KS410"
    title = "A list without an end"
    text = "the list that {operation} answers with does not end: {problem}"
    remedy = (
        "Something between here and AWS may have answered instead. Reach AWS past it and run "
        "again; it is safe. No status was judged by that list."
    )

    operation: object
    problem: object


class AboutAnotherUser(Message):
    code = "KS411"
    title = "A last use of another user's key"
    text = (
        "{safeguard} cannot be judged: when {key} of {owner} was last used, IAM answers about"
        " a key of user {other}"
    )
    remedy = (
        "Something between here and AWS may answer instead, or the user was renamed a moment "
        "ago. Preview again; if it stays so, take the safeguard out. In an incident, "
        'override="why" switches it off at once.'
    )

    safeguard: object
    key: object
    owner: object
    other: object


class SdkGaveUp(Message):
    code = "KS413"
    title = "The AWS SDK gave up in the middle of a call"
    text = "the AWS SDK gave up on {operation}, and the call may have been made: {message}"
    remedy = "Run again; it is safe, and looks first at what is there."

    operation: object
    message: object


class UseToCome(Message):
    code = "KS414"
    title = "A last use that is still to come"
    text = (
        "{safeguard} cannot be judged: IAM says that {key} was last used at {date}, which is "
        "still to come by the clock of this machine"
    )
    remedy = (
        "Set the clock of this machine right. If the clock is right, something between here "
        "and AWS may answer instead; take the safeguard out, if the answer stays so. In an "
        'incident, override="why" switches it off at once.'
    )

    safeguard: object
    key: object
    date: object
