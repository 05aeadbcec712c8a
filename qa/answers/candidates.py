"""The reader's spans -> ranked candidates for the answer, each at one place of one document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.types import Hit
from qa.english.question import Question
from qa.english.words import shared_words
from qa.reading.reader import Span
from qa.settings import Settings
from qa.steps import STEPS, Candidate, Place, Step, applied

__all__ = ["Candidate", "Judged", "overlap", "rank"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate and the probability that it is right."""

    candidate: Candidate
    confidence: float

    @property
    def text(self) -> str:
        """The candidate's words."""
        return self.candidate.text


def rank(
    question: str, hits: Sequence[Hit], spans: Sequence[Span], settings: Settings, steps: Sequence[Step] = STEPS
) -> list[Candidate]:
    """The candidates, best first. Of candidates that overlap in a document only the best is kept."""
    return best_first(placed(question, hits, spans, settings, steps))


def placed(
    question: str, hits: Sequence[Hit], spans: Sequence[Span], settings: Settings, steps: Sequence[Step] = STEPS
) -> list[Candidate]:
    """The candidates of some spans after the steps, which look at each alone, in the order of the spans."""
    asked = Question.of(question)
    return applied(steps, asked, [_candidate(asked, hits[span.passage], span, settings) for span in spans])


def best_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates by their score; of those that overlap in a document only the best."""
    kept: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda each: (-each.score, each.rank, each.read.start)):
        if not any(overlap(candidate, other) for other in kept):
            kept.append(candidate)
    return kept


def _candidate(question: Question, hit: Hit, span: Span, settings: Settings) -> Candidate:
    """The candidate of a span, with the score that it is ranked by."""
    place = Place.of(hit, span)
    score = (
        span.score
        - settings.no_answer_weight * span.no_answer
        + settings.retrieval_weight * hit.score
        + settings.sentence_weight * shared_words(question.text, hit.document.text[slice(*place.sentence)])
    )
    return Candidate(span, place, score)


def overlap(a: Candidate, b: Candidate) -> bool:
    """Do two candidates share a character of one document?"""
    return a.hit.document.id == b.hit.document.id and a.place.touches(b.place.bounds)
