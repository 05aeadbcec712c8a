"""Small real parts for fast tests: an encoder that hashes words, and a reader that answers by a pattern."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence

import numpy as np

from embeddings.models.encoder import Vectors
from embeddings.models.runtime import ModelCard
from embeddings.types import Chunk, Document, Hit
from qa.answers.confidence import FEATURES, Calibration
from qa.assistant import Assistant, build_index
from qa.reading.reader import Passage, Span, trimmed
from qa.settings import Settings
from qa.steps import Candidate, Place
from qa.types import Answer, Citation

_TOKEN = re.compile(r"\w{1,8}|[^\w\s]")
_WORD = re.compile(r"\w+")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


class HashingEncoder:
    """Adds up one bucket for each word. Texts with the same words have the same vector."""

    def __init__(self, dimension: int = 64, max_tokens: int = 64) -> None:
        self.card = ModelCard("encoder", "hashing", "fp32", max_tokens, dimension, "0" * 64)

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = [self.encode_query(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.card.dimension), dtype=np.float32)

    def encode_query(self, text: str) -> Vectors:
        vector = np.zeros(self.card.dimension, dtype=np.float32)
        vector[0] = 1e-3  # a text without words is no zero vector
        for word in _WORD.findall(text.lower()):
            vector[zlib.crc32(word.encode()) % self.card.dimension] += 1.0
        unit: Vectors = vector / np.linalg.norm(vector)
        return unit

    def count(self, texts: Sequence[str]) -> list[int]:
        return [2 + len(_TOKEN.findall(text)) for text in texts]


class PatternReader:
    """Finds what a regular expression matches; the score is the number of words that passage and question share."""

    def __init__(self, pattern: str, no_answer: float = 0.0) -> None:
        self._pattern, self._no_answer = re.compile(pattern), no_answer

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        spans = [span for number, passage in enumerate(passages) for span in self._spans(question, number, passage)]
        return sorted(spans, key=lambda span: (-span.score, span.passage, span.start))

    def _spans(self, question: str, number: int, passage: Passage) -> Iterable[Span]:
        shared = set(_WORD.findall(question.lower())) & set(_WORD.findall(passage.text.lower()))
        breaks = {passage.body_start, *(match.end() for match in _BLANK_LINE.finditer(passage.text))}
        for match in self._pattern.finditer(passage.text):
            bounds = trimmed(passage.text, *match.span())
            if bounds is not None and not any(bounds[0] < place < bounds[1] for place in breaks):
                yield Span(number, *bounds, float(len(shared)), self._no_answer, 0.5)


def constant_calibration(probability: float) -> Calibration:
    """The same confidence for every candidate."""
    return Calibration((0.0,) * len(FEATURES), float(np.log(probability / (1 - probability))))


def small_assistant(
    documents: Iterable[Document],
    pattern: str,
    settings: Settings | None = None,
    confidence: float = 0.8,
) -> Assistant:
    """The real pipeline over an index in memory, with the small parts in the place of the models."""
    chosen = settings if settings is not None else Settings()
    index = build_index(documents, None, chosen, encoder=HashingEncoder())
    return Assistant(index, chosen, PatternReader(pattern), constant_calibration(confidence))


def hit_in(document: Document, start: int = 0, end: int | None = None, score: float = 0.5) -> Hit:
    """A passage of a document, found with the same score by everything."""
    chunk = Chunk(document.id, start, start, len(document.text) if end is None else end)
    return Hit(document, chunk, dense=score, lexical=score, score=score)


def candidate_for(text: str, document: Document, score: float = 1.0, rank: int = 0) -> Candidate:
    """The first place of some words in a document, as a candidate that was read in one passage, the whole document."""
    start = document.text.index(text)
    span = Span(rank, start, start + len(text), score, 0.0, 0.5)
    hit = hit_in(document)
    return Candidate(span, Place(hit, rank, start, start + len(text)), score)


def cite(document: Document, text: str, date: str | None = None, heading: str | None = None) -> Citation:
    """The first place of some words, quoted with all of the document."""
    start = document.text.index(text)
    return Citation(document, start, start + len(text), 0, len(document.text), heading=heading, date=date)


def assert_verbatim(answer: Answer) -> None:
    """Every span of an answer is what stands in its document, inside its quote."""
    for part in (answer, *answer.alternatives):
        for citation in (*part.citations, *part.passages):
            text = citation.document.text
            assert citation.text == text[citation.start : citation.end] != ""
            assert citation.quote == text[citation.quote_start : citation.quote_end]
            assert 0 <= citation.quote_start <= citation.start < citation.end <= citation.quote_end <= len(text)
            assert citation.text in citation.quote


def places(answer: Answer) -> list[tuple[str, int, int]]:
    """Where the citations and the passages of an answer stand."""
    return [(c.document.id, c.start, c.end) for c in (*answer.citations, *answer.passages)]
