"""How well a reader reads a passage that is given: no search, no confidence, its own margin alone.

These are the scores of a model card, made as the field makes them for SQuAD 2.0 (Rajpurkar et al. 2018).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.metrics import Column, auroc, exact_match, token_f1
from eval.report.no_answer import best_threshold
from eval.sets.squad import Squad
from qa.reading.reader import Passage, Reader, Span


@dataclass(frozen=True, slots=True)
class ReadingScores:
    """Scores of a reader, in percent; of a set without unanswerable questions the last three are None.

    Attributes:
        questions, answerable: how many.
        exact_match, f1: of the answerable ones, where nothing is refused.
        best_f1: over all, a right refusal scoring 1, at the margin that gives most.
        always_refusing: what refusing everything would score.
        auroc: how well the margin tells answerable from unanswerable.
    """

    questions: int
    answerable: int
    exact_match: float
    f1: float
    best_f1: float | None = None
    always_refusing: float | None = None
    auroc: float | None = None


def reading_scores(reader: Reader, squad: Squad) -> ReadingScores:
    """Reads every question's own document whole."""
    texts: Mapping[str, str] = {document.id: document.text for document in squad.documents}
    exact, f1, margins, answerable = [], [], [], []
    for question, written_on in zip(squad.questions, squad.written_on, strict=True):
        text = texts[written_on]
        spans = reader.read(question.question, [Passage(text)])
        best: Span | None = max(spans, key=lambda span: span.score, default=None)
        words = text[best.start : best.end] if best is not None else ""
        gold = [answer.text for answer in question.answers]
        exact.append(float(bool(gold) and exact_match(words, gold)))
        f1.append(token_f1(words, gold) if gold else 0.0)
        margins.append(best.margin if best is not None else np.nan)
        answerable.append(float(question.answerable))
    return _summed(np.array(exact), np.array(f1), np.array(margins), np.array(answerable))


def _summed(exact: Column, f1: Column, margins: Column, answerable: Column) -> ReadingScores:
    count, has = len(answerable), answerable > 0
    means = 100 * float(exact[has].mean()), 100 * float(f1[has].mean())
    if has.all():
        return ReadingScores(count, int(has.sum()), *means)
    return ReadingScores(
        count,
        int(has.sum()),
        *means,
        best_f1=100 * best_threshold(margins, f1, answerable).f1,
        always_refusing=100 * float((~has).mean()),
        auroc=auroc(np.nan_to_num(margins, nan=-100.0), answerable),
    )


SCORE_COLUMNS = ("set", "questions", "EM / F1, answerable", "F1 with no-answer (always refusing)", "AUROC")


def score_rows(found: Mapping[str, ReadingScores]) -> Sequence[Sequence[str]]:
    """A row for each set, in the order of SCORE_COLUMNS."""
    return [
        [
            name,
            f"{scores.questions:,}",
            f"{scores.exact_match:.1f} / {scores.f1:.1f}",
            "-" if scores.best_f1 is None else f"{scores.best_f1:.1f} ({scores.always_refusing:.1f})",
            "-" if scores.auroc is None else f"{scores.auroc:.3f}",
        ]
        for name, scores in found.items()
    ]
