"""The sentences about who uses a key: what was read, what emptiness proves, and what CloudTrail does not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from keyswitch.iam.cloudtrail import LATE
from keyswitch.iam.key_ids import account_of
from keyswitch.messages.format import counted, in_one_line, shortened
from keyswitch.model.durations import moment
from keyswitch.report.key_usage import Caller, KeyUsage
from keyswitch.report.known_key import KnownKey

CANNOT_SEE: Final = (
    "data events: objects in S3, invocations of Lambda, items in DynamoDB, and others",
    "what happened more than 90 days ago, or in other regions",
    f"the last {int(LATE.total_seconds() / 60)} minutes, as CloudTrail can take so long",
    "what sessions did that were started with the key: they have ids of their own",
    "calls that AWS refuses because the key is Inactive, as a rule",
)
"""What LookupEvents does not have, whatever it answers."""
_CALLERS_IN_SHORT: Final = 2
_LONGEST_PROGRAM: Final = 80
_LONGEST_CELL: Final = 240
_LONGEST_WORD: Final = 60
_LONGEST_SOURCE: Final = 45
"""In characters, as many as an IPv6 address can have."""


def summary(usage: KeyUsage, account_id: str) -> str:
    """What was read."""
    account = f" in account {account_id}" if account_id else ""
    by = f" by {counted(len(usage.callers), 'caller')}" if usage.uses else ""
    asked = in_list([each.region for each in usage.regions])
    events = f"{usage.events:,} {'event' if usage.events == 1 else 'events'}"
    failed = f" Calls that failed or were refused: {usage.failed:,}." if usage.failed else ""
    return f"{events}{by}{account} since {usage.since}, in {asked}.{failed}"


def remarks(usage: KeyUsage, known: KnownKey, account_id: str) -> Iterator[str]:
    """What whoever reads the numbers has to know, a sentence or more in each line."""
    if usage.is_interrupted:
        yield "The lookup was interrupted: these are the events that had arrived by then."
    for region in usage.not_asked:
        could = "could be read in part only" if region.events else "could not be asked"
        yield f"{region.region} {could}: {region.problem}"
    for region in usage.cut_short:
        yield (
            f"{region.region} has more events: the latest {region.events:,} were read, back to {region.oldest}. "
            "To read more, raise --max-events."
        )
    if not usage.uses:
        yield from _of_nothing(usage, known, account_id)
    hint = _of_last_use(usage, known)
    if hint:
        yield hint


def _of_nothing(usage: KeyUsage, known: KnownKey, account_id: str) -> Iterator[str]:
    if usage.not_asked or usage.is_interrupted:
        yield "The lack of events proves nothing, as not all was read."
        return
    if moment(usage.until) - moment(usage.since) <= LATE:
        yield "The lack of events proves nothing, as CloudTrail can take 15 minutes. Raise --since."
        return
    yield (
        "The lack of events proves that the key signed no management call in these regions in this time. It does "
        "not prove that nobody uses the key, or still has it."
    )
    other = _other_account(usage, account_id)
    if other and known.key is None:
        yield (
            f"The id looks like one of account {other}, and this is account {account_id}: only the key's own account "
            "has its events."
        )


def _other_account(usage: KeyUsage, account_id: str) -> str:
    """The account that the key looks like one of, if that is another than was asked; else empty."""
    found = account_of(usage.access_key_id) or ""
    return found if account_id and found != account_id else ""


def _of_last_use(usage: KeyUsage, known: KnownKey) -> str:
    """Where IAM knows of a use that none of the events is about."""
    used = known.used
    if used is None or not used.date or used.date < usage.since:
        return ""
    asked = [each.region for each in usage.regions]
    if used.region and used.region not in (*asked, "N/A"):
        return f"IAM reports the last use in {used.region}, which was not asked: add --region {used.region}."
    if not usage.uses and not usage.not_asked:
        return (
            f"IAM reports a use by {used.service_name} on {used.date} all the same: that was a data event, or is too "
            "recent."
        )
    return ""


def in_short(usage: KeyUsage, account_id: str) -> str:
    """The two callers with the most events in one line, for a digest; or where there is no event."""
    callers = usage.callers
    told = [_in_short(each) for each in callers[:_CALLERS_IN_SHORT]]
    more = len(callers) - len(told)
    told += [f"{more} more"] if more else []
    notes = [f"{each.region} could not be asked: {each.problem}" for each in usage.not_asked]
    notes += [f"of the latest {each.events:,} events of {each.region}" for each in usage.cut_short]
    if told:
        last = max(each.last for each in callers)
        return in_one_line("; ".join([f"used by {in_list(told)}, last {last}", *notes]))
    read = [each.region for each in usage.regions if not each.problem]
    account = f" of account {account_id}" if account_id else ""
    if read:
        nothing = f"CloudTrail has no management event since {usage.since[:10]}"
        notes.insert(0, f"{nothing} in {in_list(read)}{account}")
        other = _other_account(usage, account_id)
        if other:
            notes.insert(
                1,
                f"the id looks like one of account {other}: run keyswitch who {usage.access_key_id} with credentials of "
                "that account",
            )
    return in_one_line("; ".join(notes))


def _in_short(caller: Caller) -> str:
    program = in_ascii(caller.program, _LONGEST_PROGRAM)
    return f"{program} from {source_in_short(caller)} ({counted(caller.events, 'event')})"


def program_in_full(caller: Caller) -> str:
    """The program as a cell of a table can show it: long, but of short words."""
    words = in_ascii(caller.program, _LONGEST_CELL).split()
    return " ".join(shortened(word, _LONGEST_WORD) for word in words)


def source_in_short(caller: Caller) -> str:
    """The address as it can be shown anywhere."""
    return in_ascii(caller.source_ip_address, _LONGEST_SOURCE)


def in_ascii(text: str, longest: int) -> str:
    """Somebody else's words as they can be shown, each character one column wide.

    :param longest: in characters, escapes counted.
    """
    shown = in_one_line(text).encode("ascii", "backslashreplace").decode()
    return shortened(shown, longest)


def in_list(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
