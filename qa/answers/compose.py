"""Ranked candidates -> an Answer: the decision to answer, its citations, and the answers that contradict it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from embeddings.types import Hit
from qa.answers.candidates import Candidate, Judged
from qa.answers.confidence import Calibration, features
from qa.answers.disagreement import agree, conflict
from qa.answers.listing import items_of
from qa.answers.reading import Reading
from qa.english.question import Question
from qa.english.words import same_answer
from qa.reading.quoting import quote_bounds, stripped
from qa.settings import Settings
from qa.types import Answer, Citation

MOST_ALTERNATIVES = 3


def compose(reading: Reading, calibration: Calibration, settings: Settings) -> Answer:
    """The answer to a question; without a text where the confidence of the best candidate is under the threshold."""
    asked = Question.of(reading.question)
    passages = tuple(passage_citation(hit) for hit in reading.hits)
    judged = [Judged(c, confidence_of(c, reading, calibration)) for c in reading.candidates]
    if not judged:
        # The reader returned nothing. A threshold of 0 never refuses, so the best passage is the answer.
        text, cited = (passages[0].text, passages[:1]) if passages and settings.threshold == 0 else (None, ())
        return Answer(reading.question, text, 0.0, cited, passages=passages)
    best, sure = judged[0], [j for j in judged if j.confidence >= settings.threshold]
    if best.confidence < settings.threshold:
        return Answer(reading.question, None, best.confidence, passages=passages)
    if asked.wants_list and (items := items_of(best)):
        return _list_answer(asked, items, passages)
    answer = _answer(asked, best, sure)
    return replace(answer, alternatives=_alternatives(asked, best, sure), passages=passages)


def confidence_of(candidate: Candidate, reading: Reading, calibration: Calibration) -> float:
    """The probability that a candidate is right. Words that OCR read badly lower it."""
    certainty = candidate.hit.document.layout.certainty(candidate.start, candidate.end)
    return certainty * calibration.probability(features(candidate, reading.candidates))


def _answer(question: Question, best: Judged, sure: Sequence[Judged]) -> Answer:
    """The answer of a candidate, which cites every place that says the same."""
    others = [j for j in sure if j is not best]
    support = [j for j in others if same_answer(j.text, best.text) or agree(question, best.candidate, j.candidate)]
    citations = tuple(_citation(j.candidate) for j in (best, *support))
    return Answer(question.text, best.text, best.confidence, citations)


def _alternatives(question: Question, best: Judged, sure: Sequence[Judged]) -> tuple[Answer, ...]:
    """Answers to the same question that contradict the best one and each other."""
    chosen = [best]
    for judged in sure:
        if all(conflict(question, other.candidate, judged.candidate) for other in chosen):
            chosen.append(judged)
    return tuple(_answer(question, judged, sure) for judged in chosen[1 : MOST_ALTERNATIVES + 1])


def _list_answer(question: Question, items: Sequence[Judged], passages: tuple[Citation, ...]) -> Answer:
    text = "; ".join(item.text for item in items)
    citations = tuple(_citation(item.candidate) for item in items)
    return Answer(question.text, text, items[0].confidence, citations, passages=passages, is_list=True)


def _citation(candidate: Candidate) -> Citation:
    quote = quote_bounds(candidate.hit, candidate.start, candidate.end)
    return _cited(candidate.hit, (candidate.start, candidate.end), quote)


def passage_citation(hit: Hit) -> Citation:
    """A citation of a whole retrieved passage."""
    bounds = stripped(hit.document.text, hit.chunk.start, hit.chunk.end)
    return _cited(hit, bounds, bounds)


def _cited(hit: Hit, span: tuple[int, int], quote: tuple[int, int]) -> Citation:
    """A citation of a span and its quote, with page, row, heading, and the date of the section, else of the document.

    A section whose date is "" was written at another time than its document, and nobody knows when.
    """
    date = (hit.chunk.date if hit.chunk.date is not None else hit.document.date) or None
    layout = hit.document.layout
    page, row = layout.page(span[0]), layout.row(span[0])
    return Citation(hit.document, *span, *quote, page=page, heading=hit.chunk.heading, date=date, row=row)
