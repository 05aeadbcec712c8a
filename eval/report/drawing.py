"""Draws the curves of a report with matplotlib. Import it only where something is drawn.

A figure is drawn once and saved as SVG (into the page) or PNG (for a README). The same data gives the same bytes: no
dates, a fixed salt for ids, and matplotlib's own defaults whatever the user's configuration says.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator
from PIL import Image

from eval.metrics import Estimate
from eval.report.curves import Histogram, Reliability, RiskCoverage

# Those of qa/static/palette.css in light mode; `eval.report.svg` puts the page's own in their place.
PAPER, INK, MUTED, LINE = "#ffffff", "#1c2430", "#586273", "#ddd7c9"
CURVE, BAR, MARK = "#1f4f8b", "#6d8db5", "#b45309"

FLAT, SQUARE, WIDE = (5.0, 2.8), (5.0, 4.5), (7.0, 4.6)  # inches
PNG_DPI = 200  # twice the pixels of a plain screen

_STYLE: dict[Any, Any] = {  # of any type: what a setting takes, matplotlib checks itself
    "axes.edgecolor": LINE,
    "axes.labelcolor": INK,
    "axes.labelsize": 10,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "font.size": 10,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "pincite",
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure that can be saved in either format."""

    figure: Figure

    def svg(self) -> str:
        """SVG with its text as text, in the reader's own fonts."""
        buffer = io.StringIO()
        with _style():
            self.figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
        return buffer.getvalue()

    def png(self) -> bytes:
        """PNG on white, at twice the pixels of a plain screen."""
        drawn, small = io.BytesIO(), io.BytesIO()
        with _style():
            self.figure.savefig(drawn, format="png", dpi=PNG_DPI, facecolor=PAPER)
        # A few dozen colours are enough for lines on white, and a third of the bytes.
        Image.open(drawn).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
        return small.getvalue()


def draw_risk_coverage(data: RiskCoverage) -> Drawing:
    """Risk over coverage with its band, the threshold in use, and the risk of answering everything."""
    return _draw(SQUARE, lambda figure: _risk_coverage(figure, data))


def draw_reliability(data: Reliability, threshold: float | None = None) -> Drawing:
    """The share that is right over confidence, with the diagonal; below it the questions at each confidence."""
    return _draw(SQUARE, lambda figure: _reliability(figure, data, threshold))


def draw_histogram(data: Histogram, marks: Sequence[tuple[str, Estimate]]) -> Drawing:
    """Bars of a histogram of milliseconds, with percentiles marked."""
    return _draw(FLAT, lambda figure: _histogram(figure, data, marks))


def draw_costs(passages: Sequence[int], curves: Mapping[str, Sequence[float]]) -> Drawing:
    """Costs over the number of passages, both on logarithmic scales: a figure for each size, by the curve's name."""
    return _draw(WIDE, lambda figure: _costs(figure, passages, curves))


def _draw(size: tuple[float, float], paint: Callable[[Figure], None]) -> Drawing:
    with _style():
        figure = Figure(figsize=size, layout="constrained")
        paint(figure)
    return Drawing(figure)


@contextmanager
def _style() -> Iterator[None]:
    """Matplotlib's defaults and ours while something is drawn; the caller's settings come back afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


# Risk and coverage -----------------------------------------------------------------------------------------------


def _risk_coverage(figure: Figure, data: RiskCoverage) -> None:
    axes = figure.add_subplot()
    axes.set_xlabel("coverage: questions answered / answerable")
    axes.set_ylabel("risk: 1 − mean token F1")
    if data.everything is None:
        _nothing(axes, "no question here can be answered")
        return
    _band(axes, data)
    axes.plot(data.curve.coverage, data.curve.risk, color=CURVE, linewidth=1.8, label="risk, 95% band")
    axes.axhline(data.everything, color=MUTED, linewidth=1.1, linestyle=(0, (5, 3)), label="answering everything")
    if data.in_use is not None and data.in_use.risk.value is not None:
        point = data.in_use.coverage, data.in_use.risk.value
        axes.plot(*point, "o", color=MARK, markersize=8, markeredgecolor=PAPER, label="the threshold in use", zorder=5)
    shown = [point.risk.high for point in data.band if point.risk.high is not None]
    top = max([*shown, data.everything, 0.1])
    axes.set_ylim(0, min(1.02, top * 1.05))
    axes.set_xlim(0, max(1.0, float(data.curve.coverage[-1])) * 1.02)
    # Where few questions can be answered, answering all of them is many times the coverage.
    axes.xaxis.set_major_locator(MultipleLocator(0.2) if data.curve.coverage[-1] <= 1.5 else MaxNLocator(6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    figure.legend(loc="outside upper left", ncols=2, columnspacing=1.4, handlelength=1.6)


def _band(axes: Axes, data: RiskCoverage) -> None:
    rows = [(p.coverage, p.risk.low, p.risk.high) for p in data.band if p.risk.low is not None]
    coverage, low, high = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    axes.fill_between(coverage, low, high, color=CURVE, alpha=0.16, linewidth=0)


# Reliability -----------------------------------------------------------------------------------------------------


def _reliability(figure: Figure, data: Reliability, threshold: float | None) -> None:
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    above.set_ylabel("share that is right")
    below.set_ylabel("questions")
    below.set_xlabel("confidence")
    above.set_xlim(0, 1)
    above.set_ylim(0, 1)
    below.yaxis.set_major_locator(MaxNLocator(2, integer=True))
    above.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    above.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    above.plot([0, 1], [0, 1], color=MUTED, linewidth=1.1, linestyle=(0, (5, 3)), label="what confidence promises")
    if not data.bins:
        _nothing(above, "no question was scored")
        return
    _points(above, data)
    below.hist(data.confidence, bins=np.linspace(0, 1, 21).tolist(), color=BAR, rwidth=0.86)
    if threshold is not None:
        for axes, label in ((above, "the threshold in use"), (below, None)):
            axes.axvline(threshold, color=MARK, linewidth=1.2, linestyle=(0, (1, 1.5)), label=label)
    figure.legend(loc="outside upper left", ncols=2, columnspacing=1.4, handlelength=1.6)


def _points(axes: Axes, data: Reliability) -> None:
    rows = [(part.bin.confidence, part.bin.right, part.right.low, part.right.high) for part in data.bins]
    confidence, right, low, high = np.array(rows, dtype=np.float64).T
    reach = np.clip([right - low, high - right], 0, None)
    axes.errorbar(
        confidence,
        right,
        yerr=reach,
        fmt="o",
        color=CURVE,
        elinewidth=1.2,
        capsize=2.5,
        markersize=5.5,
        label="bins of equal mass, 95%",
        clip_on=False,
        zorder=4,
    )


# Latency ---------------------------------------------------------------------------------------------------------


def _histogram(figure: Figure, data: Histogram, marks: Sequence[tuple[str, Estimate]]) -> None:
    axes = figure.add_subplot()
    axes.set_xlabel("milliseconds for an answer")
    axes.set_ylabel("questions")
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.grid(visible=False, axis="x")
    if not data.counts:
        _nothing(axes, "no question was asked")
        return
    widths = np.diff(data.edges)
    axes.bar(data.edges[:-1], data.counts, widths * 0.9, align="edge", color=BAR)
    axes.set_xlim(data.edges[0], data.edges[-1])
    for place, (label, estimate) in enumerate(marks):
        if estimate.value is not None:
            dashes = (0, (5, 2)) if place % 2 else (0, (1, 1.2))
            text = f"{label}: {estimate.value:.0f} ms"
            axes.axvline(estimate.value, color=MARK, linewidth=1.5, linestyle=dashes, label=text)
    figure.legend(loc="outside upper left", ncols=3, columnspacing=1.6, handlelength=1.8)


# Costs over size -------------------------------------------------------------------------------------------------


def _costs(figure: Figure, passages: Sequence[int], curves: Mapping[str, Sequence[float]]) -> None:
    axes = figure.add_subplot()
    axes.set_xlabel("passages")
    axes.set_ylabel("cost, in the unit of each line")
    axes.set_xscale("log")
    axes.set_yscale("log")
    colours = (CURVE, MARK, MUTED)
    for place, (name, figures) in enumerate(curves.items()):
        line = "-" if place < len(colours) else (0, (4, 2))
        axes.plot(passages, figures, marker="o", color=colours[place % len(colours)], linestyle=line, label=name)
    figure.legend(loc="outside upper left", ncols=3, columnspacing=1.4, handlelength=2.4)


def _nothing(axes: Axes, why: str) -> None:
    """An empty figure says why it is empty."""
    axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center", color=MUTED)
