"""Who uses a key, as JSON: every sum in full. docs/reference/schemas has its schema."""

from __future__ import annotations

from typing import Any, Final

from keyswitch.report.json_text import json_text
from keyswitch.report.key_usage import Caller, KeyUsage, Use
from keyswitch.report.key_usage_text import CANNOT_SEE, remarks
from keyswitch.report.known_key import KnownKey

VERSION: Final = 1
"""Of the form: it grows when a field goes or changes its meaning, not when one is added."""


def to_json(usage: KeyUsage, known: KnownKey, account_id: str) -> str:
    """For a machine.

    :param account_id: that was asked, empty where it is not known.
    """
    used = known.used
    bag = {
        "version": VERSION,
        "access_key_id": usage.access_key_id,
        "account_id": account_id or None,
        "user_name": known.user_name or next(iter(usage.user_names), None),
        "status": str(known.key.status) if known.key is not None else None,
        "last_used": None
        if used is None
        else {"date": used.date, "service_name": used.service_name, "region": used.region},
        "since": usage.since,
        "until": usage.until,
        "max_events": usage.most,
        "is_interrupted": usage.is_interrupted,
        "events": usage.events,
        "errors": usage.failed,
        "regions": [
            {
                "region": each.region,
                "events": each.events,
                "is_complete": each.is_complete,
                "oldest_event": each.oldest or None,
                "problem": each.problem or None,
            }
            for each in usage.regions
        ],
        "callers": [_caller(each) for each in usage.callers],
        "uses": [_use(each) for each in usage.uses],
        "remarks": list(remarks(usage, known, account_id)),
        "cannot_see": list(CANNOT_SEE),
    }
    return json_text(bag)


def _caller(caller: Caller) -> dict[str, Any]:
    return {
        "source_ip_address": caller.source_ip_address,
        "program": caller.program,
        "events": caller.events,
        "errors": caller.failed,
        "first_day": caller.days[0],
        "last_day": caller.days[-1],
        "days": len(caller.days),
        "last_event": caller.last,
    }


def _use(use: Use) -> dict[str, Any]:
    return {
        "region": use.region,
        "event_source": use.event_source,
        "event_name": use.event_name,
        "source_ip_address": use.source_ip_address,
        "user_agent": use.user_agent,
        "day": use.day,
        "events": use.events,
        "last_event": use.last,
        "errors": dict(use.errors),
    }
