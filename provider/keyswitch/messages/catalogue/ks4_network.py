"""KS4..: about the connection to AWS."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class Unreachable(Message):
    code = "KS401"
    title = "AWS unreachable"
    text = "{endpoint} cannot be reached: {message}"
    remedy = "Check the network, the proxy and the endpoint. Then run again, which is safe."
    endpoint: object
    message: object


class NoAnswer(Message):
    code = "KS402"
    title = "Incomplete answer"
    text = "{endpoint} did not answer {operation} completely: {message}"
    remedy = "Run again, which is safe. keyswitch looks at the live status first."
    endpoint: object
    operation: object
    message: object


class UnreadableAnswer(Message):
    code = "KS403"
    title = "Unreadable answer"
    text = "the answer to {operation} did not come from AWS: {message}"
    remedy = (
        "Something between this machine and AWS may have answered instead (a proxy, a login "
        "page). Bypass it and run again, which is safe."
    )
    operation: object
    message: object


class NotSeen(Message):
    code = "KS404"
    title = "Change not visible"
    text = "iam:UpdateAccessKey succeeded, but {seconds:g} s later the key is still {observed}"
    remedy = (
        "AWS may need more time, or something else changes the key back. Run again, which is "
        "safe: keyswitch looks first, and writes only if the change is still needed."
    )
    why = "A change counts as done only when a look at the live key shows the new status."
    seconds: float
    observed: object


class SdkFailed(Message):
    code = "KS405"
    title = "SDK error before the call"
    text = "{operation} was not called: {message}"
    remedy = "Check the shared AWS files and the AWS_* environment variables."
    operation: object
    message: object


class Untrusted(Message):
    code = "KS406"
    title = "Untrusted endpoint"
    text = "the certificate of {endpoint} is not trusted here: {message}"
    remedy = (
        "If something on the way presents its own certificate (a company proxy), name its CA "
        "with aws:customCaBundle or AWS_CA_BUNDLE. Nothing was sent."
    )
    endpoint: object
    message: object


class FleetNotRefreshed(Message):
    code = "KS407"
    title = "Summary of a failed fleet refresh"
    text = "{failed} of {declared} could not be looked at: {keys}"
    remedy = (
        "See the error for each key above. No key of this fleet was refreshed, and the "
        "recorded state is unchanged. Run again, or without a refresh."
    )
    failed: object
    declared: object
    keys: object


class InternalError(Message):
    code = "KS408"
    title = "Internal error"
    text = "internal error ({kind}); this is a bug in keyswitch"
    remedy = (
        "Please report it with this message. The recorded state is unchanged. Running again "
        "is safe: keyswitch looks at the live status first."
    )
    kind: object


class AnswerTooLarge(Message):
    code = "KS409"
    title = "Oversized answer"
    text = "the answer of {endpoint} to {operation} is larger than any answer of AWS: {message}"
    remedy = (
        "Something between this machine and AWS may have answered instead (a proxy, a login "
        "page). Bypass it and run again, which is safe. keyswitch looks at the live status "
        "first."
    )
    endpoint: object
    operation: object
    message: object


class EndlessList(Message):
    code = "KS410"
    title = "Endless list"
    text = "the list that {operation} returns does not end: {problem}"
    remedy = (
        "Something between this machine and AWS may have answered instead (a proxy, a login "
        "page). Bypass it and run again, which is safe. keyswitch used nothing of that list."
    )
    operation: object
    problem: object


class AboutAnotherUser(Message):
    code = "KS411"
    title = "Last use of another user's key"
    text = (
        "{safeguard} cannot be checked: asked when {key} of {owner} was last used, IAM "
        "answered about a key of user {other}"
    )
    remedy = (
        "Something between this machine and AWS may have answered instead, or the user was "
        "renamed a moment ago. Preview again. If the answer stays the same, remove the "
        'safeguard. In an incident, override="why" deactivates the key at once.'
    )
    safeguard: object
    key: object
    owner: object
    other: object


class SdkGaveUp(Message):
    code = "KS413"
    title = "SDK error during the call"
    text = "the AWS SDK failed during {operation}, and AWS may have received the call: {message}"
    remedy = "Run again, which is safe. keyswitch looks at the live status first."
    operation: object
    message: object


class LastUseInFuture(Message):
    code = "KS414"
    title = "Last use in the future"
    text = (
        "{safeguard} cannot be checked: IAM reports that {key} was last used at {date}, which"
        " is in the future by the clock of this machine"
    )
    remedy = (
        "Set the clock of this machine. If the clock is right, something between this machine"
        " and AWS may answer instead; remove the safeguard if the answer stays the same. In "
        'an incident, override="why" deactivates the key at once.'
    )
    safeguard: object
    key: object
    date: object
