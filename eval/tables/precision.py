"""What compiling costs and saves: the same encoder, the same reader, at different precisions.

The first of those compared is what the others are measured against. They take turns, a block of questions each, so that
whatever else the machine does slows all of them. (Turns of single questions would measure how the threads of one
library, still spinning, disturb the other.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from statistics import median
from typing import Any, Protocol

import numpy as np

from embeddings.models.encoder import Vectors
from eval.metrics import Column
from eval.report.rendering import markdown_table
from eval.sets.gold import GoldQuestion
from eval.sets.squad import Squad
from eval.tables.shared import Item, Scores, Track, gain, milliseconds, percent, silently, timed
from qa.reading.reader import Passage, Reader, Span

ROUNDS = 3  # of encoding all passages; the median is shown
BLOCK = 50  # questions


class Embeds(Protocol):
    """The part of an encoder that is compared."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, float32 (texts, dimension)."""

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, float32 (dimension,)."""


def compare_encoders(encoders: Mapping[str, Embeds], squad: Squad, track: Track = silently) -> str:
    """Recall of the paragraph that a question was written on, each paragraph one passage, and the time it takes."""
    texts = [document.text for document in squad.documents]
    vectors: dict[str, Vectors] = {}
    passage_seconds: dict[str, list[float]] = {name: [] for name in encoders}
    for _ in track(range(ROUNDS), "encoding passages"):
        for name, encoder in encoders.items():
            vectors[name], seconds = timed(partial(encoder.encode, texts))
            passage_seconds[name].append(seconds)
    rows = {document.id: row for row, document in enumerate(squad.documents)}
    ranks: dict[str, list[int]] = {name: [] for name in encoders}
    query_seconds: dict[str, list[float]] = {name: [] for name in encoders}
    asked = [(question.question, rows[id]) for question, id in zip(squad.questions, squad.written_on, strict=True)]
    for name, (question, row) in track(list(_turns(list(encoders), asked)), "encoding questions"):
        vector, seconds = timed(partial(encoders[name].encode_query, question))
        query_seconds[name].append(seconds)
        cosines = vectors[name] @ vector  # (passages,)
        ranks[name].append(1 + int((cosines > cosines[row]).sum()))
    columns = ("encoder", f"ms for a question (median of {len(squad.questions):,})", f"s for {len(texts)} passages")
    speed = [[n, milliseconds(query_seconds[n], 1), f"{median(passage_seconds[n]):.1f}"] for n in encoders]
    return f"{_recall_table(ranks, squad.questions)}\n\n{markdown_table(columns, speed)}"


def _turns(names: Sequence[str], questions: Sequence[Item]) -> Iterator[tuple[str, Item]]:
    """Every question with every name, in blocks of one name."""
    for first in range(0, len(questions), BLOCK):
        for name in names:
            yield from ((name, question) for question in questions[first : first + BLOCK])


def _recall_table(ranks: Mapping[str, Sequence[int]], questions: Sequence[GoldQuestion]) -> str:
    answerable = np.array([question.answerable for question in questions], dtype=bool)
    rows: list[list[str]] = []
    for kind, chosen in (("all", np.ones_like(answerable)), ("answerable", answerable)):
        found = {name: np.array(column)[chosen] for name, column in ranks.items()}
        at_5 = {name: _within(column, 5) for name, column in found.items()}
        base = next(iter(at_5.values()))
        for name, column in found.items():
            cells = [percent(_within(column, 1)), percent(at_5[name]), gain(at_5[name], base)]
            rows.append([name, kind, f"{len(column):,}", *cells])
    columns = ("encoder", "questions", "n", "recall@1", "recall@5", "recall@5 against the first")
    return markdown_table(columns, rows)


def _within(ranks: np.ndarray[Any, Any], k: int) -> Column:
    column: Column = (ranks <= k).astype(np.float64)
    return column


def compare_readers(
    readers: Mapping[str, Reader], squad: Squad, questions: Sequence[GoldQuestion], track: Track = silently
) -> str:
    """The best span of the paragraph that answers, refusal not allowed, and the time it takes to read it."""
    texts = {document.id: document.text for document in squad.documents}
    found: dict[str, list[str | None]] = {name: [] for name in readers}
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    for name, question in track(list(_turns(list(readers), questions)), "reading"):
        passage = Passage(texts[question.answers[0].document])
        spans, took = timed(partial(readers[name].read, question.question, [passage]))
        found[name].append(_best(passage, spans))
        seconds[name].append(took)
    scores = {name: Scores.of(zip(answers, questions, strict=True)) for name, answers in found.items()}
    base = next(iter(scores.values())).f1
    rows = [
        [name, str(len(s.f1)), percent(s.exact), percent(s.f1), gain(s.f1, base), milliseconds(seconds[name])]
        for name, s in scores.items()
    ]
    return markdown_table(("reader", "n", "exact match", "F1", "F1 against the first", "ms (median)"), rows)


def _best(passage: Passage, spans: Sequence[Span]) -> str | None:
    return passage.text[spans[0].start : spans[0].end] if spans else None
