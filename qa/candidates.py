"""Spans of passages -> candidates for the answer, each at one place of one document, ranked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.types import Hit
from qa.reader import Span
from qa.settings import Settings

_WORD = re.compile(r"\w+")
_ARTICLES = frozenset(("a", "an", "the"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that may answer.

    Attributes:
        hit: the passage they were read in.
        rank: that passage's place among those that were read, counted from 0.
        span: the reader's scores for them.
        start, end: code-point offsets in `hit.document.text`, half open.
        score: what candidates are ranked by: the span's score with that of its passage.
    """

    hit: Hit
    rank: int
    span: Span
    start: int
    end: int
    score: float

    @property
    def text(self) -> str:
        """The words."""
        return self.hit.document.text[self.start : self.end]


def rank(hits: Sequence[Hit], spans: Sequence[Span], settings: Settings) -> list[Candidate]:
    """Candidates, best first. Spans that overlap in a document count once, with the best score."""
    candidates = [_candidate(hits[span.passage], span, settings) for span in spans]
    candidates.sort(key=lambda c: (-c.score, c.rank, c.start))
    kept: list[Candidate] = []
    for candidate in candidates:
        if not any(overlap(candidate, other) for other in kept):
            kept.append(candidate)
    return kept


def _candidate(hit: Hit, span: Span, settings: Settings) -> Candidate:
    score = span.score - settings.no_answer_weight * span.no_answer + settings.retrieval_weight * hit.score
    offset = hit.chunk.start
    return Candidate(hit, span.passage, span, offset + span.start, offset + span.end, score)


def overlap(a: Candidate, b: Candidate) -> bool:
    """Do both stand, at least in part, on the same characters of the same document?"""
    return a.hit.document.id == b.hit.document.id and a.start < b.end and b.start < a.end


def words(text: str) -> tuple[str, ...]:
    """The words of a text without case, punctuation and articles.

    >>> words("The U.N. envoy")
    ('u', 'n', 'envoy')
    """
    return tuple(word for word in _WORD.findall(text.lower()) if word not in _ARTICLES)


def same_answer(a: str, b: str) -> bool:
    """Do two answers say the same, one perhaps in more words than the other?

    >>> same_answer("Mr. Ban Ki-moon", "Ban Ki-moon"), same_answer("70", "at least 70"), same_answer("70", "90")
    (True, True, False)
    """
    shorter, longer = sorted((words(a), words(b)), key=len)
    return bool(shorter) and set(shorter) <= set(longer)
