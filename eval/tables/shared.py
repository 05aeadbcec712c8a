"""What the comparisons of `eval.experiments` share: whose questions, how a figure is written, how time is taken.

A cell such as "89.4 (88.3 to 90.4)" is a mean in percent with its 95% bootstrap interval. The interval of a difference
is over questions too: both sides are those of the same questions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol, TypeVar

import numpy as np

from embeddings.types import Document
from eval.metrics import Column, Estimate, mean_with_interval, recall_at
from eval.runner import Score, score
from eval.sets.gold import GoldQuestion
from qa.types import Answer

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, and answerable questions that are each asked of all of them."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[GoldQuestion, ...]

    @property
    def disagreements(self) -> int:
        """How many of the questions have sides."""
        return sum(question.kind == "disagreement" for question in self.questions)

    def caption(self) -> str:
        """The line above a table."""
        return f"**{self.name}**: {len(self.questions):,} questions of {len(self.documents)} documents"


class Track(Protocol):
    """Goes through items and shows how far it is."""

    def __call__(self, items: Sequence[Item], what: str) -> Iterable[Item]:
        """The items, one by one."""


def silently(items: Sequence[Item], what: str) -> Iterable[Item]:
    """A Track that shows nothing."""
    return items


@dataclass(frozen=True, slots=True)
class Scores:
    """Exact match and token F1 of an answer to each question: both (questions,)."""

    exact: Column
    f1: Column

    @classmethod
    def of(cls, answers: Iterable[tuple[str | None, GoldQuestion]]) -> Scores:
        """Scores answers, None for one that was not found.

        >>> question = GoldQuestion("1", "question", "Who?", (), ())
        >>> Scores.of([(None, question), ("Ada", question)]).f1
        array([0., 0.])
        """
        scores = [score_words(question, text) for text, question in answers]
        return cls(np.array([float(each.exact) for each in scores]), np.array([each.f1 for each in scores]))

    def brief(self) -> str:
        """Both means in percent, without intervals: "61.2 / 70.3"."""
        return f"{100 * self.exact.mean():.1f} / {100 * self.f1.mean():.1f}" if len(self.f1) else "—"


def score_words(question: GoldQuestion, text: str | None) -> Score:
    """The score of an answer's words, without its citations."""
    return score(question, Answer(question.question, text, 0.0))


def recall(ranks: Sequence[int | None], k: int) -> Column:
    """Recall at k of each question, from the rank of its first relevant passage: (questions,)."""
    return np.array([recall_at(rank, k) for rank in ranks])


def percent(values: Column) -> str:
    """The mean with its interval, in percent.

    >>> percent(np.ones(4)), percent(np.ones(0))
    ('100.0 (100.0 to 100.0)', '—')
    """
    return _cell(mean_with_interval(values), "{:.1f}")


def gain(values: Column, base: Column) -> str:
    """The difference of the mean and that of `base` on the same questions, in points; a dash for `base` itself.

    >>> gain(np.array([1.0, 1.0]), np.array([0.0, 0.0]))
    '+100.0 (+100.0 to +100.0)'
    """
    return "—" if values is base else _cell(mean_with_interval(values - base), "{:+.1f}")


def _cell(estimate: Estimate, form: str) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "—"
    value, low, high = (form.format(100 * figure) for figure in (estimate.value, estimate.low, estimate.high))
    return f"{value} ({low} to {high})"


def milliseconds(seconds: Sequence[float], digits: int = 0) -> str:
    """The median."""
    return f"{1000 * median(seconds):.{digits}f}" if seconds else "—"


def timed(call: Callable[[], Item]) -> tuple[Item, float]:
    """The result of a call, and the seconds it took."""
    began = time.perf_counter()
    result = call()
    return result, time.perf_counter() - began
