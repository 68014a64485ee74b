"""KS6..: about a key that signs Pulumi's own calls."""

from __future__ import annotations

from keyswitch.messages.catalogue.message import Message


class SigningKeyToBeDeactivated(Message):
    code = "KS626"
    title = "Signing key will be deactivated"
    text = (
        "Pulumi is authenticating with this key{where}; it will be deactivated last, after "
        "the other keys of this run"
    )
    remedy = (
        "Give Pulumi other credentials before the next run. Leave out --parallel 1: with it "
        "Pulumi chooses the order, and keys that come after this one fail."
    )
    where: object = ""


class SigningKeyDeactivated(Message):
    code = "KS627"
    title = "Signing key deactivated"
    text = (
        "AWS accepted the deactivation of this key and has refused every call signed with it "
        "since, so keyswitch could not look again"
    )
    remedy = "Give Pulumi other credentials, and run pulumi preview to see the live status."
