"""Writes what ``bench.py`` measured: JSON, the table of docs/performance.md, and a plot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench_plot import write_plot

BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"
ROLES: Final = ("plugin", "program", "pulumi", "terraform")
SHOWN: Final = ("preview", "up, all flipped")
COMPARED: Final = ("fleet", "Terraform", "boto3 loop")
TABLES: Final = {
    "results": ("floor", "resources", "floor saved once", "resources saved once"),
    "native_results": (
        "native floor",
        "native",
        "native, Python",
        "native floor saved once",
        "native saved once",
        "resources",
        "resources saved once",
    ),
}
TITLES: Final = {"results": "The dynamic provider", "native_results": "The native provider"}
SIZES_SHOWN: Final = (1, 1_000)
"""In the table; the plot and the JSON have every size."""


def write_report(bag: Mapping[str, Any], out: Path) -> None:
    """All three files, below ``out``; a page that is there keeps its words around the table."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    (out / "performance.json").write_text(_json_by_rows(bag))
    page = out / "performance.md"
    before, _, rest = (page.read_text() if page.exists() else "").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{_table(bag)}\n{END}{after}")
    if bag["results"]:
        write_plot(bag["results"], out / "images" / "performance.svg")


def _json_by_rows(bag: Mapping[str, Any]) -> str:
    """A line for each row, so that a new measurement changes its own lines only."""
    lines = []
    for part in TABLES:
        rows = ",\n".join(json.dumps(row) for row in bag[part])
        lines.append(f'"{part}": [\n{rows}\n],\n')
    rest = json.dumps({name: value for name, value in bag.items() if name not in TABLES})
    return f"{{{''.join(lines)}{rest[1:]}\n"


def with_new_rows(earlier: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of an earlier report, those that were measured anew in their place."""
    parts = ("keys", "latency_ms", "operation", "contestant")
    return list({tuple(each[part] for part in parts): each for each in (*earlier, *new)}.values())


def _table(bag: Mapping[str, Any]) -> str:
    lines = [f"On {bag['machine']}; medians, in seconds."]
    for part, own in TABLES.items():
        shown = [
            each for each in bag[part] if each["operation"] in SHOWN and each["keys"] in SIZES_SHOWN
        ]
        walls = {_place(each, each["contestant"]): each["wall"] for each in shown}
        names = [
            name for name in (*own, *COMPARED) if any(each["contestant"] == name for each in shown)
        ]
        lines += ["", f"{TITLES[part]}:", "", f"| call | operation | keys | {' | '.join(names)} |"]
        lines.append("|---" * (3 + len(names)) + "|")
        for latency, operation, keys in sorted({_place(each) for each in shown}):
            seen = [walls.get((latency, operation, keys, name)) for name in names]
            cells = " | ".join(f"{wall:.1f}" if wall is not None else "" for wall in seen)
            lines.append(f"| {latency} ms | {operation} | {keys:,} | {cells} |")
    return "\n".join([*lines, *_organization_table(bag.get("organization")), ""])


def _organization_table(measured: Mapping[str, Any] | None) -> list[str]:
    """A row for each latency and number of accounts; seconds and megabytes of both contestants."""
    if not measured:
        return []
    rows = {_of(each): each for each in measured["rows"]}
    names = list(dict.fromkeys(each["contestant"] for each in measured["rows"]))
    titles = [f"{name}, {unit}" for unit in ("s", "MB") for name in names]
    lines = [
        "",
        f"The scan of an organization, on {measured['machine']}:",
        "",
        f"| call | accounts | users | {' | '.join(titles)} |",
        "|---" * (3 + len(titles)) + "|",
    ]
    for latency, accounts in sorted({each[:2] for each in rows}):
        found = [rows[latency, accounts, name] for name in names]
        walls = " | ".join(f"{each['wall']:.1f}" for each in found)
        memory = " | ".join(f"{each['memory']:.0f}" for each in found)
        users = found[0]["users"]
        lines.append(f"| {latency} ms | {accounts:,} | {users:,} | {walls} | {memory} |")
    return lines


def _of(row: Mapping[str, Any]) -> tuple[int, int, str]:
    return row["latency_ms"], row["accounts"], row["contestant"]


def _place(row: Mapping[str, Any], *more: str) -> tuple[Any, ...]:
    return (row["latency_ms"], row["operation"], row["keys"], *more)
