"""Writes what ``bench.py`` measured: JSON, the tables of docs/performance.md, and a plot."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"
_ROLES: Final = ("plugin", "program", "pulumi", "terraform")
COLOURS: Final = {
    "floor": "#8c959f",
    "resources": "#0b5cad",
    "fleet": "#1a7f37",
    "Terraform": "#844fba",
    "boto3 loop": "#bf5700",
}
RATIOS: Final = (
    ("resources", "floor"),
    ("resources", "Terraform"),
    ("fleet", "Terraform"),
    ("fleet", "boto3 loop"),
)
PLOT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 340" font-family="system-ui, sans-serif" font-size="12">
<rect width="720" height="340" fill="#ffffff"/>
<text x="60" y="20" font-size="14">{{ title }}</text>
{% for y, label in ticks_y %}<line x1="60" x2="560" y1="{{ y }}" y2="{{ y }}" stroke="#d0d7de"/><text x="54" y="{{ y + 4 }}" text-anchor="end">{{ label }}</text>
{% endfor %}{% for x, label in ticks_x %}<text x="{{ x }}" y="318" text-anchor="middle">{{ label }}</text>
{% endfor %}<text x="310" y="336" text-anchor="middle">keys</text>
{% for line in lines %}<polyline fill="none" stroke="{{ line.colour }}" stroke-width="2" points="{{ line.points }}"/>
<text x="570" y="{{ line.y + 4 }}" fill="{{ line.colour }}">{{ line.name }} {{ line.last }}</text>
{% endfor %}</svg>
"""


def write_report(bag: Mapping[str, Any], out: Path) -> None:
    """All three files, below ``out``; a page that is there keeps its words around the tables."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    (out / "performance.json").write_text(json.dumps(bag, indent=1) + "\n")
    page = out / "performance.md"
    before, _, rest = (page.read_text() if page.exists() else "").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{_tables(bag)}\n{END}{after}")
    (out / "images" / "performance.svg").write_text(_plot(bag["results"]))


def _tables(bag: Mapping[str, Any]) -> str:
    lines = [f"On {bag['machine']}; medians of {bag['repeat']} runs, in seconds.", ""]
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
    return "\n".join([*lines, *_costs(results), *_throttled(bag["throttled"])])


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
        run = sorted(each["runs"], key=lambda run: run["wall"])[len(each["runs"]) // 2]
        memory = ", ".join(
            f"{role} {mb:.0f}" for role, mb in sorted(run["memory"].items()) if role in _ROLES
        )
        lines.append(
            f"| {each['contestant']} | {each['keys']} | {each['operation']} | {run['cpu']:.1f} "
            f"| {memory} | {run['calls']} |"
        )
    return [*lines, ""]


def _ratio(walls: Mapping[str, float], one: str, other: str) -> str:
    return f"{walls[one] / walls[other]:.2f}" if one in walls and other in walls else ""


def _in_order(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def _plot(results: list[dict[str, Any]]) -> str:
    """Seconds over keys, both logarithmic, of a run that flips all."""
    from math import log10

    shown = [r for r in results if r["operation"] == "up, all flipped" and not r["latency_ms"]]
    most = max(r["wall"] for r in shown)
    decades = (-2, log10(most) + 0.1)
    widest = log10(max(r["keys"] for r in shown)) or 1

    def x(keys: float) -> float:
        return round(60 + 500 * log10(keys) / widest, 1)

    def y(seconds: float) -> float:
        share = (log10(max(seconds, 0.01)) - decades[0]) / (decades[1] - decades[0])
        return round(300 - 260 * share, 1)

    lines = []
    for name in _in_order(r["contestant"] for r in shown):
        rows = sorted((r["keys"], r["wall"]) for r in shown if r["contestant"] == name)
        points = " ".join(f"{x(keys)},{y(wall)}" for keys, wall in rows)
        last = f"{rows[-1][1]:.1f} s at {rows[-1][0]}"
        line = {"name": name, "colour": COLOURS[name], "points": points, "y": y(rows[-1][1])}
        lines.append({**line, "last": last})
    ticks = [value for value in (0.01, 0.1, 1, 10, 100, 1000) if value <= most * 1.3]
    return (
        Environment(autoescape=True, undefined=StrictUndefined)
        .from_string(PLOT)
        .render(
            title="All keys flipped: seconds",
            ticks_y=[(y(value), f"{value:g}") for value in ticks],
            ticks_x=[(x(keys), keys) for keys in sorted({r["keys"] for r in shown})],
            lines=lines,
        )
    )
