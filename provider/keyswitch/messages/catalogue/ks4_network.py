"""KS4..: about the way to AWS and back."""

from __future__ import annotations

from keyswitch.messages.catalogue.entry import Entry

UNREACHABLE = Entry(
    "KS401",
    "AWS cannot be reached",
    "{endpoint} cannot be reached: {message}",
    "Check the network, the proxy and the endpoint, then run again; it is safe.",
)
NO_ANSWER = Entry(
    "KS402",
    "No answer from AWS",
    "{endpoint} did not answer {operation} in full: {message}",
    "Run again; it is safe, and looks first at what is there.",
)
UNREADABLE_ANSWER = Entry(
    "KS403",
    "Not an answer of AWS's",
    "what came back for {operation} is no answer of AWS's: {message}",
    "Something between here and AWS may have answered instead (a proxy, a login page). "
    "Reach AWS past it and run again; it is safe.",
)
NOT_SEEN = Entry(
    "KS404",
    "Switched, but not seen to be",
    "iam:UpdateAccessKey was answered without an error, but {seconds:g} s later the key is still "
    "seen as {observed}",
    "AWS may need longer, or something else switches it back. Run again; it is safe: it looks "
    "first and writes only if that is still needed.",
)
SDK_FAILED = Entry(
    "KS405",
    "The AWS SDK gave up before the call",
    "{operation} was not called: {message}",
    "Check the shared AWS files and the AWS_* variables of this environment.",
)
SDK_GAVE_UP = Entry(
    "KS413",
    "The AWS SDK gave up in the middle of a call",
    "the AWS SDK gave up on {operation}, and the call may have been made: {message}",
    "Run again; it is safe, and looks first at what is there.",
)
UNTRUSTED = Entry(
    "KS406",
    "An endpoint that is not trusted",
    "the certificate of {endpoint} is not one that is trusted here: {message}",
    "If something on the way answers with a certificate of its own (a proxy of your company), name its "
    "CA by aws:customCaBundle or AWS_CA_BUNDLE. Nothing was sent.",
)
FLEET_NOT_REFRESHED = Entry(
    "KS407",
    "Keys of a fleet that a refresh could not look at",
    "{failed} of {declared} could not be looked at: {keys}",
    "Each is told of by itself. Nothing of the fleet is refreshed: what is recorded is what was so "
    "before. Run again, or without a refresh.",
)
UNFORESEEN = Entry(
    "KS408",
    "A fault in keyswitch itself",
    "keyswitch came upon an error that it does not know ({kind})",
    "What is recorded of the key is what was so before. Run again; it is safe, and looks first at "
    "what is there. If it stays so, please report it.",
)
ANSWER_TOO_LARGE = Entry(
    "KS409",
    "An answer that is too large",
    "what {endpoint} sent for {operation} is larger than any answer of AWS's: {message}",
    "Something between here and AWS may have answered instead. Reach AWS past it and run again; it is safe, and "
    "looks first at what is there.",
)
ENDLESS_LIST = Entry(
    "KS410",
    "A list without an end",
    "the list that {operation} answers with does not end: {problem}",
    "Something between here and AWS may have answered instead. Reach AWS past it and run again; it is safe. No "
    "status was judged by that list.",
)
USE_TO_COME = Entry(
    "KS414",
    "A last use that is still to come",
    "{safeguard} cannot be judged: IAM says that {key} was last used at {date}, which is still to come by the clock "
    "of this machine",
    "Set the clock of this machine right. If the clock is right, something between here and AWS may answer instead; "
    'take the safeguard out, if the answer stays so. In an incident, override="why" switches it off at once.',
)
ABOUT_ANOTHER_USER = Entry(
    "KS411",
    "A last use of another user's key",
    "{safeguard} cannot be judged: when {key} of {owner} was last used, IAM answers about a key of user {other}",
    "Something between here and AWS may answer instead, or the user was renamed a moment ago. Preview again; if it "
    'stays so, take the safeguard out. In an incident, override="why" switches it off at once.',
)
