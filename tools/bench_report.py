"""Writes what ``bench.py`` measured: JSON, the tables of docs/performance.md, and a plot."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import pairwise, product
from pathlib import Path
from typing import Any, Final

from bench_accounts import table
from bench_plot import COLOURS, write_plot

BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"
ROLES: Final = ("plugin", "program", "pulumi", "terraform")
RATIOS: Final = (
    ("resources", "floor"),
    ("resources saved once", "resources"),
    ("resources", "Terraform"),
    ("fleet", "Terraform"),
    ("fleet", "boto3 loop"),
)
LEAST_OF_GROWTH: Final = 10
GROWTH: Final = ("preview", "up, all flipped")


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
    results = bag["results"]
    for latency in sorted({each["latency_ms"] for each in results}):
        lines += [f"### {latency} ms added to each call of IAM", ""]
        names = [name for name in COLOURS if any(each["contestant"] == name for each in results)]
        heads = ["keys", "operation", *names, *(f"{one} / {other}" for one, other in RATIOS)]
        lines += [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
        for size in sorted({each["keys"] for each in results}):
            for operation in _in_order(each["operation"] for each in results):
                walls = {
                    each["contestant"]: each["wall"]
                    for each in results
                    if (each["latency_ms"], each["keys"], each["operation"])
                    == (latency, size, operation)
                }
                if walls:
                    cells = [f"{walls[name]:.2f}" if name in walls else "" for name in names]
                    ratios = [_ratio(walls, one, other) for one, other in RATIOS]
                    lines.append(f"| {size} | {operation} | {' | '.join([*cells, *ratios])} |")
        lines.append("")
    many = table(bag["accounts"]) if bag["accounts"] else []
    return "\n".join(
        [*lines, *_growth(results), *_costs(results), *_throttled(bag["throttled"]), *many]
    )


def _growth(results: list[dict[str, Any]]) -> list[str]:
    """What one more key takes; that of fewer than ten is lost in what a run takes anyway."""
    sizes = sorted({each["keys"] for each in results if each["keys"] >= LEAST_OF_GROWTH})
    steps = list(pairwise(sizes))
    walls = {
        (each["latency_ms"], each["operation"], each["contestant"], each["keys"]): each["wall"]
        for each in results
    }
    lines = ["### One more key, in milliseconds", ""]
    heads = ["added to each call", "operation", "", *(f"{a:,} to {b:,} keys" for a, b in steps)]
    lines += [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for latency, operation, name in product(
        sorted({each["latency_ms"] for each in results}), GROWTH, COLOURS
    ):
        cells = [
            f"{(walls[to] - walls[start]) / (to[-1] - start[-1]) * 1000:.1f}"
            if start in walls and to in walls
            else ""
            for start, to in (
                ((latency, operation, name, a), (latency, operation, name, b)) for a, b in steps
            )
        ]
        if any(cells):
            lines.append(f"| {latency} ms | {operation} | {name} | {' | '.join(cells)} |")
    return [*lines, ""]


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
    """CPU, memory and calls, of the largest size of each contestant of the engine's."""
    lines = ["### CPU, memory and calls", ""]
    lines += [
        "| | keys | operation | CPU seconds | memory, MB | calls of IAM |",
        "|---|---|---|---|---|---|",
    ]
    sizes = {
        each["contestant"]: max(r["keys"] for r in results if r["contestant"] == each["contestant"])
        for each in results
    }
    for each in sorted(results, key=lambda each: (each["keys"], each["operation"])):
        if each["latency_ms"] or each["keys"] not in (1, 100, sizes[each["contestant"]]):
            continue
        if each["operation"] not in ("preview", "up, all flipped"):
            continue
        memory = ", ".join(f"{role} {mb:.0f}" for role, mb in sorted(each["memory"].items()))
        lines.append(
            f"| {each['contestant']} | {each['keys']} | {each['operation']} | {each['cpu']:.1f} "
            f"| {memory} | {each['calls']} |"
        )
    return [*lines, ""]


def _ratio(walls: Mapping[str, float], one: str, other: str) -> str:
    return f"{walls[one] / walls[other]:.2f}" if one in walls and other in walls else ""


def _in_order(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))
