"""Every score, defined once. Plain functions over texts, spans and NumPy columns of shape (questions,)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.types import Hit
from eval.gold import GoldAnswer
from eval.normalise import normalise, tokens
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
    """How many characters two half-open spans share.

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
    """The rank, from 1, of the first hit that holds a gold span; None where none does.

    A hit counts when its chunk holds at least half of the characters of a gold span of its document: a span that a
    chunk's edge cuts is found, one that it only grazes is not.
    """
    gold = tuple(gold)
    ranks = (rank for rank, hit in enumerate(hits, start=1) if any(_holds(hit, answer) for answer in gold))
    return next(ranks, None)


def _holds(hit: Hit, answer: GoldAnswer) -> bool:
    shared = overlap(hit.chunk.start, hit.chunk.end, answer.start, answer.end)
    return hit.document.id == answer.document and 2 * shared >= answer.end - answer.start


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


def risk_at_coverage(coverage: float, confidence: Column, f1: Column, answerable: Column) -> float:
    """1 - mean token F1 of the questions answered, at the highest threshold that reaches the coverage.

    After El-Yaniv & Wiener 2010, for questions of which some have no answer: coverage is questions answered / questions
    that can be answered, where answering one that can't be counts as answered and has F1 0. Questions of equal
    confidence are answered together. NaN where no threshold reaches the coverage.

    Args:
        coverage: in (0, 1].
        confidence: shape (questions,); NaN for a question that is not answered at any threshold.
        f1: shape (questions,), of the best span found; 0 where the question has no answer.
        answerable: shape (questions,), 1 or 0.
    """
    order = np.argsort(-confidence)[: np.count_nonzero(~np.isnan(confidence))]  # NaN sorts last
    confidence = confidence[order]
    last_of_tie = np.append(confidence[1:] != confidence[:-1], True)[: len(order)]
    answered = np.arange(1, len(order) + 1)
    # A hair below, so that 0.8 of 10 questions is 8 of them whatever the floats say.
    reached = np.flatnonzero(last_of_tie & (answered >= coverage * answerable.sum() - 1e-9))
    if not answerable.any() or not len(reached):
        return float("nan")
    return float(1 - f1[order][: reached[0] + 1].mean())


def brier_score(confidence: Column, right: Column) -> float:
    """Mean squared distance of confidence and right (Brier 1950): 0 is perfect, 0.25 is saying 0.5 to everything."""
    return float(np.mean((confidence - right) ** 2)) if len(confidence) else float("nan")


def calibration_error(confidence: Column, right: Column, bins: int = 10) -> float:
    """Expected calibration error over bins of equal mass: how far confidence is from the share that is right.

    Naeini et al. 2015, with the equal-mass bins of Nguyen & O'Connor 2015. Questions of equal confidence share the
    mean of their `right`, so that the order of the questions does not matter. NaN without questions.

    Args:
        confidence, right: shape (questions,); `right` is 1 or 0.
    """
    if not len(confidence):
        return float("nan")
    _, tie, count = np.unique(confidence, return_inverse=True, return_counts=True)
    gap = confidence - (np.bincount(tie, weights=right) / count)[tie]
    gap = gap[np.argsort(confidence)]
    return float(sum(abs(part.sum()) for part in np.array_split(gap, bins)) / len(gap))


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
    n = len(columns[0])
    if not n:
        return Estimate(None, None, None, 0)
    drawn = [statistic(*(column[rows] for column in columns)) for rows in _draws(n, resamples, seed)]
    return _estimate(statistic(*columns), np.asarray(drawn), n)


def _draws(n: int, resamples: int, seed: int) -> NDArray[np.int64]:
    """Positions of the questions drawn: (resamples, questions)."""
    return np.random.default_rng(seed).integers(n, size=(resamples, n))


def _estimate(value: float, drawn: Column, n: int) -> Estimate:
    drawn = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(drawn):
        return Estimate(None, None, None, n)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(value, float(low), float(high), n)
