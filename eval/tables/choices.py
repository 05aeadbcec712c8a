"""The defaults of `qa.settings` beside their neighbours: fusion, chunks, reading. Each comparison is a table.

Every variant runs the code that answers users, with other settings; refusal is not allowed. The axes of a table always
include the default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from embeddings.models.encoder import Encoder
from embeddings.types import Hit
from eval.metrics import Column, first_relevant, reciprocal_rank
from eval.report.rendering import markdown_table
from eval.sets.gold import GoldQuestion
from eval.tables.shared import (
    Collection,
    Scores,
    Track,
    gain,
    milliseconds,
    percent,
    recall,
    score_words,
    silently,
    timed,
)
from qa.answers.candidates import rank
from qa.assistant import Assistant, build_index
from qa.reading.reader import Passage, Reader, Span
from qa.reading.retriever import Retriever
from qa.settings import Settings

RANKED = 20  # passages that recall and reciprocal rank look at
DENSE_WEIGHTS = (0.3, 0.4, 0.5, 0.6, 0.7)
CHUNK_TOKENS = (120, 160, 200, 240)
OVERLAPS = (0, 1)
PASSAGES = (3, 5, 8)
RETRIEVAL_WEIGHTS = (0.0, 2.0, 5.0, 7.0, 10.0)
NO_ANSWER_WEIGHTS = (0.0, 0.5, 1.0)
SENTENCE_WEIGHTS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0)

_AGAINST = "against the default"


def _axis(values: Iterable[float], default: float) -> list[float]:
    return sorted({*values, default})


# Fusion ----------------------------------------------------------------------------------------------------------


def compare_fusions(collection: Collection, encoder: Encoder, settings: Settings, track: Track = silently) -> str:
    """Recall and reciprocal rank of the first passage that holds an answer, for each way to make two rankings one."""
    index = build_index(collection.documents, None, settings, encoder=encoder)
    variants = _fusions(settings)
    retrievers = {name: Retriever(index, variant) for name, variant in variants.items()}
    ranks: dict[str, list[int | None]] = {name: [] for name in variants}
    for question in track(collection.questions, f"fusion, {collection.name}"):
        for name, retriever in retrievers.items():
            hits = retriever.search(question.question, RANKED)
            ranks[name].append(first_relevant(hits, question.answers))
    at_5 = {name: recall(found, 5) for name, found in ranks.items()}
    base = next(at_5[name] for name, variant in variants.items() if variant == settings)
    rows = [
        [
            name,
            percent(recall(found, 1)),
            percent(at_5[name]),
            gain(at_5[name], base),
            percent(recall(found, RANKED)),
            f"{np.mean([reciprocal_rank(r) for r in found]):.3f}",
        ]
        for name, found in ranks.items()
    ]
    columns = ("fusion", "recall@1", "recall@5", _AGAINST, f"recall@{RANKED}", f"MRR@{RANKED}")
    return f"{collection.caption()}, {index.passage_count} passages\n\n{markdown_table(columns, rows)}"


def _fusions(settings: Settings) -> dict[str, Settings]:
    """Min-max keeps the order of a ranking that has all the weight, so that it stands for that ranking alone."""
    min_max = replace(settings, fusion="min-max")
    variants = {
        "dense alone": replace(min_max, dense_weight=1.0),
        "BM25 alone": replace(min_max, dense_weight=0.0),
        "reciprocal rank": replace(settings, fusion="reciprocal-rank"),
    }
    weights = _axis(DENSE_WEIGHTS, settings.dense_weight)
    return variants | {f"min-max, dense {weight}": replace(min_max, dense_weight=weight) for weight in weights}


# Chunks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Chunked:
    """What one way to cut passages gives: their number, recall@5 and scores of each question, and a median time."""

    passages: int
    recall: Column
    scores: Scores
    milliseconds: str


def compare_chunks(
    collection: Collection, encoder: Encoder, reader: Reader, settings: Settings, track: Track = silently
) -> str:
    """What the length of a passage and its overlap with its neighbours do to retrieval and to the best span."""
    lengths, overlaps = _axis(CHUNK_TOKENS, settings.chunk_tokens), _axis(OVERLAPS, settings.overlap)
    variants = [replace(settings, chunk_tokens=int(n), overlap=int(shared)) for n in lengths for shared in overlaps]
    measured = {variant: _chunked(collection, encoder, reader, variant, track) for variant in variants}
    base = measured[settings]
    rows = [
        [
            str(variant.chunk_tokens),
            str(variant.overlap),
            str(m.passages),
            percent(m.recall),
            gain(m.recall, base.recall),
            percent(m.scores.f1),
            gain(m.scores.f1, base.scores.f1),
            m.milliseconds,
        ]
        for variant, m in measured.items()
    ]
    columns = ("tokens", "overlap", "passages", "recall@5", _AGAINST, "F1", _AGAINST, "ms for a question (median)")
    return f"{collection.caption()}\n\n{markdown_table(columns, rows)}"


def _chunked(collection: Collection, encoder: Encoder, reader: Reader, settings: Settings, track: Track) -> _Chunked:
    index = build_index(collection.documents, None, settings, encoder=encoder)
    assistant = Assistant(index, settings, reader)
    ranks: list[int | None] = []
    answers: list[str | None] = []
    seconds: list[float] = []
    what = f"chunks {settings.chunk_tokens}/{settings.overlap}, {collection.name}"
    for question in track(collection.questions, what):
        reading, took = timed(partial(assistant.read, question.question))
        ranks.append(first_relevant(reading.hits[:5], question.answers))
        answers.append(reading.candidates[0].text if reading.candidates else None)
        seconds.append(took)
    scores = Scores.of(zip(answers, collection.questions, strict=True))
    return _Chunked(index.passage_count, recall(ranks, 5), scores, milliseconds(seconds))


# Reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Read:
    """A question with the most passages that are compared, and the spans that were found, best first.

    `spans` and `seconds` are those of reading so many passages: what shares a batch changes the last digits of a
    score, so that the spans of three passages are not simply those of the first three of eight.
    """

    question: GoldQuestion
    hits: tuple[Hit, ...]
    spans: dict[int, list[Span]] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)

    def read(self, reader: Reader, passages: int) -> None:
        """Reads the first passages and keeps what was found."""
        texts = [Passage.of(hit) for hit in self.hits[:passages]]
        self.spans[passages], self.seconds[passages] = timed(partial(reader.read, self.question.question, texts))

    def best(self, settings: Settings) -> str | None:
        """The words of the best span with these settings."""
        candidates = rank(self.question.question, self.hits, self.spans[settings.passages], settings)
        return candidates[0].text if candidates else None

    def ceiling(self, passages: int) -> str | None:
        """The best span of the passage that an oracle chooses."""
        best: dict[int, Span] = {}
        for span in self.spans[passages]:
            best.setdefault(span.passage, span)
        texts = [self.hits[passage].text[span.start : span.end] for passage, span in best.items()]
        scores = {text: score_words(self.question, text) for text in texts}
        return max(texts, key=lambda text: (scores[text].exact, scores[text].f1), default=None)


def compare_reading(
    collection: Collection, encoder: Encoder, reader: Reader, settings: Settings, track: Track = silently
) -> str:
    """What the number of passages read and the weights of a span's score do to the best span.

    The passages are read once for each number of passages; the spans are ranked again for each choice of weights.
    """
    retriever = Retriever(build_index(collection.documents, None, settings, encoder=encoder), settings)
    counts = [int(count) for count in _axis(PASSAGES, settings.passages)]
    reads = [_Read(question, retriever.search(question.question, max(counts))) for question in collection.questions]
    for count in counts:
        for read in track(reads, f"reading {count} passages, {collection.name}"):
            read.read(reader, count)
    variants = [*_grid(settings), *_sentence_weights(settings)]
    scores = {
        variant: Scores.of((read.best(variant), read.question) for read in reads)
        for variant in track(list(dict.fromkeys(variants)), f"weights, {collection.name}")
    }
    tables = [_grid_table(scores, settings), _best_table(scores, settings), _sentence_table(scores, settings)]
    return "\n\n".join([f"{collection.caption()}; exact match / F1", *tables, _ceiling_table(reads, counts)])


def _grid(settings: Settings) -> list[Settings]:
    return [
        replace(settings, passages=int(count), no_answer_weight=no_answer, retrieval_weight=retrieval)
        for count in _axis(PASSAGES, settings.passages)
        for no_answer in _axis(NO_ANSWER_WEIGHTS, settings.no_answer_weight)
        for retrieval in _axis(RETRIEVAL_WEIGHTS, settings.retrieval_weight)
    ]


def _sentence_weights(settings: Settings) -> list[Settings]:
    return [replace(settings, sentence_weight=w) for w in _axis(SENTENCE_WEIGHTS, settings.sentence_weight)]


def _grid_table(scores: Mapping[Settings, Scores], settings: Settings) -> str:
    """A row for each number of passages and weight of no answer, a column for each weight of retrieval."""
    rows: dict[tuple[int, float], list[str]] = {}
    for variant in _grid(settings):
        rows.setdefault((variant.passages, variant.no_answer_weight), []).append(scores[variant].brief())
    weights = _axis(RETRIEVAL_WEIGHTS, settings.retrieval_weight)
    columns = ("passages", "no-answer weight", *(f"retrieval weight {weight:g}" for weight in weights))
    return markdown_table(columns, ([str(count), f"{weight:g}", *cells] for (count, weight), cells in rows.items()))


def _best_table(scores: Mapping[Settings, Scores], settings: Settings) -> str:
    """The default beside the choice with the highest F1."""
    best = max(_grid(settings), key=lambda variant: float(scores[variant].f1.sum()))
    rows = [
        [
            what,
            str(variant.passages),
            f"{variant.no_answer_weight:g}",
            f"{variant.retrieval_weight:g}",
            percent(scores[variant].f1),
            gain(scores[variant].f1, scores[settings].f1),
        ]
        for what, variant in (("default", settings), ("highest F1 above", best))
    ]
    return markdown_table(("choice", "passages", "no-answer weight", "retrieval weight", "F1", _AGAINST), rows)


def _sentence_table(scores: Mapping[Settings, Scores], settings: Settings) -> str:
    """The weight of a sentence's shared words, all else as by default."""
    base = scores[settings].f1
    rows = [
        [
            f"{variant.sentence_weight:g}",
            percent(scores[variant].exact),
            percent(scores[variant].f1),
            gain(scores[variant].f1, base),
        ]
        for variant in _sentence_weights(settings)
    ]
    return markdown_table(("sentence weight", "exact match", "F1", _AGAINST), rows)


def _ceiling_table(reads: Sequence[_Read], counts: Sequence[int]) -> str:
    rows = [
        [
            str(count),
            Scores.of((read.ceiling(count), read.question) for read in reads).brief(),
            milliseconds([read.seconds[count] for read in reads]),
        ]
        for count in counts
    ]
    return markdown_table(("passages", "an oracle chooses among their best spans", "ms to read them (median)"), rows)
