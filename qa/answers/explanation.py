"""Why this answer: the passages that were found for it, with every score that decided.

An explanation is made of the same reading as its answer (`qa.answers.reading.Reading`), so it cannot differ from what
was decided. It is made only where somebody asks for it (`Assistant.explain`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from embeddings.types import Hit
from qa.answers.candidates import Candidate
from qa.answers.compose import confidence_of
from qa.answers.confidence import Calibration
from qa.answers.reading import Reading
from qa.answers.reliability import Reliability
from qa.reading.reader import Span
from qa.render import to_dict
from qa.steps import Place
from qa.types import Answer, Citation

# What became of the best words of a passage.
Role = Literal[
    "answer", "other answer", "under the threshold", "not chosen", "read in another passage", "nothing read", "not read"
]


@dataclass(frozen=True, slots=True)
class BestSpan:
    """The best words of a passage.

    Attributes:
        text: the words, which are `start:end` of the document.
        start, end: code-point offsets in the document's text, half open.
        score: the reader's start and end logits, added up.
        no_answer: the same sum for "this passage does not answer".
        ranked_by: the score by which words of all passages are ranked: with that of the passage and of the sentence.
            None where better words stand on the same characters.
        confidence: the probability that the words are right; None where `ranked_by` is None.
        steps: the names of the steps that moved them from the reader's span, in order (`qa.steps.STEPS`).
    """

    text: str
    start: int
    end: int
    score: float
    no_answer: float
    ranked_by: float | None
    confidence: float | None
    steps: tuple[str, ...] = ()

    @property
    def margin(self) -> float:
        """How far the words' score lies above that of no answer, in logits; under 0 speaks for no answer."""
        return self.score - self.no_answer


@dataclass(frozen=True, slots=True)
class PassageRead:
    """A passage that was found.

    Attributes:
        passage: the whole of it.
        dense: cosine of question and passage, in [-1, 1].
        lexical: BM25 score; 0 where no word is shared.
        fused: both together, in [0, 1].
        best: its best words; None where the reader returned none.
        role: what became of these words.
    """

    passage: Citation
    dense: float
    lexical: float
    fused: float
    best: BestSpan | None
    role: Role


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer, and what it was chosen from.

    Attributes:
        answer: the answer.
        threshold: the confidence under which there is none.
        passages: what was retrieved, in this order.
        reliability: how often answers of a confidence were right on a benchmark; None where nobody measured it for
            these models.
    """

    answer: Answer
    threshold: float
    passages: tuple[PassageRead, ...]
    reliability: Reliability | None = None


def explained(
    reading: Reading, answer: Answer, calibration: Calibration, threshold: float, reliability: Reliability | None = None
) -> Explanation:
    """The explanation of an answer that was composed of a reading with this calibration."""

    def read(number: int, hit: Hit, passage: Citation) -> PassageRead:
        candidate = next((each for each in reading.candidates if each.rank == number), None)
        spans = [span for span in reading.spans if span.passage == number]
        best: BestSpan | None = None
        unread: Role = "not read" if reading.read is not None and number >= reading.read else "nothing read"
        role: Role = "read in another passage" if spans else unread
        if candidate is not None:
            best = _best(candidate.place, candidate.read, candidate, confidence_of(candidate, reading, calibration))
            role = _role(candidate, best.confidence or 0.0, answer, threshold)
        elif spans:
            span = max(spans, key=lambda span: span.score)
            best = _best(Place.of(hit, span), span)
        return PassageRead(passage, hit.dense, hit.lexical, hit.score, best, role)

    passages = zip(reading.hits, answer.passages, strict=True)
    return Explanation(
        answer, threshold, tuple(read(number, *each) for number, each in enumerate(passages)), reliability
    )


def _best(place: Place, span: Span, ranked: Candidate | None = None, confidence: float | None = None) -> BestSpan:
    """Words with the scores of their span, and where they were ranked as a candidate, with its score and steps."""
    score, steps = (None, ()) if ranked is None else (ranked.score, ranked.by)
    return BestSpan(place.text, *place.bounds, span.score, span.no_answer, score, confidence, steps)


def _role(candidate: Candidate, confidence: float, answer: Answer, threshold: float) -> Role:
    def cited_by(side: Answer) -> bool:  # a list cites single items of a candidate
        cited = (c for c in side.citations if c.document.id == candidate.hit.document.id)
        return any(candidate.place.touches((c.start, c.end)) for c in cited)

    if cited_by(answer):
        return "answer"
    if any(cited_by(other) for other in answer.alternatives):
        return "other answer"
    return "under the threshold" if confidence < threshold else "not chosen"


def to_json(explanation: Explanation) -> dict[str, Any]:
    """What `pincite ask --explain --json` prints: the answer's fields, and `explanation` beside them."""
    table = explanation.reliability
    return {
        **to_dict(explanation.answer),
        "explanation": {
            "threshold": explanation.threshold,
            "confidence_means": None if table is None else table.meaning(explanation.answer.confidence),
            "passages": [_passage_json(each) for each in explanation.passages],
        },
    }


def _passage_json(read: PassageRead) -> dict[str, Any]:
    return {
        "document": read.passage.document.id,
        "title": read.passage.document.title,
        "start": read.passage.start,
        "end": read.passage.end,
        **{name: _rounded(getattr(read, name)) for name in ("dense", "lexical", "fused")},
        "best": None if read.best is None else _best_json(read.best),
        "role": read.role,
    }


def _best_json(best: BestSpan) -> dict[str, Any]:
    numbers = ("score", "no_answer", "margin", "ranked_by", "confidence")
    place = {"text": best.text, "start": best.start, "end": best.end}
    return {**place, **{name: _rounded(getattr(best, name)) for name in numbers}, "steps": [*best.steps]}


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
