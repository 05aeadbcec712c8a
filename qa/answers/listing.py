"""Lists: which candidates answer a question that asks for several things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from embeddings.text.sentences import sentences
from qa.answers.bullets import bulleted
from qa.answers.candidates import Candidate, Judged, overlap
from qa.answers.enumeration import items
from qa.english.question import Question
from qa.english.words import same_answer, words
from qa.reading.quoting import quote_bounds

MOST_ITEMS = 20
ITEM = "item of a list"  # what moves a candidate to each item of its enumeration
LEAST_ITEM_CONFIDENCE = 0.5  # a further item of a list is named only where it is more likely right than not


def items_of(question: Question, best: Judged, sure: Sequence[Judged]) -> list[Judged]:
    """The items of a list, in the order of the text: what the best candidate enumerates, and others of its paragraph.

    Items of one enumeration are as likely right as the candidate that touches it.
    """
    place = best.candidate
    text = place.hit.document.text
    listed = _enumerated(question, place)
    found = [replace(best, candidate=place.moved(bounds, ITEM)) for bounds in listed] or [best]
    bounds = paragraph(text, place.start, place.end)
    for judged in sure:
        if judged.confidence >= LEAST_ITEM_CONFIDENCE and _is_further(judged.candidate, found, bounds):
            found.append(judged)
    return sorted(found[:MOST_ITEMS], key=lambda item: item.candidate.start)


def _enumerated(question: Question, candidate: Candidate) -> list[tuple[int, int]]:
    """The items of the enumeration that a candidate touches; [] where the question names one of them itself."""
    text, end = candidate.hit.document.text, candidate.end
    if lines := bulleted(text, candidate.start, end, (candidate.hit.chunk.start, candidate.hit.chunk.end)):
        return lines
    parts = sentences(candidate.text)
    if len(parts) > 1:  # what a span takes of the next sentence is no item of the first
        end = candidate.start + len(candidate.text[: parts[0][1]].rstrip())
        if len(parts) > 2 or "," not in text[candidate.start : end]:
            return []
    listed = items(text, candidate.start, end, quote_bounds(candidate.hit, candidate.start, end))
    asked = set(words(question.text))
    return [] if any(asked.issuperset(words(text[start:end])) for start, end in listed) else listed


def _is_further(candidate: Candidate, found: Sequence[Judged], bounds: tuple[int, int]) -> bool:
    """Does a candidate stand in the same paragraph, and say something that was not found yet?"""
    place = found[0].candidate
    inside = candidate.hit.document.id == place.hit.document.id and bounds[0] <= candidate.start < bounds[1]
    return inside and not any(
        overlap(candidate, item.candidate) or same_answer(candidate.text, item.text) for item in found
    )


def paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of the paragraph around a span: what stands between blank lines."""
    before, after = text.rfind("\n\n", 0, start), text.find("\n\n", end)
    return (before + 2 if before >= 0 else 0), (after if after >= 0 else len(text))
