"""The tables of `eval.bench.peers`: every system's replies by the scores of `eval.metrics`, and what they cost.

Nothing is guessed: where a system gives no offsets, no score of its own, or nothing beside a refusal, its cell says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.types import Document
from eval.bench.peer_runs import Measured
from eval.bench.systems.work import Mode, Place, Reply, Words
from eval.metrics import Column, auroc, holds, mean_with_interval, with_interval
from eval.report.rendering import markdown_table
from eval.runner import Score, score
from eval.sets.gold import GoldQuestion
from eval.tables.shared import percent
from qa.types import Answer, Citation

RECALL_AT = 5
_MEGABYTE = 1 << 20
_NOT_THERE = "—"


@dataclass(frozen=True, slots=True)
class GoldSet:
    """What was asked of what, with the gold that the systems never see."""

    questions: tuple[GoldQuestion, ...]
    documents: Mapping[str, Document]
    passages: int

    def caption(self) -> str:
        """The subject of the measurement, in a sentence."""
        answerable = sum(question.answerable for question in self.questions)
        return (
            f"{len(self.questions):,} questions, {answerable:,} of them answerable, over {len(self.documents):,} "
            f"documents in {self.passages:,} passages; 95% bootstrap intervals."
        )


# Answers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Marked:
    """A question, what a system replied, and the scores of it."""

    question: GoldQuestion
    reply: Reply
    score: Score
    best: Score


def mark(gold: GoldSet, measured: Measured) -> list[Marked]:
    """Scores every question that the system was asked."""
    replies = measured.replies
    return [
        Marked(question, reply, _score(gold, question, reply.words), _score(gold, question, _best(reply)))
        for question in gold.questions
        if (reply := replies.get(question.id)) is not None
    ]


def _best(reply: Reply) -> Words | None:
    return reply.words if reply.words is not None else reply.best


def _score(gold: GoldSet, question: GoldQuestion, words: Words | None) -> Score:
    if words is None:
        return Score()
    citations = tuple(_citation(gold.documents[p.document], p) for p in words.places if _is_there(gold, p))
    return score(question, Answer(question.question, words.text, 0.0, citations))


def _is_there(gold: GoldSet, place: Place) -> bool:
    document = gold.documents.get(place.document)
    return document is not None and 0 <= place.start < place.end <= len(document.text)


def _citation(document: Document, place: Place) -> Citation:
    return Citation(document, place.start, place.end, place.start, place.end)


def answers_table(gold: GoldSet, mode: Mode, found: Sequence[Measured]) -> str:
    """How right and how honest each system is."""
    columns = {
        "exact match": _exact,
        "token F1": _f1,
        "F1, never refusing": _unrefused,
        f"recall@{RECALL_AT}": _recall,
        "citation accuracy": _cited,
        "abstention AUROC": _auroc,
        "refused, answerable": _refused(answerable=True),
        "refused, unanswerable": _refused(answerable=False),
        "raised an error": _errors,
    }
    if mode == "reader":
        del columns[f"recall@{RECALL_AT}"]  # the passages are given
    rows = []
    for measured in found:
        marked = mark(gold, measured)
        rows.append([measured.installed.label, *(cell(marked) if marked else _NOT_THERE for cell in columns.values())])
    return markdown_table(("system", *columns), rows)


def _answerable(marked: Sequence[Marked]) -> list[Marked]:
    return [one for one in marked if one.question.answerable]


def _exact(marked: Sequence[Marked]) -> str:
    return percent(np.array([float(one.score.exact) for one in _answerable(marked)]))


def _f1(marked: Sequence[Marked]) -> str:
    return percent(f1_column(marked))


def f1_column(marked: Sequence[Marked]) -> Column:
    """Token F1 of the answerable questions, a refusal is 0: (questions,)."""
    return np.array([one.score.f1 for one in _answerable(marked)])


def _unrefused(marked: Sequence[Marked]) -> str:
    """Told only where the system says what it would have answered to every question that it refused."""
    answerable = _answerable(marked)
    if any(_best(one.reply) is None for one in answerable):
        return "not told"
    return percent(np.array([one.best.f1 for one in answerable]))


def _recall(marked: Sequence[Marked]) -> str:
    if not any(one.reply.found for one in marked):
        return "not told"
    return percent(np.array([float(_is_found(one)) for one in _answerable(marked)]))


def _is_found(marked: Marked) -> bool:
    return any(
        holds(place.document, place.start, place.end, gold)
        for place in marked.reply.found[:RECALL_AT]
        for gold in marked.question.answers
    )


def _cited(marked: Sequence[Marked]) -> str:
    answered = [one.reply.words for one in marked if one.reply.words is not None]
    if answered and not any(words.places for words in answered):
        return "no offsets"
    return percent(np.array([float(one.score.cited) for one in _answerable(marked)]))


def _auroc(marked: Sequence[Marked]) -> str:
    """By the system's own score; a question for which it has none, such as one that it failed on, stands last."""
    if all(one.reply.score is None for one in marked):
        return "no score"
    scores = np.array([-np.inf if one.reply.score is None else one.reply.score for one in marked])
    estimate = with_interval(auroc, scores, np.array([float(one.question.answerable) for one in marked]))
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return _NOT_THERE
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _refused(answerable: bool) -> Callable[[Sequence[Marked]], str]:
    def cell(marked: Sequence[Marked]) -> str:
        refused = [float(m.reply.words is None) for m in marked if m.question.answerable == answerable]
        return f"{100 * np.mean(refused):.1f}" if refused else _NOT_THERE

    return cell


def _errors(marked: Sequence[Marked]) -> str:
    return f"{sum(bool(one.reply.error) for one in marked)} of {len(marked)}"


# Costs -----------------------------------------------------------------------------------------------------------


def costs_table(mode: Mode, found: Sequence[Measured]) -> str:
    """Time and memory of each system."""
    fastest = fastest_peer(found)
    base = None if fastest is None else median_ms(fastest)
    columns = ["system", "p50, ms", "p95, ms", "beside the fastest peer", "peak memory, MB", "start-up, s"]
    columns += ["of it indexing"] if mode == "pipeline" else []
    rows = [[measured.installed.label, *_cost_cells(measured, base)][: len(columns)] for measured in found]
    return markdown_table(columns, rows)


def _cost_cells(measured: Measured, base: float | None) -> list[str]:
    if not measured.turns:
        return [_NOT_THERE] * 6
    own = median_ms(measured)
    return [
        f"{own:.0f}",
        f"{np.percentile(milliseconds(measured), 95):.0f}",
        _NOT_THERE if base is None else f"{base / own:.2f}",
        f"{measured.peak / _MEGABYTE:.0f}",
        f"{measured.startup:.1f}",
        f"{measured.indexing:.1f}",
    ]


def milliseconds(measured: Measured) -> Column:
    """What each answer took: (questions,)."""
    return np.array([1000 * reply.seconds for reply in measured.replies.values()])


def median_ms(measured: Measured) -> float:
    """The median of them."""
    return float(np.median(milliseconds(measured)))


def fastest_peer(found: Sequence[Measured]) -> Measured | None:
    """The fastest system that is not Pincite, None where none ran."""
    peers = [measured for measured in found if measured.turns and not measured.installed.peer.is_ours]
    return min(peers, key=median_ms, default=None)


# What a reader of the tables must know ---------------------------------------------------------------------------


def notes(found: Sequence[Measured]) -> list[str]:
    """A line for each kind of error that a system raised, and for each process that ended early."""
    lines = []
    for measured in found:
        errors = Counter(reply.error for reply in measured.replies.values() if reply.error)
        lines += [
            f"{measured.installed.label} raised on {count} of {len(measured.replies)} questions: `{error}`. "
            "Without an answer such a question counts as refused."
            for error, count in errors.most_common(3)
        ]
        if measured.failure:
            lines.append(f"{measured.installed.label} was not measured to the end: {measured.failure}.")
    return lines


def mean_f1(gold: GoldSet, measured: Measured) -> float | None:
    """The mean token F1 of the answerable questions, None where none was asked."""
    return mean_with_interval(f1_column(mark(gold, measured))).value
