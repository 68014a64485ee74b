"""What an audit found, as a table, JSON, Markdown, or a page to file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from importlib.resources import files
from typing import Final

import click

from keyswitch import __version__
from keyswitch.cli.tables import (
    WIDE,
    age,
    json_text,
    key_bag,
    last_use_in_full,
    plain,
    print_listing,
)
from keyswitch.messages.format import counted
from keyswitch.messages.printable import printable
from keyswitch.model.durations import iso
from keyswitch.report.checks import Finding
from keyswitch.report.inventory import Inventory
from keyswitch.report.markdown import COMMENT_BYTES, code_span, fitting, table_row
from keyswitch.report.text_table import Listing

_AT_ONCE: Final = timedelta(minutes=5)
"""A walk shorter than this is of one moment."""


@dataclass(frozen=True)
class Audited:
    """One audit.

    :param at: when it ended, an aware moment.
    :param against: what the keys were held against besides the controls, in words; empty for nothing.
    """

    account_id: str
    at: datetime
    inventory: Inventory
    findings: Sequence[Finding]
    against: str

    @cached_property
    def keys(self) -> int:
        """How many keys were looked at."""
        return sum(1 for _ in self.inventory.keys)

    @property
    def verdict(self) -> str:
        """One sentence; a declared key that is gone is none of those that were looked at."""
        keys = counted(self.keys, "key")
        if not self.findings:
            return f"{keys}, no findings."
        there = {seen.key.access_key_id for _, seen in self.inventory.keys}
        concerned = {each.access_key_id for each in self.findings}
        gone = counted(len(concerned - there), "declared key")
        told = (
            f"{len(concerned & there)} of them" if concerned & there else "",
            f"{gone} not there any more" if concerned - there else "",
        )
        about = " and ".join(each for each in told if each)
        return f"{keys}, {counted(len(self.findings), 'finding')} about {about}."

    @property
    def when(self) -> str:
        """ISO 8601; from when to when, where an earlier walk was gone on with."""
        since, at = iso(self.inventory.since), iso(self.at)
        return at if self.at - self.inventory.since < _AT_ONCE else f"{since} to {at}"


def print_findings(audited: Audited) -> None:
    """On standard output, in colours where it is a terminal."""
    if audited.findings:
        print_listing(_listing(audited))
    click.echo(_closing(audited))


def to_table(audited: Audited, width: int = WIDE) -> str:
    """The same as plain text.

    :param width: in characters.
    """
    found = plain(_listing(audited), width) if audited.findings else ""
    return f"{found}{_closing(audited)}\n"


def to_json(audited: Audited) -> str:
    """For a machine: every key with the codes of what is found about it, and every finding in full.

    A finding about a declared key that is gone names a key that is not among those.
    """
    found = [
        {
            "code": each.message.code,
            "title": each.message.title,
            "access_key_id": each.access_key_id,
            "user_name": each.user_name,
            "cause": each.message.cause,
            "remedy": each.message.what_to_do,
            "controls": list(each.controls),
        }
        for each in audited.findings
    ]
    codes: dict[str, list[str]] = {}
    for each in audited.findings:
        codes.setdefault(each.access_key_id, []).append(each.message.code)
    bag = {
        "account_id": audited.account_id,
        "at": audited.when,
        "against": audited.against,
        "keys": [
            key_bag(user, seen, codes.get(seen.key.access_key_id, []))
            for user, seen in audited.inventory.keys
        ],
        "findings": found,
    }
    return json_text(bag)


def to_markdown(audited: Audited, limit: int = COMMENT_BYTES) -> str:
    """For an issue or a comment; each control that is gone against stands below, once.

    :param limit: the most bytes of UTF-8; findings that would go beyond it are counted instead.
    """
    controls = list(dict.fromkeys(c for each in audited.findings for c in each.controls))
    head = [f"**Keyswitch audit of account {audited.account_id}: {audited.verdict}**", ""]
    table = ["| key | user | finding | control |", "|---|---|---|---|"]
    against = f" Compared with {printable(audited.against)}." if audited.against else ""
    tail = [f"{number}. {control}" for number, control in enumerate(controls, start=1)]
    tail += [""] if controls else []
    tail += [f"Looked at {audited.when}.{against} `keyswitch explain CODE` says what to do."]
    lines = (_markdown_row(each, controls) for each in audited.findings)
    shown = fitting(lines, limit, around=(*head, *table, *tail))
    left = len(audited.findings) - len(shown)
    more = f"… and {counted(left, 'more finding')}; `keyswitch audit --format json` lists them all."
    rest = [*([""] if shown else []), *([more, ""] if left else [])]
    return "\n".join([*head, *(table if shown else []), *shown, *rest, *tail]) + "\n"


def _markdown_row(finding: Finding, controls: Sequence[str]) -> str:
    numbers = ", ".join(str(controls.index(each) + 1) for each in finding.controls)
    cells = (
        code_span(finding.access_key_id),
        code_span(finding.user_name),
        f"{finding.message.code}: {code_span(finding.message.cause)}",
        numbers,
    )
    return table_row(*cells)


def to_html(audited: Audited) -> str:
    """One page with nothing outside it: no script, no font, no picture from elsewhere."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, finalize=_shown
    )
    environment.filters["age"] = lambda seen: age(seen, audited.at)
    environment.filters["last_use"] = lambda seen: last_use_in_full(seen, audited.at)
    template = files("keyswitch.cli").joinpath("audit.html.j2").read_text(encoding="utf-8")
    page = environment.from_string(template).render(audited=audited, version=__version__)
    return f"{page.rstrip()}\n"


def _shown(value: object) -> object:
    return printable(value) if isinstance(value, str) else value


def _listing(audited: Audited) -> Listing:
    rows = [
        (
            each.access_key_id,
            each.user_name,
            each.message.code,
            each.message.cause,
            "\n".join(each.controls),
        )
        for each in audited.findings
    ]
    return Listing(("key", "user", "code", "finding", "control"), rows, names=3)


def _closing(audited: Audited) -> str:
    against = f" Compared with {audited.against}." if audited.against else ""
    explain = " keyswitch explain CODE says what to do." if audited.findings else ""
    return printable(f"Account {audited.account_id}: {audited.verdict}{against}{explain}")


FORMS: Final[Mapping[str, Callable[[Audited], str]]] = {
    "table": to_table,
    "json": to_json,
    "markdown": to_markdown,
    "html": to_html,
}
