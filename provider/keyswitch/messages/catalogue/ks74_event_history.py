"""KS74.: about CloudTrail's event history, which ``keyswitch who`` reads."""

from __future__ import annotations

from keyswitch.messages.catalogue.ks3_denials import Denial
from keyswitch.messages.catalogue.message import Message


class LookupDenied(Denial):
    code = "KS740"
    title = "Event history denied"
    text = "{principal} may not call {operation} on {resource}: {reason}"
    remedy = (
        "Allow {operation} on the resource *, which cannot be narrowed. If only some regions are denied, ask "
        "the others with --region."
    )


class LookupRefused(Message):
    code = "KS741"
    title = "Event history refused"
    text = "AWS answered {aws_code} to {operation}: {message}"
    remedy = (
        "Run the command again. If AWS refuses the time range, compare the clock of this machine (date -u) with "
        "the time, or ask for a shorter range with --since."
    )
    aws_code: object
    operation: object
    message: object


class RegionRefused(Message):
    code = "KS742"
    title = "Credentials refused in a region"
    text = "AWS does not accept the credentials in {region}: {message}"
    remedy = (
        "If the credentials work in other regions, this account has probably not enabled {region}: leave the "
        "region out. A session token can also be valid in some regions only: use other credentials then."
    )
    region: object
    message: object


class RegionsNotAsked(Message):
    code = "KS743"
    title = "Regions that could not be asked"
    text = (
        "CloudTrail could not be asked, or not to the end, in {regions}, so not all that was done there "
        "is counted"
    )
    remedy = "Correct what the output says about each region. Then run the command again."
    regions: object


class LookupInterrupted(Message):
    code = "KS744"
    title = "Interrupted lookup"
    text = "the lookup was interrupted, so the output has only the events that had arrived by then"
    remedy = (
        "Run the command again. To be done sooner, use a shorter --since, or fewer --max-events."
    )


class EndsNotTold(Message):
    code = "KS745"
    title = "Ends that are secrets"
    text = "{source} keeps secret until when the keys of {names} are declared Active, so they are not listed"
    remedy = "Write active_until in plain text in the program, and run pulumi up. Until then, look up these ends there."
    why = "A list that leaves out a key would look complete to its reader."
    source: object
    names: object
