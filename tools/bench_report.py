"""Writes what ``bench.py`` measured: JSON, the tables of docs/performance.md, and a plot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench_accounts import table
from bench_plot import COLOURS, write_plot

BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"
ROLES: Final = ("plugin", "program", "pulumi", "terraform")
SHOWN: Final = ("preview", "up, all flipped")


def write_report(bag: Mapping[str, Any], out: Path) -> None:
    """All three files, below ``out``; a page that is there keeps its words around the tables."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    (out / "performance.json").write_text(_json_by_rows(bag))
    page = out / "performance.md"
    before, _, rest = (page.read_text() if page.exists() else "").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{_tables(bag)}\n{END}{after}")
    write_plot(bag["results"], out / "images" / "performance.svg")


def _json_by_rows(bag: Mapping[str, Any]) -> str:
    """A line for each row, so that a new measurement changes its own lines only."""
    rows = ",\n".join(json.dumps(row) for row in bag["results"])
    rest = json.dumps({name: value for name, value in bag.items() if name != "results"})
    return f'{{"results": [\n{rows}\n],\n{rest[1:]}\n'


def with_new_rows(earlier: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of an earlier report, those that were measured anew in their place."""
    parts = ("keys", "latency_ms", "operation", "contestant")
    return list({tuple(each[part] for part in parts): each for each in (*earlier, *new)}.values())


def _tables(bag: Mapping[str, Any]) -> str:
    lines = [f"On {bag['machine']}; medians, in seconds.", ""]
    results = [each for each in bag["results"] if each["operation"] in SHOWN]
    names = [name for name in COLOURS if any(each["contestant"] == name for each in results)]
    walls = {_place(each, each["contestant"]): each["wall"] for each in results}
    lines += [f"| call | operation | keys | {' | '.join(names)} |", "|---" * (3 + len(names)) + "|"]
    for place in sorted({_place(each) for each in results}):
        seen = [walls.get((*place, name)) for name in names]
        cells = [f"{wall:.1f}" if wall is not None else "" for wall in seen]
        latency, operation, keys = place
        lines.append(f"| {latency} ms | {operation} | {keys:,} | {' | '.join(cells)} |")
    many = table(bag["accounts"]) if bag["accounts"] else []
    return "\n".join([*lines, "", *_costs(results), *_throttled(bag["throttled"]), *many])


def _place(row: Mapping[str, Any], *more: str) -> tuple[Any, ...]:
    return (row["latency_ms"], row["operation"], row["keys"], *more)


def _throttled(runs: list[dict[str, Any]]) -> list[str]:
    if not runs:
        return []
    lines = [
        "### Throttled",
        "",
        "| | keys | calls a second | seconds | calls | share of the rate |",
    ]
    lines.append("|---|---|---|---|---|---|")
    for each in runs:
        run, a_second = each["run"], each["a_second"]
        share = run["calls"] / run["wall"] / a_second
        lines.append(
            f"| {each['contestant']} | {each['keys']} | {a_second} "
            f"| {run['wall']:.0f} | {run['calls']} | {share:.0%} |"
        )
    return [*lines, ""]


def _costs(results: list[dict[str, Any]]) -> list[str]:
    """CPU, memory and calls of flips, at the largest size of each contestant."""
    lines = ["### CPU, memory and calls of flips", ""]
    lines += ["| | keys | CPU seconds | memory, MB | calls of IAM |", "|---|---|---|---|---|"]
    largest: dict[str, int] = {}
    for each in results:
        largest[each["contestant"]] = max(each["keys"], largest.get(each["contestant"], 0))
    for each in sorted(results, key=lambda each: (each["keys"], each["operation"])):
        is_flip = each["operation"] == SHOWN[-1] and not each["latency_ms"]
        if not is_flip or each["keys"] != largest[each["contestant"]]:
            continue
        memory = ", ".join(f"{role} {mb:.0f}" for role, mb in sorted(each["memory"].items()))
        lines.append(
            f"| {each['contestant']} | {each['keys']:,} | {each['cpu']:.1f} "
            f"| {memory} | {each['calls']:,} |"
        )
    return [*lines, ""]
