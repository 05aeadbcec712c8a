"""A report as one page that needs nothing else: no script, and no style, font or image from outside.

What stands on the page is prepared here as records and laid out by `templates/report.html`, which escapes every text.
"""

from __future__ import annotations

import base64
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from embeddings.types import Document
from eval.metrics import RESAMPLES, Estimate, mean_with_interval, share_with_interval
from eval.report.curves import Histogram, RiskCoverage, histogram, reliability, risk_coverage
from eval.report.drawing import (
    BAR,
    CURVE,
    INK,
    LINE,
    MARK,
    MUTED,
    PAPER,
    Drawing,
    draw_histogram,
    draw_reliability,
    draw_risk_coverage,
)
from eval.report.failures import Group, groups
from eval.report.figures import Figure, Report, Unit
from eval.report.marking import showable
from eval.report.rendering import FIGURE_COLUMNS, FORMATS, figure_cells, summary
from eval.report.svg import inline
from eval.runner import Outcome
from qa.render import one_line

TEMPLATES = Path(__file__).parent / "templates"
_ICON = Path(__file__).parents[2] / "qa" / "static" / "icon.svg"
_COLOURS = {
    PAPER: "var(--card)",
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    LINE: "var(--line)",
    CURVE: "var(--link)",
    BAR: "var(--bar)",
    MARK: "var(--hot)",
}
_DASH = "—"
_LEAST_FOR_BOOTSTRAP = 10  # questions; the resamples of fewer say little


def _version() -> str:
    try:
        return version("pincite")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "of a checkout"


def _machine() -> str:
    cores = os.cpu_count()
    return f"{platform.system()} {platform.machine()}, {cores} logical cores, Python {platform.python_version()}"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When a report was made, with which version, and on which machine; by default now, this one, here.

    Attributes:
        documents: what was searched, for the list of them and the places of the gold answers.
    """

    documents: Sequence[Document]
    when: datetime = field(default_factory=lambda: datetime.now(UTC))
    version: str = field(default_factory=_version)
    machine: str = field(default_factory=_machine)


def to_html(
    report: Report, circumstances: Circumstances, further: Sequence[tuple[Report, Sequence[Document]]] = ()
) -> str:
    """The whole page.

    The same reports and circumstances give the same bytes.

    Args:
        further: reports of the same run on other questions, each with its documents, which come below.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    parts = [_part(report, circumstances.documents, "")]
    parts += [_part(other, documents, f"{other.name}-") for other, documents in further]
    # In UTF-8 whatever a document holds: a file's name that is no UTF-8 comes as lone surrogates.
    return environment.get_template("report.html").render(_content(parts, circumstances))


def _finalize(value: object) -> object:
    return showable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


# What stands on the page -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A line of the table of figures; `low`, `value` and `high` are percent of a track, None where there is none."""

    cells: tuple[str, ...]
    low: float | None = None
    value: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure and its interval, "" where that would say nothing."""

    value: str
    interval: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A line of the table of kinds."""

    name: str
    n: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """How many questions of one sort were answered right, answered wrong, and refused."""

    label: str
    right: int
    wrong: int
    refused: int

    @property
    def answered(self) -> int:
        """The number of those answered, right or wrong."""
        return self.right + self.wrong

    @property
    def n(self) -> int:
        """The number of all."""
        return self.answered + self.refused


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure and the same as a table."""

    svg: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A document that was searched."""

    title: str
    name: str
    characters: int
    id: str


def _content(parts: Sequence[Mapping[str, object]], circumstances: Circumstances) -> dict[str, object]:
    """Everything that the template names."""
    return {
        "parts": parts,
        "circumstances": circumstances,
        "icon": base64.b64encode(_ICON.read_bytes()).decode("ascii"),
        "resamples": RESAMPLES,
        "figure_columns": FIGURE_COLUMNS,
    }


def _part(report: Report, documents: Sequence[Document], prefix: str) -> dict[str, object]:
    """What is shown of a report; `prefix` goes before every id."""
    found = groups(report.outcomes, documents, prefix)
    curve = risk_coverage(report.outcomes)
    return {
        "prefix": prefix,
        "report": report,
        "n": len(report.outcomes),
        "summary": summary(report),
        "figures": tuple(map(_row, report.figures)),
        "decisions": _decisions(report.outcomes),
        "kinds": _kinds(report.outcomes),
        "risk": _risk_picture(curve, prefix),
        "in_use": None if curve.in_use is None else _cell("score", curve.in_use.risk),
        "coverage_in_use": None if curve.in_use is None else f"{curve.in_use.coverage:.1%}",
        "everything": _DASH if curve.everything is None else f"{curve.everything:.3f}",
        "reliability": _reliability_picture(report, prefix),
        "brier": _cell("score", report["brier"]),
        "calibration_error": _cell("score", report["calibration_error"]),
        "latency": _latency_picture(report, prefix),
        "slower": _latencies(report).above,
        "failures": tuple(group for group in found if group.is_failure),
        "rightly_refused": tuple(group for group in found if not group.is_failure),
        "failed": _count(group for group in found if group.is_failure),
        "sources": tuple(map(_source, documents)),
    }


def _count(found: Iterable[Group]) -> int:
    return sum(group.n for group in found)


def _row(figure: Figure) -> FigureRow:
    estimate = figure.estimate
    values = [estimate.low, estimate.value, estimate.high]
    if figure.unit == "ms" or None in values:
        return FigureRow(figure_cells(figure))
    return FigureRow(figure_cells(figure), *(round(100 * min(1.0, value), 2) for value in values if value is not None))


def _cell(unit: Unit, estimate: Estimate, least: int = 1) -> Cell:
    written = FORMATS[unit]
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return Cell(_DASH)
    interval = f"{written(estimate.low)} to {written(estimate.high)}" if estimate.n >= least else ""
    return Cell(written(estimate.value), interval)


def _decisions(outcomes: Sequence[Outcome]) -> tuple[Decisions, ...]:
    """A line for the questions that can be answered, one for those that can't, one for all."""
    can = [outcome for outcome in outcomes if outcome.question.answerable]
    not_ = [outcome for outcome in outcomes if not outcome.question.answerable]
    parts = (("the documents answer", can), ("the documents do not answer", not_), ("all", outcomes))
    return tuple(_decision(label, part) for label, part in parts)


def _decision(label: str, outcomes: Sequence[Outcome]) -> Decisions:
    right, refused = sum(outcome.right for outcome in outcomes), sum(outcome.refused for outcome in outcomes)
    return Decisions(label, right, len(outcomes) - right - refused, refused)


def _kinds(outcomes: Sequence[Outcome]) -> tuple[Kind, ...]:
    names = dict.fromkeys(outcome.question.kind for outcome in outcomes)
    return tuple(_kind(name, [o for o in outcomes if o.question.kind == name]) for name in names)


def _kind(name: str, outcomes: Sequence[Outcome]) -> Kind:
    """The means of `eval.report.figures.KindRow`, and right, with their intervals."""
    can = [outcome for outcome in outcomes if outcome.question.answerable]
    f1 = mean_with_interval([outcome.f1 for outcome in can])
    cells = (
        _cell("share", _share([outcome.right for outcome in can])),
        _cell("share", _share([outcome.exact for outcome in can])),
        _cell("share", f1, _LEAST_FOR_BOOTSTRAP),
        _cell("share", _share([outcome.cited for outcome in can])),
        _cell("share", _share([outcome.refused for outcome in outcomes])),
    )
    return Kind(name, len(outcomes), cells)


def _share(values: Sequence[bool]) -> Estimate:
    return share_with_interval(sum(values) / len(values) if values else 0.0, len(values))


def _source(document: Document) -> Source:
    """A document by the name of its file, without its folders, which are private."""
    name = document.source.replace("\\", "/").rpartition("/")[2]
    return Source(one_line(document.title), name, len(document.text), document.id)


# Pictures --------------------------------------------------------------------------------------------------------


def _picture(
    drawing: Drawing, prefix: str, label: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]
) -> Picture:
    return Picture(Markup(inline(drawing.svg(), prefix, label, _COLOURS)), tuple(columns), tuple(rows))


def _risk_picture(curve: RiskCoverage, prefix: str) -> Picture:
    """With a row for every tenth of coverage."""
    rows = [
        (f"{point.coverage:.0%}", *_written(point.risk))
        for point in curve.band
        if round(100 * point.coverage) % 10 == 0
    ]
    label = "Risk over coverage, with a 95% band. The table below it holds the same numbers."
    return _picture(draw_risk_coverage(curve), f"{prefix}risk", label, ("coverage", "risk", "95% interval"), rows)


def _reliability_picture(report: Report, prefix: str) -> Picture:
    data = reliability(report.outcomes)
    rows = [
        (
            f"{part.bin.lowest:.0%} to {part.bin.highest:.0%}",
            f"{part.bin.confidence:.1%}",
            *_written(part.right, "share"),
            str(part.bin.n),
        )
        for part in data.bins
    ]
    columns = ("confidence from, to", "mean", "right", "95% interval", "n")
    label = "Share of right answers over confidence, in bins. The table below it holds the same numbers."
    return _picture(draw_reliability(data, report.threshold), f"{prefix}reliability", label, columns, rows)


def _latency_picture(report: Report, prefix: str) -> Picture:
    data = _latencies(report)
    marks = [(name, report[f"latency_{name}"]) for name in ("p50", "p95")]
    spans = zip(data.edges, data.edges[1:], data.counts, strict=False)
    rows = [(f"{low:g} to {high:g} ms", str(count)) for low, high, count in spans if count]
    rows += [(f"{data.edges[-1]:g} ms and more", str(data.above))] if data.above else []
    label = "How long answers took, in milliseconds. The table below it holds the same numbers."
    return _picture(draw_histogram(data, marks), f"{prefix}latency", label, ("time", "questions"), rows)


def _latencies(report: Report) -> Histogram:
    """Bars up to three times p95: one that took a minute would squeeze the others into a line."""
    slow = report["latency_p95"].value
    milliseconds = [1000 * outcome.seconds for outcome in report.outcomes]
    return histogram(milliseconds, None if slow is None else 3 * slow)


def _written(estimate: Estimate, unit: Unit = "score") -> tuple[str, str]:
    cell = _cell(unit, estimate)
    return cell.value, cell.interval or _DASH
