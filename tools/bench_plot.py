"""Draws what ``bench.py`` measured: seconds over the number of keys, one plot for each latency and operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import ticker
from matplotlib.figure import Figure

COLOURS: Final = {
    "floor": "#8c959f",
    "resources": "#0b5cad",
    "floor saved once": "#c4cad1",
    "resources saved once": "#6cb0f5",
    "fleet": "#1a7f37",
    "Terraform": "#844fba",
    "boto3 loop": "#bf5700",
}
OPERATIONS: Final = ("preview", "up, all flipped")
INCHES_OF_ONE: Final = (4.6, 3.4)


def write_plot(results: Sequence[Mapping[str, Any]], path: Path) -> None:
    """An SVG in which the same numbers make the same file."""
    mpl.rcParams |= {"svg.hashsalt": "keyswitch", "svg.fonttype": "none", "font.size": 9}
    latencies = sorted({each["latency_ms"] for each in results})
    width, height = INCHES_OF_ONE
    figure = Figure(
        figsize=(width * len(OPERATIONS), height * len(latencies)), layout="constrained"
    )
    plots = figure.subplots(
        len(latencies), len(OPERATIONS), sharex=True, sharey="row", squeeze=False
    )
    for latency, row in zip(latencies, plots, strict=True):
        for operation, plot in zip(OPERATIONS, row, strict=True):
            for name, colour in COLOURS.items():
                line = sorted(
                    (each["keys"], each["wall"])
                    for each in results
                    if (each["contestant"], each["latency_ms"], each["operation"])
                    == (name, latency, operation)
                )
                if line:
                    plot.plot(*zip(*line, strict=True), color=colour, label=name, marker=".")
            plot.set(title=f"{operation}, {latency} ms", xscale="log", yscale="log")
            plot.minorticks_off()
            plot.xaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.0f}"))
            plot.yaxis.set_major_formatter(ticker.StrMethodFormatter("{x:g}"))
            plot.grid(visible=True, color="#d0d7de", linewidth=0.5)
    for plot in plots[-1]:
        plot.set_xlabel("keys")
    for plot in plots[:, 0]:
        plot.set_ylabel("seconds")
    handles, labels = plots[0][-1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.savefig(path, metadata={"Date": None})
