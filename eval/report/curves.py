"""The curves of a report as data: risk over coverage, reliability, the spread of latencies. Nothing is drawn here.

Every definition (risk, coverage, bins, calibration error) is that of `eval.metrics`; what stands in the table of
figures and what is drawn are the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.metrics import (
    RESAMPLES,
    Bin,
    Column,
    Estimate,
    RiskCurve,
    calibration_bins,
    mean_with_interval,
    points_with_intervals,
    risk_curve,
    share_with_interval,
)
from eval.runner import Outcome

_STEPS = 0.01  # of coverage, between the points of the band
_FIRST = 0.05  # coverage; what lies under it rests on a handful of questions
_MOST_BARS = 40


@dataclass(frozen=True, slots=True)
class ConfidenceColumns:
    """The columns behind the figures about confidence, each of shape (questions,).

    Attributes:
        confidence: of the best span found.
        answerable: 1 where the documents hold an answer, else 0.
        f1, right: of the best span found, refused or not; 0 where that span is not known.
        known: whether the best span is known.
    """

    confidence: Column
    answerable: Column
    f1: Column
    right: Column
    known: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @property
    def answered_at(self) -> Column:
        """The highest threshold at which a question is answered; NaN (never) where its best span is not known."""
        return np.where(self.known, self.confidence, np.nan)

    @property
    def scored(self) -> tuple[Column, Column]:
        """Confidence and right of the questions whose best span is known."""
        return self.confidence[self.known], self.right[self.known]


def confidence_columns(outcomes: Sequence[Outcome]) -> ConfidenceColumns:
    """The columns of a run, a row for each outcome."""
    best = [outcome.best for outcome in outcomes]
    return ConfidenceColumns(
        confidence=_column([outcome.answer.confidence for outcome in outcomes]),
        answerable=_column([outcome.question.answerable for outcome in outcomes]),
        f1=_column([0.0 if each is None else each.f1 for each in best]),
        right=_column([each is not None and each.right for each in best]),
        known=np.array([each is not None for each in best], dtype=bool),
    )


# Risk and coverage -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Risk at a coverage, with its interval."""

    coverage: float
    risk: Estimate


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The risk-coverage curve of a run.

    Attributes:
        curve: every point that a threshold can reach; no points where no question can be answered.
        band: the curve at even steps of coverage, each with its pointwise 95% bootstrap interval.
        in_use: the point of this run's threshold; None where nothing was answered.
    """

    curve: RiskCurve
    band: tuple[RiskPoint, ...]
    in_use: RiskPoint | None

    @property
    def everything(self) -> float | None:
        """The risk of answering everything: the curve's end. None where it has no points."""
        return float(self.curve.risk[-1]) if len(self.curve.risk) else None


def risk_coverage(outcomes: Sequence[Outcome], resamples: int = RESAMPLES, seed: int = 0) -> RiskCoverage:
    """The curve, its band, and the point of the threshold in use.

    The band is made with the resamples of the table's intervals: at 80% coverage it is the interval of the figure.
    """
    columns = confidence_columns(outcomes)
    data = columns.answered_at, columns.f1, columns.answerable
    curve = risk_curve(*data)
    grid = _grid(curve)
    estimates = points_with_intervals(lambda *drawn: risk_curve(*drawn).at(grid), *data, resamples=resamples, seed=seed)
    band = tuple(RiskPoint(float(coverage), estimate) for coverage, estimate in zip(grid, estimates, strict=True))
    return RiskCoverage(curve, band, _in_use(outcomes, resamples, seed))


def _grid(curve: RiskCurve) -> Column:
    """Whole percents of coverage, from LEAST to the end of the curve."""
    if not len(curve.coverage):
        return np.empty(0)
    first, last = max(_FIRST, float(curve.coverage[0])), float(curve.coverage[-1])
    steps = np.arange(np.ceil(first / _STEPS - 1e-9), np.floor(last / _STEPS + 1e-9) + 1)
    return steps / round(1 / _STEPS)


def _in_use(outcomes: Sequence[Outcome], resamples: int, seed: int) -> RiskPoint | None:
    answerable = sum(outcome.question.answerable for outcome in outcomes)
    lost = [1 - outcome.f1 for outcome in outcomes if not outcome.refused]
    if not answerable or not lost:
        return None
    return RiskPoint(len(lost) / answerable, mean_with_interval(lost, resamples, seed))


# Reliability -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """A bin, and the share of it that is right with its interval (Wilson 1927)."""

    bin: Bin
    right: Estimate


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far confidence means what it says.

    Attributes:
        bins: of equal mass, the least sure first; those of the expected calibration error.
        confidence: shape (questions,); all that the bins are made of.
    """

    bins: tuple[ReliabilityBin, ...]
    confidence: Column


def reliability(outcomes: Sequence[Outcome], bins: int = 10) -> Reliability:
    """The reliability diagram of the best spans found (Murphy & Winkler 1977), refused or not."""
    confidence, right = confidence_columns(outcomes).scored
    parts = calibration_bins(confidence, right, bins)
    return Reliability(
        tuple(ReliabilityBin(part, share_with_interval(part.right, part.n)) for part in parts), confidence
    )


# Latency ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Histogram:
    """The number of values between edges.

    Attributes:
        edges: shape (bars + 1,); round numbers. The first bar begins at 0 or above.
        counts: shape (bars,); a value on an edge belongs to the bar above it.
        above: how many values lie beyond the last edge.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    above: int


def histogram(values: Sequence[float] | Column, limit: float | None = None) -> Histogram:
    """A histogram with round edges, at most 40 bars.

    Args:
        values: 0 or more each.
        limit: the last edge lies at or just beyond it; None for the greatest value.

    >>> histogram([1.0, 2.0, 2.5, 9.0], limit=3)
    Histogram(edges=(1.0, 1.1, ..., 3.1), counts=(1, 0, ..., 1, 0, ...), above=1)
    """
    column = np.asarray(values, dtype=np.float64)
    if not len(column):
        return Histogram((), (), 0)
    low, high = float(column.min()), float(column.max())
    high = high if limit is None else min(high, max(limit, low))
    width = _round_width((high - low) / (_MOST_BARS - 2))
    first = np.floor(low / width)
    bars = int(np.floor(high / width) - first) + 1
    edges = np.round((first + np.arange(bars + 1)) * width, 9)
    place = np.searchsorted(edges, column, side="right") - 1
    counts = np.bincount(np.minimum(place, bars), minlength=bars + 1)
    return Histogram(tuple(map(float, edges)), tuple(map(int, counts[:bars])), int(counts[bars]))


def _round_width(least: float) -> float:
    """The least number of the form 1, 2 or 5 times a power of ten that is not below `least`."""
    least = least if least > 0 else 1.0
    power = 10.0 ** np.floor(np.log10(least))
    return max(1e-3, float(next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-12))))


def _column(values: Sequence[float]) -> Column:
    return np.array(values, dtype=np.float64)
