"""Every score, defined once. Plain functions over texts, spans and NumPy columns of shape (questions,)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.types import Hit
from eval.normalise import normalise, tokens
from eval.sets.gold import GoldAnswer
from qa.types import Citation

Column = NDArray[np.float64]

RIGHT_F1 = 0.5
RESAMPLES = 1000


# Answers ---------------------------------------------------------------------------------------------------------


def exact_match(answer: str, gold: Iterable[str]) -> bool:
    """True where the answer, normalised, is one of the gold answers, normalised (Rajpurkar et al. 2016).

    >>> exact_match("a 45-minute pause", ["The 45 minute pause."])
    True
    """
    return normalise(answer) in {normalise(text) for text in gold}


def token_f1(answer: str, gold: Iterable[str]) -> float:
    """Harmonic mean of precision and recall of the answer's words, the best over the gold answers, 0 without any.

    Words are counted as often as they stand (Rajpurkar et al. 2016). Two texts without a word that counts are equal.

    >>> token_f1("the new envoy", ["envoy"])
    0.6666666666666666
    """
    words = tokens(answer)
    return max((_f1(words, tokens(text)) for text in gold), default=0.0)


def _f1(one: Sequence[str], other: Sequence[str]) -> float:
    if not one or not other:
        return float(one == other)
    return 2 * (Counter(one) & Counter(other)).total() / (len(one) + len(other))


# Spans -----------------------------------------------------------------------------------------------------------


def overlap(start: int, end: int, other_start: int, other_end: int) -> int:
    """The number of characters that two half-open spans share.

    >>> overlap(0, 5, 3, 9), overlap(0, 3, 3, 9)
    (2, 0)
    """
    return max(0, min(end, other_end) - max(start, other_start))


def cites(citations: Iterable[Citation], gold: Iterable[GoldAnswer]) -> bool:
    """True where a citation shares at least a character with a gold span of the same document."""
    gold = tuple(gold)
    return any(
        citation.document.id == answer.document and overlap(citation.start, citation.end, answer.start, answer.end) > 0
        for citation in citations
        for answer in gold
    )


def share_cited(citations: Iterable[Citation], groups: Sequence[Iterable[GoldAnswer]]) -> float:
    """The share of the groups (items of a list, sides of a disagreement) that a citation touches, 0 without groups."""
    citations = tuple(citations)
    return sum(cites(citations, group) for group in groups) / len(groups) if groups else 0.0


# Retrieval -------------------------------------------------------------------------------------------------------


def first_relevant(hits: Sequence[Hit], gold: Iterable[GoldAnswer]) -> int | None:
    """The rank, from 1, of the first hit that holds a gold span; None without one.

    A hit counts when its chunk holds at least half of the characters of a gold span of its document: a span that a
    chunk's edge cuts is found, one that it only grazes is not.
    """
    gold = tuple(gold)
    found = (
        rank
        for rank, hit in enumerate(hits, start=1)
        if any(holds(hit.document.id, hit.chunk.start, hit.chunk.end, answer) for answer in gold)
    )
    return next(found, None)


def holds(document: str, start: int, end: int, answer: GoldAnswer) -> bool:
    """True where `start:end` of the document with this id has at least half of the characters of a gold span."""
    shared = overlap(start, end, answer.start, answer.end)
    return document == answer.document and shared > 0 and 2 * shared >= answer.end - answer.start


def recall_at(rank: int | None, k: int) -> float:
    """1 where the first relevant hit is among the first `k`, else 0."""
    return float(rank is not None and rank <= k)


def reciprocal_rank(rank: int | None) -> float:
    """1 / rank of the first relevant hit, 0 where there is none."""
    return 0.0 if rank is None else 1 / rank


# Confidence ------------------------------------------------------------------------------------------------------


def auroc(confidence: Column, positive: Column) -> float:
    """The probability that a positive question has more confidence than another one; equal confidence counts half.

    The Mann-Whitney statistic over midranks (Hanley & McNeil 1982). NaN where one of the two classes is empty.

    Args:
        confidence, positive: shape (questions,); `positive` is 1 or 0.
    """
    positives, negatives = positive.sum(), (1 - positive).sum()
    if not positives or not negatives:
        return float("nan")
    _, tie, count = np.unique(confidence, return_inverse=True, return_counts=True)
    midrank = np.cumsum(count) - (count - 1) / 2  # of each distinct confidence, ranks from 1
    above = (midrank[tie] * positive).sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


@dataclass(frozen=True, slots=True)
class RiskCurve:
    """Risk at every coverage that a threshold can reach: a point for each distinct confidence, the highest first.

    Attributes:
        threshold: shape (points,); answering from this confidence on gives the point.
        answered: shape (points,); how many questions are answered then.
        coverage: shape (points,); `answered` / questions that can be answered.
        risk: shape (points,); 1 - mean token F1 of the questions answered.
        answerable: the number of questions that can be answered; if it is 0, the curve has no points.
    """

    threshold: Column
    answered: Column
    coverage: Column
    risk: Column
    answerable: float

    def at(self, coverages: Column) -> Column:
        """The risk at the highest threshold that reaches each coverage, NaN where none does; shape (coverages,)."""
        # A hair below, so that 0.8 of 10 questions is 8 of them whatever the floats say.
        reached = np.searchsorted(self.answered, coverages * self.answerable - 1e-9)
        return np.append(self.risk, np.nan)[reached]


def risk_curve(confidence: Column, f1: Column, answerable: Column) -> RiskCurve:
    """Risk against coverage, over all thresholds.

    After El-Yaniv & Wiener 2010, for questions of which some have no answer: coverage is questions answered / questions
    that can be answered, where answering one that can't be counts as answered and has F1 0. Coverage can so exceed 1.
    Questions of equal confidence are answered together.

    Args:
        confidence: shape (questions,); NaN for a question that is not answered at any threshold.
        f1: shape (questions,), of the best span found; 0 where the question has no answer.
        answerable: shape (questions,), 1 or 0.
    """
    total = float(answerable.sum())
    ranked = np.count_nonzero(~np.isnan(confidence)) if total else 0
    order = np.argsort(-confidence)[:ranked]  # NaN sorts last
    confidence = confidence[order]
    last_of_tie = np.append(confidence[1:] != confidence[:-1], True)[:ranked]
    answered = np.arange(1.0, ranked + 1)
    risk = 1 - np.cumsum(f1[order]) / answered
    answered = answered[last_of_tie]
    coverage = answered / total if total else answered
    return RiskCurve(confidence[last_of_tie], answered, coverage, risk[last_of_tie], total)


def risk_at_coverage(coverage: float, confidence: Column, f1: Column, answerable: Column) -> float:
    """A point of `risk_curve`: the risk at the highest threshold that reaches the coverage, NaN where none does.

    Args:
        coverage: in (0, 1].
        confidence, f1, answerable: as in `risk_curve`.
    """
    return float(risk_curve(confidence, f1, answerable).at(np.array([coverage]))[0])


def brier_score(confidence: Column, right: Column) -> float:
    """Mean squared distance of confidence and right (Brier 1950): 0 is perfect, 0.25 is saying 0.5 to everything."""
    return float(np.mean((confidence - right) ** 2)) if len(confidence) else float("nan")


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of neighbouring confidence: how sure the answers were, and how many of them were right.

    Attributes:
        n: how many questions; never 0.
        lowest, highest: the confidences at the edges.
        confidence: the mean confidence.
        right: the share that is right.
    """

    n: int
    lowest: float
    highest: float
    confidence: float
    right: float


def calibration_bins(confidence: Column, right: Column, bins: int = 10) -> tuple[Bin, ...]:
    """Bins of equal mass, the least sure first (Nguyen & O'Connor 2015); fewer than `bins` of fewer questions.

    Questions of equal confidence share the mean of their `right`, so that the order of the questions does not matter.

    Args:
        confidence, right: shape (questions,); `right` is 1 or 0.
    """
    _, tie, count = np.unique(confidence, return_inverse=True, return_counts=True)
    shared = (np.bincount(tie, weights=right) / count)[tie]
    order = np.argsort(confidence)
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return tuple(
        Bin(
            n=len(part),
            lowest=float(confidence[part[0]]),
            highest=float(confidence[part[-1]]),
            confidence=float(confidence[part].mean()),
            right=float(shared[part].mean()),
        )
        for part in parts
    )


def calibration_error(confidence: Column, right: Column, bins: int = 10) -> float:
    """Expected calibration error over bins of equal mass: how far confidence is from the share that is right.

    Naeini et al. 2015, over the bins of `calibration_bins`. NaN without questions.

    Args:
        confidence, right: shape (questions,); `right` is 1 or 0.
    """
    if not len(confidence):
        return float("nan")
    parts = calibration_bins(confidence, right, bins)
    return sum(part.n * abs(part.confidence - part.right) for part in parts) / len(confidence)


# Intervals -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its 95% interval, and how many questions it was measured on; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None
    n: int


def mean_with_interval(values: Sequence[float] | Column, resamples: int = RESAMPLES, seed: int = 0) -> Estimate:
    """The mean, with a bootstrap interval as in `with_interval`; all resamples at once."""
    column = np.asarray(values, dtype=np.float64)
    if not len(column):
        return Estimate(None, None, None, 0)
    means = column[_draws(len(column), resamples, seed)].mean(axis=1)
    return _estimate(float(column.mean()), means, len(column))


def percentile_with_interval(
    values: Sequence[float] | Column, percentile: float, resamples: int = RESAMPLES, seed: int = 0
) -> Estimate:
    """A percentile (linear between neighbours), with a bootstrap interval as in `with_interval`."""
    column = np.asarray(values, dtype=np.float64)
    if not len(column):
        return Estimate(None, None, None, 0)
    drawn = np.percentile(column[_draws(len(column), resamples, seed)], percentile, axis=1)
    return _estimate(float(np.percentile(column, percentile)), drawn, len(column))


def with_interval(
    statistic: Callable[..., float], *columns: Column, resamples: int = RESAMPLES, seed: int = 0
) -> Estimate:
    """A statistic of columns, with a 95% bootstrap interval: questions are drawn again with replacement (Efron 1979).

    Percentile method, seeded, so that the same outcomes give the same interval. Resamples in which the statistic is
    NaN (a class that was not drawn) are left out.

    Args:
        statistic: takes the columns, gives a number or NaN.
        columns: each of shape (questions,), drawn together.
    """
    return points_with_intervals(
        lambda *drawn: np.array([statistic(*drawn)]), *columns, resamples=resamples, seed=seed
    )[0]


def points_with_intervals(
    statistic: Callable[..., Column], *columns: Column, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[Estimate, ...]:
    """`with_interval` of several statistics of the same resamples, such as the points of a curve.

    Args:
        statistic: takes the columns, gives shape (points,), NaN where a point is not defined; it is called on columns
            without questions too.
        columns: each of shape (questions,), drawn together.
    """
    n = len(columns[0])
    values = statistic(*columns)
    if not n:
        return (Estimate(None, None, None, 0),) * len(values)
    drawn = np.array([statistic(*(column[rows] for column in columns)) for rows in _draws(n, resamples, seed)])
    return tuple(_estimate(float(value), drawn[:, point], n) for point, value in enumerate(values))


def share_with_interval(share: float, n: int) -> Estimate:
    """A share of n questions, with its 95% score interval (Wilson 1927), which suits the few questions of a bin.

    >>> share_with_interval(0.5, 10)
    Estimate(value=0.5, low=0.236..., high=0.763..., n=10)
    """
    if not n:
        return Estimate(None, None, None, 0)
    z = 1.959964  # of the standard normal distribution, two-sided 95%
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return Estimate(share, max(0.0, float(centre - reach)), min(1.0, float(centre + reach)), n)


def _draws(n: int, resamples: int, seed: int) -> NDArray[np.int64]:
    """Positions of the questions drawn: (resamples, questions)."""
    return np.random.default_rng(seed).integers(n, size=(resamples, n))


def _estimate(value: float, drawn: Column, n: int) -> Estimate:
    drawn = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(drawn):
        return Estimate(None, None, None, n)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(value, float(low), float(high), n)
