"""Ranked candidates -> an Answer: the decision to answer, the citations, what the documents disagree on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from embeddings.types import Hit
from qa.candidates import Candidate
from qa.confidence import Calibration, features
from qa.disagreement import conflict
from qa.quoting import quote_bounds, stripped
from qa.settings import Settings
from qa.types import Answer, Citation
from qa.wording import same_answer

MOST_ALTERNATIVES = 3
MOST_ITEMS = 10
LEAST_ITEM_CONFIDENCE = 0.5  # a further item of a list is named only where it is more likely right than not


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found for a question: the passages that were read, best first, and the candidates, best first."""

    question: str
    hits: tuple[Hit, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A candidate and the probability that it is right."""

    candidate: Candidate
    confidence: float

    @property
    def text(self) -> str:
        return self.candidate.text


def compose(reading: Reading, calibration: Calibration, settings: Settings) -> Answer:
    """The answer to a question, or none where the confidence of the best candidate is under the threshold."""
    passages = tuple(_passage_citation(hit) for hit in reading.hits)
    judged = [_Judged(c, calibration.probability(features(c, reading.candidates))) for c in reading.candidates]
    if not judged:
        # passages without a single word; only a threshold of 0 asks for one of them all the same
        text, cited = (passages[0].text, passages[:1]) if passages and settings.threshold == 0 else (None, ())
        return Answer(reading.question, text, 0.0, cited, passages=passages)
    best, sure = judged[0], [j for j in judged if j.confidence >= settings.threshold]
    if best.confidence < settings.threshold:
        return Answer(reading.question, None, best.confidence, passages=passages)
    if asks_for_list(reading.question) and len(items := _items(best, sure)) > 1:
        return _list_answer(reading.question, items, passages)
    answer = _answer(reading.question, best, sure)
    return replace(answer, alternatives=_alternatives(reading.question, best, sure), passages=passages)


def _answer(question: str, best: _Judged, sure: Sequence[_Judged]) -> Answer:
    """The answer that a candidate gives, with every place that says the same."""
    support = [j for j in sure if j is not best and same_answer(j.text, best.text)]
    citations = tuple(_citation(j.candidate) for j in (best, *support))
    return Answer(question, best.text, best.confidence, citations)


def _alternatives(question: str, best: _Judged, sure: Sequence[_Judged]) -> tuple[Answer, ...]:
    """Answers to the same question that contradict the best one and each other."""
    chosen = [best]
    for judged in sure:
        if all(conflict(question, other.candidate, judged.candidate) for other in chosen):
            chosen.append(judged)
    return tuple(_answer(question, judged, sure) for judged in chosen[1 : MOST_ALTERNATIVES + 1])


# After these no plural belongs to the question word: "What is his name?", "What did the rebels want?"
_VERB = (
    r"(?:is|was|are|were|has|have|had|does|do|did|will|would|can|could|should|may|might"
    r"|causes|makes|happens|goes|comes|gives|takes|keeps|helps|needs|means|says|doing|going)\b"
)
_LIST_QUESTION = re.compile(
    r"^\s*(?:(?:can|could|please)\b.*?)?(?:name|list)\b"
    r"|\b(?:which|what|who)\s+(?:are|were)\s+(?:the|all|some)?"
    rf"|\b(?:which|what)\s+(?:(?!{_VERB})\w+\s+){{0,2}}?(?!{_VERB})\w+(?<![sui])s\b(?!\s+(?:is|was|has|does|did)\b)",
    re.IGNORECASE,
)


def asks_for_list(question: str) -> bool:
    """Does the question ask for several things?

    >>> asks_for_list("Which groups took part?"), asks_for_list("Name the guarantors."), asks_for_list("What is it?")
    (True, True, False)
    """
    return _LIST_QUESTION.search(question) is not None


def _items(best: _Judged, sure: Sequence[_Judged]) -> list[_Judged]:
    """The best candidate and those that stand in the same paragraph, in the order of the text."""
    place = best.candidate
    start, end = paragraph(place.hit.document.text, place.start, place.end)
    items = [best]
    for judged in sure:
        candidate = judged.candidate
        inside = candidate.hit.document.id == place.hit.document.id and start <= candidate.start < end
        if (
            judged.confidence >= LEAST_ITEM_CONFIDENCE
            and inside
            and not any(same_answer(judged.text, item.text) for item in items)
        ):
            items.append(judged)
    return sorted(items[:MOST_ITEMS], key=lambda item: item.candidate.start)


def _list_answer(question: str, items: Sequence[_Judged], passages: tuple[Citation, ...]) -> Answer:
    text = "; ".join(item.text for item in items)
    confidence = max(item.confidence for item in items)
    best_first = sorted(items, key=lambda item: -item.confidence)
    citations = tuple(_citation(item.candidate) for item in best_first)
    return Answer(question, text, confidence, citations, passages=passages, is_list=True)


def paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of the paragraph around a span: what stands between blank lines."""
    before, after = text.rfind("\n\n", 0, start), text.find("\n\n", end)
    return (before + 2 if before >= 0 else 0), (after if after >= 0 else len(text))


def _citation(candidate: Candidate) -> Citation:
    quote = quote_bounds(candidate.hit, candidate.start, candidate.end)
    return _cited(candidate.hit, (candidate.start, candidate.end), quote)


def _passage_citation(hit: Hit) -> Citation:
    bounds = stripped(hit.document.text, hit.chunk.start, hit.chunk.end)
    return _cited(hit, bounds, bounds)


def _cited(hit: Hit, span: tuple[int, int], quote: tuple[int, int]) -> Citation:
    """A span and its quote with the heading and the date of their section, else the document's date."""
    date = hit.chunk.date if hit.chunk.date is not None else hit.document.date
    return Citation(hit.document, *span, *quote, heading=hit.chunk.heading, date=date)
