"""The figures of SQuAD 2.0 (Rajpurkar et al. 2018): questions with and without an answer, together and apart.

Over all questions, refusing one without an answer scores 1 and answering it 0. HasAns are the questions with an answer,
where a refusal scores 0; NoAns is the share of the others that are refused. Texts are made comparable as everywhere
here (`eval.normalise`), so figures may differ by some tenths of a point from those of the script of SQuAD.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from eval.metrics import Column, Estimate
from eval.runner import Outcome

NEVER = 1.0  # the threshold that refuses everything: no confidence reaches it


@dataclass(frozen=True, slots=True)
class BestThreshold:
    """The threshold that gives the best F1 over all questions, and that F1."""

    threshold: float
    f1: float


def best_threshold(confidence: Column, f1: Column, answerable: Column) -> BestThreshold:
    """The best F1 over all thresholds, as "best F1" of SQuAD 2.0; of equally good thresholds the highest.

    It is chosen on the very questions it is measured on, so it is the upper end of what any threshold could give.

    Args:
        confidence: shape (questions,); NaN for a question that is not answered at any threshold.
        f1: shape (questions,), of the best span found.
        answerable: shape (questions,), 1 or 0.

    >>> best_threshold(np.array([0.9, 0.6, 0.2]), np.array([1.0, 0.0, 0.5]), np.array([1.0, 0.0, 1.0]))
    BestThreshold(threshold=0.9, f1=0.6666666666666666)
    """
    order = np.argsort(-confidence)[: np.count_nonzero(~np.isnan(confidence))]  # NaN sorts last
    gain = np.where(answerable[order] > 0, f1[order], -1.0)  # of answering one more
    last_of_tie = np.append(confidence[order][1:] != confidence[order][:-1], True)[: len(order)]
    sums = (1 - answerable).sum() + np.append(0.0, np.cumsum(gain)[last_of_tie])
    thresholds = np.append(NEVER, confidence[order][last_of_tie])
    best = int(np.argmax(sums))
    return BestThreshold(float(thresholds[best]), float(sums[best] / len(confidence)) if len(confidence) else np.nan)


def means_over_all(outcomes: Sequence[Outcome]) -> list[tuple[str, str, list[float]]]:
    """Key, label and a score for each question, of the figures that are means."""
    has_answer = [outcome for outcome in outcomes if outcome.question.answerable]
    no_answer = [outcome for outcome in outcomes if not outcome.question.answerable]
    rows: list[tuple[str, str, list[float]]] = [
        ("squad_exact_match", "exact match, all (a right refusal is 1)", [_score(o, o.exact) for o in outcomes]),
        ("squad_f1", "F1, all (a right refusal is 1)", [_score(o, o.f1) for o in outcomes]),
        ("has_answer_exact_match", "HasAns exact match", [o.exact for o in has_answer]),
        ("has_answer_f1", "HasAns F1", [o.f1 for o in has_answer]),
        ("no_answer_refused", "NoAns (refused)", [o.refused for o in no_answer]),
    ]
    return rows


def best_threshold_rows(
    outcomes: Sequence[Outcome], estimate: Callable[..., Estimate]
) -> list[tuple[str, str, Estimate]]:
    """Key, label and estimate of the best F1 over all thresholds, and of its threshold; each resample has its own."""
    columns = (
        np.array([np.nan if o.best is None else o.answer.confidence for o in outcomes]),
        np.array([0.0 if o.best is None else o.best.f1 for o in outcomes]),
        np.array([float(o.question.answerable) for o in outcomes]),
    )
    chosen = "chosen on these questions"
    return [
        ("squad_best_f1", f"best F1, all (threshold {chosen})", estimate(_best_f1, *columns)),
        ("squad_best_threshold", f"its threshold ({chosen})", estimate(_threshold, *columns)),
    ]


def _score(outcome: Outcome, score: float) -> float:
    return float(score) if outcome.question.answerable else float(outcome.refused)


def _best_f1(*columns: Column) -> float:
    return best_threshold(*columns).f1


def _threshold(*columns: Column) -> float:
    return best_threshold(*columns).threshold
